"""Blocks to canonical text, and for each of its characters the page and the box."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile

import numpy as np
from numpy.typing import NDArray

from index.pages.boxes import Layout
from index.version import Page
from ingest.parsers.pdf.flow.lines import PageLine
from ingest.parsers.pdf.flow.structure import TextElement
from ingest.parsers.shared.decode import MARKS_ON_ONE_LETTER
from ingest.text.blocks import Block

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BROKEN = re.compile(r"([^\W\d_]+)-\Z")
_FIRST = re.compile(r"[^\W\d_]+")
# "Forschungs- und Entwicklungspolitik": the hyphen stands for a word that is left out.
_SUSPENDED = frozenset("and or und oder bzw en of et ou e o y i a ani lub oraz és og och".split())
# Written without spaces between words, so that a line's end is none either.
_UNSPACED = re.compile("[\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]")
# Bullets of symbol fonts have no Unicode of their own.
_PRIVATE_BULLET = re.compile("[\ue000-\uf8ff]")
_CLUSTER_CHARS = 1 + MARKS_ON_ONE_LETTER
_LIGATURES = {
    "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlacedText:
    """Characters with the page and the box of each, as in `index.pages.boxes.Layout`."""

    text: str
    pages: NDArray[np.int32]
    boxes: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class AssembledText:
    """A canonical text with its blocks and where each character stands."""

    text: str
    blocks: tuple[Block, ...]
    layout: Layout


def assemble(elements: Sequence[TextElement]) -> AssembledText:
    """Return the canonical text that blocks make one after another.

    It is NFC, with ligatures in letters, one space between words, a tab between cells, and a hyphen
    at a line's end only where it belongs to the word.
    """
    vocabulary = _count_words(line for e in elements for cell in e.cells for line in cell)
    parts: list[PlacedText] = []
    blocks: list[Block] = []
    length = 0
    for element, empty in zip(elements, _count_empty(elements), strict=True):
        piece = normalise(_join_cells(element, vocabulary))
        if not piece.text:
            continue
        if element.kind == "item" and _PRIVATE_BULLET.match(piece.text):
            piece = PlacedText(f"•{piece.text[1:]}", piece.pages, piece.boxes)
        if blocks:
            close = element.kind in ("item", "row") and blocks[-1].kind != "heading"
            parts.append(_fill_in("\n" if close else "\n\n"))
            length += len(parts[-1].text)
        if empty:  # which keeps a row's first words in their column; no block has it
            parts.append(_fill_in("\t" * empty))
            length += empty
        parts.append(piece)
        blocks.append(Block(length, length + len(piece.text), element.kind, element.level))
        length += len(piece.text)
    whole = _join(parts)
    return AssembledText(whole.text, tuple(blocks), Layout(whole.pages, whole.boxes))


def _count_empty(elements: Sequence[TextElement]) -> Iterator[int]:
    """Yield how many empty cells a row has before its words and others of its table have not."""
    for is_row, run in groupby(elements, lambda element: element.kind == "row"):
        table = list(run)
        counts = [len(list(takewhile(lambda cell: not cell, e.cells))) for e in table]
        least = min(counts)
        yield from (count - least if is_row else 0 for count in counts)


def map_pages(layout: Layout, labels: dict[int, str], recognised: set[int]) -> tuple[Page, ...]:
    """Return which stretch of a text stands on which page, in order, without a gap."""
    # A page has two or more where a note at its foot follows a paragraph that ends overleaf.
    # White space counts to what stands before it, at the beginning to what stands behind it.
    seen = layout.pages > 0
    placed = np.where(seen, np.arange(len(seen)), seen.argmax() if len(seen) else 0)
    numbers = layout.pages[np.maximum.accumulate(placed)]
    starts = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist()] if len(numbers) else []
    ends = [*starts[1:], len(numbers)]
    return tuple(
        Page(number, start, end, labels.get(number), number in recognised)
        for number, start, end in zip(numbers[starts].tolist(), starts, ends, strict=False)
    )


def _count_words(lines: Iterable[PageLine]) -> Counter[str]:
    words: Counter[str] = Counter()
    for line in lines:
        words.update(_WORD.findall(line.text.lower()))
    return words


def _join_cells(element: TextElement, vocabulary: Counter[str]) -> PlacedText:
    """Return the text of a block; cells that are empty at either end leave nothing."""
    cells = [_join_lines(lines, vocabulary) for lines in element.cells]
    while cells and not cells[0].text:
        cells.pop(0)
    while cells and not cells[-1].text:
        cells.pop()
    return _join([part for cell in cells for part in (_fill_in("\t"), cell)][1:])


def _join_lines(lines: Sequence[PageLine], vocabulary: Counter[str]) -> PlacedText:
    pieces: list[PlacedText] = []
    for line in lines:
        piece = _place_line(line)
        if pieces:
            drop, gap = _choose_seam(pieces[-1].text, piece.text, vocabulary)
            if drop:
                last = pieces[-1]
                pieces[-1] = PlacedText(last.text[:-1], last.pages[:-1], last.boxes[:-1])
            pieces.append(_fill_in(gap))
        pieces.append(piece)
    return _join(pieces)


def _choose_seam(before: str, after: str, vocabulary: Counter[str]) -> tuple[bool, str]:
    """Return whether the hyphen at a line's end goes, and what comes in the place of the break."""
    first = _FIRST.match(after)
    broken = _BROKEN.search(before[-80:])
    if broken and first:
        left, right = broken[1].lower(), first[0].lower()
        if right in _SUSPENDED:
            return False, " "
        # The word stands elsewhere without a hyphen, and not more often with one.
        whole, parted = vocabulary[left + right], vocabulary[f"{left}-{right}"]
        return whole > 0 and whole >= parted, ""
    if len(before) > 1 and before[-1] == "-" and before[-2].isalnum() and after[:1].isdigit():
        return False, ""
    if _UNSPACED.match(before[-1:]) and _UNSPACED.match(after):
        return False, ""
    return False, " "


