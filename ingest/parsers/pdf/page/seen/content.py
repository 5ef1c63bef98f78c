"""What a page draws, in the order in which it does: text, areas, lines and pictures."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, field

import pypdfium2
import pypdfium2.raw as pdfium_c

from ingest.parsers.pdf.page.seen.placement import (
    EVERYWHERE,
    Bounds,
    Clip,
    Placement,
    cuts_off,
    join,
    move,
)

# A page with more objects is a map or a drawing, and looking at all of them takes seconds.
MAX_OBJECTS = 20_000
# Of one with more, text and pictures are looked at among so many.
MOST_OBJECTS = 500_000
# What is drawn thinner is a line, not an area.
LINE_POINTS = 3.0
_MOST_FORMS = 3  # in each other
# Asked of every piece of text, so looked up once.
_mode_of = pdfium_c.FPDFTextObj_GetTextRenderMode
_lets_through = pdfium_c.FPDFPageObj_HasTransparency  # by a mask, too
_fill_of = pdfium_c.FPDFPageObj_GetFillColor
_SKIMMED = (
    pdfium_c.FPDF_PAGEOBJ_TEXT,
    pdfium_c.FPDF_PAGEOBJ_FORM,
    pdfium_c.FPDF_PAGEOBJ_IMAGE,
)
_UNDRAWN = (
    pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE,
    pdfium_c.FPDF_TEXTRENDERMODE_CLIP,
)

Colour = tuple[int, int, int]
# Of what lets others through, and of pictures, which have any.
NO_COLOUR: Colour = (-1, -1, -1)
_PATTERN: Colour = (191, 191, 191)  # PDFium's answer for what is filled with a pattern


@dataclass(slots=True)  # not frozen: there are many
class DrawnText:
    """A piece of text."""

    handle: pdfium_c.FPDF_PAGEOBJECT
    bounds: Bounds
    colour: Colour
    layer: int  # how many areas are drawn before it
    in_form: bool
    is_undrawn: bool  # set without ink, as what was recognised in a picture is
    clip: Bounds  # beyond which nothing of it is seen
    is_cut_off: bool  # a good part of it lies beyond that, or may do so, or behind a mask


@dataclass(slots=True)
class Area:
    """What may lie behind text or cover it."""

    handle: pdfium_c.FPDF_PAGEOBJECT
    bounds: Bounds
    colour: Colour
    is_picture: bool


@dataclass(slots=True)
class Stroke:
    """A path so thin that it is a line, on the page or in one of its forms."""

    handle: pdfium_c.FPDF_PAGEOBJECT
    bounds: Bounds
    layer: int  # how many areas are drawn before it
    pieces: int  # how many pieces of text are

    def read_colour(self) -> tuple[int, int, int, int]:
        """Return red, green, blue and opacity with PDFium's lock held."""
        shades = [ctypes.c_uint(255) for _ in range(4)]
        ask = _fill_of if _is_filled(self.handle) else pdfium_c.FPDFPageObj_GetStrokeColor
        ask(self.handle, *map(ctypes.byref, shades))
        red, green, blue, opacity = (shade.value for shade in shades)
        return red, green, blue, opacity


@dataclass(slots=True)
class Content:
    """The objects of a page, those within its forms included; bounds are in its user space."""

    pieces: list[DrawnText] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    # Straight lines and the edges of rectangles, found by the bounds of paths of the page itself.
    rules: list[Bounds] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)
    picture: float = 0.0  # area of the largest picture or form on the page in square points
    paths: int = 0  # how many lines and areas it draws; letters may be drawn as areas
    is_whole: bool = True  # there are not too many of them


def count_text_pieces(page: pypdfium2.PdfPage, most: int) -> int:
    """Return of how many objects the text of a page is made, with PDFium's lock held.

    0 where there are at most so many of all kinds, for then nobody needs to look at them.
    """
    if pdfium_c.FPDFPage_CountObjects(page.raw) <= most:
        return 0
    kind_of, get = pdfium_c.FPDFPageObj_GetType, pdfium_c.FPDFPage_GetObject
    return sum(
        kind_of(get(page.raw, position)) == pdfium_c.FPDF_PAGEOBJ_TEXT
        for position in range(max(0, pdfium_c.FPDFPage_CountObjects(page.raw)))
    )


def read_content(page: pypdfium2.PdfPage) -> Content:
    """Return what a page draws with PDFium's lock held; of too much only text and pictures."""
    count = max(0, pdfium_c.FPDFPage_CountObjects(page.raw))
    content = Content()
    if count > MAX_OBJECTS:
        content.is_whole, content.paths = False, count
    get = pdfium_c.FPDFPage_GetObject
    objects = (get(page.raw, n) for n in range(count))
    _ContentReader(content).read(objects, Placement(None, Clip(EVERYWHERE, is_exact=True), 0))
    return content


