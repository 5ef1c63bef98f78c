"""PDFium, which reads pages and draws them: one lock, one way to open, one way to turn a page."""

from __future__ import annotations

import ctypes
import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

from index.pages.annotations import PageNotes, draw_annotations
from index.pages.inheritance import own_resources

# PDFium keeps state of its own and must never be called by two threads at once. Held for a page
# at a time, so that nobody waits for a whole document to look at a page of another.
LOCK = threading.RLock()
# PDFium maps points to whole pixels: asked for so many of them, it tells fractions of a point.
_FINE = 1_000_000
_FAR = 1_000.0


@contextmanager
def open_document(data: bytes) -> Iterator[pypdfium2.PdfDocument]:
    """Open the bytes of a PDF; hold `LOCK` for whatever is done with it.

    Whoever reads or draws its pages sees the same: they keep the fonts that they inherit.

    Raises `pypdfium2.PdfiumError` for what is no PDF, torn beyond repair, or needs a password; its
    `err_code` tells which.
    """
    owned = own_resources(data)
    with LOCK:
        document = pypdfium2.PdfDocument(owned)
        if document.get_formtype() != pdfium_c.FORMTYPE_NONE:
            _init_forms(document)
    try:
        yield document
    finally:
        with LOCK:
            document.close()


def _init_forms(document: pypdfium2.PdfDocument) -> None:
    """Make what fields show where the file does not say it itself."""
    # Of a second kind of form (XFA) only what the first kind has of it is shown: no warning helps.
    logger = logging.getLogger("pypdfium2")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        document.init_forms()
    finally:
        logger.setLevel(before)


@contextmanager
def open_page(
    document: pypdfium2.PdfDocument, index: int, notes: PageNotes | None = None
) -> Iterator[pypdfium2.PdfPage]:
    """Load a page with what is put onto it, and hold the lock until it is closed.

    Args:
        document: From `open_document`.
        index: The page, from 0.
        notes: Gets what is put onto it and not drawn.

    Yields:
        The page.
    """
    with LOCK:
        page = document[index]
        if draw_annotations(document, page, index, notes):
            page.close()
            page = document[index]
        try:
            yield page
        finally:
            page.close()


def compute_view_matrix(page: pypdfium2.PdfPage) -> NDArray[np.float64]:
    """Return how points of a page come to lie when it is shown, cropped and turned.

    Args:
        page: With a size above zero.

    Returns:
        float64, shape (2, 3): (x, y, 1) of the page's user space to points from the upper left
        corner of the page as it is shown, y downwards.
    """
    width, height = page.get_size()
    corners = []
    for x, y in ((0.0, 0.0), (_FAR, 0.0), (0.0, _FAR)):
        across, down = ctypes.c_int(), ctypes.c_int()
        pdfium_c.FPDF_PageToDevice(
            page.raw, 0, 0, _FINE, _FINE, 0, x, y, ctypes.byref(across), ctypes.byref(down)
        )
        corners.append((across.value * width / _FINE, down.value * height / _FINE))
    origin, right, up = (np.array(corner) for corner in corners)
    return np.stack([(right - origin) / _FAR, (up - origin) / _FAR, origin], axis=1)


def transform_boxes(
    boxes: NDArray[np.floating], matrix: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Return boxes as they lie after a transformation, such as on the page as it is shown.

    Args:
        boxes: Shape (n, 4): x0, y0, x1, y1 in the page's user space.
        matrix: From `compute_view_matrix`, or the inverse of one.

    Returns:
        float32, shape (n, 4): left, top, right, bottom.
    """
    one = boxes[:, :2] @ matrix[:, :2].T + matrix[:, 2]
    other = boxes[:, 2:] @ matrix[:, :2].T + matrix[:, 2]
    return np.hstack([np.minimum(one, other), np.maximum(one, other)]).astype(np.float32)
