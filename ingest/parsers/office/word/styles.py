"""What a Word document's styles say of a paragraph: heading, title, contents, list."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from ingest.parsers.office.word.numbers import Element, W, read_value

# A chain of styles ends after so many, whatever circle it runs in.
CHAIN = 20
_HEADING = re.compile(r"heading (\d)")


@dataclass(frozen=True, slots=True)
class ParagraphStyle:
    """A paragraph style with what it takes over from those it is based on."""

    id: str  # as paragraphs name it; localised ("berschrift1")
    name: str  # in lower case; Word's own styles have English names in every language
    outline: int  # level of a heading from 1, 0 for text
    number: str  # `numId` of its list, "" without one
    depth: int | None  # in that list from 0, None if the list says it by the style's name

    @property
    def is_title(self) -> bool:
        """Whether it is for the document's title."""
        return self.name == "title"

    @property
    def is_contents(self) -> bool:
        """Whether it is for a line of a table of contents, which repeats the headings."""
        return re.fullmatch(r"toc (?:\d|heading)", self.name) is not None


class ParagraphStyles:
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
        self._known: dict[str, ParagraphStyle] = {}

    def find(self, paragraph: Element) -> ParagraphStyle:
        """Return the style of a paragraph; what the paragraph itself says goes first."""
        properties = paragraph.find(f"{W}pPr")
        if properties is None:
            return self._load(self._default)
        style = self._load(read_value(properties, "pStyle") or self._default)
        outline = _read_outline(properties)
        numbered = properties.find(f"{W}numPr")
        if outline is None and numbered is None:
            return style
        number, depth = (style.number, style.depth) if numbered is None else _read_number(numbered)
        return replace(
            style,
            outline=style.outline if outline is None else outline,
            number=number or style.number,
            depth=style.depth if depth is None else depth,
        )

    def _load(self, name: str) -> ParagraphStyle:
        if name not in self._known:
            self._known[name] = self._resolve(name)
        return self._known[name]

    def _resolve(self, name: str) -> ParagraphStyle:
        outline: int | None = None
        number, depth, next_name = "", None, name
        for _ in range(CHAIN):
            style = self._elements.get(next_name)
            if style is None:
                break
            properties = style.find(f"{W}pPr")
            if properties is not None:
                outline = _read_outline(properties) if outline is None else outline
                numbered = properties.find(f"{W}numPr")
                if numbered is not None and not number:
                    number, depth = _read_number(numbered)
            heading = _HEADING.fullmatch(read_value(style, "name").lower())
            if heading and outline is None:
                outline = int(heading[1])
            next_name = read_value(style, "basedOn")
        own = self._elements.get(name)
        own_name = "" if own is None else read_value(own, "name").lower()
        return ParagraphStyle(name, own_name, outline or 0, number, depth)


def _read_outline(properties: Element) -> int | None:
    """Return the outline level from 1, 0 for body text, None where nothing is said."""
    said = read_value(properties, "outlineLvl")
    if not said.isdigit():
        return None
    return int(said) + 1 if int(said) < 9 else 0


def _read_number(numbered: Element) -> tuple[str, int | None]:
    depth = read_value(numbered, "ilvl")
    return read_value(numbered, "numId"), int(depth) if depth.isdigit() else None
