"""Running headers, footers and page numbers: what is repeated at one place of many pages."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.parsers.pdf.flow.lines import PageLine
from ingest.text.outline import find_division_level

# Share of a page's height, at its top and at its bottom, in which furniture stands.
MARGIN = 0.13
# Two lines within so many points stand at the same place.
SAME_PLACE_POINTS = 8.0
# On so many pages: in a short document two are enough.
REPEATED_PAGES = 3
SHORT_DOCUMENT_PAGES = 4

_MarginLine = tuple[float, int, PageLine]

_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_ROMAN = re.compile(r"[ivxlc]{1,7}")
_PAGE_NUMBER = re.compile(
    r"[-–—|\s]*(?:(?:page|seite|str\.?|strana|strona|pagina|p\.?|pág\.?)\s*)?#(?:\s*(?:/|\||of|von|z|de|"
    r"van)\s*#)?[-–—|\s]*"
)


@dataclass(frozen=True, slots=True)
class Furniture:
    """What of the pages is repeated and so no part of the text."""

    segments: set[int]
    printed: dict[int, str]


def find_furniture(pages: Sequence[Sequence[PageLine]]) -> Furniture:
    """Find what is repeated on the pages of a document."""
    places: dict[str, list[_MarginLine]] = defaultdict(list)
    for number, segments in enumerate(pages):
        for segment in segments:
            if _in_margin(segment):
                places[_make_pattern(segment.text)].append((segment.y0, number, segment))
    needed = 2 if len(pages) <= SHORT_DOCUMENT_PAGES else REPEATED_PAGES
    repeated: set[int] = set()
    numbers: set[int] = set()
    printed: dict[int, str] = {}
    for pattern, entries in places.items():
        is_number = _PAGE_NUMBER.fullmatch(pattern) is not None
        for group in _group_by_place(sorted(entries, key=lambda entry: entry[0])):
            if is_number:
                group, needed_here = _keep_counting(group), 2
            else:
                group, needed_here = _keep_running(group), needed
            if len({number for _, number, _ in group}) >= needed_here:
                repeated.update(id(segment) for _, _, segment in group)
                if is_number:
                    printed |= {
                        number: _extract_number(segment.text) for _, number, segment in group
                    }
                    numbers.update(id(segment) for _, _, segment in group)
    whole_rows = {id(s) for page in pages for s in page if _is_whole_row(repeated, s, page)}
    return Furniture(numbers | whole_rows, printed)


def _is_whole_row(repeated: set[int], segment: PageLine, page: Sequence[PageLine]) -> bool:
    """Tell whether all that stands at a segment's height is repeated: "(4)" beside text is not."""
    if id(segment) not in repeated:
        return False
    middle = (segment.y0 + segment.y1) / 2
    return all(id(other) in repeated for other in page if other.y0 < middle < other.y1)


def _keep_counting(group: list[_MarginLine]) -> list[_MarginLine]:
    """Return the numbers that grow with the pages; in a table's last row they do not."""
    offsets = {id(entry): _parse_number(entry[2].text) - entry[1] for entry in group}
    common = Counter(offsets.values()).most_common(1)[0][0]
    return [entry for entry in group if offsets[id(entry)] == common]


def _keep_running(group: list[_MarginLine]) -> list[_MarginLine]:
    """Return what is the same on several pages or has a number that grows with them."""
    said = Counter(_normalise_words(entry) for entry in group)
    ahead = {id(entry): _count_ahead(entry) for entry in group}
    shared = Counter(offset for offsets in ahead.values() for offset in enumerate(offsets))
    in_order = [ahead[id(entry)] for entry in sorted(group, key=lambda entry: entry[1])]
    # Where pages are missing, the printed numbers run further ahead, and never back.
    if any(list(column) == sorted(column) for column in zip(*in_order, strict=False)):
        return group
    return [
        entry
        for entry in group
        if said[_normalise_words(entry)] > 1
        or any(shared[o] > 1 for o in enumerate(ahead[id(entry)]))
    ]


def _normalise_words(entry: _MarginLine) -> str:
    return " ".join(entry[2].text.lower().split())


def _count_ahead(entry: _MarginLine) -> list[int]:
    """Return how far each number of a line is ahead of the page, but for a legal division's own."""
    _, page, segment = entry
    numbers = re.findall(r"\d{1,9}", segment.text)
    return [int(number) - page for number in numbers[find_division_level(segment.text) > 0 :]]


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


def _group_by_place(entries: Sequence[_MarginLine]) -> list[list[_MarginLine]]:
    groups: list[list[_MarginLine]] = []
    for entry in entries:
        if groups and entry[0] - groups[-1][-1][0] <= SAME_PLACE_POINTS:
            groups[-1].append(entry)
        else:
            groups.append([entry])
    return groups
