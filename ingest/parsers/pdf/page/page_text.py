"""One page as it is read: its characters, their fragments, and what is drawn beside them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

from index.pages.pdfium import compute_view_matrix, transform_boxes
from ingest.parsers.pdf.page.accents import join_accents
from ingest.parsers.pdf.page.characters import (
    VisibleCharacters,
    drop_characters,
    find_visible,
    spell,
)
from ingest.parsers.pdf.page.fragments import (
    Fragment,
    cut_at_lines,
    cut_fragments,
    find_direction,
    join_sideways,
    read_fonts,
    runs_leftwards,
)
from ingest.parsers.pdf.page.legible.legibility import (
    Lettering,
    make_plain_lettering,
    read_lettering,
)
from ingest.parsers.pdf.page.letters import join_initials, join_spaced
from ingest.parsers.pdf.page.line_numbers import LINE_NUMBER, NumberedEdges, find_line_numbers
from ingest.parsers.pdf.page.lowered import set_lowered
from ingest.parsers.pdf.page.raised import part_note_marks, set_raised
from ingest.parsers.pdf.page.seen.content import Content, read_content
from ingest.parsers.pdf.page.seen.placement import Bounds
from ingest.parsers.pdf.page.seen.struck import find_marked, find_struck
from ingest.parsers.pdf.page.seen.unseen import find_unseen
from ingest.parsers.pdf.page.seen.watermarks import WATERMARK, find_watermarks
from ingest.parsers.pdf.page.spaces import drop_false_spaces, find_lost_spaces
from ingest.parsers.pdf.second_reading import read_plainly
from ingest.parsers.shared.left_out import HIDDEN, STRUCK, LeftOut
from ingest.text.blocks import Omission

# A page with fewer characters and a picture over such a share of it is a scan with a stamp.
SCAN_CHARS = 20
SCAN_SHARE = 0.5
# A page without any may be a scan from such a share on, or have letters drawn as areas.
PICTURE_SHARE = 0.05
OUTLINES = 300
_LISTED_PAGES = 8
OVERPRINT, BEYOND = "printed twice", "beside the page"


@dataclass(frozen=True, slots=True)
class PageText:
    """The visible characters of one page, in the order of its content."""

    number: int  # 1-based
    width: float  # in points, with the text upright
    height: float
    codes: NDArray[np.uint32]  # Unicode, shape (n,); neither white space nor control characters
    boxes: NDArray[np.float32]  # shape (n, 4): in the page's user space, as in a `Layout`
    spaced: NDArray[np.bool_]  # shape (n,): whether white space stands before the character
    fragments: list[Fragment]
    rules: NDArray[np.float32]  # shape (m, 4): what is drawn straight, with the text upright
    right_to_left: bool  # as Arabic and Hebrew: then PDFium's order counts more than ours
    is_scan: bool  # there is a picture to see on the page and next to no text
    lettering: Lettering
    is_torn: bool = False  # it cannot be read
    ocr: bool = False  # the characters were recognised in a picture
    omissions: tuple[Omission, ...] = ()  # what stands on the page and is not seen
    is_illegible: bool = False  # its fonts say other letters than it shows, and those are left out
    is_searched: bool = True  # for what is not seen; not so if too much is drawn on it
    plain: str | None = None  # what PDFium itself reads on the page, if it does


def list_pages(numbers: Sequence[int]) -> str:
    """Return "page 3" or "pages 3, 4, 9"."""
    shown = ", ".join(str(number) for number in numbers[:_LISTED_PAGES])
    more = len(numbers) - _LISTED_PAGES
    return f"page{'s' * (len(numbers) > 1)} {shown}{f' and {more:,} more' if more > 0 else ''}"


def make_empty_page(number: int, is_torn: bool = False) -> PageText:
    """Return a page without anything on it."""
    return PageText(
        number, 0.0, 0.0, np.zeros(0, np.uint32), np.zeros((0, 4), np.float32),
        np.zeros(0, np.bool_), [], np.zeros((0, 4), np.float32), False, False,
        make_plain_lettering(0), is_torn,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of a document when one of its pages is read."""

    has_layers: bool  # some of what is drawn may be switched off
    numbered: NumberedEdges = field(default_factory=NumberedEdges)  # of the pages before


def read_page(
    page: pypdfium2.PdfPage, number: int, around: Surroundings, struck: Sequence[Bounds]
) -> PageText:
    """Return what can be seen of a page's text, with PDFium's lock held; `PdfiumError` if torn.

    What stands in one of the places that are struck is crossed out by a note.
    """
    width, height = page.get_size()
    if width <= 0 or height <= 0:
        return make_empty_page(number)
    content = read_content(page)
    text = page.get_textpage()
    try:
        seen = _leave_out_unseen(page, text.raw, content, around, struck)
        right_to_left = runs_leftwards(seen.found.codes)
        fragments = _cut(text.raw, seen, right_to_left)
        lettering = read_lettering(text.raw, seen.found.positions, fragments)
        plain = read_plainly(page, text)
    finally:
        text.close()
    return PageText(
        number=number,
        width=seen.width,
        height=seen.height,
        codes=seen.found.codes,
        boxes=seen.found.boxes,
        spaced=seen.found.spaced,
        fragments=join_sideways(fragments),
        rules=seen.rules,
        right_to_left=right_to_left,
        is_scan=_is_scan(len(seen.found.codes), content, seen.width * seen.height),
        omissions=tuple(seen.left_out.omissions),
        lettering=lettering,
        is_searched=content.is_whole,
        plain=plain,
    )


