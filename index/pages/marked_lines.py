"""The lines that a quotation stands on, as pictures that can be read."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

from index.pages import pdfium
from index.pages.boxes import GAP, Layout
from index.pages.raised_ink import RaisedDifference, find_raised_differences

# As many pixels for a point as make letters this high; a quotation over a poster is drawn smaller.
_LETTER_PIXELS, _SMALLEST_SCALE, _LARGEST_SCALE, _MOST_PIXELS = 30.0, 1.0, 12.0, 16_000_000
# Of a line's height: how much of it two letters of one line share, notes and powers too; paper
# around a line; the longest piece that is read at once; a gap that no word can have stood in; how
# far a line is looked at beyond its last word.
_SHARED, _PAPER, _LONGEST, _NARROW, _BEYOND = 0.25, 0.15, 24.0, 0.7, 3.0
# Grey values between which there is no ink.
_FLAT = 24


@dataclass(frozen=True, slots=True, eq=False)
class MarkedLine:
    """A line of a quotation, or a piece of a long one.

    Attributes:
        text: The letters of the quotation on it, with white space between words.
        picture: uint8, shape (height, width, 3).
        letter_pixels: How high its letters are, at most as high as a scan has them.
        own: The part of the picture, from left and right in pixels, that the marks are on.
        raised: Digits that are raised in the text or on the picture only; places count the letters
            of the text without white space.
    """

    text: str
    picture: NDArray[np.uint8]
    letter_pixels: float
    own: tuple[int, int]
    raised: tuple[RaisedDifference, ...]

    @property
    def is_wider(self) -> bool:
        """Whether the picture shows what stands beside the marks, too."""
        left, right = self.own
        return left > 1 or right < self.picture.shape[1] - 1

    @property
    def is_bare(self) -> bool:
        """Whether nothing is on the picture."""
        return int(np.ptp(self.picture.astype(np.int16).mean(axis=2))) < _FLAT


def draw_marked_lines(
    document: pypdfium2.PdfDocument, text: str, layout: Layout, start: int, end: int
) -> Iterator[MarkedLine]:
    """Draw the lines that text[start:end] stands on, in order.

    Args:
        document: From `pdfium.open_document`; its lock is held while a page is drawn only.
        text: The canonical text.
        layout: Its characters' places.
        start: Half-open offsets of the quotation.
        end: See start.

    Yields:
        A line, or a piece of a long one.

    Raises:
        pypdfium2.PdfiumError: A page cannot be drawn.
    """
    numbers = layout.pages[start:end]
    for number in dict.fromkeys(numbers[numbers > 0].tolist()):
        offsets = start + np.flatnonzero(numbers == number)
        others = np.flatnonzero(layout.pages == number)
        others = others[(others < offsets[0]) | (others > offsets[-1])]
        page = _draw_page(document, number, layout.boxes[offsets], layout.boxes[others])
        for piece in page.find_pieces(text, offsets):
            yield page.cut(text, offsets, piece)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Letters first to last of those on a page, and the columns of pixels that they are cut at."""

    first: int
    last: int
    left: float
    right: float


