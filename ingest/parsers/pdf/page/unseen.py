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
_PAPER = (255, 255, 255)
_MOST_FORMS = 3  # in each other

_Bounds = tuple[float, float, float, float]
_Colour = tuple[int, int, int]


@dataclass(slots=True)
class _Area:
    """What is filled with a colour, or with what nobody knows."""

    bounds: _Bounds
    colour: _Colour | None
    is_picture: bool


@dataclass(slots=True)
class _Piece:
    """One object of text."""

    object: pdfium_c.FPDF_PAGEOBJECT
    bounds: _Bounds
    layer: int  # how many areas were drawn before it
    in_form: bool


@dataclass(slots=True)
class _Content:
    """What a page draws, in the order in which it does."""

    pieces: list[_Piece] = field(default_factory=list)
    areas: list[_Area] = field(default_factory=list)


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
    names = {_address(piece.object) for piece in suspects}
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
    page: pypdfium2.PdfPage, suspects: Sequence[_Piece], boxes: NDArray[np.float32]
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


def _list_suspects(page: pypdfium2.PdfPage, has_layers: bool) -> list[_Piece]:
    count = pdfium_c.FPDFPage_CountObjects(page.raw)
    if not 0 < count <= MAX_OBJECTS:
        return []
    content = _Content()
    get = pdfium_c.FPDFPage_GetObject
    _collect(content, (get(page.raw, n) for n in range(count)), 0)
    left, bottom, right, top = page.get_bbox()
    large = SCAN_SHARE * (right - left) * (top - bottom)
    has_scan = any(area.is_picture and _measure(area.bounds) > large for area in content.areas)
    return [p for p in content.pieces if _is_suspect(p, content.areas, has_layers, has_scan)]


def _collect(content: _Content, objects: Iterator[pdfium_c.FPDF_PAGEOBJECT], depth: int) -> None:
    edges = [ctypes.c_float() for _ in range(4)]
    pointers = [ctypes.byref(edge) for edge in edges]
    for drawn in objects:
        kind = pdfium_c.FPDFPageObj_GetType(drawn)
        if not pdfium_c.FPDFPageObj_GetBounds(drawn, *pointers):
            continue
        bounds = (edges[0].value, edges[1].value, edges[2].value, edges[3].value)
        if kind == pdfium_c.FPDF_PAGEOBJ_TEXT:
            content.pieces.append(_Piece(drawn, bounds, len(content.areas), depth > 0))
        elif depth:
            continue  # whose bounds are those within the form
        elif kind == pdfium_c.FPDF_PAGEOBJ_PATH:
            if min(bounds[2] - bounds[0], bounds[3] - bounds[1]) > LINE_POINTS:
                colour = _read_fill(drawn)
                content.areas.append(_Area(bounds, colour, False))
        else:
            is_picture = kind == pdfium_c.FPDF_PAGEOBJ_IMAGE
            content.areas.append(_Area(bounds, None, is_picture))
        if kind == pdfium_c.FPDF_PAGEOBJ_FORM and depth < _MOST_FORMS:
            inner = max(0, min(pdfium_c.FPDFFormObj_CountObjects(drawn), MAX_OBJECTS))
            get = pdfium_c.FPDFFormObj_GetObject
            _collect(content, (get(drawn, n) for n in range(inner)), depth + 1)


def _is_suspect(piece: _Piece, areas: Sequence[_Area], has_layers: bool, has_scan: bool) -> bool:
    mode = pdfium_c.FPDFTextObj_GetTextRenderMode(piece.object)
    if mode in _UNDRAWN:
        return not has_scan
    if has_layers and (piece.in_form or _is_on_layer(piece.object)):
        return True
    colour = _read_fill(piece.object)
    if colour is None or (piece.in_form and min(colour) > PALE):
        return True
    if piece.in_form:
        return False
    covered = any(_overlap(area.bounds, piece.bounds) for area in areas[piece.layer :])
    if (covered and not has_scan) or _is_cut_off(piece):
        return True
    behind = [area for area in areas[: piece.layer] if _holds(area.bounds, piece.bounds)]
    ground = behind[-1].colour if behind else _PAPER
    if ground is None:  # a picture, of any colour
        return min(colour) > PALE
    return max(abs(a - b) for a, b in zip(colour, ground, strict=True)) < 2 * CONTRAST


def _read_fill(drawn: pdfium_c.FPDF_PAGEOBJECT) -> _Colour | None:
    """Return the colour that an object is filled with; None if it lets others through."""
    parts = [ctypes.c_uint() for _ in range(4)]
    pointers = [ctypes.byref(part) for part in parts]
    if not pdfium_c.FPDFPageObj_GetFillColor(drawn, *pointers) or parts[3].value < 255:
        return None
    return parts[0].value, parts[1].value, parts[2].value


def _is_on_layer(drawn: pdfium_c.FPDF_PAGEOBJECT) -> bool:
    buffer = (pdfium_c.FPDF_WCHAR * 8)()
    written = ctypes.c_ulong()
    for position in range(pdfium_c.FPDFPageObj_CountMarks(drawn)):
        mark = pdfium_c.FPDFPageObj_GetMark(drawn, position)
        pdfium_c.FPDFPageObjMark_GetName(mark, buffer, ctypes.sizeof(buffer), ctypes.byref(written))
        if bytes(buffer)[: max(0, written.value - 2)].decode("utf-16-le", "replace") == _LAYER:
            return True
    return False


def _is_cut_off(piece: _Piece) -> bool:
    """Tell whether what a piece of text is clipped to leaves out a good part of it."""
    clip = pdfium_c.FPDFPageObj_GetClipPath(piece.object)
    paths = pdfium_c.FPDFClipPath_CountPaths(clip)
    x, y = ctypes.c_float(), ctypes.c_float()
    left, bottom, right, top = piece.bounds
    for path in range(max(0, paths)):
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
    return kept < 0.9 * _measure(piece.bounds)


def _draw_difference(
    page: pypdfium2.PdfPage, suspects: Sequence[_Piece], scale: float
) -> NDArray[np.bool_] | None:
    """Return which pixels change when the suspects go; None if the page cannot be drawn."""
    try:
        with_them = page.render(scale=scale).to_numpy().astype(np.int16)
        for piece in suspects:
            pdfium_c.FPDFPageObj_SetIsActive(piece.object, False)
        without = page.render(scale=scale).to_numpy().astype(np.int16)
    except pypdfium2.PdfiumError:
        return None
    finally:
        for piece in suspects:
            pdfium_c.FPDFPageObj_SetIsActive(piece.object, True)
    changed: NDArray[np.bool_] = np.abs(with_them - without).max(axis=2) > CONTRAST
    return changed


def _has_trace(picture: NDArray[np.bool_], box: Sequence[float]) -> bool:
    left, top, right, bottom = box
    inset = (right - left) / 5  # the neighbours' ink
    across = slice(max(0, int(left + inset)), int(right - inset) + 1)
    down = slice(max(0, int(top)), int(bottom) + 1)
    return bool(picture[down, across].any())


def _address(drawn: pdfium_c.FPDF_PAGEOBJECT) -> int | None:
    return ctypes.cast(drawn, ctypes.c_void_p).value


def _measure(bounds: _Bounds) -> float:
    return max(0.0, bounds[2] - bounds[0]) * max(0.0, bounds[3] - bounds[1])


def _overlap(one: _Bounds, other: _Bounds) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _holds(outer: _Bounds, inner: _Bounds) -> bool:
    x, y = (inner[0] + inner[2]) / 2, (inner[1] + inner[3]) / 2
    return outer[0] <= x <= outer[2] and outer[1] <= y <= outer[3]
