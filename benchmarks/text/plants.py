"""Quotations that their pictures do not show: what a reading of the picture must notice."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from index.pages.boxes import Layout

PlantKind = Literal["digit", "not added", "not dropped", "name", "elsewhere", "unseen"]
# How many of fifty.
SHARES: dict[PlantKind, int] = {
    "digit": 14, "not added": 9, "not dropped": 9, "name": 10, "elsewhere": 4, "unseen": 4,
}  # fmt: skip
_NEGATION = re.compile(r" (?:not|niet)(?= )")
_VERB = re.compile(
    r"\b(?:is|are|will|shall|must|may|can|should|zijn|wordt|worden|moet|moeten|kan|kunnen|mag|mogen)"
    r"(?= )"
)
# A capital in the middle of a sentence.
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}\b")
_DUTCH = re.compile(r"\b(?:de|het|een|van|voor|niet)\b")


@dataclass(frozen=True, slots=True, eq=False)
class Quotation:
    """A sentence of a file as it is looked at: text[start:end], where it is said to stand.

    Attributes:
        text: The canonical text, or what was planted into it.
        layout: Where its characters stand, or are said to.
        start: Half-open offsets.
        end: See start.
        is_on_paper: Whether the file's own pages are drawn, not bare ones of their sizes.
    """

    text: str
    layout: Layout
    start: int
    end: int
    is_on_paper: bool = True


def plant(
    kind: PlantKind, sentence: Quotation, others: Sequence[Quotation], chosen: random.Random
) -> Quotation | None:
    """Return a sentence with something in it that its page does not show.

    Args:
        kind: What is planted.
        sentence: One that stands on its page.
        others: Other sentences of its file, for names and places.
        chosen: Decides; the same seed plants the same.

    Returns:
        None where a sentence has no place for it, such as no digit.
    """
    return _PLANTERS[kind](sentence, others, chosen)


def _change_digit(
    sentence: Quotation, others: Sequence[Quotation], chosen: random.Random
) -> Quotation | None:
    places = [n for n in _offsets(sentence) if sentence.text[n] in "0123456789"]
    if not places:
        return None
    place = chosen.choice(places)
    digit = chosen.choice([d for d in "0123456789" if d != sentence.text[place]])
    return _replace(sentence, place, place + 1, digit)


def _add_negation(
    sentence: Quotation, others: Sequence[Quotation], chosen: random.Random
) -> Quotation | None:
    places = [match.end() for match in _find(_VERB, sentence)]
    if not places:
        return None
    quoted = sentence.text[sentence.start : sentence.end]
    word = " niet" if _DUTCH.search(quoted) else " not"
    place = chosen.choice(places)
    return _replace(sentence, place, place, word)


def _drop_negation(
    sentence: Quotation, others: Sequence[Quotation], chosen: random.Random
) -> Quotation | None:
    places = [match.span() for match in _find(_NEGATION, sentence)]
    return _replace(sentence, *chosen.choice(places), "") if places else None


def _change_name(
    sentence: Quotation, others: Sequence[Quotation], chosen: random.Random
) -> Quotation | None:
    places = [match.span() for match in _find(_NAME, sentence)]
    names = sorted({match.group() for other in others for match in _find(_NAME, other)})
    if not places:
        return None
    start, end = chosen.choice(places)
    known = [name for name in names if name != sentence.text[start:end]]
    return _replace(sentence, start, end, chosen.choice(known)) if known else None


def _put_elsewhere(
    sentence: Quotation, others: Sequence[Quotation], chosen: random.Random
) -> Quotation | None:
    """Invisible words over others: they are said to stand where another sentence does."""
    count = sum(sentence.layout.pages[sentence.start : sentence.end] > 0)
    under = [
        other
        for other in others
        if other.start != sentence.start
        and count <= sum(other.layout.pages[other.start : other.end] > 0) <= 2 * count
    ]
    if not under:
        return None
    other = chosen.choice(under)
    places = other.start + np.flatnonzero(other.layout.pages[other.start : other.end] > 0)
    pages, boxes = sentence.layout.pages.copy(), sentence.layout.boxes.copy()
    mine = sentence.start + np.flatnonzero(pages[sentence.start : sentence.end] > 0)
    pages[mine], boxes[mine] = (
        other.layout.pages[places[:count]],
        other.layout.boxes[places[:count]],
    )
    return Quotation(sentence.text, Layout(pages, boxes), sentence.start, sentence.end)


def _take_from_paper(
    sentence: Quotation, others: Sequence[Quotation], chosen: random.Random
) -> Quotation:
    return Quotation(
        sentence.text, sentence.layout, sentence.start, sentence.end, is_on_paper=False
    )


_PLANTERS: dict[
    PlantKind, Callable[[Quotation, Sequence[Quotation], random.Random], Quotation | None]
] = {
    "digit": _change_digit,
    "not added": _add_negation,
    "not dropped": _drop_negation,
    "name": _change_name,
    "elsewhere": _put_elsewhere,
    "unseen": _take_from_paper,
}  # fmt: skip


def _offsets(sentence: Quotation) -> range:
    return range(sentence.start, sentence.end)


def _find(pattern: re.Pattern[str], sentence: Quotation) -> Iterator[re.Match[str]]:
    return pattern.finditer(sentence.text, sentence.start, sentence.end)


def _replace(sentence: Quotation, start: int, end: int, words: str) -> Quotation:
    """Put words into the text over what is replaced, or between its neighbours."""
    pages, boxes = sentence.layout.pages, sentence.layout.boxes
    letters = np.array([not letter.isspace() for letter in words], dtype=bool)
    new_pages = np.zeros(len(words), dtype=pages.dtype)
    new_boxes = np.zeros((len(words), 4), dtype=boxes.dtype)
    if letters.any():
        before = start if end > start else start - 1
        new_pages[letters] = pages[before]
        new_boxes[letters] = _spread(boxes, start, end, int(letters.sum()))
    return Quotation(
        sentence.text[:start] + words + sentence.text[end:],
        Layout(
            np.concatenate([pages[:start], new_pages, pages[end:]]),
            np.concatenate([boxes[:start], new_boxes, boxes[end:]]),
        ),
        sentence.start,
        sentence.end + len(words) - (end - start),
    )


def _spread(boxes: NDArray[np.float32], start: int, end: int, count: int) -> NDArray[np.float32]:
    """Return boxes beside each other over those of a word, or at the end of the one before."""
    if end > start:
        first, last = boxes[start], boxes[end - 1]
        left, right = first[0], max(last[2], first[2])
    else:
        first = boxes[start - 1]
        left = right = first[2]
    edges = np.linspace(left, right, count + 1)
    rows = [[edges[n], first[1], edges[n + 1], first[3]] for n in range(count)]
    return np.array(rows, dtype=boxes.dtype)
