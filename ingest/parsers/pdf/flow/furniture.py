"""Running headers, footers and page numbers: what is repeated at one place of many pages."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ingest.parsers.pdf.flow.lines import PageLine
from ingest.parsers.pdf.flow.margins import find_apart, find_enclosed, find_outer
from ingest.parsers.pdf.flow.overlaid import find_overlaid
from ingest.text.blocks import Omission
from ingest.text.outline import find_division_level

RUNNING, PAGE_NUMBER = "running header", "page number"
# Share of a page's height, at its top and at its bottom, in which furniture stands.
MARGIN = 0.13
# Two lines within so many points stand at the same place.
SAME_PLACE_POINTS = 8.0
# On so many pages: in a short document two are enough.
REPEATED_PAGES = 3
SHORT_DOCUMENT_PAGES = 4

_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_ROMAN = re.compile(r"[ivxlc]{1,7}")
_PAGE = (
    r"(?:page|pages|seite|s\.|str\.?|strana|stran|strona|pagina|pag\.?|página|pág\.?|p\.?|blz\.?|bladzijde"
    r"|side|sida|sivu|oldal|lk\.?|lehekülg|lpp\.?|lappuse|psl\.?|puslapis|σελ\.?|σελίδα|стр\.?|страница"
    r"|leathanach|paġna)"
)
_OF = r"\s*(?:/|\||of|von|z|ze|de|di|van|af|av|sur|din|od|από|от|iš|no|/)\s*"
_PAGE_NUMBER = re.compile(
    rf"[-–—|•·\s]*(?:[a-z]{{2}}\s+)?(?:{_PAGE}\s*[|:]?\s*)?[-–—]?\s*#(?:{_OF}#)?"
    rf"(?:\s*[|.]?\s*{_PAGE})?(?:\s+[a-z]{{2}})?[-–—|•·\s]*"
)
_ONLY_PAGE = re.compile(rf"\W*(?:{_PAGE}\s*[|:]?\s*1(?:{_OF}1)?|1{_OF}1)(?:\s*{_PAGE})?\W*")


class _MarginLine(NamedTuple):
    height: float
    page: int  # 0-based
    segment: PageLine
    in_margin: bool
    is_apart: bool  # further from the rest than rows of that are from each other


@dataclass(frozen=True, slots=True)
class Furniture:
    """What of the pages is repeated and so no part of the text."""

    segments: dict[int, Omission]  # by `id` of the segment
    printed: dict[int, str]  # the number printed on a page, by the page's place in the document


def find_furniture(pages: Sequence[Sequence[PageLine]]) -> Furniture:
    """Find what is repeated among the segments of every page."""
    places: dict[str, list[_MarginLine]] = defaultdict(list)
    for number, segments in enumerate(pages):
        outer, (apart, behind) = find_outer(segments), find_apart(segments)
        for segment in segments:
            if id(segment) in behind and not _PAGE_NUMBER.fullmatch(_make_pattern(segment.text)):
                continue
            if (in_margin := _in_margin(segment)) or id(segment) in outer:
                is_apart = id(segment) in apart or not segment.fragments[0].upright
                line = _MarginLine(segment.y0, number, segment, in_margin, is_apart)
                places[_make_pattern(segment.text)].append(line)
    needed = 2 if len(pages) <= SHORT_DOCUMENT_PAGES else REPEATED_PAGES
    repeated: set[int] = set()
    numbers: set[int] = set()
    printed: dict[int, str] = {}
    for pattern, lines in places.items():
        is_number = _PAGE_NUMBER.fullmatch(pattern) is not None
        for group in _group_by_place(lines):
            kept = _keep_counting(group) if is_number else _keep_running(group)
            least = 2 if is_number and _is_sure(kept, pattern) else needed
            if len({line.page for line in kept}) < least:
                continue
            repeated.update(id(line.segment) for line in kept)
            if is_number:
                printed |= {line.page: _extract_number(line.segment.text) for line in kept}
                numbers.update(id(line.segment) for line in kept)
    whole_rows: set[int] = set()
    for page in pages:
        whole = {id(s) for s in page if _is_whole_row(repeated, s, page)}
        whole_rows |= whole - find_enclosed(page, whole | numbers)
    left_out = {
        id(s): Omission(PAGE_NUMBER if id(s) in numbers else RUNNING, s.text)
        for page in pages
        for s in page
        if id(s) in numbers | whole_rows
    }
    if len(pages) == 1:
        left_out |= {
            id(s): Omission(PAGE_NUMBER, s.text)
            for s in pages[0]
            if _in_margin(s) and _ONLY_PAGE.fullmatch(s.text.lower())
        }
    return Furniture(left_out | find_overlaid(pages), printed)


def _is_sure(lines: Sequence[_MarginLine], pattern: str) -> bool:
    """Tell whether two pages are enough to know a page's number: in a margin, or with words."""
    return pattern not in ("#", "# #") or all(line.in_margin for line in lines)


