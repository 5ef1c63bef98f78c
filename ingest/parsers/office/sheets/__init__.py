"""Excel workbooks (XLSX): a sheet is a section, a row a row, values as they are shown."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from io import BytesIO

from openpyxl import load_workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from index.types import Metadata
from ingest.parsers.office.sheets.cells import CellReader
from ingest.parsers.office.sheets.grid import read_sheet
from ingest.parsers.shared.archive import open_archive
from ingest.parsers.shared.collector import Collector
from ingest.parsers.shared.left_out import HIDDEN, LeftOut
from ingest.parsers.shared.sheet_rows import TableBudget, convert_sheets
from ingest.parsers.shared.titles import pick_title
from ingest.text.blocks import ParsedText

ID = "workbook@5"

_KIND = "an XLSX file"


def parse(data: bytes) -> ParsedText:
    """Return the visible sheets of a workbook, formulas as the values stored with them."""
    with open_archive(data, _KIND), warnings.catch_warnings():
        # openpyxl warns of what it will not write back: styles, validations, drawings.
        warnings.simplefilter("ignore")
        workbook = load_workbook(
            BytesIO(data), read_only=True, data_only=True, keep_links=False, rich_text=True
        )
        left_out = LeftOut()
        cells = CellReader(workbook, left_out)
        sheets: list[tuple[str, Iterator[list[str]]]] = []
        for sheet in workbook.worksheets:
            if not isinstance(sheet, ReadOnlyWorksheet):
                continue
            if sheet.sheet_state == "visible":
                sheets.append((sheet.title, read_sheet(sheet, cells, left_out)))
            else:
                left_out.add(HIDDEN)
        collector = Collector().add_all(convert_sheets(sheets, TableBudget()))
        title = pick_title(workbook.properties.title)
        parsed = collector.finish(Metadata(title=title), opens_with_title=False)
        cells.say_formulas()
        return left_out.say_on(parsed)
