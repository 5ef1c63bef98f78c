"""From passages to the quotations that answer: few, the best first, none said twice."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chat.evidence.figures import figures
from chat.evidence.shortlist import UNITS, QuotableUnit, shortlist
from chat.evidence.units import Unit, grown
from chat.question.kinds import kind_of, named
from chat.question.names import is_name
from chat.retrieval.retrieve import Retrieved
from chat.types import Evidence
from index.embedding.base import Embedder, Matrix
from index.text.languages import DEFAULT_LANGUAGE

MOST_UNITS = 3
# Further units must come this near to the best one, those of another passage nearer ...
NEAR_BEST = 0.7
NEAR_BEST_ELSEWHERE = 0.85
# ... whose passage must come near too, and hold the name that is asked about, so that an answer
# about Poland does not end with Portugal;
NEAR_BEST_PASSAGE = 0.8
# and they must not say what is said already (cosine of meaning; share of words).
SAME_MEANING = 0.97
SAME_WORDS = 0.9
# The words that the reader points at are marked from this certainty on: a margin of 0.
SURE_SPAN = 0.5
_REMEMBERED_UNITS = 5_000


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A unit that is quoted, and the stretch that is quoted for it."""

    number: int
    quoted: Unit


class EvidenceSelector:
    """Chooses what is quoted; remembers the vectors of units it has seen."""

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder
        self._vectors: OrderedDict[str, Matrix] = OrderedDict()
        self._lock = threading.Lock()

    def select(self, retrieved: Retrieved) -> list[Evidence]:
        """Return what is to be quoted.

        A question for a date, a number or a name is answered by a sentence; any other by about a
        paragraph, so that its conditions and exceptions stand with it.

        Args:
            retrieved: Passages, best first, with the question, its terms and its vector.

        Returns:
            At most MOST_UNITS that do not overlap: the best one first, then the others of its
            passage and those of other passages, each in the order of the text.
        """
        units, vectors, similarities = self.collect_units(retrieved)
        if not units:
            return []
        choice = _Choice(retrieved, units, vectors, similarities)
        return [choice.make_evidence(chosen) for chosen in choice.choose()]

    def collect_units(
        self, retrieved: Retrieved, most: int = UNITS
    ) -> tuple[list[QuotableUnit], Matrix, list[float]]:
        """Return the units to choose from, their vectors, and the cosine of each with the question.

        Vectors are float32, shape (units, dimensions); cosines in [0, 1].
        """
        units = shortlist(retrieved, most)
        if not units:
            return [], np.zeros((0, 0), dtype=np.float32), []
        vectors = self.encode([unit.in_context for unit in units])
        similarities = np.clip(vectors @ retrieved.query_vector, 0.0, 1.0)
        return units, vectors, [float(similarity) for similarity in similarities]

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Return float32, shape (len(texts), dimensions); of texts seen before from memory."""
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


class _Choice:
    """The choice among the units of one question."""

    def __init__(
        self,
        retrieved: Retrieved,
        units: Sequence[QuotableUnit],
        vectors: Matrix,
        similarities: Sequence[float],
    ) -> None:
        self._question = retrieved.question
        self._kind = kind_of(retrieved.question)
        self._asked = {form for word in retrieved.terms.words for form in word.forms}
        self._names = {
            word.text
            for word in retrieved.terms.words
            if is_name(word.text, word.start, retrieved.question)
        }
        self._units = units
        self._vectors = vectors
        self._similarities = similarities
        self._scores = [u.score(s) for u, s in zip(units, similarities, strict=True)]

    def choose(self) -> list[_Chosen]:
        """Return what is quoted, in the order in which the answer shows it."""
        ranked = sorted(range(len(self._units)), key=self._sort_key)
        best = ranked[0]
        chosen = [self._grow(best, [])]
        for number in ranked[1:]:
            if len(chosen) == MOST_UNITS or self._scores[number] < NEAR_BEST * self._scores[best]:
                break
            if self._is_near(number, best) and not any(self._repeats(number, c) for c in chosen):
                chosen.append(self._grow(number, chosen))
        return self._sort_as_shown(chosen)

    def make_evidence(self, chosen: _Chosen) -> Evidence:
        """Return a quotation with the words in it that carry the answer."""
        unit, quoted = self._units[chosen.number], chosen.quoted
        start, end = unit.stretch.start, unit.stretch.end
        marks = [
            (start + first, start + last)
            for first, last in self._find_marks(unit, unit.stretch.text)
        ]
        if not marks and (start, end) != (quoted.start, quoted.end):
            marks = [(start, end)]
        return Evidence(
            candidate=unit.candidate,
            start=quoted.start,
            end=quoted.end,
            quote=quoted.text,
            marks=tuple(marks),
            score=min(1.0, max(0.0, self._scores[chosen.number])),
            similarity=self._similarities[chosen.number],
            of_kind=unit.of_kind,
            span=unit.span,
        )

    def _find_marks(self, unit: QuotableUnit, text: str) -> list[tuple[int, int]]:
        """Return where a unit's text gives the answer.

        What the reader points at where it is sure that an answer stands there; else what is of
        the kind that is asked for, of numbers those of what is counted.
        """
        candidate, start = unit.candidate, unit.stretch.start
        if candidate.reading is not None and unit.span >= SURE_SPAN:
            begins = candidate.hit.passage.start
            found = candidate.reading.span(start - begins, unit.stretch.end - begins)
            if found:
                return [(found[0] + begins - start, found[1] + begins - start)]
        spans = named(self._kind, text, self._question)
        if self._kind != "number":
            return spans
        language = candidate.hit.document.metadata.language or DEFAULT_LANGUAGE
        counting = [f.start for f in figures(text, language) if f.terms & self._asked]
        telling = [(a, b) for a, b in spans if any(a <= place < b for place in counting)]
        return telling or spans

    def _sort_key(self, number: int) -> tuple[float, int, int]:
        unit = self._units[number]
        return -self._scores[number], unit.passage, unit.stretch.start

    def _grow(self, number: int, chosen: Sequence[_Chosen]) -> _Chosen:
        unit = self._units[number]
        if self._kind != "other":
            return _Chosen(number, unit.stretch)
        taken = [
            (c.quoted.start, c.quoted.end)
            for c in chosen
            if self._version(c.number) == self._version(number)
        ]
        return _Chosen(number, grown(unit.candidate.hit.passage, unit.stretch, taken))

    def _version(self, number: int) -> str:
        return self._units[number].candidate.hit.passage.version

    def _is_near(self, number: int, best: int) -> bool:
        unit, first = self._units[number], self._units[best]
        if first.of_kind and not unit.of_kind:
            return False  # beside a number, a sentence without one adds nothing
        if unit.passage == first.passage:
            return True
        same_league = unit.candidate.score >= NEAR_BEST_PASSAGE * first.candidate.score
        same_subject = unit.rarest == first.rarest or first.rarest not in self._names
        near = self._scores[number] >= NEAR_BEST_ELSEWHERE * self._scores[best]
        return same_league and same_subject and near

    def _repeats(self, number: int, chosen: _Chosen) -> bool:
        one, other = self._units[number], self._units[chosen.number]
        quoted = chosen.quoted
        if self._version(number) == self._version(chosen.number) and (
            one.stretch.start < quoted.end and quoted.start < one.stretch.end
        ):
            return True
        if float(self._vectors[number] @ self._vectors[chosen.number]) > SAME_MEANING:
            return True
        shorter = min(len(one.terms), len(other.terms))
        return shorter > 0 and len(one.terms & other.terms) / shorter > SAME_WORDS

    def _sort_as_shown(self, chosen: Sequence[_Chosen]) -> list[_Chosen]:
        best = self._units[chosen[0].number].passage
        # Other passages in the order in which their first unit was chosen.
        places = [self._units[c.number].passage for c in chosen]
        place = {passage: places.index(passage) for passage in places} | {best: -1}
        rest = sorted(
            chosen[1:], key=lambda c: (place[self._units[c.number].passage], c.quoted.start)
        )
        return [chosen[0], *rest]
