"""The order in which a change becomes true, and the repair of what a crash left behind.

A commit adds to FAISS and tantivy first, then commits SQLite with the next generation, and
deletes from FAISS and tantivy last. Killed anywhere, the catalog is either before or after, and
the next writer brings the derived stores in step with it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from index.base import EmbeddingProgress, Writer
from index.catalog.migrations import MIGRATIONS
from index.catalog.rows import read_moment
from index.catalog.schema import FILE, connect, migrate, translate_sqlite_errors
from index.catalog.write import CatalogWriter
from index.changes import Change, IncomingDocument, Kept, PutDocument, RestoreDocument
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
from index.stores.sync import VECTORS, WORDS, DerivedStores, adopt_stores


@contextlib.contextmanager
def open_writer(
    settings: Settings, embedder: Embedder, reembed: bool = False
) -> Iterator[IndexWriter]:
    """Hold the write lock and yield the writer, see `index.base.Index.writer`."""
    directory = settings.index_directory
    with translate_write_errors(directory):
        directory.mkdir(parents=True, exist_ok=True)
    with hold_write_lock(directory):
        _migrate(directory)
        with (
            contextlib.closing(connect(directory)) as connection,
            translate_sqlite_errors(directory / FILE),
        ):
            writer = IndexWriter(settings, CatalogWriter(connection), embedder)
            try:
                writer.repair(reembed)
                yield writer
                writer.tidy()
            finally:
                writer.close()


def bring_up_to_date(settings: Settings) -> str:
    """Give an index of an older release today's form, see `index.base.Index.bring_up_to_date`."""
    directory = settings.index_directory
    try:
        connect(directory).close()
    except IndexMissing:
        pass
    except IndexOutdated:
        with hold_write_lock(directory):
            return _migrate(directory)
    return ""


def _migrate(directory: Path) -> str:
    """Bring tables and stamps up to date; return what was done, "" if nothing, or made anew."""
    schema, generation = migrate(directory)
    if schema in (0, len(MIGRATIONS)):
        return ""
    with contextlib.closing(connect(directory)) as connection:
        moment, _ = read_moment(connection)
        (count,) = connection.execute(
            "SELECT count(*) FROM documents WHERE died IS NULL"
        ).fetchone()
    adopt_stores(directory, generation, moment)
    return (
        f"the index in {directory} was brought from schema {schema} to {len(MIGRATIONS)}: its "
        f"{count:,} documents stay as they are, and from now on it knows what was true when"
    )


class IndexWriter(Writer):
    """The writer of a `LocalIndex`; what its methods do is said at `index.base.Writer`."""

    def __init__(self, settings: Settings, catalog: CatalogWriter, embedder: Embedder) -> None:
        self.settings = settings
        self.embedder = embedder
        self._catalog = catalog
        self._derived = DerivedStores(settings, catalog, embedder)
        self._directory = settings.index_directory
        self._changes: list[Change] = []
        self._originals: list[Path] = []
        self._torn = False

    @property
    def staged(self) -> tuple[Change, ...]:
        """The changes that the next commit makes true, in order."""
        return tuple(self._changes)

    def repair(self, reembed: bool) -> None:
        """Bring the derived stores in step with the catalog, and finish pending removals.

        Vectors of another embedder are replaced if `reembed`, else `EmbedderMismatch` is raised.
        """
        for part in ("", VECTORS, WORDS):
            remove_parts(self._directory / part)
        remove_parts(self.settings.originals)
        fingerprint = self._catalog.state().moment.fingerprint
        if not fingerprint or fingerprint == self.embedder.fingerprint:
            self._derived.load()
        elif reembed:
            self._derived.reembed()
        else:
            raise make_mismatch_error(fingerprint, self.embedder)
        self._finish_removals()
        self._torn = False

    def add(
        self, documents: Sequence[IncomingDocument], progress: EmbeddingProgress = lambda _: None
    ) -> None:
        """Embed the passages of documents and stage them to replace what they showed before."""
        texts = [passage.embedded for document in documents for passage in document.passages]
        self._derived.embed(texts, progress)
        self.stage(*(PutDocument(document) for document in documents))

    def stage(self, *changes: Change) -> None:
        """Stage changes; what a restored document brings back is embedded if it has to be."""
        for change in changes:
            if isinstance(change, RestoreDocument):
                texts = self._catalog.read_restored(change.document)
                self._derived.embed(texts, lambda _: None)
        self._changes += changes

    def keep(self, *kept: Kept) -> None:
        """Store what changes nothing that is searched, at once and all together."""
        if kept:
            with self._catalog.transaction():
                for one in kept:
                    self._catalog.keep(one)

    def keep_original(self, sha256: str, data: bytes) -> None:
        """Store all bytes of a source under their sha256; the next commit makes them durable."""
        path = self.settings.originals / sha256
        if not is_stored(path, len(data)):
            write_atomically(path, data, durable=False)
            self._originals.append(path)

    def prune(self, before: str) -> None:
        """Forget what no document has shown since a time, with what only that needed."""
        self._check_unstaged()
        with self._catalog.transaction():
            self._catalog.history.prune(before)
        self._drop_unneeded()

    def forget(self, document: str) -> None:
        """Forget at once all that a removed document was and that no other document shows."""
        self._check_unstaged()
        with self._catalog.erasing(), self._catalog.transaction():
            self._catalog.history.forget(document)
        self._derived.rebuild_words()
        self._drop_unneeded()

    def commit(self) -> None:
        """Make the staged changes true together, in the order that this module describes."""
        if not self._changes:
            return
        if self._torn:
            self.repair(reembed=False)
        make_durable(self._originals)  # before anything says that they are there
        self._originals = []
        before = self._catalog.state().moment
        count = sum(self._catalog.count_new_passages(change) for change in self._changes)
        generation = self._catalog.reserve(count)
        try:
            with self._catalog.transaction():
                self._catalog.begin_generation(generation)
                added: list[int] = []
                for change in self._changes:
                    added += self._catalog.apply(change, generation.number)
                self._derived.add(added, before, generation)
        except BaseException:
            # What they hold in memory may be ahead of the catalog.
            self._torn = True
            self._derived.close()
            raise
        finally:
            self._changes = []
        self._finish_removals()

    def tidy(self) -> None:
        """Merge what many commits have left: when there is nothing else to do."""
        if not self._torn:
            self._derived.tidy()

    def close(self) -> None:
        """Drop what was staged and not committed."""
        self._changes = []
        self._derived.close()

    def _finish_removals(self) -> None:
        removed = self._catalog.passages.find_departed()
        if not removed:
            return
        self._derived.remove(removed)
        with self._catalog.transaction():
            self._catalog.passages.forget_departed()

    def _check_unstaged(self) -> None:
        if self._changes or self._originals:
            raise ValueError("commit what is staged before something is forgotten")

    def _drop_unneeded(self) -> None:
        needed = self._catalog.history.originals()
        for path in find_unneeded(self.settings.originals, needed):
            with translate_write_errors(path):
                path.unlink(missing_ok=True)
        self._catalog.compact()
