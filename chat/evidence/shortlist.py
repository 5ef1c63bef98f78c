"""What could be quoted: the units of the best passages, and what speaks for each."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from chat.evidence.learned import load_weights
from chat.evidence.structure.lines import is_plain_text
from chat.evidence.structure.tables import find_heads
from chat.evidence.units import (
    Unit,
    is_row,
    only_names_source,
    says_little,
    split_into_units,
)
from chat.question.kinds import QuestionKind, classify_question, find_named
from chat.retrieval.retrieve import Retrieved, Terms, collect_terms
from chat.types import Candidate
from index.types import embedded_text

# Passages whose units are looked at, and units that are embedded: a question has 40 ms.
PASSAGES = 5
UNITS = 5
# A passage that scores less than this share of the best one is not read.
IN_REACH = 0.75
# A term that stands in the heading and not in the unit counts this much.
CONTEXT_SHARE = 0.8
# A section whose own heading says what is asked answers with what it begins with. The sets that
# the other weights are learnt on have no headings, so this one was chosen: see docs/adr/0009.
LEAD_WEIGHT = 0.3
# A row that lacks the code that is asked for counts this much of its words.
WITHOUT_CODE = 0.5
_CODE = re.compile(r"\b\w*\d\w*(?:[-/.]\w+)+")
_HEADING_SEPARATOR = " › "
_HEADING_CHARS = 80
# Margins are sums of two logits, mostly from -12 to 12.
MARGIN_SCALE = 5.0
_LEAST_MARGIN = -60.0


@dataclass(frozen=True, slots=True)
class QuotableUnit:
    """A unit that may be quoted, and what is known of it beside the question."""

    candidate: Candidate  # its passage
    stretch: Unit  # where it stands
    terms: frozenset[str]  # its analysed words
    coverage: float  # share of the question's weight that it and its headings hold
    # Share that the heading right above it holds, times how near it stands to the beginning of
    # its passage.
    lead: float
    rarest: str  # of the question's words that it or its headings hold; "" for none
    of_kind: bool  # whether it names a thing of the kind that is asked for
    # How much better the reader finds the best answer in it than none, in [0, 1]; 0 where its
    # passage was not read.
    span: float

    @property
    def passage(self) -> int:
        """The number of its passage."""
        return self.candidate.hit.number

    @property
    def version(self) -> str:
        """The text that it is part of."""
        return self.candidate.hit.passage.version

    @property
    def in_context(self) -> str:
        """The unit under the heading right above it: what is embedded.

        The headings further up are its passage's, whose score counts them; embedding them with
        each unit too took a fifth more time and chose no better.
        """
        return embedded_text(self.stretch.text, _find_heading(self.candidate)[:_HEADING_CHARS])

    def compute_signals(self, similarity: float) -> dict[str, float]:
        """Return what speaks for this unit, each in [0, 1], by the names of the learnt weights.

        `similarity` is the cosine of the question and `in_context`.
        """
        found = {
            "coverage": self.coverage,
            "similarity": similarity,
            "passage": self.candidate.score,
            "of_kind": float(self.of_kind),
        }
        return found if self.candidate.reading is None else found | {"span": self.span}

    def score(self, similarity: float) -> float:
        """Return how likely it is, beside other units, that this one answers.

        About [0, 1.3], with a reading up to the weight of its span more; only the order counts.
        `similarity` is 0 if it is not known yet.
        """
        weights = load_weights(self.candidate.reading is not None).evidence
        signals = self.compute_signals(similarity)
        return sum(weights[n] * v for n, v in signals.items()) + LEAD_WEIGHT * self.lead


PassingOver = Literal["unread", "heading", "enough", "low"]


@dataclass(frozen=True, slots=True)
class Shortlist:
    """What may be quoted, and what was passed over on the way there.

    Attributes:
        units: Worth embedding: those with the best words first.
        passages: Whose units were looked at, best first.
        passed_over: The other passages, and why.
        unweighed: How many further units the passages have that say something.
        mute: How many only point elsewhere, ask or are fragments.
    """

    units: tuple[QuotableUnit, ...]
    passages: tuple[Candidate, ...]
    passed_over: tuple[tuple[Candidate, PassingOver], ...]
    unweighed: int
    mute: int


def shortlist(retrieved: Retrieved, most: int = UNITS) -> Shortlist:
    """Return the units worth embedding: of the best passages, those with the best words first."""
    passages, passed_over = _sift(retrieved.candidates)
    question, terms = retrieved.question, retrieved.terms
    kind = classify_question(question)
    units = [
        _weigh_unit(candidate, unit, terms, kind, question)
        for candidate in passages
        for unit in split_into_units(
            candidate.hit.passage, is_plain=is_plain_text(candidate.hit.document)
        )
    ]
    units = _level_rows(units, question)
    heads = {
        (candidate.hit.number, start + candidate.hit.passage.start)
        for candidate in passages
        for start, _ in find_heads(candidate.hit.passage.text, candidate.hit.passage.context)
    }
    telling = [
        unit
        for unit in units
        if not says_little(unit.stretch.text)
        and not only_names_source(unit.candidate.hit.passage, unit.stretch)
        and (unit.passage, unit.stretch.start) not in heads
    ] or units
    best = sorted(telling, key=lambda unit: -unit.score(similarity=0.0))[:most]
    return Shortlist(
        units=tuple(best),
        passages=tuple(passages),
        passed_over=tuple(passed_over),
        unweighed=len(telling) - len(best),
        mute=len(units) - len(telling),
    )


def _level_rows(units: Sequence[QuotableUnit], question: str) -> list[QuotableUnit]:
    """Return the units, the rows of a text all with what the reader says of the best of them.

    Rows of a table differ in the words that are asked for, such as a year, and in little else; the
    reader was taught on prose and does not see it. So words decide among them; a row without the
    code that is asked for counts less beside one that has it, though it may have the same words.
    """
    best: dict[str, float] = {}
    for unit in units:
        if is_row(unit.stretch.text):
            best[unit.version] = max(unit.span, best.get(unit.version, 0.0))
    codes = _CODE.findall(question)
    named = {unit.version for unit in units if codes and _names_all(unit, codes)}
    leveled = []
    for unit in units:
        if is_row(unit.stretch.text):
            lacks = unit.version in named and not _names_all(unit, codes)
            coverage = unit.coverage * (WITHOUT_CODE if lacks else 1)
            unit = replace(unit, span=best[unit.version], coverage=coverage)
        leveled.append(unit)
    return leveled


def _names_all(unit: QuotableUnit, codes: Sequence[str]) -> bool:
    """Tell whether a row holds codes such as "472-3" to the letter."""
    return is_row(unit.stretch.text) and all(code in unit.stretch.text for code in codes)


def _sift(
    candidates: Sequence[Candidate],
) -> tuple[list[Candidate], list[tuple[Candidate, PassingOver]]]:
    """Return the passages whose units are looked at, and the others with why they are not."""
    # What was not read is weighed by other numbers: only like is compared with like.
    only_read = any(c.reading is not None for c in candidates)
    read = [c for c in candidates if c.reading is not None or not only_read]
    only_headings = all(_is_heading(c) for c in read)
    kept: list[Candidate] = []
    passed_over: list[tuple[Candidate, PassingOver]] = []
    for candidate in candidates:
        if only_read and candidate.reading is None:
            passed_over.append((candidate, "unread"))
        elif not only_headings and _is_heading(candidate):
            passed_over.append((candidate, "heading"))
        elif len(kept) == PASSAGES:
            passed_over.append((candidate, "enough"))
        elif kept and candidate.score < IN_REACH * kept[0].score:
            passed_over.append((candidate, "low"))
        else:
            kept.append(candidate)
    return kept, passed_over


def _is_heading(candidate: Candidate) -> bool:
    """Tell whether a passage is only the heading of a section that has no text of its own."""
    passage = candidate.hit.passage
    return bool(passage.section) and " ".join(passage.text.split()) == passage.section[-1]


def _find_heading(candidate: Candidate) -> str:
    """Return the heading right above a passage; the title where there is none."""
    return candidate.hit.passage.context.rpartition(_HEADING_SEPARATOR)[2]


def _weigh_unit(
    candidate: Candidate, unit: Unit, terms: Terms, kind: QuestionKind, question: str
) -> QuotableUnit:
    passage, language = candidate.hit.passage, candidate.hit.document.metadata.language
    words = collect_terms(unit.text, language)
    present = words | collect_terms(passage.context, language)
    own, both = terms.coverage(words), terms.coverage(present)
    heading = collect_terms(_find_heading(candidate), language)
    before = (unit.start - passage.start) / (passage.end - passage.start)
    return QuotableUnit(
        candidate=candidate,
        stretch=unit,
        terms=words,
        # What only the heading says counts for less than what the unit itself says.
        coverage=own + CONTEXT_SHARE * (both - own),
        lead=terms.coverage(heading) * (1 - before),
        rarest=terms.rarest(present),
        of_kind=bool(find_named(kind, unit.text, question)),
        span=_rate_span(candidate, unit),
    )


def _rate_span(candidate: Candidate, unit: Unit) -> float:
    if candidate.reading is None:
        return 0.0
    begins = candidate.hit.passage.start
    margin = candidate.reading.margin(unit.start - begins, unit.end - begins)
    return 1 / (1 + math.exp(-max(margin, _LEAST_MARGIN) / MARGIN_SCALE))
