"""How well the corpus answers a question: one calibrated score from several signals.

A logistic model; its coefficients are in `chat.evidence.learned`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal

from chat.evidence.learned import load_weights
from chat.question.kinds import classify_question, is_negated
from chat.question.names import is_name
from chat.retrieval.retrieve import Retrieved, collect_terms
from chat.types import Evidence, Support

Rule = Literal["coverage", "name", "every_word"]

_EVERY_WORD = 0.999
# Of a probability of the reader's: beyond it, surer is not more.
_LEAST_CHANCE = 1e-6


def compute_signals(retrieved: Retrieved, evidence: Sequence[Evidence]) -> dict[str, float]:
    """Return what speaks for an answer being there, by the names of the coefficients.

    Where the reader has read the passages: what search says, and whether the passage that is
    quoted answers, both as logits.
    """
    searched = _compute_search_signals(retrieved, evidence)
    if not was_read(retrieved):
        return searched
    reading = evidence[0].candidate.reading if evidence else None
    chance = reading.answers if reading is not None else 0.0
    chance = min(max(chance, _LEAST_CHANCE), 1 - _LEAST_CHANCE)
    return {
        "search": _compute_logit(load_weights(read=False).support, searched),
        "answers": math.log(chance / (1 - chance)),
    }


def _compute_search_signals(retrieved: Retrieved, evidence: Sequence[Evidence]) -> dict[str, float]:
    """Return what search says, each in about [0, 1]; all 0 where nothing was found."""
    names = [name for name in load_weights(read=False).support if name != "intercept"]
    if not retrieved.candidates or not evidence:
        return dict.fromkeys(names, 0.0)
    best = evidence[0]
    hit, terms, question = best.candidate.hit, retrieved.terms, retrieved.question
    language = hit.document.metadata.language
    words = collect_terms(best.quote, language) | collect_terms(hit.passage.context, language)
    held = {word.start for word, _ in terms.find_held(words)}
    missing = [
        w for word, w in zip(terms.words, terms.weights, strict=True) if word.start not in held
    ]
    return {
        "similarity": max(candidate.hit.similarity for candidate in retrieved.candidates),
        "quote_similarity": best.similarity,
        "quote_coverage": terms.coverage(words),
        "rarest_missing": max(missing, default=0.0) / 10,
        "kind_missing": float(classify_question(question) != "other" and not best.of_kind),
        "negation_missing": float(is_negated(question) and not is_negated(best.quote)),
    }


def _compute_logit(coefficients: Mapping[str, float], values: Mapping[str, float]) -> float:
    return coefficients["intercept"] + sum(coefficients[n] * v for n, v in values.items())


def was_read(retrieved: Retrieved) -> bool:
    """Tell whether the reader has read any of the passages."""
    return any(candidate.reading is not None for candidate in retrieved.candidates)


def score_support(
    retrieved: Retrieved, evidence: Sequence[Evidence], least_coverage: float
) -> tuple[float, Rule | None]:
    """Return how likely it is that the evidence answers the question, and the rule that decided.

    In [0, 1], 0 for no evidence. Three rules go before the model, which learns little about them
    from questions on Wikipedia: a name or number that stands nowhere is not asked about a corpus
    that can answer, however much else fits; a passage that holds less than `least_coverage` of the
    weight of the question's words, as one in another language, is near by chance; and where passage
    and headings hold every word, it is quoted. The rule is None where none of them changed
    anything.

    Source: logistic regression.
    """
    if not evidence:
        return 0.0, None
    learnt = load_weights(was_read(retrieved))
    logit = _compute_logit(learnt.support, compute_signals(retrieved, evidence))
    score = 1 / (1 + math.exp(-logit))
    coverage = evidence[0].candidate.coverage
    if find_missing_names(retrieved):
        return score * learnt.not_found_below, "name"
    if coverage < least_coverage:
        return score * learnt.not_found_below, "coverage"
    if coverage >= _EVERY_WORD and score < learnt.not_found_below:
        return learnt.not_found_below, "every_word"
    return score, None


def find_missing_names(retrieved: Retrieved) -> tuple[str, ...]:
    """Return the names and numbers of the question that stand in no passage that was found."""
    return tuple(
        word.text
        for word in retrieved.find_unmatched()
        if is_name(word.text, word.start, retrieved.question)
    )


def name_support(score: float, read: bool) -> Support:
    """Return a support score as it is shown; `weak` is never shown with a quotation."""
    if score >= load_weights(read).strong_from:
        return "strong"
    return "fair" if score >= load_weights(read).not_found_below else "weak"
