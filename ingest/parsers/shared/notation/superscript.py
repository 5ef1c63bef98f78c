"""Raised characters: marks of notes are left out, powers, units and charges stay."""

from __future__ import annotations

import re

# What stands before a raised character is looked at, not the whole line again for each.
LAST_PARTS = 3
_RAISED = str.maketrans("0123456789+-−–", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻")
_RAISED_DIGITS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_ONE_MARK = r"[\[(]?(?:\d{1,3}[a-z]?|[a-z]|[*†‡§]{1,3})[\])]?"
_LINKED_MARK = re.compile(rf"{_ONE_MARK}(?:(?:\s?[,;–-]\s?|(?<=[\])])\s?){_ONE_MARK})*")
# One mark, or several: "1", "12a", "1, 2", "3–5".
_MARKS = re.compile(r"\d{1,3}[a-z]?(?:\s?[,;–-]\s?\d{1,3}[a-z]?)*")
_NUMBER = re.compile(r"[+−–-]?\d+(?:[.,]\d+)?")
# Of an ion: "2−", "+".
_CHARGE = re.compile(r"\d*[+−–-]")
# "m²", "10⁶", "2030¹", "x₁²", "10⁻⁶": after one or two letters, a digit, a lowered index or a sign,
# what is raised is kept. "CO₂" and "m²" are whole; what is raised behind them is a mark.
_BASE = re.compile(r"(?:^|[\W\d_])[^\W\d_⁰¹²³⁴-⁹₀-₉]{1,2}$|\d$|[⁺⁻]$|(?:^|[\W\d_])[a-zα-ω][₀-₉]+$")
_CHARGED = re.compile(r"[^\W_]$|[)\]}]$")
# A sign alone is one behind an element ("Na⁺"), a formula or a figure; of a name it is a mark.
_SIGNED = re.compile(r"[A-Z][a-z]?$|[\d₀-₉)\]}]$")
# "¹/₂" is a number, not a mark.
FRACTION = ("/", "⁄", "∕")
_WORD = re.compile(r"[^\W\d_]{2}")


def render_superscript(text: str, before: str, linked: bool, after: str = "") -> str:
    """Return what a superscript adds to the line.

    Args:
        text: What is raised, all of it: an exponent with its sign, a charge with its number.
        before: The line before it, or as much as its last word.
        linked: Whether it is a link, as the marks of notes are on web pages.
        after: What follows it on the line, if that is known: "/" makes it a fraction.

    Returns:
        What is read; "" or white space for the mark of a note.
    """
    mark = text.strip()
    trail = " " if text[len(text.rstrip()) :] else ""
    if linked and _LINKED_MARK.fullmatch(mark):
        return trail
    if after.startswith(FRACTION) and mark.isdigit():
        return render_power(text)
    if _CHARGE.fullmatch(mark) and (_CHARGED if len(mark) > 1 else _SIGNED).search(before):
        return mark.translate(_RAISED) + trail
    # "SMEs" with a raised 6 would read "SMEs6". Digits that may be a power or a unit stay.
    return trail if _MARKS.fullmatch(mark) and not _BASE.search(before) else render_power(text)


def render_power(text: str) -> str:
    """Return what is raised in a formula: "-2" as "⁻²", "0.5" as "⁰.⁵", "n" as it is."""
    mark = text.strip()
    if not mark or _WORD.search(mark):
        return text
    figures = _RAISED if _NUMBER.fullmatch(mark) else _RAISED_DIGITS
    return mark.translate(figures) + (" " if text[-1].isspace() else "")


def render_charge(text: str) -> str:
    """Return a charge, "2−" or "+", as it is raised; "" if it is none."""
    return text.translate(_RAISED) if _CHARGE.fullmatch(text) else ""
