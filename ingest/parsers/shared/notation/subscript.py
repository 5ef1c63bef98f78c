"""Lowered characters: a formula's figures stay lowered, so that they are never read as a number."""

from __future__ import annotations

import re

_DIGITS = dict(zip(map(ord, "0123456789"), "₀₁₂₃₄₅₆₇₈₉", strict=True))
_SIGNS = dict(zip(map(ord, "+-−–="), "₊₋₋₋₌", strict=True))
# Those that Unicode has.
_LETTERS = dict(zip(map(ord, "aehijklmnoprstuvx"), "ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
# "2.5", "1,2", "x", "n−1": figures and single letters, with signs.
_FORMULA = re.compile(
    r"[+−–-]?(?:[aeh-pr-vx]|\d+(?:[.,]\d+)*)(?:[+−–=-](?:[aeh-pr-vx]|\d+))*", re.ASCII
)


def render_subscript(text: str) -> str:
    """Return what is lowered in a formula or a name: "2" as "₂", "2.5" as "₂.₅", "x" as "ₓ".

    Words stay as they are ("max"), and so do letters that Unicode has no lowered form of.
    """
    is_formula = _FORMULA.fullmatch(text.strip())
    return text.translate(_DIGITS | _SIGNS | _LETTERS if is_formula else _DIGITS)
