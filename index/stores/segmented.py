"""The vectors of an index: segments that are written once, and which of their passages have died.

A commit writes what it adds and a list of what has died, not all the vectors again, and whoever
asks reads only what is new. Small segments are merged, and the dead are dropped, by `tidy`.
"""

from __future__ import annotations

import json
import threading
import weakref
import zlib
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import msgspec
import numpy as np

from index.base import PassageNumbers
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
from index.stores.vectors import Chosen, Tuning, VectorSegment, merge
from index.types import Moment

REMEDY = "run `python -m ingest`, which rebuilds it from the catalog without re-embedding"
# Up to so many vectors the search is exact: measured in docs/adr/0004.
EXACT_BELOW = 50_000
_OUTGROWN_TIMES = 4
# More segments than these are merged, and more vectors beside an inverted file go into it: looking
# through so many exactly takes two milliseconds.
_MOST_SEGMENTS = 8
_MOST_BESIDE = 10_000
# A larger share of dead ones in a segment is dropped.
_MOST_DEAD = 0.1
_NONE: PassageNumbers = np.zeros(0, dtype=np.int64)
_DEAD = ".dead"


@dataclass(frozen=True, slots=True)
class _Header:
    crc32: int
    dimensions: int
    tuning: Tuning | None


@dataclass(frozen=True, slots=True)
class _Part:
    """A segment, the name of its file ("" while it has none), and those of it that are dead."""

    segment: VectorSegment
    name: str
    dead: PassageNumbers

    def __len__(self) -> int:
        return len(self.segment) - len(self.dead)


class FaissVectors:
    """A `VectorStore` in a folder, or in memory only; up to `exact_below` are searched exactly."""

    def __init__(self, dimensions: int, exact_below: int, directory: Path | None) -> None:
        self.dimensions = dimensions
        self.exact_below = exact_below
        self.stamp: Stamp | None = None  # as it was stored
        self._directory = directory
        self._parts: list[_Part] = []

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    @property
    def moment(self) -> Moment | None:
        """The state of the index that it holds; None until it is stored."""
        return self.stamp.moment if self.stamp else None

    @property
    def tuning(self) -> Tuning | None:
        """Of the inverted file; None while all of the search is exact."""
        return next((part.segment.tuning for part in self._parts if part.segment.tuning), None)

    @property
    def segments(self) -> int:
        """How many segments a search looks through."""
        return len(self._parts)

    def check(self) -> PassageNumbers:
        """Return the numbers of all passages it holds, ascending; checksums were compared."""
        living = [np.setdiff1d(part.segment.numbers, part.dead) for part in self._parts]
        return np.sort(np.concatenate([_NONE, *living]))

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
            store._parts = [_Part(VectorSegment.inverted(numbers, vectors), "", _NONE)]
        else:
            store.add(numbers, vectors, 0)
        return store

    @classmethod
    def load(cls, directory: Path, exact_below: int, afresh: bool = False) -> FaissVectors:
        """Return what `commit` stored; raises `IndexDamaged` if it is not what was written.

        Segments that this process holds already are not read again, unless `afresh`.
        """
        stamp = read_stamp(directory, REMEDY)
        names = [name for name in stamp.files if name.endswith(".faiss")]
        if not names:
            raise IndexDamaged(f"{directory}: the stamp names no vectors; {REMEDY}")
        headers = [_read_header(directory / name) for name in names]
        dead = [_read_dead(directory / name) for name in stamp.files if name.endswith(_DEAD)]
        store = cls(headers[0].dimensions, exact_below, directory)
        store.stamp = stamp
        for name, header in zip(names, headers, strict=True):
            segment = _read_segment(directory / name, header, afresh)
            store._parts.append(_Part(segment, name, _NONE))
        store._bury(np.sort(np.concatenate([_NONE, *dead])))
        return store

    def commit(self, moment: Moment, previous: str) -> None:
        """Store what is new under new names, then the stamp, then drop what it does not name."""
        directory = self._directory
        if directory is None:
            raise ValueError("these vectors are held in memory only")
        known = dict(self.stamp.files) if self.stamp else {}
        new = [part for part in self._parts if not part.name and not part.segment.tuning]
        if len(new) > 1:
            self._merge(new)
        if not self._parts:
            self._parts = [_Part(self._make_empty(), "", _NONE)]
        files: dict[str, int] = {}
        for place, part in enumerate(self._parts):
            if not part.name:
                name = _find_name(f"{moment.generation}-{len(part.segment)}", known | files)
                files |= _write_segment(directory / name, part.segment, self.dimensions)
                self._parts[place] = replace(part, name=name)
            else:
                files |= {n: known[n] for n in (part.name, f"{part.name}.json")}
        files |= self._write_dead(directory, known)
        stamp = Stamp(moment, previous, files, mark=0, folder="")
        write_stamp(directory, stamp)
        self.stamp = stamp
        with translate_write_errors(directory):
            for path in (*directory.glob("*.faiss*"), *directory.glob(f"*{_DEAD}")):
                if path.name not in files:
                    path.unlink(missing_ok=True)

    def add(self, numbers: PassageNumbers, vectors: Matrix, generation: int) -> None:
        """Add vectors; `outgrown` tells if the kind of search still fits; see `VectorStore.add`."""
        del generation  # what is held is what is live
        if vectors.shape != (len(numbers), self.dimensions):
            raise ValueError(
                f"vectors of shape {vectors.shape}, expected {self.dimensions} columns"
            )
        if len(numbers):
            self._parts.append(_Part(VectorSegment.exact(numbers, vectors), "", _NONE))

    def remove(self, numbers: PassageNumbers, generation: int) -> None:
        """Remove vectors; see `VectorStore.remove`."""
        del generation
        self._bury(numbers)

    def tidy(self) -> bool:
        """Merge small segments, and drop what has died, where there is much of either.

        Returns:
            Whether anything was done; `commit` stores it. What is found stays the same.
        """
        main = next((part for part in self._parts if part.segment.tuning), None)
        rest = [part for part in self._parts if part is not main]
        beside = sum(map(len, rest))
        if main is not None and (beside > _MOST_BESIDE or _has_many_dead(main)):
            numbers, vectors = _NONE, np.zeros((0, self.dimensions), np.float32)
            if beside:
                loose = merge([(part.segment, part.dead) for part in rest])
                numbers, vectors = loose.numbers, loose.read_vectors(loose.numbers)
            whole = main.segment.replace(main.dead, numbers, vectors)
            self._parts = [_Part(whole, "", _NONE)]
            return True
        small = [part for part in rest if 2 * len(part) <= beside or _has_many_dead(part)]
        if len(rest) <= _MOST_SEGMENTS and not any(map(_has_many_dead, rest)):
            return False
        self._merge(small)
        return True

    def search(
        self, query: Matrix, k: int, condition: Condition | None, generation: int
    ) -> list[tuple[int, float]]:
        """Return the k nearest passages; see `VectorStore.search`."""
        del generation
        if query.shape != (self.dimensions,):
            raise ValueError(f"a query of shape {query.shape}, expected ({self.dimensions},)")
        chosen = None if condition is None else Chosen.among(condition.numbers)
        pairs: list[tuple[int, float]] = []
        for part in self._parts:
            pairs += part.segment.search(query, k, chosen, part.dead)
        return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[: max(0, k)]

    def _bury(self, numbers: PassageNumbers) -> None:
        for place, part in enumerate(self._parts):
            died = np.intersect1d(numbers, part.segment.numbers)
            if len(died):
                self._parts[place] = replace(part, dead=np.union1d(part.dead, died))

    def _merge(self, parts: Sequence[_Part]) -> None:
        merged = merge([(part.segment, part.dead) for part in parts])
        self._parts = [part for part in self._parts if all(part is not one for one in parts)]
        if len(merged):
            self._parts.append(_Part(merged, "", _NONE))

    def _make_empty(self) -> VectorSegment:
        return VectorSegment.exact(_NONE, np.zeros((0, self.dimensions), np.float32))

    def _write_dead(self, directory: Path, known: dict[str, int]) -> dict[str, int]:
        """Write which passages of the segments have died, unless that is stored already."""
        dead = np.sort(np.concatenate([_NONE, *(part.dead for part in self._parts)]))
        if not len(dead):
            return {}
        data = dead.astype("<i8").tobytes()
        checksum = zlib.crc32(data)
        data += checksum.to_bytes(4, "little")
        # Named by its content: a file that a stamp names is never written over with another.
        name = f"{len(dead)}-{checksum:08x}{_DEAD}"
        if name not in known:
            write_atomically(directory / name, data)
        return {name: len(data)}


