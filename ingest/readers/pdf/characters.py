"""One page's characters with their boxes, and the runs of them that stand on one line."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

from index.pdfium import as_seen, turned
from ingest.readers.pdf.rules import Drawn, drawn_on

# In heights of a character: a wider gap may part columns or cells, a jump back begins a line.
WIDE_GAP = 1.2
BACKWARDS = 0.7
# In heights of a character: a gap wider by so much than others of its line is a space. Measured on
# 320 pages of policy reports: of 45 gaps between this and 0.27 that PDFium takes for none, drawn at
# random, 44 are spaces; 99.5 % of the gaps within words are below 0.03.
LOST_SPACE = 0.06
# Share of the lower of two characters that they must have in common to stand on one line.
SAME_LINE = 0.35
# A page with fewer characters and a picture over such a share of it is a scan with a stamp.
SCAN_CHARS = 20
SCAN_SHARE = 0.5
# A page without any may be a scan from such a share on, or have letters drawn as areas.
PICTURE_SHARE = 0.05
OUTLINES = 300
# PDFium's two signs for a hyphen at a line's end.
_HYPHENS = (0x02, 0xFFFE)
_SPACES = np.array(
    [
        0x20,
        0x09,
        0xA0,
        0x3000,
        *range(0x2000, 0x200C),
        0x1680,
        0x2028,
        0x2029,
        0x202F,
        0x205F,
        0x2060,
    ]
)
# What steers layout without being seen; a soft hyphen is kept, it may end a line.
_UNSEEN = np.array([0xFEFF, 0xFFFF, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_BOLD_NAME = re.compile(rb"bold|black|heavy|demi", re.IGNORECASE)
_FORCE_BOLD = 1 << 18  # PDF 32000-1, table 123
_NAME_BYTES = 128
_LISTED_PAGES = 8


@dataclass(slots=True)
class Fragment:
    """Characters that follow each other on one line without a wide gap.

    Attributes:
        first: Half-open range of the page's characters.
        last: See first.
        x0: Left, top, right and bottom on the page as it is shown, in points, y downwards.
        y0: See x0.
        x1: See x0.
        y1: See x0.
        size: Height of its characters in points; of most fonts the font size.
        bold: Whether it is set in bold.
        upright: Whether it is read from left to right on the page as it is shown.
    """

    first: int
    last: int
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    bold: bool
    upright: bool


@dataclass(frozen=True, slots=True)
class PageText:
    """The visible characters of one page, in the order of its content.

    Attributes:
        number: 1-based.
        width: Of the page as it is shown, in points.
        height: See width.
        codes: uint32, shape (n,): Unicode; white space and control characters are left out.
        boxes: float32, shape (n, 4): in the page's user space, as in `index.layout.Box`.
        spaced: bool, shape (n,): whether white space stands before the character.
        fragments: In the order of the content.
        rules: float32, shape (m, 4): drawn lines and the edges of drawn rectangles, as shown.
        right_to_left: Whether the text runs so, as Arabic and Hebrew do: then PDFium's order
            counts more than ours.
        is_scan: Whether there is a picture to see on the page and next to no text.
        is_torn: Whether the page cannot be read.
        ocr: Whether the characters were recognised in a picture.
    """

    number: int
    width: float
    height: float
    codes: NDArray[np.uint32]
    boxes: NDArray[np.float32]
    spaced: NDArray[np.bool_]
    fragments: list[Fragment]
    rules: NDArray[np.float32]
    right_to_left: bool
    is_scan: bool
    is_torn: bool = False
    ocr: bool = False


def listed(numbers: Sequence[int]) -> str:
    """Return pages in words.

    >>> listed([3]), listed([3, 4, 9])
    ('page 3', 'pages 3, 4, 9')
    """
    shown = ", ".join(str(number) for number in numbers[:_LISTED_PAGES])
    more = len(numbers) - _LISTED_PAGES
    return f"page{'s' * (len(numbers) > 1)} {shown}{f' and {more:,} more' if more > 0 else ''}"


def empty_page(number: int, is_torn: bool = False) -> PageText:
    """Return a page without anything on it."""
    nothing = np.zeros((0, 4), dtype=np.float32)
    codes, spaced = np.zeros(0, dtype=np.uint32), np.zeros(0, dtype=np.bool_)
    return PageText(
        number, 0.0, 0.0, codes, nothing, spaced, [], nothing, right_to_left=False, is_scan=False
    )


def page_text(page: pypdfium2.PdfPage, number: int) -> PageText:
    """Return the text of a page.

    Args:
        page: A `pypdfium2.PdfPage`, with `index.pdfium.LOCK` held.
        number: 1-based.

    Returns:
        What can be seen of its text; what lies beyond the page's edges is left out.

    Raises:
        pypdfium2.PdfiumError: The page's content cannot be loaded.
    """
    width, height = page.get_size()
    if width <= 0 or height <= 0:
        return empty_page(number)
    text = page.get_textpage()
    try:
        codes, boxes = _all_characters(text.raw)
        matrix = as_seen(page)
        seen = turned(boxes, matrix)
        white = np.isin(codes, _SPACES)
        newline = (codes == 0x0A) | (codes == 0x0D)
        kept = np.flatnonzero(_is_visible(codes, seen, width, height) & ~white & ~newline)
        kept = kept[_first_of_each(codes[kept], seen[kept])]
        spaced = _any_between(white | newline, kept)
        broken = _any_between(newline, kept)
        right_to_left = bool(np.mean(_runs_leftwards(codes[kept])) > 0.3) if len(kept) else False
        fragments = _fragments(seen[kept], broken, right_to_left)
        if not right_to_left:
            _find_lost_spaces(seen[kept], spaced, fragments)
        _look_at_fonts(text.raw, kept, fragments, page.get_rotation())
    finally:
        text.close()
    codes = codes[kept]
    codes[np.isin(codes, _HYPHENS)] = ord("-")
    drawn = drawn_on(page)
    return PageText(
        number=number,
        width=width,
        height=height,
        codes=codes,
        boxes=boxes[kept],
        spaced=spaced,
        fragments=_joined_sideways(fragments),
        rules=turned(drawn.rules, matrix),
        right_to_left=right_to_left,
        is_scan=_is_scan(len(kept), drawn, width * height),
    )


def _is_scan(characters: int, drawn: Drawn, area: float) -> bool:
    if characters:
        return characters < SCAN_CHARS and drawn.picture >= SCAN_SHARE * area
    return drawn.picture >= PICTURE_SHARE * area or drawn.paths >= OUTLINES


def _all_characters(text: pdfium_c.FPDF_TEXTPAGE) -> tuple[NDArray[np.uint32], NDArray[np.float32]]:
    """Return codes and boxes: the font's height by the advance width, else what is inked."""
    count = max(0, pdfium_c.FPDFText_CountChars(text))
    box_of = pdfium_c.FPDFText_GetLooseCharBox
    rectangles = (pdfium_c.FS_RECTF * max(1, count))()
    first, stride = rectangles[0], ctypes.sizeof(pdfium_c.FS_RECTF)
    for position in range(count):
        box_of(text, position, ctypes.byref(first, stride * position))
    codes = _codes(text, count)
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


