"""What a derived store is: the protocols `VectorStore` and `WordStore`.

A store holds what is live, under the catalog's numbers, which are never used again. It may be
ahead of a question's moment, or hold what has just died: whoever searches compares every hit with
the catalog. An older generation is searched in stores made from the catalog (`index.stores.past`),
unless an engine keeps births and deaths itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from index.base import PassageNumbers
from index.embedding.base import Matrix
from index.types import Filter, Moment


@dataclass(frozen=True, slots=True)
class PassageTerms:
    """The analysed terms of a passage, in order, and the version that it is part of."""

    version: str
    terms: Sequence[str]


class Condition(Protocol):
    """Which passages are searched at one moment; a store takes of it what it can use."""

    @property
    def filter(self) -> Filter:
        """What was asked for, for a store that holds the fields itself."""

    @property
    def versions(self) -> tuple[str, ...]:
        """The versions that live documents passing it show."""

    @property
    def numbers(self) -> PassageNumbers:
        """The numbers of their passages, ascending."""


class VectorStore(Protocol):
    """Unit vectors of passages, searched by inner product.

    Attributes:
        dimensions: Length of a vector.
        moment: The state of the index that the last `commit` stored; None before.
    """

    dimensions: int

    @property
    def moment(self) -> Moment | None:
        """See above."""

    def add(self, numbers: PassageNumbers, vectors: Matrix, generation: int) -> None:
        """Add passages that are born in a generation.

        Args:
            numbers: int64, not held yet.
            vectors: float32, shape (len(numbers), dimensions), unit L2 norm.
            generation: Of their birth.

        Raises:
            ValueError: Vectors of another shape.
        """

    def remove(self, numbers: PassageNumbers, generation: int) -> None:
        """Remove passages that died in a generation; those that are not held are passed over."""

    def commit(self, moment: Moment, previous: str) -> None:
        """Make what was added and removed durable, all of it or nothing.

        Args:
            moment: The state that it belongs to, of which the catalog may not say yet that it is.
            previous: Name of the commit before that one, for whose moment the store does as well;
                "" if it does not, as after a removal.

        Raises:
            IndexWriteFailed: Disk full, no rights.
        """

    def search(
        self, query: Matrix, k: int, condition: Condition | None, generation: int
    ) -> list[tuple[int, float]]:
        """Return the k nearest passages by cosine similarity.

        Args:
            query: float32, shape (dimensions,), unit L2 norm.
            k: Results wanted; capped at the size of the store.
            condition: Which passages are searched; all if None.
            generation: Of the moment that is asked; a store of what is live holds no other.

        Returns:
            (number, cosine) best first; ties broken by number.

        Raises:
            ValueError: The query has another length than the stored vectors.
        """

    def check(self) -> PassageNumbers:
        """Return the numbers of all passages it holds, ascending."""


class WordStore(Protocol):
    """The terms of passages, searched by BM25.

    Attributes:
        moment: The state of the index that the last `commit` stored; None before.
    """

    @property
    def moment(self) -> Moment | None:
        """See above."""

    def add(self, numbers: PassageNumbers, terms: Sequence[PassageTerms], generation: int) -> None:
        """Add passages that are born in a generation; none of them is held yet."""

    def remove(self, numbers: PassageNumbers, generation: int) -> None:
        """Remove passages that died in a generation; those that are not held are passed over."""

    def commit(self, moment: Moment, previous: str) -> None:
        """Make what was added and removed durable; see `VectorStore.commit`."""

    def search(
        self, terms: Sequence[str], k: int, condition: Condition | None, generation: int
    ) -> list[tuple[int, float]]:
        """Return the k passages with the best score.

        Args:
            terms: Analysed terms; each counts once.
            k: Results wanted; capped at the size of the store.
            condition: Which passages are searched; all if None.
            generation: As for `VectorStore.search`.

        Returns:
            (number, score) best first; ties broken by number.

        Source: BM25 with k1 = 1.2, b = 0.75.
        """

    def rarity(self, terms: Sequence[str]) -> dict[str, float]:
        """Return the inverse document frequency of analysed terms over the passages, > 0.

        Source: ln(1 + (N - n + 0.5) / (n + 0.5)), as in BM25.
        """

    def check(self) -> PassageNumbers:
        """Return the numbers of all passages it holds, ascending."""
