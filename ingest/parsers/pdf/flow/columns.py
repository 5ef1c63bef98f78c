"""The order in which the regions of a page are read: columns, tables, and what crosses them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ingest.parsers.pdf.flow.bands import (
    Band,
    are_drawn_apart,
    find_bands,
    have_neighbours,
    reach_up,
)
from ingest.parsers.pdf.flow.lines import PageLine, find_lines, join_fragments
from ingest.parsers.pdf.flow.segments import (
    COLUMN_LINES,
    MAX_FRAGMENTS,
    is_prose,
)
from ingest.parsers.pdf.flow.tables.rows import (
    TableRow,
    find_columns,
    find_table,
    looks_like_table,
    make_rows,
)
from ingest.parsers.pdf.flow.tables.ruled_areas import find_inside, find_ruled_areas
from ingest.parsers.pdf.page.fragments import (
    GUTTER_HEIGHTS,
    NARROW_GUTTER,
    measure_gutter,
)
from ingest.parsers.pdf.page.page_text import PageText

# In heights of a line, from one line's top to the next one's: cells stand further apart.
COLUMN_PITCH = 2.0
# Columns that are known by the order in which they were drawn have so many lines.
LEAST_DRAWN_LINES = 2
# A marker that stands apart from its text is no column.
_MARKER = re.compile(
    r"\(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,5})[.)]{0,2}|[^\w\s]{1,2}|\d+(?:\.\d+)+\.?"
)


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


@dataclass(frozen=True, slots=True)
class _Layout:
    """A page, and what on it stands for a whole table, by `id`."""

    page: PageText
    tables: dict[int, PageTable]

    def leave_out_tables(self, segments: Sequence[PageLine]) -> list[PageLine]:
        return [segment for segment in segments if id(segment) not in self.tables]


def find_regions(page: PageText, segments: Sequence[PageLine]) -> list[Region]:
    """Return the regions of a page in the order in which they are read."""
    if len(page.fragments) > MAX_FRAGMENTS:
        return [PageColumn(list(segments))]
    layout = _Layout(page, {})
    rest = list(segments)
    tables: list[PageLine] = []
    for area in find_ruled_areas(page):
        inside = find_inside(area, rest)
        rows = find_table(page, area, inside) if inside else None
        if rows is None:
            continue
        # It stands in a column or across the page, as a line does.
        table = join_fragments(page, [f for segment in inside for f in segment.fragments])
        tables.append(table)
        layout.tables[id(table)] = PageTable(rows, is_ruled=True)
        held = set(map(id, inside))
        rest = [segment for segment in rest if id(segment) not in held]
    return list(_order(layout, [*rest, *tables]))


def _order(layout: _Layout, segments: Sequence[PageLine]) -> Iterator[Region]:
    """Yield the regions that segments make, band by band from the top."""
    plain: list[PageLine] = []
    rest = sorted(segments, key=lambda s: (s.y0, s.x0))
    paired = have_neighbours(rest, GUTTER_HEIGHTS)
    near = have_neighbours(rest, NARROW_GUTTER)
    position = 0
    while position < len(rest):
        band: Band | None = None
        split: list[list[PageLine]] | PageTable | None = None
        if near[position]:
            band, split = _split_drawn(layout, rest, position)
        if split is None and paired[position]:
            band, split = _split_from(layout, rest, position)
        end = position + (len(band.segments) if band else 1)
        if band is None or split is None:
            plain += rest[position:end]
        elif isinstance(split, PageTable):
            yield from _read_plain(layout, plain)
            yield split
            plain = []
        else:
            above, columns = reach_up(plain, band, split)
            yield from _read_plain(layout, above)
            for column in columns:
                yield from _order(layout, column)
            plain = []
        position = end
    yield from _read_plain(layout, plain)


def _read_plain(layout: _Layout, segments: Sequence[PageLine]) -> Iterator[Region]:
    """Yield what no gutter parts: the lines, or else what stands between the tables among them."""
    rest = list(segments)
    tables = [segment for segment in segments if id(segment) in layout.tables]
    for table in tables:
        # What stands beside a table and begins higher is read before it.
        yield from _order(layout, [s for s in rest if s.y0 < table.y0])
        yield layout.tables[id(table)]
        rest = [s for s in rest if s.y0 >= table.y0 and s is not table]
    if tables:
        yield from _order(layout, rest)
    elif rest:
        yield PageColumn(find_lines(layout.page, [f for s in rest for f in s.fragments]))


def _split_drawn(
    layout: _Layout, segments: Sequence[PageLine], start: int
) -> tuple[Band | None, list[list[PageLine]] | None]:
    """Return the segments from `start` that are columns of text which were drawn one by one."""
    size = min(segment.size for segment in segments[start : start + COLUMN_LINES])
    least = measure_gutter(size, NARROW_GUTTER)
    for band in find_bands(segments, start, least, layout.tables.keys()):
        columns = _part(layout, band)
        if len(columns) > 1 and _are_columns(layout, columns) and are_drawn_apart(columns):
            return band, columns
    return None, None


def _split_from(
    layout: _Layout, segments: Sequence[PageLine], start: int
) -> tuple[Band | None, list[list[PageLine]] | PageTable | None]:
    """Return the segments from `start` that gutters run through, and what they part into."""
    # The heading on top of a column is larger than its text, and asks for a wider gutter.
    size = min(segment.size for segment in segments[start : start + COLUMN_LINES])
    narrow = measure_gutter(size)
    bands = find_bands(segments, start, narrow, layout.tables.keys())
    for is_told in (_are_columns, _are_drawn_as_columns):
        for band in bands:
            columns = _part(layout, band)
            if len(columns) > 1 and is_told(layout, columns):
                return band, columns
    least = measure_gutter(segments[start].size)
    bands = find_bands(segments, start, least, layout.tables.keys()) if least > narrow else bands
    longest_first = sorted(bands, key=lambda band: -len(band.segments))
    for band in longest_first:
        split = _split_loosely(layout, band)
        if split is not None:
            return band, split
    return next(iter(longest_first), None), None


def _part(layout: _Layout, band: Band) -> list[list[PageLine]]:
    """Return a band by column, a marker with the text that it stands before."""
    columns = band.part(layout.page.width)
    kept = [
        gutter
        for gutter, column in zip(band.gutters, columns, strict=False)
        if not all(_MARKER.fullmatch(segment.text) for segment in column)
    ]
    return columns if len(kept) == len(band.gutters) else _part(layout, Band(band.segments, kept))


def _are_columns(layout: _Layout, columns: Sequence[Sequence[PageLine]]) -> bool:
    """Tell whether all that is no table is running text."""
    texts = [text for column in columns if (text := layout.leave_out_tables(column))]
    return bool(texts) and all(map(_is_running, texts))


def _are_drawn_as_columns(layout: _Layout, columns: Sequence[Sequence[PageLine]]) -> bool:
    """Tell whether some is running text, and all of each column was drawn before the next one."""
    texts = [layout.leave_out_tables(column) for column in columns]
    tall = all(len({round(s.y0) for s in column}) >= LEAST_DRAWN_LINES for column in columns)
    return tall and any(map(_is_running, texts)) and are_drawn_apart(columns)


def _split_loosely(layout: _Layout, band: Band) -> list[list[PageLine]] | PageTable | None:
    """Return a band that may be no running text as a table or as columns, None if it is neither."""
    columns = _part(layout, band)
    if len(columns) < 2:
        return None
    texts = [layout.leave_out_tables(column) for column in columns]
    if sum(map(len, texts)) < len(band.segments):
        # A table is as much as a column.
        alike = zip(columns, texts, strict=True)
        filled = all(len(text) >= COLUMN_LINES or text != column for column, text in alike)
        return columns if filled and any(map(_is_running, texts)) else None
    if looks_like_table(columns):
        return PageTable(make_rows(find_columns(band.segments), ()), is_ruled=False)
    return columns if all(len(column) >= COLUMN_LINES for column in columns) else None


def _is_running(segments: Sequence[PageLine]) -> bool:
    if not is_prose(segments):
        return False
    pitch = median(below.y0 - above.y0 for above, below in pairwise(segments))
    return pitch <= COLUMN_PITCH * median(segment.size for segment in segments)
