"""Tables whose markup is wrong, put right as browsers do it, so that no word of them is lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lxml.html import HtmlElement

_CELLS = ("td", "th")
_SECTIONS = ("thead", "tbody", "tfoot")
_KNOWN = frozenset("caption colgroup col script style template".split())


def mend_tables(root: HtmlElement) -> None:
    """Give cells without a row one, and put what is in no cell before its table."""
    for table in list(root.iter("table")):
        if table is not root:
            _Mender(table).mend()


def find_rows(table: HtmlElement) -> Iterator[HtmlElement]:
    """Yield the rows of a table, not those of a table in one of its cells, as they stand."""
    waiting = [iter(table)]
    while waiting:
        child = next(waiting[-1], None)
        if child is None:
            waiting.pop()
        elif child.tag == "tr":
            yield child
        elif child.tag != "table" and child.tag not in _CELLS:
            waiting.append(iter(child))


class _Mender:
    def __init__(self, table: HtmlElement) -> None:
        self._table = table
        self._rows = list(find_rows(table))

    def mend(self) -> None:
        # What is around rows and no part of a table, such as a form, counts as one.
        around = {above for row in self._rows for above in row.iterancestors()}
        waiting = [self._table]
        while waiting:
            container = waiting.pop()
            inner: list[HtmlElement] = []
            cells: list[HtmlElement] = []
            self._take_words(container.text)
            container.text = None
            for child in list(container):
                tail, child.tail = child.tail, None
                if child.tag in _CELLS:
                    cells.append(child)
                else:
                    self._add_rows(cells)
                    cells = []
                    if child.tag == "tr":
                        self._mend_row(child)
                    elif child.tag in _SECTIONS or child in around:
                        inner.append(child)
                    else:
                        self._take_out(child)
                self._take_words(tail)
            self._add_rows(cells)
            waiting += reversed(inner)

    def _mend_row(self, row: HtmlElement) -> None:
        self._take_words(row.text)
        row.text = None
        for child in list(row):
            tail, child.tail = child.tail, None
            if child.tag not in _CELLS:
                self._take_out(child)
            self._take_words(tail)

    def _add_rows(self, cells: Sequence[HtmlElement]) -> None:
        """Put cells that follow each other in no row into rows as wide as the others."""
        if not cells:
            return
        width = max((sum(c.tag in _CELLS for c in row) for row in self._rows), default=0)
        width = width or len(cells)
        for first in range(0, len(cells), width):
            row = cells[first].makeelement("tr")
            cells[first].addprevious(row)
            row.extend(cells[first : first + width])

    def _take_words(self, words: str | None) -> None:
        """Put words between the parts of a table before it."""
        if words and words.strip():
            paragraph = self._table.makeelement("p")
            paragraph.text = words
            self._table.addprevious(paragraph)

    def _take_out(self, element: HtmlElement) -> None:
        is_part = not isinstance(element.tag, str) or element.tag in _KNOWN
        if not is_part and element.text_content().strip():
            self._table.addprevious(element)
