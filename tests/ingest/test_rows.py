"""Rows whose first cells are empty: what follows stays in its column, in every format."""

from __future__ import annotations

from io import BytesIO

import pptx
import pytest
from openpyxl import Workbook
from pptx.util import Inches

from chat.evidence.structure.lines import read_lines
from chat.evidence.structure.tables import find_table
from index.pages.boxes import find_line_boxes
from ingest.parsers import parse
from ingest.parsers.shared.collector import Collector, Piece
from tests.office_files import docx, opendocument
from tests.pdfs import Mark, Rule, Text, make

CELLS = [
    ["", "2020", "2030"],
    ["Norland", "4", "6"],
    ["", "5", "7"],
    ["Oakquay", "8", "9"],
]
TEXT = "\t2020\t2030\nNorland\t4\t6\n\t5\t7\nOakquay\t8\t9"


def write_page() -> tuple[str, bytes]:
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>" for cells in CELLS)
    return "a.html", f"<html><body><table>{rows}</table></body></html>".encode()


def write_markdown() -> tuple[str, bytes]:
    lines = ["| | 2020 | 2030 |", "|-|-|-|", *(f"| {' | '.join(cells)} |" for cells in CELLS[1:])]
    return "a.md", "\n".join(lines).encode()


def write_csv() -> tuple[str, bytes]:
    return "a.csv", "\n".join(";".join(cells) for cells in CELLS).encode()


def write_word() -> tuple[str, bytes]:
    cell = "<w:tc><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:tc>"
    rows = "".join(f"<w:tr>{''.join(map(cell.format, cells))}</w:tr>" for cells in CELLS)
    return "a.docx", docx(f"<w:tbl>{rows}</w:tbl>")


def write_slide() -> tuple[str, bytes]:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    table = slide.shapes.add_table(4, 3, 0, 0, Inches(3), Inches(1)).table
    for row, cells in enumerate(CELLS):
        for column, words in enumerate(cells):
            table.cell(row, column).text = words
    file = BytesIO()
    deck.save(file)
    return "a.pptx", file.getvalue()


def write_workbook() -> tuple[str, bytes]:
    """Its first column is empty, as it often is: that is no column of the table."""
    book = Workbook()
    assert book.active is not None
    for cells in CELLS:
        book.active.append([None, *(cell or None for cell in cells)])
    file = BytesIO()
    book.save(file)
    return "a.xlsx", file.getvalue()


def write_opendocument() -> tuple[str, bytes]:
    cell = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    rows = "".join(
        f"<table:table-row>{''.join(map(cell.format, cells))}</table:table-row>" for cells in CELLS
    )
    return "a.odt", opendocument("text", f"<table:table>{rows}</table:table>")


def write_pdf() -> tuple[str, bytes]:
    marks: list[Mark] = [Rule(70, 400, 716.0 - 20 * n) for n in range(5)]
    for row, cells in enumerate(CELLS):
        marks += [Text(72 + 110.0 * n, 702.0 - 20 * row, c) for n, c in enumerate(cells) if c]
    return "a.pdf", make([marks])


WRITERS = [
    write_page, write_markdown, write_csv, write_word, write_slide, write_workbook,
    write_opendocument, write_pdf,
]  # fmt: skip


@pytest.mark.parametrize("made", [pytest.param(write(), id=write.__name__) for write in WRITERS])
def test_cells_behind_an_empty_one_stay_in_their_column(made: tuple[str, bytes]) -> None:
    found = parse(*made)
    assert found.text == TEXT
    assert [found.text[b.start : b.end] for b in found.blocks] == TEXT.replace("\n\t", "\n").strip(
        "\t"
    ).split("\n")


def test_a_page_that_begins_with_an_empty_cell_has_one_page() -> None:
    found = parse(*write_pdf())
    assert [(page.number, page.start, page.end) for page in found.pages] == [(1, 0, len(TEXT))]
    assert found.layout is not None
    assert len(find_line_boxes(found.layout, 0, len(TEXT))) == 10


def test_a_figure_alone_in_its_row_stays_in_its_column() -> None:
    source = b"Town;2020;2030\nNorland;4;6\n;;10\n"
    assert parse("a.csv", source).text == "Town\t2020\t2030\nNorland\t4\t6\n\t\t10"


def test_rows_that_all_begin_empty_begin_with_their_words() -> None:
    rows = [Piece("\t\tA\tB", "row"), Piece("\t\t\tC", "row"), Piece("words")]
    assert "".join(Collector().add_all(rows).parts) == "A\tB\n\tC\n\nwords"


def test_a_quoted_row_stands_under_the_heads_of_its_columns() -> None:
    text = f"Fees.\n\n{TEXT}"
    lines = read_lines(text, 0, len(text), is_plain=False)
    start = text.index("5\t7")
    table = find_table(text, lines, start, start + 3, "")
    assert table is not None
    assert [text[a:b] for a, b in table.rows] == ["\t5\t7"]
    assert table.head is not None
    assert text[slice(*table.head)] == "\t2020\t2030"
