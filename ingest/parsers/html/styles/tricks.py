"""Styles that take text out of sight without saying `display: none`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml.html import HtmlElement

# The properties that are looked at.
PROPERTIES = frozenset(
    (
        "display visibility text-decoration opacity animation animation-name font-size "
        "text-indent position left right top bottom margin-left margin-top transform clip "
        "clip-path overflow overflow-x overflow-y height max-height min-height width max-width "
        "min-width padding padding-top padding-bottom flex flex-grow color background "
        "background-color background-image background-clip text-shadow "
        "-webkit-text-fill-color -webkit-text-stroke -webkit-text-stroke-width"
    ).split()
)
# The values of one element by property, in lower case.
Style = Mapping[str, str]

# What an element takes over from the one around it, unless it says otherwise.
_INHERITED = frozenset(["font-size", "text-indent", "color"])
_TAKEN_OVER = ("inherit", "unset", "currentcolor", "revert-layer", "smaller", "larger", "")
_LENGTH = re.compile(r"(-?(?:\d+\.?\d*|\.\d+))([a-z]+|%)?")
_ZERO = re.compile(r"(?:0(?:\.0+)?|0?\.\d+)(?:[a-z]+|%)?|1(?:px)?")
# The least sizes that are text, by unit; of other units only none at all is none.
_LEAST_SIZES = {"px": 2.0, "pt": 1.5, "em": 0.1, "rem": 0.1, "%": 10.0}
_FAR = -900.0  # in any unit
_FURTHER = -3_000.0  # a picture of the width of a screen is centred by half of it
_EDGES = ("left", "right", "top", "bottom")
_MARGINS = ("margin-left", "margin-top")
_CLIPPED = re.compile(r"rect\(\s*(?:0|1)(?:px)?\b|inset\(\s*(?:50|100)%|circle\(\s*0\b")
_SCALED = re.compile(r"\bscale[xy]?\(\s*0(?:\.0+)?\s*[,)]")
_HEX = re.compile(r"#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})\b")
_RGB = re.compile(r"rgba?\(\s*(\d+)[\s,]+(\d+)[\s,]+(\d+)\s*(?:[,/]\s*([\d.]+%?))?\s*\)")
_NAMED = {"white": (255, 255, 255), "black": (0, 0, 0)}
# Of 255: colours nearer to each other than this cannot be told apart.
_CONTRAST = 12
_PAPER = (255, 255, 255)
# A page of which more fades in is shown by its scripts.
_FADED_SHARE = 0.3
_GROUNDS = ("background", "background-color", "background-image")
_EDGED = ("text-shadow", "-webkit-text-stroke", "-webkit-text-stroke-width")
_LINKED_SHEETS = "boolean(//link[contains(translate(@rel,'STYLEH','styleh'),'stylesheet')])"


def find_out_of_sight(
    body: HtmlElement, styles: Mapping[HtmlElement, Style], knows_all_grounds: bool
) -> dict[HtmlElement, list[HtmlElement]]:
    """Return the elements whose text nobody sees, each with what in it is seen all the same.

    White words are among them only if all grounds are known.
    """
    is_paper = knows_all_grounds and not body.xpath(_LINKED_SHEETS)
    causes: dict[HtmlElement, str] = {}
    for element, style in styles.items():
        cause = _find_cause(style)
        is_white = not cause and is_paper and _is_white_on_paper(element, styles)
        if (is_white or cause == "color") and not _is_painted_otherwise(element, styles):
            causes[element] = "color"
        elif cause and cause != "color":
            causes[element] = cause
    faded = sum(len(e.text_content()) for e, cause in causes.items() if cause == "opacity")
    is_faded_in = faded > _FADED_SHARE * len(body.text_content())
    return {
        element: _find_said_again(element, cause, styles)
        for element, cause in causes.items()
        if not (is_faded_in and cause == "opacity")
    }


def _find_said_again(
    element: HtmlElement, cause: str, styles: Mapping[HtmlElement, Style]
) -> list[HtmlElement]:
    """Return what in an element says otherwise of a property that it takes over from it."""
    if cause not in _INHERITED:
        return []
    return [
        inner
        for inner in element.iterdescendants()
        if (style := styles.get(inner))
        and style.get(cause, "inherit") not in _TAKEN_OVER
        and _find_cause(style) != cause
        and not (cause == "font-size" and _is_share_of_nothing(style[cause], styles[element]))
    ]


def _is_share_of_nothing(size: str, around: Style) -> bool:
    share, outer = _LENGTH.match(size), _LENGTH.match(around["font-size"])
    is_share = share is not None and share[2] in ("em", "%", "ex", "ch")
    return is_share and outer is not None and float(outer[1]) == 0


def _find_cause(style: Style) -> str:
    """Return the property by which an element takes its text out of sight, "" if none does."""
    is_placed = style.get("position", "") in ("absolute", "fixed")
    if _read_number(style, "opacity", 1.0) == 0 and not style.keys() & {
        "animation",
        "animation-name",
    }:
        return "opacity"
    if is_placed and any(_read_number(style, edge, 0.0) < _FAR for edge in _EDGES):
        return "position"
    if any(_read_number(style, margin, 0.0) < _FURTHER for margin in _MARGINS):
        return "margin"
    if _SCALED.search(style.get("transform", "")):
        return "transform"
    if is_placed and any(_CLIPPED.search(style.get(name, "")) for name in ("clip", "clip-path")):
        return "clip"
    if _is_flat(style):
        return "overflow"
    # What parts of it may say otherwise of comes last.
    if _is_speck(style.get("font-size", "")):
        return "font-size"
    if _read_number(style, "text-indent", 0.0) < _FAR:
        return "text-indent"
    return "color" if _has_no_colour(style) else ""


def _is_speck(size: str) -> bool:
    found = _LENGTH.match(size)
    if found is None:
        return False
    number = float(found[1])
    return number == 0 or 0 < number < _LEAST_SIZES.get(found[2] or "", 0.0)


def _is_flat(style: Style) -> bool:
    """Tell whether an element has no room for its text and lets none flow over."""
    if not any("hidden" in style.get(f"overflow{way}", "") for way in ("", "-x", "-y")):
        return False
    # What gives room all the same: a picture's by its padding, a column's by its share.
    if style.keys() & {"flex", "flex-grow"}:
        return False
    room = ("padding", "padding-top", "padding-bottom", "min-height", "min-width")
    if any(re.search(r"[1-9]", style.get(name, "")) for name in room):
        return False
    sizes = ("height", "max-height", "width", "max-width")
    return any(_ZERO.fullmatch(style[size]) for size in sizes if size in style)


def _is_painted_otherwise(element: HtmlElement, styles: Mapping[HtmlElement, Style]) -> bool:
    """Tell whether letters have no colour of their own and are seen all the same.

    They are cut out of a picture or a colour behind them, or have a shadow or an edge.
    """
    for around in (element, *element.iterancestors()):
        style = styles.get(around, {})
        if any(style.get(name, "none") not in ("none", "0", "0px", "") for name in _EDGED):
            return True
        # Of the short form, `text` is the place where it is painted.
        words = f"{style.get('background-clip', '')} {style.get('background', '')}".split()
        if "text" in words and any(_is_ground(style.get(name, "")) for name in _GROUNDS):
            return True
    return False


def _is_ground(said: str) -> bool:
    words = [word for word in said.split() if word not in ("none", "transparent", "text")]
    return _is_picture(said) or (bool(words) and not _is_clear(said))


def _has_no_colour(style: Style) -> bool:
    said = _get_fill(style)
    if said == "transparent" or _is_clear(said):
        return True
    behind = style.get("background-color", style.get("background", ""))
    if any(_is_picture(style.get(name, "")) for name in _GROUNDS):
        return False
    own, ground = _read_colour(said), _read_colour(behind)
    return own is not None and ground is not None and _are_alike(own, ground)


def _get_fill(style: Style) -> str:
    """Return the colour of the letters: what fills them goes before it."""
    return style.get("-webkit-text-fill-color", style.get("color", ""))


def _is_white_on_paper(element: HtmlElement, styles: Mapping[HtmlElement, Style]) -> bool:
    """Tell whether an element has white letters and nothing around it says what is behind them."""
    own = _read_colour(_get_fill(styles[element]))
    if own is None or not _are_alike(own, _PAPER):
        return False
    return not any(
        around.get("bgcolor")
        or around.get("background")
        or not styles.get(around, {}).keys().isdisjoint(_GROUNDS)
        for around in (element, *element.iterancestors(), *element.iterdescendants())
    )


def _read_number(style: Style, name: str, otherwise: float) -> float:
    found = _LENGTH.match(style.get(name, ""))
    return float(found[1]) if found else otherwise


def _is_picture(ground: str) -> bool:
    return "url(" in ground or "gradient(" in ground


def _is_clear(colour: str) -> bool:
    if found := _HEX.search(colour):
        return len(found[1]) in (4, 8) and not found[1][3 if len(found[1]) == 4 else 6 :].strip("0")
    found = _RGB.search(colour)
    return bool(found and found[4] in ("0", "0.0", "0%", ".0"))


def _read_colour(said: str) -> tuple[int, ...] | None:
    if found := _HEX.search(said):
        digits = found[1] if len(found[1]) > 4 else "".join(digit * 2 for digit in found[1])
        return tuple(int(digits[at : at + 2], 16) for at in (0, 2, 4))
    if found := _RGB.search(said):
        return tuple(int(part) for part in found.groups()[:3])
    words = said.split()
    return next((_NAMED[word] for word in words if word in _NAMED), None)


def _are_alike(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    return all(abs(a - b) < _CONTRAST for a, b in zip(one, other, strict=True))
