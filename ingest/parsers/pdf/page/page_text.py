"""One page as it is read: its characters, their fragments, and what is drawn beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pypdfium2
from numpy.typing import NDArray

from index.pages.pdfium import compute_view_matrix, transform_boxes
from ingest.parsers.pdf.page.characters import visible
from ingest.parsers.pdf.page.fragments import (
    Fragment,
    direction,
    find_lost_spaces,
    fragments_of,
    joined_sideways,
    look_at_fonts,
    runs_leftwards,
)
from ingest.parsers.pdf.page.rules import Drawn, drawn_on

# A page with fewer characters and a picture over such a share of it is a scan with a stamp.
SCAN_CHARS = 20
SCAN_SHARE = 0.5
# A page without any may be a scan from such a share on, or have letters drawn as areas.
PICTURE_SHARE = 0.05
OUTLINES = 300
_LISTED_PAGES = 8


@dataclass(frozen=True, slots=True)
class PageText:
    """The visible characters of one page, in the order of its content.

    Attributes:
        number: 1-based.
        width: Of the page with its text upright, in points.
        height: See width.
        codes: uint32, shape (n,): Unicode; white space and control characters are left out.
        boxes: float32, shape (n, 4): in the page's user space, as in `index.pages.boxes.Box`.
        spaced: bool, shape (n,): whether white space stands before the character.
        fragments: In the order of the content.
        rules: float32, shape (m, 4): drawn lines and the edges of drawn rectangles,
            with the text upright.
        right_to_left: Whether the text runs so, as Arabic and Hebrew do: then PDFium's order
            counts more than ours.
        is_scan: Whether there is a picture to see on the page and next to no text.
        is_torn: Whether the page cannot be read.
        ocr: Whether the characters were recognised in a picture.
    """

    number: int
    width: float
    height: float
    codes: NDArray[np.uint32]
    boxes: NDArray[np.float32]
    spaced: NDArray[np.bool_]
    fragments: list[Fragment]
    rules: NDArray[np.float32]
    right_to_left: bool
    is_scan: bool
    is_torn: bool = False
    ocr: bool = False


def listed(numbers: Sequence[int]) -> str:
    """Return pages in words.

    >>> listed([3]), listed([3, 4, 9])
    ('page 3', 'pages 3, 4, 9')
    """
    shown = ", ".join(str(number) for number in numbers[:_LISTED_PAGES])
    more = len(numbers) - _LISTED_PAGES
    return f"page{'s' * (len(numbers) > 1)} {shown}{f' and {more:,} more' if more > 0 else ''}"


def empty_page(number: int, is_torn: bool = False) -> PageText:
    """Return a page without anything on it."""
    nothing = np.zeros((0, 4), dtype=np.float32)
    codes, spaced = np.zeros(0, dtype=np.uint32), np.zeros(0, dtype=np.bool_)
    return PageText(
        number=number,
        width=0.0,
        height=0.0,
        codes=codes,
        boxes=nothing,
        spaced=spaced,
        fragments=[],
        rules=nothing,
        right_to_left=False,
        is_scan=False,
        is_torn=is_torn,
    )


def page_text(page: pypdfium2.PdfPage, number: int) -> PageText:
    """Return the text of a page.

    Args:
        page: A `pypdfium2.PdfPage`, with `index.pages.pdfium.LOCK` held.
        number: 1-based.

    Returns:
        What can be seen of its text; what lies beyond the page's edges is left out.

    Raises:
        pypdfium2.PdfiumError: The page's content cannot be loaded.
    """
    width, height = page.get_size()
    if width <= 0 or height <= 0:
        return empty_page(number)
    text = page.get_textpage()
    try:
        found = visible(text.raw, page.get_bbox())
        turns = direction(text.raw, found.positions, page.get_rotation() // 90)
        matrix, width, height = _upright(page, turns)
        seen = transform_boxes(found.boxes, matrix)
        right_to_left = runs_leftwards(found.codes)
        fragments = fragments_of(seen, found.broken, right_to_left)
        if not right_to_left:
            find_lost_spaces(seen, found.spaced, fragments)
        look_at_fonts(text.raw, found.positions, fragments, turns)
    finally:
        text.close()
    drawn = drawn_on(page)
    return PageText(
        number=number,
        width=width,
        height=height,
        codes=found.codes,
        boxes=found.boxes,
        spaced=found.spaced,
        fragments=joined_sideways(fragments),
        rules=transform_boxes(drawn.rules, matrix),
        right_to_left=right_to_left,
        is_scan=_is_scan(len(found.codes), drawn, width * height),
    )


def _upright(page: pypdfium2.PdfPage, turns: int) -> tuple[NDArray[np.float64], float, float]:
    """Return the view matrix of the page with its text upright, and its width and height.

    A page is shown turned by its /Rotate; a wide table is often set sideways on a page that is
    not, and then has to be turned to be read.
    """
    matrix = compute_view_matrix(page)
    width, height = page.get_size()
    for _ in range((turns - page.get_rotation() // 90) % 4):
        # A quarter with the clock: what was at the left comes to the top.
        matrix = np.array([[0.0, -1.0], [1.0, 0.0]]) @ matrix
        matrix[0, 2] += height
        width, height = height, width
    return matrix, width, height


def _is_scan(characters: int, drawn: Drawn, area: float) -> bool:
    if characters:
        return characters < SCAN_CHARS and drawn.picture >= SCAN_SHARE * area
    return drawn.picture >= PICTURE_SHARE * area or drawn.paths >= OUTLINES
