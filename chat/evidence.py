"""From passages to the sentences that answer: few, the best first, none said twice."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chat.question_type import Kind, kind_of, names_one
from chat.retrieve import Retrieved, Terms, words_of
from chat.support import weights
from chat.types import Candidate, Evidence
from chat.units import Unit, quotable
from index.embedder import Embedder, Matrix
from index.types import embedded_text

# Passages whose units are looked at, and units that are embedded: a question has 40 ms.
PASSAGES = 5
UNITS = 8
# A passage that scores less than this share of the best one is not read.
IN_REACH = 0.75
# A term that stands in the heading and not in the unit counts this much.
CONTEXT_SHARE = 0.8
MOST_UNITS = 3
# Further units must come this near to the best one, those of another passage nearer ...
NEAR_BEST = 0.8
NEAR_BEST_ELSEWHERE = 0.9
# ... whose passage must come near too, with the same rarest word of the question, so that an
# answer about Poland does not end with Portugal;
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


@dataclass(frozen=True, slots=True)
class Option:
    """A unit that may be quoted.

    Attributes:
        candidate: Its passage.
        unit: Where it stands.
        terms: Its analysed words.
        coverage: Share of the question's weight that it and its headings hold.
        rarest: The rarest of the question's terms that it or its headings hold, "" for none.
        of_kind: Whether it names a thing of the kind that is asked for.
    """

    candidate: Candidate
    unit: Unit
    terms: frozenset[str]
    coverage: float
    rarest: str
    of_kind: bool

    def signals(self, similarity: float) -> dict[str, float]:
        """Return what speaks for this unit, each in [0, 1], by the names of the learnt weights.

        Args:
            similarity: Cosine of the question and the unit under its headings.

        Returns:
            As many signals as there are weights.
        """
        return {
            "coverage": self.coverage,
            "similarity": similarity,
            "passage": self.candidate.score,
            "of_kind": float(self.of_kind),
        }

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
        self._lock = threading.Lock()

    def select(self, retrieved: Retrieved) -> list[Evidence]:
        """Return what is to be quoted.

        Args:
            retrieved: Passages, best first, with the question, its terms and its vector.

        Returns:
            At most MOST_UNITS that do not overlap: the best one first, then the others of its
            passage and those of other passages, each in the order of the text.
        """
        options, vectors, similarities = self.options(retrieved)
        if not options:
            return []
        scores = [_score(*pair) for pair in zip(options, similarities, strict=True)]
        return _ordered(options, scores, _choose(options, vectors, scores))

    def options(self, retrieved: Retrieved) -> tuple[list[Option], Matrix, list[float]]:
        """Return the units that are weighed against each other.

        Args:
            retrieved: Passages, best first, with the question, its terms and its vector.

        Returns:
            At most UNITS; their vectors, float32, shape (units, dimensions); and the cosine of
            each with the question, in [0, 1].
        """
        options = _shortlist(retrieved)
        if not options:
            return [], np.zeros((0, 0), dtype=np.float32), []
        vectors = self._encode([_in_context(option) for option in options])
        similarities = np.clip(vectors @ retrieved.query_vector, 0.0, 1.0)
        return options, vectors, [float(similarity) for similarity in similarities]

    def _encode(self, texts: Sequence[str]) -> Matrix:
        with self._lock:
            known = {text: self._vectors[text] for text in texts if text in self._vectors}
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            known |= zip(missing, self.embedder.encode(missing, "passage"), strict=True)
            with self._lock:
                self._vectors |= {text: known[text] for text in missing}
                while len(self._vectors) > _REMEMBERED_UNITS:
                    self._vectors.popitem(last=False)
        return np.stack([known[text] for text in texts])


def _shortlist(retrieved: Retrieved) -> list[Option]:
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
    telling = [option for option in options if not _says_little(option.unit.text)]
    return sorted(telling or options, key=lambda option: -_score(option, similarity=0.0))[:UNITS]


def _option(candidate: Candidate, unit: Unit, terms: Terms, kind: Kind, question: str) -> Option:
    passage, language = candidate.hit.passage, candidate.hit.document.metadata.language
    words = words_of(unit.text, language)
    present = words | words_of(passage.context, language)
    own, both = terms.coverage(words), terms.coverage(present)
    # What only the heading says counts for less than what the unit itself says.
    coverage = own + CONTEXT_SHARE * (both - own)
    of_kind = names_one(kind, unit.text, question)
    return Option(candidate, unit, words, coverage, terms.rarest(present), of_kind)


def _in_context(option: Option) -> str:
    return embedded_text(option.unit.text, option.candidate.hit.passage.context)


def _score(option: Option, similarity: float) -> float:
    learnt = weights().evidence
    return sum(learnt[name] * value for name, value in option.signals(similarity).items())


def _says_little(text: str) -> bool:
    words = len(text.split())
    points = words <= _POINTER_WORDS and _POINTER.match(text)
    return bool(points) or words <= _FRAGMENT_WORDS or text.endswith("?")


def _choose(options: Sequence[Option], vectors: Matrix, scores: Sequence[float]) -> list[int]:
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


def _is_near(option: Option, score: float, best: Option, best_score: float) -> bool:
    if option.passage == best.passage:
        return True
    same_league = option.candidate.score >= NEAR_BEST_PASSAGE * best.candidate.score
    same_subject = option.rarest == best.rarest
    return same_league and same_subject and score >= NEAR_BEST_ELSEWHERE * best_score


def _repeats(i: int, j: int, options: Sequence[Option], vectors: Matrix) -> bool:
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
    options: Sequence[Option], scores: Sequence[float], chosen: Sequence[int]
) -> list[Evidence]:
    best = options[chosen[0]]
    # Other passages in the order in which their first unit was chosen.
    place = {options[i].passage: rank for rank, i in reversed(list(enumerate(chosen)))}
    place[best.passage] = -1
    rest = sorted(chosen[1:], key=lambda i: (place[options[i].passage], options[i].unit.start))
    return [_evidence(options[i], scores[i]) for i in [chosen[0], *rest]]


def _evidence(option: Option, score: float) -> Evidence:
    unit = option.unit
    return Evidence(
        option.candidate, unit.start, unit.end, unit.text, min(1.0, max(0.0, score)), option.of_kind
    )
