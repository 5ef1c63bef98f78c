"""Formulas of Microsoft's office programs (OMML) as text."""

from __future__ import annotations

from collections.abc import Callable

from lxml.etree import _Element as Element

from ingest.parsers.shared.notation.formulas import (
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

MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_OFF = ("0", "false", "off")
# What stands higher than a line, so that a power at it belongs to all of it.
_TALL = frozenset(f"{MATH}{name}" for name in ("f", "rad", "nary"))


class FormulaReader:
    """Reads formulas; `read_run` says what a run in one shows, and whatever is no formula."""

    def __init__(self, read_run: Callable[[Element], str]) -> None:
        self._read_run = read_run
        self._readers: dict[str, Callable[[Element], str]] = {
            "f": self._read_fraction,
            "rad": lambda root: write_root(self._part(root, "e"), self._part(root, "deg")),
            "sSup": lambda term: self._base(term) + write_power(self._part(term, "sup")),
            "sSub": lambda term: self._base(term) + render_subscript(self._part(term, "sub")),
            "sSubSup": lambda term: self._base(term) + self._marks(term),
            "sPre": lambda term: self._marks(term) + self._base(term),
            "nary": self._read_sum,
            "d": self._read_brackets,
            "acc": lambda term: write_accent(self._part(term, "e"), _sign(term, "chr", "\u0302")),
            "bar": self._read_bar,
            "func": self._read_function,
            "limLow": lambda term: write_bounds(self._base(term), self._part(term, "lim"), ""),
            "limUpp": lambda term: write_bounds(self._base(term), "", self._part(term, "lim")),
            "m": lambda matrix: "; ".join(map(self._read_cells, matrix.iterfind(f"{MATH}mr"))),
            "eqArr": lambda lines: "\n".join(map(self._read, lines.iterfind(f"{MATH}e"))),
            "oMathPara": lambda lines: "\n".join(map(self._read, lines.iterfind(f"{MATH}oMath"))),
            "phant": lambda term: "" if _switched_off(term, "show") else self._part(term, "e"),
        }

    def read_formula(self, formula: Element) -> str:
        """Return a formula, or a term of one."""
        if is_deep(formula):
            return "".join(map(self._read_run, formula.iter(f"{MATH}r")))
        return self._read_term(formula)

    def _read(self, element: Element) -> str:
        """Return what stands in an element, term by term."""
        return join_terms((self._read_term(child), child.tag == f"{MATH}f") for child in element)

    def _read_term(self, term: Element) -> str:
        tag = str(term.tag)
        name = tag.removeprefix(MATH)
        if name.endswith("Pr"):
            return ""
        if tag == name or name in ("r", "t"):
            return self._read_run(term)
        return self._readers.get(name, self._read)(term)

    def _part(self, term: Element, name: str) -> str:
        part = term.find(f"{MATH}{name}")
        return "" if part is None else self._read(part)

    def _base(self, term: Element) -> str:
        base = term.find(f"{MATH}e")
        if base is None:
            return ""
        is_tall = any(child.tag in _TALL for child in base)
        return enclose(self._read(base)) if is_tall else self._read(base)

    def _marks(self, term: Element) -> str:
        return render_subscript(self._part(term, "sub")) + write_power(self._part(term, "sup"))

    def _read_fraction(self, term: Element) -> str:
        has_bar = _sign(term, "type", "bar") != "noBar"
        return write_fraction(self._part(term, "num"), self._part(term, "den"), has_bar)

    def _read_sum(self, term: Element) -> str:
        sign = _sign(term, "chr", "∫")
        bounds = write_bounds(sign, self._part(term, "sub"), self._part(term, "sup"))
        return bounds + self._part(term, "e")

    def _read_brackets(self, term: Element) -> str:
        between = _sign(term, "sepChr", "|")
        inside = between.join(map(self._read, term.iterfind(f"{MATH}e")))
        return f"{_sign(term, 'begChr', '(')}{inside}{_sign(term, 'endChr', ')')}"

    def _read_bar(self, term: Element) -> str:
        is_above = _sign(term, "pos", "bot") == "top"
        return write_accent(self._part(term, "e"), "¯") if is_above else self._part(term, "e")

    def _read_function(self, term: Element) -> str:
        name, of = self._part(term, "fName").strip(), self._part(term, "e").lstrip()
        return f"{name}{of}" if of.startswith("(") else f"{name} {of}"

    def _read_cells(self, row: Element) -> str:
        return " ".join(map(self._read, row.iterfind(f"{MATH}e")))


def _sign(term: Element, name: str, usual: str) -> str:
    """Return a property of a term as it is written, else as it usually is."""
    said = term.find(f"{term.tag}Pr/{MATH}{name}")
    return usual if said is None else said.get(f"{MATH}val", "")


def _switched_off(term: Element, name: str) -> bool:
    return _sign(term, name, "1") in _OFF
