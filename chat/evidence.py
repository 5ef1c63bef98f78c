"""From passages to the sentences that answer: few, the best first, none said twice."""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chat.question_type import Kind, kind_of, names_one
from chat.retrieve import Retrieved, Terms, words_of
from chat.types import Candidate, Evidence
from chat.units import Unit, quotable
from index.embedder import Embedder, Matrix

# Passages whose units are looked at, and units that are embedded: a question has 40 ms.
PASSAGES = 5
UNITS = 12
# A passage that scores less than this share of the best one is not read.
IN_REACH = 0.75
# A unit's score: its words, its meaning, the passage it stands in, and whether it names a thing
# of the kind that is asked for. See docs/adr/0009.
COVERAGE_WEIGHT = 0.30
SIMILARITY_WEIGHT = 0.35
PASSAGE_WEIGHT = 0.25
KIND_WEIGHT = 0.10
# A term that stands in the heading and not in the unit counts this much.
CONTEXT_SHARE = 0.8
MOST_UNITS = 3
# Further units must come this near to the best one, those of another passage nearer ...
NEAR_BEST = 0.8
NEAR_BEST_ELSEWHERE = 0.9
# ... whose passage must come near too, so that an answer about Poland does not end with Portugal;
NEAR_BEST_PASSAGE = 0.85
# and they must not say what is said already (cosine of meaning; share of words).
SAME_MEANING = 0.92
SAME_WORDS = 0.8
_REMEMBERED_UNITS = 5_000

# What only points elsewhere ("See more on ...") answers nothing, nor does a heading or a menu.
_POINTER = re.compile(
    r"(see|find out|read|click|learn|more information|available here|download|skip|back)\b",
    re.IGNORECASE,
)
_POINTER_WORDS = 14
_FRAGMENT_WORDS = 4
_SAYS_LITTLE_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class _Option:
    """A unit that may be quoted.

    Attributes:
        candidate: Its passage.
        unit: Where it stands.
        terms: Its analysed words.
        coverage: Share of the question's weight that it and its headings hold.
        of_kind: Whether it names a thing of the kind that is asked for.
    """

    candidate: Candidate
    unit: Unit
    terms: frozenset[str]
    coverage: float
    of_kind: bool

    @property
    def passage(self) -> int:
        """The number of its passage."""
        return self.candidate.hit.passage.number


class EvidenceSelector:
    """Chooses what is quoted; remembers the vectors of units it has seen.

    Args:
        embedder: Makes vectors of units.
    """

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder
        self._vectors: OrderedDict[str, Matrix] = OrderedDict()

    def select(self, retrieved: Retrieved) -> list[Evidence]:
        """Return what is to be quoted.

        Args:
            retrieved: Passages, best first, with the question, its terms and its vector.

        Returns:
            At most MOST_UNITS that do not overlap: the best one first, then the others of its
            passage and those of other passages, each in the order of the text.
        """
        options = _shortlist(retrieved)
        if not options:
            return []
        vectors = self._encode([_in_context(option) for option in options])
        similarities = np.clip(vectors @ retrieved.query_vector, 0.0, 1.0)
        scores = [
            _score(option, float(similarity))
            for option, similarity in zip(options, similarities, strict=True)
        ]
        return _ordered(options, scores, _choose(options, vectors, scores))

    def _encode(self, texts: Sequence[str]) -> Matrix:
        missing = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if missing:
            made = self.embedder.encode(missing, "passage")
            self._vectors.update(zip(missing, made, strict=True))
        vectors = np.stack([self._vectors[text] for text in texts])
        while len(self._vectors) > _REMEMBERED_UNITS:
            self._vectors.popitem(last=False)
        return vectors


