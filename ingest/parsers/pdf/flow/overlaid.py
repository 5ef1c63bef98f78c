"""Watermarks that are no larger than headings: the same words over other text, again and again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ingest.parsers.pdf.flow.lines import PageLine
from ingest.parsers.pdf.page.seen.watermarks import (
    LEAST_LETTERS,
    MOST_LETTERS,
    SHARED_HEIGHT,
    WATERMARK,
)
from ingest.text.blocks import Omission

# In points: what stands on another page so near is at the same place.
SAME_POINTS = 3.0
# At one place of so many pages, or at so many places of one page.
LEAST_PAGES, LEAST_TILES = 2, 3
# Against the size of what is under it.
LARGER = 1.2
# Of its width, how much lies over other text.
SHARED_WIDTH = 0.3


class _Found(NamedTuple):
    page: int
    line: PageLine


def find_overlaid(pages: Sequence[Sequence[PageLine]]) -> dict[int, Omission]:
    """Return what lies over other text at one place of pages, or all over one, by `id`."""
    said: dict[str, list[_Found]] = defaultdict(list)
    for number, lines in enumerate(pages):
        for line in lines:
            letters = sum(map(str.isalpha, line.text))
            if letters >= LEAST_LETTERS and len(line.text) <= MOST_LETTERS:
                said[line.text].append(_Found(number, line))
    boxes: dict[int, NDArray[np.float64]] = {}
    found: dict[int, Omission] = {}
    for text, copies in said.items():
        for group in _group_repeated(copies):
            over = 0
            for copy in group:
                if copy.page not in boxes:
                    edges = [(s.x0, s.y0, s.x1, s.y1, s.size) for s in pages[copy.page]]
                    boxes[copy.page] = np.array(edges)
                over += _lies_over(copy.line, boxes[copy.page])
            # On the last page it may lie over nothing.
            if over >= LEAST_PAGES and over >= len(group) / 2:
                found |= {id(copy.line): Omission(WATERMARK, text) for copy in group}
    return found


def _group_repeated(copies: Sequence[_Found]) -> list[list[_Found]]:
    """Return copies at the same place of several pages, and those of one page in one size."""
    if len(copies) < min(LEAST_PAGES, LEAST_TILES):
        return []
    groups: list[list[_Found]] = []
    # By places of a grid as wide as what counts as one place: it is in the same or the next one.
    places: dict[tuple[int, int], list[list[_Found]]] = {}
    for copy in copies:
        column, row = int(copy.line.x0 // SAME_POINTS), int(copy.line.y0 // SAME_POINTS)
        around = [(column + x, row + y) for x in (-1, 0, 1) for y in (-1, 0, 1)]
        near = (group for place in around for group in places.get(place, ()))
        group = next((g for g in near if _is_same_place(g[0].line, copy.line)), None)
        if group is None:
            groups.append([copy])
            places.setdefault((column, row), []).append(groups[-1])
        else:
            group.append(copy)
    repeated = [g for g in groups if len({copy.page for copy in g}) >= LEAST_PAGES]
    tiles = sorted((group[0] for group in groups if len(group) == 1), key=lambda copy: copy.page)
    starts = [0, *(n for n, (a, b) in enumerate(pairwise(tiles), 1) if a.page != b.page)]
    on_pages = [tiles[a:b] for a, b in pairwise([*starts, len(tiles)])]
    return repeated + [own for own in on_pages if len(own) >= LEAST_TILES]


def _is_same_place(one: PageLine, other: PageLine) -> bool:
    return max(abs(one.x0 - other.x0), abs(one.y0 - other.y0)) <= SAME_POINTS


def _lies_over(line: PageLine, boxes: NDArray[np.float64]) -> bool:
    across = np.minimum(boxes[:, 2], line.x1) - np.maximum(boxes[:, 0], line.x0)
    shared = np.minimum(boxes[:, 3], line.y1) - np.maximum(boxes[:, 1], line.y0)
    lower = np.minimum(boxes[:, 3] - boxes[:, 1], line.y1 - line.y0)
    under = (across > SHARED_WIDTH * line.width) & (shared > SHARED_HEIGHT * lower)
    return bool((under & (LARGER * boxes[:, 4] < line.size)).any())