class _ContentReader:
    """Goes through the objects of a page, with room for the answers of PDFium."""

    def __init__(self, content: Content) -> None:
        self._content = content
        self._left = MAX_OBJECTS
        self._left_at_all = MOST_OBJECTS
        self._edges = [ctypes.c_float() for _ in range(4)]
        self._to_edges = [ctypes.byref(edge) for edge in self._edges]
        self._shades = [ctypes.c_uint() for _ in range(4)]
        self._to_shades = [ctypes.byref(shade) for shade in self._shades]

    def read(self, objects: Iterator[pdfium_c.FPDF_PAGEOBJECT], place: Placement) -> None:
        """Add objects to the content, and those within them."""
        x0, y0, x1, y1 = self._edges
        kind_of, bounds_of = pdfium_c.FPDFPageObj_GetType, pdfium_c.FPDFPageObj_GetBounds
        content = self._content
        for drawn in objects:
            self._left -= 1
            self._left_at_all -= 1
            content.is_whole &= self._left >= 0
            if self._left_at_all < 0:
                return
            kind = kind_of(drawn)
            if not content.is_whole and kind not in _SKIMMED:
                continue
            if not bounds_of(drawn, *self._to_edges):
                continue
            bounds = move((x0.value, y0.value, x1.value, y1.value), place.matrix)
            if kind == pdfium_c.FPDF_PAGEOBJ_TEXT:
                self._add_piece(drawn, bounds, place)
            elif kind == pdfium_c.FPDF_PAGEOBJ_PATH:
                self._add_path(drawn, bounds, place)
            elif kind == pdfium_c.FPDF_PAGEOBJ_FORM:
                self._add_form(drawn, bounds, place)
            else:
                is_picture = kind == pdfium_c.FPDF_PAGEOBJ_IMAGE
                content.areas.append(Area(drawn, bounds, NO_COLOUR, is_picture))
                if is_picture and not place.depth:
                    self._note_picture(bounds)

    def _add_piece(self, drawn: pdfium_c.FPDF_PAGEOBJECT, bounds: Bounds, place: Placement) -> None:
        colour, opacity = self._read_fill(drawn)
        is_undrawn = not opacity or _mode_of(drawn) in _UNDRAWN
        clip = place.read_clip(drawn)
        is_doubtful = cuts_off(clip, bounds) or bool(_lets_through(drawn))
        layer, in_form = len(self._content.areas), place.depth > 0
        self._content.pieces.append(
            DrawnText(
                drawn,
                bounds,
                colour,
                layer,
                in_form,
                is_undrawn,
                clip.bounds,
                is_doubtful,
            )
        )

    def _add_path(self, drawn: pdfium_c.FPDF_PAGEOBJECT, bounds: Bounds, place: Placement) -> None:
        content = self._content
        x0, y0, x1, y1 = bounds
        is_thin = min(x1 - x0, y1 - y0) <= LINE_POINTS
        if is_thin:
            before = len(content.areas), len(content.pieces)
            content.strokes.append(Stroke(drawn, bounds, *before))
        else:
            if _is_filled(drawn):
                colour, _ = self._read_fill(drawn)
                content.areas.append(Area(drawn, bounds, colour, is_picture=False))
            elif _is_broad(drawn):
                content.areas.append(Area(drawn, bounds, NO_COLOUR, is_picture=False))
        if place.depth:
            return
        content.paths += 1
        if is_thin:
            content.rules.append(bounds)
        else:
            content.rules += [(x0, y0, x1, y0), (x0, y1, x1, y1)]
            content.rules += [(x0, y0, x0, y1), (x1, y0, x1, y1)]

    def _add_form(self, drawn: pdfium_c.FPDF_PAGEOBJECT, bounds: Bounds, place: Placement) -> None:
        if not place.depth:
            # Programs that scan put the picture into a form now and then.
            self._note_picture(bounds)
        if place.depth >= _MOST_FORMS:
            return
        matrix = pdfium_c.FS_MATRIX()
        if not pdfium_c.FPDFPageObj_GetMatrix(drawn, ctypes.byref(matrix)):
            return
        clip = place.read_clip(drawn)
        if _lets_through(drawn):
            clip = Clip(clip.bounds, is_exact=False)
        inner = Placement(join(matrix, place.matrix), clip, place.depth + 1)
        count = max(0, pdfium_c.FPDFFormObj_CountObjects(drawn))
        get = pdfium_c.FPDFFormObj_GetObject
        self.read((get(drawn, n) for n in range(count)), inner)

    def _note_picture(self, bounds: Bounds) -> None:
        x0, y0, x1, y1 = bounds
        self._content.picture = max(self._content.picture, (x1 - x0) * (y1 - y0))

    def _read_fill(self, drawn: pdfium_c.FPDF_PAGEOBJECT) -> tuple[Colour, int]:
        """Return the colour that an object is filled with, unless it lets others through."""
        if not _fill_of(drawn, *self._to_shades):
            return NO_COLOUR, 255
        red, green, blue, opacity = self._shades
        colour = red.value, green.value, blue.value
        if opacity.value < 255 or colour == _PATTERN:
            return NO_COLOUR, opacity.value
        return colour, 255


def _is_filled(path: pdfium_c.FPDF_PAGEOBJECT) -> bool:
    mode, stroked = ctypes.c_int(), ctypes.c_int()
    known = pdfium_c.FPDFPath_GetDrawMode(path, ctypes.byref(mode), ctypes.byref(stroked))
    return not known or mode.value != pdfium_c.FPDF_FILLMODE_NONE


def _is_broad(path: pdfium_c.FPDF_PAGEOBJECT) -> bool:
    """Tell whether a line hides what is beneath it, unlike the frame around something."""
    width = ctypes.c_float()
    pdfium_c.FPDFPageObj_GetStrokeWidth(path, ctypes.byref(width))
    # From one point to another, and no line by its bounds: its pen is broad, or it runs across.
    return width.value > LINE_POINTS or pdfium_c.FPDFPath_CountSegments(path) <= 2
