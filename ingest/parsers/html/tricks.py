"""Styles that take text out of sight without saying `display: none`."""

from __future__ import annotations

import re
from collections.abc import Mapping

# The properties that are looked at.
PROPERTIES = frozenset(
    (
        "opacity font-size text-indent position left right top bottom clip clip-path overflow "
        "height max-height width max-width color background background-color"
    ).split()
)
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)")
_ZERO = re.compile(r"(?:0(?:\.0+)?|0?\.\d+)(?:[a-z]+|%)?|1(?:px)?")
_FAR = -900.0  # in any unit
_EDGES = ("left", "right", "top", "bottom")
_CLIPPED = re.compile(r"rect\(\s*(?:0|1)(?:px)?\b|inset\(\s*(?:50|100)%")
_HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})\b")
_RGB = re.compile(r"rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)\s*(?:[,/]\s*([\d.]+%?))?\s*\)")
_NAMED = {"white": (255, 255, 255), "black": (0, 0, 0)}
# Of 255: colours nearer to each other than this cannot be told apart.
_CONTRAST = 12


def is_out_of_sight(style: Mapping[str, str]) -> bool:
    """Tell whether what one element's own styles say takes its text out of sight.

    Args:
        style: Values by property, in lower case; colours count only where the element says both.
    """
    if _read_number(style, "opacity", 1.0) == 0 or 0 <= _read_number(style, "font-size", 16.0) < 2:
        return True
    if _read_number(style, "text-indent", 0.0) < _FAR or _is_clear(style.get("color", "")):
        return True
    is_placed = style.get("position", "") in ("absolute", "fixed")
    if is_placed and any(_read_number(style, edge, 0.0) < _FAR for edge in _EDGES):
        return True
    if is_placed and any(_CLIPPED.search(style.get(name, "")) for name in ("clip", "clip-path")):
        return True
    if "hidden" in style.get("overflow", "") and _is_flat(style):
        return True
    own = _read_colour(style.get("color", ""))
    behind = _read_colour(style.get("background-color", style.get("background", "")))
    return own is not None and behind is not None and _are_alike(own, behind)


def _is_flat(style: Mapping[str, str]) -> bool:
    sizes = ("height", "max-height", "width", "max-width")
    said = (style[size] for size in sizes if size in style)
    return any(_ZERO.fullmatch(size) for size in said)


def _read_number(style: Mapping[str, str], name: str, otherwise: float) -> float:
    found = _NUMBER.match(style.get(name, ""))
    return float(found[0]) if found else otherwise


def _is_clear(colour: str) -> bool:
    found = _RGB.search(colour)
    return colour == "transparent" or bool(found and found[4] in ("0", "0.0", "0%", ".0"))


def _read_colour(said: str) -> tuple[int, ...] | None:
    if found := _HEX.search(said):
        digits = found[1] if len(found[1]) == 6 else "".join(digit * 2 for digit in found[1])
        return tuple(int(digits[at : at + 2], 16) for at in (0, 2, 4))
    if found := _RGB.search(said):
        return tuple(int(part) for part in found.groups()[:3])
    words = said.split()
    return next((_NAMED[word] for word in words if word in _NAMED), None)


def _are_alike(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(abs(a - b) < _CONTRAST for a, b in zip(one, other, strict=True))
