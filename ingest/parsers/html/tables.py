"""Tables of a page as rows: cells that span rows or columns, heads of several rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from lxml.html import HtmlElement

from ingest.parsers.html.loose_cells import find_rows
from ingest.parsers.shared.collector import LAYOUT_CELL_CHARS, Piece
from ingest.parsers.shared.row_groups import repeat_groups
from ingest.parsers.shared.sheet_rows import MOST_REPEATED_CHARS, Merge, expand_row

# A cell that holds one of these was made for layout.
_LAYOUT = "h1 h2 h3 h4 h5 h6 table dl article section".split()
# What sets paragraphs apart in a cell; old pages do it with empty lines.
_NEXT = "following-sibling::node()[not(self::text()[not(normalize-space())])][1]"
_PARAGRAPHS = f"p|div|ul|ol|blockquote|center|br[{_NEXT}[self::br]]"
# What says that it spans more columns than its table has is meant to reach to the end.
MOST_COLUMNS = 200
MOST_ROWS = 65_534


class _Cell(NamedTuple):
    """What stands at one place of the grid."""

    text: str
    is_first: bool  # not a further column of a cell that spans several


# By column: how many more rows a cell reaches into, and the cell.
_Reaching = dict[int, tuple[int, _Cell]]


# What says that it is a table, and is made of other elements.
_ROLES = {
    "table": "table", "grid": "table", "rowgroup": "tbody", "row": "tr",
    "columnheader": "th", "rowheader": "th", "cell": "td", "gridcell": "td",
}  # fmt: skip


def name_tables(main: HtmlElement) -> None:
    """Make tables of what is one by its role."""
    for element in main.xpath(".//*[@role='table' or @role='grid']"):
        if element.tag == "table":
            continue
        for part in (element, *element.iterdescendants()):
            if isinstance(part.tag, str):
                part.tag = _ROLES.get(part.get("role", ""), part.tag)


def is_data(element: HtmlElement) -> bool:
    """Return whether a table holds data; one that lays out a page is read as its blocks."""
    if next(element.iterdescendants(*_LAYOUT), None) is not None:
        return False
    if element.tag == "dl":
        return not _has_loose_words(element) and all(
            len(meaning.findall("p")) < 2 for meaning in element.iterdescendants("dd")
        )
    rows = _find_rows(element)
    if element.get("role") in ("presentation", "none") or max(map(len, rows), default=0) < 2:
        return False
    return not any(
        len(cell.text_content()) > LAYOUT_CELL_CHARS and len(cell.xpath(_PARAGRAPHS)) > 1
        for row in rows
        for cell in row
    )


def convert_table(table: HtmlElement, flatten: Callable[[HtmlElement], str]) -> Iterator[Piece]:
    """Yield a table's captions and rows; `flatten` gives the words of a cell."""
    for caption in table.xpath("caption"):
        yield Piece(flatten(caption))
    # A head of several rows is one row, the words of each column one below another, so that every
    # figure has all of its names. One cell over all columns above it is a caption.
    rows = _find_rows(table)
    most_heads = _count_heads(rows)
    heads: list[list[_Cell]] = []
    grid: list[list[str]] = []
    over_all: list[Merge] = []
    has_head = False
    for position, cells in enumerate(_lay_out(rows, flatten)):
        is_over_all = sum(cell.is_first for cell in cells) == 1 and len(cells) > 1
        if position < most_heads and any(cell.text for cell in cells):
            if not heads and is_over_all:
                yield Piece(cells[0].text)
            else:
                heads.append(cells)
        if position + 1 >= most_heads and heads:
            grid.append(_join_heads(heads))
            heads, has_head = [], True
        if position >= most_heads and cells:
            if is_over_all:
                over_all.append(Merge(len(grid), len(grid), 1, len(cells)))
            grid.append([cell.text if cell.is_first else "" for cell in cells])
    yield from _convert_grid(grid, over_all, has_head)


def _convert_grid(
    grid: Sequence[Sequence[str]], over_all: Sequence[Merge], has_head: bool
) -> Iterator[Piece]:
    numbered = {number: dict(enumerate(texts, start=1)) for number, texts in enumerate(grid)}
    repeat_groups(numbered, over_all, ())
    for number, texts in numbered.items():
        yield Piece("\t".join(expand_row(texts, ())), "row", int(has_head and number == 0))


def _has_loose_words(terms: HtmlElement) -> bool:
    """Tell whether words of a definition list stand in none of its terms and meanings."""
    words = terms.xpath(".//text()[normalize-space() and not(ancestor::dt or ancestor::dd)]")
    return bool(words)


