"""From a question to the passages worth reading: fused search, then rare words first."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from chat.types import Candidate
from index.embedder import Matrix
from index.ledger import DEFAULT_LANGUAGE, embedded_text
from index.lexical import analyse, content_terms
from index.store import Index
from index.types import Filter, Hit, SearchReceipt

DEPTH = 30
# A passage's score: how much of the question's rare words it holds, how near its meaning is, and
# where the two rankings put it. See docs/adr/0006.
COVERAGE_WEIGHT = 0.3
SIMILARITY_WEIGHT = 0.5
RANK_WEIGHT = 0.2


@dataclass(frozen=True, slots=True)
class Terms:
    """The words of a question that carry meaning, with their weight.

    Attributes:
        weights: Inverse document frequency by analysed term.
        words: The word as typed by analysed term.
    """

    weights: dict[str, float]
    words: dict[str, str]

    def coverage(self, present: frozenset[str] | set[str]) -> float:
        """Return the share of the weight that is present, in [0, 1]; 0 for no terms."""
        total = sum(self.weights.values())
        found = sum(weight for term, weight in self.weights.items() if term in present)
        return found / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What retrieval hands on.

    Attributes:
        question: What was searched for.
        candidates: Best first.
        terms: The question's words.
        query_vector: The question's embedding, float32, shape (dimensions,).
        receipt: What was searched.
    """

    question: str
    candidates: tuple[Candidate, ...]
    terms: Terms
    query_vector: Matrix
    receipt: SearchReceipt

    def unmatched(self) -> tuple[str, ...]:
        """Return the question's words, as typed, that stand in no passage that was found."""
        found: set[str] = set()
        for candidate in self.candidates:
            passage, document = candidate.hit.passage, candidate.hit.document
            text = embedded_text(passage.text, passage.context)
            found |= words_of(text, document.metadata.language)
        return tuple(word for term, word in self.terms.words.items() if term not in found)


def retrieve(index: Index, question: str, restriction: Filter, depth: int = DEPTH) -> Retrieved:
    """Return the passages that may answer a question, best first.

    Fusion of ranks treats "cluster", which every page says, like "Kosovo", which one says. So the
    first `depth` passages are scored again by the share of the question's inverse document
    frequency that they hold, with the cosine of their meaning.

    Args:
        index: Where to search.
        question: Complete in itself: follow-ups are resolved before.
        restriction: Which documents to search.
        depth: Passages to score again, at least 1.

    Returns:
        At most `depth` candidates.
    """
    found = index.search(question, depth, restriction)
    terms = _terms(index, question)
    candidates = [_scored(hit, terms) for hit in found.hits]
    candidates.sort(key=lambda candidate: (-candidate.score, candidate.hit.passage.number))
    return Retrieved(question, tuple(candidates), terms, found.query_vector, found.receipt)


@functools.lru_cache(maxsize=20_000)
def words_of(text: str, language: str | None) -> frozenset[str]:
    """Return the analysed terms of a text of a document."""
    return frozenset(term.text for term in analyse(text, language or DEFAULT_LANGUAGE))


def _terms(index: Index, question: str) -> Terms:
    words = {term.text: question[term.start : term.end] for term in content_terms(question)}
    return Terms(index.rarity(list(words)), words)


def _scored(hit: Hit, terms: Terms) -> Candidate:
    passage = hit.passage
    text = embedded_text(passage.text, passage.context)
    coverage = terms.coverage(words_of(text, hit.document.metadata.language))
    score = (
        COVERAGE_WEIGHT * coverage
        + SIMILARITY_WEIGHT * max(0.0, hit.similarity)
        + RANK_WEIGHT * hit.score
    )
    return Candidate(hit, coverage, min(1.0, score))


def best_per_document(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return each document's best candidate, in the order given."""
    seen: set[str] = set()
    kept = []
    for candidate in candidates:
        if candidate.hit.document.id not in seen:
            seen.add(candidate.hit.document.id)
            kept.append(candidate)
    return kept
