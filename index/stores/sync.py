"""The derived stores under the write lock: kept in step with the catalog, or rebuilt from it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import msgspec
import numpy as np

from index.base import EmbeddingProgress
from index.catalog.embeddings import hash_text
from index.catalog.passages import SearchedText
from index.catalog.write import CatalogState, CatalogWriter, NextGeneration
from index.disk.files import STAMP, Stamp, write_stamp
from index.embedding.base import Embedder
from index.errors import IndexDamaged
from index.settings import Settings
from index.stores.base import PassageTerms
from index.stores.segmented import EXACT_BELOW, FaissVectors
from index.stores.words import TantivyWords
from index.text.analysis import analyse
from index.types import Moment

VECTORS = "vectors"
WORDS = "words"
# Vectors stored and progress reported after so many: a second or less on two cores.
_EMBED_TEXTS = 64
# So many make every question slower: they are merged before the writer has nothing else to do.
_URGENT_SEGMENTS = 32
# Passages analysed and handed to a store together.
_ADD_PASSAGES = 1_000


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
        """Open both stores, rebuilding what is missing, torn or of another state."""
        state = self._catalog.state()
        self._words = self._load_words(state)
        self._vectors = self._load_vectors(state)

    def reembed(self) -> None:
        """Open both stores with the vectors of another embedder replaced by this one's."""
        before = self._catalog.state()
        words = self._words = self._load_words(before)
        self._embed_all()
        generation = self._catalog.reserve(0)
        with self._catalog.transaction():
            self._catalog.begin_generation(generation)
            dimensions = self._catalog.embeddings.find_dimensions(self._embedder.fingerprint)
            self._catalog.set_embedder(self._embedder.fingerprint, dimensions)
            moment = self._name(before.moment, generation)
            self._vectors = None
            if dimensions:
                self._vectors = self._build_vectors(dimensions)
                self._vectors.commit(moment, before.moment.commit)
            words.commit(moment, before.moment.commit)
            self._catalog.drop_other_vectors(self._embedder.fingerprint)

    def add(self, numbers: Sequence[int], before: Moment, generation: NextGeneration) -> None:
        """Add passages whose vectors `embed` stored, durably.

        Call inside the transaction that made the passages and makes the generation after `before`.
        """
        passages = list(self._catalog.passages.read(numbers))
        born = np.array([p.number for p in passages], dtype=np.int64)
        vectors, words = self._vectors, self._words
        assert words is not None  # load made it
        words.add(born, [_analyse(passage) for passage in passages], generation.number)
        if passages:
            keys = [passage.key for passage in passages]
            found = self._catalog.embeddings.find(self._embedder.fingerprint, keys)
            matrix = np.stack([found[key] for key in keys])
            dimensions = matrix.shape[1]
            if vectors is None:
                vectors = FaissVectors(dimensions, self._exact_below, self._directory / VECTORS)
            self._catalog.set_embedder(self._embedder.fingerprint, dimensions)
            vectors.add(born, matrix, generation.number)
            if vectors.outgrown:
                vectors = self._build_vectors(dimensions)
            elif vectors.segments > _URGENT_SEGMENTS:
                vectors.tidy()
        moment = self._name(before, generation)
        if vectors is not None:
            vectors.commit(moment, before.commit)
        words.commit(moment, before.commit)
        self._vectors = vectors

    def remove(self, numbers: Sequence[int]) -> None:
        """Delete passages from both stores, if they are there, in the catalog's generation.

        What they do for is this moment alone then: the one before had these passages.
        """
        moment = self._catalog.state().moment
        died = np.array(numbers, dtype=np.int64)
        if self._vectors is not None:
            self._vectors.remove(died, moment.generation)
            self._vectors.commit(moment, "")
        if self._words is not None:
            self._words.remove(died, moment.generation)
            self._words.commit(moment, "")

    def tidy(self) -> None:
        """Merge what many commits have left, where that is worth it; what is found stays."""
        vectors = self._vectors
        if vectors is not None and vectors.stamp is not None and vectors.tidy():
            vectors.commit(vectors.stamp.moment, vectors.stamp.previous)

    def rebuild_words(self) -> None:
        """Write the words anew: a dictionary keeps those of what was removed until it is merged."""
        if self._words is not None:
            self._words.close()
        state = self._catalog.state()
        self._words = self._build_words(state.moment)

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

    def _name(self, before: Moment, generation: NextGeneration) -> Moment:
        fingerprint = self._catalog.state().moment.fingerprint
        return Moment(before.index, generation.number, generation.name, fingerprint)

    def _embed_all(self) -> None:
        # What has died, too: a moment of the past is searched by the same vectors.
        texts = [passage.text for passage in self._catalog.passages.read_kept()]
        self.embed(texts, lambda _: None)

    def _load_vectors(self, state: CatalogState) -> FaissVectors | None:
        if not state.dimensions:
            return None
        try:
            vectors = FaissVectors.load(self._directory / VECTORS, self._exact_below)
            found = (vectors.moment, vectors.dimensions)
            # `EXACT_BELOW` may have been another one when they were stored.
            if found == (state.moment, state.dimensions) and not vectors.misfit:
                return vectors
        except IndexDamaged:
            pass  # rebuilt below, which is what the message of this error promises
        self.embed([p.text for p in self._catalog.passages.read_live()], lambda _: None)
        vectors = self._build_vectors(state.dimensions)
        vectors.commit(state.moment, "")
        return vectors

    def _build_vectors(self, dimensions: int) -> FaissVectors:
        fingerprint = self._embedder.fingerprint
        numbers, matrix = self._catalog.embeddings.load_matrix(fingerprint, dimensions)
        return FaissVectors.build(numbers, matrix, self._exact_below, self._directory / VECTORS)

    def _load_words(self, state: CatalogState) -> TantivyWords:
        try:
            words = TantivyWords.load(self._directory / WORDS, exact=True)
            if words.moment == state.moment:
                return words
            words.close()
        except IndexDamaged:
            pass  # rebuilt below, which is what the message of this error promises
        return self._build_words(state.moment)

    def _build_words(self, moment: Moment) -> TantivyWords:
        words = TantivyWords.create(self._directory / WORDS)
        fill_words(words, self._catalog.passages.read_live(), moment.generation)
        words.commit(moment, "")
        return words