@dataclass(frozen=True, slots=True, eq=False)
class _DrawnPage:
    """A page, turned so that the quotation runs from left to right, and its letters' boxes on it.

    Attributes:
        picture: uint8, shape (height, width, 3).
        boxes: float32, shape (n, 4): left, top, right, bottom in pixels.
        others: float32, shape (m, 4): the same of the letters of the page that it does not hold.
        sharpness: Pixels of a scan for one of the picture at each letter, 1 where there is none.
    """

    picture: NDArray[np.uint8]
    boxes: NDArray[np.float32]
    others: NDArray[np.float32]
    sharpness: NDArray[np.float32]

    def find_pieces(self, text: str, offsets: NDArray[np.int64]) -> list[_Piece]:
        """Return pieces of lines, none so long that it is read badly."""
        lines = _split_lines(self.boxes)
        pieces = []
        for first, last in lines:
            boxes = self.boxes[first:last]
            height = float(boxes[:, 3].max() - boxes[:, 1].min())
            left, right = float(boxes[:, 0].min()), float(boxes[:, 2].max())
            # A word may stand where a line breaks, between two words of the quotation.
            before, behind = self._find_room(boxes, _BEYOND * height)
            left -= before if first > 0 else 0.0
            right += behind if last < len(self.boxes) else 0.0
            paper = _PAPER * height
            edges = [(first, left - paper)]
            for at in range(first + 1, last):
                gap = float(self.boxes[at, 0] - self.boxes[at - 1, 2])
                if (
                    offsets[at] > offsets[at - 1] + 1
                    and 0 < gap < _NARROW * height
                    and self.boxes[at, 2] - edges[-1][1] > _LONGEST * height
                ):
                    edges.append((at, float(self.boxes[at, 0]) - gap / 2))
            ends = [*edges[1:], (last, right + paper)]
            pieces += [_Piece(a, b, x0, x1) for (a, x0), (b, x1) in zip(edges, ends, strict=True)]
        return pieces

    def _find_room(self, line: NDArray[np.float32], most: float) -> tuple[float, float]:
        """Return how much room is left and right of a line, up to other letters of the page."""
        left, top = line[:, :2].min(axis=0).tolist()
        right, bottom = line[:, 2:].max(axis=0).tolist()
        middles = (self.others[:, 1] + self.others[:, 3]) / 2
        beside = self.others[(middles > top) & (middles < bottom)]
        gaps_left = left - beside[beside[:, 2] <= left + 1.0, 2]
        gaps_right = beside[beside[:, 0] >= right - 1.0, 0] - right
        room = (float(np.min(gaps, initial=2 * most)) / 2 for gaps in (gaps_left, gaps_right))
        before, behind = (min(most, max(0.0, gap)) for gap in room)
        return before, behind

    def cut(self, text: str, offsets: NDArray[np.int64], piece: _Piece) -> MarkedLine:
        """Cut a piece out of the page."""
        boxes = self.boxes[piece.first : piece.last]
        top, bottom = float(boxes[:, 1].min()), float(boxes[:, 3].max())
        paper = _PAPER * (bottom - top)
        height, width = self.picture.shape[:2]
        rows = slice(max(0, int(top - paper)), min(height, int(bottom + paper) + 1))
        columns = slice(max(0, int(piece.left)), min(width, int(piece.right) + 1))
        picture = self.picture[rows, columns]
        words = "".join(
            (" " if n and offsets[piece.first + n] > offsets[piece.first + n - 1] + 1 else "")
            + text[offsets[piece.first + n]]
            for n in range(piece.last - piece.first)
        )
        pixels = float(np.median(boxes[:, 3] - boxes[:, 1])) * min(
            1.0, float(self.sharpness[piece.first : piece.last].min())
        )
        left, right = float(boxes[:, 0].min()), float(boxes[:, 2].max())
        own = (
            max(0, int(left - paper) - columns.start),
            min(columns.stop, int(right + paper) + 1) - columns.start,
        )
        within = boxes - np.array([columns.start, rows.start] * 2, dtype=np.float32)
        raised = find_raised_differences("".join(words.split()), picture, within)
        return MarkedLine(words, np.ascontiguousarray(picture), pixels, own, tuple(raised))


def _split_lines(boxes: NDArray[np.float32]) -> list[tuple[int, int]]:
    lines, first = [], 0
    low, high = float(boxes[0, 1]), float(boxes[0, 3])
    for at in range(1, len(boxes)):
        left, top, _, bottom = boxes[at].tolist()
        shared = min(bottom, high) - max(top, low)
        least = min(bottom - top, high - low)
        gap = left - float(boxes[at - 1, 2])
        size = max(bottom - top, high - low)
        if shared >= _SHARED * least and -size < gap <= GAP * size:
            low, high = min(low, top), max(high, bottom)
            continue
        lines.append((first, at))
        first, low, high = at, top, bottom
    return [*lines, (first, len(boxes))]


