"""Rows at the top and at the bottom of a page, and how far they stand from the rest."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from ingest.parsers.pdf.flow.lines import PageLine

# Rows in which furniture may stand beyond the margins too, and how far from the rest, in heights
# of a line: the head of a table is nearer to its rows.
OUTER_ROWS = 2
APART = 1.6
# A running header has at most so many rows.
_HEADER_ROWS = 4
# So many rows behind it show how far rows of a text or of a table stand from each other, and by so
# much more does a header stand from them.
_FOLLOWING_ROWS = 6
_MORE = 1.25

_Row = list[PageLine]


def find_outer(segments: Sequence[PageLine]) -> set[int]:
    """Return the first and last rows of a page, by `id`, as far as they stand apart from others."""
    outer: set[int] = set()
    for rows in _list_from_edges(segments):
        for row, following in list(pairwise(rows))[:OUTER_ROWS]:
            if _measure_gap(row, following) < APART * max(row[0].size, following[0].size):
                break
            outer.update(map(id, row))
    return outer


def find_apart(segments: Sequence[PageLine]) -> tuple[set[int], set[int]]:
    """Return the first and last rows of a page, up to a gap that no rows behind it have, by `id`.

    And the rows behind such gaps, up to the middle of the page. Rows of a table that fills its page
    are as far from each other as the first is from them.
    """
    apart: set[int] = set()
    behind: set[int] = set()
    for rows in _list_from_edges(segments):
        gaps = [_measure_gap(*pair) for pair in pairwise(rows)]
        for last in reversed(range(min(_HEADER_ROWS, len(gaps)))):
            if _is_wider(gaps, last, rows[last][0].size):
                apart.update(id(segment) for row in rows[: last + 1] for segment in row)
                half = rows[last + 1 : (len(rows) + 1) // 2]
                behind.update(id(segment) for row in half for segment in row)
                break
    return apart, behind - apart


def find_enclosed(segments: Sequence[PageLine], left_out: Collection[int]) -> set[int]:
    """Return what of the things left out, by `id`, goes on with what stands further out and stays.

    Between a running header and the edge of the page stands nothing that is read. So words that are
    the same in the first row of a table on each page are words of the table.
    """
    enclosed: set[int] = set()
    for rows in _list_from_edges(segments):
        gaps = [_measure_gap(*pair) for pair in pairwise(rows)]
        stays = False
        for number, row in enumerate(rows[:-1]):
            stays = stays or any(id(segment) not in left_out for segment in row)
            if stays and _is_wider(gaps, number, row[0].size):
                break
            if stays:
                enclosed.update(id(segment) for segment in row if id(segment) in left_out)
    return enclosed


def _list_from_edges(segments: Sequence[PageLine]) -> Iterator[list[_Row]]:
    """Yield the rows of a page from its top, then from its bottom."""
    rows: list[_Row] = []
    for segment in sorted(segments, key=lambda s: s.y0):
        if not segment.fragments[0].upright:
            continue
        if rows and segment.y0 < max(s.y1 for s in rows[-1]) - segment.size / 2:
            rows[-1].append(segment)
        else:
            rows.append([segment])
    yield rows
    yield rows[::-1]


def _measure_gap(row: _Row, following: _Row) -> float:
    here, there = row[0], following[0]
    return max(there.y0 - here.y0, here.y0 - there.y0)


def _is_wider(gaps: Sequence[float], at: int, size: float) -> bool:
    """Tell whether the gap behind a row is wider than those that follow."""
    following = gaps[at + 1 : at + 1 + _FOLLOWING_ROWS]
    return gaps[at] >= max(APART * size, _MORE * max(following, default=0.0))
