"""Rows of cells to pieces: which row names the columns, and how much is still a document."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Container, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from ingest.errors import SourceRefused
from ingest.parsers.shared.collector import Piece

# About 20,000 passages; what is longer is data that somebody asks with a query, not in words.
MOST_CHARS = 5_000_000
# Empty ones too: styled columns and rows without a word are what spreadsheets are full of.
MOST_CELLS = 20_000_000

# A label is said on each row that it stands beside; what is longer is running text, read once.
MOST_REPEATED_CHARS = 200

# A name over more columns than these is a caption.
_MOST_DIVIDED = 50
# So many empty cells beside each other are the grid, not columns of the table.
_GRID = re.compile("\t{50,}")
_YEAR = re.compile(r"(?:19|20)\d\d(?:[/-]\d\d(?:\d\d)?)?")
_FIGURE = re.compile(r"[-+(]?[\d.,:/\s%€$£-]*\d[\d.,:/\s%€$£)-]*")


class Merge(NamedTuple):
    """Cells merged into one: the first and the last row and column."""

    top: int
    bottom: int
    left: int
    right: int


class TableBudget:
    """What of the limits is left while the tables of one file are read."""

    def __init__(self) -> None:
        self._chars = MOST_CHARS
        self._cells = MOST_CELLS

    def spend(self, cells: Sequence[str]) -> None:
        """Count a row, empty cells too; refuse the file if it holds more than a document."""
        self._cells -= len(cells) + 1
        self._chars -= sum(map(len, cells))
        if self._chars < 0:
            found = f"its cells hold more than {MOST_CHARS:,} characters"
        elif self._cells < 0:
            found = f"it has more than {MOST_CELLS:,} cells"
        else:
            return
        raise SourceRefused(
            f"{found}, a table to be read was expected: keep the part that is asked about"
        )


def repeat_merged(
    rows: dict[int, dict[int, str]],
    merges: Iterable[Merge],
    hidden_rows: Container[int],
    hidden_columns: Container[int],
) -> None:
    """Put the text of a merged cell into each of its rows, in the first column that is shown.

    Rows are texts by column, by row. A row that has no cell of its own repeats none: a merged cell
    of several rows that stands alone is a text over the width of the sheet. A cell merged along a
    row stays where it begins, so that columns stay where they are.
    """
    budget = TableBudget()
    shown_rows = sorted(number for number in rows if number not in hidden_rows)
    filled = [number for number in shown_rows if any(rows[number].values())]
    for merge in merges:
        text = rows.get(merge.top, {}).get(merge.left, "")
        columns = range(merge.left, merge.right + 1)
        shown = next((column for column in columns if column not in hidden_columns), merge.left)
        if not text or (merge.top == merge.bottom and shown == merge.left):
            continue
        rows[merge.top][shown] = text
        # Only rows that exist are gone through: a merge may name a million.
        if merge.top in hidden_rows:
            for number in islice(_find_between(shown_rows, merge), 1):
                rows[number][shown] = text
        if len(text) <= MOST_REPEATED_CHARS:
            for number in _find_between(filled, merge):
                budget.spend([text])
                rows[number][shown] = text


def _find_between(numbers: Sequence[int], merge: Merge) -> Iterator[int]:
    """Yield those of the numbers of rows that lie in a merged cell, below its first row."""
    places = range(bisect_right(numbers, merge.top), bisect_right(numbers, merge.bottom))
    return (numbers[place] for place in places)


def join_heads(
    rows: dict[int, dict[int, str]], merges: Iterable[Merge], hidden_rows: Container[int]
) -> None:
    """Join a row of names, some over several columns, with the row that divides these, below it.

    "Grants" over "2024" and "2025" gives "Grants 2024" and "Grants 2025", and its row goes. Both
    rows hold names only, and what is not divided stands in one of them, or is merged over both.
    """
    wide: dict[int, list[Merge]] = {}
    for merge in merges:
        if merge.right > merge.left and merge.top == merge.bottom:
            wide.setdefault(merge.top, []).append(merge)
    for top, over in sorted(wide.items()):
        upper, lower = rows.get(top, {}), rows.get(top + 1, {})
        names = [text for text in (*upper.values(), *lower.values()) if text]
        opens_table = sum(map(bool, rows.get(top - 1, {}).values())) < 2
        is_shown = top not in hidden_rows and top + 1 not in hidden_rows
        if not opens_table or not is_shown or sum(map(bool, upper.values())) < 2:
            continue
        divided = {
            column: upper.get(merge.left, "")
            for merge in over
            for column in range(merge.left, min(merge.right, merge.left + _MOST_DIVIDED) + 1)
        }
        others = [column for column in lower if column not in divided and upper.get(column)]
        if any(lower[column] not in ("", upper[column]) for column in others):
            continue
        filled = sum(bool(lower.get(column)) for column in divided)
        if filled < 2 or any(_FIGURE.fullmatch(n) and not _YEAR.fullmatch(n) for n in names):
            continue
        above = upper | divided
        rows[top + 1] = {
            column: " ".join(dict.fromkeys(filter(None, (above.get(column), lower.get(column)))))
            for column in sorted(above.keys() | lower.keys())
        }
        del rows[top]


def expand_row(texts: dict[int, str], hidden_columns: Container[int]) -> list[str]:
    """Return the cells of a row, of which the empty ones are not known, in columns from 1, or 0."""
    every = range(min(1, min(texts, default=1)), max(texts, default=0) + 1)
    return [texts.get(column, "") for column in every if column not in hidden_columns]


def convert_sheets(
    sheets: Sequence[tuple[str, Iterable[Sequence[str]]]], budget: TableBudget
) -> Iterator[Piece]:
    """Yield the rows of sheets, each sheet under its name if there are several."""
    for name, rows in sheets:
        pieces = list(convert_rows(rows, budget))
        if pieces and len(sheets) > 1:
            yield Piece(name, "heading", 1)
        yield from pieces


def convert_rows(rows: Iterable[Sequence[str]], budget: TableBudget) -> Iterator[Piece]:
    """Yield a sheet's cells, as they are shown, as rows, and captions above them as paragraphs."""
    # A single cell above a table is a caption. The first row of several cells below an empty row,
    # or at the top, names the columns if another row follows and none of its cells is a figure,
    # but for years behind the first one.
    waiting: list[str] | None = None
    in_table = False
    for row in rows:
        budget.spend(row)
        cells = [" ".join(cell.split()) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        filled = sum(map(bool, cells))
        if waiting is not None:
            yield Piece(_join_cells(waiting), "row", int(filled > 0))
            waiting = None
        if filled > 1 and not in_table and names_columns(cells):
            waiting = cells
        elif filled > 1:
            yield Piece(_join_cells(cells), "row")
        elif filled:
            yield Piece(_join_cells(cells), "row" if in_table else "paragraph")
        in_table = filled > 1 or (in_table and filled == 1)
    if waiting is not None:
        yield Piece(_join_cells(waiting), "row")


def names_columns(cells: Sequence[str]) -> bool:
    """Tell whether a row may name columns: none is a figure, but for years behind the first."""
    first, *others = cells
    return not _FIGURE.fullmatch(first) and not any(
        _FIGURE.fullmatch(cell) and not _YEAR.fullmatch(cell) for cell in others
    )


def _join_cells(cells: Sequence[str]) -> str:
    return _GRID.sub("\t", "\t".join(cells))
