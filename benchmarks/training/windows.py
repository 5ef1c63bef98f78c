"""Texts cut into stretches of whole sentences, as long as the passages of an index."""

from __future__ import annotations

import random

from sentencex import get_sentence_boundaries

Offsets = tuple[int, int]

# About what a passage of the index holds; a remainder shorter than this goes with what precedes.
WINDOW_CHARS = 640
_REMAINDER_CHARS = 160


def find_sentences(text: str) -> list[Offsets]:
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


def cut_windows(text: str) -> list[Offsets]:
    """Cut a text into stretches of whole sentences, about as long as a passage of the index."""
    found: list[Offsets] = []
    for start, end in find_sentences(text):
        if found and end - found[-1][0] <= WINDOW_CHARS:
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    if len(found) > 1 and found[-1][1] - found[-1][0] < _REMAINDER_CHARS:
        found[-2:] = [(found[-2][0], found[-1][1])]
    return found


def cut_window_around(text: str, span: Offsets, chance: random.Random) -> Offsets:
    """Return whole sentences around a span, about WINDOW_CHARS long, the span anywhere in them."""
    cut = find_sentences(text)
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
