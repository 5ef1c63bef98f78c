"""The derived stores under the write lock: kept in step with the catalog, or rebuilt from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from index.catalog.embeddings import text_sha256
from index.catalog.passages import Stored
from index.catalog.write import Ledger, State
from index.embedding.base import Embedder, Matrix
from index.errors import IndexDamaged
from index.settings import Settings
from index.stores.vectors import EXACT_BELOW, Vectors
from index.stores.words import Entry, Words

VECTORS = "vectors"
WORDS = "words"
# Vectors stored and progress told after so many: a second or less on two cores.
_EMBED_TEXTS = 64
Progress = Callable[[int], None]


class DerivedStores:
    """FAISS and tantivy, opened by `load` or `reembed` and written to. See `index.commit`.

    Args:
        settings: Where the index is.
        ledger: The catalog, under the write lock.
        embedder: Makes the vectors.
    """

    def __init__(self, settings: Settings, ledger: Ledger, embedder: Embedder) -> None:
        self._ledger = ledger
        self._embedder = embedder
        self._directory = settings.index_directory
        self._exact_below = EXACT_BELOW
        self._vectors: Vectors | None = None
        self._words: Words | None = None

    def load(self) -> None:
        """Open both stores, rebuilding what is missing, torn or behind the catalog.

        Raises:
            IndexWriteFailed: Disk full, no rights.
        """
        state = self._ledger.state()
        self._words = self._loaded_words(state.generation)
        self._vectors = self._loaded_vectors(state)

    def reembed(self) -> None:
        """Open both stores with the vectors of another embedder replaced by this one's.

        Raises:
            EmbedderUnavailable: The model cannot be loaded.
            IndexWriteFailed: Disk full, no rights.
        """
        words = self._words = self._loaded_words(self._ledger.state().generation)
        stored = list(self._ledger.passages.stored())
        self.embed([passage.embedded_text for passage in stored], lambda _: None)
        generation = self._ledger.reserve(0)
        with self._ledger.transaction():
            dimensions = self._ledger.embeddings.dimensions_of(self._embedder.fingerprint)
            self._ledger.set_embedder(self._embedder.fingerprint, dimensions)
            self._vectors = None
            if dimensions:
                self._vectors = self._built_vectors(dimensions)
                self._vectors.save(self._directory / VECTORS, generation)
            words.commit(generation)
            self._ledger.set_generation(generation)

    def add(self, numbers: list[int], generation: int) -> None:
        """Add passages to both stores and make them durable; call inside a transaction.

        Args:
            numbers: Passages of this transaction, their vectors stored by `embed`.
            generation: The one that the transaction makes.

        Raises:
            IndexWriteFailed: Disk full, no rights.
        """
        stored = list(self._ledger.passages.stored(numbers))
        vectors, words = self._vectors, self._words
        assert words is not None  # load made it
        words.add(_entry(passage) for passage in stored)
        if stored:
            found = self._ledger.embeddings.of(self._embedder.fingerprint, [p.key for p in stored])
            matrix = np.stack([found[passage.key] for passage in stored])
            if vectors is None:
                vectors = Vectors(matrix.shape[1], self._exact_below)
            self._ledger.set_embedder(self._embedder.fingerprint, matrix.shape[1])
            vectors.add(np.array([p.number for p in stored], dtype=np.int64), matrix)
            if vectors.outgrown:
                vectors = self._built_vectors(matrix.shape[1])
        if vectors is not None:
            vectors.save(self._directory / VECTORS, generation)
        words.commit(generation)
        self._vectors = vectors

    def remove(self, numbers: list[int]) -> None:
        """Delete passages from both stores at the catalog's generation; missing ones are no error.

        Args:
            numbers: Passages that are not live any more.

        Raises:
            IndexWriteFailed: Disk full, no rights.
        """
        generation = self._ledger.state().generation
        if self._vectors is not None:
            self._vectors.remove(np.array(numbers, dtype=np.int64))
            self._vectors.save(self._directory / VECTORS, generation)
        if self._words is not None:
            self._words.remove(numbers)
            self._words.commit(generation)

    def embed(self, texts: Sequence[str], progress: Progress) -> None:
        """Make and store, at once, the vectors of those texts that have none yet.

        Args:
            texts: As `index.types.embedded_text` gives them.
            progress: Called with the number of texts just embedded or found embedded already.

        Raises:
            EmbedderUnavailable: The model cannot be loaded.
            IndexWriteFailed: Disk full, no rights.
        """
        fingerprint = self._embedder.fingerprint
        unique = {text_sha256(text): text for text in texts}
        known = self._ledger.embeddings.of(fingerprint, list(unique))
        missing = [(key, text) for key, text in unique.items() if key not in known]
        progress(len(texts) - len(missing))
        # Neighbours in length waste no padding; several batches a call keep the progress moving.
        missing.sort(key=lambda pair: -len(pair[1]))
        for start in range(0, len(missing), _EMBED_TEXTS):
            part = missing[start : start + _EMBED_TEXTS]
            vectors: Matrix = self._embedder.encode([text for _, text in part], "passage")
            with self._ledger.transaction():
                self._ledger.embeddings.put(fingerprint, [key for key, _ in part], vectors)
            progress(len(part))

    def close(self) -> None:
        """Drop what was staged in tantivy and not committed."""
        if self._words is not None:
            self._words.close()
            self._words = None

    def _loaded_vectors(self, state: State) -> Vectors | None:
        if not state.dimensions:
            return None
        try:
            vectors = Vectors.load(self._directory / VECTORS, self._exact_below)
            in_step = (
                vectors.generation == state.generation and vectors.dimensions == state.dimensions
            )
            # `exact_below` may have changed in the settings since they were stored.
            if in_step and not vectors.misfit:
                return vectors
        except IndexDamaged:
            pass  # rebuilt below, which is what the message of this error promises
        self.embed([p.embedded_text for p in self._ledger.passages.stored()], lambda _: None)
        vectors = self._built_vectors(state.dimensions)
        vectors.save(self._directory / VECTORS, state.generation)
        return vectors

    def _built_vectors(self, dimensions: int) -> Vectors:
        numbers, matrix = self._ledger.embeddings.matrix(self._embedder.fingerprint, dimensions)
        return Vectors.build(numbers, matrix, self._exact_below)

    def _loaded_words(self, generation: int) -> Words:
        try:
            words = Words.load(self._directory / WORDS, exact=True)
            if words.generation == generation:
                return words
            words.close()
        except IndexDamaged:
            pass  # rebuilt below, which is what the message of this error promises
        return self._rebuilt_words(generation)

    def _rebuilt_words(self, generation: int) -> Words:
        words = Words.create(self._directory / WORDS)
        words.add(_entry(passage) for passage in self._ledger.passages.stored())
        words.commit(generation)
        return words


def _entry(passage: Stored) -> Entry:
    return Entry(passage.number, passage.version, passage.embedded_text, passage.language)