def _has_many_dead(part: _Part) -> bool:
    return len(part.dead) > _MOST_DEAD * len(part.segment)


def _find_name(stem: str, taken: Collection[str]) -> str:
    name, number = f"{stem}.faiss", 2
    while name in taken:  # a merge within a generation may make a segment of the same length
        name, number = f"{stem}-{number}.faiss", number + 1
    return name


def _write_segment(path: Path, segment: VectorSegment, dimensions: int) -> dict[str, int]:
    data = segment.to_bytes()
    header = _Header(zlib.crc32(data), dimensions, segment.tuning)
    files = {path.name: data, f"{path.name}.json": json.dumps(asdict(header)).encode()}
    for name, content in files.items():
        write_atomically(path.with_name(name), content)
    with _held_lock:
        _held[_make_key(path, header)] = segment
    return {name: len(content) for name, content in files.items()}


def _read_header(path: Path) -> _Header:
    try:
        return msgspec.json.decode(path.with_name(f"{path.name}.json").read_bytes(), type=_Header)
    except (OSError, msgspec.DecodeError) as error:
        raise IndexDamaged(f"{path}: cannot be read; {REMEDY}") from error


def _read_dead(path: Path) -> PassageNumbers:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise IndexDamaged(f"{path}: cannot be read; {REMEDY}") from error
    if zlib.crc32(data[:-4]) != int.from_bytes(data[-4:], "little") or len(data) % 8 != 4:
        raise IndexDamaged(f"{path}: its checksum is wrong; {REMEDY}")
    return np.frombuffer(data[:-4], dtype="<i8").astype(np.int64)


# Segments never change, so who asks and who writes in one process hold the same ones.
_Key = tuple[Path, int, int, int, int]
_held: weakref.WeakValueDictionary[_Key, VectorSegment] = weakref.WeakValueDictionary()
_held_lock = threading.Lock()


def _make_key(path: Path, header: _Header) -> _Key:
    """Name what a file held when it was looked at: damage done since is another name."""
    try:
        status = path.stat()
    except OSError as error:
        raise IndexDamaged(f"{path}: cannot be read; {REMEDY}") from error
    return path, header.crc32, status.st_ino, status.st_size, status.st_mtime_ns


def _read_segment(path: Path, header: _Header, afresh: bool) -> VectorSegment:
    key = _make_key(path, header)
    with _held_lock:
        known = None if afresh else _held.get(key)
    if known is not None:
        return known
    try:
        data = path.read_bytes()
    except OSError as error:
        raise IndexDamaged(f"{path}: cannot be read; {REMEDY}") from error
    if zlib.crc32(data) != header.crc32:
        raise IndexDamaged(f"{path}: its checksum is wrong; {REMEDY}")
    segment = VectorSegment.from_bytes(data, header.tuning)
    if not afresh:
        with _held_lock:
            _held[key] = segment
    return segment
