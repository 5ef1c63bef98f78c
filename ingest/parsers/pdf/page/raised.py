"""Raised digits: a power is written as one, and the mark of a note is never glued to a word."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from ingest.parsers.pdf.page.characters import VisibleCharacters
from ingest.parsers.pdf.page.shifted import (
    HIGHEST,
    NEAR,
    RAISED,
    SMALLER,
    SMALLEST,
    find_lowered,
    find_raised,
    join_line,
    list_bases,
    set_on_line,
)
from ingest.parsers.shared.left_out import NOTE_MARK, LeftOut
from ingest.parsers.shared.notation.subscript import render_subscript
from ingest.parsers.shared.notation.superscript import (
    FRACTION,
    LAST_PARTS,
    render_charge,
    render_power,
    render_superscript,
)

# Letters of a word that are no sign of an element.
LEAST_WORD = 3
_DIGITS = frozenset(map(ord, "0123456789"))
_SIGNS = frozenset(map(ord, "+-−–"))
_BETWEEN = frozenset(map(ord, ",;"))
_OPENING = frozenset(map(ord, "(["))
_LONGEST = 12
_FIRST = re.compile(r"[+−–-]?\d+")
_NUMBER = re.compile(r"^[+−–-]?\d+|\d+")


def set_raised(
    found: VisibleCharacters, seen: NDArray[np.float32], left_out: LeftOut
) -> tuple[VisibleCharacters, NDArray[np.float32]]:
    """Return a page's characters with powers as such ("10⁶") and without the marks of notes.

    Args:
        found: The characters of the page in the order of its content.
        seen: float32, shape (n, 4): their boxes with the text upright, y downwards.
        left_out: Gets the marks.

    Returns:
        The characters that are left, and their boxes with the text upright.
    """
    seen = seen.copy()
    codes, spaced, broken = found.codes.copy(), found.spaced.copy(), found.broken.copy()
    kept = np.ones(len(codes), dtype=np.bool_)
    lowered = find_lowered(codes, seen, spaced)
    base_of = list_bases(len(codes), lowered)
    end = 0
    for start in find_raised(codes, seen, base_of, _DIGITS | _SIGNS):
        if start < end:
            continue
        base, end = int(base_of[start - 1]), _find_end(codes, seen, start)
        mark = "".join(map(chr, codes[start:end].tolist()))
        before = _read_before(codes, spaced, start, base)
        rendered = _render(mark, before, chr(int(codes[end])) if end < len(codes) else "")
        if rendered is None:
            continue
        if int(codes[start - 1]) in _OPENING:  # "(1)": the number alone would leave brackets
            join_line(seen, spaced, broken, start, base)
            if end < len(codes):
                join_line(seen, spaced, broken, end, base)
            continue
        if rendered:
            codes[start:end] = [*map(ord, rendered)]
            join_line(seen, spaced, broken, start, base)
            if base != start - 1:
                set_on_line(seen, start, end, base)
        else:
            kept[start:end] = False
            left_out.add(NOTE_MARK, mark)
            # Where the mark was is no gap.
            seen[start - 1, 2] = max(seen[start - 1, 2], seen[end - 1, 2])
        if end < len(codes):
            join_line(seen, spaced, broken, end, base)
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


def _render(mark: str, before: str, after: str) -> str | None:
    """Return what is raised as it is read, "" for the mark of a note; None if it stays as it is."""
    if not _DIGITS.intersection(map(ord, mark)):
        rendered = render_superscript(mark, before, linked=False)
        return rendered if rendered != mark and len(rendered) == len(mark) else None
    if render_charge(mark):
        return render_superscript(mark, before, linked=False)
    if after in FRACTION or render_superscript(_FIRST.findall(mark)[0], before, linked=False):
        return _NUMBER.sub(lambda n: render_power(n[0]), mark)
    return ""


def _find_end(codes: NDArray[np.uint32], seen: NDArray[np.float32], start: int) -> int:
    """Return where the digits and signs end that stand as high as the first."""
    low, height = seen[start, 3], seen[start, 3] - seen[start, 1]
    end = start + 1
    while end < min(len(codes), start + _LONGEST):
        level = abs(seen[end, 3] - low) < RAISED * height
        near = abs(seen[end, 0] - seen[end - 1, 2]) < height
        if not (level and near and int(codes[end]) in _DIGITS | _SIGNS | _BETWEEN):
            break
        end += 1
    while end > start + 1 and int(codes[end - 1]) in _BETWEEN:
        end -= 1
    if end < len(codes) and codes[end] == ord(")"):  # "word¹⁾"
        end += abs(seen[end, 3] - low) < RAISED * height
    return int(end)


def _read_before(
    codes: NDArray[np.uint32], spaced: NDArray[np.bool_], start: int, base: int
) -> str:
    first = max(0, base + 1 - LAST_PARTS)
    parts = [f"{' ' if spaced[at] else ''}{chr(int(codes[at]))}" for at in range(first, base + 1)]
    lowered = "".join(map(chr, codes[base + 1 : start].tolist()))
    return "".join(parts) + render_subscript(lowered)
