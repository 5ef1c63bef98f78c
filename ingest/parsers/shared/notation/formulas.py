"""Formulas on one line: what is drawn above, below or around others is set in brackets."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml.etree import _Element as Element

from ingest.parsers.shared.notation.subscript import render_subscript

# Sums, products, integrals and the like, which have bounds.
LARGE_SIGNS = frozenset("∑∏∐∫∬∭∮⋃⋂⋁⋀⨁⨂⨀")
_MOST_LEVELS = 60
# What joins terms, so that what stands over a bar has to be told from what stands beside it.
_JOINS = re.compile(r"[-+−–±∓=<>≤≥≠≈/→:;|∑∏∐∫\s]")
_IN_BRACKETS = re.compile(r"\([^()]*\)")
# A number, one letter or one word, with what is raised or lowered at it. Two letters are a product.
_ATOM = re.compile(
    r"[-+−]?(?:\d+(?:[.,]\d+)*|[^\W\d_]|[^\W\d_]{3,}|[√∛∜]\w)[₀-₉ₐ-ₜᵢ-ᵪ⁰¹²³⁴-₋\u0300-\u036f′%]*"
)
_RAISED = dict(
    zip(
        map(ord, "0123456789+-−–=()abcdefghijklmnoprstuvwxyzTNM"),
        "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀᴺᴹ",
        strict=True,
    )
)
_PRIMES = frozenset("′″‴*†°∘'")
_ROOTS = {"": "√", "2": "√", "3": "∛", "4": "∜"}
# An accent in a font of its own, and the same above a letter.
_ACCENTS = {
    "¯": "\u0305", "‾": "\u0305", "_": "\u0305", "^": "\u0302", "ˆ": "\u0302", "~": "\u0303",
    "˜": "\u0303", "→": "\u20d7", "⃗": "\u20d7", ".": "\u0307", "˙": "\u0307", "¨": "\u0308",
}  # fmt: skip


def is_deep(formula: Element) -> bool:
    """Tell whether a formula is nested deeper than anybody writes one."""
    level = [formula]
    for _ in range(_MOST_LEVELS):
        level = [part for element in level for part in element]
    return bool(level)


def join_terms(terms: Iterable[tuple[str, bool]]) -> str:
    """Return terms in a row, each with whether it is a fraction: "2" and "1/2" are no "21/2"."""
    row, was_fraction = "", False
    for text, is_fraction in terms:
        stripped = text.lstrip()
        if not stripped:
            row += text
            continue
        touches = row[-1:].isalnum() if is_fraction else was_fraction and _opens(stripped[0])
        row += f" {text}" if touches else text
        was_fraction = is_fraction
    return row


def write_fraction(over: str, under: str, has_bar: bool = True) -> str:
    """Return a fraction; what is set above each other without a bar is none."""
    over, under = over.strip(), under.strip()
    if not over or not under or not has_bar:
        return f"{over} {under}".strip()
    needs_brackets = _JOINS.search(_IN_BRACKETS.sub("", over).lstrip("-+−"))
    return f"{f'({over})' if needs_brackets else over}/{enclose(under)}"


def write_root(inner: str, degree: str) -> str:
    """Return a root."""
    sign = _ROOTS.get(degree.strip())
    return f"{sign or f'{write_power(degree)}√'}{enclose(inner.strip())}"


def write_power(power: str) -> str:
    """Return what is raised behind a term: "2" as "²", "n+1" as "ⁿ⁺¹", "α" as "^α"."""
    mark = power.strip()
    if not mark or not set(mark) - _PRIMES:
        return mark
    if all(ord(sign) in _RAISED for sign in mark if sign not in ".,"):
        return mark.translate(_RAISED)
    return f"^{enclose(mark)}"


def write_bounds(sign: str, lower: str, upper: str) -> str:
    """Return a sign for a sum, or a word such as "lim", with what stands below and above it."""
    lower, upper = lower.strip(), upper.strip()
    lowered = render_subscript(lower)
    if set(lower) & set(lowered) - set(".,"):
        lowered = f"({lower})" if not _is_enclosed(lower) else lower
    return f"{sign.strip()}{lowered}{write_power(upper)} "


def write_accent(base: str, sign: str) -> str:
    """Return a letter with what is drawn over it; over several letters it is not written."""
    accent = _ACCENTS.get(sign.strip(), sign.strip())
    is_one = len(base.strip()) == 1 and len(accent) == 1
    return f"{base.strip()}{accent}" if is_one else base


def enclose(text: str) -> str:
    """Return a term as one: in brackets, unless it is a number, a letter or a word."""
    return text if not text or _ATOM.fullmatch(text) or _is_enclosed(text) else f"({text})"


def _opens(sign: str) -> bool:
    return sign.isalnum() or sign in "([{√∛∜∑∏∫"


def _is_enclosed(text: str) -> bool:
    """Tell whether the bracket that opens a text is closed by its last character."""
    if text[:1] != "(" or text[-1:] != ")":
        return False
    depth = 0
    for at, sign in enumerate(text, start=1):
        depth += (sign == "(") - (sign == ")")
        if not depth:
            return at == len(text)
    return False
