"""Lines that are drawn out to fill their column: their words stand apart, and are one line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray

from ingest.parsers.pdf.flow.lines import NO_CHARACTER, PageLine, join_fragments
from ingest.parsers.pdf.page.page_text import PageText

# In heights of a line: edges that differ by less are one, what is higher above is another text,
# the next line begins within so much, and a first line may be indented.
SAME_EDGE = 0.3
NEAR_HEIGHTS = 12.0
NEXT_LINE = 1.1
INDENT = 4.0
USUAL_SPACE = 0.3
# Of the widest gap of a line; behind a full stop or a comma TeX leaves up to three times as much.
EVEN_GAPS = 0.7
PAUSE_GAPS = 3.5
# Of rows below each other; one may be cut where the next word could have been.
FITTING_SHARE = 0.75
# Rows without a full line beside them are running text if so many do, and do not begin anew.
LEAST_ROWS = 3
GOING_ON_SHARE = 0.5
# A line that was ended by hand is drawn out too: only gaps as even as these tell.
FORCED_GAPS = 3
FORCED_EVEN = 0.85
# A line of running text from which the edges of its column are known.
LEAST_CHARS = 16
_PAUSES = frozenset(".,;:!?…")


@dataclass(frozen=True, slots=True)
class _Edges:
    """Where the lines of a column begin and end, from one height to another, in points."""

    x0: float
    x1: float
    size: float  # of its letters
    top: float
    bottom: float
    least_rows: int = 1  # that must reach from one to the other


@dataclass(frozen=True, slots=True)
class _DrawnOut:
    """Segments side by side that may be one line, and that line."""

    parts: list[PageLine]
    line: PageLine
    fits: bool | None  # as a line of running text would; None if nothing stands below it
    is_even: bool


def join_justified(page: PageText, segments: Sequence[PageLine]) -> tuple[list[PageLine], set[int]]:
    """Return segments from the top, and of which of them, by `id`, the gaps part nothing."""
    current = sorted(segments, key=lambda line: (line.y0, line.x0))
    whole: set[int] = set()
    while True:
        taken: set[int] = set()
        joined: list[PageLine] = []
        for row in (row for block in _find_blocks(page, current) for row in block):
            if row.is_even and taken.isdisjoint(map(id, row.parts)):
                taken |= set(map(id, row.parts))
                joined.append(row.line)
        if not joined:
            return current, whole
        whole |= set(map(id, joined))
        rest = [segment for segment in current if id(segment) not in taken]
        current = sorted([*rest, *joined], key=lambda line: (line.y0, line.x0))


def _find_blocks(page: PageText, segments: Sequence[PageLine]) -> list[list[_DrawnOut]]:
    """Return rows of segments, below each other, that reach from edge to edge of a column."""
    rows = _group_rows(segments)
    drawn: dict[tuple[int, ...], _DrawnOut] = {}
    found: list[list[_DrawnOut]] = []
    known: set[tuple[int, ...]] = set()
    for edges in [*_find_full_lines(segments), *_find_shared_edges(rows)]:
        reaching = []
        for row in rows:
            if edges.top <= row[0].y0 <= edges.bottom:
                parts = _reach_across(row, edges)
                name = (round(edges.x0), *map(id, parts))
                if parts and name not in drawn:
                    drawn[name] = _draw_out(page, parts, segments, edges)
                if parts:
                    reaching.append(drawn[name])
        for block in _part_blocks(reaching):
            names = tuple(id(part) for row in block for part in row.parts)
            if names not in known and _is_running(block, edges):
                found.append(block)
            known.add(names)
    return found


def _find_full_lines(segments: Sequence[PageLine]) -> list[_Edges]:
    """Return the edges that lines of running text show."""
    found: dict[tuple[int, int, int], _Edges] = {}
    for line in segments:
        if len(line.text) < LEAST_CHARS or " " not in line.text:
            continue
        place = (round(line.x0), round(line.x1), round(line.size))
        last, reach = found.get(place), NEAR_HEIGHTS * line.size
        top = min(line.y0 - reach, last.top) if last else line.y0 - reach
        found[place] = _Edges(line.x0, line.x1, line.size, top, line.y0 + reach)
    return list(found.values())


def _find_shared_edges(rows: Sequence[Sequence[PageLine]]) -> list[_Edges]:
    """Return the edges at which several rows below each other begin and end."""
    found: list[_Edges] = []
    for upper, lower in pairwise(rows):
        for left, right in product(upper, upper):
            near = SAME_EDGE * left.size
            begins = any(abs(s.x0 - left.x0) < near for s in lower)
            ends = any(abs(s.x1 - right.x1) < near for s in lower)
            if left.x0 < right.x0 and begins and ends:
                bottom = left.y0 + NEAR_HEIGHTS * left.size
                found.append(_Edges(left.x0, right.x1, left.size, left.y0, bottom, LEAST_ROWS))
    return found


def _is_running(block: Sequence[_DrawnOut], edges: _Edges) -> bool:
    """Tell whether rows are lines of a text and no table's."""
    # Where rows leave room for the word that comes next, they are a table's.
    known = [row.fits for row in block if row.fits is not None]
    if not known or sum(known) < FITTING_SHARE * len(known):
        return False
    if len(block) > 1 and all(any(map(str.isdigit, row.parts[-1].text)) for row in block):
        return False
    if len(block) < edges.least_rows:
        return False
    going_on = sum(row.line.text[:1].islower() for row in block[1:])
    return edges.least_rows == 1 or going_on >= GOING_ON_SHARE * (len(block) - 1)


