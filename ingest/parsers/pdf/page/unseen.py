"""Text that the page does not show: what leaves no trace on its picture when it is taken away.

Few pages have any, and drawing a page takes longer than reading it. So only text that might be
unseen is judged: in the colour of what is behind it, transparent or not drawn at all, beneath
something drawn later, cut off, or on a layer. Then the page is drawn with it and without it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

from index.pages.pdfium import compute_view_matrix, transform_boxes
from ingest.parsers.pdf.page.characters import VisibleCharacters, list_words
from ingest.parsers.pdf.page.rules import LINE_POINTS, MAX_OBJECTS

# Of 255: what differs less from what is behind it is not seen, and what is paler than this may be.
CONTRAST = 20
PALE = 190
# Pixels for a point, and the longest side of a picture.
SCALE, SIDE_PIXELS = 1.5, 3_000
# Text beneath or behind a picture over such a share of the page is what was recognised in it.
SCAN_SHARE = 0.5
# In points: nobody reads what is smaller.
SPECK = 1.0
# Below such a height in pixels nothing is judged.
LEAST_PIXELS = 6
MOST_OF_A_WORD = 0.5
_LAYER = "OC"
_UNDRAWN = (
    pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE,
    pdfium_c.FPDF_TEXTRENDERMODE_CLIP,
)
_MOST_FORMS = 3  # in each other

_Bounds = tuple[float, float, float, float]
_Colour = tuple[int, int, int]
# Of what lets others through, and of pictures, which have any.
_NO_COLOUR: _Colour = (-1, -1, -1)
_PAPER: _Colour = (255, 255, 255)


@dataclass(slots=True)
class _Content:
    """What a page draws, in the order in which it does."""

    pieces: list[pdfium_c.FPDF_PAGEOBJECT] = field(default_factory=list)  # of text
    piece_bounds: list[_Bounds] = field(default_factory=list)
    piece_colours: list[_Colour] = field(default_factory=list)
    layers: list[int] = field(default_factory=list)  # how many areas were drawn before a piece
    in_form: list[bool] = field(default_factory=list)
    area_bounds: list[_Bounds] = field(default_factory=list)
    area_colours: list[_Colour] = field(default_factory=list)
    largest_picture: float = 0.0


def find_unseen(
    page: pypdfium2.PdfPage,
    text: pdfium_c.FPDF_TEXTPAGE,
    found: VisibleCharacters,
    has_layers: bool,
) -> NDArray[np.bool_]:
    """Tell of each character whether the page does not show it, with PDFium's lock held.

    Args:
        page: The page.
        text: Its text, loaded.
        found: n characters of it.
        has_layers: Whether the document has layers that can be switched off.

    Returns:
        Shape (n,): whole words, of which more than half of the letters leave no trace. All false
        on a page of too many objects, or that cannot be drawn.
    """
    boxes = found.boxes
    unseen: NDArray[np.bool_] = np.all(boxes[:, 2:] - boxes[:, :2] < SPECK, axis=1)
    suspects = _list_suspects(page, has_layers)
    names = {_address(piece) for piece in suspects}
    object_of = pdfium_c.FPDFText_GetTextObject
    positions = found.positions.tolist() if names else []
    asked = [i for i, p in enumerate(positions) if _address(object_of(text, p)) in names]
    if asked:
        unseen[asked] |= ~_find_traces(page, suspects, boxes[asked])
    if not unseen.any():
        return unseen
    letters = np.array([chr(code).isalnum() for code in found.codes.tolist()])
    words = list_words(found)
    share = np.bincount(words, unseen & letters) / np.maximum(1, np.bincount(words, letters))
    # A sign alone, such as the tick in a box, says nothing that was not meant to be seen.
    whole: NDArray[np.bool_] = share[words] > MOST_OF_A_WORD
    return whole


def _find_traces(
    page: pypdfium2.PdfPage,
    suspects: Sequence[pdfium_c.FPDF_PAGEOBJECT],
    boxes: NDArray[np.float32],
) -> NDArray[np.bool_]:
    """Tell of boxes of characters whether anything in them changes when the suspects go."""
    scale = min(SCALE, SIDE_PIXELS / max(*page.get_size(), 1.0))
    changed = _draw_difference(page, suspects, scale)
    seen = transform_boxes(boxes, compute_view_matrix(page)) * scale
    # Smaller ones leave a trace that is too pale, and are given the benefit of the doubt.
    traces: NDArray[np.bool_] = seen[:, 3] - seen[:, 1] < LEAST_PIXELS
    if changed is None:
        return np.ones(len(boxes), dtype=np.bool_)
    for index, box in enumerate(seen.tolist()):
        traces[index] |= _has_trace(changed, box)
    return traces


def _list_suspects(page: pypdfium2.PdfPage, has_layers: bool) -> list[pdfium_c.FPDF_PAGEOBJECT]:
    """Return the pieces of text that may be unseen."""
    count = pdfium_c.FPDFPage_CountObjects(page.raw)
    if not 0 < count <= MAX_OBJECTS:
        return []
    content = _Content()
    get = pdfium_c.FPDFPage_GetObject
    _collect(content, (get(page.raw, n) for n in range(count)), 0)
    if not content.pieces:
        return []
    left, bottom, right, top = page.get_bbox()
    has_scan = content.largest_picture > SCAN_SHARE * (right - left) * (top - bottom)
    doubted = _doubt_by_place(content, has_scan)
    return [
        piece
        for n, piece in enumerate(content.pieces)
        if _is_suspect(piece, has_layers, content.in_form[n], bool(doubted[n]), has_scan)
        or (not content.in_form[n] and _is_cut_off(piece, content.piece_bounds[n]))
    ]


def _collect(content: _Content, objects: Iterator[pdfium_c.FPDF_PAGEOBJECT], depth: int) -> None:
    x0, y0, x1, y1 = edges = [ctypes.c_float() for _ in range(4)]
    pointers = [ctypes.byref(edge) for edge in edges]
    for drawn in objects:
        kind = pdfium_c.FPDFPageObj_GetType(drawn)
        if not pdfium_c.FPDFPageObj_GetBounds(drawn, *pointers):
            continue
        left, bottom, right, top = x0.value, y0.value, x1.value, y1.value
        if kind == pdfium_c.FPDF_PAGEOBJ_TEXT:
            content.pieces.append(drawn)
            content.piece_bounds.append((left, bottom, right, top))
            content.piece_colours.append(_read_fill(drawn))
            content.layers.append(len(content.area_bounds))
            content.in_form.append(depth > 0)
        elif depth == 0:  # deeper ones have the bounds within their form
            is_path = kind == pdfium_c.FPDF_PAGEOBJ_PATH
            if not is_path or min(right - left, top - bottom) > LINE_POINTS:
                content.area_bounds.append((left, bottom, right, top))
                content.area_colours.append(_read_fill(drawn) if is_path else _NO_COLOUR)
            if kind == pdfium_c.FPDF_PAGEOBJ_IMAGE:
                area = (right - left) * (top - bottom)
                content.largest_picture = max(content.largest_picture, area)
        if kind == pdfium_c.FPDF_PAGEOBJ_FORM and depth < _MOST_FORMS:
            inner = max(0, min(pdfium_c.FPDFFormObj_CountObjects(drawn), MAX_OBJECTS))
            get = pdfium_c.FPDFFormObj_GetObject
            _collect(content, (get(drawn, n) for n in range(inner)), depth + 1)


def _doubt_by_place(content: _Content, has_scan: bool) -> NDArray[np.bool_]:
    """Tell of each piece whether it is as pale as what is behind it, or has something over it."""
    bounds = np.array(content.piece_bounds, dtype=np.float32)
    colours = np.array(content.piece_colours, dtype=np.int16)
    layers, in_form = np.array(content.layers), np.array(content.in_form)
    x, y = (bounds[:, 0] + bounds[:, 2]) / 2, (bounds[:, 1] + bounds[:, 3]) / 2
    ground = np.tile(np.array(_PAPER, dtype=np.int16), (len(bounds), 1))
    covered = np.zeros(len(bounds), dtype=np.bool_)
    for number, (left, bottom, right, top) in enumerate(content.area_bounds):
        before = layers > number
        ground[before & (x > left) & (x < right) & (y > bottom) & (y < top)] = content.area_colours[
            number
        ]
        covered |= (
            ~before
            & (bounds[:, 0] < right)
            & (bounds[:, 2] > left)
            & (bounds[:, 1] < top)
            & (bounds[:, 3] > bottom)
        )
    unknown = (ground < 0).any(axis=1) | in_form
    alike = np.abs(colours - ground).max(axis=1) < 2 * CONTRAST
    pale = colours.min(axis=1) > PALE
    see_through = (colours < 0).any(axis=1)
    doubted: NDArray[np.bool_] = np.where(unknown, pale, alike) | see_through
    return doubted if has_scan else doubted | (covered & ~in_form)


def _is_suspect(
    piece: pdfium_c.FPDF_PAGEOBJECT,
    has_layers: bool,
    in_form: bool,
    is_doubted: bool,
    has_scan: bool,
) -> bool:
    if pdfium_c.FPDFTextObj_GetTextRenderMode(piece) in _UNDRAWN:
        return not has_scan
    return is_doubted or (has_layers and (in_form or _is_on_layer(piece)))


def _read_fill(drawn: pdfium_c.FPDF_PAGEOBJECT) -> _Colour:
    """Return the colour that an object is filled with, unless it lets others through."""
    red, green, blue, alpha = ctypes.c_uint(), ctypes.c_uint(), ctypes.c_uint(), ctypes.c_uint()
    is_known = pdfium_c.FPDFPageObj_GetFillColor(drawn, red, green, blue, alpha)
    if not is_known or alpha.value < 255:
        return _NO_COLOUR
    return red.value, green.value, blue.value


def _is_on_layer(drawn: pdfium_c.FPDF_PAGEOBJECT) -> bool:
    buffer = (pdfium_c.FPDF_WCHAR * 8)()
    written = ctypes.c_ulong()
    for position in range(pdfium_c.FPDFPageObj_CountMarks(drawn)):
        mark = pdfium_c.FPDFPageObj_GetMark(drawn, position)
        pdfium_c.FPDFPageObjMark_GetName(mark, buffer, ctypes.sizeof(buffer), ctypes.byref(written))
        if bytes(buffer)[: max(0, written.value - 2)].decode("utf-16-le", "replace") == _LAYER:
            return True
    return False


def _is_cut_off(piece: pdfium_c.FPDF_PAGEOBJECT, bounds: _Bounds) -> bool:
    """Tell whether what a piece of text is clipped to leaves out a good part of it."""
    clip = pdfium_c.FPDFPageObj_GetClipPath(piece)
    paths = pdfium_c.FPDFClipPath_CountPaths(clip)
    if paths <= 0:
        return False
    x, y = ctypes.c_float(), ctypes.c_float()
    left, bottom, right, top = bounds
    whole = (right - left) * (top - bottom)
    for path in range(paths):
        xs, ys = [], []
        for n in range(pdfium_c.FPDFClipPath_CountPathSegments(clip, path)):
            segment = pdfium_c.FPDFClipPath_GetPathSegment(clip, path, n)
            if pdfium_c.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y)):
                xs.append(x.value)
                ys.append(y.value)
        if xs:
            left, right = max(left, min(xs)), min(right, max(xs))
            bottom, top = max(bottom, min(ys)), min(top, max(ys))
    kept = max(0.0, right - left) * max(0.0, top - bottom)
    return kept < 0.9 * whole


def _draw_difference(
    page: pypdfium2.PdfPage, suspects: Sequence[pdfium_c.FPDF_PAGEOBJECT], scale: float
) -> NDArray[np.bool_] | None:
    """Return which pixels change when the suspects go; None if the page cannot be drawn."""
    try:
        with_them = page.render(scale=scale).to_numpy().astype(np.int16)
        for piece in suspects:
            pdfium_c.FPDFPageObj_SetIsActive(piece, False)
        without = page.render(scale=scale).to_numpy().astype(np.int16)
    except pypdfium2.PdfiumError:
        return None
    finally:
        for piece in suspects:
            pdfium_c.FPDFPageObj_SetIsActive(piece, True)
    differs = np.abs(with_them - without) > CONTRAST
    changed: NDArray[np.bool_] = differs[..., 0] | differs[..., 1] | differs[..., 2]
    return changed


def _has_trace(picture: NDArray[np.bool_], box: Sequence[float]) -> bool:
    left, top, right, bottom = box
    inset = (right - left) / 5  # the neighbours' ink
    across = slice(max(0, int(left + inset)), int(right - inset) + 1)
    down = slice(max(0, int(top)), int(bottom) + 1)
    return bool(picture[down, across].any())


def _address(drawn: pdfium_c.FPDF_PAGEOBJECT) -> int | None:
    return ctypes.cast(drawn, ctypes.c_void_p).value
