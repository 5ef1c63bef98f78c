"""Selectors of style sheets: which elements of a page they speak of."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import cssselect2
import tinycss2
from lxml.html import HtmlElement
from tinycss2.ast import FunctionBlock, IdentToken, LiteralToken, Node

from ingest.parsers.html.styles.declarations import split_at, strip

# What hides text has a step or two; more of them are looked at for long and hide nothing.
_MOST_STEPS = 6
MOST_SELECTOR_CHARS = 300
_MOST_DEPTH = 4
# To compile one takes as long as so many looks.
_LOOKS_OF_A_STEP = 200
_SIGNS = (">", "+", "~")
# What a page alone tells of its elements, and tells at once.
_TOLD = frozenset("root first-child last-child only-child link any-link".split())
_PLACES = ("nth-child", "nth-last-child")
_CHOICES = frozenset("not is where matches -webkit-any -moz-any".split())
# What holds while a mouse or a key is at an element only, and boxes beside its own text.
_PASSING = frozenset(
    (
        "hover focus focus-visible focus-within active visited disabled invalid user-invalid"
        " placeholder-shown fullscreen autofill before after first-line first-letter"
    ).split()
)
# No element has an attribute of another name, and asking for it is an error.
_ATTRIBUTE = re.compile(r"[\w:.-]+")


class Matches(NamedTuple):
    """The elements that a selector speaks of, or perhaps speaks of."""

    elements: list[HtmlElement]
    specificity: int
    is_sure: bool


class _Step(NamedTuple):
    """What a selector asks of an element between two of the signs that join."""

    test: Callable[[cssselect2.ElementWrapper], bool]
    # The place where elements are looked up that may be it.
    key: str
    specificity: int
    is_sure: bool


class PageElements:
    """The elements of a page by tag, class and id, and how often they may still be looked at."""

    def __init__(self, root: HtmlElement, most_looks: int) -> None:
        self.looks_left = most_looks
        self._all = list(cssselect2.ElementWrapper.from_html_root(root).iter_subtree())
        self._by_key: defaultdict[str, list[cssselect2.ElementWrapper]] = defaultdict(list)
        for element in self._all:
            # The first script takes it away.
            element.classes.discard("no-js")
            for key in (element.local_name, f"#{element.id}", *(f".{n}" for n in element.classes)):
                self._by_key[key].append(element)

    def find(self, selector: str) -> Matches | None:
        """Return what a selector speaks of, None if it cannot be read."""
        if len(selector) > MOST_SELECTOR_CHARS:
            return None
        nodes = tinycss2.parse_component_value_list(selector, skip_comments=True)
        try:
            cut = _cut_steps(nodes)
            self.looks_left -= _LOOKS_OF_A_STEP * len(cut)
            steps = [(sign, _compile(step)) for sign, step in cut]
        except cssselect2.SelectorError:
            return None
        found: list[cssselect2.ElementWrapper] = []
        for index, (sign, step) in enumerate(steps):
            before = {element.etree_element for element in found}
            found = [
                element
                for element in self._look_up(step)
                if not index or self._stands(element, sign, before)
            ]
            if not found:
                break
        return Matches(
            [element.etree_element for element in found],
            sum(step.specificity for _, step in steps),
            all(step.is_sure for _, step in steps),
        )

    def _look_up(self, step: _Step) -> list[cssselect2.ElementWrapper]:
        candidates = self._by_key.get(step.key, []) if step.key else self._all
        self.looks_left -= len(candidates)
        return list(filter(step.test, candidates)) if self.looks_left >= 0 else []

    def _stands(
        self, element: cssselect2.ElementWrapper, sign: str, before: set[HtmlElement]
    ) -> bool:
        """Tell whether an element stands in or behind one of others."""
        # Not all steps at once, as the library would: ways through them grow with each step.
        way = "previous" if sign in "+~" else "parent"
        other = getattr(element, way)
        while other is not None and self.looks_left >= 0:
            self.looks_left -= 1
            if other.etree_element in before:
                return True
            other = getattr(other, way) if sign in " ~" else None
        return False


def _cut_steps(nodes: Iterable[Node]) -> list[tuple[str, list[Node]]]:
    """Return what each step asks for, behind the sign that joins it with the step before."""
    steps: list[tuple[str, list[Node]]] = [("", [])]
    for node in nodes:
        sign, step = steps[-1]
        if node.type == "whitespace":
            if step:
                steps.append((" ", []))
        elif node in _SIGNS:
            if not step and sign != " ":
                raise cssselect2.SelectorError(node, "a sign that joins nothing")
            steps[len(steps) - (not step) :] = [(node.value, [])]
        else:
            step.append(node)
    if len(steps) > _MOST_STEPS:
        raise cssselect2.SelectorError(nodes, "more steps than are looked at")
    return steps


def _compile(nodes: Iterable[Node]) -> _Step:
    kept, unknown = _keep_known(nodes, 0)
    (step,) = cssselect2.compile_selector_list(kept)
    key = f"#{step.id}" if step.id else f".{step.class_name}" if step.class_name else ""
    ids, classes, tags = step.specificity
    return _Step(
        step.test,
        key or step.lower_local_name or "",
        10_000 * ids + 100 * (classes + unknown) + tags,
        not unknown,
    )


def _keep_known(nodes: Iterable[Node], depth: int) -> tuple[list[Node], int]:
    """Return what a page tells of all that a step asks for, and how many parts it does not tell."""
    kept: list[Node] = []
    unknown = 0
    rest = iter(nodes)
    for node in rest:
        if node.type == "[] block":
            name = next((inner for inner in node.content if inner.type == "ident"), None)
            if name is None or "|" in node.content or not _ATTRIBUTE.fullmatch(name.value):
                raise cssselect2.SelectorError(node, "an attribute that no element has")
        if node == "|" or (depth and (node in _SIGNS or node.type == "whitespace")):
            raise cssselect2.SelectorError(node, "a namespace, or a step in a step")
        if node != ":":
            kept.append(node)
        elif known := _know(next(rest, None), rest, depth):
            kept += [node, known]
        else:
            unknown += 1
    return kept or [LiteralToken(0, 0, "*")] * bool(unknown), unknown


def _know(pseudo: Node, rest: Iterator[Node], depth: int) -> Node | None:
    """Return what stands for `:pseudo` where a page tells of it."""
    if pseudo == ":":
        next(rest, None)
    elif getattr(pseudo, "type", "") not in ("ident", "function"):
        raise cssselect2.SelectorError(pseudo, "a colon before nothing")
    elif pseudo.type == "function":
        if pseudo.lower_name in _CHOICES and depth < _MOST_DEPTH:
            return _know_choices(pseudo, depth)
        is_place = pseudo.lower_name in _PLACES and len(split_at(pseudo.arguments, "of")) == 1
        return pseudo if is_place else None
    elif pseudo.lower_value not in _PASSING:
        return pseudo if pseudo.lower_value in _TOLD else None
    return IdentToken(0, 0, "hover")  # never


def _know_choices(pseudo: FunctionBlock, depth: int) -> Node | None:
    """Return `:not(...)` or `:is(...)` if all in it is known."""
    choices: list[Node] = []
    for choice in split_at(pseudo.arguments, ","):
        try:
            kept, unknown = _keep_known(strip(choice), depth + 1)
        except cssselect2.SelectorError:
            return None
        if unknown or not kept:
            return None
        if kept == ["*"] and pseudo.lower_name == "not":
            return IdentToken(0, 0, "hover")  # cssselect2 passes over "*" here
        choices += [LiteralToken(0, 0, ","), *kept] if choices else kept
    name = pseudo.lower_name if pseudo.lower_name in ("not", "where") else "is"
    return FunctionBlock(0, 0, name, choices)