def _codes(text: pdfium_c.FPDF_TEXTPAGE, count: int) -> NDArray[np.uint32]:
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


def _is_visible(
    codes: NDArray[np.uint32], seen: NDArray[np.float32], width: float, height: float
) -> NDArray[np.bool_]:
    control = (codes < 0x20) | ((codes >= 0x7F) & (codes < 0xA0))
    surrogate = (codes >= 0xD800) & (codes < 0xE000)
    known = ~(control | surrogate | np.isin(codes, _UNSEEN)) & (codes < 0x110000)
    known |= np.isin(codes, _HYPHENS)
    x, y = (seen[:, 0] + seen[:, 2]) / 2, (seen[:, 1] + seen[:, 3]) / 2
    # Not so for a box that is not a number.
    inside: NDArray[np.bool_] = (x >= 0) & (x <= width) & (y >= 0) & (y <= height)
    return known & inside


def _first_of_each(codes: NDArray[np.uint32], seen: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return the characters but those that are printed over the very same one, in order."""
    heights = np.clip(np.rint(seen[:, 3] - seen[:, 1]), 1, 1_000)
    x, y = np.clip(np.rint(seen[:, :2] / heights[:, None] * 10), 0, 65_535).T
    keys = (
        (codes.astype(np.int64) << 10 | heights.astype(np.int64)) << 16 | x.astype(np.int64)
    ) << 16
    return np.sort(np.unique(keys | y.astype(np.int64), return_index=True)[1])


def _any_between(sign: NDArray[np.bool_], kept: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Tell for each kept character whether a sign stands between it and the one kept before."""
    before = np.concatenate([[0], np.cumsum(sign)])[kept]
    changed: NDArray[np.bool_] = np.diff(before, prepend=0) > 0
    return changed


def _runs_leftwards(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Tell of each character whether its script is written from right to left."""
    found: NDArray[np.bool_] = (codes >= 0x590) & (codes < 0x900)
    return found | (codes >= 0xFB1D) & (codes < 0xFE00) | (codes >= 0xFE70) & (codes < 0xFEFD)


def _fragments(
    seen: NDArray[np.float32], broken: NDArray[np.bool_], right_to_left: bool
) -> list[Fragment]:
    """Cut the characters where a line ends, a wide gap follows, or the line is left."""
    if not len(seen):
        return []
    heights = np.maximum(seen[:, 3] - seen[:, 1], 0.1)
    here, after = seen[:-1], seen[1:]
    low = np.minimum(heights[:-1], heights[1:])
    shared = np.minimum(here[:, 3], after[:, 3]) - np.maximum(here[:, 1], after[:, 1])
    gap = after[:, 0] - here[:, 2]
    size = np.maximum(heights[:-1], heights[1:])
    cut = broken[1:].copy()
    if not right_to_left:
        cut |= (shared < SAME_LINE * low) | (gap > WIDE_GAP * size)
        cut |= gap < -BACKWARDS * size - (here[:, 2] - here[:, 0])
        # Of very different sizes: an initial, or what merely stands beside it.
        cut |= size > 2.2 * low
    starts = np.concatenate([[0], np.flatnonzero(cut) + 1])
    ends = np.append(starts[1:], len(seen))
    corners = np.hstack(
        [np.minimum.reduceat(seen[:, :2], starts), np.maximum.reduceat(seen[:, 2:], starts)]
    )
    found: list[Fragment] = []
    for first, last, corner in zip(starts.tolist(), ends.tolist(), corners.tolist(), strict=True):
        x0, y0, x1, y1 = corner
        usual = float(np.sort(heights[first:last])[(last - first) * 3 // 4])
        found.append(Fragment(first, last, x0, y0, x1, y1, usual, bold=False, upright=True))
    return found


def _find_lost_spaces(
    seen: NDArray[np.float32], spaced: NDArray[np.bool_], fragments: Sequence[Fragment]
) -> None:
    """Mark spaces that PDFium misses: gaps that stand out among those of their own fragment."""
    gaps = np.append(np.float32(0), seen[1:, 0] - seen[:-1, 2])
    for fragment in fragments:
        own = gaps[fragment.first + 1 : fragment.last]
        tight = own[~spaced[fragment.first + 1 : fragment.last]]
        if len(tight) > 1:
            usual = np.sort(tight)[len(tight) // 2]
            lost = own - usual > LOST_SPACE * fragment.size
            spaced[fragment.first + 1 : fragment.last] |= lost


def _look_at_fonts(
    text: pdfium_c.FPDF_TEXTPAGE, kept: NDArray[np.intp], fragments: list[Fragment], rotation: int
) -> None:
    """Ask of one character in the middle of each fragment how it is set."""
    name, flags = ctypes.create_string_buffer(_NAME_BYTES), ctypes.c_int()
    for fragment in fragments:
        position = int(kept[(fragment.first + fragment.last) // 2])
        pdfium_c.FPDFText_GetFontInfo(text, position, name, _NAME_BYTES, ctypes.byref(flags))
        fragment.bold = bool(flags.value & _FORCE_BOLD) or bool(_BOLD_NAME.search(name.value))
        radians = pdfium_c.FPDFText_GetCharAngle(text, position)
        turns = round(radians / (np.pi / 2)) if radians > 0 else 0
        # PDFium's angle is against the clock, a page's rotation with it.
        fragment.upright = (turns * 90 - rotation) % 360 in (0, 180) or radians < 0


def _joined_sideways(fragments: list[Fragment]) -> list[Fragment]:
    """Join runs of fragments that are not upright: each holds a character or two."""
    joined: list[Fragment] = []
    for fragment in fragments:
        last = joined[-1] if joined else None
        if last is None or fragment.upright or last.upright:
            joined.append(fragment)
            continue
        last.last = fragment.last
        last.x0, last.y0 = min(last.x0, fragment.x0), min(last.y0, fragment.y0)
        last.x1, last.y1 = max(last.x1, fragment.x1), max(last.y1, fragment.y1)
    return joined
