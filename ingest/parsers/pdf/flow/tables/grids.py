"""Tables with frames around their cells: what stands between drawn lines is one cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ingest.parsers.pdf.flow.lines import PageLine, join_fragments
from ingest.parsers.pdf.page.page_text import PageText
from ingest.parsers.pdf.page.seen.content import LINE_POINTS

# In points: what is closer is at the same place.
SAME_POINTS = 3.0
# Share of a table's height along which the line between two columns is drawn: the rest may be cells
# that span both.
DRAWN_SHARE = 0.6
# A page with more upright lines in a table is a chart.
MOST_COLUMNS = 40
# A line that is shorter parts no row.
LEAST_POINTS = 5.0


@dataclass(frozen=True, slots=True)
class Grid:
    """The lines between the columns of a table: where, and along which heights, in points."""

    places: list[float]  # from the left
    drawn: list[NDArray[np.float32]]  # of each, shape (n, 2): from and to

    def is_drawn(self, number: int, segment: PageLine) -> bool:
        """Tell whether a line between columns is drawn at the height of a segment."""
        middle = (segment.y0 + segment.y1) / 2
        spans = self.drawn[number]
        return bool(np.any((spans[:, 0] <= middle) & (middle <= spans[:, 1])))


def find_grid(page: PageText, x0: float, x1: float, y0: float, y1: float) -> Grid | None:
    """Return the lines that part the columns of a table within bounds, None if none does."""
    rules = page.rules
    upright = rules[
        (rules[:, 2] - rules[:, 0] <= LINE_POINTS)
        & (rules[:, 3] - rules[:, 1] >= LEAST_POINTS)
        & (rules[:, 0] > x0 + SAME_POINTS)
        & (rules[:, 2] < x1 - SAME_POINTS)
        & (rules[:, 3] > y0)
        & (rules[:, 1] < y1)
    ]
    if not len(upright):
        return None
    middles = (upright[:, 0] + upright[:, 2]) / 2
    order = np.argsort(middles, kind="stable")
    cuts = np.flatnonzero(np.diff(middles[order]) > SAME_POINTS) + 1
    if len(cuts) >= MOST_COLUMNS:
        return None
    heights = np.clip(upright[:, [1, 3]], y0, y1)
    reached = float(heights[:, 1].max() - heights[:, 0].min())
    grid = Grid([], [])
    for group in np.split(order, cuts):
        spans = _join(heights[group])
        if np.sum(spans[:, 1] - spans[:, 0]) >= DRAWN_SHARE * reached:
            grid.places.append(float(np.mean(middles[group])))
            grid.drawn.append(spans)
    return grid if grid.places else None


def keep_drawn(grid: Grid, heights: Sequence[float]) -> list[float]:
    """Return the heights of level lines without those above and below all lines of a grid."""
    top = min(float(spans[0, 0]) for spans in grid.drawn)
    bottom = max(float(spans[-1, 1]) for spans in grid.drawn)
    return [y for y in heights if top - SAME_POINTS <= y <= bottom + SAME_POINTS]


def cut_at_grid(page: PageText, segments: Sequence[PageLine], grid: Grid) -> list[list[PageLine]]:
    """Return segments by column, from the left, cut where a line between columns is drawn.

    What runs across a line, or across columns that none parts at its height, stands in the first
    of them. Columns without a word, as between double lines, are left out.
    """
    columns: list[list[PageLine]] = [[] for _ in range(len(grid.places) + 1)]
    for segment in segments:
        bounds = [0]
        for number, place in enumerate(grid.places):
            if segment.x0 < place < segment.x1 and grid.is_drawn(number, segment):
                start = _find_start(segment, place)
                if bounds[-1] < start < len(segment.fragments):
                    bounds.append(start)
        parts = [segment]
        if len(bounds) > 1:
            pieces = pairwise([*bounds, len(segment.fragments)])
            parts = [join_fragments(page, segment.fragments[a:b]) for a, b in pieces]
        for part in parts:
            columns[_find_column(part, grid.places)].append(part)
    return [column for column in columns if column]


def _find_column(segment: PageLine, places: Sequence[float]) -> int:
    crosses = any(segment.x0 + SAME_POINTS < x < segment.x1 - SAME_POINTS for x in places)
    where = segment.x0 + SAME_POINTS if crosses else (segment.x0 + segment.x1) / 2
    return sum(where > place for place in places)


def _find_start(segment: PageLine, place: float) -> int:
    """Return which fragment of a segment is the first behind a place, if none lies across it."""
    before = [fragment.x1 <= place + SAME_POINTS for fragment in segment.fragments]
    behind = [fragment.x0 >= place - SAME_POINTS for fragment in segment.fragments]
    start = sum(before)
    return start if all(before[:start]) and all(behind[start:]) else 0


def _join(spans: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return stretches without those that others cover, from the top."""
    ordered = spans[np.argsort(spans[:, 0], kind="stable")]
    reach = np.maximum.accumulate(ordered[:, 1])
    starts = np.flatnonzero(np.append(True, ordered[1:, 0] > reach[:-1] + SAME_POINTS))
    ends = np.append(starts[1:], len(ordered)) - 1
    return np.stack([ordered[starts, 0], reach[ends]], axis=1)
