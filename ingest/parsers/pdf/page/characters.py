"""The characters of a page, their boxes, and which of them can be seen."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

import numpy as np
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

# PDFium's two signs for a hyphen at a line's end.
_HYPHENS = (0x02, 0xFFFE)
_SPACES = np.array(
    [0x20, 0x09, 0xA0, 0x3000, *range(0x2000, 0x200B), 0x1680, 0x2028, 0x2029, 0x202F, 0x205F]
)
# What steers layout without being seen and parts no words. A soft hyphen stays: it may end a line.
_UNSEEN = np.array([0x200B, 0x2060, 0xFEFF, 0xFFFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_NEWLINES = (0x0A, 0x0D)
# So near to each other two of the same characters are one, printed twice to look bold.
OVERPRINT_HEIGHTS = 0.1
OVERPRINT_WIDTHS = 0.4
# So many steps for twice the distance.
_NEAR_STEPS = 2
# Of letters that are narrower nobody can tell which box is whose.
SPECK_POINTS = 0.01


@dataclass(frozen=True, slots=True)
class VisibleCharacters:
    """The characters of a page that can be seen, in the order of its content."""

    positions: NDArray[np.intp]  # shape (n,): which of PDFium's characters they are
    last: NDArray[np.intp]  # shape (n,): the same of what is printed over them last, often they
    codes: NDArray[np.uint32]  # shape (n,): Unicode; PDFium's signs for a hyphen are hyphens
    boxes: NDArray[np.float32]  # shape (n, 4): in the page's user space
    spaced: NDArray[np.bool_]  # shape (n,): white space stands before the character
    broken: NDArray[np.bool_]  # shape (n,): PDFium ends a line before the character


def find_visible(
    text: pdfium_c.FPDF_TEXTPAGE, bounds: tuple[float, float, float, float]
) -> tuple[VisibleCharacters, str, str]:
    """Return the characters within a page's bounds, each once, with PDFium's lock held.

    And, as text, what is printed over itself a second time, and what stands beyond the bounds.
    """
    codes, boxes = _read_characters(text)
    white, newline = np.isin(codes, _SPACES), np.isin(codes, _NEWLINES)
    known = _find_known(codes) & ~white & ~newline
    inside = _find_inside(boxes, bounds)
    kept = np.flatnonzero(known & inside)
    parts = _number_parts(text, codes, boxes)
    codes[np.isin(codes, _HYPHENS)] = ord("-")
    first, last = _find_overprints(codes[kept], boxes[kept], parts[kept])
    again = np.ones(len(kept), dtype=np.bool_)
    again[first] = False
    printed_again = _join(codes, kept[again], white | newline)
    beyond = _join(codes, np.flatnonzero(known & ~inside), white | newline)
    kept, last = kept[first], kept[last]
    spaced, broken = _mark_between(white | newline, kept), _mark_between(newline, kept)
    found = VisibleCharacters(kept, last, codes[kept], boxes[kept], spaced, broken)
    return found, printed_again, beyond


def _join(codes: NDArray[np.uint32], chosen: NDArray[np.intp], white: NDArray[np.bool_]) -> str:
    """Return some characters as text, with spaces where white space stands between them."""
    pieces = zip(_mark_between(white, chosen), codes[chosen], strict=True)
    return "".join(f"{' ' if gap else ''}{chr(code)}" for gap, code in pieces).strip()


def drop_characters(found: VisibleCharacters, dropped: NDArray[np.bool_]) -> VisibleCharacters:
    """Return the characters without some of them; where they stood, white space stands."""
    kept = np.flatnonzero(~dropped)
    gap = _mark_between(dropped, kept)
    return VisibleCharacters(
        found.positions[kept],
        found.last[kept],
        found.codes[kept],
        found.boxes[kept],
        found.spaced[kept] | gap | _mark_between(found.spaced & dropped, kept),
        found.broken[kept] | _mark_between(found.broken & dropped, kept),
    )


def list_words(found: VisibleCharacters) -> NDArray[np.intp]:
    """Return which word each character belongs to, counted from 0."""
    starts = found.spaced.copy()
    starts[:1] = False
    words: NDArray[np.intp] = np.cumsum(starts)
    return words


def spell(found: VisibleCharacters, chosen: NDArray[np.bool_]) -> str:
    """Return some of the characters as text, on one line."""
    words = list_words(found)[chosen]
    codes = found.codes[chosen].tolist()
    parts = ("" if same else " " for same in np.diff(words, prepend=words[:1]) == 0)
    return "".join(f"{part}{chr(code)}" for part, code in zip(parts, codes, strict=True))


def _read_characters(
    text: pdfium_c.FPDF_TEXTPAGE,
) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    """Return codes and boxes: the font's height by the advance width, else what is inked."""
    count = max(0, pdfium_c.FPDFText_CountChars(text))
    box_of = pdfium_c.FPDFText_GetLooseCharBox
    rectangles = (pdfium_c.FS_RECTF * max(1, count))()
    first, stride = rectangles[0], ctypes.sizeof(pdfium_c.FS_RECTF)
    for position in range(count):
        box_of(text, position, ctypes.byref(first, stride * position))
    codes = read_codes(text, count)
    left, top, right, bottom = np.frombuffer(rectangles, dtype=np.float32).reshape(-1, 4)[:count].T
    boxes = np.stack([left, bottom, right, top], axis=1)
    edges = [ctypes.c_double() for _ in range(4)]
    pointers = [ctypes.byref(edge) for edge in edges]
    flat = (boxes[:, 2] - boxes[:, 0] <= 0) | (boxes[:, 3] - boxes[:, 1] <= 0)
    flat &= ~np.isin(codes, [0x20, 0x0A, 0x0D])
    for position in np.flatnonzero(flat).tolist():
        pdfium_c.FPDFText_GetCharBox(text, position, *pointers)
        x0, x1, y0, y1 = (edge.value for edge in edges)
        boxes[position] = min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)
    return codes, boxes


