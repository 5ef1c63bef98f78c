"""What an OpenDocument file shows: styles that hide or cross out, columns and rows put away."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from lxml.etree import _Element as Element

from ingest.parsers.shared.left_out import HIDDEN, LeftOut

_URN = "urn:oasis:names:tc:opendocument:xmlns"
OFFICE, TEXT, TABLE, DRAW, STYLE, PRESENTATION = (
    f"{{{_URN}:{name}:1.0}}"
    for name in ("office", "text", "table", "drawing", "style", "presentation")
)
# Rows and columns are stored once with how often they come; styled ones up to the grid's end.
MOST_REPEATED = 1_000
LAST_COLUMN = 16_385  # one past the last of a sheet
# A chain of styles ends after so many, whatever circle it runs in.
_CHAIN = 20
_PUT_AWAY = ("collapse", "filter")


@dataclass(frozen=True, slots=True)
class TextLook:
    """Whether characters are hidden or crossed out, raised or lowered."""

    is_hidden: bool = False
    is_struck: bool = False
    is_raised: bool = False
    is_lowered: bool = False

    @property
    def is_unseen(self) -> bool:
        """Whether they are not quotable."""
        return self.is_hidden or self.is_struck


class Looks:
    """What a file's styles say."""

    def __init__(self, roots: Sequence[Element], left_out: LeftOut) -> None:
        self._left_out = left_out
        self._styles = {
            (style.get(f"{STYLE}family", ""), style.get(f"{STYLE}name", "")): style
            for root in reversed(roots)
            for style in root.iter(f"{STYLE}style")
        }
        self._hidden_layers = {
            layer.get(f"{DRAW}name")
            for root in roots
            for layer in root.iter(f"{DRAW}layer")
            if layer.get(f"{DRAW}display") == "none"
        }
        self._cell = TextLook()
        self._known: dict[tuple[str, str, str], str | None] = {}

    @contextmanager
    def in_cell(self, style: str) -> Iterator[None]:
        """Have paragraphs look as they do in a cell of a style."""
        outside, self._cell = self._cell, self._look("table-cell", style, self._cell)
        try:
            yield
        finally:
            self._cell = outside

    def at(self, paragraph: Element) -> TextLook:
        """Return how the characters of a paragraph look."""
        return self._look("paragraph", paragraph.get(f"{TEXT}style-name", ""), self._cell)

    def inside(self, span: Element, outside: TextLook) -> TextLook:
        """Return how the characters in a part of a paragraph look."""
        return self._look("text", span.get(f"{TEXT}style-name", ""), outside)

    def is_title(self, paragraph: Element) -> bool:
        """Return whether a paragraph has the style for the document's title."""
        name = paragraph.get(f"{TEXT}style-name", "")
        return name == "Title" or any(
            style.get(f"{STYLE}parent-style-name") == "Title"
            for style in self._follow("paragraph", name)[:1]
        )

    def hides(self, element: Element) -> bool:
        """Return whether a section, paragraph, field or drawing is switched off."""
        hidden = (
            element.get(f"{TEXT}display") == "none"
            or (
                element.get(f"{TEXT}display") == "condition"
                and element.get(f"{TEXT}is-hidden") == "true"
            )
            or element.get(f"{DRAW}display") in ("none", "printer")
            or element.get(f"{DRAW}layer", "") in self._hidden_layers
            or (element.tag == f"{TEXT}hidden-text" and element.get(f"{TEXT}is-hidden") == "true")
            or (
                element.tag == f"{TEXT}p"
                and any(
                    field.get(f"{TEXT}is-hidden") == "true"
                    for field in element.iter(f"{TEXT}hidden-paragraph")
                )
            )
        )
        return self._say(hidden)

    def hides_table(self, table: Element) -> bool:
        """Return whether a sheet or table is hidden."""
        name = table.get(f"{TABLE}style-name", "")
        return self._say(self._read("table", name, f"{TABLE}display") == "false")

    def hides_row(self, row: Element) -> bool:
        """Return whether a row is hidden or filtered away, by itself or with its group."""
        around = [row, *row.iterancestors(f"{TABLE}table-row-group")]
        return self._say(
            row.get(f"{TABLE}visibility") in _PUT_AWAY
            or any(group.get(f"{TABLE}display") == "false" for group in around)
        )

    def hides_slide(self, page: Element) -> bool:
        """Return whether a slide is skipped when it is shown."""
        name = page.get(f"{DRAW}style-name", "")
        return self._read("drawing-page", name, f"{PRESENTATION}visibility") == "hidden"

    def _say(self, hidden: bool) -> bool:
        if hidden:
            self._left_out.add(HIDDEN)
        return hidden

    def _look(self, family: str, style: str, outside: TextLook) -> TextLook:
        display = self._read(family, style, f"{TEXT}display")
        line = self._read(family, style, f"{STYLE}text-line-through-style")
        kind = self._read(family, style, f"{STYLE}text-line-through-type")
        place = self._read(family, style, f"{STYLE}text-position")
        if display is None and line is None and kind is None and place is None:
            return outside
        struck = (
            outside.is_struck
            if line is None and kind is None
            else ((line or "solid") != "none" and kind != "none")
        )
        return TextLook(
            outside.is_hidden if display is None else display == "none",
            struck,
            outside.is_raised if place is None else _is_raised(place),
            outside.is_lowered if place is None else _is_lowered(place),
        )

    def _read(self, family: str, name: str, attribute: str) -> str | None:
        """Return what a style, or one that it is based on, says in its properties."""
        key = (family, name, attribute)
        if key not in self._known:
            said = (part.get(attribute) for style in self._follow(family, name) for part in style)
            self._known[key] = next((value for value in said if value is not None), None)
        return self._known[key]

    def _follow(self, family: str, name: str) -> list[Element]:
        chain: list[Element] = []
        while (style := self._styles.get((family, name))) is not None and len(chain) < _CHAIN:
            chain.append(style)
            name = style.get(f"{STYLE}parent-style-name", "")
        return chain


