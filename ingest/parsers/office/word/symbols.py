"""Signs of symbol fonts as the characters that they look like."""

from __future__ import annotations

import re

# Where fonts without Unicode have their signs; Word writes some of them without the F0.
_PRIVATE = re.compile("[\uf020-\uf0ff]")
_GREEK = dict(
    zip(
        (*range(0x41, 0x5B), *range(0x61, 0x7B)),
        "ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖαβχδεφγηιϕκλμνοπθρστυϖωξψζ",
        strict=True,
    )
)
# Source: Unicode's mapping of Adobe's Symbol encoding.
_SYMBOL = _GREEK | dict(
    zip(
        (
            *range(0xA0, 0xB8), 0xB9, 0xBA, 0xBB, 0xBC, 0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xCD, 0xCE,
            0xCF, 0xD0, 0xD2, 0xD3, 0xD4, 0xD6, 0xD7, 0xD8, 0xD9, 0xDA, 0xDB, 0xDC, 0xDE, 0xE5,
            0x22, 0x24, 0x27, 0x2A, 0x2D, 0x40, 0x5C, 0x5E, 0x7E,
        ),
        "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•≠≡≈…⊗⊕∅∩∪⊆∈∉∠®©™√⋅¬∧∨⇔⇐⇒∑∀∃∋∗−≅∴⊥∼",
        strict=True,
    )
) | {0xB8: "÷"}  # fmt: skip
_WINGDINGS = dict(
    zip(
        (
            0x4A, 0x4B, 0x4C, 0x6C, 0x6D, 0x6E, 0x6F, 0x70, 0x71, 0x72, 0x75, 0x76, 0x9F, 0xA7,
            0xA8, 0xD8, 0xDF, 0xE0, 0xE1, 0xE2, 0xE8, 0xF0, 0xFB, 0xFC, 0xFD, 0xFE,
        ),
        "☺😐☹●❍■□❐❑❒◆❖•▪◻➢←→↑↓➔⇨✗✓☒☑",
        strict=True,
    )
)  # fmt: skip
_FONTS: dict[str, dict[int, str]] = {"symbol": _SYMBOL, "wingdings": _WINGDINGS}


def read_symbol(code: str, font: str) -> str:
    """Return the character of a `w:sym`, "" for a sign that has none."""
    if not re.fullmatch("[0-9A-Fa-f]{1,6}", code) or not 0x20 <= int(code, 16) < 0x110000:
        return ""
    number = int(code, 16)
    signs = _FONTS.get(font.lower())
    if signs is None:
        return "" if 0xE000 <= number <= 0xF8FF or 0xD800 <= number < 0xE000 else chr(number)
    number = number - 0xF000 if 0xF000 <= number <= 0xF0FF else number
    return signs.get(number, _plain(number) if signs is _SYMBOL else "")


def replace_private(text: str, font: str | None) -> str:
    """Return text in which the signs of a symbol font are what they look like."""
    if text.isascii() or not font or font.lower() not in _FONTS:
        return text
    return _PRIVATE.sub(lambda match: read_symbol(f"{ord(match[0]):X}", font), text)


def _plain(number: int) -> str:
    """Return what Symbol shares with ASCII: figures, brackets, points."""
    return chr(number) if 0x20 <= number < 0x7F else ""
