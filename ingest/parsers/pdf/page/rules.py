"""What is drawn on a page: lines, which part the rows and columns of tables, and pictures."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

# A page with more objects is a map or a drawing, and looking at all of them takes seconds.
MAX_OBJECTS = 20_000
# What is drawn thinner is a line, not an area.
LINE_POINTS = 3.0
# Programs that scan put the picture into a form now and then.
_WANTED = (pdfium_c.FPDF_PAGEOBJ_PATH, pdfium_c.FPDF_PAGEOBJ_IMAGE, pdfium_c.FPDF_PAGEOBJ_FORM)


@dataclass(frozen=True, slots=True)
class Drawings:
    """What is drawn on a page besides its text."""

    # Shape (m, 4): x0, y0, x1, y1 in the page's user space of straight lines and of the edges of
    # rectangles. Found by the bounds of paths, so that a curve counts as its rectangle.
    rules: NDArray[np.float32]
    picture: float  # area of the largest picture in square points
    paths: int  # how many lines and areas are drawn; letters may be drawn as areas


def count_text_pieces(page: pypdfium2.PdfPage) -> int:
    """Return of how many objects the text of a page is made, with PDFium's lock held."""
    return sum(
        pdfium_c.FPDFPageObj_GetType(pdfium_c.FPDFPage_GetObject(page.raw, position))
        == pdfium_c.FPDF_PAGEOBJ_TEXT
        for position in range(max(0, pdfium_c.FPDFPage_CountObjects(page.raw)))
    )


def find_drawings(page: pypdfium2.PdfPage) -> Drawings:
    """Return the lines and pictures of a page with PDFium's lock held; none if there are many."""
    count = pdfium_c.FPDFPage_CountObjects(page.raw)
    if not 0 < count <= MAX_OBJECTS:
        return Drawings(np.zeros((0, 4), dtype=np.float32), 0.0, max(0, count))
    edges = [ctypes.c_float() for _ in range(4)]
    pointers = [ctypes.byref(edge) for edge in edges]
    found: list[tuple[float, float, float, float]] = []
    picture, paths = 0.0, 0
    for position in range(count):
        drawn = pdfium_c.FPDFPage_GetObject(page.raw, position)
        kind = pdfium_c.FPDFPageObj_GetType(drawn)
        if kind not in _WANTED or not pdfium_c.FPDFPageObj_GetBounds(drawn, *pointers):
            continue
        x0, y0, x1, y1 = (edge.value for edge in edges)
        if kind != pdfium_c.FPDF_PAGEOBJ_PATH:
            picture = max(picture, (x1 - x0) * (y1 - y0))
            continue
        paths += 1
        if min(x1 - x0, y1 - y0) <= LINE_POINTS:
            found.append((x0, y0, x1, y1))
        else:
            found += [(x0, y0, x1, y0), (x0, y1, x1, y1), (x0, y0, x0, y1), (x1, y0, x1, y1)]
    return Drawings(np.array(found, dtype=np.float32).reshape(-1, 4), picture, paths)
