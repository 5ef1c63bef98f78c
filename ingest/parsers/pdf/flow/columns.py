"""The order in which the regions of a page are read: columns, tables, and what crosses them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from statistics import median

from ingest.parsers.pdf.flow.lines import Line, line_of, lines_of
from ingest.parsers.pdf.flow.tables import (
    Row,
    columns_of,
    looks_like_table,
    ruled_areas,
    table_in,
    table_rows,
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

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Column:
    """Lines of running text, from the top."""

    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, from the top."""

    rows: list[Row]


def regions(page: PageText, segments: Sequence[Line]) -> list[Column | Table]:
    """Return the regions of a page in the order in which they are read.

    Args:
        page: A page.
        segments: Its lines as `segments_of` gives them, furniture left out.

    Returns:
        Columns and tables that together hold every segment.
    """
    if len(page.fragments) > MAX_FRAGMENTS:
        return [Column(list(segments))]
    found: list[Column | Table] = []
    rest = list(segments)
    for area in ruled_areas(page):
        inside = [segment for segment in rest if area.holds(segment)]
        rows = table_in(area, inside) if inside else None
        if rows is None:
            continue
        # Across the whole page: what stands beside a table is read before it.
        top = min(segment.y0 for segment in inside)
        held = set(map(id, inside))
        above = [s for s in rest if id(s) not in held and s.y0 < top]
        found += [*_unruled(page, above), Table(rows)]
        taken = held | set(map(id, above))
        rest = [segment for segment in rest if id(segment) not in taken]
    return found + _unruled(page, rest)


def _unruled(page: PageText, segments: Sequence[Line]) -> list[Column | Table]:
    """Return the regions of what no drawn lines hold together."""
    found: list[Column | Table] = []
    plain: list[Line] = []
    rest = sorted(segments, key=lambda s: (s.y0, s.x0))
    paired = _have_neighbours(rest)
    position = 0
    while position < len(rest):
        band, gutters = _band(rest, position) if paired[position] else ([], [])
        split = _split(page, band, gutters) if gutters else None
        taken = max(1, len(band))
        if split is None:
            plain += rest[position : position + taken]
        else:
            if plain:
                found.append(_column(page, plain))
                plain = []
            found += split
        position += taken
    if plain:
        found.append(_column(page, plain))
    return found


def segments_of(page: PageText) -> list[Line]:
    """Return the lines of a page, cut where a gap may part columns or cells.

    A wide gap does wherever it stands; a narrower one, which a justified line may have between
    two words, only where it is part of a gutter that runs through the lines above and below.
    """
    if len(page.fragments) > MAX_FRAGMENTS:
        return [line_of(page, [fragment]) for fragment in page.fragments]
    segments = lines_of(page, page.fragments, WIDE_GAP)
    return segments if page.right_to_left else _cut_at_gutters(page, segments)


@dataclass(frozen=True, slots=True)
class _Gap:
    """White beside or within a segment: from where to where, and what is left and right of it."""

    x0: float
    x1: float
    start: int
    before: Line | None
    after: Line | None


def _cut_at_gutters(page: PageText, segments: Sequence[Line]) -> list[Line]:
    gaps = [_gaps(page, segment) for segment in segments]
    found: list[Line] = []
    for number, segment in enumerate(segments):
        least = _gutter_width(segment)
        starts = [
            gap.start
            for gap in gaps[number]
            if gap.before and gap.after and _is_gutter(gaps, number, gap, least)
        ]
        bounds = [0, *starts, len(segment.fragments)]
        parts = [segment.fragments[first:last] for first, last in pairwise(bounds)]
        found += [line_of(page, part) for part in parts] if starts else [segment]
    return sorted(found, key=lambda line: (line.y0, line.x0))


def _gaps(page: PageText, segment: Line) -> list[_Gap]:
    found = [_Gap(0.0, segment.x0, 0, None, segment)]
    wide: list[tuple[float, float, int]] = []
    reached = segment.fragments[0].x1
    for start, fragment in enumerate(segment.fragments):
        if fragment.x0 - reached >= GUTTER_POINTS:
            wide.append((reached, fragment.x0, start))
        reached = max(reached, fragment.x1)
    for x0, x1, start in wide if len(wide) <= MAX_GAPS else ():
        before = line_of(page, segment.fragments[:start])
        after = line_of(page, segment.fragments[start:])
        found.append(_Gap(x0, x1, start, before, after))
    return [*found, _Gap(segment.x1, inf, len(segment.fragments), segment, None)]


