"""Text that the page does not show: what leaves no trace on its picture when it is taken away.

Few pages have any, and drawing a page takes longer than reading it. So only text that might be
unseen is judged: in the colour of what is behind it, transparent or not drawn at all, beneath
something drawn later, cut off, or on a layer. Then the page is drawn with it and without it.

What was recognised in a scan leaves no trace either. It is judged by the picture that shows its
words: where that is covered, the words are.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

from ingest.parsers.pdf.page.characters import VisibleCharacters, list_words
from ingest.parsers.pdf.page.seen.content import Area, Content, DrawnText
from ingest.parsers.pdf.page.seen.traces import CONTRAST, find_traces

# Of 255: what is paler may be unseen on a ground that is not known.
PALE = 190
# Pictures over such a share of the page are a scan, if there is hardly any text but what may have
# been recognised in it: so many characters, or such a share of all.
SCAN_SHARE = 0.5
STAMP_CHARS, STAMP_SHARE = 40, 0.1
# In points: nobody reads what is smaller.
SPECK = 1.0
MOST_OF_A_WORD = 0.5
_LAYER = "OC"
PAPER = (255, 255, 255)
_AREAS_AT_ONCE = 256
_MOST_STRIPS = 200
_NO_WORDS = 2  # bytes, for the end of a text


@dataclass(frozen=True, slots=True)
class _Doubts:
    """Which pieces of text, by their number, may be unseen; arrays of shape (pieces,)."""

    suspect: NDArray[np.bool_]  # to be judged by their own trace
    recognised: NDArray[np.bool_]  # words of a scan, if the page is one
    covered: NDArray[np.bool_]  # something other than the scan is drawn over them
    scan: list[Area]  # the pictures that show the recognised ones


def find_unseen(
    page: pypdfium2.PdfPage,
    text: pdfium_c.FPDF_TEXTPAGE,
    found: VisibleCharacters,
    content: Content,
    has_layers: bool,
) -> NDArray[np.bool_]:
    """Tell of each character whether the page does not show it, with PDFium's lock held.

    Args:
        page: The page.
        text: Its text, loaded.
        found: n characters of it.
        content: What the page draws.
        has_layers: Whether the document has layers that can be switched off.

    Returns:
        Shape (n,): whole words, of which more than half of the letters leave no trace. Of a page
        of too many objects only what needs no drawing: what is too small to be read, set without
        ink, or beyond what it is clipped to.
    """
    boxes = found.boxes
    unseen: NDArray[np.bool_] = np.all(boxes[:, 2:] - boxes[:, :2] < SPECK, axis=1)
    if content.pieces and len(boxes):
        if content.is_whole:
            doubts = _doubt(page, content, has_layers)
            _judge(page, text, found, content.pieces, doubts, unseen)
        elif not _find_scan(page, content.areas):
            unseen |= _find_certain(text, found, content.pieces)
    if not unseen.any():
        return unseen
    letters = np.array([chr(code).isalnum() for code in found.codes.tolist()])
    words = list_words(found)
    share = np.bincount(words, unseen & letters) / np.maximum(1, np.bincount(words, letters))
    # A sign alone, such as the tick in a box, says nothing that was not meant to be seen.
    whole: NDArray[np.bool_] = share[words] > MOST_OF_A_WORD
    return whole


def _find_certain(
    text: pdfium_c.FPDF_TEXTPAGE, found: VisibleCharacters, pieces: Sequence[DrawnText]
) -> NDArray[np.bool_]:
    """Tell which characters cannot be seen, whatever else is drawn."""
    doubted = {
        address_of(piece.handle): n
        for n, piece in enumerate(pieces)
        if piece.is_undrawn or piece.is_cut_off
    }
    if not doubted:
        return np.zeros(len(found.codes), dtype=np.bool_)
    x = (found.boxes[:, 0] + found.boxes[:, 2]) / 2
    y = (found.boxes[:, 1] + found.boxes[:, 3]) / 2
    hidden = np.ones(len(found.codes), dtype=np.bool_)
    # What is printed again at its place is seen if either is.
    for positions in (found.positions, found.last):
        of = find_pieces(text, positions, doubted)
        undrawn = np.array([piece.is_undrawn for piece in pieces])[of]
        left, bottom, right, top = np.array([piece.clip for piece in pieces])[of].T
        beyond = (x < left) | (x > right) | (y < bottom) | (y > top)
        hidden &= (of >= 0) & (undrawn | beyond)
    return hidden


def _judge(
    page: pypdfium2.PdfPage,
    text: pdfium_c.FPDF_TEXTPAGE,
    found: VisibleCharacters,
    pieces: Sequence[DrawnText],
    doubts: _Doubts,
    unseen: NDArray[np.bool_],
) -> None:
    """Mark the unseen ones among the characters of pieces that are in doubt."""
    doubtful = doubts.suspect | doubts.recognised
    if not doubtful.any():
        return
    number_of = {address_of(pieces[n].handle): n for n in np.flatnonzero(doubtful).tolist()}
    of = find_pieces(text, found.positions, number_of)
    # What is printed again at its place is seen if either is.
    again = np.flatnonzero(found.last != found.positions)
    last = of.copy()
    last[again] = find_pieces(text, found.last[again], number_of)
    known = (of >= 0) & (last >= 0)
    recognised = known & doubts.recognised[of] & doubts.recognised[last]
    others = len(of) - int(recognised.sum())
    # Beside more text than a stamp it is a picture for the eye, and what is invisible is hidden.
    is_scan = others <= max(STAMP_CHARS, STAMP_SHARE * len(of))
    if is_scan:
        own = known & doubts.suspect[of] & doubts.suspect[last] & ~recognised
        beneath = recognised & doubts.covered[of]
    else:
        own, beneath = known, np.zeros_like(known)
    for asked, taken in ((own, []), (beneath, [area.handle for area in doubts.scan])):
        if asked.any():
            numbers = np.union1d(of[asked], last[asked]).tolist()
            chosen = [pieces[n].handle for n in _add_twins(text, pieces, numbers)]
            traces = find_traces(page, [*chosen, *taken], found.boxes[asked])
            if traces is None:  # what is set without ink needs no drawing to be unseen
                traces = np.array([not pieces[n].is_undrawn for n in of[asked].tolist()])
            unseen[asked] |= ~traces


def find_pieces(
    text: pdfium_c.FPDF_TEXTPAGE, positions: NDArray[np.intp], number_of: dict[int | None, int]
) -> NDArray[np.intp]:
    """Return which piece of text each of PDFium's characters belongs to, -1 for others."""
    object_of = pdfium_c.FPDFText_GetTextObject
    numbers = [number_of.get(address_of(object_of(text, p)), -1) for p in positions.tolist()]
    return np.array(numbers, dtype=np.intp)


