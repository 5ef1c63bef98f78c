"""Lowered digits and letters: those of a formula or a name stay lowered ("CO₂", "NOₓ")."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ingest.parsers.pdf.page.characters import VisibleCharacters
from ingest.parsers.pdf.page.raised import NEAR, SMALLER, SMALLEST, join_line
from ingest.parsers.shared.subscript import render_subscript

# In heights of the character before: so much lower is the top of what is lowered. Its foot is no
# higher than that of the character before, and not much lower; on policy reports all that is so
# (0.3 to 0.6, and -0.01 to 0.2) was lowered.
TOP_LOWER = 0.25
FOOT_HIGHER = 0.03
FOOT_LOWER = 0.5
# In its own heights, from its foot: what is lowered goes on there.
LEVEL = 0.12
_LONGEST = 12


def set_lowered(found: VisibleCharacters, seen: NDArray[np.float32]) -> VisibleCharacters:
    """Return a page's characters with lowered digits and single letters as such.

    Args:
        found: The characters of the page in the order of its content.
        seen: float32, shape (n, 4): their boxes with the text upright, y downwards.

    Returns:
        As many characters, in the same places.
    """
    codes, spaced, broken = found.codes.copy(), found.spaced.copy(), found.broken.copy()
    end = 0
    for start in _find_starts(codes, seen):
        if start < end or not _follows(codes, start):
            continue
        end = _find_end(seen, spaced, start)
        mark = "".join(map(chr, codes[start:end].tolist()))
        rendered = render_subscript(mark)
        if rendered == mark:
            continue
        codes[start:end] = [*map(ord, rendered)]
        join_line(seen, spaced, broken, start, start - 1)
        if end < len(codes) and broken[end]:
            join_line(seen, spaced, broken, end, start - 1)
    return replace(found, codes=codes, spaced=spaced, broken=broken)


def _find_starts(codes: NDArray[np.uint32], seen: NDArray[np.float32]) -> list[int]:
    """Return where something smaller begins whose top and foot are lower than before."""
    if len(codes) < 2:
        return []
    base, after = seen[:-1], seen[1:]
    height = np.maximum(base[:, 3] - base[:, 1], 0.1)
    size = (after[:, 3] - after[:, 1]) / height
    top, foot = (after[:, 1] - base[:, 1]) / height, (after[:, 3] - base[:, 3]) / height
    gap = (after[:, 0] - base[:, 2]) / height
    lowered = (size < SMALLER) & (size > SMALLEST) & (top > TOP_LOWER) & (np.abs(gap) < NEAR)
    lowered &= (foot > -FOOT_HIGHER) & (foot < FOOT_LOWER)
    starts: list[int] = (np.flatnonzero(lowered) + 1).tolist()
    return starts


def _follows(codes: NDArray[np.uint32], start: int) -> bool:
    """Tell whether it is set to a letter, a bracket or a raised sign, and is no full stop."""
    before, first = chr(int(codes[start - 1])), chr(int(codes[start]))
    return (before.isalpha() or before in ")]}⁺⁻") and (first.isalnum() or first in "+-−–")


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
