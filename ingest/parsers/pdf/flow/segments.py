"""The lines of a page, cut where columns or cells may stand apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from statistics import median

from ingest.parsers.pdf.flow.justified import join_justified
from ingest.parsers.pdf.flow.lines import PageLine, find_lines, join_fragments, jumps
from ingest.parsers.pdf.page.fragments import (
    GUTTER_POINTS,
    NARROW_GUTTER,
    WIDE_GAP,
    measure_gutter,
)
from ingest.parsers.pdf.page.page_text import PageText

# A page in more pieces is a map or a drawing: its words are taken in the order of its content,
# since finding columns takes quadratic time.
MAX_FRAGMENTS = 2_000
# A column of running text has so many lines, of so many characters, that fill so much of it.
COLUMN_LINES = 3
COLUMN_CHARS = 16
COLUMN_FILL = 0.6
# A line with more gaps is no line of columns; looking at both sides of each takes quadratic time.
MAX_GAPS = 60


def find_segments(page: PageText) -> list[PageLine]:
    """Return the lines of a page, cut where a gap may part columns or cells."""
    # A wide gap does wherever it stands; a narrower one, which a justified line may have between
    # two words, only where it is part of a gutter that runs through the lines above and below.
    if len(page.fragments) > MAX_FRAGMENTS:
        return [join_fragments(page, [fragment]) for fragment in page.fragments]
    segments = find_lines(page, page.fragments, WIDE_GAP)
    if page.right_to_left:
        return segments
    segments, whole = join_justified(page, segments)
    return _cut_at_gutters(page, segments, whole)


@dataclass(frozen=True, slots=True)
class _Gap:
    """White beside or within a segment: from where to where, and what is left and right of it."""

    x0: float
    x1: float
    start: int  # which fragment of the segment follows it
    before: PageLine | None
    after: PageLine | None
    least: float  # in points: a gutter that it is part of is nowhere narrower


def _cut_at_gutters(
    page: PageText, segments: Sequence[PageLine], whole: set[int]
) -> list[PageLine]:
    gaps = [_find_gaps(page, segment, id(segment) in whole) for segment in segments]
    found: list[PageLine] = []
    for number, segment in enumerate(segments):
        inner = [gap for gap in gaps[number] if gap.before and gap.after]
        starts = [gap.start for gap in inner if _is_gutter(gaps, number, gap)]
        bounds = [0, *starts, len(segment.fragments)]
        parts = [segment.fragments[first:last] for first, last in pairwise(bounds)]
        found += [join_fragments(page, part) for part in parts] if starts else [segment]
    return sorted(found, key=lambda line: (line.y0, line.x0))


def _find_gaps(page: PageText, segment: PageLine, is_whole: bool) -> list[_Gap]:
    least, narrow = measure_gutter(segment.size), measure_gutter(segment.size, NARROW_GUTTER)
    found = [_Gap(0.0, segment.x0, 0, None, segment, least)]
    wide: list[tuple[float, float, int, float]] = []
    reached = segment.fragments[0].x1
    for start, fragment in enumerate(() if is_whole else segment.fragments):
        # What was drawn elsewhere in between need not stand so far apart.
        apart = start > 0 and jumps(segment.fragments[start - 1], fragment)
        if fragment.x0 - reached >= (narrow if apart else GUTTER_POINTS):
            wide.append((reached, fragment.x0, start, narrow if apart else least))
        reached = max(reached, fragment.x1)
    for x0, x1, start, narrowest in wide if len(wide) <= MAX_GAPS else ():
        before = join_fragments(page, segment.fragments[:start])
        after = join_fragments(page, segment.fragments[start:])
        found.append(_Gap(x0, x1, start, before, after, narrowest))
    return [*found, _Gap(segment.x1, inf, len(segment.fragments), segment, None, least)]


def _is_gutter(gaps: Sequence[Sequence[_Gap]], number: int, gap: _Gap) -> bool:
    """Tell whether a gap goes on, up and down, until it has running text on either side."""
    x0, x1 = gap.x0, gap.x1
    left: list[PageLine] = []
    right: list[PageLine] = []
    for positions in (range(number, -1, -1), range(number + 1, len(gaps))):
        for position in positions:
            widths = [min(x1, other.x1) - max(x0, other.x0) for other in gaps[position]]
            shared = max(widths)
            if shared < gap.least:
                break
            same = gaps[position][widths.index(shared)]
            x0, x1 = max(x0, same.x0), min(x1, same.x1)
            if same.before:
                left.append(same.before)
            if same.after:
                right.append(same.after)
    return is_prose(left) and is_prose(right)


def is_prose(column: Sequence[PageLine]) -> bool:
    """Tell whether segments below each other are running text."""
    if len(column) < COLUMN_LINES:
        return False
    width = max(s.x1 for s in column) - min(s.x0 for s in column)
    filled = median(segment.width for segment in column) >= COLUMN_FILL * width
    return filled and median(len(segment.text) for segment in column) >= COLUMN_CHARS
