"""The rules of a page's own style sheets, as far as they hold on a desktop's screen."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from lxml.html import HtmlElement

from ingest.parsers.html.conditions import judge, judge_media
from ingest.parsers.html.css import cut_blocks, drop_comments, split_outside
from ingest.parsers.html.selectors import MOST_CHARS
from ingest.parsers.html.tricks import PROPERTIES

# A page has fewer; of one with more, no rule counts.
MOST_RULES = 20_000
# Rules in rules, and conditions in conditions.
_MOST_DEPTH = 12
_MOST_NESTED = 50
# Rules in no layer count more than those in any.
UNLAYERED = 1_000_000

# Two names of one property.
_SAME = {
    "text-decoration-line": "text-decoration",
    "-webkit-background-clip": "background-clip",
    "-webkit-clip-path": "clip-path",
    "-webkit-transform": "transform",
    "-webkit-animation": "animation",
}
_AT = re.compile(r"@([\w-]+)(.*)", re.DOTALL)


class Declaration(NamedTuple):
    """The value of a property, in lower case."""

    name: str
    value: str
    is_important: bool


class StyleRule(NamedTuple):
    """What is declared of whatever a selector speaks of."""

    selector: str
    declarations: list[Declaration]
    layer: int
    # False if it stands in a condition of which a page does not say whether it holds.
    is_sure: bool


class _Within(NamedTuple):
    """Where in a style sheet something stands."""

    selectors: tuple[str, ...]
    layer: str
    is_sure: bool
    depth: int


@dataclass(slots=True)
class _SheetReader:
    rules: list[StyleRule] = field(default_factory=list)
    layers: dict[str, int] = field(default_factory=dict)

    def read(self, source: str, place: _Within) -> None:
        """Keep the rules of a style sheet or of a block in it."""
        said, blocks = cut_blocks(source)
        for statement in said:
            if (at_rule := _AT.fullmatch(statement)) and at_rule[1].lower() == "layer":
                for name in split_outside(at_rule[2], ","):
                    self._number(_name_layer(place.layer, name))
        declarations = read_declarations(said)
        if declarations and len(self.rules) <= MOST_RULES:
            layer = self._number(place.layer) if place.layer else UNLAYERED
            for selector in place.selectors:
                self.rules.append(StyleRule(selector, declarations, layer, place.is_sure))
        if place.depth > _MOST_DEPTH:
            return
        for head, body in blocks:
            inner = self._enter(head, place)
            if inner is not None:
                self.read(body, inner)

    def _enter(self, head: str, place: _Within) -> _Within | None:
        """Return where a block stands, None if it does not hold."""
        at_rule = _AT.fullmatch(head)
        if at_rule is None:
            selectors = tuple(_nest(place.selectors, split_outside(head, ",")))
            return place._replace(selectors=selectors, depth=place.depth + 1)
        name, condition = at_rule[1].lower(), at_rule[2].strip()
        answer = judge(name, condition)
        if answer is False:
            return None
        layer = place.layer
        if name == "layer":
            layer = _name_layer(place.layer, condition or f"#{len(self.layers)}")
            self._number(layer)
        return place._replace(
            layer=layer, is_sure=place.is_sure and answer is True, depth=place.depth + 1
        )

    def _number(self, layer: str) -> int:
        return self.layers.setdefault(layer, len(self.layers))


def read_declarations(said: Iterable[str]) -> list[Declaration]:
    """Return those declarations that decide whether something is seen."""
    found: list[Declaration] = []
    for declaration in said:
        name, _, value = declaration.partition(":")
        name = name.strip().lower()
        name = _SAME.get(name, name)
        if name in PROPERTIES:
            value, _, important = value.strip().lower().partition("!")
            found.append(Declaration(name, value.strip(), important.strip() == "important"))
    return found


def read_rules(root: HtmlElement) -> list[StyleRule]:
    """Return the rules of a page's own style sheets, in order."""
    reader = _SheetReader()
    for sheet in root.iter("style"):
        answer = judge_media(sheet.get("media", ""))
        if answer is not False:
            place = _Within((), "", answer is True, 0)
            reader.read(drop_comments(sheet.text_content()), place)
    return reader.rules


def _nest(outer: tuple[str, ...], inner: list[str]) -> list[str]:
    """Return the selectors of a rule that may stand in another."""
    if not outer:
        return inner
    nested: list[str] = []
    for around in outer:
        for one in inner[:_MOST_NESTED]:
            # Each "&" in each "&" makes it longer.
            if len(around) * (one.count("&") or 1) + len(one) <= MOST_CHARS:
                nested.append(one.replace("&", around) if "&" in one else f"{around} {one}")
    return nested[:_MOST_NESTED]


def _name_layer(outer: str, name: str) -> str:
    return f"{outer}.{name.strip()}" if outer else name.strip()
