"""Texts cut into stretches of whole sentences, as long as the passages of an index."""

from __future__ import annotations

import random

from sentencex import get_sentence_boundaries

Span = tuple[int, int]

# About what a passage of the index holds; a remainder shorter than this goes with what precedes.
WINDOW_CHARS = 640
_REMAINDER_CHARS = 160


def sentences_of(text: str) -> list[Span]:
    """Return the half-open offsets of a text's sentences, without the space around them."""
    spans = []
    for found in get_sentence_boundaries("en", text):
        start, end = found["start_index"], found["end_index"]
        sentence = text[start:end]
        start += len(sentence) - len(sentence.lstrip())
        end -= len(sentence) - len(sentence.rstrip())
        if start < end:
            spans.append((start, end))
    return spans


def windows(text: str) -> list[Span]:
    """Cut a text into stretches of whole sentences, about as long as a passage of the index.

    Args:
        text: Any.

    Returns:
        Half-open offsets, in order; a sentence longer than WINDOW_CHARS is a window by itself.
    """
    found: list[Span] = []
    for start, end in sentences_of(text):
        if found and end - found[-1][0] <= WINDOW_CHARS:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    if len(found) > 1 and found[-1][1] - found[-1][0] < _REMAINDER_CHARS:
        found[-2:] = [(found[-2][0], found[-1][1])]
    return found


def window_with(text: str, span: Span, chance: random.Random) -> Span:
    """Return whole sentences around a span, about WINDOW_CHARS long, the span anywhere in them.

    Args:
        text: Any.
        span: Half-open offsets in it.
        chance: Where in the window the span stands.

    Returns:
        Half-open offsets that hold the span, however long its sentences are.
    """
    cut = sentences_of(text)
    first = max((n for n, s in enumerate(cut) if s[0] <= span[0]), default=0)
    last = max(first, min((n for n, s in enumerate(cut) if s[1] >= span[1]), default=len(cut) - 1))
    while True:
        sides = [side for side in (first - 1, last + 1) if 0 <= side < len(cut)]
        sides = [
            side
            for side in sides
            if cut[max(side, last)][1] - cut[min(side, first)][0] <= WINDOW_CHARS
        ]
        if not sides:
            return min(span[0], cut[first][0]), max(span[1], cut[last][1])
        side = chance.choice(sides)
        first, last = min(first, side), max(last, side)
