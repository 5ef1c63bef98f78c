"""Crossed-out text: which characters a line is drawn through."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

from index.pages.pdfium import transform_boxes
from ingest.parsers.pdf.page.characters import VisibleCharacters
from ingest.parsers.pdf.page.seen.content import NO_COLOUR, Colour, Content, Stroke
from ingest.parsers.pdf.page.seen.placement import Bounds
from ingest.parsers.pdf.page.seen.traces import CONTRAST, find_traces
from ingest.parsers.pdf.page.seen.unseen import PAPER, address_of, find_pieces

# Where a line that crosses words out stands between the bottom of their boxes (0) and the top (1):
# below the middle of small letters; an underline stands lower, and so does the rule of a cell.
LOWEST, HIGHEST = 0.25, 0.65
# In heights of a character: how thick such a line is, how far it goes beyond the words, and how
# wide the gaps between them are.
THICKEST, OVERHANG, WIDEST_GAP = 0.2, 0.6, 1.5
# In heights again: what is shorter is a dash or a part of a drawn letter.
SHORTEST = 0.35
FLAT = 3
# Of 255: how much darker or paler than its ground a line must be that is drawn beneath words.
STRONG = 100
BRIGHTNESS = (0.3, 0.59, 0.11)  # of red, green and blue
MOST_OF_IT = 0.5  # of the characters along a line, how many it is seen at


def find_struck(
    page: pypdfium2.PdfPage,
    text: pdfium_c.FPDF_TEXTPAGE,
    found: VisibleCharacters,
    content: Content,
    matrix: NDArray[np.float64],
) -> NDArray[np.bool_]:
    """Tell of each character whether it is seen to be crossed out, with PDFium's lock held.

    Args:
        page: The page.
        text: Its text, loaded.
        found: n characters of it.
        content: What the page draws.
        matrix: By which it is turned for its text to be upright.

    Returns:
        Shape (n,). A line crosses out what it runs through from end to end; one that goes on
        beyond the words, as the rule of a table does, does not, nor does one that nobody sees.
    """
    struck = np.zeros(len(found.codes), dtype=np.bool_)
    strokes = content.strokes
    drawn = np.array([stroke.bounds for stroke in strokes], dtype=np.float32).reshape(-1, 4)
    crossed = find_crossings(transform_boxes(found.boxes, matrix), transform_boxes(drawn, matrix))
    if not crossed:
        return struck
    numbers = {address_of(piece.handle): n for n, piece in enumerate(content.pieces)}
    of = find_pieces(text, found.positions, numbers)
    edges = np.array([area.bounds for area in content.areas], dtype=np.float32).reshape(-1, 4)
    seen = [
        (strokes[n], places)
        for n, places in crossed
        if _stands_out(strokes[n], content, edges, int(of[places].max()))
    ]
    if not seen:
        return struck
    asked = np.unique(np.concatenate([places for _, places in seen]))
    traces = find_traces(page, [stroke.handle for stroke, _ in seen], found.boxes[asked])
    visible = np.ones(len(struck), dtype=np.bool_)
    if traces is not None:
        visible[asked] = traces
    for _, places in seen:
        struck[places] |= visible[places].mean() > MOST_OF_IT
    return struck


def find_marked(boxes: NDArray[np.float32], marked: Sequence[Bounds]) -> NDArray[np.bool_]:
    """Tell which characters stand in one of the rectangles; all in the page's user space."""
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    inside = np.zeros(len(boxes), dtype=np.bool_)
    for left, bottom, right, top in marked:
        inside |= (x > left) & (x < right) & (y > bottom) & (y < top)
    return inside


def _stands_out(stroke: Stroke, content: Content, edges: NDArray[np.float32], piece: int) -> bool:
    """Tell whether a line's colour is another than that of its ground, and not only behind text."""
    left, bottom, right, top = stroke.bounds
    x, y = (left + right) / 2, (bottom + top) / 2
    ground: Colour = PAPER
    x0, y0, x1, y1 = edges[: stroke.layer].T
    around = np.flatnonzero((x0 < x) & (x < x1) & (y0 < y) & (y < y1))
    if len(around):
        ground = content.areas[int(around[-1])].colour
    if ground == NO_COLOUR:
        return True
    *colour, opacity = stroke.read_colour()
    differs = [(own - under) * opacity / 255 for own, under in zip(colour, ground, strict=True)]
    if stroke.pieces > piece:
        return max(map(abs, differs)) >= 2 * CONTRAST
    return abs(float(np.dot(differs, BRIGHTNESS))) >= STRONG


def find_crossings(
    seen: NDArray[np.float32], rules: NDArray[np.float32]
) -> list[tuple[int, NDArray[np.intp]]]:
    """Return which lines cross characters out, each with those.

    Args:
        seen: Shape (n, 4): the boxes of characters with the text upright, y downwards.
        rules: Shape (m, 4): what is drawn straight, in the same space.

    Returns:
        The numbers of lines and of characters.
    """
    crossed: list[tuple[int, NDArray[np.intp]]] = []
    if not len(seen) or not len(rules):
        return crossed
    x0, y0, x1, y1 = seen.T
    height, middle = np.maximum(y1 - y0, 0.1), (x0 + x1) / 2
    thick = rules[:, 3] - rules[:, 1]
    # The edges of areas have no thickness.
    flat = np.flatnonzero((thick > 0) & (thick * FLAT < rules[:, 2] - rules[:, 0]))
    for number in flat.tolist():
        left, top, right, bottom = rules[number].tolist()
        level = (y1 - (top + bottom) / 2) / height
        through = (level > LOWEST) & (level < HIGHEST) & (middle > left) & (middle < right)
        through &= bottom - top < THICKEST * height
        places = np.flatnonzero(through)
        if len(places) and _fits(left, right, seen[places]):
            crossed.append((number, places))
    return crossed


def _fits(left: float, right: float, boxes: NDArray[np.float32]) -> bool:
    """Tell whether a line is as long as the words that it runs through."""
    height = float(np.median(boxes[:, 3] - boxes[:, 1]))
    boxes = boxes[np.argsort(boxes[:, 0])]
    gaps = boxes[1:, 0] - np.maximum.accumulate(boxes[:, 2])[:-1]
    ends = max(boxes[0, 0] - left, right - boxes[:, 2].max())
    return bool(
        right - left > SHORTEST * height
        and ends < OVERHANG * height
        and (gaps < WIDEST_GAP * height).all()
    )
