"""Excel workbooks (XLSX): a sheet is a section, a row a row, values as they are shown."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from index.types import Metadata
from ingest.parsers.office.cell_formats import format_cell
from ingest.parsers.office.titles import pick_title
from ingest.parsers.shared.archive import open_archive
from ingest.parsers.shared.collector import Collector
from ingest.parsers.shared.sheet_rows import TableBudget, convert_sheets
from ingest.text.blocks import ParsedText

ID = "workbook@2"

_KIND = "an XLSX file"


def parse(data: bytes) -> ParsedText:
    """Return the visible sheets of a workbook, formulas as the values stored with them."""
    with open_archive(data, _KIND), warnings.catch_warnings():
        # openpyxl warns of what it will not write back: styles, validations, drawings.
        warnings.simplefilter("ignore")
        workbook = load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheets = [
            (sheet.title, _read_rows(sheet))
            for sheet in workbook.worksheets
            if isinstance(sheet, ReadOnlyWorksheet) and sheet.sheet_state == "visible"
        ]
        collector = Collector().add_all(convert_sheets(sheets, TableBudget()))
        title = pick_title(workbook.properties.title)
        return collector.finish(Metadata(title=title), opens_with_title=False)


def _read_rows(sheet: Any) -> Iterator[list[str]]:  # noqa: ANN401 - its stubs lack iter_rows
    # What a file declares as its size may be the whole grid; rows end at their last cell then.
    sheet.reset_dimensions()
    for row in sheet.iter_rows():
        yield [
            "" if cell.value is None else format_cell(cell.value, cell.number_format)
            for cell in row
        ]
