"""Sources that give different figures for what reads like the same thing.

Nothing here decides who is right, or whether both are (another year, another definition): the
sentences are quoted side by side and it is said that they differ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import regex

from chat.evidence.figures import Figure, differ, find_figures
from chat.evidence.structure.lines import is_plain_text
from chat.evidence.units import Unit, split_into_units
from chat.question.kinds import classify_question
from chat.question.names import CAPITAL
from chat.retrieval.retrieve import Retrieved
from chat.types import Candidate, Evidence
from index.embedding.base import Matrix
from index.text.languages import DEFAULT_LANGUAGE
from index.text.places import is_place

# Passages that are looked through for another figure.
PASSAGES = 10
_MOST_PAIRS = 24
# Cosine from which two sentences, and what their figures count, are taken to mean the same.
_SAME_CLAIM = 0.5
_SAME_THING = 0.5
_CAPITALISED = regex.compile(rf"{CAPITAL}[\w’-]+(?:\s(?:and\s)?{CAPITAL}[\w’-]+)*")

Encode = Callable[[Sequence[str]], Matrix]


@dataclass(frozen=True, slots=True)
class Contrast:
    """Two pieces of evidence with different figures for the same thing."""

    first: Evidence
    second: Evidence
    figures: tuple[str, str]  # the words of each that differ


def find_contrasts(
    retrieved: Retrieved, evidence: Sequence[Evidence], encode: Encode
) -> list[Contrast]:
    """Return where other documents give another figure than the evidence does.

    Two figures are held against each other if they have the same unit, their sentences and what
    they count mean about the same, neither names a country that the other does not, and the
    question asks for a number or speaks of what is counted. At most one for each piece of
    evidence, and each other sentence once; `encode` makes unit vectors, shape (texts, dimensions).
    """
    pairs = list(islice(_pair_figures(retrieved, evidence), _MOST_PAIRS))
    if not pairs:
        return []
    texts = list(dict.fromkeys(text for pair in pairs for text in pair.texts))
    vectors = dict(zip(texts, encode(texts), strict=True))
    found: dict[int, Contrast] = {}
    for pair in pairs:
        claim, other_claim, thing, other_thing = (vectors[text] for text in pair.texts)
        alike = claim @ other_claim >= _SAME_CLAIM and thing @ other_thing >= _SAME_THING
        held = any(pair.unit.text in (c.first.quote, c.second.quote) for c in found.values())
        if alike and not held and pair.number not in found:
            found[pair.number] = pair.make_contrast(evidence)
    return list(found.values())


def insert_contrasts(evidence: Sequence[Evidence], contrasts: Sequence[Contrast]) -> list[Evidence]:
    """Return the evidence with the other side of each contrast right behind its own, none twice."""
    ordered: list[Evidence] = []
    for piece in evidence:
        seconds = [contrast.second for contrast in contrasts if contrast.first is piece]
        ordered += [one for one in (piece, *seconds) if one not in ordered]
    return ordered


@dataclass(frozen=True, slots=True)
class _Pair:
    """A figure of one piece of evidence and one of another document's sentence."""

    number: int
    piece: Evidence
    own: Figure
    candidate: Candidate
    unit: Unit
    other: Figure

    @property
    def texts(self) -> tuple[str, str, str, str]:
        """Both sentences, and what both figures count."""
        return self.piece.quote, self.unit.text, self.own.counted, self.other.counted

    def make_contrast(self, evidence: Sequence[Evidence]) -> Contrast:
        """Return the pair with the other sentence as evidence: what quotes it already, if any."""
        unit, candidate = self.unit, self.candidate
        start, end, version = unit.start, unit.end, candidate.hit.passage.version
        own, other = self.own.find_span(self.other), self.other.find_span(self.own)
        mark = (start + other[0], start + other[1])
        # Of the kind that is asked for.
        second = Evidence(
            candidate, start, end, unit.text, (mark,), candidate.score, 0.0, True, 0.0
        )
        for piece in evidence:
            same_text = piece.candidate.hit.passage.version == version
            if same_text and piece.start <= start and end <= piece.end:
                second = piece
        words = self.piece.quote[slice(*own)], unit.text[slice(*other)]
        return Contrast(self.piece, second, words)


def _pair_figures(retrieved: Retrieved, evidence: Sequence[Evidence]) -> Iterator[_Pair]:
    asked = {form for word in retrieved.terms.words for form in word.forms}
    for_number = classify_question(retrieved.question) == "number"
    others = [
        (candidate, unit, figure)
        for candidate in retrieved.candidates[:PASSAGES]
        for unit in split_into_units(
            candidate.hit.passage, is_plain=is_plain_text(candidate.hit.document)
        )
        for figure in find_figures(unit.text, _language_of(candidate))
    ]
    for number, piece in enumerate(evidence):
        home = piece.candidate.hit.document.id
        countries = _find_countries(piece.candidate, piece.quote)
        for own in find_figures(piece.quote, _language_of(piece.candidate)):
            if for_number or own.terms & asked:
                for candidate, unit, figure in others:
                    elsewhere = candidate.hit.document.id != home and differ(own, figure)
                    if elsewhere and _find_countries(candidate, unit.text) == countries:
                        yield _Pair(number, piece, own, candidate, unit, figure)


def _find_countries(candidate: Candidate, text: str) -> frozenset[str]:
    """Return the countries that a text or its headings name, by any run of capitalised words."""
    found = set()
    for run in _CAPITALISED.finditer(f"{candidate.hit.passage.context}\n{text}"):
        words = run[0].split()
        runs = (words[i:j] for i in range(len(words)) for j in range(i + 1, len(words) + 1))
        found |= {name for name in map(" ".join, runs) if is_place(name)}
    return frozenset(found)


def _language_of(candidate: Candidate) -> str:
    return candidate.hit.document.metadata.language or DEFAULT_LANGUAGE