def read_codes(text: pdfium_c.FPDF_TEXTPAGE, count: int) -> NDArray[np.uint32]:
    """Return the codes of PDFium's characters, with its lock held."""
    units = (ctypes.c_ushort * (count + 1))()
    written = pdfium_c.FPDFText_GetText(text, 0, count, units) - 1
    codes = np.ctypeslib.as_array(units)[:count].astype(np.uint32)
    if written != count:  # the whole text in one call, unless it leaves some out
        unicode_of = pdfium_c.FPDFText_GetUnicode
        codes = np.array([unicode_of(text, place) for place in range(count)], dtype=np.uint32)
    # A character beyond the first 65,536 comes as two halves at one place.
    high = np.flatnonzero((codes[:-1] & 0xFC00 == 0xD800) & (codes[1:] & 0xFC00 == 0xDC00))
    codes[high] = 0x10000 + ((codes[high] & 0x3FF) << 10) + (codes[high + 1] & 0x3FF)
    return codes


def _find_known(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    control = (codes < 0x20) | ((codes >= 0x7F) & (codes < 0xA0))
    surrogate = (codes >= 0xD800) & (codes < 0xE000)
    known = ~(control | surrogate | np.isin(codes, _UNSEEN)) & (codes < 0x110000)
    return known | np.isin(codes, _HYPHENS)


def _find_inside(
    boxes: NDArray[np.float32], bounds: tuple[float, float, float, float]
) -> NDArray[np.bool_]:
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    left, bottom, right, top = bounds
    # Not so for a box that is not a number.
    inside: NDArray[np.bool_] = (x >= left) & (x <= right) & (y >= bottom) & (y <= top)
    return inside


def _number_parts(
    text: pdfium_c.FPDF_TEXTPAGE, codes: NDArray[np.uint32], boxes: NDArray[np.float32]
) -> NDArray[np.intp]:
    """Return which letter of its glyph each character is: 0, but in a ligature, which has more."""
    # One glyph that stands for several letters gives each of them its own box, to the last bit;
    # what is printed twice is drawn by two operators, or moved back by a rounded distance.
    parts = np.zeros(len(boxes), dtype=np.intp)
    object_of = pdfium_c.FPDFText_GetTextObject
    drawn = ctypes.c_void_p
    # Beyond the first 65,536 a character comes twice, once for each half.
    same = (boxes[1:] == boxes[:-1]).all(axis=1) & (codes[1:] < 0x10000)
    same &= boxes[1:, 2] - boxes[1:, 0] > SPECK_POINTS
    for position in (np.flatnonzero(same) + 1).tolist():
        here, before = (
            ctypes.cast(object_of(text, p), drawn).value for p in (position, position - 1)
        )
        if here is not None and here == before:
            parts[position] = parts[position - 1] + 1
    return parts


def _find_overprints(
    codes: NDArray[np.uint32], boxes: NDArray[np.float32], parts: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the characters but those that are printed over the very same one, in order.

    And for each of them the last that is printed there.
    """
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    # Nearer than this is the same place; of condensed letters the next one is nearer than that.
    near = np.maximum(np.minimum(OVERPRINT_HEIGHTS * height, OVERPRINT_WIDTHS * width), 0.01)
    # In steps, and told apart by them: letters of another size far away have the same numbers.
    steps = np.rint(np.log2(near) * _NEAR_STEPS)
    near = np.exp2(steps / _NEAR_STEPS)
    places = (np.rint(boxes[:, 1] / near), np.rint(boxes[:, 0] / near), np.rint(height), steps)
    columns = (*places, codes, parts)
    order = np.lexsort(columns)
    again = np.logical_and.reduce([column[order[1:]] == column[order[:-1]] for column in columns])
    first = order[np.concatenate([[True], ~again])[: len(order)]]
    last = order[np.concatenate([~again, [True]])[: len(order)]]
    by_content = np.argsort(first)
    return first[by_content], last[by_content]


def _mark_between(sign: NDArray[np.bool_], kept: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Tell for each kept character whether a sign stands between it and the one kept before."""
    before = np.concatenate([[0], np.cumsum(sign)])[kept]
    changed: NDArray[np.bool_] = np.diff(before, prepend=0) > 0
    return changed
