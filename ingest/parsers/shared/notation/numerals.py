"""Numbers of list items as letters and Roman numerals."""

from __future__ import annotations

_SIGNS = "m 1000 cm 900 d 500 cd 400 c 100 xc 90 l 50 xl 40 x 10 ix 9 v 5 iv 4 i 1".split()


def to_roman(number: int) -> str:
    """Return 14 as "xiv"; what is not from 1 to 3999 in digits."""
    if not 0 < number < 4000:
        return str(number)
    text = ""
    for sign, worth in zip(_SIGNS[::2], map(int, _SIGNS[1::2]), strict=True):
        text += sign * (number // worth)
        number %= worth
    return text


def to_letters(number: int) -> str:
    """Return a number as word processors letter lists: a to z, then aa, bb and so on."""
    return chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
