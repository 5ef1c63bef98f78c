"""What counts of all that is declared of an element."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import tinycss2
from lxml.html import HtmlElement

from ingest.parsers.html.styles.declarations import Declaration, read_declarations
from ingest.parsers.html.styles.selectors import PageElements
from ingest.parsers.html.styles.style_sheets import UNLAYERED, StyleRule, read_rules

# So often are elements looked at, in a second or two; a long page with a long style sheet needs a
# tenth of it.
MOST_LOOKS = 3_000_000
# A picture may be in one, but no more.
MOST_INLINE_CHARS = 100_000
# More than any selector.
_IN_LINE = 100_000_000

# Important, layer, specificity, position: the later one counts.
_Rank = tuple[bool, int, int, int]
# Of each element the values by property.
Styles = Mapping[HtmlElement, Mapping[str, str]]


@dataclass(slots=True)
class _Cascade:
    """The values that count so far, with their ranks."""

    values: dict[HtmlElement, dict[str, str]] = field(default_factory=dict)
    ranks: dict[tuple[HtmlElement, str], _Rank] = field(default_factory=dict)

    def declare(self, element: HtmlElement, said: Iterable[Declaration], rank: _Rank) -> None:
        """Take over what counts at least as much as what was said before."""
        _, layer, specificity, position = rank
        for name, value, is_important in said:
            # Of what is important, the first layer counts most.
            way = (is_important, -layer if is_important else layer, specificity, position)
            if self.ranks.get((element, name), way) <= way:
                self.ranks[element, name] = way
                self.values.setdefault(element, {})[name] = value


def read_styles(body: HtmlElement) -> tuple[list[Styles], bool]:
    """Return the ways in which a page may look, and whether all is known of its backgrounds.

    The first way is what is sure. The second one, if there is any, is that with all that may hold
    besides and hides nothing: what is hidden in both is hidden.
    """
    root = body.getroottree().getroot()
    rules = read_rules(root)
    page = PageElements(root if rules else root.makeelement("html"), MOST_LOOKS)
    is_whole = rules is not None
    matched: list[tuple[StyleRule, list[HtmlElement], _Rank, bool]] = []
    for position, rule in enumerate(rules or ()):
        matches = page.find(rule.selector)
        if matches is None:
            is_whole = is_whole and not _has_ground(rule)
        elif matches.elements:
            rank = (False, rule.layer, matches.specificity, position)
            matched.append((rule, matches.elements, rank, rule.is_sure and matches.is_sure))
            page.looks_left -= len(matches.elements) * len(rule.declarations)
        if page.looks_left < 0:
            # Half of the rules may hide what the other half shows.
            matched.clear()
            is_whole = False
            break
    sure = [one for one in matched if one[3]]
    ways: list[Styles] = [_apply(body, sure)]
    if len(sure) < len(matched):
        ways.append(_apply(body, matched))
    return ways, is_whole


def _apply(
    body: HtmlElement, matched: Iterable[tuple[StyleRule, list[HtmlElement], _Rank, bool]]
) -> Styles:
    cascade = _Cascade()
    for element in body.xpath("//*[@hidden and not(@hidden='until-found')]"):
        cascade.declare(element, [Declaration("display", "none", False)], (False, -1, 0, 0))
    for rule, elements, rank, is_sure in matched:
        said = [one for one in rule.declarations if is_sure or not _is_hiding(one)]
        for element in elements:
            cascade.declare(element, said, rank)
    for element in body.xpath("//*[@style]"):
        said = _read_inline(element.get("style", ""))
        cascade.declare(element, said, (False, UNLAYERED, _IN_LINE, 0))
    return cascade.values


@lru_cache(maxsize=1_000)
def _read_inline(style: str) -> list[Declaration]:
    if len(style) > MOST_INLINE_CHARS:
        return []
    return read_declarations(tinycss2.parse_blocks_contents(style, skip_comments=True))


def _is_hiding(declaration: Declaration) -> bool:
    if declaration.name == "opacity":
        return not declaration.value.strip("0.%")
    return declaration.value in ("none", "hidden", "collapse")


def _has_ground(rule: StyleRule) -> bool:
    return any(one.name.startswith("background") for one in rule.declarations)