def _draw_page(
    document: pypdfium2.PdfDocument,
    number: int,
    boxes: NDArray[np.float32],
    others: NDArray[np.float32],
) -> _DrawnPage:
    with pdfium.open_page(document, number - 1) as page:
        matrix = pdfium.compute_view_matrix(page)
        seen, beside = (pdfium.transform_boxes(some, matrix) for some in (boxes, others))
        # Around all of it as much as a line is looked at beyond its words.
        size = max(float(np.median((seen[:, 2:] - seen[:, :2]).max(axis=1))), 0.1)
        corner = np.maximum(seen[:, :2].min(axis=0) - _BEYOND * size, 0.0)
        far = np.minimum(seen[:, 2:].max(axis=0) + _BEYOND * size, page.get_size())
        width, height = np.maximum(far - corner, 1.0).tolist()
        scale = min(max(_LETTER_PIXELS / size, _SMALLEST_SCALE), _LARGEST_SCALE)
        scale = min(scale, math.sqrt(_MOST_PIXELS / (width * height)))
        picture, corner = _draw_part(page, corner, far, scale)
        sharpness = _find_sharpness(page, boxes, scale)
    seen, beside = ((some - np.tile(corner, 2)) * scale for some in (seen, beside))
    turns = _count_turns(seen)
    for _ in range(turns):  # a quarter against the clock each
        seen, beside = (_turn(some, picture.shape[1]) for some in (seen, beside))
        picture = np.rot90(picture)
    return _DrawnPage(picture, seen.astype(np.float32), beside.astype(np.float32), sharpness)


def _turn(boxes: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    """Return boxes on a picture that is turned by a quarter against the clock."""
    return np.stack([boxes[:, 1], width - boxes[:, 2], boxes[:, 3], width - boxes[:, 0]], axis=1)


def _draw_part(
    page: pypdfium2.PdfPage, corner: NDArray[np.float64], far: NDArray[np.float64], scale: float
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Draw a part of a page, and return where the picture begins, in points of the page shown."""
    width, height = page.get_size()
    # Whole pixels, so that letters and boxes are not shifted against each other.
    first = np.floor(corner * scale)
    cut = (first[0], max(0.0, height - far[1]) * scale, max(0.0, width - far[0]) * scale, first[1])
    left, bottom, right, top = (math.floor(edge) / scale for edge in cut)
    bitmap = page.render(scale=scale, rev_byteorder=True, crop=(left, bottom, right, top))
    picture = bitmap.to_numpy()[:, :, :3].copy()
    bitmap.close()
    return picture, first / scale


def _count_turns(seen: NDArray[np.float32]) -> int:
    """Return how many quarter turns against the clock make words run from left to right."""
    steps = np.diff(seen[:, :2] + seen[:, 2:], axis=0) / 2
    if not len(steps):
        return 0
    across, down = np.median(steps[:, 0]), np.median(steps[:, 1])
    if abs(across) >= abs(down):
        return 2 if across < 0 else 0
    return 1 if down > 0 else 3


def _find_sharpness(
    page: pypdfium2.PdfPage, boxes: NDArray[np.float32], scale: float
) -> NDArray[np.float32]:
    """Return how many pixels of a scan are under a pixel, at each box; 1 where no picture is."""
    middles = (boxes[:, :2] + boxes[:, 2:]) / 2
    found = np.ones(len(boxes), dtype=np.float32)
    for picture in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = picture.get_bounds()
        pixels = max(picture.get_px_size())
        inside = (middles >= (left, bottom)).all(axis=1) & (middles <= (right, top)).all(axis=1)
        found[inside] = pixels / max(right - left, top - bottom, 1.0) / scale
    return found
