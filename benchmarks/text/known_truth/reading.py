"""What we read in a file beside what must be read in it, word by word and in order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from benchmarks.text.known_truth.model import Truth

# A raised digit behind a figure is a power and part of it; behind letters it is a unit or a mark.
_WORD = re.compile(r"[^\W⁰¹²³⁴-⁹]+[⁰¹²³⁴-⁹]*|[⁰¹²³⁴-⁹]+")

_HYPHENED = re.compile(r"([^\W\d]+)[-\u2010](?=([^\W\d]+))")


@dataclass(frozen=True, slots=True)
class Reading:
    """What is wrong in one file.

    Attributes:
        name: Of the file.
        producer: The program that made it.
        words: That must be read.
        wrong: Of ours or of the truth, that do not stand in the other in this place.
        hyphens_kept: Words that a line's end cuts on the page, read with its hyphen. Not wrong:
            nothing on the page tells "notwith-standing" from "non-exhaustive".
        faults: Each as "expected → read", with the words before.
    """

    name: str
    producer: str
    words: int
    wrong: int
    hyphens_kept: int
    faults: tuple[str, ...]


def list_exact_words(text: str) -> list[str]:
    """Return the words of a text as they are written: case, accents and raised digits count."""
    return _WORD.findall(unicodedata.normalize("NFC", text))


def join_kept_hyphens(text: str, truth: Truth) -> tuple[str, int]:
    """Return a text with words whole that are whole in the truth and have a hyphen in it."""
    whole = {word for line in truth.body for word in list_exact_words(line)}
    joined = 0

    def join(found: re.Match[str]) -> str:
        nonlocal joined
        known = found[1] + found[2] in whole
        joined += known
        return found[1] if known else found[0]

    return _HYPHENED.sub(join, unicodedata.normalize("NFC", text)), joined


def compare_with_truth(text: str, truth: Truth) -> Reading:
    """Compare the words of a text with what must be read: the body in order, notes anywhere."""
    healed, kept = join_kept_hyphens(text, truth)
    ours = list_exact_words(healed)
    body = [word for line in truth.body for word in list_exact_words(line)]
    wrong, faults = 0, []
    for note in truth.notes:
        words = list_exact_words(note)
        at = _find_run(ours, words)
        if at is None:
            wrong += len(words)
            faults.append(f"note {' '.join(words)!r} → not read in one piece")
        else:
            ours[at : at + len(words)] = []
    optional = {*truth.optional, *(_raise(mark) for mark in truth.optional)}
    matcher = SequenceMatcher(None, body, ours, autojunk=False)
    for kind, start, end, our_start, our_end in matcher.get_opcodes():
        read = [word for word in ours[our_start:our_end] if word not in optional]
        if kind != "equal" and (read or end > start):
            wrong += max(end - start, len(read))
            before = " ".join(body[max(0, start - 3) : start])
            faults.append(f"… {before} {' '.join(body[start:end])!r} → {' '.join(read)!r}")
    counted = len(body) + sum(len(list_exact_words(note)) for note in truth.notes)
    return Reading(truth.name, truth.producer, counted, wrong, kept, tuple(faults))


def _find_run(words: Sequence[str], run: Sequence[str]) -> int | None:
    for at in range(len(words) - len(run) + 1):
        if list(words[at : at + len(run)]) == list(run):
            return at
    return None


def _raise(mark: str) -> str:
    return mark.translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
