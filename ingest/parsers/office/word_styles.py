"""What a Word document's styles say of a paragraph: heading, title, contents, list."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.parsers.office.word_numbers import Element, W, value

# A chain of styles ends after so many, whatever circle it runs in.
CHAIN = 20
_HEADING = re.compile(r"heading (\d)")


@dataclass(frozen=True, slots=True)
class Style:
    """A paragraph style with what it takes over from those it is based on.

    Attributes:
        id: As paragraphs name it; localised ("berschrift1").
        name: In lower case; Word keeps the English name of its own styles in every language.
        outline: Level of a heading from 1, 0 for text.
        number: `numId` of its list, "" without one.
        depth: Depth in that list from 0, None if the list says it by the style's name.
    """

    id: str
    name: str
    outline: int
    number: str
    depth: int | None

    @property
    def is_title(self) -> bool:
        """Whether it is for the document's title."""
        return self.name == "title"

    @property
    def is_contents(self) -> bool:
        """Whether it is for a line of a table of contents, which repeats the headings."""
        return re.fullmatch(r"toc (?:\d|heading)", self.name) is not None


class Styles:
    """A document's paragraph styles by id."""

    def __init__(self, styles: Element) -> None:
        self._elements = {
            style.get(f"{W}styleId", ""): style
            for style in styles.iter(f"{W}style")
            if style.get(f"{W}type", "paragraph") == "paragraph"
        }
        self._default = next(
            (name for name, style in self._elements.items() if style.get(f"{W}default") == "1"), ""
        )
        self._known: dict[str, Style] = {}

    def of(self, paragraph: Element) -> Style:
        """Return the style of a paragraph; what the paragraph itself says goes first."""
        properties = paragraph.find(f"{W}pPr")
        if properties is None:
            return self._style(self._default)
        style = self._style(value(properties, "pStyle") or self._default)
        outline = _outline(properties)
        numbered = properties.find(f"{W}numPr")
        if outline is None and numbered is None:
            return style
        number, depth = (style.number, style.depth) if numbered is None else _number(numbered)
        return Style(
            style.id,
            style.name,
            style.outline if outline is None else outline,
            number or style.number,
            style.depth if depth is None else depth,
        )

    def _style(self, name: str) -> Style:
        if name not in self._known:
            self._known[name] = self._resolved(name)
        return self._known[name]

    def _resolved(self, name: str) -> Style:
        outline: int | None = None
        number, depth = "", None
        next_name = name
        for _ in range(CHAIN):
            style = self._elements.get(next_name)
            if style is None:
                break
            properties = style.find(f"{W}pPr")
            if properties is not None:
                outline = _outline(properties) if outline is None else outline
                numbered = properties.find(f"{W}numPr")
                if numbered is not None and not number:
                    number, depth = _number(numbered)
            heading = _HEADING.fullmatch(value(style, "name").lower())
            if heading and outline is None:
                outline = int(heading[1])
            next_name = value(style, "basedOn")
        own = self._elements.get(name)
        own_name = "" if own is None else value(own, "name").lower()
        return Style(name, own_name, outline or 0, number, depth)


def _outline(properties: Element) -> int | None:
    """Return the outline level from 1, 0 for body text, None where nothing is said."""
    said = value(properties, "outlineLvl")
    if not said.isdigit():
        return None
    return int(said) + 1 if int(said) < 9 else 0


def _number(numbered: Element) -> tuple[str, int | None]:
    depth = value(numbered, "ilvl")
    return value(numbered, "numId"), int(depth) if depth.isdigit() else None
