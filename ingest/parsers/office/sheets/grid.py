"""The rows of a workbook's sheet as they are shown: without hidden ones, merged cells repeated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

from ingest.parsers.office.sheets.boxes import read_boxes
from ingest.parsers.office.sheets.cells import CellReader
from ingest.parsers.shared.left_out import HIDDEN, LeftOut
from ingest.parsers.shared.row_groups import repeat_groups
from ingest.parsers.shared.sheet_rows import (
    Merge,
    TableBudget,
    expand_row,
    join_heads,
    repeat_merged,
)  # fmt: skip

_ON = ("1", "true")
_LAST_COLUMN = 16_384


class _GridReader(WorkSheetParser):
    """Counts formulas that no program has worked out."""

    formulas_without_value = 0

    def parse_cell(self, element: Any) -> Any:  # noqa: ANN401
        cell = super().parse_cell(element)
        if cell["value"] is None and element.find(FORMULA_TAG) is not None:
            # A formula that gives an empty text has the type of one.
            self.formulas_without_value += element.get("t") != "str"
        return cell


def read_sheet(
    sheet: ReadOnlyWorksheet, cells: CellReader, left_out: LeftOut
) -> Iterator[list[str]]:
    """Yield the rows of a sheet as texts; one empty row stands for any number of them."""
    known: Any = sheet  # its stubs lack what it reads with
    with known._get_source() as source:
        reader = _GridReader(
            source,
            known._shared_strings,
            data_only=True,
            epoch=known.parent.epoch,
            date_formats=known.parent._date_formats,
            timedelta_formats=known.parent._timedelta_formats,
            rich_text=True,
        )
        # What is merged is said behind the rows, so they are kept.
        rows = _collect_rows(reader, cells, left_out)
    cells.formulas_without_value += reader.formulas_without_value
    hidden_rows = {
        int(row) for row, said in reader.row_dimensions.items() if _is_hidden(said, "ht")
    }
    hidden_columns = _find_hidden_columns(reader.column_dimensions.values())
    merges = _read_merges(reader.merged_cells)
    repeat_merged(rows, merges, hidden_rows, hidden_columns)
    join_heads(rows, merges, hidden_rows)
    repeat_groups(rows, merges, hidden_rows)
    last = 0
    for number, texts in rows.items():
        if number > last + 1:
            yield []
        last = number
        shown = {column: text for column, text in texts.items() if column not in hidden_columns}
        if number in hidden_rows or len(shown) < len(texts):
            gone = texts if number in hidden_rows else texts.keys() & hidden_columns
            if gone:
                left_out.add(HIDDEN, " ".join(texts[column] for column in gone))
        if number not in hidden_rows:
            yield expand_row(shown, hidden_columns)
    for paragraph in read_boxes(known.parent._archive, known._worksheet_path, left_out):
        yield []
        yield [paragraph]


def _collect_rows(
    reader: _GridReader, cells: CellReader, left_out: LeftOut
) -> dict[int, dict[int, str]]:
    budget = TableBudget()
    rows: dict[int, dict[int, str]] = {}
    white: list[tuple[int, int]] = []
    for number, row in reader.parse():
        texts = {cell["column"]: cells.read(cell["value"], cell["style_id"]) for cell in row}
        rows[number] = {column: text for column, text in texts.items() if text}
        white += [(number, cell["column"]) for cell in row if cells.is_white(cell["style_id"])]
        budget.spend(list(rows[number].values()))
    # Rules, which may lay a colour behind a cell, are said behind the rows.
    coloured = [area for rule in reader.formatting for area in rule.sqref.ranges]
    for number, column in white:
        is_coloured = any(
            area.min_row <= number <= area.max_row and area.min_col <= column <= area.max_col
            for area in coloured
        )
        if column in rows[number] and not is_coloured:
            left_out.add(HIDDEN, rows[number].pop(column))
    return rows


def _is_hidden(said: dict[str, str], size: str) -> bool:
    return said.get("hidden") in _ON or said.get(size) in ("0", "0.0")


def _find_hidden_columns(dimensions: Iterable[dict[str, str]]) -> set[int]:
    hidden: set[int] = set()
    spans = [
        (int(said["min"]), int(said["max"])) for said in dimensions if _is_hidden(said, "width")
    ]
    at = 1
    for first, last in sorted(spans):
        end = min(last, _LAST_COLUMN) + 1
        hidden.update(range(max(first, at), end))
        at = max(at, end)
    return hidden


def _read_merges(found: Any) -> list[Merge]:  # noqa: ANN401
    ranges = [] if found is None else found.mergeCell
    return [Merge(area.min_row, area.max_row, area.min_col, area.max_col) for area in ranges]