def _add_twins(
    text: pdfium_c.FPDF_TEXTPAGE, pieces: Sequence[DrawnText], numbers: Sequence[int]
) -> list[int]:
    """Add pieces that PDFium passes over, for they say the same again at the same place."""
    places = {pieces[n].bounds for n in numbers}
    length = pdfium_c.FPDFTextObj_GetText
    twins = [
        n
        for n, piece in enumerate(pieces)
        if piece.bounds in places and length(piece.handle, text, None, 0) <= _NO_WORDS
    ]
    return sorted({*numbers, *twins})


def _doubt(page: pypdfium2.PdfPage, content: Content, has_layers: bool) -> _Doubts:
    pieces = content.pieces
    scan = _find_scan(page, content.areas)
    alike, covered, beneath_scan = _doubt_by_place(content, {id(area) for area in scan})
    undrawn = np.array([piece.is_undrawn for piece in pieces])
    recognised = (undrawn | beneath_scan) if scan else np.zeros_like(undrawn)
    apart = [
        piece.is_cut_off or (has_layers and (piece.in_form or _is_on_layer(piece.handle)))
        for piece in pieces
    ]
    suspect = alike | covered | undrawn | beneath_scan | np.array(apart)
    return _Doubts(suspect, recognised, covered, scan)


def _find_scan(page: pypdfium2.PdfPage, areas: Sequence[Area]) -> list[Area]:
    """Return the pictures that make up the picture of a whole page, [] if there is none."""
    left, bottom, right, top = page.get_bbox()
    page_area = (right - left) * (top - bottom)
    scan: list[Area] = []
    covered = 0.0
    for area in areas:
        x0, y0, x1, y1 = area.bounds
        size = (min(x1, right) - max(x0, left)) * (min(y1, top) - max(y0, bottom))
        # Strips lie side by side, and layers over each other are as large; a patch is neither.
        is_strip = area.is_picture and not any(
            _is_within(area, other) for other in scan[:_MOST_STRIPS]
        )
        if area.is_picture and (is_strip or size > SCAN_SHARE * page_area):
            scan.append(area)
            covered += max(0.0, size)
    return scan if covered > SCAN_SHARE * page_area else []


