"""What is raised or lowered, in every format that has it: ions, powers, and the marks of notes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO

import pptx
import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from pptx.util import Inches

from ingest.parsers import parse
from ingest.text.blocks import Omission
from tests.office_files import docx, opendocument
from tests.pdfs import Text, make

Part = tuple[str, int]  # words; 1 if they are raised, -1 if they are lowered


def write_page(parts: Sequence[Part]) -> tuple[str, bytes]:
    tags = {1: "<sup>{}</sup>", -1: "<sub>{}</sub>", 0: "{}"}
    line = "".join(tags[level].format(words) for words, level in parts)
    return "a.html", f"<html><body><p>{line}</p></body></html>".encode()


def write_markdown(parts: Sequence[Part]) -> tuple[str, bytes]:
    tags = {1: "<sup>{}</sup>", -1: "<sub>{}</sub>", 0: "{}"}
    return "a.md", "".join(tags[level].format(words) for words, level in parts).encode()


def write_word(parts: Sequence[Part]) -> tuple[str, bytes]:
    looks = {1: '<w:vertAlign w:val="superscript"/>', -1: '<w:vertAlign w:val="subscript"/>', 0: ""}
    runs = (
        f'<w:r><w:rPr>{looks[level]}</w:rPr><w:t xml:space="preserve">{words}</w:t></w:r>'
        for words, level in parts
    )
    return "a.docx", docx(f"<w:p>{''.join(runs)}</w:p>")


def write_slide(parts: Sequence[Part]) -> tuple[str, bytes]:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    frame = slide.shapes.add_textbox(0, 0, Inches(1), Inches(1)).text_frame
    for words, level in parts:
        run = frame.paragraphs[0].add_run()
        run.text = words
        run._r.get_or_add_rPr().set("baseline", str(30_000 * level))
    file = BytesIO()
    deck.save(file)
    return "a.pptx", file.getvalue()


def write_workbook(parts: Sequence[Part]) -> tuple[str, bytes]:
    book = Workbook()
    assert book.active is not None
    places = {1: "superscript", -1: "subscript", 0: None}
    runs = [TextBlock(InlineFont(vertAlign=places[level]), words) for words, level in parts]
    book.active["A1"] = CellRichText(*runs)
    file = BytesIO()
    book.save(file)
    return "a.xlsx", file.getvalue()


def write_opendocument(parts: Sequence[Part]) -> tuple[str, bytes]:
    look = (
        '<style:style style:name="{}" style:family="text"><style:text-properties {}/></style:style>'
    )
    styles = "".join(
        look.format(name, f'style:text-position="{name} 58%"') for name in ("super", "sub")
    )
    names = {1: "super", -1: "sub", 0: ""}
    spans = (
        f'<text:span text:style-name="{names[level]}">{words}</text:span>' for words, level in parts
    )
    return "a.odt", opendocument("text", f"<text:p>{''.join(spans)}</text:p>", styles)


def write_pdf(parts: Sequence[Part]) -> tuple[str, bytes]:
    marks = []
    x = 72.0
    for words, level in parts:
        size = 7.0 if level else 11.0
        said = words.replace("−", "–")  # which the standard fonts have
        marks.append(Text(x, {1: 704.0, -1: 698.0, 0: 700.0}[level], said, size))
        x += measure(said, size)
    return "a.pdf", make([marks])


def measure(words: str, size: float) -> float:
    layout = parse("a.pdf", make([[Text(0, 700, f"{words}|", size)]])).layout
    assert layout is not None
    return float(layout.boxes[-1][0])


WRITERS = [
    write_page, write_markdown, write_word, write_slide, write_workbook, write_opendocument,
    write_pdf,
]  # fmt: skip
LINES = [
    pytest.param([("of SO", 0), ("4", -1), ("2−", 1), (" here", 0)], "of SO₄²⁻ here", id="ion"),
    pytest.param([("of SO", 0), ("4", -1), ("2", 1), ("-", 1), (".", 0)], "of SO₄²⁻.", id="parts"),
    pytest.param([("of Ca", 0), ("2+", 1), (" and Na", 0), ("+", 1)], "of Ca²⁺ and Na⁺", id="plus"),
    pytest.param(
        [("NH", 0), ("4", -1), ("+", 1), (" and NO", 0), ("3", -1), ("–", 1), (".", 0)],
        "NH₄⁺ and NO₃⁻.",
        id="charge-of-one",
    ),
    pytest.param(
        [("10", 0), ("–6", 1), (" m", 0), ("3", 1), ("·s", 0), ("−1", 1), (" here", 0)],
        "10⁻⁶ m³·s⁻¹ here",
        id="exponents",
    ),
    pytest.param([("10", 0), ("-", 1), ("6", 1), (" g", 0)], "10⁻⁶ g", id="exponent-in-parts"),
    pytest.param([("of CO", 0), ("2", -1), ("3", 1), (" here", 0)], "of CO₂ here", id="mark"),
    pytest.param(
        [("offices", 0), ("1,2", 1), (" in 2030", 0), ("3,4", 1), (" here", 0)],
        "offices in 2030³,⁴ here",
        id="marks",
    ),
    pytest.param([("up to 4", 0), ("1", 1), ("/2 hours", 0)], "up to 4¹/2 hours", id="fraction"),
]


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize(("parts", "text"), LINES)
def test_raised_signs_stay_with_their_figures(
    write: Callable[[Sequence[Part]], tuple[str, bytes]], parts: list[Part], text: str
) -> None:
    assert parse(*write(parts)).text == text


def test_a_charge_above_a_lowered_figure_stays_with_it() -> None:
    """The charge begins where the figure below it does, as in formulas."""
    width = measure("of SO", 11.0)
    behind = 72 + width + measure("2–", 7.0)
    marks = [Text(72, 700, "of SO"), Text(72 + width, 698, "4", 7), Text(72 + width, 704, "2–", 7)]
    assert parse("a.pdf", make([[*marks, Text(behind, 700, " here")]])).text == "of SO₄²⁻ here"


MARKED: list[Part] = [("The office", 0), ("12", 1), (" may pay 10", 0), ("6", 1), (" euros.", 0)]


@pytest.mark.parametrize("write", WRITERS)
def test_marks_of_notes_are_kept_as_left_out(
    write: Callable[[Sequence[Part]], tuple[str, bytes]],
) -> None:
    found = parse(*write(MARKED))
    assert found.text == "The office may pay 10⁶ euros."
    assert found.omissions == (Omission("mark of a note", "12"),)
    assert found.note is None


@pytest.mark.parametrize(
    ("name", "source", "marks"),
    [
        pytest.param("a.md", "Fees[^1] rise.\n\n[^1]: In 2030.", ["[^1]"], id="markdown"),
        pytest.param(
            "a.html", "<p>Fees<sup><a href='#1'>[1]</a></sup> rise.</p>", ["[1]"], id="a-link"
        ),
        pytest.param(
            "a.html",
            "<table><tr><th>Fee</th><th>Town</th></tr><tr><td>4<sup><a>1</a></sup></td><td>Norland"
            "<sup>2</sup></td></tr></table>",
            ["1", "2"],
            id="cells",
        ),
    ],
)
def test_marks_of_other_kinds_are_kept_too(name: str, source: str, marks: list[str]) -> None:
    said = parse(name, source.encode()).omissions
    assert [(omission.reason, omission.text) for omission in said] == [
        ("mark of a note", mark) for mark in marks
    ]
