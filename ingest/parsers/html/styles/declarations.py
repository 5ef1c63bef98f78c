"""What is declared of elements, and the words of style sheets between signs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import tinycss2
from tinycss2.ast import Node

from ingest.parsers.html.styles.tricks import PROPERTIES

# Two names of one property.
_SAME = {
    "text-decoration-line": "text-decoration",
    "-webkit-background-clip": "background-clip",
    "-webkit-clip-path": "clip-path",
    "-webkit-transform": "transform",
    "-webkit-animation": "animation",
}


class Declaration(NamedTuple):
    """The value of a property, in lower case."""

    name: str
    value: str
    is_important: bool


def read_declarations(nodes: Sequence[Node]) -> list[Declaration]:
    """Return those declarations that decide whether something is seen."""
    found: list[Declaration] = []
    for node in nodes:
        if node.type == "declaration":
            name = _SAME.get(node.lower_name, node.lower_name)
            if name in PROPERTIES:
                found.append(Declaration(name, write(node.value).lower(), node.important))
    return found


def write(nodes: Sequence[Node]) -> str:
    """Return the text of a part of a style sheet; none if its brackets nest too deep."""
    try:
        return str(tinycss2.serialize(nodes)).strip()
    except RecursionError:
        return ""


def split_at(nodes: Sequence[Node], word: str) -> list[list[Node]]:
    """Return what stands between words or signs that are in no brackets."""
    parts: list[list[Node]] = [[]]
    for node in nodes:
        if node.type in ("literal", "ident") and node.value.lower() == word:
            parts.append([])
        else:
            parts[-1].append(node)
    return parts


def strip(nodes: Sequence[Node]) -> list[Node]:
    """Return what stands between space."""
    said = [place for place, node in enumerate(nodes) if node.type != "whitespace"]
    return list(nodes[said[0] : said[-1] + 1]) if said else []
