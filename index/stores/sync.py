"""The derived stores under the write lock: kept in step with the catalog, or rebuilt from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from index.catalog.embeddings import hash_text
from index.catalog.write import CatalogState, CatalogWriter
from index.embedding.base import Embedder
from index.errors import IndexDamaged
from index.settings import Settings
from index.stores.vectors import EXACT_BELOW, FaissVectors
from index.stores.words import TantivyWords

VECTORS = "vectors"
WORDS = "words"
# Vectors stored and progress reported after so many: a second or less on two cores.
_EMBED_TEXTS = 64
# Called with the number of texts just embedded or found embedded already.
EmbeddingProgress = Callable[[int], None]


class DerivedStores:
    """FAISS and tantivy, opened by `load` or `reembed` and written to. See `index.commit`."""

    def __init__(self, settings: Settings, catalog: CatalogWriter, embedder: Embedder) -> None:
        self._catalog = catalog
        self._embedder = embedder
        self._directory = settings.index_directory
        self._exact_below = EXACT_BELOW
        self._vectors: FaissVectors | None = None
        self._words: TantivyWords | None = None

    def load(self) -> None:
        """Open both stores, rebuilding what is missing, torn or behind the catalog."""
        state = self._catalog.state()
        self._words = self._load_words(state.generation)
        self._vectors = self._load_vectors(state)

    def reembed(self) -> None:
        """Open both stores with the vectors of another embedder replaced by this one's."""
        words = self._words = self._load_words(self._catalog.state().generation)
        self._embed_all()
        generation = self._catalog.reserve(0)
        with self._catalog.transaction():
            dimensions = self._catalog.embeddings.find_dimensions(self._embedder.fingerprint)
            self._catalog.set_embedder(self._embedder.fingerprint, dimensions)
            self._vectors = None
            if dimensions:
                self._vectors = self._build_vectors(dimensions)
                self._vectors.save(self._directory / VECTORS, generation)
            words.commit(generation)
            self._catalog.set_generation(generation)

    def add(self, numbers: list[int], generation: int) -> None:
        """Add passages whose vectors `embed` stored, durably.

        Call inside the transaction that made the passages and will make the generation.
        """
        passages = list(self._catalog.passages.read(numbers))
        vectors, words = self._vectors, self._words
        assert words is not None  # load made it
        words.add(passages)
        if passages:
            keys = [passage.key for passage in passages]
            found = self._catalog.embeddings.find(self._embedder.fingerprint, keys)
            matrix = np.stack([found[key] for key in keys])
            if vectors is None:
                vectors = FaissVectors(matrix.shape[1], self._exact_below)
            self._catalog.set_embedder(self._embedder.fingerprint, matrix.shape[1])
            vectors.add(np.array([p.number for p in passages], dtype=np.int64), matrix)
            if vectors.outgrown:
                vectors = self._build_vectors(matrix.shape[1])
        if vectors is not None:
            vectors.save(self._directory / VECTORS, generation)
        words.commit(generation)
        self._vectors = vectors

    def remove(self, numbers: list[int]) -> None:
        """Delete passages from both stores, if they are there, at the catalog's generation."""
        generation = self._catalog.state().generation
        if self._vectors is not None:
            self._vectors.remove(np.array(numbers, dtype=np.int64))
            self._vectors.save(self._directory / VECTORS, generation)
        if self._words is not None:
            self._words.remove(numbers)
            self._words.commit(generation)

    def embed(self, texts: Sequence[str], progress: EmbeddingProgress) -> None:
        """Make and store, at once, the vectors of those texts that have none yet."""
        fingerprint = self._embedder.fingerprint
        unique = {hash_text(text): text for text in texts}
        known = self._catalog.embeddings.find(fingerprint, list(unique))
        missing = [(key, text) for key, text in unique.items() if key not in known]
        progress(len(texts) - len(missing))
        # Neighbours in length waste no padding; several batches a call keep the progress moving.
        missing.sort(key=lambda pair: -len(pair[1]))
        for start in range(0, len(missing), _EMBED_TEXTS):
            part = missing[start : start + _EMBED_TEXTS]
            vectors = self._embedder.encode([text for _, text in part], "passage")
            with self._catalog.transaction():
                self._catalog.embeddings.put(fingerprint, [key for key, _ in part], vectors)
            progress(len(part))

    def close(self) -> None:
        """Drop what was staged in tantivy and not committed."""
        if self._words is not None:
            self._words.close()
            self._words = None

    def _embed_all(self) -> None:
        self.embed([passage.text for passage in self._catalog.passages.read()], lambda _: None)

    def _load_vectors(self, state: CatalogState) -> FaissVectors | None:
        if not state.dimensions:
            return None
        try:
            vectors = FaissVectors.load(self._directory / VECTORS, self._exact_below)
            found = (vectors.generation, vectors.dimensions)
            # `EXACT_BELOW` may have been another one when they were stored.
            if found == (state.generation, state.dimensions) and not vectors.misfit:
                return vectors
        except IndexDamaged:
            pass  # rebuilt below, which is what the message of this error promises
        self._embed_all()
        vectors = self._build_vectors(state.dimensions)
        vectors.save(self._directory / VECTORS, state.generation)
        return vectors

    def _build_vectors(self, dimensions: int) -> FaissVectors:
        fingerprint = self._embedder.fingerprint
        numbers, matrix = self._catalog.embeddings.load_matrix(fingerprint, dimensions)
        return FaissVectors.build(numbers, matrix, self._exact_below)

    def _load_words(self, generation: int) -> TantivyWords:
        try:
            words = TantivyWords.load(self._directory / WORDS, exact=True)
            if words.generation == generation:
                return words
            words.close()
        except IndexDamaged:
            pass  # rebuilt below, which is what the message of this error promises
        words = TantivyWords.create(self._directory / WORDS)
        words.add(self._catalog.passages.read())
        words.commit(generation)
        return words