def _is_whole_row(repeated: set[int], segment: PageLine, page: Sequence[PageLine]) -> bool:
    """Tell whether all that stands at a segment's height is repeated: "(4)" beside text is not."""
    if id(segment) not in repeated:
        return False
    middle = (segment.y0 + segment.y1) / 2
    return all(id(other) in repeated for other in page if other.y0 < middle < other.y1)


def _keep_counting(group: list[_MarginLine]) -> list[_MarginLine]:
    """Return the numbers that grow with the pages; in a table's last row they do not."""
    offsets = {id(line): _parse_number(line.segment.text) - line.page for line in group}
    common = Counter(offsets.values()).most_common(1)[0][0]
    return [line for line in group if offsets[id(line)] == common]


def _keep_running(group: list[_MarginLine]) -> list[_MarginLine]:
    """Return what is the same on several pages or has a number that grows with them."""
    # "Article 5" and "Article 9" on top of two pages are headings.
    said = Counter(_normalise_words(line) for line in group)
    ahead = {id(line): _count_ahead(line) for line in group}
    shared = Counter(offset for offsets in ahead.values() for offset in enumerate(offsets))
    in_order = [ahead[id(line)] for line in sorted(group, key=lambda line: line.page)]
    # Where pages are missing, the printed numbers run further ahead, and never back; so do those of
    # the first rows of a table that goes on.
    if all(line.is_apart for line in group) and any(
        list(column) == sorted(column) for column in zip(*in_order, strict=False)
    ):
        return group
    return [
        line
        for line in group
        if said[_normalise_words(line)] > 1
        or any(shared[o] > 1 for o in enumerate(ahead[id(line)]))
    ]


def _normalise_words(line: _MarginLine) -> str:
    return " ".join(line.segment.text.lower().split())


def _count_ahead(line: _MarginLine) -> list[int]:
    """Return how far each number of a line is ahead of the page, but for a legal division's own."""
    text = line.segment.text
    numbers = re.findall(r"\d{1,9}", text)
    return [int(number) - line.page for number in numbers[find_division_level(text) > 0 :]]


def _extract_number(text: str) -> str:
    digits = re.search(r"\d+", text)
    return digits[0] if digits else text.strip()


def _parse_number(text: str) -> int:
    digits = re.search(r"\d{1,9}", text)
    return int(digits[0]) if digits else _parse_roman(text.strip().lower())


def _parse_roman(text: str) -> int:
    values = [_ROMAN_VALUES.get(letter, 0) for letter in text]
    following = [*values[1:], 0]
    return sum(-v if v < after else v for v, after in zip(values, following, strict=True))


def _in_margin(segment: PageLine) -> bool:
    height = segment.page.height
    sideways = not segment.fragments[0].upright
    return sideways or segment.y1 <= MARGIN * height or segment.y0 >= (1 - MARGIN) * height


def _make_pattern(text: str) -> str:
    """Return a text as it is on every page: in lower case, with a sign for every number."""
    words = re.sub(r"\d+", "#", " ".join(text.lower().split()))
    return "#" if _ROMAN.fullmatch(words) else words


def _group_by_place(lines: Sequence[_MarginLine]) -> list[list[_MarginLine]]:
    groups: list[list[_MarginLine]] = []
    for line in sorted(lines, key=lambda line: line.height):
        if groups and line.height - groups[-1][-1].height <= SAME_PLACE_POINTS:
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups
