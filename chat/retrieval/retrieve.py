"""From a question to the passages worth reading: fused search, then rare words first."""

from __future__ import annotations

import functools
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace

from chat.types import Candidate
from index.base import Catalog, Index
from index.embedding.base import Matrix
from index.text.analysis import QueryWord, analyse
from index.text.languages import DEFAULT_LANGUAGE
from index.types import Filter, Hit, SearchReceipt, embedded_text

DEPTH = 30
# A passage's score: how much of the question's rare words it holds, how near its meaning is, and
# where the two rankings put it. See docs/adr/0006.
COVERAGE_WEIGHT = 0.2
SIMILARITY_WEIGHT = 0.4
RANK_WEIGHT = 0.4
# What the question with the words of the conversation says of a passage, beside the question.
CONTEXT_WEIGHT = 0.3
# A passage that only one of the two searches found scores there a little less than its last one.
_NOT_FOUND = 0.9


@dataclass(frozen=True, slots=True)
class Terms:
    """The words of a question that carry meaning, with their weight.

    Attributes:
        words: In the order of the question, with their indexed forms in every language.
        weights: Inverse document frequency of each word: of its commonest form.
    """

    words: tuple[QueryWord, ...]
    weights: tuple[float, ...]

    def find_held(self, present: Set[str]) -> list[tuple[QueryWord, float]]:
        """Return the words that a set of indexed terms holds in any form, with their weights."""
        pairs = zip(self.words, self.weights, strict=True)
        return [(word, weight) for word, weight in pairs if not present.isdisjoint(word.forms)]

    def coverage(self, present: Set[str]) -> float:
        """Return the share of the weight that is present, in [0, 1]; 0 for no words."""
        total = sum(self.weights)
        return sum(weight for _, weight in self.find_held(present)) / total if total else 0.0

    def rarest(self, present: Set[str]) -> str:
        """Return the rarest word that is present, as typed; "" for none."""
        best = max(self.find_held(present), key=lambda pair: pair[1], default=None)
        return best[0].text if best else ""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What retrieval hands on.

    Attributes:
        question: What was searched for.
        context: Words of the conversation that counted as well; "" for none.
        candidates: Best first.
        terms: The question's words.
        query_vector: The question's embedding, float32, shape (dimensions,).
        receipt: What was searched.
        unread: Why the reader could not read the candidates; "" where it did or is switched off.
    """

    question: str
    context: str
    candidates: tuple[Candidate, ...]
    terms: Terms
    query_vector: Matrix
    receipt: SearchReceipt
    unread: str = ""

    def find_unmatched(self) -> tuple[QueryWord, ...]:
        """Return the question's words that stand in no passage that was found."""
        found: set[str] = set()
        for candidate in self.candidates:
            found |= collect_hit_terms(candidate.hit)
        return tuple(word for word in self.terms.words if found.isdisjoint(word.forms))


def retrieve(
    index: Index,
    catalog: Catalog,
    question: str,
    restriction: Filter,
    context: str = "",
    depth: int = DEPTH,
) -> Retrieved:
    """Return the passages that may answer a question, best first.

    Fusion of ranks treats "cluster", which every page says, like "Kosovo", which one says. So the
    first `depth` passages are scored again by the share of the question's inverse document
    frequency that they hold, with the cosine of their meaning.

    Args:
        index: Where to search.
        catalog: The moment of it that is searched.
        question: Complete in itself as far as is known: follow-ups are resolved before.
        restriction: Which documents to search.
        context: Words of the conversation; passages that fit the question with them score higher.
        depth: Passages to score again, at least 1.

    Returns:
        At most `depth` candidates.
    """
    found = index.search(question, depth, restriction, catalog)
    terms = _weigh_words(index, catalog, found.words)
    candidates = [_score_hit(hit, terms) for hit in found.hits]
    if context:
        wider = index.search(f"{question} ({context})", depth, restriction, catalog)
        wider_terms = _weigh_words(index, catalog, wider.words)
        candidates = _merge_candidates(
            candidates, [_score_hit(hit, wider_terms) for hit in wider.hits]
        )
    ranked = rank_by_score(candidates)[:depth]
    return Retrieved(question, context, tuple(ranked), terms, found.query_vector, found.receipt)


def rank_by_score(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Return candidates best first; ties broken by passage number."""
    return sorted(candidates, key=lambda c: (-c.score, c.hit.number))


def _merge_candidates(narrow: Sequence[Candidate], wide: Sequence[Candidate]) -> list[Candidate]:
    """Return what either search found; coverage and similarity are those of the first that did."""
    scores = [{c.hit.number: c.score for c in found} for found in (narrow, wide)]
    floors = [_NOT_FOUND * min(found.values(), default=0.0) for found in scores]
    either = {c.hit.number: c for c in (*wide, *narrow)}
    weights = (1 - CONTEXT_WEIGHT, CONTEXT_WEIGHT)
    return [
        replace(
            candidate,
            score=sum(
                weight * found.get(number, floor)
                for weight, found, floor in zip(weights, scores, floors, strict=True)
            ),
        )
        for number, candidate in either.items()
    ]


@functools.lru_cache(maxsize=20_000)
def collect_terms(text: str, language: str | None) -> frozenset[str]:
    """Return the analysed terms of a text of a document."""
    return frozenset(term.text for term in analyse(text, language or DEFAULT_LANGUAGE))


def collect_hit_terms(hit: Hit) -> frozenset[str]:
    """Return the analysed terms of a passage and its headings."""
    passage = hit.passage
    return collect_terms(
        embedded_text(passage.text, passage.context), hit.document.metadata.language
    )


def _weigh_words(index: Index, catalog: Catalog, words: Sequence[QueryWord]) -> Terms:
    rarity = index.rarity([form for word in words for form in word.forms], catalog)
    return Terms(tuple(words), tuple(min(rarity[form] for form in word.forms) for word in words))


def _score_hit(hit: Hit, terms: Terms) -> Candidate:
    coverage = terms.coverage(collect_hit_terms(hit))
    score = (
        COVERAGE_WEIGHT * coverage
        + SIMILARITY_WEIGHT * max(0.0, hit.similarity)
        + RANK_WEIGHT * hit.score
    )
    return Candidate(hit, coverage, min(1.0, score))
