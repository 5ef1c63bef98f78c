"""Bands: stretches of a page, from one height to another, that gutters run through."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.parsers.pdf.flow.lines import PageLine
from ingest.parsers.pdf.page.fragments import measure_gutter

# In heights of a line: what stands so near above a column, at its edge, belongs to it.
REACH = 2.5
SAME_EDGE = 0.3
INDENT = 4.0
CENTRED = 0.5

_Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Band:
    """Segments, from the top, between which gutters run from the first to the last."""

    segments: list[PageLine]
    gutters: list[_Interval]  # from where to where, in points, from the left

    def part(self, width: float) -> list[list[PageLine]]:
        """Return the segments by column, on a page that is so many points wide."""
        edges = [0.0, *((left + right) / 2 for left, right in self.gutters), width + 1]
        return [
            [segment for segment in self.segments if left <= (segment.x0 + segment.x1) / 2 < right]
            for left, right in pairwise(edges)
        ]


def have_neighbours(segments: Sequence[PageLine], heights: float) -> list[bool]:
    """Tell of each segment whether another stands beside it, so many heights of a line apart."""
    paired = [False] * len(segments)
    for number, one in enumerate(segments):
        for other_number in range(number + 1, len(segments)):
            other = segments[other_number]
            if other.y0 >= one.y1:
                break
            low = min(one.y1 - one.y0, other.y1 - other.y0)
            gap = max(other.x0 - one.x1, one.x0 - other.x1)
            if one.y1 - other.y0 > 0.3 * low and gap >= measure_gutter(one.size, heights):
                paired[number] = paired[other_number] = True
    return paired


def find_bands(
    segments: Sequence[PageLine], start: int, least: float, tables: Collection[int]
) -> list[Band]:
    """Return the bands from a segment on, those with most gutters first; one may end at a table.

    Gutters are no narrower than so many points; tables are the segments that stand for one.
    """
    covered: list[_Interval] = []
    gutters: list[_Interval] = []
    found: list[Band] = []
    for position in range(start, len(segments)):
        segment = segments[position]
        wider = _unite(covered, (segment.x0, segment.x1))
        white = [(left[1], right[0]) for left, right in pairwise(wider)]
        free = [(x0, x1) for x0, x1 in white if x1 - x0 >= least]
        # Until its neighbour comes, a segment stands alone; what comes between ends it.
        if not gutters and not free and position > start and segment.y0 >= segments[start].y1:
            return []
        if gutters and (len(free) < len(gutters) or id(segment) in tables):
            found.append(Band(list(segments[start:position]), gutters))
        if gutters and not free:
            break
        covered, gutters = wider, free
    else:
        found.append(Band(list(segments[start:]), gutters))
    # With a table, if the columns can be told with it, and without it otherwise.
    return sorted(found, key=lambda band: (-len(band.gutters), -len(band.segments)))


def reach_up(
    above: Sequence[PageLine], band: Band, columns: Sequence[list[PageLine]]
) -> tuple[list[PageLine], list[list[PageLine]]]:
    """Return what stands above columns and what does not, but on top of one of them."""
    # A column may begin higher than the first, over which a heading has left some white.
    tops = [min(column, key=lambda segment: segment.y0) for column in columns]
    lefts = [min(segment.x0 for segment in column) for column in columns]
    left, right = min(lefts), max(segment.x1 for segment in band.segments)
    reached: list[tuple[int, PageLine]] = []
    for segment in reversed(above):
        near = SAME_EDGE * tops[-1].size
        number = sum(segment.x0 >= x1 - near for _, x1 in band.gutters)
        within = all(segment.x1 <= x0 + near or segment.x0 >= x1 - near for x0, x1 in band.gutters)
        aside = segment.x0 - lefts[number]
        is_text = segment.size < 1.05 * tops[number].size
        at_edge = -near <= aside <= (INDENT * segment.size if is_text else near)
        # A title in the middle above them all is none of theirs.
        centred = abs(segment.x0 + segment.x1 - left - right) / 2 <= CENTRED * segment.size
        at_edge &= not centred or (is_text and aside <= near)
        is_near = tops[number].y0 - segment.y1 <= REACH * segment.size
        if not (within and is_near and (at_edge or number == 0)):
            break
        tops[number] = segment
        reached.append((number, segment))
    # What stands on top of the first one is read first in either case.
    while reached and reached[-1][0] == 0:
        reached.pop()
    grown = [[*column, *(s for n, s in reached if n == at)] for at, column in enumerate(columns)]
    return list(above[: len(above) - len(reached)]), grown


def are_drawn_apart(columns: Sequence[Sequence[PageLine]]) -> bool:
    """Tell whether all of each column was drawn before the next one, as rows of cells are not."""
    pieces = [[fragment for s in column for fragment in s.fragments] for column in columns]
    spans = [(min(f.first for f in own), max(f.last for f in own)) for own in pieces]
    return all(last <= first for (_, last), (first, _) in pairwise(spans))


def _unite(spans: Sequence[_Interval], new: _Interval) -> list[_Interval]:
    start, end = new
    apart = []
    for span in spans:
        if span[1] < start or span[0] > end:
            apart.append(span)
        else:
            start, end = min(start, span[0]), max(end, span[1])
    return sorted([*apart, (start, end)])
