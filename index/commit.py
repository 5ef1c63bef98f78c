"""The order in which a change becomes true, and the repair of what a crash left behind.

A commit adds to FAISS and tantivy first, then commits SQLite with the next generation, and
deletes from FAISS and tantivy last. Killed anywhere, the catalog is either before or after, and
the next writer brings the derived stores in step with it.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from index.catalog.schema import FILE, connect, migrate, translate_sqlite_errors
from index.catalog.write import CatalogWriter, Incoming
from index.disk.files import (
    is_stored,
    make_durable,
    remove_parts,
    translate_write_errors,
    write_atomically,
)
from index.disk.lock import hold_write_lock
from index.disk.originals import find_unneeded
from index.embedding.base import Embedder, make_mismatch_error
from index.errors import IndexMissing, IndexOutdated
from index.settings import Settings
from index.stores.sync import VECTORS, WORDS, DerivedStores, EmbeddingProgress
from index.types import Failure, Fetch, Source, embedded_text


@contextlib.contextmanager
def open_writer(
    settings: Settings, embedder: Embedder, reembed: bool = False
) -> Iterator[IndexWriter]:
    """Hold the write lock and yield the writer, see `LocalIndex.writer`."""
    directory = settings.index_directory
    with translate_write_errors(directory):
        directory.mkdir(parents=True, exist_ok=True)
    with hold_write_lock(directory):
        migrate(directory)
        with (
            contextlib.closing(connect(directory)) as connection,
            translate_sqlite_errors(directory / FILE),
        ):
            writer = IndexWriter(settings, CatalogWriter(connection), embedder)
            try:
                writer.repair(reembed)
                yield writer
            finally:
                writer.close()


def bring_up_to_date(settings: Settings) -> None:
    """Give an index of an older release today's tables, see `LocalIndex.bring_up_to_date`."""
    directory = settings.index_directory
    try:
        connect(directory).close()
    except IndexMissing:
        pass
    except IndexOutdated:
        with hold_write_lock(directory):
            migrate(directory)


class IndexWriter:
    """Stages changes in memory; `commit` makes them true together. See `LocalIndex.writer`.

    Everything raises `IndexWriteFailed` on a full disk and without rights.
    """

    def __init__(self, settings: Settings, catalog: CatalogWriter, embedder: Embedder) -> None:
        self.settings = settings
        self.embedder = embedder
        self._catalog = catalog
        self._derived = DerivedStores(settings, catalog, embedder)
        self._directory = settings.index_directory
        self._changes: list[Callable[[], list[int] | None]] = []
        self._passages = 0
        self._originals: list[Path] = []
        self._torn = False

    def repair(self, reembed: bool) -> None:
        """Bring the derived stores in step with the catalog, and finish pending removals.

        Vectors of another embedder are replaced if `reembed`, else `EmbedderMismatch` is raised.
        """
        for part in ("", VECTORS, WORDS):
            remove_parts(self._directory / part)
        remove_parts(self.settings.originals)
        fingerprint = self._catalog.state().fingerprint
        if not fingerprint or fingerprint == self.embedder.fingerprint:
            self._derived.load()
        elif reembed:
            self._derived.reembed()
        else:
            raise make_mismatch_error(fingerprint, self.embedder)
        self._finish_removals()
        self._torn = False

    def add(
        self, documents: Sequence[Incoming], progress: EmbeddingProgress = lambda _: None
    ) -> None:
        """Embed the passages of documents and stage them to replace what they showed before.

        Vectors are stored as they are made, so an interrupted run does not embed them twice.

        Args:
            documents: Any number; embedding is fastest when they come together.
            progress: Called with the number of passages just embedded or found embedded already.

        Raises:
            EmbedderUnavailable: The model cannot be loaded.
        """
        texts = [
            embedded_text(doc.version.text[draft.start : draft.end], draft.context)
            for doc in documents
            for draft in doc.drafts
        ]
        self._derived.embed(texts, progress)
        for document in documents:
            self._changes.append(functools.partial(self._catalog.put, document))
            self._passages += len(document.drafts)

    def touch(self, source: Source) -> None:
        """Stage new stat values of a document whose bytes are the same."""
        self._changes.append(lambda: self._catalog.touch(source))

    def move(self, document: str, source: Source) -> None:
        """Stage another id for a document whose bytes are elsewhere now."""
        self._changes.append(lambda: self._catalog.move(document, source))

    def remove(self, document: str) -> None:
        """Stage the removal of a document by its id."""
        self._changes.append(lambda: self._catalog.remove(document))

    def put_failure(self, failure: Failure) -> None:
        """Stage what is remembered of a refused source."""
        self._changes.append(lambda: self._catalog.put_failure(failure))

    def forget_failure(self, root: str, path: str) -> None:
        """Stage forgetting a refused source."""
        self._changes.append(lambda: self._catalog.forget_failure(root, path))

    def put_root(self, name: str, location: Path) -> None:
        """Stage a root's folder."""
        self._changes.append(lambda: self._catalog.put_root(name, str(location)))

    def put_listing(self, name: str, entries: Sequence[tuple[str, str]]) -> None:
        """Stage what a list of sources names: (root, path) each."""
        self._changes.append(lambda: self._catalog.put_listing(name, entries))

    def keep_fetches(self, fetches: Sequence[Fetch]) -> None:
        """Store what web servers said, at once: it changes nothing that is searched."""
        with self._catalog.transaction():
            for fetch in fetches:
                self._catalog.put_fetch(fetch)

    def forget_fetch(self, url: str) -> None:
        """Stage forgetting what a web server said."""
        self._changes.append(lambda: self._catalog.forget_fetch(url))

    def keep_signature(self, version: str, kind: str, signature: bytes) -> None:
        """Store a signature of a version that is committed, at once, as vectors are."""
        with self._catalog.transaction():
            self._catalog.put_signature(version, kind, signature)

    def keep_original(self, sha256: str, data: bytes) -> None:
        """Store all bytes of a source under their sha256; the next commit makes them durable."""
        path = self.settings.originals / sha256
        if not is_stored(path, len(data)):
            write_atomically(path, data, durable=False)
            self._originals.append(path)

    def prune(self, before: str) -> None:
        """Forget texts that no document has shown since a time, with what only they needed.

        Old citations of them do not open any more. Nothing that is searched changes.

        Args:
            before: UTC time, ISO 8601.
        """
        with self._catalog.transaction():
            self._catalog.history.forget(before)
            needed = self._catalog.history.originals()
        for path in find_unneeded(self.settings.originals, needed):
            with translate_write_errors(path):
                path.unlink(missing_ok=True)
        self._catalog.compact()

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
        generation = self._catalog.reserve(self._passages)
        try:
            with self._catalog.transaction():
                added = [number for change in self._changes for number in change() or ()]
                self._derived.add(added, generation)
                self._catalog.set_generation(generation)
        except BaseException:
            # What they hold in memory may be ahead of the catalog.
            self._torn = True
            self._derived.close()
            raise
        finally:
            self._changes, self._passages = [], 0
        self._finish_removals()

    def close(self) -> None:
        """Drop what was staged and not committed."""
        self._changes = []
        self._derived.close()

    def _finish_removals(self) -> None:
        removed = self._catalog.passages.find_removed()
        if not removed:
            return
        self._derived.remove(removed)
        with self._catalog.transaction():
            self._catalog.passages.forget_removed()
