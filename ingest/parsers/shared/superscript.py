"""Raised characters: marks of notes are left out, powers and units stay."""

from __future__ import annotations

import re

_RAISED = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
_LINKED_MARK = re.compile(r"[\[(]?(?:\d{1,3}[a-z]?|[a-z]|[*†‡§]{1,3})[\])]?")
_MARK = re.compile(r"\d{1,3}[a-z]?")
_NUMBER = re.compile(r"[+−-]?\d+")
# "m²", "10⁶", "2030¹": after one or two letters, or a digit, what is raised is kept.
_BASE = re.compile(r"(?:^|[\W\d_])[^\W\d_]{1,2}$|\d$")


def raised(text: str, before: str, linked: bool) -> str:
    """Return what a superscript adds to a line of plain text.

    "SMEs" with a raised 6 would read "SMEs6", so a note's mark is left out; digits that may be a
    power or a unit become superscript characters.

    Args:
        text: What is raised.
        before: The line up to it.
        linked: Whether it is a link, as the marks of notes are on web pages.

    Returns:
        The text to append; "" for the mark of a note.
    """
    mark = text.strip()
    if linked and _LINKED_MARK.fullmatch(mark):
        return ""
    is_power = _NUMBER.fullmatch(mark) and _BASE.search(before)
    if _MARK.fullmatch(mark) and not is_power:
        return ""
    return power(text)


def power(text: str) -> str:
    """Return what is raised in a formula, digits as superscript characters.

    >>> power("-2"), power("n")
    ('⁻²', 'n')
    """
    mark = text.strip()
    return mark.translate(_RAISED) if _NUMBER.fullmatch(mark) else text