def _shortlist(retrieved: Retrieved) -> list[_Option]:
    """Return the units worth embedding: of the best passages, the ones with the best words."""
    if not retrieved.candidates:
        return []
    question, terms = retrieved.question, retrieved.terms
    kind = kind_of(question)
    worth_reading = IN_REACH * retrieved.candidates[0].score
    options = [
        _option(candidate, unit, terms, kind, question)
        for candidate in retrieved.candidates[:PASSAGES]
        if candidate.score >= worth_reading
        for unit in quotable(candidate.hit.passage)
    ]
    return sorted(options, key=lambda option: -_score(option, similarity=0.0))[:UNITS]


def _option(candidate: Candidate, unit: Unit, terms: Terms, kind: Kind, question: str) -> _Option:
    passage, language = candidate.hit.passage, candidate.hit.document.metadata.language
    words = words_of(unit.text, language)
    own = terms.coverage(words)
    both = terms.coverage(words | words_of(passage.context, language))
    # What only the heading says counts for less than what the unit itself says.
    coverage = own + CONTEXT_SHARE * (both - own)
    return _Option(candidate, unit, words, coverage, names_one(kind, unit.text, question))


def _in_context(option: _Option) -> str:
    context = option.candidate.hit.passage.context
    return f"{context}\n{option.unit.text}" if context else option.unit.text


def _score(option: _Option, similarity: float) -> float:
    score = (
        COVERAGE_WEIGHT * option.coverage
        + SIMILARITY_WEIGHT * similarity
        + PASSAGE_WEIGHT * option.candidate.score
        + KIND_WEIGHT * option.of_kind
    )
    return score * _SAYS_LITTLE_SHARE if _says_little(option.unit.text) else score


def _says_little(text: str) -> bool:
    words = len(text.split())
    points = words <= _POINTER_WORDS and _POINTER.match(text)
    return bool(points) or words <= _FRAGMENT_WORDS or text.endswith("?")


def _choose(options: Sequence[_Option], vectors: Matrix, scores: Sequence[float]) -> list[int]:
    ranked = sorted(
        range(len(options)), key=lambda i: (-scores[i], options[i].passage, options[i].unit.start)
    )
    best = ranked[0]
    chosen = [best]
    for i in ranked[1:]:
        if len(chosen) == MOST_UNITS or scores[i] < NEAR_BEST * scores[best]:
            break
        near = _is_near(options[i], scores[i], options[best], scores[best])
        if near and not any(_repeats(i, j, options, vectors) for j in chosen):
            chosen.append(i)
    return chosen


def _is_near(option: _Option, score: float, best: _Option, best_score: float) -> bool:
    if option.passage == best.passage:
        return True
    same_league = option.candidate.score >= NEAR_BEST_PASSAGE * best.candidate.score
    return same_league and score >= NEAR_BEST_ELSEWHERE * best_score


def _repeats(i: int, j: int, options: Sequence[_Option], vectors: Matrix) -> bool:
    one, other = options[i], options[j]
    if one.candidate.hit.passage.version == other.candidate.hit.passage.version and (
        one.unit.start < other.unit.end and other.unit.start < one.unit.end
    ):
        return True
    if float(vectors[i] @ vectors[j]) > SAME_MEANING:
        return True
    shorter = min(len(one.terms), len(other.terms))
    return shorter > 0 and len(one.terms & other.terms) / shorter > SAME_WORDS


def _ordered(
    options: Sequence[_Option], scores: Sequence[float], chosen: Sequence[int]
) -> list[Evidence]:
    best = options[chosen[0]]
    # Other passages in the order in which their first unit was chosen.
    place = {options[i].passage: rank for rank, i in reversed(list(enumerate(chosen)))}
    place[best.passage] = -1
    rest = sorted(chosen[1:], key=lambda i: (place[options[i].passage], options[i].unit.start))
    return [_evidence(options[i], scores[i]) for i in [chosen[0], *rest]]


def _evidence(option: _Option, score: float) -> Evidence:
    unit = option.unit
    return Evidence(option.candidate, unit.start, unit.end, unit.text, min(1.0, score))
