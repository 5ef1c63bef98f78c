"""The order in which a change becomes true, and the repair of what a crash left behind.

A commit adds to FAISS and tantivy first, then commits SQLite with the next generation, and
deletes from FAISS and tantivy last. Killed anywhere, the catalog is either before or after, and
the next writer brings the derived stores in step with it.
"""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import filelock
import numpy as np

from index.embedder import Embedder, Matrix, mismatch
from index.embeddings import text_sha256
from index.errors import IndexDamaged, IndexLocked, IndexMissing, IndexOutdated
from index.files import (
    is_stored,
    make_durable,
    remove_parts,
    write_atomically,
    write_failed,
    writing,
)
from index.ledger import Incoming, Ledger
from index.lexical import Entry, Words
from index.originals import unneeded
from index.passages import Stored
from index.schema import FILE, catalog_errors, connect, migrate
from index.settings import Settings
from index.types import Failure, Fetch, Source, embedded_text
from index.vectors import Vectors

VECTORS = "vectors"
WORDS = "words"
_LOCK = "write.lock"
_PID = "write.pid"
# Vectors stored and progress told after so many: a second or less on two cores.
_EMBED_TEXTS = 64
Progress = Callable[[int], None]


@contextlib.contextmanager
def open_writer(settings: Settings, embedder: Embedder, reembed: bool = False) -> Iterator[Writer]:
    """Hold the write lock, bring the derived stores in step, and yield the writer.

    Args:
        settings: Where the index is.
        embedder: Makes the vectors.
        reembed: Replace the vectors of another embedder instead of refusing.

    Yields:
        The writer, with every store in step; what it staged and did not commit is dropped.

    Raises:
        IndexLocked: Another process, or another session of this one, is writing.
        EmbedderMismatch: The index holds vectors of another embedder and `reembed` is not set.
        IndexWriteFailed: Disk full, no rights.
        IndexDamaged: The catalog cannot be read.
    """
    directory = settings.index_directory
    with writing(directory):
        directory.mkdir(parents=True, exist_ok=True)
    with _lock(directory):
        migrate(directory)
        with (
            contextlib.closing(connect(directory)) as connection,
            catalog_errors(directory / FILE),
        ):
            writer = Writer(settings, Ledger(connection), embedder)
            try:
                writer.repair(reembed)
                yield writer
            finally:
                writer.close()


def bring_up_to_date(settings: Settings) -> None:
    """Give an index of an older release today's tables; does nothing where there is no index.

    A plan compares sources with what the index holds, so this comes before it.

    Args:
        settings: Where the index is.

    Raises:
        IndexLocked: Another process is writing.
        IndexWriteFailed: Disk full, no rights.
        IndexDamaged: The catalog cannot be read.
    """
    directory = settings.index_directory
    try:
        connect(directory).close()
    except IndexMissing:
        pass
    except IndexOutdated:
        with _lock(directory):
            migrate(directory)


@contextlib.contextmanager
def _lock(directory: Path) -> Iterator[None]:
    lock = filelock.FileLock(directory / _LOCK, timeout=0, thread_local=False)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        try:
            pid = (directory / _PID).read_text(encoding="utf-8").strip()
        except OSError:
            pid = "?"
        raise IndexLocked(
            f"the index in {directory} is being written by PID {pid}; wait until it is done, "
            "or stop that process"
        ) from error
    except OSError as error:
        raise write_failed(directory / _LOCK, error) from error
    try:
        write_atomically(directory / _PID, str(os.getpid()).encode())
        yield
    finally:
        with contextlib.suppress(OSError):  # only ever read while the lock is held
            (directory / _PID).unlink(missing_ok=True)
        lock.release()


