"""Selectors of style sheets: which elements of a page they speak of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple

from lxml.html import HtmlElement

from ingest.parsers.html.compounds import Compound, read_compound
from ingest.parsers.html.css import find_outside

# What hides text has a step or two; more of them are looked at for long and hide nothing.
MOST_STEPS = 6
MOST_CHARS = 300
_JOINED = r"\s*[>+~]\s*|\s+"


class Matches(NamedTuple):
    """The elements that a selector speaks of, or perhaps speaks of."""

    elements: list[HtmlElement]
    specificity: int
    is_sure: bool


class PageElements:
    """The elements of a page by tag, class and id, and how often they may still be looked at."""

    def __init__(self, root: HtmlElement, most_looks: int) -> None:
        self.looks_left = most_looks
        self._all = [element for element in root.iter() if isinstance(element.tag, str)]
        self._places: dict[HtmlElement, dict[HtmlElement, int]] = {}
        self._by_key: defaultdict[str, list[HtmlElement]] = defaultdict(list)
        for element in self._all:
            self._by_key[element.tag.lower()].append(element)
            self._by_key[f"#{element.get('id', '')}"].append(element)
            for name in dict.fromkeys(element.get("class", "").split()):
                self._by_key[f".{name}"].append(element)

    def find(self, selector: str) -> Matches | None:
        """Return what a selector speaks of, None if it cannot be read."""
        steps = _cut_steps(selector)
        if steps is None:
            return None
        compounds = [read_compound(step) for _, step in steps]
        found: list[HtmlElement] = []
        for index, ((joined, _), compound) in enumerate(zip(steps, compounds, strict=True)):
            if compound is None:
                return None
            before = set(found)
            found = [
                element
                for element in self._look_up(compound)
                if not index or self._stands(element, joined, before)
            ]
            if not found:
                break
        known = [compound for compound in compounds if compound is not None]
        return Matches(
            found, sum(one.specificity for one in known), all(one.is_sure for one in known)
        )

    def _look_up(self, compound: Compound) -> list[HtmlElement]:
        candidates = self._by_key.get(compound.key, []) if compound.key else self._all
        self.looks_left -= len(candidates)
        if self.looks_left < 0:
            return []
        return [
            one
            for one in candidates
            if all(test(one) for test in compound.tests)
            and all(self._is_at(one, *place) for place in compound.places)
        ]

    def _is_at(self, element: HtmlElement, step: int, first: int, backwards: bool) -> bool:
        """Tell whether an element is one of every so many children of its parent."""
        parent = element.getparent()
        if parent is None:
            return False
        places = self._places.get(parent)
        if places is None:
            places = self._places[parent] = {child: at for at, child in enumerate(parent, 1)}
        place = len(places) + 1 - places[element] if backwards else places[element]
        if not step:
            return place == first
        return (place - first) % step == 0 and (place - first) // step >= 0

    def _stands(self, element: HtmlElement, joined: str, before: set[HtmlElement]) -> bool:
        """Tell whether an element stands in or behind one of others."""
        others: Iterable[HtmlElement]
        if joined == ">":
            others = [parent for parent in [element.getparent()] if parent is not None]
        elif joined == "+":
            others = [beside for beside in [element.getprevious()] if beside is not None]
        elif joined == "~":
            others = element.itersiblings(preceding=True)
        else:
            others = element.iterancestors()
        for other in others:
            self.looks_left -= 1
            if other in before:
                return True
            if self.looks_left < 0:
                return False
        return False


def _cut_steps(selector: str) -> list[tuple[str, str]] | None:
    """Return what each step asks for, behind the sign that joins it with the step before."""
    if not selector or len(selector) > MOST_CHARS:
        return None
    steps: list[tuple[str, str]] = []
    sign, start = "", 0
    for joined in find_outside(selector, _JOINED):
        steps.append((sign, selector[start : joined.start()]))
        sign, start = joined[0].strip(), joined.end()
    steps.append((sign, selector[start:]))
    return steps if len(steps) <= MOST_STEPS and all(step for _, step in steps) else None
