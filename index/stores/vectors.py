"""The FAISS side of the index: the only file that imports faiss, once it is needed.

Exact inner product while small; past `exact_below` vectors an inverted file with 8-bit scalar
quantisation, its `nprobe` set by the recall measured against exact search when it is trained.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, TypeAlias

import msgspec
import numpy as np

from index.base import PassageNumbers
from index.computing.libraries import prepare
from index.disk.files import (
    Stamp,
    read_stamp,
    translate_write_errors,
    write_atomically,
    write_stamp,
)
from index.embedding.base import Matrix
from index.errors import IndexDamaged
from index.stores.base import Condition
from index.types import Moment

if TYPE_CHECKING:
    import faiss

    FaissIndex: TypeAlias = faiss.Index

REMEDY = "run `python -m ingest`, which rebuilds it from the catalog without re-embedding"
# Up to so many vectors the search is exact: measured in docs/adr/0004.
EXACT_BELOW = 50_000
TARGET_RECALL = 0.99
RECALL_DEPTH = 50
_RECALL_QUERIES = 200
_TRAINING_POINTS_PER_LIST = 64
_OUTGROWN_TIMES = 4
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
class _Header:
    crc32: int
    dimensions: int
    tuning: Tuning | None


class FaissVectors:
    """A `VectorStore` in a folder, or in memory only; up to `exact_below` are searched exactly."""

    def __init__(self, dimensions: int, exact_below: int, directory: Path | None) -> None:
        self.dimensions = dimensions
        self.exact_below = exact_below
        self.stamp: Stamp | None = None  # as it was stored
        self.tuning: Tuning | None = None  # while the search is exact
        self._directory = directory
        faiss = _load_faiss()
        self._index = faiss.IndexIDMap2(faiss.IndexFlatIP(dimensions))

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def moment(self) -> Moment | None:
        """The state of the index that it holds; None until it is stored."""
        return self.stamp.moment if self.stamp else None

    def check(self) -> PassageNumbers:
        """Return the numbers of all passages it holds, ascending; checksums were compared."""
        faiss = _load_faiss()
        if self.tuning is None:
            return np.sort(faiss.vector_to_array(self._index.id_map))
        lists = self._index.invlists
        held = [
            faiss.rev_swig_ptr(lists.get_ids(i), lists.list_size(i)).copy()
            for i in range(lists.nlist)
        ]
        return np.sort(np.concatenate(held))

    @property
    def outgrown(self) -> bool:
        """Whether there are so many vectors now that `build` would choose another set-up."""
        if self.tuning is None:
            return len(self) > self.exact_below
        return len(self) > _OUTGROWN_TIMES * self.tuning.trained_on

    @property
    def misfit(self) -> bool:
        """Whether `build` would choose the other kind of search: exact or inverted file."""
        return (self.tuning is None) != (len(self) <= self.exact_below)

    @classmethod
    def build(
        cls,
        numbers: PassageNumbers,
        vectors: Matrix,
        exact_below: int,
        directory: Path | None,
    ) -> FaissVectors:
        """Return a store of these vectors, not yet stored, with the search that fits their number.

        They are those that the catalog keeps: retraining on quantised ones would add its error.
        """
        store = cls(vectors.shape[1], exact_below, directory)
        if len(numbers) > exact_below:
            store._index, store.tuning = _train_inverted_file(numbers, vectors)
        else:
            store._insert(numbers, vectors)
        return store

    @classmethod
    def load(cls, directory: Path, exact_below: int) -> FaissVectors:
        """Return what `commit` stored; raises `IndexDamaged` if it is not what was written."""
        stamp = read_stamp(directory, REMEDY)
        name = next((name for name in stamp.files if name.endswith(".faiss")), None)
        if name is None:
            raise IndexDamaged(f"{directory}: the stamp names no vectors; {REMEDY}")
        try:
            data = (directory / name).read_bytes()
            header = msgspec.json.decode((directory / f"{name}.json").read_bytes(), type=_Header)
        except (OSError, msgspec.DecodeError) as error:
            raise IndexDamaged(f"{directory / name}: cannot be read; {REMEDY}") from error
        if zlib.crc32(data) != header.crc32:
            raise IndexDamaged(f"{directory / name}: its checksum is wrong; {REMEDY}")
        vectors = cls(header.dimensions, exact_below, directory)
        vectors.stamp, vectors.tuning = stamp, header.tuning
        vectors._index = _load_faiss().deserialize_index(np.frombuffer(data, dtype=np.uint8))
        return vectors

    def commit(self, moment: Moment, previous: str) -> None:
        """Store the vectors under a new name, then the stamp, then drop the files before."""
        directory = self._directory
        if directory is None:
            raise ValueError("these vectors are held in memory only")
        data = _load_faiss().serialize_index(self._index).tobytes()
        stem = f"{moment.generation}-{len(self)}"
        header = asdict(_Header(zlib.crc32(data), self.dimensions, self.tuning))
        files = {f"{stem}.faiss": data, f"{stem}.faiss.json": json.dumps(header).encode()}
        for name, content in files.items():
            write_atomically(directory / name, content)
        sizes = {name: len(content) for name, content in files.items()}
        stamp = Stamp(moment, previous, sizes, mark=0, folder="")
        write_stamp(directory, stamp)
        self.stamp = stamp
        with translate_write_errors(directory):
            for path in directory.glob("*.faiss*"):
                if path.name not in files:
                    path.unlink(missing_ok=True)

    def add(self, numbers: PassageNumbers, vectors: Matrix, generation: int) -> None:
        """Add vectors; `outgrown` tells if the kind of search still fits; see `VectorStore.add`."""
        del generation  # what is held is what is live
        self._insert(numbers, vectors)

    def _insert(self, numbers: PassageNumbers, vectors: Matrix) -> None:
        if vectors.shape != (len(numbers), self.dimensions):
            raise ValueError(
                f"vectors of shape {vectors.shape}, expected {self.dimensions} columns"
            )
        if len(numbers):
            self._index.add_with_ids(np.ascontiguousarray(vectors), numbers)

    def remove(self, numbers: PassageNumbers, generation: int) -> None:
        """Remove vectors; see `VectorStore.remove`."""
        del generation
        if len(numbers):
            self._index.remove_ids(_load_faiss().IDSelectorBatch(numbers))

    def search(
        self, query: Matrix, k: int, condition: Condition | None, generation: int
    ) -> list[tuple[int, float]]:
        """Return the k nearest passages; see `VectorStore.search`.

        Source: FAISS IndexFlatIP (inner product is cosine on unit vectors).
        """
        del generation
        allowed = None if condition is None else condition.numbers
        if query.shape != (self.dimensions,):
            raise ValueError(f"a query of shape {query.shape}, expected ({self.dimensions},)")
        k = min(k, len(self) if allowed is None else len(allowed))
        if k < 1:
            return []
        probes = self._choose_probes(allowed)
        scores, numbers = self._find_nearest(query, k, allowed, probes)
        if self.tuning and probes < self.tuning.lists and (numbers < 0).any():
            # The lists looked into do not hold k such passages; the others may.
            scores, numbers = self._find_nearest(query, k, allowed, self.tuning.lists)
        pairs = [(int(n), float(s)) for n, s in zip(numbers[0], scores[0], strict=True) if n >= 0]
        return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))

    def _find_nearest(
        self, query: Matrix, k: int, allowed: PassageNumbers | None, probes: int
    ) -> tuple[Matrix, PassageNumbers]:
        faiss = _load_faiss()
        selector = None if allowed is None else faiss.IDSelectorBatch(allowed)
        parameters = None
        if self.tuning:
            parameters = faiss.SearchParametersIVF(sel=selector, nprobe=probes)
        elif selector:
            parameters = faiss.SearchParameters(sel=selector)
        found: tuple[Matrix, PassageNumbers] = self._index.search(
            query[None, :], k, params=parameters
        )
        return found

    def _choose_probes(self, allowed: PassageNumbers | None) -> int:
        if self.tuning is None:
            return 0
        # A narrow filter leaves most probed lists empty: look into all of them.
        narrow = allowed is not None and len(allowed) < len(self) // 10
        return self.tuning.lists if narrow else self.tuning.probes


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
