"""The numbers that stand before the items of OpenDocument lists without being in their text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from lxml.etree import _Element as Element

from ingest.parsers.office.opendocument.looks import STYLE, TEXT
from ingest.parsers.shared.notation.numerals import to_letters, to_roman

_ID = "{http://www.w3.org/XML/1998/namespace}id"


class _Level(NamedTuple):
    """How one level of a list is numbered."""

    form: str  # `1`, `a`, `A`, `i`, `I`; "" for none
    prefix: str
    suffix: str
    start: int
    shown: int  # so many levels, this one the last


class _OpenList(NamedTuple):
    """A list around what is read now."""

    style: str
    counters: dict[int, int]  # the last number given, by depth from 1


class OpenDocumentNumbers:
    """Counts through a file's lists, in its order."""

    def __init__(self, roots: Sequence[Element]) -> None:
        self._levels = {
            style.get(f"{STYLE}name", ""): _read_levels(style)
            for root in reversed(roots)
            for style in root.iter(f"{TEXT}list-style")
        }
        self._open: list[_OpenList] = []
        self._item: Element | None = None  # whose first paragraph is still to come
        self._last: dict[str, dict[int, int]] = {}  # counters by style
        self._named: dict[str, dict[int, int]] = {}  # counters by the id of a list

    @contextmanager
    def in_list(self, element: Element) -> Iterator[None]:
        """Have items belong to a list."""
        around = self._open[-1] if self._open else None
        style = element.get(f"{TEXT}style-name") or (around.style if around else "")
        counters = around.counters if around else self._continue(element, style)
        self._last[style] = self._named[element.get(_ID, "")] = counters
        self._open.append(_OpenList(style, counters))
        try:
            yield
        finally:
            self._open.pop()

    def open_item(self, item: Element | None) -> None:
        """Have the next paragraph be the first of an item, or of none."""
        self._item = item

    def take(self) -> str:
        """Return what stands before the paragraph that is read now, "" for nothing."""
        item, self._item = self._item, None
        if item is None or not self._open:
            return ""
        depth, (style, counters) = len(self._open), self._open[-1]
        levels = self._levels.get(style, {})
        level = levels.get(depth)
        start = item.get(f"{TEXT}start-value", "")
        first = level.start if level else 1
        counters[depth] = int(start) if start.isdecimal() else counters.get(depth, first - 1) + 1
        for deeper in [known for known in counters if known > depth]:
            del counters[deeper]
        if level is None or not level.form:
            return ""
        shown = range(max(1, depth - level.shown + 1), depth + 1)
        numbers = [
            _format_number(counters.get(at, levels[at].start), levels[at].form)
            for at in shown
            if at in levels and levels[at].form
        ]
        return f"{level.prefix}{'.'.join(numbers)}{level.suffix}".strip()

    def _continue(self, element: Element, style: str) -> dict[int, int]:
        """Return the counters of the list that a list goes on with, else new ones."""
        if (name := element.get(f"{TEXT}continue-list")) is not None:
            return self._named.get(name, {})
        return self._last.get(style, {}) if _is_true(element, "continue-numbering") else {}


def _read_levels(style: Element) -> dict[int, _Level]:
    return {
        _read_integer(level, "level"): _Level(
            level.get(f"{STYLE}num-format", ""),
            level.get(f"{STYLE}num-prefix", ""),
            level.get(f"{STYLE}num-suffix", ""),
            _read_integer(level, "start-value"),
            _read_integer(level, "display-levels"),
        )
        for level in style.iter(f"{TEXT}list-level-style-number")
    }


def _format_number(number: int, form: str) -> str:
    if form in ("a", "A") and number > 0:
        text = to_letters(min(number, 780))
    else:
        text = to_roman(number) if form in ("i", "I") else str(number)
    return text.upper() if form.isupper() else text


def _read_integer(element: Element, name: str) -> int:
    said = element.get(f"{TEXT}{name}", "1")
    return int(said) if said.isdecimal() and len(said) < 7 else 1


def _is_true(element: Element, name: str) -> bool:
    return element.get(f"{TEXT}{name}") == "true"
