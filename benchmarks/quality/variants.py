"""What an ablation compares: ways to order what was found, and ways to make the index."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from chat.retrieval.retrieve import COVERAGE_WEIGHT, RANK_WEIGHT, SIMILARITY_WEIGHT
from index.types import Metadata, Passage, cut_passage
from index.version import Version
from ingest.text.chunk import SIZE, Size

PRODUCT = "product"


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage that was found, with every signal that a variant may use, each in about [0, 1]."""

    document: str  # id of the record
    version: str  # to find its neighbours
    start: int  # half-open offsets in the version
    end: int
    similarity: float  # cosine with the question
    words: float  # 1 over its rank by BM25, 0 if it has none
    ranks: float
    coverage: float  # share of the question's weight that it holds
    proximity: float  # share of the question's neighbouring words that stand near each other in it
    feedback: float  # cosine with the mean of the question and the three passages found first


Order = Callable[[Sequence[FoundPassage]], list[str]]


def _weigh(**weights: float) -> Order:
    def order(found: Sequence[FoundPassage]) -> list[str]:
        scores = [sum(w * getattr(one, name) for name, w in weights.items()) for one in found]
        return _rank_by_best(found, scores)

    return order


def _rank_by_best(found: Sequence[FoundPassage], scores: Sequence[float]) -> list[str]:
    best: dict[str, float] = {}
    for one, score in zip(found, scores, strict=True):
        best[one.document] = max(best.get(one.document, score), score)
    return sorted(best, key=lambda document: -best[document])


def _score_product(found: Sequence[FoundPassage]) -> list[float]:
    return [sum(w * getattr(one, name) for name, w in _PRODUCT.items()) for one in found]


def _add_neighbours(share: float) -> Order:
    """Add a share of the better neighbour's score, as far as it was found too."""

    def order(found: Sequence[FoundPassage]) -> list[str]:
        scores = _score_product(found)
        places = sorted(range(len(found)), key=lambda i: (found[i].version, found[i].start))
        beside = [0.0] * len(found)
        for i, j in pairwise(places):
            # Adjoining but for white space and a heading.
            if found[i].version == found[j].version and found[j].start - found[i].end < 200:
                beside[i] = max(beside[i], scores[j])
                beside[j] = max(beside[j], scores[i])
        return _rank_by_best(found, [s + share * b for s, b in zip(scores, beside, strict=True)])

    return order


def _sum_best(most: int, share: float) -> Order:
    """Order documents by their best passage and a share of the sum of their best few."""

    def order(found: Sequence[FoundPassage]) -> list[str]:
        scores: dict[str, list[float]] = {}
        for one, score in zip(found, _score_product(found), strict=True):
            scores.setdefault(one.document, []).append(score)
        total = {
            document: max(s) + share * sum(sorted(s, reverse=True)[:most])
            for document, s in scores.items()
        }
        return sorted(total, key=lambda document: -total[document])

    return order


_PRODUCT = {"similarity": SIMILARITY_WEIGHT, "coverage": COVERAGE_WEIGHT, "ranks": RANK_WEIGHT}


def _vary_product(**weights: float) -> Order:
    return _weigh(**{**_PRODUCT, **weights})


ORDERS: Mapping[str, Order] = {
    PRODUCT: _weigh(**_PRODUCT),
    "meaning alone": _weigh(similarity=1),
    "words alone (BM25)": _weigh(words=1),
    "rank fusion alone": _weigh(ranks=1),
    "coverage alone": _weigh(coverage=1),
    "without meaning": _vary_product(similarity=0),
    "without coverage": _vary_product(coverage=0),
    "without rank fusion": _vary_product(ranks=0),
    "weights 0.5 / 0.3 / 0.2": _weigh(similarity=0.5, coverage=0.3, ranks=0.2),
    "weights 0.3 / 0.3 / 0.4": _weigh(similarity=0.3, coverage=0.3, ranks=0.4),
    "weights 0.5 / 0.2 / 0.3": _weigh(similarity=0.5, coverage=0.2, ranks=0.3),
    "weights 0.6 / 0.2 / 0.2": _weigh(similarity=0.6, coverage=0.2, ranks=0.2),
    "weights 0.4 / 0.1 / 0.5": _weigh(similarity=0.4, coverage=0.1, ranks=0.5),
    "proximity 0.05": _vary_product(proximity=0.05),
    "proximity 0.15": _vary_product(proximity=0.15),
    "feedback 0.1": _vary_product(feedback=0.1),
    "feedback 0.3": _vary_product(feedback=0.3),
    "neighbours 0.1": _add_neighbours(0.1),
    "neighbours 0.3": _add_neighbours(0.3),
    "best and sum of 3, 0.1": _sum_best(3, 0.1),
    "best and sum of 3, 0.3": _sum_best(3, 0.3),
    "sum of 3 alone": _sum_best(3, 100),
}


@dataclass(frozen=True, slots=True)
class IndexVariant:
    """Another way to make the index."""

    size: Size = SIZE
    headings: bool = True  # are searched with the passages
    overlap: int = 0  # sentences of the passage before that are repeated
    stemmed: bool = True

    def vary(self, version: Version, passages: Sequence[Passage]) -> tuple[Passage, ...]:
        """Return the passages of a version as this variant has them; they may overlap."""
        made = []
        before: Passage | None = None
        for passage in passages:
            changed = passage if self.headings else replace(passage, context="")
            if before is not None and self.overlap and before.context == passage.context:
                repeated = before.sentences[-self.overlap :]
                sentences = (*repeated, *passage.sentences)
                start, context = sentences[0][0], changed.context
                changed = cut_passage(version, start, changed.end, sentences, context)
            made.append(changed)
            before = passage
        return tuple(made)

    def metadata(self, known: Metadata) -> Metadata:
        """Return metadata with a language that nothing is stemmed in, if that is wanted."""
        return known if self.stemmed else replace(known, language="pl")


INDEXES: Mapping[str, IndexVariant] = {
    PRODUCT: IndexVariant(),
    "no headings": IndexVariant(headings=False),
    "passages of 80 tokens": IndexVariant(Size(80, (30, 45, 50))),
    "passages of 250 tokens": IndexVariant(Size(250, (95, 140, 160))),
    "a sentence repeated": IndexVariant(overlap=1),
    "not stemmed": IndexVariant(stemmed=False),
}
