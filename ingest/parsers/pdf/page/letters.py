"""Letters that are set apart from the word that they belong to: large initials, spaced capitals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from ingest.parsers.pdf.page.fragments import Fragment

# So many single letters in a row are a word, if the gaps between them are alike and narrower than
# so many heights; a gap so many times wider parts two words.
LEAST_LETTERS = 4
WIDEST_GAP = 1.1
WORD_GAP = 1.6
# In sizes of the line beside it, from which a letter is an initial; in its own heights, how far
# from the line it may stand, and how far below its top the line's may lie.
INITIAL_SIZES = 1.7
INITIAL_GAP = 0.35
INITIAL_TOP = 0.35
# Letters that are words in one of the Union's languages: "A licence", but "About".
_WORDS = frozenset("AÀIOÓEYUVZKSÅÖÉ")


def join_spaced(
    codes: NDArray[np.uint32], seen: NDArray[np.float32], spaced: NDArray[np.bool_]
) -> None:
    """Undo the spaces within "S U M M A R Y", in place.

    Args:
        codes: Shape (n,), Unicode.
        seen: Shape (n, 4): left, top, right, bottom with the text upright.
        spaced: Shape (n,): whether white space stands before the character.
    """
    alone = spaced.copy()
    alone[:1] = True
    alone[:-1] &= spaced[1:]
    height = np.maximum(seen[:, 3] - seen[:, 1], 0.1)
    gaps = seen[1:, 0] - seen[:-1, 2]
    level = np.abs(seen[1:, 3] - seen[:-1, 3]) < 0.1 * height[1:]
    near = level & (gaps > 0) & (gaps < WIDEST_GAP * height[1:])
    linked = alone[1:] & alone[:-1] & near
    position = 0
    while position < len(linked):
        if not linked[position]:
            position += 1
            continue
        end = position
        while end < len(linked) and linked[end]:
            end += 1
        letters = "".join(map(chr, codes[position : end + 1].tolist()))
        # Those of an alphabet change their case from one to the next.
        if len(letters) >= LEAST_LETTERS and letters.isalpha() and not _is_mixed(letters):
            own = gaps[position:end]
            spaced[position + 1 : end + 1] = own > WORD_GAP * float(np.median(own))
        position = end


def _is_mixed(letters: str) -> bool:
    return letters not in (letters.upper(), letters.lower(), letters.capitalize())


def join_initials(
    fragments: Sequence[Fragment], codes: NDArray[np.uint32], spaced: NDArray[np.bool_]
) -> None:
    """Set a large initial, and the lines that stand beside it, where they are read, in place."""
    longer = [f for f in fragments if f.upright and f.last - f.first > 1]
    if not longer:
        return
    boxes = np.array([(f.x0, f.y0, f.y1, f.size) for f in longer])
    for initial in fragments:
        if initial.last - initial.first > 1 or not chr(int(codes[initial.first])).isupper():
            continue
        numbers = _find_beside(boxes, initial)
        beside = [longer[n] for n in numbers]
        if len(beside) < 2:
            continue
        first = min(beside, key=lambda f: f.y0)
        if abs(first.y0 - initial.y0) > INITIAL_TOP * (initial.y1 - initial.y0):
            continue
        if chr(int(codes[first.first])).isalpha():
            spaced[first.first] = _is_word(initial, first, codes, spaced)
        left = initial.x0
        initial.x1 = first.x0 - (first.size / 2 if spaced[first.first] else 0)
        initial.y0, initial.y1, initial.size = first.y0, first.y1, first.size
        for line in beside:
            if line is not first:
                line.x0 = left
        boxes[numbers, 0] = [line.x0 for line in beside]


def _find_beside(boxes: NDArray[np.float64], initial: Fragment) -> list[int]:
    """Return which lines stand beside an initial, by their left, top, bottom and size."""
    x0, y0, y1, size = boxes.T
    height = initial.y1 - initial.y0
    middle, gap = (y0 + y1) / 2, x0 - initial.x1
    beside = (initial.size > INITIAL_SIZES * size) & (middle > initial.y0) & (middle < initial.y1)
    beside &= (gap > -0.1 * height) & (gap < INITIAL_GAP * height)
    found: list[int] = np.flatnonzero(beside).tolist()
    return found


def _is_word(
    initial: Fragment, line: Fragment, codes: NDArray[np.uint32], spaced: NDArray[np.bool_]
) -> bool:
    """Tell whether an initial is a word of its own, as the page's other words say."""
    letter = chr(int(codes[initial.first]))
    if letter not in _WORDS:
        return False
    starts = [0, *np.flatnonzero(spaced).tolist()]
    text = "".join(map(chr, codes.tolist())).casefold()
    words = Counter(text[a:b] for a, b in pairwise([*starts, len(text)]))
    end = next((start for start in starts if start > line.first), len(text))
    rest = text[line.first : end]
    # It stands there once as it is.
    return words[f"{letter.casefold()}{rest}"] == 0 and words[rest] > 1
