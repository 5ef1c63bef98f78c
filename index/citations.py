"""Citations: the text that an id of `index.version.citation_id` names, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from index.types import Document
from index.version import Version


@dataclass(frozen=True, slots=True)
class Citable:
    """A stored text and the passage of it that a citation id names.

    Attributes:
        version: The text as it was when cited.
        start: Half-open offsets of the quote.
        end: See start.
        document: The document that shows or showed this version.
        current: Whether the document still shows this version.
        removed: Whether the document has left the index since.
    """

    version: Version
    start: int
    end: int
    document: Document
    current: bool
    removed: bool

    @property
    def quote(self) -> str:
        """The cited words."""
        return self.version.text[self.start : self.end]


StandingState = Literal["current", "stands", "moved", "gone", "removed"]
# difflib's own idea of a close match (`get_close_matches`); below it the two say different things.
LEAST_LIKENESS = 0.6
_AROUND_CHARS = 200
_MOST_PLACES = 50


@dataclass(frozen=True, slots=True)
class Standing:
    """What has become of a quotation.

    Attributes:
        state: `current` in the very text it was cited from, which is today's; `stands` word for
            word under the same headings of today's text; `moved` word for word under others;
            `gone`; `removed` with its document.
        version: The text that `start` and `end` are about, today's; "" for `removed`.
        start: Where the words stand today; of `gone` the nearest sentence. None if there is none.
        end: Half-open; see start.
        likeness: How much of the two is alike, in [0, 1]; 1 unless the words are gone.
    """

    state: StandingState
    version: str = ""
    start: int | None = None
    end: int | None = None
    likeness: float = 1.0


def find_standing(
    then: Version, start: int, end: int, now: Version, sentences: Sequence[tuple[int, int]]
) -> Standing:
    """Look for then.text[start:end] in today's text.

    White space does not count: a paragraph that is wrapped elsewhere says the same. Of several
    places the one under the same headings is taken, then the one with the likest surroundings.
    Where the words are gone, the nearest of `sentences` (half-open offsets in `now`, in order) is
    found by Ratcliff and Obershelp's likeness, as `difflib` computes it.
    """
    path = then.section_at(start)
    places = [match.span() for match in _find_places(then.text[start:end], now.text)]
    if places:
        first, last = max(
            places,
            key=lambda place: (
                now.section_at(place[0]) == path,
                _compare_surroundings(then.text, (start, end), now.text, place),
                -place[0],
            ),
        )
        state: StandingState = "stands" if now.section_at(first) == path else "moved"
        return Standing(state, now.id, first, last)
    likeness, nearest = _find_nearest(then.text[start:end], now.text, sentences)
    if nearest is None:
        return Standing("gone", now.id, likeness=0.0)
    return Standing("gone", now.id, *nearest, likeness=likeness)


def _find_places(quote: str, text: str) -> Iterator[re.Match[str]]:
    words = r"\s+".join(re.escape(word) for word in quote.split())
    # A quotation begins and ends with whole words, so "Art. 5" does not stand in "Art. 50".
    pattern = re.compile(rf"(?<!\w){words}(?!\w)" if words else r"(?!)")
    for number, match in enumerate(pattern.finditer(text)):
        if number == _MOST_PLACES:
            return
        yield match


def _compare_surroundings(
    before: str, then: tuple[int, int], after: str, now: tuple[int, int]
) -> float:
    left = before[max(0, then[0] - _AROUND_CHARS) : then[0]]
    right = before[then[1] : then[1] + _AROUND_CHARS]
    there = after[max(0, now[0] - _AROUND_CHARS) : now[0]]
    beyond = after[now[1] : now[1] + _AROUND_CHARS]
    return (
        SequenceMatcher(None, left, there, autojunk=False).ratio()
        + SequenceMatcher(None, right, beyond, autojunk=False).ratio()
    )


def _find_nearest(
    quote: str, text: str, sentences: Sequence[tuple[int, int]]
) -> tuple[float, tuple[int, int] | None]:
    matcher = SequenceMatcher(None, autojunk=False)
    matcher.set_seq2(quote)  # which difflib remembers, so it is the one that stays
    best, found = LEAST_LIKENESS, None
    for span in _join_sentences(sentences, len(quote)):
        matcher.set_seq1(text[slice(*span)])
        if matcher.real_quick_ratio() > best and matcher.quick_ratio() > best:
            likeness = matcher.ratio()
            if likeness > best:
                best, found = likeness, span
    return (best, found) if found else (0.0, None)


def _join_sentences(sentences: Sequence[tuple[int, int]], chars: int) -> Iterator[tuple[int, int]]:
    """Yield runs of sentences about as long as the quotation, one from each sentence on."""
    for number, (start, end) in enumerate(sentences):
        following = number + 1
        while end - start < 0.7 * chars and following < len(sentences):
            end = sentences[following][1]
            following += 1
        yield start, end
