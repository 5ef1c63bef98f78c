"""Tables: where drawn lines say that one is, its columns by the white between cells, its rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from statistics import median

import numpy as np

from ingest.parsers.pdf.flow.lines import PageLine
from ingest.parsers.pdf.flow.tables.grids import cut_at_grid
from ingest.parsers.pdf.flow.tables.ruled_areas import ROW_GAP, TALLEST_ROW, RuledArea
from ingest.parsers.pdf.page.page_text import PageText

# Share of a table's heights at which at least two cells begin.
PAIRED_ROWS = 0.5
# Of the lines of a long cell, more begin in lower case; of rows, fewer.
GOING_ON_SHARE = 0.15
# So much of a table's lines may run across the white between two columns: cells that span both.
SPANNING_SHARE = 0.2
# In points: what is wider parts two columns.
COLUMN_POINTS = 4.0
HEADER_CHARS = 60

TableCell = list[PageLine]


@dataclass(frozen=True, slots=True)
class TableRow:
    """The cells of one row, from the left; an empty cell has no lines."""

    cells: list[TableCell]
    heads: bool


def find_table(
    page: PageText, area: RuledArea, segments: Sequence[PageLine]
) -> list[TableRow] | None:
    """Return the table that the segments in a ruled area make, None if there is none."""
    grid = area.grid
    columns = cut_at_grid(page, segments, grid) if grid else find_columns(segments)
    if sum(map(bool, columns)) < 2:
        return None
    line = median(segment.size for segment in segments)
    steps = [after - before for before, after in pairwise(area.heights)]
    if median(steps) > TALLEST_ROW * line:
        return None
    is_framed = grid is not None or len(area.heights) > 4
    return make_rows(columns, area.heights, area.partial, is_framed=is_framed)


def find_columns(segments: Sequence[PageLine]) -> list[list[PageLine]]:
    """Return segments by column, from the left: parted where next to none of them crosses."""
    edges = np.array([[s.x0, s.x1] for s in segments])
    marks = np.unique(edges)
    middles = (marks[:-1] + marks[1:]) / 2
    crossing = np.sum((edges[:, :1] < middles) & (middles < edges[:, 1:]), axis=0)
    allowed = int(SPANNING_SHARE * len(_group_by_height([segments])))
    # Only where all is white, or beside what is: a gutter is as wide as nearly all cells leave it.
    free = crossing <= min(allowed, crossing.max(initial=0) - 1)
    cuts: list[float] = []
    position = 0
    while position < len(free):
        end = position
        while end < len(free) and free[end]:
            end += 1
        if end > position and marks[end] - marks[position] >= COLUMN_POINTS:
            cut = float(marks[end]) - COLUMN_POINTS / 2
            # Lines that all run on across it, as those with a bullet do, are no column.
            if np.any((edges[:, 0] > (cuts[-1] if cuts else -inf)) & (edges[:, 1] <= cut)):
                cuts.append(cut)
        position = max(end, position + 1)
    columns: list[list[PageLine]] = [[] for _ in range(len(cuts) + 1)]
    for segment in segments:
        columns[sum(segment.x0 > cut for cut in cuts)].append(segment)
    return [column for column in columns if column]


def looks_like_table(columns: Sequence[Sequence[PageLine]]) -> bool:
    """Tell whether cells stand side by side where no lines are drawn."""
    heights = _group_by_height(columns)
    paired = [row for row in heights if sum(map(bool, row)) >= 2]
    return len(paired) >= 2 and len(paired) >= PAIRED_ROWS * len(heights)


def make_rows(
    columns: Sequence[Sequence[PageLine]],
    rules: Sequence[float],
    partial: Sequence[tuple[float, float]] = (),
    *,
    is_framed: bool = False,
) -> list[TableRow]:
    """Return the rows of a table.

    Args:
        columns: What stands in each of its columns.
        rules: The heights of lines drawn across it, possibly none.
        partial: Heights of lines drawn to its right end, and where these begin.
        is_framed: Whether these part all its rows.

    Returns:
        Rows in order, the first one perhaps as their head.
    """
    rows: list[list[TableCell]] = []
    for top, bottom in pairwise([-inf, *rules, inf]):
        between = [[s for s in column if top <= (s.y0 + s.y1) / 2 < bottom] for column in columns]
        # The names of columns may stand in several rows, and are one.
        inner = [rule for rule in partial if top < rule[0] < bottom] if rows else []
        for part in _cut_at(between, inner):
            if any(part):
                rows += _cut_rows(part, is_framed)
    heads = _has_header(rows)
    return [TableRow(cells, heads and number == 0) for number, cells in enumerate(rows)]


def continue_table(
    above: Sequence[TableRow], rows: Sequence[TableRow], is_ruled: bool
) -> list[TableRow]:
    """Return the rows that go on with a table: its head, if it comes again, is one all the same.

    What of a row stands overleaf is added to the cells of `above`.
    """
    rest = list(rows)
    again: list[TableRow] = []
    if above and above[0].heads and rest and _read_cells(rest[0]) == _read_cells(above[0]):
        again = [TableRow(rest.pop(0).cells, heads=True)]
    if is_ruled and above and rest and not above[-1].heads and _is_rest(rest[0], above):
        for cell, more in zip(above[-1].cells, rest.pop(0).cells, strict=True):
            cell.extend(more)
    return [*again, *rest]


def _is_rest(row: TableRow, above: Sequence[TableRow]) -> bool:
    """Tell whether a row has no name of its own, and its cells go on with those before."""
    if len(row.cells) != len(above[-1].cells) or not all(other.cells[0] for other in above):
        return False
    pairs = [(cell, start) for cell, start in zip(row.cells, above[-1].cells, strict=True) if cell]
    return not row.cells[0] and all(start and cell[0].text[:1].islower() for cell, start in pairs)


def _read_cells(row: TableRow) -> list[str]:
    return [" ".join(line.text for line in cell) for cell in row.cells]


def _cut_at(
    between: Sequence[Sequence[PageLine]], partial: Sequence[tuple[float, float]]
) -> list[list[list[PageLine]]]:
    """Return the cells between two lines, cut where others are drawn across some of them.

    A cell that goes on beside these is in the first of the rows.
    """
    heights = sorted(height for height, _ in partial)
    parts: list[list[list[PageLine]]] = [[[] for _ in between] for _ in range(len(heights) + 1)]
    for number, column in enumerate(between):
        for line in column:
            middle = (line.x0 + line.x1) / 2
            passed = sum(
                start <= middle and height <= (line.y0 + line.y1) / 2 for height, start in partial
            )
            parts[passed][number].append(line)
    return parts


def _cut_rows(columns: Sequence[Sequence[PageLine]], framed: bool) -> list[list[TableCell]]:
    """Return the rows between two drawn lines: mostly one, in some tables all but the first."""
    clusters = _group_by_height(columns)
    if framed and not _stand_in_rows(clusters):
        return [[sorted(column, key=lambda s: (s.y0, s.x0)) for column in columns]]
    rows: list[list[TableCell]] = []
    bottom = 0.0
    for cluster in clusters:
        lines = [line for cell in cluster for line in cell]
        near = min(line.y0 for line in lines) - bottom < ROW_GAP * lines[0].size
        if rows and near and (not cluster[0] or all(line.text[0].islower() for line in lines)):
            for cell, more in zip(rows[-1], cluster, strict=True):
                cell.extend(more)
        else:
            rows.append(cluster)
        bottom = max(line.y1 for line in lines)
    return rows


def _stand_in_rows(clusters: Sequence[Sequence[TableCell]]) -> bool:
    """Tell whether lines side by side in one frame are rows, and not the lines of long cells."""
    paired = [cluster for cluster in clusters if sum(map(bool, cluster)) >= 2]
    lines = [line for cluster in clusters[1:] for cell in cluster for line in cell]
    going_on = sum(line.text[0].islower() for line in lines)
    # What is set in the middle of its cell stands between the lines of a cell beside it.
    tops = [min(line.y0 for cell in cluster for line in cell) for cluster in clusters]
    size = max((line.size for line in lines), default=0.0)
    if any(below - above < ROW_GAP * size for above, below in pairwise(tops)):
        return False
    return (
        len(clusters) >= 3
        and len(paired) >= PAIRED_ROWS * len(clusters)
        and going_on < GOING_ON_SHARE * len(lines)
    )


def _group_by_height(columns: Sequence[Sequence[PageLine]]) -> list[list[TableCell]]:
    """Return the cells that stand at one height, height by height."""
    placed = sorted(
        ((line, number) for number, column in enumerate(columns) for line in column),
        key=lambda entry: entry[0].y0 + entry[0].y1,
    )
    found: list[list[TableCell]] = []
    bottom = 0.0
    for line, number in placed:
        if not found or (line.y0 + line.y1) / 2 > bottom:
            found.append([[] for _ in columns])
            bottom = line.y1
        found[-1][number].append(line)
    for cells in found:
        for cell in cells:
            cell.sort(key=lambda line: line.x0)
    return found


def _has_header(rows: Sequence[Sequence[TableCell]]) -> bool:
    """Tell whether the first row heads the others: it is bold, or short where they are long."""
    if len(rows) < 2:
        return False
    first = [line for cell in rows[0] for line in cell]
    others = [line for row in rows[1:] for cell in row for line in cell]
    if all(line.bold for line in first):
        return not all(line.bold for line in others)
    filled = all(rows[0]) and all(_count_chars(cell) <= HEADER_CHARS for cell in rows[0])
    worded = not any(any(map(str.isdigit, line.text)) for line in first)
    figures = median(sum(map(str.isdigit, line.text)) for line in others) if others else 0
    return filled and worded and (figures > 0 or len(rows) > 3)


def _count_chars(cell: TableCell) -> int:
    return sum(len(line.text) for line in cell)
