"""Pages that others read otherwise than we do are found, marked and named."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from index.catalog.schema import FILE
from ingest.parsers import ParsedText, parse
from ingest.parsers.pdf.second_reading import MOST_CONTENT_BYTES, TwiceRead, find_differing
from tests.library import Library, run
from tests.pdfs import Rule, Text, add_content, column, make, squeeze

PLAIN = [
    "The council of the harbour town keeps the office of the first pilot open in every month of",
    "the year, and no ship of another country may leave the inner basin before its toll is paid.",
    "Whoever finds a fault in the official list of lights reports it, and the fifth clerk of the",
    "staff enters the finding in the book that lies in the tower.",
]
SQUEEZED = [
    "The committee will follow all letters offered by the bookkeepers and",
    "assess if accounts are correct, and shall tell the council as soon",
    "as a letter differs from the yellow booklet of the proof office.",
]
TOLL = ["Foreign ships pay a toll of 40 marks for the oil of the harbour lamps."]
TEXT = " ".join(PLAIN)
LINES = "\r\n".join(PLAIN)
STRUCK = make(
    [[
        *column(PLAIN),
        Text(72, 600, "The old ceiling of 610 euros applies to everyone."),
        Rule(71, 315, 603.3),
    ]]
)  # fmt: skip
LEFT_OUT = "left out: crossed-out text on page 1"


def compare(ours: str, plain: str, left_out: str = "", data: bytes = b"") -> bool:
    return bool(find_differing([TwiceRead(1, ours, left_out, plain)], data))


def make_squeezed() -> bytes:
    """Two pages, of which the letters of the second stand upon each other in places."""
    return make(
        [column(PLAIN), column(TOLL)],
        finish=lambda writer: add_content(writer, 1, squeeze(SQUEEZED)),
    )


@pytest.mark.parametrize(
    ("ours", "plain", "left_out"),
    [
        pytest.param(TEXT, LINES, "", id="the-same"),
        pytest.param(TEXT, "\r\n".join(PLAIN[::-1]), "", id="another-order"),
        pytest.param(TEXT, f"Act\r\nof 1820\r\n{LINES}", "Act of 1820", id="header"),
        pytest.param(TEXT.upper(), LINES.replace("fi", "ﬁ"), "", id="case-and-ligatures"),
        pytest.param(
            TEXT, LINES.replace("basin", "ba-\r\nsin").replace("fifth", "fi\ufffe\r\nfth")
            .replace("council", "coun\u00ad\r\ncil"), "", id="cut-by-line-ends",
        ),
        pytest.param(
            TEXT.replace("harbour town", "harbour-town").replace("no ship", "no-ship"),
            LINES.replace("harbour town", "harbourtown").replace("no ship", "noship"), "",
            id="hyphens-that-PDFium-drops",
        ),
        pytest.param(
            TEXT, LINES.replace("paid", "paid7").replace("month", "month12")
            .replace("book", "book3"), "", id="marks-of-notes",
        ),
        pytest.param(TEXT, f"{LINES}\r\n{LINES}", "", id="printed-twice"),
        pytest.param(TEXT.replace("toll", "tol"), LINES, "", id="one-word"),
        pytest.param("港口委员会全年开放引航办公室外国船只必须缴纳通行费后方可离开内港",
                     "港口委员会全年开放\r\n引航办公室外国船只必\r\n须缴纳通行费后方可离开内港", "",
                     id="without-spaces"),
        pytest.param("Fig. 1 Ships entering", "Fig. 1 Ships ent ering", "", id="few-words"),
    ],
)  # fmt: skip
def test_what_is_no_difference(ours: str, plain: str, left_out: str) -> None:
    assert not compare(ours, plain, left_out)


@pytest.mark.parametrize(
    ("ours", "plain"),
    [
        pytest.param(TEXT.replace("ff", "f").replace("fi", "f"), LINES, id="lost-ligatures"),
        pytest.param(TEXT.replace("i", " i "), LINES, id="gaps"),
        pytest.param(" ".join(PLAIN[:3]), LINES, id="a-lost-line"),
        pytest.param(f"{TEXT} Repealed since the year before", LINES, id="words-of-nobody"),
        pytest.param(TEXT, "".join(chr(ord(c) + 3) for c in LINES), id="no-unicode"),
        pytest.param("wkh uhjlvwhu ri zuhfnv", "the register of wrecks", id="few-but-all"),
    ],
)
def test_what_is_a_difference(ours: str, plain: str) -> None:
    assert compare(ours, plain)


def test_where_the_third_agrees_with_us_nothing_is_said() -> None:
    data = make([column(PLAIN)])
    glued = LINES.replace("of the", "ofthe")
    assert compare(TEXT, glued)
    assert not compare(TEXT, glued, data=data)
    assert compare(TEXT.replace("of the", "ofthe"), LINES, data=data)


def test_a_drawing_is_not_given_to_the_third() -> None:
    data = make(
        [column(PLAIN)],
        finish=lambda writer: add_content(
            writer, 0, b"0 0 m 1 1 l S\n" * (MOST_CONTENT_BYTES // 14)
        ),
    )
    assert compare(TEXT, LINES.replace("of the", "ofthe"), data=data)


def test_a_page_is_marked_and_the_others_are_not() -> None:
    parsed = parse("a.pdf", make_squeezed())
    assert {page.number: page.differs for page in parsed.pages} == {1: False, 2: True}


def test_headers_and_page_numbers_are_no_difference() -> None:
    header = Text(72, 810, "Harbour act of the council, fourth edition, with all later changes")
    pages = [[header, *column(lines), Text(290, 30, str(n))]
             for n, lines in enumerate([PLAIN, TOLL * 2, PLAIN[::-1]], start=1)]  # fmt: skip
    parsed = parse("a.pdf", make(pages))
    assert "fourth edition" not in parsed.text
    assert not any(page.differs for page in parsed.pages)


def test_doctor_and_status_name_pages_and_what_was_left_out(
    capsys: pytest.CaptureFixture[str], texts: Path, home: Path
) -> None:
    (texts / "squeezed.pdf").write_bytes(make_squeezed())
    (texts / "struck.pdf").write_bytes(STRUCK)
    run(capsys, texts)
    code, out, _ = run(capsys, "doctor")
    lines = out.splitlines()
    assert code == 0
    differing = (
        "texts/squeezed.pdf: page 2 reads differently in two extractions; compare what you quote "
        "with the page"
    )
    assert lines[0] == "nothing is wrong"
    assert differing in lines
    assert f"texts/struck.pdf: {LEFT_OUT}" in lines
    assert json.loads(run(capsys, "doctor", "--json")[1]) == {"problems": [], "notes": lines[1:]}
    listed = json.loads(run(capsys, "status", "--json")[1])["documents"]
    notes = {document["document"]: document["note"] for document in listed}
    assert notes["texts/struck.pdf"] == LEFT_OUT
    assert notes["texts/squeezed.pdf"] is None


def test_what_was_left_out_follows_a_document(tmp_path: Path) -> None:
    """It moves with it, and goes when a newer text has nothing left out."""
    library = Library(tmp_path)
    path = library.texts / "a.pdf"
    path.write_bytes(STRUCK)
    library.ingest()
    path = path.rename(library.texts / "b.pdf")
    library.ingest(prune=True)
    with library.index.snapshot() as catalog:
        (moved,) = catalog.documents()
    assert (moved.id, moved.note) == ("texts/b.pdf", LEFT_OUT)
    path.write_bytes(make([column(PLAIN)]))
    library.ingest()
    with library.index.snapshot() as catalog:
        assert [document.note for document in catalog.documents()] == [None]


def test_pages_of_before_there_was_a_second_reading_are_read(tmp_path: Path) -> None:
    library = Library(tmp_path)
    (library.texts / "a.pdf").write_bytes(make_squeezed())
    library.ingest()
    with closing(sqlite3.connect(library.settings.index_directory / FILE)) as connection:
        connection.execute("UPDATE versions SET pages = '[[1, 0, 9, null, false]]'")
        connection.commit()
    with library.index.snapshot() as catalog:
        (page,) = catalog.version(catalog.document("a.pdf").version).pages
    assert not page.differs


def test_a_torn_end_loses_the_third_and_no_document() -> None:
    """PDFium mends the table of contents of the file; pypdf may or may not."""
    whole = make_squeezed()
    parsed: ParsedText = parse("a.pdf", whole[: whole.rindex(b"startxref")])
    assert "toll of 40 marks" in parsed.text
    assert any(page.differs for page in parsed.pages if page.number == 2)