class Writer:
    """Stages changes in memory; `commit` makes them true together. See `open_writer`.

    Args:
        settings: Where the index is.
        ledger: The catalog, under the write lock.
        embedder: Makes the vectors.

    Attributes:
        settings: Where the index is.
        embedder: Makes the vectors.
    """

    def __init__(self, settings: Settings, ledger: Ledger, embedder: Embedder) -> None:
        self.settings = settings
        self.embedder = embedder
        self._ledger = ledger
        self._directory = settings.index_directory
        self._changes: list[Callable[[], list[int] | None]] = []
        self._passages = 0
        self._originals: list[Path] = []
        self._vectors: Vectors | None = None
        self._words: Words | None = None
        self._torn = False

    def repair(self, reembed: bool) -> None:
        """Bring the derived stores in step with the catalog, and finish pending deletions.

        Args:
            reembed: Replace the vectors of another embedder instead of refusing.

        Raises:
            EmbedderMismatch: They are another embedder's and `reembed` is not set.
            IndexWriteFailed: Disk full, no rights.
        """
        for part in ("", VECTORS, WORDS):
            remove_parts(self._directory / part)
        remove_parts(self.settings.originals)
        state = self._ledger.state()
        if state.fingerprint and state.fingerprint != self.embedder.fingerprint and not reembed:
            raise mismatch(state.fingerprint, self.embedder)
        self._words = self._loaded_words(state.generation)
        if state.fingerprint and state.fingerprint != self.embedder.fingerprint:
            self._reembed(self._words)
        else:
            self._vectors = self._loaded_vectors(state.generation)
        self._finish_departures()
        self._torn = False

    def add(self, documents: Sequence[Incoming], progress: Progress = lambda _: None) -> None:
        """Embed the passages of documents and stage them to replace what they showed before.

        Vectors are stored as they are made, so an interrupted run does not embed them twice.

        Args:
            documents: Any number; embedding is fastest when they come together.
            progress: Called with the number of passages just embedded or found embedded already.

        Raises:
            EmbedderUnavailable: The model cannot be loaded.
            IndexWriteFailed: Disk full.
        """
        texts = [
            embedded_text(doc.version.text[draft.start : draft.end], draft.context)
            for doc in documents
            for draft in doc.drafts
        ]
        self._embed(texts, progress)
        for document in documents:
            self._changes.append(functools.partial(self._ledger.put, document))
            self._passages += len(document.drafts)

    def touch(self, source: Source) -> None:
        """Stage new stat values of a document whose bytes are the same."""
        self._changes.append(functools.partial(self._ledger.touch, source))

    def move(self, document: str, source: Source) -> None:
        """Stage another id for a document whose bytes are elsewhere now."""
        self._changes.append(functools.partial(self._ledger.move, document, source))

    def remove(self, document: str) -> None:
        """Stage the removal of a document by its id."""
        self._changes.append(functools.partial(self._ledger.remove, document))

    def fail(self, failure: Failure) -> None:
        """Stage the memory of a refused source."""
        self._changes.append(functools.partial(self._ledger.put_failure, failure))

    def forget_failure(self, root: str, path: str) -> None:
        """Stage forgetting a refused source."""
        self._changes.append(functools.partial(self._ledger.forget_failure, root, path))

    def put_root(self, name: str, location: Path) -> None:
        """Stage a root's folder."""
        self._changes.append(functools.partial(self._ledger.put_root, name, str(location)))

    def put_listing(self, name: str, entries: Sequence[tuple[str, str]]) -> None:
        """Stage what a list of sources names: (root, path) each."""
        self._changes.append(functools.partial(self._ledger.put_listing, name, entries))

    def keep_fetches(self, fetches: Sequence[Fetch]) -> None:
        """Store what web servers said, at once: it changes nothing that is searched."""
        with self._ledger.transaction():
            for fetch in fetches:
                self._ledger.put_fetch(fetch)

    def forget_fetch(self, url: str) -> None:
        """Stage forgetting what a web server said."""
        self._changes.append(functools.partial(self._ledger.forget_fetch, url))

    def keep_signature(self, version: str, kind: str, signature: bytes) -> None:
        """Store a signature of a version that is committed, at once, as vectors are."""
        with self._ledger.transaction():
            self._ledger.put_signature(version, kind, signature)

    def keep_original(self, sha256: str, data: bytes) -> None:
        """Store source bytes under their hash; the next commit makes them durable.

        Args:
            sha256: Of the bytes, in hexadecimal.
            data: The whole source.

        Raises:
            IndexWriteFailed: Disk full, no rights.
        """
        path = self.settings.originals / sha256
        if not is_stored(path, len(data)):
            write_atomically(path, data, durable=False)
            self._originals.append(path)

    def prune(self, before: str) -> None:
        """Forget texts that no document has shown since a time, with what only they needed.

        Old citations of them do not open any more. Nothing that is searched changes.

        Args:
            before: UTC time, ISO 8601.

        Raises:
            IndexWriteFailed: Disk full, no rights.
        """
        with self._ledger.transaction():
            self._ledger.history.forget(before)
            needed = self._ledger.history.originals()
        for path in unneeded(self.settings.originals, needed):
            with writing(path):
                path.unlink(missing_ok=True)
        self._ledger.compact()

    def commit(self) -> None:
        """Make the staged changes true together, in the order that this module describes.

        Raises:
            IndexWriteFailed: Disk full; nothing of this commit is true, all before it is.
        """
        if not self._changes:
            return
        if self._torn:
            self.repair(reembed=False)
        make_durable(self._originals)  # before anything says that they are there
        self._originals = []
        generation = self._ledger.reserve(self._passages)
        try:
            with self._ledger.transaction():
                added = [number for change in self._changes for number in change() or ()]
                self._store_added(added, generation)
                self._ledger.set_generation(generation)
        except BaseException:
            # What they hold in memory may be ahead of the catalog.
            self._torn = True
            self._forget_words()
            raise
        finally:
            self._changes, self._passages = [], 0
        self._finish_departures()

    def close(self) -> None:
        """Drop what was staged and not committed."""
        self._changes = []
        self._forget_words()

    def _store_added(self, added: list[int], generation: int) -> None:
        stored = list(self._ledger.passages.stored(added))
        vectors, words = self._vectors, self._words
        assert words is not None  # repair made it
        words.add(_entry(passage) for passage in stored)
        if stored:
            found = self._ledger.embeddings.of(self.embedder.fingerprint, [p.key for p in stored])
            matrix = np.stack([found[passage.key] for passage in stored])
            if vectors is None:
                vectors = Vectors(matrix.shape[1], self.settings.retrieval.exact_below)
            self._ledger.set_embedder(self.embedder.fingerprint, matrix.shape[1])
            vectors.add(np.array([p.number for p in stored], dtype=np.int64), matrix)
            if vectors.outgrown:
                vectors = self._built_vectors(matrix.shape[1])
        if vectors is not None:
            vectors.save(self._directory / VECTORS, generation)
        words.commit(generation)
        self._vectors = vectors

    def _finish_departures(self) -> None:
        departed = self._ledger.passages.departed()
        if not departed:
            return
        generation = self._ledger.state().generation
        if self._vectors is not None:
            self._vectors.remove(np.array(departed, dtype=np.int64))
            self._vectors.save(self._directory / VECTORS, generation)
        if self._words is not None:
            self._words.remove(departed)
            self._words.commit(generation)
        with self._ledger.transaction():
            self._ledger.passages.forget_departed()

    def _embed(self, texts: Sequence[str], progress: Progress) -> None:
        fingerprint = self.embedder.fingerprint
        unique = {text_sha256(text): text for text in texts}
        known = self._ledger.embeddings.of(fingerprint, list(unique))
        missing = [(key, text) for key, text in unique.items() if key not in known]
        progress(len(texts) - len(missing))
        # Neighbours in length waste no padding; several batches a call keep the progress moving.
        missing.sort(key=lambda pair: -len(pair[1]))
        for start in range(0, len(missing), _EMBED_TEXTS):
            part = missing[start : start + _EMBED_TEXTS]
            vectors: Matrix = self.embedder.encode([text for _, text in part], "passage")
            with self._ledger.transaction():
                self._ledger.embeddings.put(fingerprint, [key for key, _ in part], vectors)
            progress(len(part))

    def _reembed(self, words: Words) -> None:
        stored = list(self._ledger.passages.stored())
        self._embed([passage.embedded_text for passage in stored], lambda _: None)
        generation = self._ledger.reserve(0)
        with self._ledger.transaction():
            dimensions = self._ledger.embeddings.dimensions_of(self.embedder.fingerprint)
            self._ledger.set_embedder(self.embedder.fingerprint, dimensions)
            self._vectors = None
            if dimensions:
                self._vectors = self._built_vectors(dimensions)
                self._vectors.save(self._directory / VECTORS, generation)
            words.commit(generation)
            self._ledger.set_generation(generation)

    def _loaded_vectors(self, generation: int) -> Vectors | None:
        state = self._ledger.state()
        if not state.dimensions:
            return None
        try:
            vectors = Vectors.load(self._directory / VECTORS, self.settings.retrieval.exact_below)
            in_step = vectors.generation == generation and vectors.dimensions == state.dimensions
            # `exact_below` may have changed in the settings since they were stored.
            if in_step and not vectors.misfit:
                return vectors
        except IndexDamaged:
            pass  # rebuilt below, which is what the message of this error promises
        self._embed([p.embedded_text for p in self._ledger.passages.stored()], lambda _: None)
        vectors = self._built_vectors(state.dimensions)
        vectors.save(self._directory / VECTORS, generation)
        return vectors

    def _built_vectors(self, dimensions: int) -> Vectors:
        numbers, matrix = self._ledger.embeddings.matrix(self.embedder.fingerprint, dimensions)
        return Vectors.build(numbers, matrix, self.settings.retrieval.exact_below)

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

    def _forget_words(self) -> None:
        if self._words is not None:
            self._words.close()
            self._words = None


def _entry(passage: Stored) -> Entry:
    return Entry(passage.number, passage.version, passage.embedded_text, passage.language)
