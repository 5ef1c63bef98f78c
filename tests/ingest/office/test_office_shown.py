"""What office programs show: heads of several rows, form fields, numbers of slides' items."""

from __future__ import annotations

import io

import docx
import openpyxl
import pptx
import pytest
from docx.oxml import parse_xml
from lxml import etree
from pptx.util import Inches

from ingest.parsers import parse
from ingest.parsers.shared.sheet_rows import Merge, join_heads

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"


def _save(file: object) -> bytes:
    data = io.BytesIO()
    file.save(data)  # type: ignore[attr-defined]
    return data.getvalue()


def _read_word(markup: str) -> str:
    document = docx.Document()
    document.element.body.insert(0, parse_xml(f"<w:p {_W} {_M}>{markup}</w:p>"))
    return parse("a.docx", _save(document)).text


def test_a_head_of_two_rows_is_one_in_a_workbook() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Grants by region"], [], ["Region", "2024", None, "Note"], [None, "Ports", "Locks"],
        ["Norland", 11, 12, "new"],
    ):  # fmt: skip
        sheet.append(row)
    for area in ("A3:A4", "B3:C3"):
        sheet.merge_cells(area)
    parsed = parse("a.xlsx", _save(book))
    assert parsed.text == (
        "Grants by region\nRegion\t2024 Ports\t2024 Locks\tNote\nNorland\t11\t12\tnew"
    )
    assert [block.level for block in parsed.blocks if block.kind == "row"] == [1, 0]


def test_a_head_of_two_rows_is_one_in_word() -> None:
    document = docx.Document()
    table = document.add_table(3, 3)
    for row, texts in enumerate(["Region Grants .", ". 2024 2025", "Norland 11 12"]):
        for column, text in enumerate(texts.split()):
            table.cell(row, column).text = text.strip(".")
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(0, 1).merge(table.cell(0, 2))
    assert parse("a.docx", _save(document)).text == (
        "Region\tGrants 2024\tGrants 2025\nNorland\t11\t12"
    )


@pytest.mark.parametrize(
    "below",
    [
        pytest.param({1: "Norland", 2: "Ann", 3: "Board"}, id="of-names"),
        pytest.param({1: "", 2: "11", 3: "12"}, id="of-figures"),
        pytest.param({2: "Ann"}, id="not-divided"),
    ],
)
def test_a_row_of_data_is_not_joined_with_the_heads(below: dict[int, str]) -> None:
    rows = {0: {1: "Region", 2: "Contact"}, 1: dict(below)}
    join_heads(rows, [Merge(0, 0, 2, 3)], ())
    assert rows == {0: {1: "Region", 2: "Contact"}, 1: below}


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        pytest.param('<w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox>', "☒", id="on"),
        pytest.param('<w:checkBox><w:default w:val="1"/></w:checkBox>', "☒", id="on-by-default"),
        pytest.param(
            '<w:checkBox><w:default w:val="1"/><w:checked w:val="0"/></w:checkBox>', "☐", id="off"
        ),
        pytest.param(
            '<w:ddList><w:result w:val="1"/><w:listEntry w:val="East"/><w:listEntry w:val="West"/>'
            "</w:ddList>",
            "West",
            id="choice",
        ),
        pytest.param('<w:ddList><w:listEntry w:val="East"/></w:ddList>', "East", id="first"),
    ],
)
def test_form_fields_are_read_as_they_are_shown(field: str, shown: str) -> None:
    begin = f'<w:fldChar w:fldCharType="begin"><w:ffData>{field}</w:ffData></w:fldChar>'
    assert _read_word(f"<w:r>{begin}</w:r><w:r><w:t> port</w:t></w:r>") == f"{shown} port"


def _run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t>{text}</w:t></w:r>"


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        pytest.param(
            _run("10") + _run("6", '<w:position w:val="6"/><w:sz w:val="14"/>'), "10⁶", id="power"
        ),
        pytest.param(
            _run("CO") + _run("2", '<w:position w:val="-4"/><w:sz w:val="14"/>'), "CO₂", id="gas"
        ),
        pytest.param(
            _run("Fee ") + _run("350", '<w:position w:val="6"/>'), "Fee 350", id="of-full-size"
        ),
        pytest.param(
            "<m:oMath><m:sSub><m:e><m:r><m:t>CO</m:t></m:r></m:e><m:sub><m:r><m:t>2</m:t></m:r>"
            "</m:sub></m:sSub></m:oMath>",
            "CO₂",
            id="formula",
        ),
    ],
)
def test_what_is_moved_up_or_down_by_hand_is_no_figure_of_the_line(markup: str, text: str) -> None:
    assert _read_word(markup) == text


def test_items_of_slides_keep_the_numbers_that_are_shown() -> None:
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    frame = slide.shapes.add_textbox(Inches(1), Inches(1), Inches(4), Inches(1)).text_frame
    shown = [
        ("alphaLcParenR", 0, "a) one"), ("alphaLcParenR", 0, "b) two"),
        ("romanUcPeriod", 1, "I. deep"), ("alphaLcParenR", 0, "c) three"), ("", 0, "plain"),
        ("alphaLcParenR", 0, "a) again"),
    ]  # fmt: skip
    for number, (form, level, text) in enumerate(shown):
        line = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        line.text, line.level = text.rpartition(" ")[2], level
        if form:
            etree.SubElement(line._p.get_or_add_pPr(), f"{{{_A}}}buAutoNum", type=form)
    assert (
        parse("a.pptx", _save(presentation)).text.split() == " ".join(t for *_, t in shown).split()
    )


def test_what_lies_beside_a_slide_is_left_out_and_said() -> None:
    presentation = pptx.Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[6])
    for left, text in ((1, "The fee is 350 euros."), (20, "Ask Ruth."), (-6, "Old fee.")):
        box = slide.shapes.add_textbox(Inches(left), Inches(1), Inches(4), Inches(1))
        box.text_frame.text = text
    parsed = parse("a.pptx", _save(presentation))
    assert parsed.text == "The fee is 350 euros."
    assert parsed.note == "left out: shapes beside the slide"
