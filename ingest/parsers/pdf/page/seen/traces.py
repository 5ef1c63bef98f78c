"""Whether things leave a trace on the picture of their page: it is drawn with and without them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

from index.pages.pdfium import compute_view_matrix, transform_boxes

# Of 255: what differs less from what is behind it is not seen.
CONTRAST = 20
# Pixels for a point, and the longest side and the area of a picture.
SCALE, SIDE_PIXELS, MOST_PIXELS = 1.5, 3_000, 6_000_000
# Small letters are drawn larger, so that they leave a trace that can be told from none; below
# such a height in pixels nothing is judged.
CLEAR_PIXELS, LEAST_PIXELS = 12.0, 6.0
_MARGIN = 2.0  # points around what is looked at


def find_traces(
    page: pypdfium2.PdfPage,
    objects: Sequence[pdfium_c.FPDF_PAGEOBJECT],
    boxes: NDArray[np.float32],
) -> NDArray[np.bool_] | None:
    """Tell of boxes whether anything in them changes when objects go, with PDFium's lock held.

    Args:
        page: With a size above zero.
        objects: What is taken away, all at once; it is there again afterwards.
        boxes: Shape (n, 4), n > 0: in the page's user space.

    Returns:
        Shape (n,). None if the page cannot be drawn. What is too small to be judged has a trace.
    """
    width, height = page.get_size()
    shown = transform_boxes(boxes, compute_view_matrix(page))
    left, top = np.maximum(np.floor(shown[:, :2].min(axis=0) - _MARGIN), 0).tolist()
    right = min(math.ceil(float(shown[:, 2].max()) + _MARGIN), width)
    bottom = min(math.ceil(float(shown[:, 3].max()) + _MARGIN), height)
    if right <= left or bottom <= top:
        return np.zeros(len(boxes), dtype=np.bool_)
    heights = shown[:, 3] - shown[:, 1]
    wanted = max(SCALE, CLEAR_PIXELS / max(float(np.percentile(heights, 10)), 0.1))
    across, down = right - left, bottom - top
    most = min(SIDE_PIXELS / max(across, down), math.sqrt(MOST_PIXELS / (across * down)))
    scale = min(wanted, most)
    crop = (left, height - bottom, width - right, top)
    changed = _draw_difference(page, objects, scale, crop)
    if changed is None:
        return None
    # What is cut away is cut at whole pixels.
    origin = np.array([math.ceil(left * scale), math.ceil(top * scale)] * 2)
    seen = shown * scale - origin
    traces: NDArray[np.bool_] = seen[:, 3] - seen[:, 1] < LEAST_PIXELS
    for index in np.flatnonzero(~traces).tolist():
        traces[index] = _has_trace(changed, seen[index].tolist())
    return traces


def _draw_difference(
    page: pypdfium2.PdfPage,
    objects: Sequence[pdfium_c.FPDF_PAGEOBJECT],
    scale: float,
    crop: tuple[float, float, float, float],
) -> NDArray[np.bool_] | None:
    """Return which pixels change when objects go; None if the page cannot be drawn."""
    try:
        with_them = page.render(scale=scale, crop=crop).to_numpy()
        for drawn in objects:
            pdfium_c.FPDFPageObj_SetIsActive(drawn, False)
        without = page.render(scale=scale, crop=crop).to_numpy()
    except (pypdfium2.PdfiumError, ValueError):
        return None
    finally:
        for drawn in objects:
            pdfium_c.FPDFPageObj_SetIsActive(drawn, True)
    differs = np.maximum(with_them, without) - np.minimum(with_them, without) > CONTRAST
    changed: NDArray[np.bool_] = differs[..., 0] | differs[..., 1] | differs[..., 2]
    return changed


def _has_trace(picture: NDArray[np.bool_], box: Sequence[float]) -> bool:
    left, top, right, bottom = box
    inset = (right - left) / 5  # the neighbours' ink
    across = slice(max(0, int(left + inset)), int(right - inset) + 1)
    down = slice(max(0, int(top)), int(bottom) + 1)
    return bool(picture[down, across].any())
