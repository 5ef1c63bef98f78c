"""Formulas of web pages, books and OpenDocument files (MathML) as text."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lxml.etree import _Element as Element

from ingest.parsers.shared.notation.formulas import (
    LARGE_SIGNS,
    enclose,
    is_deep,
    join_terms,
    write_accent,
    write_bounds,
    write_fraction,
    write_power,
    write_root,
)  # fmt: skip
from ingest.parsers.shared.notation.subscript import render_subscript

# Signs for those who read aloud or calculate: nothing is drawn for them.
_UNDRAWN = dict.fromkeys(map(ord, "\u2061\u2062\u2063"), "") | {0x2064: " "}
_UNSEEN = ("annotation", "annotation-xml", "mphantom", "none", "mprescripts")
_LEAVES = ("mi", "mn", "mo", "mtext", "ms")
_TALL = ("mfrac", "msqrt", "mroot")
_LIMITS = ("lim", "max", "min", "sup", "inf", "limsup", "liminf", "argmax", "argmin")


def read_mathml(formula: Element) -> str:
    """Return a formula on one line."""
    text = "".join(map(str, formula.itertext())) if is_deep(formula) else _read(formula)
    return " ".join(text.split())


def _read(element: Element) -> str:
    name = name_of(element)
    if name in _UNSEEN:
        return ""
    if name == "mspace":
        return " "
    if name == "semantics":
        return "".join(map(_read, list(element)[:1]))
    if name in _READERS:
        return _READERS[name](element)
    if len(element) and name not in _LEAVES:
        return _read_row(element)
    return " ".join("".join(map(str, element.itertext())).translate(_UNDRAWN).split()) or (
        " " if "\u2064" in (element.text or "") else ""
    )


def name_of(element: Element) -> str:
    """Return the name of an element, whatever its prefix or its namespace; "" for no element."""
    tag = element.tag if isinstance(element.tag, str) else ""
    return tag.rpartition("}")[2].rpartition(":")[2].lower()


def _read_row(parts: Iterable[Element]) -> str:
    return join_terms((_space(part), name_of(part) == "mfrac") for part in parts)


def _space(part: Element) -> str:
    """Return a term, words with spaces around them: "if x" is no "ifx"."""
    text = _read(part)
    return f" {text} " if name_of(part) == "mtext" and len(text) > 1 else text


def _parts(element: Element, count: int) -> list[str]:
    return [*map(_read, list(element)[:count]), *[""] * count][:count]


def _base(element: Element) -> str:
    text = _parts(element, 1)[0]
    inner = element[0] if len(element) else element
    while name_of(inner) in ("mrow", "mstyle") and len(inner) == 1:
        inner = inner[0]
    return enclose(text) if name_of(inner) in _TALL else text


def _read_fraction(element: Element) -> str:
    over, under = _parts(element, 2)
    thickness = (element.get("linethickness") or "").strip()
    return write_fraction(over, under, thickness.strip("0.ptxemc%") != "" or "0" not in thickness)


def _read_marks(element: Element) -> str:
    """Return a term with what is lowered or raised at it, or with bounds if it is a sum."""
    name = name_of(element)
    base, first, second = _parts(element, 3)
    lower, upper = ("", first) if name in ("msup", "mover") else (first, second)
    if base in LARGE_SIGNS or base in _LIMITS:
        return write_bounds(base, lower, upper)
    if name == "mover" and len(upper) == 1:
        return write_accent(base, upper)
    if name in ("munder", "mover", "munderover"):
        return f"{base}{f'({lower})' if len(lower) > 1 else ''}{f'({upper})' if upper else ''}"
    return f"{_base(element)}{render_subscript(lower)}{write_power(upper)}"


def _read_scripts(element: Element) -> str:
    """Return a term with marks on all sides: pairs of lowered and raised, those before it last."""
    base, *marks = list(element) or [element]
    sides, side = {"": "", "mprescripts": ""}, ""
    waiting: list[str] = []
    for mark in marks:
        if name_of(mark) == "mprescripts":
            side = "mprescripts"
            continue
        waiting.append(_read(mark))
        if len(waiting) == 2:
            sides[side] += render_subscript(waiting[0]) + write_power(waiting[1])
            waiting = []
    return f"{sides['mprescripts']}{_read(base)}{sides['']}"


def _read_fenced(element: Element) -> str:
    separators = [*(element.get("separators", ",")).split()]
    signs = "".join(separators)
    inside = ""
    for number, part in enumerate(element):
        if number and signs:
            inside += signs[min(number - 1, len(signs) - 1)]
        inside += _read(part)
    return f"{element.get('open', '(')}{inside}{element.get('close', ')')}"


def _read_table(element: Element) -> str:
    rows = (part for part in element if name_of(part) in ("mtr", "mlabeledtr"))
    return "; ".join(" ".join(map(_read, row)) for row in rows)


_READERS: dict[str, Callable[[Element], str]] = {
    "mfrac": _read_fraction,
    "msqrt": lambda element: write_root(_read_row(element), ""),
    "mroot": lambda element: write_root(*_parts(element, 2)),
    **dict.fromkeys(("msup", "msub", "msubsup", "munder", "mover", "munderover"), _read_marks),
    "mmultiscripts": _read_scripts,
    "mfenced": _read_fenced,
    "mtable": _read_table,
}
