"""The choice among the units of one question: which are quoted, and why the others are not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from chat.evidence.figures import find_figures
from chat.evidence.shortlist import QuotableUnit
from chat.evidence.structure.lines import is_plain_text, leave_marks
from chat.evidence.units import Unit, grow, is_row, join
from chat.question.kinds import classify_question, find_named
from chat.question.names import is_name
from chat.retrieval.retrieve import Retrieved
from chat.types import Evidence
from index.embedding.base import Matrix
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
# Shares of the question's words that differ by less are the same.
LEAST_GAP = 1e-6
# The words that the reader points at are marked from this certainty on: a margin of 0.
SURE_SPAN = 0.5

Objection = Literal[
    "enough",
    "low",
    "not_of_kind",
    "passage",
    "row",
    "subject",
    "low_elsewhere",
    "overlaps",
    "joined",
    "repeats",
]


@dataclass(frozen=True, slots=True)
class Chosen:
    """A unit that is quoted, and the stretch that is quoted for it."""

    number: int
    quoted: Unit


@dataclass(frozen=True, slots=True)
class Unquoted:
    """A unit that was weighed and is not quoted.

    Attributes:
        text: Its words.
        why: What speaks against it.
        beside: The quoted words that overlap or repeat it, or the name that its passage lacks; ""
            for other objections.
        share: Its score as a share of the best one's.
    """

    text: str
    why: Objection
    beside: str
    share: float


class Choice:
    """The choice among the units of one question."""

    def __init__(
        self,
        retrieved: Retrieved,
        units: Sequence[QuotableUnit],
        vectors: Matrix,
        similarities: Sequence[float],
    ) -> None:
        self._question = retrieved.question
        self._kind = classify_question(retrieved.question)
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

    def choose(self) -> tuple[list[Chosen], list[Unquoted]]:
        """Return what is quoted, in the order in which the answer shows it, and what is not."""
        ranked = sorted(range(len(self._units)), key=self._sort_key)
        best = ranked[0]
        chosen = [self._grow(best, [])]
        unquoted = []
        for number in ranked[1:]:
            objection = self._find_objection(number, best, chosen)
            if objection is None:
                chosen.append(self._grow(number, chosen))
                continue
            if objection == ("enough", "") and self._join(number, chosen):
                objection = "joined", ""
            text = self._units[number].stretch.text
            unquoted.append(Unquoted(text, *objection, self._share(number, best)))
        return self._sort_as_shown(chosen), unquoted

    def make_evidence(self, chosen: Chosen) -> Evidence:
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
                told = leave_marks(text, found[0] + begins - start, found[1] + begins - start)
                if told is not None:
                    return [told]
        spans = find_named(self._kind, text, self._question)
        if self._kind != "number":
            return spans
        language = candidate.hit.document.metadata.language or DEFAULT_LANGUAGE
        counting = [f.start for f in find_figures(text, language) if f.terms & self._asked]
        telling = [(a, b) for a, b in spans if any(a <= place < b for place in counting)]
        return telling or spans

    def _sort_key(self, number: int) -> tuple[float, int, int]:
        unit = self._units[number]
        return -self._scores[number], unit.passage, unit.stretch.start

    def _grow(self, number: int, chosen: Sequence[Chosen]) -> Chosen:
        unit = self._units[number]
        if self._kind != "other":
            return Chosen(number, unit.stretch)
        taken = [
            (c.quoted.start, c.quoted.end)
            for c in chosen
            if self._version(c.number) == self._version(number)
        ]
        hit = unit.candidate.hit
        is_plain = is_plain_text(hit.document)
        return Chosen(number, grow(hit.passage, unit.stretch, taken, is_plain=is_plain))

    def _join(self, number: int, chosen: list[Chosen]) -> bool:
        """Have a quotation take in a unit right beside it; whether one did.

        Three quotations are enough, but a paragraph that is left out between two of them, such as
        the one with the exception, would be missed.
        """
        unit = self._units[number]
        near = self._scores[number] >= NEAR_BEST * max(self._scores[c.number] for c in chosen)
        if self._kind != "other" or not near:
            return False
        passage = unit.candidate.hit.passage
        is_plain = is_plain_text(unit.candidate.hit.document)
        for position, other in enumerate(chosen):
            if self._units[other.number].passage == unit.passage:
                joined = join(passage, unit.stretch, other.quoted, is_plain=is_plain)
                if joined is not None:
                    chosen[position] = Chosen(other.number, joined)
                    return True
        return False

    def _version(self, number: int) -> str:
        return self._units[number].candidate.hit.passage.version

    def _find_objection(
        self, number: int, best: int, chosen: Sequence[Chosen]
    ) -> tuple[Objection, str] | None:
        """Return what speaks against quoting a unit too, and beside which words it does."""
        if len(chosen) == MOST_UNITS:
            return "enough", ""
        if self._scores[number] < NEAR_BEST * self._scores[best]:
            return "low", ""
        if objection := self._find_distance(number, best):
            return objection
        for other in chosen:
            if repetition := self._find_repetition(number, other):
                return repetition, other.quoted.text
        return None

    def _find_distance(self, number: int, best: int) -> tuple[Objection, str] | None:
        """Return what makes a unit stand too far from the best one to be quoted beside it."""
        unit, first = self._units[number], self._units[best]
        if first.of_kind and not unit.of_kind:
            return "not_of_kind", ""  # beside a number, a sentence without one adds nothing
        are_rows = is_row(unit.stretch.text) and is_row(first.stretch.text)
        holds_less = unit.coverage < first.coverage - LEAST_GAP
        if are_rows and holds_less and unit.version == first.version:
            return "row", ""
        if unit.passage == first.passage:
            return None
        if unit.candidate.score < NEAR_BEST_PASSAGE * first.candidate.score:
            return "passage", ""
        if unit.rarest != first.rarest and first.rarest in self._names:
            return "subject", first.rarest
        if self._scores[number] < NEAR_BEST_ELSEWHERE * self._scores[best]:
            return "low_elsewhere", ""
        return None

    def _find_repetition(self, number: int, chosen: Chosen) -> Objection | None:
        one, other = self._units[number], self._units[chosen.number]
        quoted = chosen.quoted
        if self._version(number) == self._version(chosen.number) and (
            one.stretch.start < quoted.end and quoted.start < one.stretch.end
        ):
            return "overlaps"
        if float(self._vectors[number] @ self._vectors[chosen.number]) > SAME_MEANING:
            return "repeats"
        shorter = min(len(one.terms), len(other.terms))
        shares_words = shorter > 0 and len(one.terms & other.terms) / shorter > SAME_WORDS
        return "repeats" if shares_words else None

    def _share(self, number: int, best: int) -> float:
        return self._scores[number] / self._scores[best] if self._scores[best] else 1.0

    def _sort_as_shown(self, chosen: Sequence[Chosen]) -> list[Chosen]:
        best = self._units[chosen[0].number].passage
        # Other passages in the order in which their first unit was chosen.
        places = [self._units[c.number].passage for c in chosen]
        place = {passage: places.index(passage) for passage in places} | {best: -1}
        rest = sorted(
            chosen[1:], key=lambda c: (place[self._units[c.number].passage], c.quoted.start)
        )
        return [chosen[0], *rest]