def _is_gutter(gaps: Sequence[Sequence[_Gap]], number: int, gap: _Gap, least: float) -> bool:
    """Tell whether a gap goes on, up and down, until it has running text on either side."""
    x0, x1 = gap.x0, gap.x1
    left: list[Line] = []
    right: list[Line] = []
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


def _column(page: PageText, segments: Sequence[Line]) -> Column:
    return Column(lines_of(page, [f for s in segments for f in s.fragments]))


def _gutter_width(segment: Line) -> float:
    return max(GUTTER_POINTS, GUTTER_HEIGHTS * segment.size)


def _have_neighbours(segments: Sequence[Line]) -> list[bool]:
    """Tell of each segment whether another stands beside it, apart enough for two columns."""
    paired = [False] * len(segments)
    for number, one in enumerate(segments):
        for other_number in range(number + 1, len(segments)):
            other = segments[other_number]
            if other.y0 >= one.y1:
                break
            low = min(one.y1 - one.y0, other.y1 - other.y0)
            gap = max(other.x0 - one.x1, one.x0 - other.x1)
            if one.y1 - other.y0 > 0.3 * low and gap >= _gutter_width(one):
                paired[number] = paired[other_number] = True
    return paired


def _band(segments: Sequence[Line], start: int) -> tuple[list[Line], list[Span]]:
    """Return the longest run of segments from `start` that one or more gutters run through."""
    least = _gutter_width(segments[start])
    covered: list[Span] = []
    gutters: list[Span] = []
    for position in range(start, len(segments)):
        segment = segments[position]
        wider = _united(covered, (segment.x0, segment.x1))
        free = [
            (left[1], right[0]) for left, right in pairwise(wider) if right[0] - left[1] >= least
        ]
        if gutters and not free:
            return list(segments[start:position]), gutters
        # Until its neighbour comes, a segment stands alone; what comes between ends it.
        if not free and position > start and segment.y0 >= segments[start].y1:
            return [], []
        covered, gutters = wider, free
    return list(segments[start:]), gutters


def _united(spans: Sequence[Span], new: Span) -> list[Span]:
    start, end = new
    apart = []
    for span in spans:
        if span[1] < start or span[0] > end:
            apart.append(span)
        else:
            start, end = min(start, span[0]), max(end, span[1])
    return sorted([*apart, (start, end)])


def _split(
    page: PageText, band: Sequence[Line], gutters: Sequence[Span]
) -> list[Column | Table] | None:
    """Return a band as columns or as a table, None if it is neither."""
    edges = [0.0, *((left + right) / 2 for left, right in gutters), page.width + 1]
    columns = _by_column(band, edges)
    kept = [
        gutter
        for gutter, column in zip(gutters, columns, strict=False)
        if not all(_MARKER.fullmatch(segment.text) for segment in column)
    ]
    if len(kept) < len(gutters):
        return _split(page, band, kept) if kept else None
    prose = all(_is_prose(column) and _stands_close(column) for column in columns)
    if not prose and looks_like_table(columns):
        return [Table(table_rows(columns_of(band), ()))]
    if prose or all(len(column) >= COLUMN_LINES for column in columns):
        return [_column(page, column) for column in columns]
    return None


def _by_column(band: Sequence[Line], edges: Sequence[float]) -> list[list[Line]]:
    return [
        [segment for segment in band if left <= (segment.x0 + segment.x1) / 2 < right]
        for left, right in pairwise(edges)
    ]


def _is_prose(column: Sequence[Line]) -> bool:
    if len(column) < COLUMN_LINES:
        return False
    width = max(s.x1 for s in column) - min(s.x0 for s in column)
    filled = median(segment.width for segment in column) >= COLUMN_FILL * width
    return filled and median(len(segment.text) for segment in column) >= COLUMN_CHARS


def _stands_close(column: Sequence[Line]) -> bool:
    pitch = median(below.y0 - above.y0 for above, below in pairwise(column))
    return pitch <= COLUMN_PITCH * median(segment.size for segment in column)
