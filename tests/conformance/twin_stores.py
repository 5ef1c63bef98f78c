"""The two stores of the twin: what any vector store and word store is compared with."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.base import PassageNumbers
from index.embedding.base import Matrix
from index.stores.base import Condition, PassageTerms
from index.types import Filter, Moment

K1, B = 1.2, 0.75


@dataclass(frozen=True)
class GivenCondition:
    """A `Condition` of which all is known beforehand."""

    filter: Filter
    versions: tuple[str, ...]
    numbers: PassageNumbers


class _Lives:
    """From which generation to which each number is held."""

    def __init__(self) -> None:
        self.born: dict[int, int] = {}
        self.died: dict[int, int] = {}
        self.moment: Moment | None = None

    def commit(self, moment: Moment, previous: str) -> None:
        del previous
        self.moment = moment

    def remove(self, numbers: PassageNumbers, generation: int) -> None:
        for number in numbers.tolist():
            if number in self.born:
                self.died.setdefault(number, generation)

    def check(self) -> PassageNumbers:
        return np.array(sorted(self.born.keys() - self.died.keys()), dtype=np.int64)

    def held(self, condition: Condition | None, generation: int) -> list[int]:
        allowed = None if condition is None else set(condition.numbers.tolist())
        return [
            number
            for number, born in sorted(self.born.items())
            if born <= generation
            and self.died.get(number, generation + 1) > generation
            and (allowed is None or number in allowed)
        ]


class MemoryVectors(_Lives):
    """A `VectorStore` that keeps births and deaths itself, and compares with every vector."""

    def __init__(self, dimensions: int) -> None:
        super().__init__()
        self.dimensions = dimensions
        self._vectors: dict[int, Matrix] = {}

    def add(self, numbers: PassageNumbers, vectors: Matrix, generation: int) -> None:
        if vectors.shape != (len(numbers), self.dimensions):
            raise ValueError(f"vectors of shape {vectors.shape}")
        for number, vector in zip(numbers.tolist(), vectors, strict=True):
            self.born[number], self._vectors[number] = generation, vector

    def search(
        self, query: Matrix, k: int, condition: Condition | None, generation: int
    ) -> list[tuple[int, float]]:
        if query.shape != (self.dimensions,):
            raise ValueError(f"a query of shape {query.shape}")
        numbers = self.held(condition, generation)
        pairs = [(number, float(self._vectors[number] @ query)) for number in numbers]
        return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[: max(0, k)]


class MemoryWords(_Lives):
    """A `WordStore` that keeps births and deaths itself, and counts every word."""

    def __init__(self) -> None:
        super().__init__()
        self._terms: dict[int, Counter[str]] = {}
        self._now = 0

    def add(self, numbers: PassageNumbers, terms: Sequence[PassageTerms], generation: int) -> None:
        for number, passage in zip(numbers.tolist(), terms, strict=True):
            self.born[number], self._terms[number] = generation, Counter(passage.terms)

    def search(
        self, terms: Sequence[str], k: int, condition: Condition | None, generation: int
    ) -> list[tuple[int, float]]:
        everything = self.held(None, generation)
        mean = sum(self._terms[n].total() for n in everything) / max(1, len(everything))
        found = []
        for number in self.held(condition, generation):
            counts, score = self._terms[number], 0.0
            for term in dict.fromkeys(terms):
                if counts[term]:
                    norm = K1 * (1 - B + B * counts.total() / mean)
                    idf = self._idf(term, everything)
                    score += idf * counts[term] * (K1 + 1) / (counts[term] + norm)
            if score:
                found.append((number, score))
        return sorted(found, key=lambda pair: (-pair[1], pair[0]))[: max(0, k)]

    def rarity(self, terms: Sequence[str]) -> dict[str, float]:
        live = self.check().tolist()
        return {term: self._idf(term, live) for term in terms}

    def _idf(self, term: str, numbers: Sequence[int]) -> float:
        holding = sum(self._terms[number][term] > 0 for number in numbers)
        return math.log(1 + (len(numbers) - holding + 0.5) / (holding + 0.5))
