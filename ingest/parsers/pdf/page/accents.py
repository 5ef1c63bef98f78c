"""Letters whose accent is drawn by itself, as LaTeX does with its first fonts: "¨u" is "ü"."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ingest.parsers.pdf.page.characters import VisibleCharacters
from ingest.parsers.shared.notation.accents import COMBINING, join_accent

_SIGNS = np.array(list(COMBINING), dtype=np.uint32)
# So many signs of a page are looked for away from their letters; a page in Czech has fewer.
_MOST_AWAY = 500
# Of the narrower of both, this share of the width lies over the other.
_OVER = 0.6


def join_accents(found: VisibleCharacters) -> VisibleCharacters:
    """Return characters in which a sign drawn over the letter beside it is part of the letter."""
    signs = np.flatnonzero(np.isin(found.codes, _SIGNS))
    if not len(signs):
        return found
    codes, spaced, broken = found.codes.copy(), found.spaced.copy(), found.broken.copy()
    gone = np.zeros(len(codes), dtype=np.bool_)
    for count, sign in enumerate(signs.tolist()):
        beside = [letter for letter in (sign + 1, sign - 1) if 0 <= letter < len(codes)]
        # PDFium puts what is drawn over a capital behind the words of its line.
        above = _find_below(found, sign) if count < _MOST_AWAY else []
        for letter in (*beside, *above):
            whole = join_accent(chr(codes[letter]), int(codes[sign]))
            if whole is None or not _lies_over(found.boxes[[sign, letter]]):
                continue
            codes[letter], gone[sign] = ord(whole), True
            if letter == sign + 1:  # PDFium sees a gap between them where there is none
                spaced[letter], broken[letter] = spaced[sign], broken[sign]
            break
    kept = ~gone
    return replace(
        found,
        positions=found.positions[kept],
        last=found.last[kept],
        codes=codes[kept],
        boxes=found.boxes[kept],
        spaced=spaced[kept],
        broken=broken[kept],
    )


def _find_below(found: VisibleCharacters, sign: int) -> list[int]:
    """Return the characters in the middle of which a sign stands."""
    left, _, right, _ = found.boxes.T
    middle = (left[sign] + right[sign]) / 2
    near = np.abs(found.boxes[:, 1] - found.boxes[sign, 1]) < right[sign] - left[sign]
    places: list[int] = np.flatnonzero((left < middle) & (middle < right) & near).tolist()
    return places


def _lies_over(boxes: NDArray[np.float32]) -> bool:
    left, bottom, right, top = boxes.T
    width = min(right - left)
    shared = min(right) - max(left)
    # On the line or above it: by half a letter, as over capitals.
    height = max(top - bottom)
    return bool(shared > _OVER * width > 0 and abs(bottom[0] - bottom[1]) < height / 2)
