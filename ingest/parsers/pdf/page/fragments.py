"""Characters to fragments: runs of them that stand on one line without a wide gap."""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

# In heights of a character: a wider gap may part columns or cells, a jump back begins a line.
WIDE_GAP = 1.2
# Between columns, in points, and in heights of a line: a gutter is no narrower.
GUTTER_POINTS = 7.0
GUTTER_HEIGHTS = 0.8
# In heights of a line: no narrower is a gutter between columns that were drawn one by one.
NARROW_GUTTER = 0.45
BACKWARDS = 0.7
# In points: a line is no broader, and letters may touch it.
THIN_POINTS = 3.0
TOUCHING_POINTS = 1.5
# A page with more upright lines is a map.
MAX_LINES = 1_000
# Share of the lower of two characters that they must have in common to stand on one line.
SAME_LINE = 0.35
_BOLD_NAME = re.compile(rb"bold|black|heavy|demi", re.IGNORECASE)
_FORCE_BOLD = 1 << 18  # PDF 32000-1, table 123
_NAME_BYTES = 128
# Of a page's characters, from which on it is read from right to left.
LEFTWARDS_SHARE = 0.3
_SAMPLED = 40
_QUARTER = np.pi / 2
# In quarter turns: a scan that was put down a little crooked is none.
ASLANT = 0.1


@dataclass(slots=True)
class Fragment:
    """Characters that follow each other on one line without a wide gap."""

    first: int  # half-open range of the page's characters
    last: int
    x0: float  # in points on the page with its text upright, y downwards
    y0: float
    x1: float
    y1: float
    size: float  # height of its characters in points, 1 to 1.4 times the font size
    bold: bool
    upright: bool  # it runs as most of the page's text does
    aslant: bool = False  # along no edge of the page


def measure_gutter(size: float, heights: float = GUTTER_HEIGHTS) -> float:
    """Return how wide a gutter between lines of a size is at least, in points."""
    return max(GUTTER_POINTS * heights / GUTTER_HEIGHTS, heights * size)


def runs_leftwards(codes: NDArray[np.uint32]) -> bool:
    """Tell whether a page's text is written from right to left, as Arabic and Hebrew are."""
    found = (codes >= 0x590) & (codes < 0x900)
    found |= ((codes >= 0xFB1D) & (codes < 0xFE00)) | ((codes >= 0xFE70) & (codes < 0xFEFD))
    return len(codes) > 0 and float(np.mean(found)) > LEFTWARDS_SHARE


def cut_fragments(
    seen: NDArray[np.float32], broken: NDArray[np.bool_], right_to_left: bool
) -> list[Fragment]:
    """Cut characters where a line ends, a gap as of a gutter follows, or the line is left.

    Args:
        seen: float32, shape (n, 4): left, top, right, bottom with the text upright.
        broken: bool, shape (n,): whether PDFium ends a line before each.
        right_to_left: Then only PDFium's line ends count.

    Returns:
        Fragments in the order of the content.
    """
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
        cut |= shared < SAME_LINE * low
        cut |= gap >= np.maximum(GUTTER_POINTS, GUTTER_HEIGHTS * size)
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


def cut_at_lines(
    fragments: Sequence[Fragment],
    seen: NDArray[np.float32],
    spaced: NDArray[np.bool_],
    rules: NDArray[np.float32],
) -> list[Fragment]:
    """Return fragments, cut where an upright line is drawn between two words.

    Args:
        fragments: Of a page that is read from left to right.
        seen: float32, shape (n, 4): the page's characters, with the text upright.
        spaced: bool, shape (n,): whether white space stands before each.
        rules: float32, shape (m, 4): what is drawn straight, the same way.

    Returns:
        Fragments in the same order.
    """
    upright = rules[(rules[:, 2] - rules[:, 0] <= THIN_POINTS) & (rules[:, 3] > rules[:, 1])]
    if not fragments or not 0 < len(upright) <= MAX_LINES:
        return list(fragments)
    bounds = np.array([[f.x0, f.y0, f.x1, f.y1] for f in fragments], dtype=np.float32)
    places = (upright[:, 0] + upright[:, 2]) / 2
    middles = (bounds[:, 1] + bounds[:, 3]) / 2
    across = (bounds[:, :1] < places) & (places < bounds[:, 2:3])
    across &= (upright[:, 1] <= middles[:, None]) & (middles[:, None] <= upright[:, 3])
    cut: list[Fragment] = []
    for number, fragment in enumerate(fragments):
        hit = np.unique(places[across[number]])
        cut += _cut_at(fragment, seen, spaced, hit.tolist()) if len(hit) else [fragment]
    return cut


