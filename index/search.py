"""Hybrid search: the rankings by meaning and by words, fused by reciprocal rank."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from index.base import PassageNumbers
from index.embedding.base import Matrix
from index.settings import Settings
from index.stores.base import Condition
from index.stores.open import OpenStores
from index.text.analysis import QueryWord
from index.types import Document, Filter, Hit, Moment, Passage

# Passages taken from each ranking before fusion.
CANDIDATES = 100
# Added to every rank: larger values flatten the fusion (60 in Cormack, Clarke and Büttcher).
RANK_CONSTANT = 60


class SearchedCatalog(Protocol):
    """What search asks of a catalog; one in another database that offers it is searched as well."""

    @property
    def moment(self) -> Moment:
        """The moment that is searched."""

    def find_versions(self, restriction: Filter) -> tuple[str, ...]:
        """Return the versions that live documents passing a filter show."""

    def find_numbers(self, versions: Sequence[str]) -> PassageNumbers:
        """Return the numbers of the live passages of these versions, ascending."""

    def passages(self, numbers: Sequence[int]) -> dict[int, Passage]:
        """Return the live passages among these numbers; the others are not in the result."""

    def embeddings(self, numbers: Sequence[int]) -> dict[int, Matrix]:
        """Return the stored vectors of these passages, float32, shape (dimensions,)."""

    def documents_showing(
        self, versions: Sequence[str], restriction: Filter
    ) -> dict[str, list[Document]]:
        """Return, by version, the live documents that pass a filter, in order of id."""


class _CatalogCondition(Condition):
    """A filter, and what the catalog says passes it, found when a store asks."""

    def __init__(self, catalog: SearchedCatalog, restriction: Filter) -> None:
        self._catalog = catalog
        self._filter = restriction

    @property
    def filter(self) -> Filter:
        """See `Condition`."""
        return self._filter

    @functools.cached_property
    def versions(self) -> tuple[str, ...]:
        """See `Condition`."""
        return self._catalog.find_versions(self._filter)

    @functools.cached_property
    def numbers(self) -> PassageNumbers:
        """See `Condition`."""
        return self._catalog.find_numbers(self.versions)


@dataclass(frozen=True, slots=True)
class _Fused:
    number: int
    score: float
    dense_rank: int | None
    lexical_rank: int | None


def search_fused(
    catalog: SearchedCatalog,
    stores: OpenStores,
    settings: Settings,
    words: Sequence[QueryWord],
    vector: Matrix,
    k: int,
    restriction: Filter,
) -> list[Hit]:
    """Fuse the two rankings, resolve them in one transaction, and refill what was not live.

    Args:
        catalog: What is live.
        stores: What the rankings are made from; may hold more than what is live.
        settings: How the rankings are weighed, and how deep they go.
        words: Of the question.
        vector: The question's embedding, float32, shape (dimensions,), unit L2 norm.
        k: Results wanted, at least 1.
        restriction: Search only documents that pass.

    Returns:
        At most k hits, best first.

    Source: reciprocal rank fusion (Cormack, Clarke and Büttcher 2009), weighted, divided by
    its largest possible value.
    """
    terms = [form for word in words for form in word.forms]
    condition = _CatalogCondition(catalog, restriction) if restriction else None
    generation = catalog.moment.generation
    depth = max(CANDIDATES, k)
    while True:
        dense: list[tuple[int, float]] = []
        if stores.vectors is not None:
            dense = stores.vectors.search(vector, depth, condition, generation)
        lexical = stores.words.search(terms, depth, condition, generation)
        fused = _fuse([n for n, _ in dense], [n for n, _ in lexical], settings)
        hits: list[Hit] = []
        for start in range(0, len(fused), k):
            hits += _resolve(catalog, fused[start : start + k], vector, restriction)
            if len(hits) >= k:
                break
        # Fewer than asked for, because some have been removed: look deeper while there are more.
        if len(hits) >= k or max(len(dense), len(lexical)) < depth:
            return hits[:k]
        depth *= 2


def _fuse(dense: Sequence[int], lexical: Sequence[int], settings: Settings) -> list[_Fused]:
    weights = settings.retrieval
    dense_ranks = {number: rank for rank, number in enumerate(dense, start=1)}
    lexical_ranks = {number: rank for rank, number in enumerate(lexical, start=1)}
    best = (weights.dense_weight + weights.lexical_weight) / (RANK_CONSTANT + 1)
    fused = []
    for number in dense_ranks.keys() | lexical_ranks.keys():
        dense_rank, lexical_rank = dense_ranks.get(number), lexical_ranks.get(number)
        score = 0.0
        if dense_rank is not None:
            score += weights.dense_weight / (RANK_CONSTANT + dense_rank)
        if lexical_rank is not None:
            score += weights.lexical_weight / (RANK_CONSTANT + lexical_rank)
        fused.append(_Fused(number, score / best, dense_rank, lexical_rank))
    return sorted(fused, key=lambda f: (-f.score, f.number))


def _resolve(
    catalog: SearchedCatalog, fused: Sequence[_Fused], vector: Matrix, restriction: Filter
) -> list[Hit]:
    numbers = [f.number for f in fused]
    passages = catalog.passages(numbers)
    vectors = catalog.embeddings(list(passages))
    shown = catalog.documents_showing(
        sorted({passage.version for passage in passages.values()}), restriction
    )
    hits = []
    for candidate in fused:
        passage = passages.get(candidate.number)
        documents = shown.get(passage.version) if passage else None
        if passage is None or not documents:
            continue
        stored = vectors.get(candidate.number)
        hits.append(
            Hit(
                number=candidate.number,
                passage=passage,
                document=documents[0],
                also_in=tuple(document.id for document in documents[1:]),
                score=candidate.score,
                similarity=0.0 if stored is None else float(np.dot(stored, vector)),
                dense_rank=candidate.dense_rank,
                lexical_rank=candidate.lexical_rank,
            )
        )
    return hits
