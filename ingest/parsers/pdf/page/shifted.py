"""Where smaller characters stand above or below the line, and what they are set to."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

# In heights of the character they are set to: what is raised or lowered is smaller than this.
SMALLER = 0.88
SMALLEST = 0.35
# The foot of what is raised is so much higher.
RAISED = 0.2
HIGHEST = 0.9
# What stands further away, or reaches back further, is not set to it.
NEAR = 0.3
# So much lower is the top of what is lowered. Its foot is no higher, and not much lower; on policy
# reports all that is so (0.3 to 0.6, and -0.01 to 0.2) was lowered.
TOP_LOWER = 0.25
FOOT_HIGHER = 0.03
FOOT_LOWER = 0.5
# In its own heights, from its foot: what is lowered goes on there.
LEVEL = 0.12
# In heights: a wider gap behind a mark is a space.
SPACE_GAP = 0.12
_LONGEST = 12
_SUPERSCRIPTS = [*map(ord, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻")]


def find_raised(
    codes: NDArray[np.uint32],
    seen: NDArray[np.float32],
    base_of: NDArray[np.intp],
    signs: frozenset[int],
) -> list[int]:
    """Return where one of the signs begins that is smaller and higher than what it is set to."""
    if len(codes) < 2:
        return []
    base, after = seen[base_of[:-1]], seen[1:]
    height = np.maximum(base[:, 3] - base[:, 1], 0.1)
    size = (after[:, 3] - after[:, 1]) / height
    higher = (base[:, 3] - after[:, 3]) / height
    raised = (size < SMALLER) & (size > SMALLEST) & (higher > RAISED) & (higher < HIGHEST)
    raised &= _is_near(seen, base_of, height) & np.isin(codes[1:], [*signs])
    starts: list[int] = (np.flatnonzero(raised) + 1).tolist()
    return starts


def find_lowered(
    codes: NDArray[np.uint32], seen: NDArray[np.float32], spaced: NDArray[np.bool_]
) -> list[tuple[int, int, int]]:
    """Return where lowered characters begin and end, and the character that they are set to."""
    if len(codes) < 2:
        return []
    places = np.arange(len(codes))
    is_raised = np.isin(codes, _SUPERSCRIPTS)
    base_of = np.maximum.accumulate(np.where(is_raised, 0, places))
    base, after = seen[base_of[:-1]], seen[1:]
    height = np.maximum(base[:, 3] - base[:, 1], 0.1)
    size = (after[:, 3] - after[:, 1]) / height
    top, foot = (after[:, 1] - base[:, 1]) / height, (after[:, 3] - base[:, 3]) / height
    lowered = (size < SMALLER) & (size > SMALLEST) & (top > TOP_LOWER)
    lowered &= (foot > -FOOT_HIGHER) & (foot < FOOT_LOWER) & _is_near(seen, base_of, height)
    found: list[tuple[int, int, int]] = []
    for start in (np.flatnonzero(lowered) + 1).tolist():
        own = int(base_of[start - 1])
        if (not found or start >= found[-1][1]) and _follows(codes, own, start):
            found.append((start, _find_end(seen, spaced, start), own))
    return found


def list_bases(count: int, lowered: list[tuple[int, int, int]]) -> NDArray[np.intp]:
    """Return what the next character is set to: each itself, or what a lowered one is set to."""
    base_of = np.arange(count)
    for start, end, base in lowered:
        base_of[start:end] = base
    return base_of


def join_line(
    seen: NDArray[np.float32],
    spaced: NDArray[np.bool_],
    broken: NDArray[np.bool_],
    place: int,
    base: int,
) -> None:
    """Undo PDFium's line end around what is raised or lowered, if the line goes on there."""
    middle = (seen[place, 1] + seen[place, 3]) / 2
    gap = seen[place, 0] - seen[place - 1, 2]
    height = seen[base, 3] - seen[base, 1]
    if seen[base, 1] < middle < seen[base, 3] and -height < gap < 3 * height:
        broken[place] = False
        spaced[place] = gap > SPACE_GAP * height


def set_on_line(seen: NDArray[np.float32], start: int, end: int, base: int) -> None:
    """Have what stands above or below others reach as far up, down and right as they, in place.

    So that no line is seen between them, and no gap behind them.
    """
    seen[end - 1, 2] = max(seen[end - 1, 2], seen[base:end, 2].max())
    seen[start:end, 1], seen[start:end, 3] = seen[base, 1], seen[base, 3]


def _is_near(
    seen: NDArray[np.float32], base_of: NDArray[np.intp], height: NDArray[np.float32]
) -> NDArray[np.bool_]:
    """Tell of all but the first whether it stands behind the one before or what that is set to."""
    left, before, base = seen[1:, 0], seen[:-1, 2], seen[base_of[:-1], 2]
    near: NDArray[np.bool_] = np.abs(left - before) < NEAR * height
    near |= np.abs(left - base) < NEAR * height
    return near


def _follows(codes: NDArray[np.uint32], base: int, start: int) -> bool:
    """Tell whether it is set to a letter or a bracket, and is no full stop."""
    before, first = chr(int(codes[base])), chr(int(codes[start]))
    return (before.isalpha() or before in ")]}") and (first.isalnum() or first in "+-−–")


def _find_end(seen: NDArray[np.float32], spaced: NDArray[np.bool_], start: int) -> int:
    """Return where the characters end that stand as low as the first and are as small."""
    foot, height = seen[start, 3], seen[start, 3] - seen[start, 1]
    end = start + 1
    while end < min(len(seen), start + _LONGEST):
        level = abs(seen[end, 3] - foot) < LEVEL * height
        small = seen[end, 3] - seen[end, 1] < (1 + LEVEL) * height
        near = abs(seen[end, 0] - seen[end - 1, 2]) < NEAR * height
        if not (level and small and near) or spaced[end]:
            break
        end += 1
    return end
