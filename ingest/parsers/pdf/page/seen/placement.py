"""How the objects of a page's forms come to lie on it, and where they are cut off."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass, field

import pypdfium2.raw as pdfium_c

# Clips in each other, and the points of one: what has more is drawn to be judged.
_MOST_CLIPS, _MOST_POINTS = 32, 64
_CORNERS = 2  # different places across, and down, that the points of an upright rectangle have
# What is left of something of which a good part is seen.
_SHARE = 0.9

Bounds = tuple[float, float, float, float]
EVERYWHERE: Bounds = (-1e9, -1e9, 1e9, 1e9)


@dataclass(frozen=True, slots=True)
class Clip:
    """What something is cut off to."""

    bounds: Bounds  # beyond which nothing of it is seen, in the page's user space
    is_exact: bool  # within them all of it is seen, as far as clips go


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the objects of a page, or of a form on it, come to lie."""

    matrix: pdfium_c.FS_MATRIX | None
    clip: Clip
    depth: int  # 0 on the page itself
    # Clips by the places of their paths in memory: objects share them.
    known: dict[tuple[int, ...], Clip] = field(default_factory=dict)

    def read_clip(self, drawn: pdfium_c.FPDF_PAGEOBJECT) -> Clip:
        """Return what one of the objects is cut off to, with PDFium's lock held."""
        clip = pdfium_c.FPDFPageObj_GetClipPath(drawn)
        paths = pdfium_c.FPDFClipPath_CountPaths(clip)
        if paths <= 0:
            return self.clip
        if paths > _MOST_CLIPS:
            return Clip(self.clip.bounds, is_exact=False)
        key = tuple(
            _address(pdfium_c.FPDFClipPath_GetPathSegment(clip, n, 0)) for n in range(paths)
        )
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = self._cross_paths(clip, paths)
        return found

    def _cross_paths(self, clip: pdfium_c.FPDF_CLIPPATH, paths: int) -> Clip:
        kept, is_exact = self.clip.bounds, self.clip.is_exact
        for path in range(paths):
            points = _list_points(clip, path)
            if points is None:
                is_exact = False
            elif points:
                xs, ys = zip(*points, strict=True)
                kept = cross(kept, move((min(xs), min(ys), max(xs), max(ys)), self.matrix))
                is_exact &= _is_rectangle(xs, ys) and _is_upright(self.matrix)
        return Clip(kept, is_exact)


def cuts_off(clip: Clip, bounds: Bounds) -> bool:
    """Tell whether a clip leaves out a good part of something, or may do so."""
    if clip.bounds is EVERYWHERE:
        return not clip.is_exact
    left, bottom, right, top = cross(clip.bounds, bounds)
    kept = max(0.0, right - left) * max(0.0, top - bottom)
    return not clip.is_exact or kept < _SHARE * (bounds[2] - bounds[0]) * (bounds[3] - bounds[1])


def cross(one: Bounds, other: Bounds) -> Bounds:
    """Return what two rectangles share; its edges are crossed if that is nothing."""
    return (
        max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])
    )  # fmt: skip


def move(bounds: Bounds, matrix: pdfium_c.FS_MATRIX | None) -> Bounds:
    """Return what is around a rectangle after it was moved."""
    if matrix is None:
        return bounds
    x0, y0, x1, y1 = bounds
    corners = [(x, y) for x in (x0, x1) for y in (y0, y1)]
    xs = [matrix.a * x + matrix.c * y + matrix.e for x, y in corners]
    ys = [matrix.b * x + matrix.d * y + matrix.f for x, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def join(inner: pdfium_c.FS_MATRIX, outer: pdfium_c.FS_MATRIX | None) -> pdfium_c.FS_MATRIX:
    """Return the matrix that moves by the inner one first."""
    if outer is None:
        return inner
    return pdfium_c.FS_MATRIX(
        inner.a * outer.a + inner.b * outer.c,
        inner.a * outer.b + inner.b * outer.d,
        inner.c * outer.a + inner.d * outer.c,
        inner.c * outer.b + inner.d * outer.d,
        inner.e * outer.a + inner.f * outer.c + outer.e,
        inner.e * outer.b + inner.f * outer.d + outer.f,
    )


def _address(segment: pdfium_c.FPDF_PATHSEGMENT) -> int:
    return ctypes.cast(segment, ctypes.c_void_p).value or 0


def _is_rectangle(xs: Sequence[float], ys: Sequence[float]) -> bool:
    return all(len({round(edge, 1) for edge in edges}) <= _CORNERS for edges in (xs, ys))


def _is_upright(matrix: pdfium_c.FS_MATRIX | None) -> bool:
    return matrix is None or not (matrix.b or matrix.c) or not (matrix.a or matrix.d)


def _list_points(clip: pdfium_c.FPDF_CLIPPATH, path: int) -> list[tuple[float, float]] | None:
    """Return the points of a path, None if there are too many to be looked at."""
    count = pdfium_c.FPDFClipPath_CountPathSegments(clip, path)
    if count > _MOST_POINTS:
        return None
    x, y = ctypes.c_float(), ctypes.c_float()
    to_x, to_y = ctypes.byref(x), ctypes.byref(y)
    points = []
    for n in range(count):
        segment = pdfium_c.FPDFClipPath_GetPathSegment(clip, path, n)
        if pdfium_c.FPDFPathSegment_GetPoint(segment, to_x, to_y):
            points.append((x.value, y.value))
    return points
