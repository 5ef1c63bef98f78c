"""Tables whose markup is wrong, put right as browsers do it, so that no word of them is lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lxml.html import HtmlElement

_CELLS = ("td", "th")
_SECTIONS = ("thead", "tbody", "tfoot")
_UNSHOWN = frozenset("caption colgroup col script style template".split())


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
            self._take_text(container)
            cells: list[HtmlElement] = []
            for child in list(container):
                if child.tag in _CELLS:
                    cells.append(child)
                    continue
                self._add_rows(cells)
                cells = []
                if child.tag == "tr":
                    self._mend_row(child)
                elif child.tag in _SECTIONS or child in around:
                    waiting.append(child)
                elif isinstance(child.tag, str) and child.tag not in _UNSHOWN:
                    self._take_out(child)
            self._add_rows(cells)

    def _mend_row(self, row: HtmlElement) -> None:
        self._take_text(row)
        for child in list(row):
            is_known = not isinstance(child.tag, str) or child.tag in _UNSHOWN
            if child.tag not in _CELLS and not is_known:
                self._take_out(child)

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

    def _take_text(self, container: HtmlElement) -> None:
        """Put the words between the parts of a table before it."""
        said = [container.text or "", *(child.tail or "" for child in container)]
        container.text = None
        for child in container:
            child.tail = None
        for words in filter(str.strip, said):
            paragraph = container.makeelement("p")
            paragraph.text = words
            self._table.addprevious(paragraph)

    def _take_out(self, element: HtmlElement) -> None:
        if element.text_content().strip():
            self._table.addprevious(element)
