"""Tables of Word documents: which cells stand where, and which are merged."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.parsers.office.word.numbers import Element, W, parse_integer, read_value
from ingest.parsers.shared.sheet_rows import Merge

# As many as Word allows.
_MOST_COLUMNS = 63


def find_children(element: Element, name: str) -> Iterator[Element]:
    """Yield rows of a table or cells of a row, also those in content controls."""
    for child in element:
        if child.tag == f"{W}{name}":
            yield child
        elif str(child.tag).removeprefix(W) in ("sdt", "sdtContent", "ins", "moveTo", "customXml"):
            yield from find_children(child, name)


def place_cells(cells: list[Element]) -> Iterator[tuple[int, Element]]:
    """Yield the cells of a row with the columns of the table's grid, from 1, where they begin."""
    row = cells[0].getparent()
    properties = None if row is None else row.find(f"{W}trPr")
    at = 1 + (0 if properties is None else parse_integer(read_value(properties, "gridBefore")))
    for cell in cells:
        yield min(at, _MOST_COLUMNS), cell
        properties = cell.find(f"{W}tcPr")
        span = "" if properties is None else read_value(properties, "gridSpan")
        at += max(1, parse_integer(span))


def find_merges(rows: list[list[Element]]) -> Iterator[Merge]:
    """Yield the cells that are merged over several rows."""
    open_since: dict[int, int] = {}
    for number, cells in enumerate(rows):
        going_on = set()
        for at, cell in place_cells(cells):
            merge = read_merge(cell)
            if merge == "continue" and at in open_since:
                going_on.add(at)
            elif at in open_since:
                yield Merge(open_since.pop(at), number - 1, at, at)
            if merge == "restart":
                open_since[at] = number
                going_on.add(at)
        for at in [column for column in open_since if column not in going_on]:
            yield Merge(open_since.pop(at), number - 1, at, at)
    for at, since in open_since.items():
        yield Merge(since, len(rows) - 1, at, at)


def find_spans(rows: list[list[Element]]) -> Iterator[Merge]:
    """Yield the cells that span several columns of their row."""
    for number, cells in enumerate(rows):
        for at, cell in place_cells(cells):
            properties = cell.find(f"{W}tcPr")
            span = 0 if properties is None else parse_integer(read_value(properties, "gridSpan"))
            if span > 1:
                yield Merge(number, number, at, min(at + span - 1, _MOST_COLUMNS))


def read_merge(cell: Element) -> str:
    """Return "restart" and "continue" of cells that are merged with others in their column."""
    merged = cell.find(f"{W}tcPr/{W}vMerge")
    return "" if merged is None else merged.get(f"{W}val", "continue")


def is_header(table: Element, cells: list[Element], texts: list[str]) -> bool:
    """Return whether the first row names the columns: marked as such, and no cell is empty."""
    row = cells[0].getparent() if cells else None
    if row is not None and row.find(f"{W}trPr/{W}tblHeader") is not None:
        return True
    look = table.find(f"{W}tblPr/{W}tblLook")
    marked = look is not None and (
        look.get(f"{W}firstRow") == "1" or _parse_hexadecimal(look.get(f"{W}val", "")) & 0x20 > 0
    )
    return marked and all(texts) and len(texts) > 1


def _parse_hexadecimal(text: str) -> int:
    try:
        return int(text or "0", 16)
    except ValueError:
        return 0
