"""Offsets in a record's text to offsets in the canonical text that a reader made of it."""

from __future__ import annotations

import bisect
import difflib
import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Word:
    """A word that both texts have: where it starts, and how long it is in each."""

    before: int
    before_chars: int
    after: int
    after_chars: int


class Alignment:
    """Maps spans of one text to another that has the same words but for a few.

    A reader changes white space, drops what cannot be seen and leaves out whole lines of page
    furniture; so words are matched in order, and characters within a word that is the same.
    """

    def __init__(self, before: str, after: str) -> None:
        self._words = _match_words(before, after)
        self._ends = [word.before + word.before_chars for word in self._words]

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the stretch of `after` that holds what is left of `before[start:end]`, or None."""
        first = bisect.bisect_right(self._ends, start)
        last = first
        while last < len(self._words) and self._words[last].before < end:
            last += 1
        if first == last:
            return None
        opening, closing = self._words[first], self._words[last - 1]
        return (
            opening.after + min(max(0, start - opening.before), opening.after_chars - 1),
            closing.after + max(1, min(end - closing.before, closing.after_chars)),
        )


def _match_words(before: str, after: str) -> list[_Word]:
    old = [match.span() for match in re.finditer(r"\S+", before)]
    new = [match.span() for match in re.finditer(r"\S+", after)]
    old_words, new_words = [before[a:b] for a, b in old], [after[a:b] for a, b in new]
    if old_words == new_words:
        pairs = list(zip(old, new, strict=True))
    else:
        # Two words in a place of two are the same words, written otherwise (NFC, soft hyphens).
        pairs = []
        matcher = difflib.SequenceMatcher(None, old_words, new_words, autojunk=False)
        for tag, a, b, c, d in matcher.get_opcodes():
            if tag == "equal" or (tag == "replace" and b - a == d - c):
                pairs += zip(old[a:b], new[c:d], strict=True)
    return [_Word(a, b - a, c, d - c) for (a, b), (c, d) in pairs]
