"""The rules of a page's own style sheets, as far as they hold on a desktop's screen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

import tinycss2
from lxml.html import HtmlElement
from tinycss2.ast import Node

from ingest.parsers.html.styles.conditions import judge, judge_media
from ingest.parsers.html.styles.declarations import Declaration, read_declarations, split_at, write
from ingest.parsers.html.styles.selectors import MOST_SELECTOR_CHARS

# A page has fewer; of one with more, no rule counts.
MOST_RULES = 20_000
MOST_CHARS = 2_000_000
# Rules in rules, and conditions in conditions.
_MOST_DEPTH = 12
_MOST_NESTED = 50
# Rules in no layer count more than those in any.
UNLAYERED = 1_000_000


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

    def read(self, nodes: Iterable[Node], place: _Within) -> None:
        """Keep the rules of a style sheet or of a block in it."""
        said: list[Node] = []
        blocks: list[Node] = []
        for node in nodes:
            if node.type in ("at-rule", "qualified-rule") and node.content is not None:
                blocks.append(node)
            elif node.type == "at-rule" and node.lower_at_keyword == "layer":
                for name in split_at(node.prelude, ","):
                    self._number(_name_layer(place.layer, write(name)))
            else:
                said.append(node)
        declarations = read_declarations(said)
        if declarations and len(self.rules) <= MOST_RULES:
            layer = self._number(place.layer) if place.layer else UNLAYERED
            for selector in place.selectors:
                self.rules.append(StyleRule(selector, declarations, layer, place.is_sure))
        if place.depth > _MOST_DEPTH:
            return
        for block in blocks:
            inner = self._enter(block, place)
            if inner is not None:
                self.read(tinycss2.parse_blocks_contents(block.content), inner)

    def _enter(self, block: Node, place: _Within) -> _Within | None:
        """Return where what is in a block stands, None if it does not hold."""
        if block.type == "qualified-rule":
            selectors = _nest(place.selectors, [write(one) for one in split_at(block.prelude, ",")])
            return place._replace(selectors=tuple(selectors), depth=place.depth + 1)
        name, answer = block.lower_at_keyword, judge(block.lower_at_keyword, block.prelude)
        if answer is False:
            return None
        layer = place.layer
        if name == "layer":
            layer = _name_layer(place.layer, write(block.prelude) or f"#{len(self.layers)}")
            self._number(layer)
        return place._replace(
            layer=layer, is_sure=place.is_sure and answer is True, depth=place.depth + 1
        )

    def _number(self, layer: str) -> int:
        return self.layers.setdefault(layer, len(self.layers))


def read_rules(root: HtmlElement) -> list[StyleRule] | None:
    """Return the rules of a page's own style sheets, in order; None if there are too many."""
    reader = _SheetReader()
    chars_left = MOST_CHARS
    for sheet in root.iter("style"):
        answer, source = judge_media(sheet.get("media", "")), sheet.text_content()
        chars_left -= len(source)
        if chars_left < 0:
            return None
        if answer is not False:
            nodes = tinycss2.parse_component_value_list(source, skip_comments=True)
            reader.read(tinycss2.parse_stylesheet(nodes), _Within((), "", answer is True, 0))
    return reader.rules if len(reader.rules) <= MOST_RULES else None


def _nest(outer: tuple[str, ...], inner: list[str]) -> list[str]:
    """Return the selectors of a rule that may stand in another."""
    if not outer:
        return inner
    nested: list[str] = []
    for around in outer[:_MOST_NESTED]:
        for one in inner[:_MOST_NESTED]:
            # Each "&" in each "&" makes it longer.
            if len(around) * (one.count("&") or 1) + len(one) <= MOST_SELECTOR_CHARS:
                nested.append(one.replace("&", around) if "&" in one else f"{around} {one}")
    return nested[:_MOST_NESTED]


def _name_layer(outer: str, name: str) -> str:
    return f"{outer}.{name.strip()}" if outer else name.strip()
