"""Known tables as workbooks, made by openpyxl: numbers and dates as an English Excel shows them."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font

from benchmarks.text.known_truth import sources
from benchmarks.text.known_truth.model import Truth, keep

# Each cell as it is stored, with its number format, and as it is shown.
Row = tuple[tuple[float | date | str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook: rows of (value, number format, as shown), and what else is done to it."""

    name: str
    rows: tuple[Row, ...]
    change: Callable[[Workbook], None] = lambda _: None
    unseen: tuple[str, ...] = ()
    hidden_rows: tuple[int, ...] = ()


def _words(*cells: str) -> Row:
    return tuple((cell, "General", cell) for cell in cells)


def _hide(book: Workbook) -> None:
    sheet, secret = book.worksheets[0], book.create_sheet("Secret")
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["C"].hidden = True
    secret["A1"] = "Nobody sees this sheet"
    secret.sheet_state = "hidden"


def _strike(book: Workbook) -> None:
    book.worksheets[0]["B3"].font = Font(strike=True)


def _merge(book: Workbook) -> None:
    book.worksheets[0].merge_cells("A2:A3")


BOOKS = (
    Book("table", tuple(_words(*cells) for cells in sources.TABLE_CELLS)),
    Book(
        "numbers",
        (
            _words("Item", "Amount", "Share", "Code"),
            (
                *_words("Piers"),
                (1234567.5, "#,##0.00", "1,234,567.50"),
                (0.125, "0.0%", "12.5%"),
                (42, "00000", "00042"),
            ),
            (*_words("Lamps"), (2.5, "0", "3"), (1, "0%", "100%"), (7, "000", "007")),
            (
                *_words("Ropes"),
                (-3, "0.00", "-3.00"),
                (1 / 3, "0.00%", "33.33%"),
                (12, "0000", "0012"),
            ),
        ),
    ),
    Book(
        "dates",
        (
            _words("Event", "Day"),
            (*_words("Opening"), (date(2026, 3, 9), "dd.mm.yyyy", "09.03.2026")),
            (*_words("Fair"), (date(2026, 11, 1), "d mmmm yyyy", "1 November 2026")),
            (*_words("Audit"), (date(2027, 1, 31), "yyyy-mm-dd", "2027-01-31")),
        ),
    ),
    Book(
        "hidden",
        (
            _words("Quay", "Fee", "Bribe"),
            _words("North", "forty crowns", "none known"),
            _words("South", "nothing at all", "plenty"),
            _words("East", "fifty crowns", "unknown"),
        ),
        _hide,
        ("Bribe", "none known", "South nothing at all plenty", "unknown", "Nobody sees this sheet"),
        hidden_rows=(2,),
    ),
    Book(
        "struck",
        (
            _words("Rule", "Text"),
            _words("First", "Whoever enters pays the lamp fee."),
            _words("Second", "Pilots are free of charge."),
        ),
        _strike,
        ("Pilots are free of charge.",),
    ),
    Book(
        "merged",
        (
            _words("Port", "Quay", "Depth"),
            _words("Thule", "North", "eleven metres"),
            _words("", "South", "nine metres"),
            _words("Narvik", "Ore quay", "twenty metres"),
        ),
        _merge,
    ),
)


def make(folder: Path) -> None:
    """Write every workbook."""
    for book in BOOKS:
        keep(folder, write_book(book), _state_book(book))


def write_book(book: Book) -> bytes:
    """Return a workbook of one visible sheet."""
    file = io.BytesIO()
    made = Workbook()
    sheet = made.worksheets[0]
    sheet.title = "Quays"
    for row, cells in enumerate(book.rows, start=1):
        for column, (value, shape, _) in enumerate(cells, start=1):
            if value != "":
                sheet.cell(row, column, value).number_format = shape
    book.change(made)
    made.save(file)
    return file.getvalue()


def _state_book(book: Book) -> Truth:
    """Return the cells as shown: without what is hidden, a merged cell on each of its rows."""
    unseen = " ".join(book.unseen)
    body = []
    for number, cells in enumerate(book.rows):
        if number in book.hidden_rows:
            continue
        shown = [text or book.rows[number - 1][at][2] for at, (_, _, text) in enumerate(cells)]
        body.append(" ".join(text for text in shown if not unseen or text not in unseen))
    return Truth(f"book-{book.name}.xlsx", "openpyxl", body, [], ["Quays"], list(book.unseen))
