"""Names of files as they are stored and printed: whatever their bytes, a line of plain text."""

from __future__ import annotations

import unicodedata

# They turn the rest of a line round, so that `txt.exe` reads as something else.
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_REPLACEMENT = "\ufffd"


def make_displayable(name: str) -> str:
    """Return a name with what no line can show replaced, bytes that are not UTF-8 as well."""
    if name.isascii() and name.isprintable():
        return name
    decoded = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(c if _is_plain(c) else _REPLACEMENT for c in decoded)


def is_displayable(name: str) -> bool:
    """Tell whether a name is stored and printed as it is."""
    return make_displayable(name) == name


def _is_plain(character: str) -> bool:
    if character in _DIRECTIONS:
        return False
    return unicodedata.category(character) not in ("Cc", "Cs", "Zl", "Zp")
