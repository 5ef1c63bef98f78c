"""How Word shows the characters of a run: by hand, by its style, its paragraph's, its table's."""

from __future__ import annotations

import re
from typing import NamedTuple

from ingest.parsers.office.word.numbers import Element, W, read_value
from ingest.parsers.office.word.styles import CHAIN
from ingest.parsers.shared.left_out import LeftOut

# What is looked at in the properties of a run.
_NAMES = {
    f"{W}{name}": name
    for name in ("rStyle vanish strike dstrike b vertAlign position color shd highlight sz").split()
}
_OFF = ("0", "false", "off")
_PALE = re.compile(r"[Ff][A-Fa-f\d]" * 3)
# In half points.
_SPECK = 3
_RAISED = 4


class RunStyles:
    """What a document's styles say of characters."""

    def __init__(self, styles: Element, left_out: LeftOut, has_background: bool) -> None:
        self.left_out = left_out
        self._elements: dict[str, Element] = {}
        self._defaults: dict[str, str] = {}  # the style of whatever names none, by type
        for style in styles.iter(f"{W}style"):
            name, kind = style.get(f"{W}styleId", ""), style.get(f"{W}type", "paragraph")
            self._elements[name] = style
            if style.get(f"{W}default") in ("1", "true", "on"):
                self._defaults[kind] = name
        self._document = styles.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
        self._known: dict[tuple[str, str], str | None] = {}
        self._looks: dict[tuple[str, str, bool], RunLook] = {}
        self._has_background = has_background

    def at(self, paragraph: Element) -> RunLook:
        """Return how the runs of a paragraph look."""
        properties = paragraph.find(f"{W}pPr")
        style = "" if properties is None else read_value(properties, "pStyle")
        table = next(paragraph.iterancestors(f"{W}tbl"), None)
        style = style or self._defaults.get("paragraph", "")
        around = (
            style,
            "" if table is None else self.find_table_style(table),
            table is not None or self._has_ground(paragraph, properties, style),
        )
        if around not in self._looks:
            self._looks[around] = RunLook(self, *around)
        return self._looks[around]

    def _has_ground(self, paragraph: Element, properties: Element | None, style: str) -> bool:
        """Tell whether something other than white paper may lie behind a paragraph."""
        if self._has_background or (
            properties is not None and properties.find(f"{W}shd") is not None
        ):
            return True
        if any(element.find(f"{W}pPr/{W}shd") is not None for element in self._follow(style)):
            return True
        return next(paragraph.iterancestors(f"{W}txbxContent"), None) is not None

    def find_table_style(self, table: Element) -> str:
        """Return the name of a table's style."""
        properties = table.find(f"{W}tblPr")
        named = "" if properties is None else read_value(properties, "tblStyle")
        return named or self._defaults.get("table", "")

    def hides_rows(self, style: str) -> bool:
        """Return whether a table style hides rows."""
        for element in self._follow(style):
            properties = element.find(f"{W}trPr")
            if properties is not None and (said := read_switch(properties, "hidden")) is not None:
                return said
        return False

    def read(self, style: str, name: str) -> str | None:
        """Return what a style or one that it is based on says of a property of characters."""
        key = (style, name)
        if key not in self._known:
            said = (_read(element.find(f"{W}rPr"), name) for element in self._follow(style))
            self._known[key] = next((value for value in said if value is not None), None)
        return self._known[key]

    def read_default(self, name: str) -> str | None:
        """Return what holds where no style says anything."""
        return _read(self._document, name)

    def _follow(self, style: str) -> list[Element]:
        chain: list[Element] = []
        while (element := self._elements.get(style)) is not None and len(chain) < CHAIN:
            chain.append(element)
            style = read_value(element, "basedOn")
        return chain


class Face(NamedTuple):
    """How one run looks."""

    is_hidden: bool
    is_struck: bool
    is_bold: bool
    is_raised: bool
    is_lowered: bool


class RunLook:
    """The styles around the runs of one paragraph."""

    def __init__(self, styles: RunStyles, paragraph: str, table: str, is_shaded: bool) -> None:
        self.styles = styles
        self._is_shaded = is_shaded
        self._around = (paragraph, table)
        self._faces: dict[str, Face] = {}  # of runs that say nothing themselves, by their style

    def see(self, properties: Element | None) -> Face:
        """Return how characters with these properties of their own look."""
        own: dict[str, str] = {}
        for child in () if properties is None else properties:
            if (name := _NAMES.get(str(child.tag))) is not None:
                own[name] = child.get(f"{W}val", "1")
        style = own.pop("rStyle", "")
        if own:
            return self._work_out(own, style)
        if style not in self._faces:
            self._faces[style] = self._work_out(own, style)
        return self._faces[style]

    def _work_out(self, own: dict[str, str], style: str) -> Face:
        return Face(
            self._toggles(own, style, "vanish") or self._is_out_of_sight(own, style),
            self._toggles(own, style, "strike") or _means_on(self._find(own, style, "dstrike")),
            self._toggles(own, style, "b"),
            self._find(own, style, "vertAlign") == "superscript" or self._moves(own, style, 1),
            self._find(own, style, "vertAlign") == "subscript" or self._moves(own, style, -1),
        )

    def _toggles(self, own: dict[str, str], style: str, name: str) -> bool:
        # Two styles that both set one of these cancel each other; of others the nearest holds.
        # Source: ECMA-376 part 1, 17.7.3, toggle properties.
        if name in own:
            return _means_on(own[name])
        if _means_on(self.styles.read_default(name)):
            return True
        said = [self.styles.read(other, name) for other in (style, *self._around)]
        return sum(map(_means_on, said)) % 2 == 1

    def _moves(self, own: dict[str, str], style: str, way: int) -> bool:
        """Tell whether smaller characters are moved up (1) or down (-1) by hand."""
        by, size = own.get("position", ""), own.get("sz", "")
        usual = self._find({}, style, "sz") or "20"
        if not re.fullmatch(r"-?\d{1,4}", by) or not size.isdecimal() or not usual.isdecimal():
            return False
        return int(by) * way >= _RAISED and int(size) < int(usual)

    def _is_out_of_sight(self, own: dict[str, str], style: str) -> bool:
        """Tell whether characters are white on white, or so small that nobody reads them."""
        size = self._find(own, style, "sz") or ""
        if size.isdecimal() and int(size) <= _SPECK:
            return True
        colour = self._find(own, style, "color") or ""
        if not _PALE.fullmatch(colour) or self._is_shaded:
            return False
        return not any(self._find(own, style, name) for name in ("shd", "highlight"))

    def _find(self, own: dict[str, str], style: str, name: str) -> str | None:
        if name in own:
            return own[name]
        for other in (style, *self._around):
            if (said := self.styles.read(other, name)) is not None:
                return said
        return self.styles.read_default(name)


def read_switch(properties: Element, name: str) -> bool | None:
    """Return whether a switch is on or off, None if it is not there."""
    said = _read(properties, name)
    return None if said is None else _means_on(said)


def _read(properties: Element | None, name: str) -> str | None:
    child = None if properties is None else properties.find(f"{W}{name}")
    return None if child is None else child.get(f"{W}val", "1")


def _means_on(said: str | None) -> bool:
    return said is not None and said not in _OFF
