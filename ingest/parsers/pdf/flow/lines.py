"""Fragments to lines: what stands at one height, from left to right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ingest.parsers.pdf.page.fragments import Fragment, measure_gutter
from ingest.parsers.pdf.page.page_text import PageText

# In heights of the line: a narrower gap between two fragments is no space.
SPACE_GAP = 0.2
# Share of the lower one that two fragments have in common if they stand on one line.
SHARED_HEIGHT = 0.5
# Stands for a character that the page does not have: a space between two words.
NO_CHARACTER = -1
_SOFT_HYPHEN = 0xAD


@dataclass(slots=True)
class PageLine:
    """Fragments of one page that are read one after another."""

    page: PageText
    fragments: list[Fragment]
    text: str  # with a space where one is to be seen
    where: NDArray[np.int64]  # of each character of `text` the page's character, or NO_CHARACTER
    x0: float  # in points on the page with its text upright, y downwards
    y0: float
    x1: float
    y1: float
    size: float  # height of most of its characters in points
    bold: bool  # all of it

    @property
    def width(self) -> float:
        """In points."""
        return self.x1 - self.x0


def find_lines(
    page: PageText, fragments: Iterable[Fragment], widest_gap: float | None = None
) -> list[PageLine]:
    """Return the lines that fragments make, from the top, cut at gaps of more heights of a line.

    And at gutters behind which something is read that was not drawn next.
    """
    rows: list[list[Fragment]] = []
    for fragment in sorted(fragments, key=lambda f: (f.y0 + f.y1, f.x0)):
        row = next((row for row in reversed(rows[-4:]) if _belongs(fragment, row)), None)
        if row is None:
            rows.append([fragment])
        else:
            row.append(fragment)
    for row in rows:
        row.sort(key=lambda f: f.first if page.right_to_left else f.x0)
    parts = [part for row in rows for part in _cut_at_gaps(row, widest_gap)]
    lines = [join_fragments(page, part) for part in parts]
    return sorted(lines, key=lambda line: (line.y0, line.x0))


def join_fragments(page: PageText, fragments: Sequence[Fragment]) -> PageLine:
    """Return one line of fragments, at least one, in the order in which they are read."""
    pieces = [_insert_spaces(page, fragments[0], False)]
    for last, fragment in pairwise(fragments):
        pieces.append(_insert_spaces(page, fragment, _are_apart(page, last, fragment)))
    where = np.concatenate(pieces)
    codes = np.full(len(where), ord(" "), dtype="<u4")
    codes[where >= 0] = page.codes[where[where >= 0]]
    if codes[-1] == _SOFT_HYPHEN:
        codes[-1] = ord("-")
    seen = codes != _SOFT_HYPHEN
    # The line's size is that of most of its characters, not of a note's number in it.
    longest = max(fragments, key=lambda f: f.last - f.first)
    return PageLine(
        page,
        list(fragments),
        codes[seen].tobytes().decode("utf-32-le"),
        where[seen],
        min(f.x0 for f in fragments),
        min(f.y0 for f in fragments),
        max(f.x1 for f in fragments),
        max(f.y1 for f in fragments),
        longest.size,
        all(f.bold for f in fragments),
    )


def _belongs(fragment: Fragment, row: Sequence[Fragment]) -> bool:
    """Tell whether a fragment stands at the height of a row, and not upon what is in it."""
    if not (fragment.upright and row[0].upright):
        return False
    tallest = max(row, key=lambda f: f.y1 - f.y0)
    shared = min(fragment.y1, tallest.y1) - max(fragment.y0, tallest.y0)
    if shared < SHARED_HEIGHT * min(fragment.y1 - fragment.y0, tallest.y1 - tallest.y0):
        return False
    return not any(_covers(fragment, other) for other in row)


def _covers(one: Fragment, other: Fragment) -> bool:
    shared = min(one.x1, other.x1) - max(one.x0, other.x0)
    return shared > 0.5 * min(one.x1 - one.x0, other.x1 - other.x0)


def _cut_at_gaps(row: Sequence[Fragment], widest_gap: float | None) -> list[list[Fragment]]:
    if widest_gap is None:
        return [list(row)]
    parts = [[row[0]]]
    for fragment in row[1:]:
        last = parts[-1][-1]
        small, large = sorted([fragment.size, last.size])
        gap = fragment.x0 - last.x1
        if gap > widest_gap * large or (jumps(last, fragment) and gap >= measure_gutter(small)):
            parts.append([])
        parts[-1].append(fragment)
    return parts


def jumps(left: Fragment, right: Fragment) -> bool:
    """Tell whether something else is drawn between two fragments: they belong to two texts."""
    return left.last != right.first


def _are_apart(page: PageText, last: Fragment, fragment: Fragment) -> bool:
    # PDFium takes a raised number for a line of its own: only a gap tells there.
    same_height = abs(fragment.y1 - last.y1) < 0.1 * max(fragment.size, last.size)
    if same_height and fragment.first == last.last and page.spaced[fragment.first]:
        return True
    return fragment.x0 - last.x1 > SPACE_GAP * min(fragment.size, last.size)


def _insert_spaces(page: PageText, fragment: Fragment, space_before: bool) -> NDArray[np.int64]:
    positions = np.arange(fragment.first, fragment.last, dtype=np.int64)
    gaps = np.flatnonzero(page.spaced[fragment.first + 1 : fragment.last]) + 1
    if space_before:
        gaps = np.concatenate([[0], gaps])
    return np.insert(positions, gaps, NO_CHARACTER)
