"""The engines that the suite is run on: what ships, and the twin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from index.base import Index, PassageNumbers
from index.changes import Change, IncomingDocument, PutDocument
from index.embedding.base import Embedder, Matrix
from index.opening import make_index
from index.settings import Settings
from index.stores.base import VectorStore, WordStore
from index.stores.segmented import FaissVectors
from index.stores.words import TantivyWords
from index.types import Metadata, Source, cut_passage
from index.version import Section, Version, version_of
from tests.conformance.twin import MemoryIndex
from tests.conformance.twin_stores import MemoryVectors, MemoryWords

MakeIndex = Callable[[Path, Embedder], Index]
DIMENSIONS = 8
ENGLISH = Metadata(language="en")


def _make_local(home: Path, embedder: Embedder) -> Index:
    return make_index(Settings(home), embedder)


def _make_memory(home: Path, embedder: Embedder) -> Index:
    return MemoryIndex(Settings(home), embedder)


# Another engine is entered here, and must pass everything in this folder.
INDEXES: dict[str, MakeIndex] = {"local": _make_local, "memory": _make_memory}
VECTORS: dict[str, Callable[[Path], VectorStore]] = {
    "faiss": lambda folder: FaissVectors(DIMENSIONS, 1_000, folder),
    "memory": lambda _: MemoryVectors(DIMENSIONS),
}
WORDS: dict[str, Callable[[Path], WordStore]] = {
    "tantivy": TantivyWords.create,
    "memory": lambda _: MemoryWords(),
}


def make_document(
    path: str,
    text: str,
    metadata: Metadata = ENGLISH,
    root: str = "texts",
    sha256: str = "",
) -> IncomingDocument:
    """A document whose passages are its lines, under the line before the first."""
    version = Version(version_of(text), text, (Section(0, len(text), (text.split("\n")[0],)),))
    passages, start = [], 0
    for line in text.split("\n"):
        end = start + len(line)
        passages.append(cut_passage(version, start, end, ((start, end),), ""))
        start = end + 1
    digest = sha256 or version_of(f"bytes of {text}")
    source = Source(root, path, digest, len(text), 1, "plain@1")
    return IncomingDocument(source, version, path, metadata, tuple(passages), None, None)


def numbers(*given: int) -> PassageNumbers:
    return np.array(given, dtype=np.int64)


def unit(*rows: Sequence[float]) -> Matrix:
    matrix = np.array(rows, dtype=np.float32)
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


def commit(index: Index, *changes: Change) -> int:
    """Make changes true; return the generation."""
    with index.writer() as writer:
        for change in changes:
            if isinstance(change, PutDocument):
                writer.add([change.document], lambda _: None)
            else:
                writer.stage(change)
        writer.commit()
    with index.snapshot() as catalog:
        return catalog.moment.generation


def put(path: str, text: str, metadata: Metadata = ENGLISH) -> PutDocument:
    return PutDocument(make_document(path, text, metadata))