def _is_within(area: Area, other: Area) -> bool:
    x, y = (area.bounds[0] + area.bounds[2]) / 2, (area.bounds[1] + area.bounds[3]) / 2
    left, bottom, right, top = other.bounds
    return left < x < right and bottom < y < top


def _doubt_by_place(
    content: Content, scan: set[int]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Tell of each piece whether it is like its ground, covered, and beneath the scan."""
    pieces, areas = content.pieces, content.areas
    bounds = np.array([piece.bounds for piece in pieces], dtype=np.float32)
    colours = np.array([piece.colour for piece in pieces], dtype=np.int16)
    layers = np.array([piece.layer for piece in pieces])
    x, y = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
    ground = np.full(len(pieces), -1)  # the area that is drawn last before a piece
    covered, beneath_scan = np.zeros((2, len(pieces)), dtype=np.bool_)
    edges = np.array([area.bounds for area in areas], dtype=np.float32).reshape(-1, 4)
    is_scan = np.array([id(area) in scan for area in areas], dtype=np.bool_)
    for start in range(0, len(areas), _AREAS_AT_ONCE):
        left, bottom, right, top = edges[start : start + _AREAS_AT_ONCE, :, None].transpose(1, 0, 2)
        numbers = np.arange(start, start + len(left))[:, None]
        before = layers > numbers
        around = before & (x > left) & (x < right) & (y > bottom) & (y < top)
        ground = np.maximum(ground, np.where(around, numbers, -1).max(axis=0))
        over = ~before & (bounds[:, 0] < right) & (bounds[:, 2] > left)
        over &= (bounds[:, 1] < top) & (bounds[:, 3] > bottom)
        here = is_scan[start : start + len(left)]
        covered |= over[~here].any(axis=0)
        beneath_scan |= over[here].any(axis=0)
    shades = np.array([*(area.colour for area in areas), PAPER], dtype=np.int16)[ground]
    alike = np.abs(colours - shades).max(axis=1) < 2 * CONTRAST
    pale = colours.min(axis=1) > PALE
    doubted: NDArray[np.bool_] = np.where((shades < 0).any(axis=1), pale, alike)
    return doubted | (colours < 0).any(axis=1), covered, beneath_scan


def _is_on_layer(drawn: pdfium_c.FPDF_PAGEOBJECT) -> bool:
    buffer = (pdfium_c.FPDF_WCHAR * 8)()
    written = ctypes.c_ulong()
    for position in range(pdfium_c.FPDFPageObj_CountMarks(drawn)):
        mark = pdfium_c.FPDFPageObj_GetMark(drawn, position)
        pdfium_c.FPDFPageObjMark_GetName(mark, buffer, ctypes.sizeof(buffer), ctypes.byref(written))
        if bytes(buffer)[: max(0, written.value - 2)].decode("utf-16-le", "replace") == _LAYER:
            return True
    return False


def address_of(drawn: pdfium_c.FPDF_PAGEOBJECT) -> int | None:
    """Return by what an object of a page can be told from others."""
    return ctypes.cast(drawn, ctypes.c_void_p).value
