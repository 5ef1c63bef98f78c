"""Tables and sheets of OpenDocument files: rows and columns that are shown, merged cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from lxml.etree import _Element as Element

from ingest.parsers.office.opendocument.looks import (
    LAST_COLUMN,
    MOST_REPEATED,
    TABLE,
    TEXT,
    Columns,
    Looks,
    read_repeats,
)  # fmt: skip
from ingest.parsers.shared.collector import LAYOUT_CELL_CHARS, Piece
from ingest.parsers.shared.row_groups import GROUP_COLUMN, repeat_groups
from ingest.parsers.shared.sheet_rows import (
    Merge,
    TableBudget,
    expand_row,
    join_heads,
    repeat_merged,
)  # fmt: skip


class TableReader:
    """Reads the tables of one file; `walk` gives what stands in a cell."""

    def __init__(self, looks: Looks, walk: Callable[[Element], Iterable[Piece]]) -> None:
        self._looks = looks
        self._walk = walk

    def read_grid(self, table: Element) -> Iterator[tuple[Element, list[str]]]:
        """Yield the rows that are shown, each as often as it is, with what is merged into it."""
        columns = Columns(table)
        budget = TableBudget()  # of what is kept, since the cells below are changed by those above
        grid: dict[int, dict[int, str]] = {}
        origins: dict[int, Element] = {}
        merges: list[Merge] = []
        hidden: set[int] = set()
        number = 0
        for row in find_rows(table):
            texts, spans = self._read_row(row, columns)
            merges += [Merge(number, number + down - 1, at, right) for at, right, down in spans]
            times = read_repeats(row, "rows", MOST_REPEATED)
            if self._looks.hides_row(row):
                hidden.update(range(number, number + times))
            for again in range(number, number + (times if texts else 1)):
                budget.spend(list(texts.values()))
                grid[again], origins[again] = dict(texts), row
            number += times
        repeat_merged(grid, merges, hidden, columns.hidden)
        join_heads(grid, merges, hidden)
        repeat_groups(grid, merges, hidden)
        for at, found in grid.items():
            if at not in hidden:
                shown = {c: text for c, text in found.items() if text or c == GROUP_COLUMN}
                yield origins[at], expand_row(shown, columns.hidden)

    def _read_row(
        self, row: Element, columns: Columns
    ) -> tuple[dict[int, str], list[tuple[int, int, int]]]:
        """Return a row's texts by column, and of cells over several rows left, right and height."""
        texts: dict[int, str] = {}
        spans = []
        at = 1
        for cell in row.iterchildren(f"{TABLE}table-cell", f"{TABLE}covered-table-cell"):
            times = read_repeats(cell, "columns", MOST_REPEATED)
            if text := self._read_cell(cell, row, columns.find_style(at)):
                texts.update(dict.fromkeys(range(at, min(at + times, LAST_COLUMN)), text))
            down, right = _read_span(cell, "rows"), _read_span(cell, "columns")
            if down > 1 or right > 1:
                spans.append((at, at + min(right, LAST_COLUMN) - 1, min(down, MOST_REPEATED)))
            at += times
        return texts, spans

    def _read_cell(self, cell: Element, row: Element, column_style: str) -> str:
        row_style = row.get(f"{TABLE}default-cell-style-name", "")
        with self._looks.in_cell(cell.get(f"{TABLE}style-name") or row_style or column_style):
            parts = [piece.text for piece in self._walk(cell) if piece.text]
        return " ".join(" ".join(parts).split())


def find_rows(container: Element) -> Iterator[Element]:
    """Yield the rows of a table, not those of a table in one of its cells."""
    for child in container:
        if child.tag == f"{TABLE}table-row":
            yield child
        elif str(child.tag).startswith(f"{TABLE}table-") and "row" in str(child.tag):
            yield from find_rows(child)


def is_layout(cell: Element) -> bool:
    """Return whether a cell was made for layout."""
    if cell.find(f".//{TABLE}table") is not None or cell.find(f".//{TEXT}h") is not None:
        return True
    return len(cell) > 1 and sum(map(len, cell.itertext())) > LAYOUT_CELL_CHARS


def _read_span(cell: Element, what: str) -> int:
    said = cell.get(f"{TABLE}number-{what}-spanned", "1")
    return int(said) if said.isdigit() else 1