def _group_rows(segments: Sequence[PageLine]) -> list[list[PageLine]]:
    """Return segments that stand at one height, two or more, from the left."""
    rows: list[list[PageLine]] = []
    for segment in segments:
        if rows and segment.y0 < (rows[-1][0].y0 + rows[-1][0].y1) / 2:
            rows[-1].append(segment)
        else:
            rows.append([segment])
    return [sorted(row, key=lambda segment: segment.x0) for row in rows if len(row) > 1]


def _reach_across(row: Sequence[PageLine], edges: _Edges) -> list[PageLine]:
    """Return the segments of a row that stand within the edges of a line, if they reach both."""
    near = SAME_EDGE * edges.size
    parts = [s for s in row if s.x0 >= edges.x0 - near and s.x1 <= edges.x1 + near]
    if (
        len(parts) < 2
        or parts[-1].x1 < edges.x1 - near
        or parts[0].x0 > edges.x0 + INDENT * edges.size
    ):
        return []
    alike = all(abs(s.size - edges.size) < 0.1 * edges.size for s in parts)
    apart = all(left.x1 < right.x0 for left, right in pairwise(parts))
    return parts if alike and apart else []


def _draw_out(
    page: PageText, parts: list[PageLine], segments: Sequence[PageLine], edges: _Edges
) -> _DrawnOut:
    line = join_fragments(page, [fragment for part in parts for fragment in part.fragments])
    gaps, pauses = _measure_gaps(line)
    even = min(gaps) / max(gaps) if gaps else 1.0
    most = max(gaps, default=max(pauses, default=0.0))
    paused = all(EVEN_GAPS * most <= gap <= PAUSE_GAPS * most for gap in pauses)
    is_even = even >= EVEN_GAPS and paused
    spare = sum(gaps) + sum(pauses) - (len(gaps) + len(pauses) + 1) * USUAL_SPACE * line.size
    following = _find_next(line, segments, edges)
    fits = None if following is None else is_even and spare < _measure_first_word(following)
    if is_even and len(gaps) >= FORCED_GAPS and even >= FORCED_EVEN:
        fits = True
    return _DrawnOut(parts, line, fits, is_even)


def _find_next(line: PageLine, segments: Sequence[PageLine], edges: _Edges) -> PageLine | None:
    """Return what stands right under a line at its left edges."""
    near = SAME_EDGE * line.size
    below = (
        s
        for s in segments
        if 0.5 * line.size < s.y0 - line.y0 <= (1 + NEXT_LINE) * line.size
        and edges.x0 - near <= s.x0 <= edges.x0 + INDENT * line.size
    )
    return min(below, key=lambda s: (s.y0, s.x0), default=None)


def _measure_first_word(line: PageLine) -> float:
    ends = np.flatnonzero(line.where == NO_CHARACTER)
    word = line.where[: ends[0]] if len(ends) else line.where
    along = _find_direction(line)
    boxes = line.page.boxes[word]
    return float(boxes[:, along + 2].max() - boxes[:, along].min())


def _measure_gaps(line: PageLine) -> tuple[list[float], list[float]]:
    """Return the widths of the gaps between words, and of those behind a comma or a full stop."""
    along = _find_direction(line)
    boxes = line.page.boxes
    gaps: list[float] = []
    pauses: list[float] = []
    for place in np.flatnonzero(line.where == NO_CHARACTER).tolist():
        last, first = boxes[line.where[place - 1]], boxes[line.where[place + 1]]
        gap = max(first[along] - last[along + 2], last[along] - first[along + 2])
        (pauses if line.text[place - 1] in _PAUSES else gaps).append(float(gap))
    return gaps, pauses


def _find_direction(line: PageLine) -> int:
    """Return along which axis of the page's user space a line runs: 0 or 1."""
    boxes: NDArray[np.float32] = line.page.boxes[line.where[line.where != NO_CHARACTER]]
    spread = boxes[:, 2:].max(axis=0) - boxes[:, :2].min(axis=0)
    return int(spread[1] > spread[0])


def _part_blocks(rows: Sequence[_DrawnOut]) -> list[list[_DrawnOut]]:
    """Return rows that follow each other without a line between them."""
    blocks: list[list[_DrawnOut]] = []
    for row in rows:
        last = blocks[-1][-1].line if blocks else None
        pitch = (row.line.y0 - last.y0) / row.line.size if last else 0.0
        if last is not None and pitch <= 1 + NEXT_LINE:
            blocks[-1].append(row)
        else:
            blocks.append([row])
    return blocks
