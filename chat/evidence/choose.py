"""From passages to the quotations that answer: few, the best first, none said twice."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chat.evidence.figures import figures
from chat.evidence.shortlist import UNITS, Option, shortlist
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

        A question for a date, a number or a name is answered by a sentence; any other by about a
        paragraph, so that its conditions and exceptions stand with it.

        Args:
            retrieved: Passages, best first, with the question, its terms and its vector.

        Returns:
            At most MOST_UNITS that do not overlap: the best one first, then the others of its
            passage and those of other passages, each in the order of the text.
        """
        options, vectors, similarities = self.options(retrieved)
        if not options:
            return []
        choice = _Choice(retrieved, options, vectors, similarities)
        return [choice.evidence(chosen) for chosen in choice.made()]

    def options(
        self, retrieved: Retrieved, most: int = UNITS
    ) -> tuple[list[Option], Matrix, list[float]]:
        """Return the units that are weighed against each other.

        Args:
            retrieved: Passages, best first, with the question, its terms and its vector.
            most: Units wanted at most.

        Returns:
            The units; their vectors, float32, shape (units, dimensions); and the cosine of
            each with the question, in [0, 1].
        """
        options = shortlist(retrieved, most)
        if not options:
            return [], np.zeros((0, 0), dtype=np.float32), []
        vectors = self.encode([option.in_context for option in options])
        similarities = np.clip(vectors @ retrieved.query_vector, 0.0, 1.0)
        return options, vectors, [float(similarity) for similarity in similarities]

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
        options: Sequence[Option],
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
        self._options = options
        self._vectors = vectors
        self._similarities = similarities
        self._scores = [o.score(s) for o, s in zip(options, similarities, strict=True)]

    def made(self) -> list[_Chosen]:
        """Return what is quoted, in the order in which it is told."""
        ranked = sorted(range(len(self._options)), key=self._order)
        best = ranked[0]
        chosen = [self._grown(best, [])]
        for number in ranked[1:]:
            if len(chosen) == MOST_UNITS or self._scores[number] < NEAR_BEST * self._scores[best]:
                break
            if self._is_near(number, best) and not any(self._repeats(number, c) for c in chosen):
                chosen.append(self._grown(number, chosen))
        return self._told(chosen)

    def evidence(self, chosen: _Chosen) -> Evidence:
        """Return a quotation with the words in it that carry the answer."""
        option, quoted = self._options[chosen.number], chosen.quoted
        unit = option.unit
        marks = [
            (unit.start + start, unit.start + end)
            for start, end in self._telling(option, unit.text)
        ]
        if not marks and (unit.start, unit.end) != (quoted.start, quoted.end):
            marks = [(unit.start, unit.end)]
        return Evidence(
            candidate=option.candidate,
            start=quoted.start,
            end=quoted.end,
            quote=quoted.text,
            marks=tuple(marks),
            score=min(1.0, max(0.0, self._scores[chosen.number])),
            similarity=self._similarities[chosen.number],
            of_kind=option.of_kind,
            span=option.span,
        )

    def _telling(self, option: Option, text: str) -> list[tuple[int, int]]:
        """Return where a unit's text gives the answer.

        What the reader points at where it is sure that an answer stands there; else what is of
        the kind that is asked for, of numbers those of what is counted.
        """
        candidate, unit = option.candidate, option.unit
        if candidate.reading is not None and option.span >= SURE_SPAN:
            begins = candidate.hit.passage.start
            found = candidate.reading.span(unit.start - begins, unit.end - begins)
            if found:
                return [(found[0] + begins - unit.start, found[1] + begins - unit.start)]
        spans = named(self._kind, text, self._question)
        if self._kind != "number":
            return spans
        language = candidate.hit.document.metadata.language or DEFAULT_LANGUAGE
        counting = [f.start for f in figures(text, language) if f.terms & self._asked]
        telling = [(a, b) for a, b in spans if any(a <= start < b for start in counting)]
        return telling or spans

    def _order(self, number: int) -> tuple[float, int, int]:
        option = self._options[number]
        return -self._scores[number], option.passage, option.unit.start

    def _grown(self, number: int, chosen: Sequence[_Chosen]) -> _Chosen:
        option = self._options[number]
        if self._kind != "other":
            return _Chosen(number, option.unit)
        taken = [
            (c.quoted.start, c.quoted.end)
            for c in chosen
            if self._version(c.number) == self._version(number)
        ]
        return _Chosen(number, grown(option.candidate.hit.passage, option.unit, taken))

    def _version(self, number: int) -> str:
        return self._options[number].candidate.hit.passage.version

    def _is_near(self, number: int, best: int) -> bool:
        option, first = self._options[number], self._options[best]
        if first.of_kind and not option.of_kind:
            return False  # beside a number, a sentence without one adds nothing
        if option.passage == first.passage:
            return True
        same_league = option.candidate.score >= NEAR_BEST_PASSAGE * first.candidate.score
        same_subject = option.rarest == first.rarest or first.rarest not in self._names
        near = self._scores[number] >= NEAR_BEST_ELSEWHERE * self._scores[best]
        return same_league and same_subject and near

    def _repeats(self, number: int, chosen: _Chosen) -> bool:
        one, other = self._options[number], self._options[chosen.number]
        quoted = chosen.quoted
        if self._version(number) == self._version(chosen.number) and (
            one.unit.start < quoted.end and quoted.start < one.unit.end
        ):
            return True
        if float(self._vectors[number] @ self._vectors[chosen.number]) > SAME_MEANING:
            return True
        shorter = min(len(one.terms), len(other.terms))
        return shorter > 0 and len(one.terms & other.terms) / shorter > SAME_WORDS

    def _told(self, chosen: Sequence[_Chosen]) -> list[_Chosen]:
        best = self._options[chosen[0].number].passage
        # Other passages in the order in which their first unit was chosen.
        places = [self._options[c.number].passage for c in chosen]
        place = {passage: places.index(passage) for passage in places} | {best: -1}
        rest = sorted(
            chosen[1:], key=lambda c: (place[self._options[c.number].passage], c.quoted.start)
        )
        return [chosen[0], *rest]
