"""Rows over all columns that head those below them: their words stand before each of these."""

from __future__ import annotations

from io import BytesIO

import docx
import pptx
import pytest
from openpyxl import Workbook
from pptx.util import Inches

from ingest.parsers import parse
from ingest.parsers.shared.row_groups import repeat_groups
from ingest.parsers.shared.sheet_rows import Merge
from tests.growth import measure
from tests.office_files import opendocument

HEAD = ["Vessel", "Fee", "Deadline"]
TABLE = [
    HEAD,
    ["Northern ports"],
    ["Ferry", "400 euros", "3 June"],
    ["Tug", "150 euros", "5 June"],
    ["Southern ports"],
    ["Ferry", "600 euros", "4 June"],
    ["In force since 2026."],
]
SHOWN = (
    "\tVessel\tFee\tDeadline\n"
    "Northern ports\tFerry\t400 euros\t3 June\n"
    "Northern ports\tTug\t150 euros\t5 June\n"
    "Southern ports\tFerry\t600 euros\t4 June\n"
)


def write_page() -> bytes:
    rows = "".join(
        "<tr>"
        + "".join(f"<td{' colspan=3' * (len(row) == 1)}>{cell}</td>" for cell in row)
        + "</tr>"
        for row in TABLE[1:]
    )
    heads = "".join(f"<th>{name}</th>" for name in HEAD)
    return f"<p>Fees of all ports.</p><table><tr>{heads}</tr>{rows}</table>".encode()


def write_word() -> bytes:
    document = docx.Document()
    document.add_paragraph("Fees of all ports.")
    table = document.add_table(rows=len(TABLE), cols=3)
    for number, row in enumerate(TABLE):
        for column, text in enumerate(row):
            table.cell(number, column).text = text
        if len(row) == 1:
            table.cell(number, 0).merge(table.cell(number, 2))
    return save(document)


def write_slides() -> bytes:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    size = [Inches(1), Inches(1), Inches(6), Inches(3)]
    slide.shapes.add_textbox(*size).text_frame.text = "Fees of all ports."
    table = slide.shapes.add_table(len(TABLE), 3, *size).table
    for number, row in enumerate(TABLE):
        for column, text in enumerate(row):
            table.cell(number, column).text = text
        if len(row) == 1:
            table.cell(number, 0).merge(table.cell(number, 2))
    return save(deck)


def write_workbook() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Fees of all ports."])
    sheet.append([])
    for number, row in enumerate(TABLE, start=3):
        sheet.append(row)
        if len(row) == 1:
            sheet.merge_cells(start_row=number, end_row=number, start_column=1, end_column=3)
    return save(book)


def write_text() -> bytes:
    cell = "<table:table-cell{}><text:p>{}</text:p></table:table-cell>"
    span = ' table:number-columns-spanned="3"'
    rows = "".join(
        "<table:table-row>"
        + "".join(cell.format(span * (len(row) == 1), text) for text in row)
        + "<table:covered-table-cell/>" * (2 * (len(row) == 1))
        + "</table:table-row>"
        for row in TABLE
    )
    return opendocument(
        "text", f"<text:p>Fees of all ports.</text:p><table:table>{rows}</table:table>"
    )


def save(document: object) -> bytes:
    file = BytesIO()
    document.save(file)  # type: ignore[attr-defined]
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        pytest.param("a.html", write_page(), id="html"),
        pytest.param("a.docx", write_word(), id="word"),
        pytest.param("a.pptx", write_slides(), id="slides"),
        pytest.param("a.xlsx", write_workbook(), id="workbook"),
        pytest.param("a.odt", write_text(), id="opendocument"),
    ],
)
def test_what_heads_rows_stands_before_each_of_them(name: str, data: bytes) -> None:
    text = parse(name, data).text
    assert text.startswith("Fees of all ports.\n")
    assert text.endswith(f"{SHOWN}\tIn force since 2026.") or text.endswith(
        f"{SHOWN}In force since 2026."
    )


def test_a_row_of_heads_below_the_names_of_columns_names_no_column() -> None:
    page = write_page().replace(b"<td colspan=3>Northern ports</td>", b"<th colspan=3>Northern")
    text = parse("a.html", page).text
    assert "\tVessel\tFee\tDeadline\nNorthern\tFerry" in text
    assert "Southern ports\tFerry\t600" in text


def group(*rows: list[str], wide: tuple[int, ...]) -> list[list[str]]:
    grid = {n: dict(enumerate(row, start=1)) for n, row in enumerate(rows)}
    repeat_groups(grid, [Merge(n, n, 1, 3) for n in wide], ())
    return [[row.get(column, "") for column in range(4)] for row in grid.values()]


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([["Fees of ports"], HEAD, ["Tug", "15", "5 June"]], id="a-caption"),
        pytest.param([HEAD, ["Tug", "15", "5 June"], ["Since 2026"]], id="a-note"),
        pytest.param([HEAD, ["x" * 201], ["Tug", "15", "5 June"]], id="running-text"),
        pytest.param([["Ports"], ["Fees"], HEAD, ["Tug", "15", "5 June"]], id="two-captions"),
    ],
)
def test_what_heads_no_rows_stays_where_it_is(rows: list[list[str]]) -> None:
    wide = tuple(n for n, row in enumerate(rows) if len(row) == 1)
    assert group(*rows, wide=wide) == [["", *row, *[""] * (3 - len(row))] for row in rows]


def test_a_table_without_names_of_columns_begins_with_what_heads_rows() -> None:
    tug = ["Tug", "15", "20"]
    assert group(["North"], tug, ["South"], tug, wide=(0, 2)) == [["North", *tug], ["South", *tug]]


def test_an_empty_cell_heads_nothing() -> None:
    """Only what spans the columns does: else a value is missing."""
    rows = [HEAD, ["Malta", "", ""], ["Tug", "15", "5 June"]]
    assert group(*rows, wide=()) == [["", *row] for row in rows]


@pytest.mark.parametrize(
    "alone",
    [
        pytest.param(["South " + "x" * 200], id="a-long-one-over-all-columns"),
        pytest.param(["South", "", ""], id="one-that-spans-nothing"),
    ],
)
def test_a_group_ends_where_other_words_stand_alone(alone: list[str]) -> None:
    """They may head what follows: better no group is named than a wrong one."""
    tug = ["Tug", "15", "20"]
    wide = (1, 3) if len(alone) == 1 else (1,)
    rows = group(HEAD, ["North"], tug, alone, tug, wide=wide)
    alone = [*alone, "", ""][:3]
    assert rows == [["", *HEAD], ["North", *tug], ["", *alone], ["", *tug]]


def test_many_rows_that_head_others_cost_no_square() -> None:
    def read(count: int) -> None:
        rows = [["A"], ["B"], ["Tug", "15", "20"]] * count
        group(*rows, wide=tuple(n for n in range(len(rows)) if n % 3 < 2))

    assert measure(lambda: read(8_000)) < 30 * measure(lambda: read(1_000))
