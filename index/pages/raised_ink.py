"""Digits that are raised in a quotation or on its picture, but not in both.

A reading gives "0008" for "000⁸" and for "0008": which it is stands in the ink only.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Of a digit's height: so much higher is the foot of a raised one. Figures with descenders beside
# those without differ by a third.
_FOOT_HIGHER = 0.36
# Of the contrast on a line: what is darker, or lighter on dark paper, is ink.
_INK = 0.5
# Of a letter's box at either side: its neighbour may reach into it.
_EDGE = 0.15
_LEAST_CONTRAST, _LEAST_HEIGHT = 48.0, 6
_RAISED = dict(zip("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True))
_PLAIN = {raised: plain for plain, raised in _RAISED.items()}


@dataclass(frozen=True, slots=True)
class RaisedDifference:
    """A digit that stands higher on one side: its place among the letters, and what is seen."""

    at: int
    seen: str


def find_raised_differences(
    letters: str, picture: NDArray[np.uint8], boxes: NDArray[np.float32]
) -> list[RaisedDifference]:
    """Return digits within numbers that are raised in the letters or in the picture only.

    Args:
        letters: Of a line, without white space.
        picture: uint8, shape (height, width, 3): the line.
        boxes: float32, shape (n, 4): left, top, right, bottom of each letter in its pixels.

    Returns:
        In the order of the letters; none where the picture has too little contrast.
    """
    grey = picture.astype(np.float32).mean(axis=2)
    paper = float(np.median(grey))
    contrast = np.abs(grey - paper)
    strongest = float(contrast.max(initial=0.0))
    if strongest < _LEAST_CONTRAST:
        return []
    ink = contrast > _INK * strongest
    found: list[RaisedDifference] = []
    base: tuple[int, int] | None = None
    for at, letter in enumerate(letters):
        plain = _PLAIN.get(letter, letter)
        if plain not in _RAISED:
            base = None
            continue
        rows = _find_rows(ink, boxes[at])
        if base is None or rows is None:
            base = rows if letter == plain else None
            continue
        is_raised = base[1] - rows[1] > _FOOT_HIGHER * (base[1] - base[0])
        if is_raised != (letter != plain):
            found.append(RaisedDifference(at, _RAISED[plain] if is_raised else plain))
        if not is_raised:
            base = rows
    return found


def _find_rows(ink: NDArray[np.bool_], box: NDArray[np.float32]) -> tuple[int, int] | None:
    """Return between which rows a letter has ink."""
    left, _, right, _ = box.tolist()
    edge = _EDGE * (right - left)
    columns = ink[:, max(0, round(left + edge)) : max(0, round(right - edge))]
    rows = np.flatnonzero(columns.any(axis=1)) if columns.size else np.zeros(0, np.intp)
    if not len(rows) or rows[-1] - rows[0] < _LEAST_HEIGHT:
        return None
    # Digits are of one piece: in two there is a rule, or another line.
    is_whole = len(rows) == rows[-1] - rows[0] + 1
    return (int(rows[0]), int(rows[-1])) if is_whole else None
