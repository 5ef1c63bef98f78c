"""Raised digits: a power is written as one, and the mark of a note is never glued to a word."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from ingest.parsers.pdf.page.characters import VisibleCharacters
from ingest.parsers.shared.superscript import LAST_PARTS, render_power, render_superscript

# In heights of the character before: what is raised is smaller than this, and higher by so much.
SMALLER = 0.88
SMALLEST = 0.35
RAISED = 0.2
HIGHEST = 0.9
# What stands further away, or reaches back further, is not set to the character before.
NEAR = 0.3
# In heights: a wider gap behind a mark is a space.
SPACE_GAP = 0.12
# Letters of a word that are no sign of an element.
LEAST_WORD = 3
_DIGITS = frozenset(map(ord, "0123456789"))
_SIGNS = frozenset(map(ord, "+-−–"))
_BETWEEN = frozenset(map(ord, ",;–-"))
_OPENING = frozenset(map(ord, "(["))
# "¹/₂" is a number, not a mark.
_FRACTION = frozenset(map(ord, "/⁄∕"))
_LONGEST = 12
_FIRST = re.compile(r"[+−-]?\d+")
_NUMBER = re.compile(r"^[+−-]?\d+|\d+")


def set_raised(
    found: VisibleCharacters, seen: NDArray[np.float32]
) -> tuple[VisibleCharacters, NDArray[np.float32]]:
    """Return a page's characters with powers as such ("10⁶") and without the marks of notes.

    Args:
        found: The characters of the page in the order of its content.
        seen: float32, shape (n, 4): their boxes with the text upright, y downwards.

    Returns:
        The characters that are left, and their boxes with the text upright.
    """
    seen = seen.copy()
    codes, spaced, broken = found.codes.copy(), found.spaced.copy(), found.broken.copy()
    kept = np.ones(len(codes), dtype=np.bool_)
    end = 0
    for start in _find_starts(codes, seen):
        if start < end:
            continue
        end = _find_end(codes, seen, start)
        if not _DIGITS.intersection(codes[start:end].tolist()):
            continue
        if end < len(codes) and int(codes[end]) in _FRACTION:
            continue
        if int(codes[start - 1]) in _OPENING:  # "(1)": the number alone would leave brackets
            join_line(seen, spaced, broken, start, start - 1)
            if end < len(codes):
                join_line(seen, spaced, broken, end, start - 1)
            continue
        mark = "".join(map(chr, codes[start:end].tolist()))
        rendered = render_superscript(
            _FIRST.findall(mark)[0], _read_before(codes, spaced, start), False
        )
        if rendered:
            codes[start:end] = [*map(ord, _NUMBER.sub(lambda n: render_power(n[0]), mark))]
            join_line(seen, spaced, broken, start, start - 1)
        else:
            kept[start:end] = False
            # Where the mark was is no gap.
            seen[start - 1, 2] = max(seen[start - 1, 2], seen[end - 1, 2])
        if end < len(codes):
            join_line(seen, spaced, broken, end, start - 1)
            if not kept[start] and _is_cased(codes[start - 1]) and _is_cased(codes[end]):
                spaced[end] = True  # the mark alone parted two words
    made = VisibleCharacters(
        found.positions[kept],
        found.last[kept],
        codes[kept],
        found.boxes[kept],
        spaced[kept],
        broken[kept],
    )
    return made, seen[kept]


def part_note_marks(found: VisibleCharacters, seen: NDArray[np.float32]) -> None:
    """Set a space behind a raised number that begins a line, as that of a note does, in place."""
    codes, broken = found.codes, found.broken
    if len(codes) < 2:
        return
    here, after = seen[:-1], seen[1:]
    height = np.maximum(after[:, 3] - after[:, 1], 0.1)
    size = (here[:, 3] - here[:, 1]) / height
    higher = (after[:, 3] - here[:, 3]) / height
    gap = (after[:, 0] - here[:, 2]) / height
    raised = (size < SMALLER) & (size > SMALLEST) & (higher > RAISED) & (higher < HIGHEST)
    raised &= (np.abs(gap) < NEAR) & np.isin(codes[:-1], [*_DIGITS])
    for last in np.flatnonzero(raised).tolist():
        first = last
        while first and not broken[first] and int(codes[first - 1]) in _DIGITS:
            first -= 1
        word = _read_word(codes, found.spaced | broken, last + 1)
        # "¹⁴C" and "²³⁵U" are one word.
        if (first == 0 or broken[first]) and (word == "A" or len(word) >= LEAST_WORD):
            found.spaced[last + 1] = True


def _read_word(codes: NDArray[np.uint32], starts: NDArray[np.bool_], first: int) -> str:
    later = np.flatnonzero(starts[first + 1 : first + LEAST_WORD])
    end = first + 1 + int(later[0]) if len(later) else first + LEAST_WORD
    return "".join(map(chr, codes[first:end].tolist()))


def _is_cased(code: int) -> bool:
    """Tell whether a letter is of a script that parts its words, and lets no ending follow."""
    return chr(code).lower() != chr(code).upper()


def _find_starts(codes: NDArray[np.uint32], seen: NDArray[np.float32]) -> list[int]:
    """Return where a smaller sign begins that is set higher than what it follows."""
    if len(codes) < 2:
        return []
    base, after = seen[:-1], seen[1:]
    height = np.maximum(base[:, 3] - base[:, 1], 0.1)
    size = (after[:, 3] - after[:, 1]) / height
    higher = (base[:, 3] - after[:, 3]) / height
    gap = (after[:, 0] - base[:, 2]) / height
    raised = (size < SMALLER) & (size > SMALLEST) & (higher > RAISED) & (higher < HIGHEST)
    raised &= (np.abs(gap) < NEAR) & np.isin(codes[1:], [*_DIGITS, *_SIGNS])
    starts: list[int] = (np.flatnonzero(raised) + 1).tolist()
    return starts


def _find_end(codes: NDArray[np.uint32], seen: NDArray[np.float32], start: int) -> int:
    """Return where the digits end that stand as high as the first."""
    low, height = seen[start, 3], seen[start, 3] - seen[start, 1]
    end = start + 1
    while end < min(len(codes), start + _LONGEST):
        level = abs(seen[end, 3] - low) < RAISED * height
        near = abs(seen[end, 0] - seen[end - 1, 2]) < height
        if not (level and near and int(codes[end]) in _DIGITS | _BETWEEN):
            break
        end += 1
    while end > start + 1 and int(codes[end - 1]) in _BETWEEN:
        end -= 1
    if end < len(codes) and codes[end] == ord(")"):  # "word¹⁾"
        end += abs(seen[end, 3] - low) < RAISED * height
    return int(end)


def _read_before(codes: NDArray[np.uint32], spaced: NDArray[np.bool_], start: int) -> str:
    first = max(0, start - LAST_PARTS)
    return "".join(
        f"{' ' if spaced[place] else ''}{chr(int(codes[place]))}" for place in range(first, start)
    )


def join_line(
    seen: NDArray[np.float32],
    spaced: NDArray[np.bool_],
    broken: NDArray[np.bool_],
    place: int,
    base: int,
) -> None:
    """Undo PDFium's line end around what is raised, if the line goes on there."""
    middle = (seen[place, 1] + seen[place, 3]) / 2
    gap = seen[place, 0] - seen[place - 1, 2]
    height = seen[base, 3] - seen[base, 1]
    if seen[base, 1] < middle < seen[base, 3] and -height < gap < 3 * height:
        broken[place] = False
        spaced[place] = gap > SPACE_GAP * height
