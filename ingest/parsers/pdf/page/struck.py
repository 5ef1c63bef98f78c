"""Crossed-out text: which characters a line is drawn through."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# Where a line that crosses words out stands between the bottom of their boxes (0) and the top (1):
# below the middle of small letters; an underline stands lower, and so does the rule of a cell.
LOWEST, HIGHEST = 0.25, 0.65
# In heights of a character: how thick such a line is, how far it goes beyond the words, and how
# wide the gaps between them are.
THICKEST, OVERHANG, WIDEST_GAP = 0.2, 0.6, 1.5
# In heights again: what is shorter is a dash or a part of a drawn letter.
SHORTEST = 0.35
FLAT = 3


def find_struck(seen: NDArray[np.float32], rules: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell of each character whether it is crossed out.

    Args:
        seen: Shape (n, 4): the boxes of characters with the text upright, y downwards.
        rules: Shape (m, 4): what is drawn straight, in the same space.

    Returns:
        Shape (n,). A line crosses out what it runs through from end to end; one that goes on
        beyond the words, as the rule of a table does, does not.
    """
    struck = np.zeros(len(seen), dtype=np.bool_)
    if not len(seen) or not len(rules):
        return struck
    x0, y0, x1, y1 = seen.T
    height, middle = np.maximum(y1 - y0, 0.1), (x0 + x1) / 2
    thick = rules[:, 3] - rules[:, 1]
    # The edges of areas have no thickness.
    flat = rules[(thick > 0) & (thick * FLAT < rules[:, 2] - rules[:, 0])]
    for left, top, right, bottom in flat.tolist():
        level = (y1 - (top + bottom) / 2) / height
        through = (level > LOWEST) & (level < HIGHEST) & (middle > left) & (middle < right)
        through &= bottom - top < THICKEST * height
        places = np.flatnonzero(through)
        if len(places) and _fits(left, right, seen[places]):
            struck[places] = True
    return struck


def _fits(left: float, right: float, boxes: NDArray[np.float32]) -> bool:
    """Tell whether a line is as long as the words that it runs through."""
    height = float(np.median(boxes[:, 3] - boxes[:, 1]))
    boxes = boxes[np.argsort(boxes[:, 0])]
    gaps = boxes[1:, 0] - np.maximum.accumulate(boxes[:, 2])[:-1]
    ends = max(boxes[0, 0] - left, right - boxes[:, 2].max())
    return bool(
        right - left > SHORTEST * height
        and ends < OVERHANG * height
        and (gaps < WIDEST_GAP * height).all()
    )