def fill_words(words: TantivyWords, passages: Iterable[SearchedText], generation: int) -> None:
    """Analyse and stage passages, some at a time."""
    for part in _split(passages):
        numbers = np.array([passage.number for passage in part], dtype=np.int64)
        words.add(numbers, [_analyse(passage) for passage in part], generation)


def _split(passages: Iterable[SearchedText]) -> Iterator[list[SearchedText]]:
    rest = iter(passages)
    while part := list(islice(rest, _ADD_PASSAGES)):
        yield part


def _analyse(passage: SearchedText) -> PassageTerms:
    terms = analyse(passage.text, passage.language)
    return PassageTerms(passage.version, [term.text for term in terms])


def adopt_stores(directory: Path, generation: int, moment: Moment) -> None:
    """Write today's stamps beside the stores of an older release that held a generation.

    What is torn, or held another one, is left: the next writer rebuilds it.
    """
    for name in (VECTORS, WORDS):
        try:
            stored = json.loads((directory / name / STAMP).read_bytes())
            if stored["generation"] != generation:
                continue
            given = {key: stored.get(key, other) for key, other in _OLD_STAMP.items()}
            stamp = msgspec.convert(
                {"moment": msgspec.to_builtins(moment), "previous": "", **given}, Stamp
            )
        except (OSError, ValueError, KeyError, TypeError, msgspec.ValidationError):
            continue
        write_stamp(directory / name, stamp)


# What a stamp of release 0.1 said beside its generation, with its defaults.
_OLD_STAMP: dict[str, object] = {"files": {}, "mark": 0, "folder": ""}
