"""Tables as text (CSV, TSV): the delimiter is found, the first row names the columns."""

from __future__ import annotations

import csv
import io

from index.types import Metadata
from ingest.errors import SourceRefused
from ingest.parsers.shared.collector import Collector
from ingest.parsers.shared.decode import decode
from ingest.parsers.shared.sheet_rows import TableBudget, convert_rows
from ingest.text.blocks import ParsedText

ID = "delimited@1"

_SAMPLE_LINES = 50
_DELIMITERS = ",;\t|"


def parse(data: bytes) -> ParsedText:
    """Return the rows of a table in text form."""
    text = decode(data)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=_find_delimiter(text))
        return Collector().add_all(convert_rows(rows, TableBudget())).finish(Metadata())
    except csv.Error as error:
        raise SourceRefused(f"not a table ({error}): save it as CSV in UTF-8") from error


def _find_delimiter(text: str) -> str:
    """Return the sign that cuts the first lines into the same number of cells, at least two."""
    # csv.Sniffer takes letters for delimiters and refuses a table of one column.
    lines = io.StringIO(text, newline="")
    sample = "".join(line for line, _ in zip(lines, range(_SAMPLE_LINES), strict=False))
    best, most = ",", (0.0, 0)
    for sign in _DELIMITERS:
        try:
            rows = list(csv.reader(io.StringIO(sample, newline=""), delimiter=sign))
        except csv.Error:
            continue
        widths = [len(row) for row in rows if row]
        usual = max(set(widths), key=widths.count, default=1)
        if usual > 1 and (widths.count(usual) / len(widths), usual) > most:
            best, most = sign, (widths.count(usual) / len(widths), usual)
    return best
