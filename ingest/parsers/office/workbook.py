"""Excel workbooks (XLSX): a sheet is a section, a row a row, values as they are shown."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from openpyxl import load_workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from index.types import Metadata
from ingest.parsers.office.cell_formats import shown
from ingest.parsers.office.titles import useful_title
from ingest.parsers.shared import sheet_rows as tables
from ingest.parsers.shared.archive import damage_refused, opened
from ingest.parsers.shared.collector import Collector
from ingest.text.blocks import Reading

ID = "workbook@2"

_KIND = "an XLSX file"


def read(data: bytes) -> Reading:
    """Return the visible sheets of a workbook.

    Args:
        data: The whole file.

    Returns:
        The reading; formulas are given by the values that Excel stored with them.

    Raises:
        SourceRefused: Not an XLSX file, encrypted, damaged, a ZIP bomb, or more than a document.
    """
    opened(data, _KIND)
    with damage_refused(_KIND), warnings.catch_warnings():
        # openpyxl warns of what it will not write back: styles, validations, drawings.
        warnings.simplefilter("ignore")
        workbook = load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
        sheets = [
            sheet
            for sheet in workbook.worksheets
            if isinstance(sheet, ReadOnlyWorksheet) and sheet.sheet_state == "visible"
        ]
        collector = Collector()
        budget = tables.Budget()
        for sheet in sheets:
            rows = list(tables.pieces(_rows(sheet), budget))
            if rows and len(sheets) > 1:
                collector.add(sheet.title, "heading", 1)
            collector.add_all(rows)
        title = useful_title(workbook.properties.title)
        return collector.reading(Metadata(title=title), opens_with_title=False)


def _rows(sheet: Any) -> Iterator[list[str]]:  # noqa: ANN401 - its stubs lack iter_rows
    # What a file declares as its size may be the whole grid; rows end at their last cell then.
    sheet.reset_dimensions()
    for row in sheet.iter_rows():
        yield ["" if cell.value is None else shown(cell.value, cell.number_format) for cell in row]
