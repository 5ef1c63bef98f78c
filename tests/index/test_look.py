"""A quotation read again from the picture of its page: letters compared, pictures read."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from index.pages import pdfium
from index.pages.boxes import Layout
from index.pages.letters import LetterDifference, compare_letters, find_lacking, pick_compared
from index.pages.line_reader import ReadLetter, ReadLine
from index.pages.look import Look, judge, look_at_quotation
from index.pages.marked_lines import draw_marked_lines
from ingest.parsers import parse
from tests.pdfs import Text, column, make

SENTENCE = "The toll of 1,250 marks is not paid by Norland ships."


def read_as(text: str, confidence: float = 0.99, **rivals: float) -> ReadLine:
    """A reading of a text, each letter two steps from the one before; rivals at every step."""
    letters = tuple(ReadLetter(letter, confidence, 2 * n) for n, letter in enumerate(text))
    steps = 2 * len(text) + 1
    likely = {letter: np.full(steps, share, dtype=np.float32) for letter, share in rivals.items()}
    return ReadLine(letters, likely)


@pytest.mark.parametrize(
    ("quoted", "read"),
    [
        pytest.param("paid in full", "paid infull", id="spaces"),
        pytest.param("“paid” – in full.", "paid in full", id="stops and quotation marks"),
        pytest.param("10⁶ ofﬁces", "106 offices", id="raised digits and ligatures"),
        pytest.param("Illness of Ill", "lllness of lll", id="letters of one shape"),
    ],
)
def test_what_looks_the_same_is_the_same(quoted: str, read: str) -> None:
    assert compare_letters(quoted, read_as(read)) == []


@pytest.mark.parametrize(
    ("quoted", "read", "found"),
    [
        pytest.param("due in 2030.", "due in 2050.", ("3", "5"), id="a digit"),
        pytest.param("is not paid", "is paid", ("not", ""), id="a not that is not there"),
        pytest.param("is paid", "is not paid", ("", "not"), id="a not that is left out"),
        pytest.param("1.5 tons", "15 tons", (".", ""), id="a sign within a number"),
        pytest.param("due: -5", "due: 5", ("-", ""), id="a minus"),
    ],
)
def test_a_change_of_meaning_is_certain(quoted: str, read: str, found: tuple[str, str]) -> None:
    assert compare_letters(quoted, read_as(read)) == [
        LetterDifference(*found, certain=True, within="")
    ]


@pytest.mark.parametrize(
    ("quoted", "read"),
    [
        pytest.param("room 101", "room 1O1", id="nought and O"),
        pytest.param("room 11", "room 1l", id="one and l"),
        pytest.param("modern", "modem", id="letters that run together"),
        pytest.param("café", "cafe", id="accents"),
        pytest.param("bell", "bel", id="a double letter"),
        pytest.param("burnt oil", "burnt12 oil", id="the mark of a note"),
    ],
)
def test_what_a_model_takes_for_another_is_a_doubt(quoted: str, read: str) -> None:
    (found,) = compare_letters(quoted, read_as(read))
    assert not found.certain


def test_a_letter_is_no_difference_while_the_quoted_one_is_likely_too() -> None:
    (found,) = compare_letters("due in 2030.", read_as("due in 2050.", **{"3": 0.1}))
    assert not found.certain
    (found,) = compare_letters("due in 2030.", read_as("due in 2050.", confidence=0.7))
    assert not found.certain


def test_letters_that_a_model_lacks_are_named_once() -> None:
    known = set("abcdefghijklmnopqrstuvwxyzfi")
    assert find_lacking("ﬁve řek řeka, Δ", known) == ["ř", "Δ"]


def test_what_is_compared_keeps_its_place_in_the_text() -> None:
    assert pick_compared("1. ﬁ 2,5") == [(0, "1"), (3, "f"), (3, "i"), (5, "2"), (6, ","), (7, "5")]


def test_one_certain_difference_decides_and_doubts_alone_do_not() -> None:
    sure, doubt = LetterDifference("3", "5", True, "1,350"), LetterDifference("0", "O", False, "0")
    assert judge([doubt, sure]) == Look("differs", "", (sure,))
    assert judge([doubt]).status == "cannot tell"
    assert judge([]) == Look("same", "", ())
    assert judge([sure]).describe() == (
        "Read again from the picture: differs: “5” is seen for “3” in “1,350”."
    )


@dataclass(frozen=True)
class _Echo:
    """Knows small letters only; must not be asked to read."""

    known: Set[str] = frozenset("abcdefghijklmnopqrstuvwxyz")

    def read(self, pictures: list[NDArray[np.uint8]]) -> list[ReadLine]:
        raise AssertionError("nothing here can be read")


def placed(data: bytes, tmp_path: Path) -> tuple[Path, str, Layout]:
    parsed = parse("a.pdf", data)
    assert parsed.layout is not None
    file = tmp_path / "a.pdf"
    file.write_bytes(data)
    return file, parsed.text, parsed.layout


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("закон", "the model cannot read з а к о н", id="another script"),
        pytest.param("… – !", "there are no letters in it", id="no letters"),
        pytest.param("abc", "it is not known where all of it stands", id="no place"),
    ],
)
def test_what_cannot_be_told_is_said_without_reading(
    text: str, reason: str, tmp_path: Path
) -> None:
    look = look_at_quotation(tmp_path / "none", text, None, 0, len(text), _Echo())
    assert look == Look("cannot tell", reason, ())


def test_a_page_that_is_gone_cannot_be_told(tmp_path: Path) -> None:
    file, text, layout = placed(make([column(["lamps"])]), tmp_path)
    file.unlink()
    look = look_at_quotation(file, text, layout, 0, 5, _Echo())
    assert look.reason == "the page cannot be drawn"


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_lines_are_drawn_the_right_way_up(tmp_path: Path, rotation: int) -> None:
    """Two lines, each picture wider than high with ink on it, whatever way the page is turned."""
    data = make([[Text(150, 400, "Lamps burn"), Text(150, 386, "at night.")]], rotation=rotation)
    file, text, layout = placed(data, tmp_path)
    with pdfium.open_document(file.read_bytes()) as document:
        lines = list(draw_marked_lines(document, text, layout, 0, len(text)))
    assert [line.text for line in lines] == ["Lamps burn", "at night."]
    for line in lines:
        assert line.picture.shape[1] > 2 * line.picture.shape[0]
        assert not line.is_bare


def test_words_that_are_not_on_the_picture_differ(tmp_path: Path) -> None:
    file, text, layout = placed(make([column(["the lamps burn"])]), tmp_path)
    file.write_bytes(make([[]]))
    look = look_at_quotation(file, text, layout, 0, len(text), _Echo())
    assert look.status == "differs"
    assert [found.quoted for found in look.differences] == ["thelampsburn"]


def look_at(data: bytes, tmp_path: Path, changed: str | None = None) -> Look:
    """Read the picture of a page, `changed` being what its text is said to be."""
    from index.pages.line_reader import load_line_reader

    file, text, layout = placed(data, tmp_path)
    quoted = changed or text
    assert len(quoted) == len(text)
    return look_at_quotation(file, quoted, layout, 0, len(text), load_line_reader())


@pytest.mark.ocr
def test_a_page_is_read_and_a_changed_digit_seen(tmp_path: Path) -> None:
    data = make([column([SENTENCE])])
    assert look_at(data, tmp_path).status == "same"
    look = look_at(data, tmp_path, SENTENCE.replace("1,250", "1,280"))
    assert look == Look("differs", "", (LetterDifference("8", "5", True, ""),))


NOTED = [
    Text(72, 700, "The bay has 12 000"),
    Text(169.3, 704.5, "8", 6.5),
    Text(176, 700, "boats."),
]


@pytest.mark.ocr
def test_a_mark_that_is_raised_on_the_page_only_is_not_the_same_as_a_digit(tmp_path: Path) -> None:
    data = make([NOTED])
    assert look_at(data, tmp_path).status == "same"
    _, text, _ = placed(data, tmp_path)
    assert "000⁸" in text
    look = look_at(data, tmp_path, text.replace("⁸", "8"))
    assert look.status == "cannot tell"
    assert "“⁸” is seen for “8” in “0008”" in look.reason


@pytest.mark.ocr
def test_a_digit_that_is_raised_in_the_text_only_is_not_the_same(tmp_path: Path) -> None:
    data = make([column(["The bay has 12 0008 boats."])])
    _, text, _ = placed(data, tmp_path)
    look = look_at(data, tmp_path, text.replace("0008", "000⁸"))
    assert look.status == "cannot tell"
    assert "“8” is seen for “⁸” in “000⁸”" in look.reason


@pytest.mark.ocr
def test_a_turned_page_is_read_as_it_is_shown(tmp_path: Path) -> None:
    assert look_at(make([column([SENTENCE])], rotation=90), tmp_path).status == "same"


BROKEN = [Text(72, 700, "The tool will"), Text(72, 686, "guide them.")]


@pytest.mark.parametrize(
    ("beside", "least", "most"),
    [
        pytest.param([], 2.0, 3.5, id="nothing beside it"),
        pytest.param(
            [Text(160, 700, "Fees"), Text(160, 686, "apply.")], 0.2, 1.5, id="another column"
        ),
    ],
)
def test_where_a_line_breaks_the_picture_shows_what_stands_behind_it(
    beside: list[Text], least: float, most: float, tmp_path: Path
) -> None:
    """Also behind the widest line, as far as no other letters of the text stand there."""
    data = make([[*BROKEN, *beside]])
    file, text, layout = placed(data, tmp_path)
    start = text.index("The tool")
    with pdfium.open_document(file.read_bytes()) as document:
        first, *_ = draw_marked_lines(document, text, layout, start, start + len("The tool will g"))
    room = (first.picture.shape[1] - first.own[1]) / first.picture.shape[0]
    assert least < room < most


@pytest.mark.ocr
def test_a_word_that_the_text_lacks_at_the_end_of_its_widest_line_is_seen(tmp_path: Path) -> None:
    from index.pages.line_reader import load_line_reader

    file, text, layout = placed(make([BROKEN]), tmp_path)
    reader = load_line_reader()
    assert look_at_quotation(file, text, layout, 0, len(text), reader).status == "same"
    file.write_bytes(make([[*BROKEN, Text(140, 700, "not")]]))
    look = look_at_quotation(file, text, layout, 0, len(text), reader)
    assert look.status == "cannot tell"
    assert "“not” is seen besides" in look.reason
