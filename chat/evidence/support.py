"""How well the corpus answers a question: one calibrated score from several signals.

A logistic model whose coefficients `benchmarks/training/fit.py` learns on public question sets;
they are kept with their provenance in `learned.json`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from chat.question.kinds import is_negated, kind_of
from chat.question.names import is_name
from chat.retrieval.retrieve import Retrieved, words_of
from chat.types import Evidence, Support

_EVERY_WORD = 0.999
# Of a probability of the reader's: beyond it, surer is not more.
_LEAST_CHANCE = 1e-6
WEIGHTS = Path(__file__).with_name("learned.json")


@dataclass(frozen=True, slots=True)
class Weights:
    """The learnt numbers.

    Attributes:
        evidence: Weight of each signal of a unit: see `chat.evidence.shortlist.Option.signals`.
        support: Coefficient of each signal of a question: see `signals`; "intercept" too.
        not_found_below: Support under which nothing is quoted, in [0, 1].
        strong_from: Support from which it is called strong, in [0, 1].
        relevance: How much what the reader says counts for the order of passages, in [0, 1].
    """

    evidence: dict[str, float]
    support: dict[str, float]
    not_found_below: float
    strong_from: float
    relevance: float


@cache
def weights(read: bool) -> Weights:
    """Return the numbers of `learned.json`.

    Args:
        read: Whether the reader has read the passages. What search says counts as it does without;
            what the reader says is learnt on top of it.

    Returns:
        Read once.
    """
    learnt = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    values = learnt["read" if read else "unread"]
    return Weights(
        learnt["unread"]["evidence"] | values["evidence"],
        values["support"],
        values["thresholds"]["not_found_below"],
        values["thresholds"]["strong_from"],
        values.get("relevance", 0.0),
    )


def signals(retrieved: Retrieved, evidence: Sequence[Evidence]) -> dict[str, float]:
    """Return what speaks for an answer being there.

    Args:
        retrieved: The passages, best first.
        evidence: What would be quoted, the best first.

    Returns:
        Values by the names of the coefficients. Where the reader has read the passages: what
        search says, and whether the passage that is quoted answers, both as logits.
    """
    searched = _search_signals(retrieved, evidence)
    if not is_read(retrieved):
        return searched
    reading = evidence[0].candidate.reading if evidence else None
    chance = reading.answers if reading is not None else 0.0
    chance = min(max(chance, _LEAST_CHANCE), 1 - _LEAST_CHANCE)
    return {
        "search": _logit(weights(read=False).support, searched),
        "answers": math.log(chance / (1 - chance)),
    }


def _search_signals(retrieved: Retrieved, evidence: Sequence[Evidence]) -> dict[str, float]:
    """Return what search says, each in about [0, 1]; all 0 where nothing was found."""
    names = [name for name in weights(read=False).support if name != "intercept"]
    if not retrieved.candidates or not evidence:
        return dict.fromkeys(names, 0.0)
    best = evidence[0]
    hit, terms, question = best.candidate.hit, retrieved.terms, retrieved.question
    language = hit.document.metadata.language
    words = words_of(best.quote, language) | words_of(hit.passage.context, language)
    held = {word.start for word, _ in terms.held(words)}
    missing = [
        w for word, w in zip(terms.words, terms.weights, strict=True) if word.start not in held
    ]
    return {
        "similarity": max(candidate.hit.similarity for candidate in retrieved.candidates),
        "quote_similarity": best.similarity,
        "quote_coverage": terms.coverage(words),
        "rarest_missing": max(missing, default=0.0) / 10,
        "kind_missing": float(kind_of(question) != "other" and not best.of_kind),
        "negation_missing": float(is_negated(question) and not is_negated(best.quote)),
    }


def _logit(coefficients: Mapping[str, float], values: Mapping[str, float]) -> float:
    return coefficients["intercept"] + sum(coefficients[n] * v for n, v in values.items())


def is_read(retrieved: Retrieved) -> bool:
    """Tell whether the reader has read any of the passages."""
    return any(candidate.reading is not None for candidate in retrieved.candidates)


def support_score(
    retrieved: Retrieved, evidence: Sequence[Evidence], least_coverage: float
) -> float:
    """Return how likely it is that the evidence answers the question.

    Args:
        retrieved: The passages, best first.
        evidence: What would be quoted, the best first.
        least_coverage: Share of the question's weight that the passage must hold, in [0, 1].

    Returns:
        In [0, 1]; 0 where nothing was found.

    Three rules go before the model, which learns little about them from questions on Wikipedia: a
    name or number that stands nowhere is not asked about a corpus that can answer, however much
    else fits; a passage that holds next to none of the question's words, as one in another
    language, is near by chance; and where passage and headings hold every word, it is quoted.

    Source: logistic regression.
    """
    if not evidence:
        return 0.0
    learnt = weights(is_read(retrieved))
    score = 1 / (1 + math.exp(-_logit(learnt.support, signals(retrieved, evidence))))
    coverage = evidence[0].candidate.coverage
    if coverage < least_coverage or any(
        is_name(word.text, word.start, retrieved.question) for word in retrieved.unmatched()
    ):
        return score * learnt.not_found_below
    if coverage >= _EVERY_WORD:
        return max(score, learnt.not_found_below)
    return score


def in_words(score: float, read: bool) -> Support:
    """Return a support score as it is shown: a false precision helps nobody.

    Args:
        score: In [0, 1].
        read: See `weights`.

    Returns:
        `weak` is never shown with a quotation.
    """
    if score >= weights(read).strong_from:
        return "strong"
    return "fair" if score >= weights(read).not_found_below else "weak"
