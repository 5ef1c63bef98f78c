"""`benchmarks.known_truth`: what is counted as wrong, by hand, and files made for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.text.known_truth import books, convert, office, sources, typeset, web_pages
from benchmarks.text.known_truth.__main__ import read_file
from benchmarks.text.known_truth.draw import BY_FPDF, BY_REPORTLAB
from benchmarks.text.known_truth.model import Piece, Source, Truth, load, state_truth
from benchmarks.text.known_truth.reading import compare_with_truth
from ingest import parsers

SOURCE = Source(
    "quay",
    (
        Piece("heading", "The Quay"),
        Piece("text", "It holds 10^6^ crates.[[See the order.]]"),
        Piece("number", "Write."),
        Piece("number", "Wait."),
        Piece("row", cells=("Depth", "11.5")),
        Piece("hidden", "Bribes"),
    ),
)
TRUTH = state_truth(SOURCE, "quay.pdf", "hand")


def test_what_must_be_read() -> None:
    assert TRUTH.body == [
        "The Quay",
        "It holds 10⁶ crates.",
        "1. Write.",
        "2. Wait.",
        " Depth 11.5",
    ]
    assert (TRUTH.notes, TRUTH.optional, TRUTH.unseen) == (["See the order."], ["1"], ["Bribes"])


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        pytest.param(("", ""), 0, id="the-same"),
        pytest.param(("crates. ", "crates.¹ "), 0, id="mark-of-a-note"),
        pytest.param(("See the order. ", ""), 3, id="note-lost"),
        pytest.param(("10⁶", "106"), 1, id="power-flattened"),
        pytest.param(("Quay", "quay"), 1, id="case"),
        pytest.param(("crates", "cra tes"), 2, id="split"),
        pytest.param(("2. ", ""), 1, id="number-lost"),
        pytest.param(("Depth", "Bribes Depth"), 1, id="hidden-read"),
        pytest.param(("11.5", "115"), 2, id="decimal-point-lost"),
        pytest.param(("crates", "cra-tes"), 0, id="hyphen-kept"),
    ],
)
def test_words_wrong(change: tuple[str, str], wrong: int) -> None:
    text = "The Quay It holds 10⁶ crates. See the order. 1. Write. 2. Wait. Depth 11.5"
    assert change == ("", "") or change[0] in text
    assert compare_with_truth(text.replace(*change), TRUTH).wrong == wrong


def test_hyphens_that_stand_in_the_text_are_not_joined() -> None:
    truth = Truth("a", "hand", ["non-exhaustive longstanding"])
    found = compare_with_truth("non-exhaustive long-standing", truth)
    assert (found.wrong, found.hyphens_kept) == (0, 1)


def test_office_files_are_read_word_by_word(tmp_path: Path) -> None:
    office.make(tmp_path)
    books.make(tmp_path)
    readings = [read_file(tmp_path / load(p).name, load(p)) for p in tmp_path.glob("*.truth.json")]
    assert len(readings) == len(office.DOCUMENTS) + len(books.BOOKS) + len(office.SLIDES)
    assert {reading.name: reading.faults for reading in readings if reading.wrong} == {}


def test_a_file_that_is_refused_is_wrong_in_every_word(tmp_path: Path) -> None:
    (tmp_path / "quay.pdf").write_bytes(b"not a PDF")
    found = read_file(tmp_path / "quay.pdf", TRUTH)
    assert found.wrong == found.words > 0


def test_there_are_files_enough() -> None:
    names = [name for names in convert.CONVERSIONS.values() for name in names.split()]
    printed = len(convert.CONVERSIONS["pdf"].split())
    set_by = [web_pages.SOURCES, typeset.SOURCES, BY_REPORTLAB, BY_FPDF]
    assert sum(map(len, set_by)) + printed >= 40
    made = {f"word-{source.name}.docx" for source in office.DOCUMENTS}
    made |= {f"slides-{source.name}.pptx" for source in office.SLIDES}
    made |= {f"book-{book.name}.xlsx" for book in books.BOOKS}
    assert len(made) >= 20
    assert set(names) <= made


def test_a_page_is_written_as_a_person_would_write_it() -> None:
    page = web_pages.write_page(sources.NOTES)
    assert "berths.<sup>1</sup> An appeal" in page
    assert '<p class="note"><sup>2</sup> Except by hospital ships' in page
    listed = parsers.parse("a.html", web_pages.write_page(sources.LISTS).encode()).text
    assert "own a boat that floats;" in listed
    assert "\\textsuperscript{6}" in typeset.write_page(sources.RAISED)
