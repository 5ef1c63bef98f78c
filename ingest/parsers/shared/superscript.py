"""Raised characters: marks of notes are left out, powers and units stay."""

from __future__ import annotations

import re

# What stands before a raised character is looked at, not the whole line again for each.
LAST_PARTS = 3
_RAISED = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
_LINKED_MARK = re.compile(r"[\[(]?(?:\d{1,3}[a-z]?|[a-z]|[*†‡§]{1,3})[\])]?")
_MARK = re.compile(r"\d{1,3}[a-z]?")
_NUMBER = re.compile(r"[+−-]?\d+")
# "m²", "10⁶", "2030¹": after one or two letters, or a digit, what is raised is kept.
_BASE = re.compile(r"(?:^|[\W\d_])[^\W\d_]{1,2}$|\d$")


def render_superscript(text: str, before: str, linked: bool) -> str:
    """Return what a superscript adds to the line `before` it: "" for the mark of a note."""
    # "SMEs" with a raised 6 would read "SMEs6". Digits that may be a power or a unit stay. On web
    # pages the marks of notes are links.
    mark = text.strip()
    if linked and _LINKED_MARK.fullmatch(mark):
        return ""
    is_power = _NUMBER.fullmatch(mark) and _BASE.search(before)
    return "" if _MARK.fullmatch(mark) and not is_power else render_power(text)


def render_power(text: str) -> str:
    """Return what is raised in a formula: "-2" as "⁻²", "n" as it is."""
    mark = text.strip()
    return mark.translate(_RAISED) if _NUMBER.fullmatch(mark) else text