def _place_line(line: PageLine) -> PlacedText:
    placed = line.where >= 0
    pages = np.where(placed, np.int32(line.page.number), np.int32(0))
    boxes = np.zeros((len(placed), 4), dtype=np.float32)
    boxes[placed] = line.page.boxes[line.where[placed]]
    return PlacedText(line.text, pages, boxes)


def _fill_in(text: str) -> PlacedText:
    count = len(text)
    return PlacedText(text, np.zeros(count, np.int32), np.zeros((count, 4), np.float32))


def _join(pieces: Sequence[PlacedText]) -> PlacedText:
    if not pieces:
        return _fill_in("")
    if len(pieces) == 1:
        return pieces[0]
    return PlacedText(
        "".join(piece.text for piece in pieces),
        np.concatenate([piece.pages for piece in pieces]),
        np.concatenate([piece.boxes for piece in pieces]),
    )


def normalise(piece: PlacedText) -> PlacedText:
    """Return a piece in NFC without ligatures; what becomes one character has one box."""
    text = piece.text
    if text.isascii():
        return piece
    if unicodedata.is_normalized("NFC", text) and not any(map(text.__contains__, _LIGATURES)):
        return piece
    made: list[str] = []
    pages: list[int] = []
    boxes: list[NDArray[np.float32]] = []
    for start, end in _find_clusters(text):
        cluster = text[start : min(end, start + _CLUSTER_CHARS)]
        new = _LIGATURES.get(cluster) or unicodedata.normalize("NFC", cluster)
        low, high = piece.boxes[start:end, :2].min(axis=0), piece.boxes[start:end, 2:].max(axis=0)
        made.append(new)
        pages += [int(piece.pages[start])] * len(new)
        boxes += [np.concatenate([low, high])] * len(new)
    return PlacedText(
        "".join(made), np.array(pages, np.int32), np.array(boxes, np.float32).reshape(-1, 4)
    )


def _find_clusters(text: str) -> Iterator[tuple[int, int]]:
    """Yield half-open ranges of what NFC leaves apart: a character with its marks, a syllable."""
    start = 0
    for position in range(1, len(text) + 1):
        if position == len(text) or _is_boundary(text, start, position):
            yield start, position
            start = position


def _is_boundary(text: str, start: int, position: int) -> bool:
    if unicodedata.combining(text[position]):
        return False
    before = unicodedata.normalize("NFC", text[start : min(position, start + _CLUSTER_CHARS)])
    after = text[position]
    return unicodedata.normalize("NFC", before + after) == before + after
