"""Where the characters of a text stand on the pages they were read from."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# Boxes are kept to a tenth of a point: finer than any screen shows.
STEPS_PER_POINT = 10
# No page reaches so far: a box that does is cut off, so that every difference is an integer.
_FARTHEST = 10**8
# Of a line's height: a wider gap between two characters ends a line's box.
GAP = 4.0


class Box(NamedTuple):
    """A rectangle on a page, in PDF points; x grows to the right and y up.

    The origin is the page's own, before /Rotate and cropping: what PDFium and pypdf call the
    user space of the page.
    """

    page: int
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """One page number and one box for each of n characters.

    Attributes:
        pages: int32, shape (n,), 1-based; 0 for white space, which has no place.
        boxes: float32, shape (n, 4): x0, y0, x1, y1 in PDF points as in `Box`; 0 where the page
            is 0.
    """

    pages: NDArray[np.int32]
    boxes: NDArray[np.float32]


def pack(layout: Layout) -> bytes:
    """Return a layout in few bytes: about one and a half for each character.

    zlib's form of which characters have a place and of five columns: the page and y0 as differences
    from one character to the next, x0 as the gap after the character before, width, and height as a
    difference. Coordinates are rounded to 1/10 of a point.
    """
    placed = layout.pages > 0
    pages = layout.pages[placed]
    steps = np.clip(np.rint(layout.boxes[placed] * STEPS_PER_POINT), -_FARTHEST, _FARTHEST)
    x0, y0, x1, y1 = steps.astype(np.int32).T
    columns = [
        np.diff(pages, prepend=0),
        x0 - np.concatenate([[0], x1[:-1]])[: len(x0)],
        np.diff(y0, prepend=0),
        x1 - x0,
        np.diff(y1 - y0, prepend=0),
    ]
    # Bytes of one weight beside each other: the upper ones are nearly all zero.
    planes = np.stack(columns).astype("<i4").view(np.uint8).reshape(5, -1, 4).transpose(0, 2, 1)
    raw = np.packbits(placed).tobytes() + planes.tobytes()
    return len(placed).to_bytes(4, "little") + zlib.compress(raw, 6)


def unpack(data: bytes) -> Layout:
    """Return the layout that `pack` made these bytes of."""
    length = int.from_bytes(data[:4], "little")
    raw = np.frombuffer(zlib.decompress(data[4:]), dtype=np.uint8)
    mask_bytes = (length + 7) // 8
    placed = np.unpackbits(raw[:mask_bytes], count=length).astype(bool)
    planes = raw[mask_bytes:].reshape(5, 4, -1).transpose(0, 2, 1)
    columns = np.ascontiguousarray(planes).view("<i4").reshape(5, -1)
    page, y0, height = (np.cumsum(columns[row], dtype=np.int32) for row in (0, 2, 4))
    gap, width = columns[1], columns[3]
    x1 = np.cumsum(gap + width, dtype=np.int32)
    pages = np.zeros(length, dtype=np.int32)
    boxes = np.zeros((length, 4), dtype=np.float32)
    pages[placed] = page
    boxes[placed] = np.stack([x1 - width, y0, x1, y0 + height], axis=1) / STEPS_PER_POINT
    return Layout(pages, boxes)


def find_line_boxes(layout: Layout, start: int, end: int) -> list[Box]:
    """Return one box for each line on each page that text[start:end] stands on, in its order."""
    pages, boxes = layout.pages[start:end], layout.boxes[start:end]
    found: list[Box] = []
    for number in dict.fromkeys(pages[pages > 0].tolist()):
        found += _join_lines(number, boxes[pages == number])
    return found


def _join_lines(page: int, boxes: NDArray[np.float32]) -> list[Box]:
    """Join the boxes of one page that follow each other on one line, across or down the page."""
    steps = np.abs(np.diff(boxes[:, :2] + boxes[:, 2:], axis=0))
    downwards = len(steps) > 0 and float(np.median(steps[:, 1] - steps[:, 0])) > 0
    order = [1, 0, 3, 2] if downwards else [0, 1, 2, 3]
    lines: list[list[float]] = []
    for x0, y0, x1, y1 in boxes[:, order].tolist():
        if lines:
            last = lines[-1]
            height = min(y1 - y0, last[3] - last[1])
            shared = min(y1, last[3]) - max(y0, last[1])
            gap = max(x0 - last[2], last[0] - x1)
            if shared >= 0.5 * height and gap <= GAP * max(y1 - y0, last[3] - last[1]):
                lines[-1] = [
                    min(last[0], x0), min(last[1], y0), max(last[2], x1), max(last[3], y1),
                ]  # fmt: skip
                continue
        lines.append([x0, y0, x1, y1])
    return [Box(page, *(line[position] for position in order)) for line in lines]