def _find_rows(table: HtmlElement) -> list[list[HtmlElement]]:
    """Return the cells that each row brings with it, the table's head first, its foot last."""
    place = {"thead": 0, "tfoot": 2}
    rows = sorted(find_rows(table), key=lambda row: place.get(row.getparent().tag, 1))
    return [[cell for cell in row if cell.tag in ("td", "th")] for row in rows]


def _count_heads(rows: Sequence[Sequence[HtmlElement]]) -> int:
    """Return how many rows name the columns: those of the head, else the first of names only."""
    in_head = sum(1 for row in rows if row and row[0].getparent().getparent().tag == "thead")
    if in_head:
        return in_head
    count = 0
    while count < len(rows) and _is_head(rows[count], count):
        count += 1
    if not count and len(rows) > 1 and _is_bold(rows[0]) and not _is_bold(rows[1]):
        return 1
    # In a table of nothing but names, the first row names the others.
    return count if count < len(rows) else min(count, 1)


def _is_bold(row: Sequence[HtmlElement]) -> bool:
    """Tell whether several cells hold bold words and no others."""
    texts = [cell.text_content().strip() for cell in row]
    return (
        len(texts) > 1
        and all(
            text == "".join(part.text_content() for part in cell.xpath(".//b|.//strong")).strip()
            for text, cell in zip(texts, row, strict=True)
            if text
        )
        and any(texts)
    )


def _is_head(row: Sequence[HtmlElement], position: int) -> bool:
    # A later one whose names reach down is that of the rows beside it.
    # One alone over all columns heads the rows that follow.
    return len(row) > bool(position) and all(
        cell.tag == "th" and (position == 0 or _read_span(cell, "rowspan") == 1) for cell in row
    )


def _lay_out(
    rows: Sequence[Sequence[HtmlElement]], flatten: Callable[[HtmlElement], str]
) -> Iterator[list[_Cell]]:
    """Yield each row with a cell for every column, also of cells that reach into it from above."""
    # A cell alone in its row does not say how many columns there are.
    width = max((min(_count_columns(row), MOST_COLUMNS) for row in rows if len(row) > 1), default=1)
    from_above: _Reaching = {}
    for row in rows:
        line: list[_Cell] = []
        below: _Reaching = {}
        for element in row:
            _carry_on(line, from_above, below)
            text, column = flatten(element), len(line)
            columns = max(1, min(_read_span(element, "colspan"), width - column))
            line += [_Cell(text, further == 0) for further in range(columns)]
            rows_below = _read_span(element, "rowspan") - 1
            if rows_below > 0:
                shown = text if len(text) <= MOST_REPEATED_CHARS else ""
                for further in range(columns):
                    below[column + further] = (rows_below, _Cell(shown, further == 0))
        own = any(cell.text for cell in line)
        _carry_on(line, from_above, below)
        while from_above:  # beyond cells that are missing in this row
            line += [_Cell("", True)] * (min(from_above) - len(line))
            _carry_on(line, from_above, below)
        from_above = below
        yield line if own else []


def _carry_on(line: list[_Cell], from_above: _Reaching, below: _Reaching) -> None:
    """Append the cells that reach from above into the columns that come next."""
    while len(line) in from_above:
        column = len(line)
        left, cell = from_above.pop(column)
        if left > 1:
            below[column] = (left - 1, cell)
        line.append(cell)


def _count_columns(row: Sequence[HtmlElement]) -> int:
    # The last cell may claim more than there is.
    return sum(_read_span(cell, "colspan") for cell in row[:-1]) + min(
        _read_span(row[-1], "colspan"), 20
    )


def _read_span(cell: HtmlElement, name: str) -> int:
    """Return how many columns or rows a cell spans; 0 rows means all that follow."""
    said = cell.get(name, "1").strip()
    if not re.fullmatch(r"\d{1,5}", said):
        return 1
    return int(said) or (MOST_ROWS if name == "rowspan" else 1)


def _join_heads(heads: Sequence[Sequence[_Cell]]) -> list[str]:
    """Return the names of columns as one row."""
    if len(heads) == 1:
        return [cell.text if cell.is_first else "" for cell in heads[0]]
    names = []
    for column in zip_longest(*heads):
        texts = [cell.text for cell in column if cell is not None]
        names.append(" ".join(dict.fromkeys(text for text in texts if text)))
    return names