def _cut_at(
    fragment: Fragment,
    seen: NDArray[np.float32],
    spaced: NDArray[np.bool_],
    places: Sequence[float],
) -> list[Fragment]:
    lefts, rights = (seen[fragment.first : fragment.last, side] for side in (0, 2))
    starts = [0]
    for place in places:
        start = int(np.sum(rights <= place + TOUCHING_POINTS))
        # What runs on across the line is no cell of its own.
        parts = bool(np.all(rights[:start] <= place + TOUCHING_POINTS))
        parts &= bool(np.all(lefts[start:] >= place - TOUCHING_POINTS))
        if parts and starts[-1] < start < len(lefts) and spaced[fragment.first + start]:
            starts.append(start)
    ends = [*starts[1:], len(lefts)]
    return [
        replace(
            fragment,
            first=fragment.first + first,
            last=fragment.first + last,
            x0=float(lefts[first:last].min()),
            x1=float(rights[first:last].max()),
        )
        for first, last in zip(starts, ends, strict=True)
    ]


def read_fonts(
    text: pdfium_c.FPDF_TEXTPAGE,
    positions: NDArray[np.intp],
    fragments: Sequence[Fragment],
    turns: int,
) -> None:
    """Ask of one character in the middle of each fragment how it is set, and note it there."""
    name, flags = ctypes.create_string_buffer(_NAME_BYTES), ctypes.c_int()
    for fragment in fragments:
        position = int(positions[(fragment.first + fragment.last) // 2])
        pdfium_c.FPDFText_GetFontInfo(text, position, name, _NAME_BYTES, ctypes.byref(flags))
        fragment.bold = bool(flags.value & _FORCE_BOLD) or bool(_BOLD_NAME.search(name.value))
        fragment.upright = _read_turns(text, position) == turns
        fragment.aslant = _is_aslant(text, position)
        fragment.upright &= not fragment.aslant


def find_direction(
    text: pdfium_c.FPDF_TEXTPAGE, positions: NDArray[np.intp], otherwise: int
) -> int:
    """Return how most of a page's text runs: in quarter turns against the clock from rightwards."""
    step = max(1, len(positions) // _SAMPLED)
    found = Counter(_read_turns(text, position) for position in positions[::step].tolist())
    return found.most_common(1)[0][0] if found else otherwise


def _read_turns(text: pdfium_c.FPDF_TEXTPAGE, position: int) -> int:
    # PDFium's angle is with the clock.
    radians = pdfium_c.FPDFText_GetCharAngle(text, position)
    return -round(radians / _QUARTER) % 4 if radians > 0 else 0


def _is_aslant(text: pdfium_c.FPDF_TEXTPAGE, position: int) -> bool:
    radians = float(pdfium_c.FPDFText_GetCharAngle(text, position))
    turns = radians / _QUARTER if radians > 0 else 0.0
    return abs(turns - round(turns)) > ASLANT


def join_sideways(fragments: Sequence[Fragment]) -> list[Fragment]:
    """Return fragments of which runs that are not upright are one: each had a character or two."""
    joined: list[Fragment] = []
    for fragment in fragments:
        last = joined[-1] if joined else None
        if last is None or fragment.upright or last.upright or last.last != fragment.first:
            joined.append(fragment)
            continue
        last.last = fragment.last
        last.x0, last.y0 = min(last.x0, fragment.x0), min(last.y0, fragment.y0)
        last.x1, last.y1 = max(last.x1, fragment.x1), max(last.y1, fragment.y1)
    return joined
