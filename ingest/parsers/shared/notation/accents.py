"""Accents that stand before their letters, as signs of their own: "¨u" is "ü"."""

from __future__ import annotations

import re
import unicodedata

# Signs that stand by themselves, and the same over or under a letter.
COMBINING = {
    0x60: "\u0300", 0xB4: "\u0301", 0x2C6: "\u0302", 0x5E: "\u0302", 0x2DC: "\u0303",
    0x7E: "\u0303", 0xAF: "\u0304", 0x2D8: "\u0306", 0x2D9: "\u0307", 0xA8: "\u0308",
    0x2DA: "\u030a", 0x2DD: "\u030b", 0x2C7: "\u030c", 0xB8: "\u0327", 0x2DB: "\u0328",
}  # fmt: skip
# Not those of a keyboard, which stand by themselves in many texts.
_SPELLED = re.compile("([\u00a8\u00af\u00b4\u00b8\u02c6\u02c7\u02d8-\u02db\u02dd])([^\\W\\d_])")
_DOTLESS = {"\u0131": "i", "\u0237": "j"}


def join_spelled(text: str) -> str:
    """Return a text of another reader, with the accents that stand before their letters on them."""
    return _SPELLED.sub(lambda pair: join_accent(pair[2], ord(pair[1])) or pair[0], text)


def join_accent(letter: str, sign: int) -> str | None:
    """Return a letter with its accent, None if there is none in Unicode."""
    letter = _DOTLESS.get(letter, letter)
    whole = unicodedata.normalize("NFC", letter + COMBINING[sign])
    return whole if letter.isalpha() and len(whole) == 1 else None
