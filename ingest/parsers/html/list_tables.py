"""Lists that a page draws as tables: the mark of an item in one cell, its words beside it.

Official journals set every point of a law so.
"""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from ingest.parsers.html.loose_cells import find_rows

# The attribute of an item with the mark that it has in its source, which no page knows better.
OWN_MARK = "data-mark-of-source"
_MARK = re.compile(
    r"\((?:\d{1,3}[a-z]{0,2}|[a-z]{1,2}|[ivxlc]{1,6})\)|(?:\d{1,3}|[a-z]|[ivxlc]{1,6})[.)]|[—–•▪‣◦-]",
    re.IGNORECASE,
)
_HEADINGS = "h1 h2 h3 h4 h5 h6".split()


def name_lists(main: HtmlElement) -> None:
    """Make lists of the tables that are some, each item with the mark that the page gives it."""
    for table in list(main.iter("table")):
        rows = list(find_rows(table))
        marked = [_read_item(row) for row in rows]
        if not rows or None in marked or table.xpath("caption"):
            continue
        table.tag = "ul"
        for row, mark in zip(rows, marked, strict=True):
            row.tag = "li"
            row.set(OWN_MARK, f"{mark} ")
            *before, words = _list_cells(row)
            for cell in before:
                row.remove(cell)
            words.tag = "div"


def _read_item(row: HtmlElement) -> str | None:
    """Return the mark of the item that a row is, None for any other row."""
    cells = _list_cells(row)
    if len(cells) < 2 or any(cell.tag != "td" for cell in cells):
        return None
    *empty, mark, words = (cell.text_content().strip() for cell in cells)
    heads = next(cells[-1].iterdescendants(*_HEADINGS), None) is not None
    if any(empty) or heads or not words or not _MARK.fullmatch(mark):
        return None
    return str(mark)


def _list_cells(row: HtmlElement) -> list[HtmlElement]:
    return [cell for cell in row if cell.tag in ("td", "th")]
