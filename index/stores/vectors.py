"""Vectors in FAISS: the only file that imports it, once it is needed.

A segment is searched by exact inner product, or, where there are many vectors, through an inverted
file with 8-bit scalar quantisation, its `nprobe` set by the recall measured against exact search
when it is trained.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from index.base import PassageNumbers
from index.computing.libraries import prepare
from index.embedding.base import Matrix

if TYPE_CHECKING:
    import faiss

    FaissIndex: TypeAlias = faiss.Index
    Selector: TypeAlias = faiss.IDSelector

TARGET_RECALL = 0.99
RECALL_DEPTH = 50
_RECALL_QUERIES = 200
_TRAINING_POINTS_PER_LIST = 64
_SEED = 20_240_101


def _load_faiss() -> ModuleType:
    prepare()
    import faiss

    module: ModuleType = faiss
    return module


@dataclass(frozen=True, slots=True)
class Tuning:
    """How an inverted file was set up; its recall is that of the exact top RECALL_DEPTH."""

    lists: int  # FAISS nlist
    probes: int  # lists visited by a search: FAISS nprobe
    recall: float  # share that is found, measured on members
    trained_on: int  # vectors held then


@dataclass(frozen=True, slots=True)
class Chosen:
    """Some passages out of all, made once for the search of several segments."""

    numbers: PassageNumbers
    selector: Selector

    @classmethod
    def among(cls, numbers: PassageNumbers) -> Chosen:
        """Return these passages, chosen."""
        return cls(numbers, _load_faiss().IDSelectorBatch(numbers))


class VectorSegment:
    """Some vectors, which stay as they are: what is added or dropped makes another segment.

    Args:
        index: Of FAISS; its numbers are those of the passages.
        tuning: See Attributes.

    Attributes:
        numbers: Of the passages, ascending.
        tuning: Of the inverted file; None where the search is exact.
    """

    def __init__(self, index: FaissIndex, tuning: Tuning | None) -> None:
        self._index = index
        self.tuning = tuning
        self.numbers = self._read_numbers()

    def __len__(self) -> int:
        return len(self.numbers)

    @classmethod
    def exact(cls, numbers: PassageNumbers, vectors: Matrix) -> VectorSegment:
        """Return a segment that is searched exactly."""
        faiss = _load_faiss()
        index = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1]))
        index.add_with_ids(np.ascontiguousarray(vectors), numbers)
        return cls(index, None)

    @classmethod
    def inverted(cls, numbers: PassageNumbers, vectors: Matrix) -> VectorSegment:
        """Return a segment with an inverted file trained on these vectors."""
        return cls(*_train_inverted_file(numbers, vectors))

    @classmethod
    def from_bytes(cls, data: bytes, tuning: Tuning | None) -> VectorSegment:
        """Return what `to_bytes` gave."""
        return cls(_load_faiss().deserialize_index(np.frombuffer(data, dtype=np.uint8)), tuning)

    def to_bytes(self) -> bytes:
        """Return all of it but the tuning."""
        data: bytes = _load_faiss().serialize_index(self._index).tobytes()
        return data

    def read_vectors(self, numbers: PassageNumbers) -> Matrix:
        """Return the vectors of passages of an exact segment, shape (len(numbers), dimensions)."""
        vectors: Matrix = self._index.reconstruct_batch(numbers)
        return vectors

    def replace(
        self, dead: PassageNumbers, numbers: PassageNumbers, vectors: Matrix
    ) -> VectorSegment:
        """Return a segment of the same set-up without some passages and with others."""
        faiss = _load_faiss()
        index = faiss.clone_index(self._index)
        if len(dead):
            index.remove_ids(faiss.IDSelectorBatch(dead))
        if len(numbers):
            index.add_with_ids(np.ascontiguousarray(vectors), numbers)
        return VectorSegment(index, self.tuning)

    def search(
        self, query: Matrix, k: int, chosen: Chosen | None, dead: PassageNumbers
    ) -> list[tuple[int, float]]:
        """Return the k nearest, or more, of those that are chosen and not dead, in no order.

        Args:
            query: float32, shape (dimensions,), unit L2 norm.
            k: Results wanted, at least 1.
            chosen: What is searched; all that lives if None.
            dead: Of this segment, ascending.

        Returns:
            (number, cosine), fewer where there are fewer.

        Source: FAISS IndexFlatIP (inner product is cosine on unit vectors).
        """
        if chosen is None:
            selector, k = _exclude(dead), min(k, len(self) - len(dead))
        else:  # of these some may have died, too: they are found, and left out
            buried = np.intersect1d(dead, chosen.numbers, assume_unique=True)
            selector, k = chosen.selector, min(k + len(buried), len(chosen.numbers))
        if k < 1:
            return []
        probes = self._choose_probes(chosen)
        scores, numbers = self._find_nearest(query, k, selector, probes)
        if self.tuning and probes < self.tuning.lists and (numbers < 0).any():
            # The lists looked into do not hold k such passages; the others may.
            scores, numbers = self._find_nearest(query, k, selector, self.tuning.lists)
        fallen = set(dead.tolist()) if chosen else ()
        pairs = zip(numbers[0].tolist(), scores[0].tolist(), strict=True)
        return [(n, score) for n, score in pairs if n >= 0 and n not in fallen]

    def _find_nearest(
        self, query: Matrix, k: int, selector: Selector | None, probes: int
    ) -> tuple[Matrix, PassageNumbers]:
        faiss = _load_faiss()
        parameters = None
        if self.tuning:
            parameters = faiss.SearchParametersIVF(sel=selector, nprobe=probes)
        elif selector is not None:
            parameters = faiss.SearchParameters(sel=selector)
        found: tuple[Matrix, PassageNumbers] = self._index.search(
            query[None, :], k, params=parameters
        )
        return found

    def _choose_probes(self, chosen: Chosen | None) -> int:
        if self.tuning is None:
            return 0
        # A narrow filter leaves most probed lists empty: look into all of them.
        narrow = chosen is not None and len(chosen.numbers) < len(self) // 10
        return self.tuning.lists if narrow else self.tuning.probes

    def _read_numbers(self) -> PassageNumbers:
        faiss = _load_faiss()
        if self.tuning is None:
            return np.sort(faiss.vector_to_array(self._index.id_map))
        lists = self._index.invlists
        held = [
            faiss.rev_swig_ptr(lists.get_ids(i), lists.list_size(i)).copy()
            for i in range(lists.nlist)
        ]
        return np.sort(np.concatenate(held))


def merge(parts: Sequence[tuple[VectorSegment, PassageNumbers]]) -> VectorSegment:
    """Return one exact segment of several, without those of each that are dead; one at least."""
    living = [np.setdiff1d(segment.numbers, dead) for segment, dead in parts]
    vectors = [segment.read_vectors(own) for (segment, _), own in zip(parts, living, strict=True)]
    return VectorSegment.exact(np.concatenate(living), np.concatenate(vectors))


def _exclude(dead: PassageNumbers) -> Selector | None:
    if not len(dead):
        return None
    faiss = _load_faiss()
    excluded = faiss.IDSelectorBatch(dead)
    selector = faiss.IDSelectorNot(excluded)
    selector.excluded = excluded  # FAISS keeps no hold of it
    return selector


def _train_inverted_file(numbers: PassageNumbers, vectors: Matrix) -> tuple[FaissIndex, Tuning]:
    faiss = _load_faiss()
    generator = np.random.default_rng(_SEED)
    # 4 sqrt(n) lists balance the cost of choosing among lists against that of scanning them;
    # k-means wants at least 39 points a list.
    lists = int(2 ** np.ceil(np.log2(4 * np.sqrt(len(numbers)))))
    lists = max(1, min(lists, len(numbers) // 39))
    sample_size = min(len(numbers), lists * _TRAINING_POINTS_PER_LIST)
    sample = generator.choice(len(numbers), sample_size, replace=False)
    index = faiss.index_factory(vectors.shape[1], f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
    index.train(vectors[sample])
    index.add_with_ids(vectors, numbers)
    probes, recall = _tune(index, numbers, vectors, generator)
    return index, Tuning(lists, probes, recall, len(numbers))


def _tune(
    index: FaissIndex, numbers: PassageNumbers, vectors: Matrix, generator: np.random.Generator
) -> tuple[int, float]:
    """Return the first doubled nprobe whose recall reaches the target, and that recall."""
    count = min(_RECALL_QUERIES, len(numbers))
    queries = vectors[generator.choice(len(numbers), count, replace=False)]
    depth = min(RECALL_DEPTH, len(numbers))
    faiss = _load_faiss()
    truth = numbers[faiss.knn(queries, vectors, depth, metric=faiss.METRIC_INNER_PRODUCT)[1]]
    probes, recall = 1, 0.0
    while True:
        index.nprobe = probes
        found = index.search(queries, depth)[1]
        hits = sum(len(np.intersect1d(t, f)) for t, f in zip(truth, found, strict=True))
        recall = hits / truth.size
        if recall >= TARGET_RECALL or probes >= index.nlist:
            return probes, recall
        probes = min(2 * probes, index.nlist)
