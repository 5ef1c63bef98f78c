"""The order in which the regions of a page are read: columns, tables, and what crosses them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from statistics import median

from ingest.parsers.pdf.flow.lines import PageLine, find_lines, join_fragments
from ingest.parsers.pdf.flow.tables import (
    TableRow,
    find_columns,
    find_inside,
    find_ruled_areas,
    find_table,
    looks_like_table,
    make_rows,
)
from ingest.parsers.pdf.page.fragments import GUTTER_HEIGHTS, GUTTER_POINTS, WIDE_GAP
from ingest.parsers.pdf.page.page_text import PageText

# A page in more pieces is a map or a drawing: its words are taken in the order of its content,
# since finding columns takes quadratic time.
MAX_FRAGMENTS = 2_000
# A column of running text has so many lines, of so many characters, that fill so much of it.
COLUMN_LINES = 3
COLUMN_CHARS = 16
COLUMN_FILL = 0.6
# In heights of a line, from one line's top to the next one's: cells stand further apart.
COLUMN_PITCH = 2.0
# A line with more gaps is no line of columns; looking at both sides of each takes quadratic time.
MAX_GAPS = 60
# A marker that stands apart from its text is no column.
_MARKER = re.compile(
    r"\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]{0,2}|[^\w\s]{1,2}|\d+(?:\.\d+)+\.?"
)

_Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class PageColumn:
    """Lines of running text, from the top."""

    lines: list[PageLine]


@dataclass(frozen=True, slots=True)
class PageTable:
    """Rows of cells, from the top."""

    rows: list[TableRow]
    is_ruled: bool


Region = PageColumn | PageTable


def find_regions(page: PageText, segments: Sequence[PageLine]) -> list[Region]:
    """Return the regions of a page in the order in which they are read."""
    if len(page.fragments) > MAX_FRAGMENTS:
        return [PageColumn(list(segments))]
    found: list[Region] = []
    rest = list(segments)
    for area in find_ruled_areas(page):
        inside = find_inside(area, rest)
        rows = find_table(area, inside) if inside else None
        if rows is None:
            continue
        # Across the whole page: what stands beside a table is read before it.
        top = min(segment.y0 for segment in inside)
        held = set(map(id, inside))
        above = [s for s in rest if id(s) not in held and s.y0 < top]
        found += [*_find_unruled(page, above), PageTable(rows, is_ruled=True)]
        taken = held | set(map(id, above))
        rest = [segment for segment in rest if id(segment) not in taken]
    return found + _find_unruled(page, rest)


def _find_unruled(page: PageText, segments: Sequence[PageLine]) -> list[Region]:
    """Return the regions of what no drawn lines hold together."""
    found: list[Region] = []
    plain: list[PageLine] = []
    rest = sorted(segments, key=lambda s: (s.y0, s.x0))
    paired = _have_neighbours(rest)
    position = 0
    while position < len(rest):
        band, split = _split_from(page, rest, position) if paired[position] else ([], None)
        taken = max(1, len(band))
        if split is None:
            plain += rest[position : position + taken]
        else:
            if plain:
                found.append(_make_column(page, plain))
                plain = []
            found += split
        position += taken
    if plain:
        found.append(_make_column(page, plain))
    return found


def _split_from(
    page: PageText, segments: Sequence[PageLine], start: int
) -> tuple[list[PageLine], list[Region] | None]:
    """Return the segments from `start` that gutters run through, and their regions if they part."""
    least = _measure_gutter(segments[start])
    band, gutters = _find_band(segments, start, least)
    split = _split_band(page, band, gutters) if gutters else None
    # The heading on top of a column is larger than its text, and asks for a wider gutter.
    narrow = min(map(_measure_gutter, segments[start : start + COLUMN_LINES]))
    if split is None and narrow < least:
        column, gutters = _find_band(segments, start, narrow)
        parted = _split_band(page, column, gutters) if gutters else None
        if parted and all(isinstance(p, PageColumn) and _is_prose(p.lines) for p in parted):
            return column, parted
    return band, split


def find_segments(page: PageText) -> list[PageLine]:
    """Return the lines of a page, cut where a gap may part columns or cells."""
    # A wide gap does wherever it stands; a narrower one, which a justified line may have between
    # two words, only where it is part of a gutter that runs through the lines above and below.
    if len(page.fragments) > MAX_FRAGMENTS:
        return [join_fragments(page, [fragment]) for fragment in page.fragments]
    segments = find_lines(page, page.fragments, WIDE_GAP)
    return segments if page.right_to_left else _cut_at_gutters(page, segments)


@dataclass(frozen=True, slots=True)
class _Gap:
    """White beside or within a segment: from where to where, and what is left and right of it."""

    x0: float
    x1: float
    start: int  # which fragment of the segment follows it
    before: PageLine | None
    after: PageLine | None


def _cut_at_gutters(page: PageText, segments: Sequence[PageLine]) -> list[PageLine]:
    gaps = [_find_gaps(page, segment) for segment in segments]
    found: list[PageLine] = []
    for number, segment in enumerate(segments):
        least = _measure_gutter(segment)
        inner = [gap for gap in gaps[number] if gap.before and gap.after]
        starts = [gap.start for gap in inner if _is_gutter(gaps, number, gap, least)]
        bounds = [0, *starts, len(segment.fragments)]
        parts = [segment.fragments[first:last] for first, last in pairwise(bounds)]
        found += [join_fragments(page, part) for part in parts] if starts else [segment]
    return sorted(found, key=lambda line: (line.y0, line.x0))


def _find_gaps(page: PageText, segment: PageLine) -> list[_Gap]:
    found = [_Gap(0.0, segment.x0, 0, None, segment)]
    wide: list[tuple[float, float, int]] = []
    reached = segment.fragments[0].x1
    for start, fragment in enumerate(segment.fragments):
        if fragment.x0 - reached >= GUTTER_POINTS:
            wide.append((reached, fragment.x0, start))
        reached = max(reached, fragment.x1)
    for x0, x1, start in wide if len(wide) <= MAX_GAPS else ():
        before = join_fragments(page, segment.fragments[:start])
        after = join_fragments(page, segment.fragments[start:])
        found.append(_Gap(x0, x1, start, before, after))
    return [*found, _Gap(segment.x1, inf, len(segment.fragments), segment, None)]


def _is_gutter(gaps: Sequence[Sequence[_Gap]], number: int, gap: _Gap, least: float) -> bool:
    """Tell whether a gap goes on, up and down, until it has running text on either side."""
    x0, x1 = gap.x0, gap.x1
    left: list[PageLine] = []
    right: list[PageLine] = []
    for positions in (range(number, -1, -1), range(number + 1, len(gaps))):
        for position in positions:
            widths = [min(x1, other.x1) - max(x0, other.x0) for other in gaps[position]]
            shared = max(widths)
            if shared < least:
                break
            same = gaps[position][widths.index(shared)]
            x0, x1 = max(x0, same.x0), min(x1, same.x1)
            if same.before:
                left.append(same.before)
            if same.after:
                right.append(same.after)
    return _is_prose(left) and _is_prose(right)


def _make_column(page: PageText, segments: Sequence[PageLine]) -> PageColumn:
    return PageColumn(find_lines(page, [f for s in segments for f in s.fragments]))


def _measure_gutter(segment: PageLine) -> float:
    return max(GUTTER_POINTS, GUTTER_HEIGHTS * segment.size)


def _have_neighbours(segments: Sequence[PageLine]) -> list[bool]:
    """Tell of each segment whether another stands beside it, apart enough for two columns."""
    paired = [False] * len(segments)
    for number, one in enumerate(segments):
        for other_number in range(number + 1, len(segments)):
            other = segments[other_number]
            if other.y0 >= one.y1:
                break
            low = min(one.y1 - one.y0, other.y1 - other.y0)
            gap = max(other.x0 - one.x1, one.x0 - other.x1)
            if one.y1 - other.y0 > 0.3 * low and gap >= _measure_gutter(one):
                paired[number] = paired[other_number] = True
    return paired


def _find_band(
    segments: Sequence[PageLine], start: int, least: float
) -> tuple[list[PageLine], list[_Interval]]:
    """Return the longest run of segments from `start` that one or more gutters run through."""
    covered: list[_Interval] = []
    gutters: list[_Interval] = []
    for position in range(start, len(segments)):
        segment = segments[position]
        wider = _unite(covered, (segment.x0, segment.x1))
        white = [(left[1], right[0]) for left, right in pairwise(wider)]
        free = [(x0, x1) for x0, x1 in white if x1 - x0 >= least]
        if gutters and not free:
            return list(segments[start:position]), gutters
        # Until its neighbour comes, a segment stands alone; what comes between ends it.
        if not free and position > start and segment.y0 >= segments[start].y1:
            return [], []
        covered, gutters = wider, free
    return list(segments[start:]), gutters


def _unite(spans: Sequence[_Interval], new: _Interval) -> list[_Interval]:
    start, end = new
    apart = []
    for span in spans:
        if span[1] < start or span[0] > end:
            apart.append(span)
        else:
            start, end = min(start, span[0]), max(end, span[1])
    return sorted([*apart, (start, end)])


def _split_band(
    page: PageText, band: Sequence[PageLine], gutters: Sequence[_Interval]
) -> list[Region] | None:
    """Return a band as columns or as a table, None if it is neither."""
    edges = [0.0, *((left + right) / 2 for left, right in gutters), page.width + 1]
    columns = [
        [segment for segment in band if left <= (segment.x0 + segment.x1) / 2 < right]
        for left, right in pairwise(edges)
    ]
    kept = [
        gutter
        for gutter, column in zip(gutters, columns, strict=False)
        if not all(_MARKER.fullmatch(segment.text) for segment in column)
    ]
    if len(kept) < len(gutters):
        return _split_band(page, band, kept) if kept else None
    prose = all(_is_prose(column) and _stands_close(column) for column in columns)
    if not prose and looks_like_table(columns):
        return [PageTable(make_rows(find_columns(band), ()), is_ruled=False)]
    if prose or all(len(column) >= COLUMN_LINES for column in columns):
        return [_make_column(page, column) for column in columns]
    return None


def _is_prose(column: Sequence[PageLine]) -> bool:
    if len(column) < COLUMN_LINES:
        return False
    width = max(s.x1 for s in column) - min(s.x0 for s in column)
    filled = median(segment.width for segment in column) >= COLUMN_FILL * width
    return filled and median(len(segment.text) for segment in column) >= COLUMN_CHARS


def _stands_close(column: Sequence[PageLine]) -> bool:
    pitch = median(below.y0 - above.y0 for above, below in pairwise(column))
    return pitch <= COLUMN_PITCH * median(segment.size for segment in column)