@dataclass(slots=True)
class _Seen:
    """What is read of a page, and what is not."""

    found: VisibleCharacters
    boxes: NDArray[np.float32]  # of the characters, with the text upright
    rules: NDArray[np.float32]  # the same way
    turns: int  # quarters that the page is turned by for that
    width: float
    height: float
    left_out: LeftOut


def _leave_out_unseen(
    page: pypdfium2.PdfPage,
    text: pdfium_c.FPDF_TEXTPAGE,
    content: Content,
    around: Surroundings,
    marked: Sequence[Bounds],
) -> _Seen:
    """Return the characters of a page that are seen and belong to its text."""
    left_out = LeftOut()
    found, printed_again, beyond = find_visible(text, page.get_bbox())
    found = join_accents(found)
    if printed_again:
        left_out.add(OVERPRINT, printed_again)
    if beyond:
        left_out.add(BEYOND, beyond)
    unseen = find_unseen(page, text, found, content, around.has_layers)
    found = _leave_out(found, unseen, HIDDEN, left_out)
    turns = find_direction(text, found.positions, page.get_rotation() // 90)
    matrix, width, height = _turn_upright(page, turns)
    drawn = np.array(content.rules, dtype=np.float32).reshape(-1, 4)
    rules = transform_boxes(drawn, matrix)
    boxes = transform_boxes(found.boxes, matrix)
    struck = find_struck(page, text, found, content, matrix)
    struck |= find_marked(found.boxes, marked)
    found, boxes = _leave_out(found, struck, STRUCK, left_out), boxes[~struck]
    words = found.spaced | found.broken
    numbers = find_line_numbers(found.codes, boxes, words, around.numbered)
    found, boxes = _leave_out(found, numbers, LINE_NUMBER, left_out), boxes[~numbers]
    return _Seen(found, boxes, rules, turns, width, height, left_out)


def _cut(text: pdfium_c.FPDF_TEXTPAGE, seen: _Seen, right_to_left: bool) -> list[Fragment]:
    """Cut the characters into fragments, set straight what stands beside its line or its word."""
    if not right_to_left:
        part_note_marks(seen.found, seen.boxes)
        seen.found, seen.boxes = set_raised(seen.found, seen.boxes, seen.left_out)
        seen.found = set_lowered(seen.found, seen.boxes)
    found, boxes = seen.found, seen.boxes
    fragments = cut_fragments(boxes, found.broken, right_to_left)
    if not right_to_left:
        drop_false_spaces(boxes, found.codes, found.spaced, fragments)
        find_lost_spaces(boxes, found.codes, found.spaced, fragments)
        join_spaced(found.codes, boxes, found.spaced)
        fragments = cut_at_lines(fragments, boxes, found.spaced, seen.rules)
    read_fonts(text, found.positions, fragments, seen.turns)
    join_initials(fragments, found.codes, found.spaced)
    lying_over: set[int] = set()
    for piece in find_watermarks(fragments):
        seen.left_out.add(WATERMARK, _spell(found, piece))
        lying_over.update(map(id, piece))
    return [fragment for fragment in fragments if id(fragment) not in lying_over]


def _spell(found: VisibleCharacters, fragments: Sequence[Fragment]) -> str:
    chosen = np.zeros(len(found.codes), dtype=np.bool_)
    for fragment in fragments:
        chosen[fragment.first : fragment.last] = True
    return spell(found, chosen)


def _leave_out(
    found: VisibleCharacters, dropped: NDArray[np.bool_], reason: str, left_out: LeftOut
) -> VisibleCharacters:
    if not dropped.any():
        return found
    left_out.add(reason, spell(found, dropped))
    return drop_characters(found, dropped)


def _turn_upright(page: pypdfium2.PdfPage, turns: int) -> tuple[NDArray[np.float64], float, float]:
    """Return the view matrix of the page with its text upright, and its width and height."""
    # A page is shown turned by its /Rotate; a wide table is often set sideways on a page that is
    # not, and then has to be turned to be read.
    matrix = compute_view_matrix(page)
    width, height = page.get_size()
    for _ in range((turns - page.get_rotation() // 90) % 4):
        # A quarter with the clock: what was at the left comes to the top.
        matrix = np.array([[0.0, -1.0], [1.0, 0.0]]) @ matrix
        matrix[0, 2] += height
        width, height = height, width
    return matrix, width, height


def _is_scan(characters: int, content: Content, area: float) -> bool:
    if characters:
        return characters < SCAN_CHARS and content.picture >= SCAN_SHARE * area
    return content.picture >= PICTURE_SHARE * area or content.paths >= OUTLINES