def _is_raised(place: str) -> bool:
    """Return whether "super 58%" or "33% 58%" stands above the line."""
    height = place.split()[0] if place.split() else ""
    return height == "super" or (height[:1].isdigit() and height.strip("0%.") != "")


def _is_lowered(place: str) -> bool:
    """Return whether "sub 58%" or "-33% 58%" stands below the line."""
    return place.split()[:1] == ["sub"] or re.match(r"\s*-\d*[1-9]", place) is not None


class Columns:
    """The columns of a table, from 1: which are put away, and the style of their cells."""

    def __init__(self, table: Element) -> None:
        self.hidden: set[int] = set()
        self._ends: list[int] = []  # one past the last column of a style
        self._styles: list[str] = []
        at = 1
        for column in _find_columns(table):
            end = min(at + read_repeats(column, "columns", LAST_COLUMN), LAST_COLUMN)
            groups = column.iterancestors(f"{TABLE}table-column-group")
            if column.get(f"{TABLE}visibility") in _PUT_AWAY or any(
                group.get(f"{TABLE}display") == "false" for group in groups
            ):
                self.hidden.update(range(at, end))
            self._ends.append(end)
            self._styles.append(column.get(f"{TABLE}default-cell-style-name", ""))
            at = end

    def find_style(self, at: int) -> str:
        """Return the style of cells in a column that have none of their own."""
        place = bisect_right(self._ends, at)
        return self._styles[place] if place < len(self._styles) else ""


def read_repeats(element: Element, what: str, most: int) -> int:
    """Return how often a cell, row or column comes."""
    times = element.get(f"{TABLE}number-{what}-repeated", "1")
    return min(int(times), most) if times.isdigit() else 1


def _find_columns(container: Element) -> Iterator[Element]:
    for child in container:
        if child.tag == f"{TABLE}table-column":
            yield child
        elif str(child.tag).startswith(f"{TABLE}table-") and "column" in str(child.tag):
            yield from _find_columns(child)
