"""Letters that are drawn within words while nothing says which they are: the words are torn."""

from __future__ import annotations

import ctypes

import numpy as np
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

from ingest.parsers.pdf.page.characters import read_codes

# In points: what draws less than this shows nothing.
_LEAST_INK = 0.1
_SPACES = (0x20, 0xA0)
# A bullet alone in a font of its own has such a code, too; it stands before words, not at them.
_MONEY_GAP = 2


def find_controls(text: pdfium_c.FPDF_TEXTPAGE, count: int) -> list[int]:
    """Return which characters have codes that stand for no letter, but PDFium's ends of lines."""
    codes = read_codes(text, count)
    controls = (codes < 0x20) | ((codes >= 0x7F) & (codes < 0xA0))
    ends = (codes[:-1] == ord("\r")) & (codes[1:] == ord("\n"))
    controls[:-1] &= ~ends
    controls[1:] &= ~ends
    places: list[int] = np.flatnonzero(controls).tolist()
    return places


def find_torn(
    text: pdfium_c.FPDF_TEXTPAGE, lost: NDArray[np.bool_], positions: NDArray[np.intp]
) -> NDArray[np.bool_]:
    """Return which characters stand beside a lost letter that can be seen, with PDFium's lock held.

    Args:
        text: The page's characters.
        lost: bool, shape (m,): which of PDFium's characters have a code that stands for nothing.
        positions: shape (n,): which of PDFium's characters were kept.

    Returns:
        bool, shape (n,).
    """
    torn = np.zeros(len(lost), dtype=np.bool_)
    for place in np.flatnonzero(lost).tolist():
        beside = _find_neighbours(text, lost, place)
        ink = _read_ink(text, place)
        if ink is None or any(_lies_over(ink, _read_ink(text, other)) for other in beside):
            continue
        torn[beside] = True
        torn[place] = bool(beside)
    return torn[positions]


def _find_neighbours(
    text: pdfium_c.FPDF_TEXTPAGE, lost: NDArray[np.bool_], place: int
) -> list[int]:
    """Return the letters of its word, and the figure that a lost sign of money stands beside."""
    found = []
    for step in (-1, 1):
        for distance in range(1, _MONEY_GAP + 1):
            other = place + step * distance
            if not 0 <= other < len(lost):
                break
            code = pdfium_c.FPDFText_GetUnicode(text, other)
            if distance == 1 and code in _SPACES:
                continue
            letter = chr(code)
            if letter.isdigit() or (distance == 1 and not lost[other] and letter.isprintable()):
                found.append(other)
            break
    return found


_Ink = tuple[float, float, float, float]


def _read_ink(text: pdfium_c.FPDF_TEXTPAGE, place: int) -> _Ink | None:
    """Return left, right, bottom and top of what a character draws; None if that is nothing."""
    edges = [ctypes.c_double() for _ in range(4)]
    pdfium_c.FPDFText_GetCharBox(text, place, *map(ctypes.byref, edges))
    left, right, bottom, top = (edge.value for edge in edges)
    seen = right - left > _LEAST_INK and top - bottom > _LEAST_INK
    return (left, right, bottom, top) if seen else None


def _lies_over(ink: _Ink, other: _Ink | None) -> bool:
    """Tell whether it is drawn over another one: the circle of a sign, the stroke of an accent."""
    if other is None:
        return False
    x, y = (other[0] + other[1]) / 2, (other[2] + other[3]) / 2
    return ink[0] < x < ink[1] and ink[2] < y < ink[3]
