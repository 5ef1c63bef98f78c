"""The parts of a page across which lines are drawn: tables may stand there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from statistics import median

import numpy as np

from ingest.parsers.pdf.flow.lines import PageLine
from ingest.parsers.pdf.flow.tables.grids import SAME_POINTS, Grid, find_grid, keep_drawn
from ingest.parsers.pdf.page.page_text import PageText
from ingest.parsers.pdf.page.seen.content import LINE_POINTS

# The lines between two rules of a page of running text are more, in heights of a line.
TALLEST_ROW = 14.0
# In heights of a line: what begins lower than this under the line above is another row.
ROW_GAP = 0.8
# Share of a table's width: a line across less of it stands within a cell.
PARTIAL_SHARE = 0.3
# A rule that is shorter underlines a word.
RULE_POINTS = 20.0
# So many rules are a table for sure: what is right under them may be its last row.
LEAST_ROWS = 4
# A page with more drawn lines is a map: looking for tables among them takes quadratic time.
MAX_RULES = 3_000


@dataclass(slots=True)
class RuledArea:
    """A part of a page between drawn lines."""

    x0: float
    x1: float
    heights: list[float]  # where lines are drawn across it, in points from the top, ascending
    grid: Grid | None = None  # the lines between its columns
    # Heights of lines from one of those to the right end, and where they begin: the cells left of
    # it go on below.
    partial: tuple[tuple[float, float], ...] = ()

    def holds(self, segment: PageLine) -> bool:
        """Tell whether a segment stands between the first line and the last."""
        x, y = (segment.x0 + segment.x1) / 2, (segment.y0 + segment.y1) / 2
        return self.x0 <= x <= self.x1 and self.heights[0] <= y <= self.heights[-1]


def find_ruled_areas(page: PageText) -> list[RuledArea]:
    """Return the parts of a page across which three lines or more are drawn, from the top."""
    areas: list[RuledArea] = []
    rules = _join_rules(page)
    for x0, x1, y in rules if len(rules) <= MAX_RULES else ():
        for area in areas:
            shared = min(area.x1, x1) - max(area.x0, x0)
            near = y - area.heights[-1] <= TALLEST_ROW * 12
            if near and shared >= 0.8 * max(area.x1 - area.x0, x1 - x0):
                area.heights.append(y)
                break
        else:
            areas.append(RuledArea(x0, x1, [y]))
    return [_fit_grid(page, area, rules) for area in areas if len(area.heights) >= 3]


def _fit_grid(
    page: PageText, area: RuledArea, rules: Sequence[tuple[float, float, float]]
) -> RuledArea:
    """Return an area with the lines between its columns, and no higher than these."""
    grid = find_grid(page, area.x0, area.x1, area.heights[0], area.heights[-1])
    heights = keep_drawn(grid, area.heights) if grid else []
    if grid is None or len(heights) < 3:
        return area
    partial = tuple(
        (y, x0)
        for x0, x1, y in rules
        if heights[0] < y < heights[-1]
        and min(abs(y - height) for height in heights) > SAME_POINTS
        and abs(x1 - area.x1) <= 2 * SAME_POINTS
        and x1 - x0 >= PARTIAL_SHARE * (area.x1 - area.x0)
        and min(abs(x0 - place) for place in grid.places) <= 2 * SAME_POINTS
    )
    return RuledArea(area.x0, area.x1, heights, grid, partial)


def find_inside(area: RuledArea, segments: Sequence[PageLine]) -> list[PageLine]:
    """Return what stands in a ruled area, and right under it a row that the page's end cut off."""
    inside = [segment for segment in segments if area.holds(segment)]
    if not inside or len(area.heights) < LEAST_ROWS:
        return inside
    starts = [segment.x0 for segment in inside]
    floor = area.heights[-1]
    under = [s for s in segments if s.y0 >= floor - SAME_POINTS and area.x0 <= s.x0 <= area.x1]
    first = min((s.y0 for s in under), default=inf)
    row = [s for s in under if s.y0 - first < SAME_POINTS]
    aligned = sum(min(abs(s.x0 - start) for start in starts) <= SAME_POINTS for s in row)
    near = first - floor < ROW_GAP * median(s.size for s in inside)
    ends_page = len(row) == len(under)
    return inside + row if near and ends_page and aligned == len(row) >= 2 else inside


def _join_rules(page: PageText) -> list[tuple[float, float, float]]:
    """Return (left, right, height) of the level lines, those that touch as one, from the top."""
    level = page.rules[page.rules[:, 3] - page.rules[:, 1] <= LINE_POINTS]
    found: list[tuple[float, float, float]] = []
    for x0, y0, x1, y1 in level[np.lexsort((level[:, 0], np.round(level[:, 1])))].tolist():
        y = (y0 + y1) / 2
        left, right, height = found[-1] if found else (inf, -inf, inf)
        touches = x0 <= right + SAME_POINTS and x1 >= left - SAME_POINTS
        if touches and abs(height - y) <= SAME_POINTS:
            found[-1] = (min(left, x0), max(right, x1), height)
        else:
            found.append((x0, x1, y))
    return [rule for rule in found if rule[1] - rule[0] >= RULE_POINTS]
