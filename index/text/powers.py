"""Powers as they are written: raised, "10⁻⁶", or behind a sign, "10^-6"."""

from __future__ import annotations

EXPONENT = r"(?:[⁺⁻]?[⁰¹²³⁴-⁹]+|\^[+−-]?[0-9]+)"
_ON_THE_LINE = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻−", "0123456789+--", "^")


def read_exponent(written: str) -> str:
    """Return an exponent in plain digits, with its sign only if that is a minus.

    >>> read_exponent("⁻⁶"), read_exponent("^+6")
    ('-6', '6')
    """
    return written.translate(_ON_THE_LINE).removeprefix("+")
