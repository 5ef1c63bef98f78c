"""Tables as text (CSV, TSV): the delimiter is found, the first row names the columns."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator

from index.types import Metadata
from ingest.errors import SourceRefused
from ingest.parsers.shared.collector import Collector
from ingest.parsers.shared.decode import decode
from ingest.parsers.shared.sheet_rows import TableBudget, convert_rows
from ingest.text.blocks import ParsedText

ID = "delimited@3"

_SAMPLE_LINES = 50
# The last one first cuts numbers: where others cut as well, it is a decimal sign or a comma.
_DELIMITERS = ";\t|,"
_INSTRUCTION = re.compile(r'\s*(?:sep=([^\w\s]|\t)|"sep=([^\w\s]|\t)")[^\S\n]*\r?\n', re.IGNORECASE)
_DECIMALS = re.compile(r"(?<![\d,])\d+,\d+(?![\d,])")
_HAS_DIGIT = re.compile(r"\d")
_SAMPLE_CHARS = 10_000
MOSTLY = 0.9


def parse(data: bytes) -> ParsedText:
    """Return the rows of a table in text form."""
    text = decode(data)
    # What Excel is told about the file is no row of it.
    told = _INSTRUCTION.match(text)
    text = text[told.end() :] if told else text
    delimiter = (told[1] or told[2]) if told else _find_delimiter(text)
    try:
        rows = csv.reader(
            io.StringIO(text, newline=""),
            delimiter=delimiter,
            skipinitialspace=f'{delimiter} "' in text[:_SAMPLE_CHARS],
        )
        read = convert_rows(_join_remarks(rows, delimiter), TableBudget())
        return Collector().add_all(read).finish(Metadata())
    except csv.Error as error:
        raise SourceRefused(f"not a table ({error}): save it as CSV in UTF-8") from error


def _join_remarks(rows: Iterable[list[str]], delimiter: str) -> Iterator[list[str]]:
    """Yield rows; those above the table that begin with "#" are remarks of one cell each."""
    before: list[str] | None = None  # the last such row, which may name the columns
    at_top = True
    for row in rows:
        at_top = at_top and row[:1] != [] and row[0].lstrip().startswith("#")
        if before is not None:
            names_columns = (
                not at_top and len(before) == len(row) and _HAS_DIGIT.search("".join(row))
            )
            yield before if names_columns else [delimiter.join(before)]
        before = row if at_top else None
        if not at_top:
            yield row
    if before is not None:
        yield before


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
        if sign == "," and most[0] >= MOSTLY and _DECIMALS.search(sample):
            continue
        usual = max(set(widths), key=widths.count, default=1)
        if usual > 1 and (widths.count(usual) / len(widths), usual) > most:
            best, most = sign, (widths.count(usual) / len(widths), usual)
    return best
