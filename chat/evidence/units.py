"""What can be quoted by itself: a sentence with what it cannot be understood without."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index.types import Passage

# A sentence that opens with one of these leans on the one before it.
_ANAPHOR = re.compile(
    r"(it|its|they|their|this|these|those|such|he|she|his|her|the former|the latter|moreover|"
    r"furthermore|in addition|however|therefore|thus|instead|nevertheless|in this context)\b",
    re.IGNORECASE,
)
_ITEM = re.compile(r"(?:[-–•*·▪◦]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])\s")
# A list longer than this is not quoted whole for one of its items.
_LIST_CHARS = 800
# "Yes." answers a question but says nothing.
_SAYS_NOTHING_WORDS = 3
# What only points elsewhere ("See more on ...") answers nothing, nor does a heading or a menu.
_POINTER = re.compile(
    r"(see|find out|read|click|learn|more information|available here|download|skip|back)\b",
    re.IGNORECASE,
)
_POINTER_WORDS = 14
_FRAGMENT_WORDS = 4
_SENTENCE = re.compile(r"\w\w[.!]['\"”’)\]]*$")
# A word with a figure behind it, in the same row: not the number of a heading or of an item.
_TELLS = re.compile(r"[^\W\d_]{2}.*\d")
# About a paragraph: four lines on a screen.
PARAGRAPH_CHARS = 400


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch of whole sentences of one passage; half-open offsets in the version's text."""

    start: int
    end: int
    text: str


def split_into_units(passage: Passage) -> list[Unit]:
    """Return the units of a passage, in order; they may overlap, and no sentence is left out.

    - A lead-in ("They are designed to:") comes with its items, an item with its lead-in and
      siblings, unless the list is long.
    - "It …" and "Moreover …" come with the sentence before.
    - A question comes with its answer and never alone.
    - Any other sentence is a unit by itself.
    """
    sentences = passage.sentences
    texts = [_cut(passage, start, end).text for start, end in sentences]
    spans = dict.fromkeys(_find_span(texts, at) for at in range(len(texts)))
    return [_cut(passage, sentences[first][0], sentences[last][1]) for first, last in spans]


def grow(passage: Passage, unit: Unit, taken: Iterable[tuple[int, int]]) -> Unit:
    """Return a unit with the sentences around it, up to PARAGRAPH_CHARS.

    First those after it, then those before, until one only points elsewhere or is `taken`: in a
    half-open stretch of the version that is quoted already.
    """
    blocked = list(taken)

    def may_join(start: int, end: int) -> bool:
        free = not any(a < end and start < b for a, b in blocked)
        text = _cut(passage, start, end).text
        return free and not says_little(text) and len(text.split()) > _FRAGMENT_WORDS

    start, end = unit.start, unit.end
    for first, last in passage.sentences:
        if first >= end:
            if last - start > PARAGRAPH_CHARS or not may_join(first, last):
                break
            end = last
    for first, last in reversed(passage.sentences):
        if last <= start:
            if end - first > PARAGRAPH_CHARS or not may_join(first, last):
                break
            start = first
    return _cut(passage, start, end)


def _cut(passage: Passage, start: int, end: int) -> Unit:
    return Unit(start, end, passage.text[start - passage.start : end - passage.start])


def says_little(text: str) -> bool:
    """Tell whether a text only points elsewhere, asks, or is a fragment such as a menu's.

    Few words may say all: a sentence, or a label with its figure or date as in a row of a table.
    """
    words = text.split()
    points = len(words) <= _POINTER_WORDS and _POINTER.match(text)
    whole = _SENTENCE.search(text) or _TELLS.search(text)
    is_fragment = len(words) <= _FRAGMENT_WORDS and not (len(words) > 1 and whole)
    return bool(points) or is_fragment or text.endswith("?")


def _find_span(texts: Sequence[str], at: int) -> tuple[int, int]:
    """Return the first and last sentence of the unit of a sentence."""
    listed = _find_list(texts, at)
    if listed:
        return listed
    first, last = at, at
    if texts[at].endswith("?"):
        last = _find_end_of_answer(texts, at)
    elif at and texts[at - 1].endswith("?"):
        first, last = at - 1, _find_end_of_answer(texts, at - 1)
    elif at and _ANAPHOR.match(texts[at]):
        first = at - 1
    return first, last


def _find_list(texts: Sequence[str], at: int) -> tuple[int, int] | None:
    first = at
    while first and _ITEM.match(texts[first]):
        first -= 1
    if not texts[first].endswith(":"):
        return None
    last = at
    while last + 1 < len(texts) and _ITEM.match(texts[last + 1]):
        last += 1
    if sum(map(len, texts[first : last + 1])) > _LIST_CHARS and at != first:
        return at, at
    return first, last


def _find_end_of_answer(texts: Sequence[str], question: int) -> int:
    last = min(question + 1, len(texts) - 1)
    while last + 1 < len(texts) and len(texts[last].split()) <= _SAYS_NOTHING_WORDS:
        last += 1
    return last
