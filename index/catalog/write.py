"""Writing the catalog, inside a `CatalogWriter.transaction` that the caller opens and ends.

Only `reserve` opens its own, so that what it takes out of use stays so.
"""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime

from index.catalog.documents import DocumentTable
from index.catalog.embeddings import EmbeddingTable
from index.catalog.history import History
from index.catalog.passages import PassageTable
from index.catalog.rows import read_moment, write_pages, write_sections
from index.catalog.schema import BUSY_SECONDS
from index.changes import (
    Change,
    ForgetFailure,
    ForgetFetch,
    IncomingDocument,
    Kept,
    MoveDocument,
    PutDocument,
    PutFailure,
    PutFetch,
    PutListing,
    PutRoot,
    PutSignature,
    RemoveDocument,
    RestoreDocument,
    TouchSource,
)
from index.pages.boxes import pack
from index.text.languages import DEFAULT_LANGUAGE
from index.types import Moment, Source

_CHECKPOINT_MS = 1_000


@dataclass(frozen=True, slots=True)
class CatalogState:
    """The catalog's own row.

    Attributes:
        moment: Which state of which index this is.
        previous: Name of the commit before, "" for none.
        dimensions: Length of a vector; 0 while there is none.
    """

    moment: Moment
    previous: str
    dimensions: int


@dataclass(frozen=True, slots=True)
class NextGeneration:
    """The generation that a commit will make, and its name."""

    number: int
    name: str


class CatalogWriter:
    """The writing half of a connection to the catalog."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._execute = connection.execute
        self.documents = DocumentTable(connection)
        self.history = History(connection)
        self.embeddings = EmbeddingTable(connection)
        self.passages = PassageTable(connection)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit at the end of the block, or undo all of it."""
        self._execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:  # SQLite rolls back by itself on a full disk
                self._execute("ROLLBACK")
            raise
        self._execute("COMMIT")

    @contextlib.contextmanager
    def erasing(self) -> Iterator[None]:
        """Overwrite what is deleted in the block, so that no file has it any more."""
        self._execute("PRAGMA secure_delete = ON")
        try:
            yield
        finally:
            self._execute("PRAGMA secure_delete = OFF")

    def reserve(self, count: int) -> NextGeneration:
        """Take a generation and `count` passage numbers out of use for ever; return the generation.

        Numbers given out in a transaction that is rolled back would be given out again, and a
        derived store that was torn in between would take one passage for another. So they are
        taken in a transaction of their own, and `apply` uses them up.
        """
        with self.transaction():
            self._execute("UPDATE state SET reserved_generation = reserved_generation + 1")
            self.passages.reserve(count)
            number = self._execute("SELECT reserved_generation FROM state").fetchone()[0]
        return NextGeneration(int(number), secrets.token_hex(8))

    def state(self) -> CatalogState:
        """Return the state as this connection sees it."""
        moment, dimensions = read_moment(self._connection)
        row = self._execute(
            "SELECT name FROM generations WHERE number < ? ORDER BY number DESC LIMIT 1",
            (moment.generation,),
        ).fetchone()
        return CatalogState(moment, str(row["name"]) if row else "", dimensions)

    def begin_generation(self, generation: NextGeneration) -> None:
        """Say which generation this transaction makes: first of all, since rows refer to it."""
        self._execute(
            "INSERT INTO generations VALUES (?, ?, ?)", (generation.number, generation.name, _now())
        )
        self._execute("UPDATE state SET generation = ?", (generation.number,))

    def set_embedder(self, fingerprint: str, dimensions: int) -> None:
        """Say whose vectors the index holds."""
        self._execute("UPDATE state SET fingerprint = ?, dimensions = ?", (fingerprint, dimensions))

    def drop_other_vectors(self, fingerprint: str) -> None:
        """Delete the vectors of every other embedder."""
        self._execute("DELETE FROM embeddings WHERE fingerprint != ?", (fingerprint,))

    def count_new_passages(self, change: Change) -> int:
        """Return how many passage numbers a change takes at most: what `reserve` is asked for."""
        match change:
            case PutDocument(document):
                return len(document.passages)
            case RestoreDocument(document):
                return len(self.read_restored(document))
        return 0

    def read_restored(self, document: str) -> list[str]:
        """Return what is searched of the passages that restoring a document brings back, at most.

        It may live still, and be removed by an earlier change of the same commit.
        """
        last = self.documents.find_live(document) or self.documents.find_last(document)
        return [] if last is None else self.passages.read_last(last["version"])

    def apply(self, change: Change, generation: int) -> list[int]:
        """Make a change true from a generation on; return the numbers of new passages."""
        match change:
            case PutDocument(document):
                return self._put(document, generation)
            case RestoreDocument(document):
                return self._restore(document, generation)
            case RemoveDocument(document):
                self._remove(document, generation)
            case MoveDocument(document, source):
                self._move(document, source, generation)
            case TouchSource(source):
                self.documents.touch(source)
            case PutFailure(failure):
                self._execute(
                    "INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?, ?, ?)", astuple(failure)
                )
            case ForgetFailure(root, path):
                self._forget_failure(root, path)
            case PutRoot(name, location):
                self._execute(
                    """INSERT INTO roots VALUES (?, ?)
                    ON CONFLICT (name) DO UPDATE SET location = excluded.location""",
                    (name, location),
                )
            case PutListing(name, entries):
                self._put_listing(name, entries)
            case ForgetFetch(url):
                self._forget_fetch(url)
        return []

    def keep(self, kept: Kept) -> None:
        """Store what changes nothing that is searched, and belongs to no generation."""
        match kept:
            case PutFetch(fetch):
                self._execute(
                    f"INSERT OR REPLACE INTO fetches VALUES ({','.join('?' * 11)})", astuple(fetch)
                )
            case PutSignature():
                self._sign(kept)

    def _sign(self, signed: PutSignature) -> None:
        self._execute(
            "INSERT OR IGNORE INTO signatures (version, kind, signature) VALUES (?, ?, ?)",
            (signed.version, signed.kind, signed.signature),
        )
        (number,) = self._execute(
            "SELECT id FROM signatures WHERE version = ? AND kind = ?",
            (signed.version, signed.kind),
        ).fetchone()
        self._connection.executemany(
            "INSERT OR IGNORE INTO signature_keys VALUES (?, ?)",
            [(key, number) for key in signed.keys],
        )
        self._execute("DELETE FROM unsigned WHERE version = ?", (signed.version,))

    def compact(self) -> None:
        """Shrink the file by what was deleted, in the log beside it too; outside a transaction."""
        self._execute("VACUUM")
        # While somebody reads, the log stays; a later commit writes it back.
        self._execute(f"PRAGMA busy_timeout = {_CHECKPOINT_MS}")
        self._execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self._execute(f"PRAGMA busy_timeout = {int(BUSY_SECONDS * 1000)}")

    def _put(self, incoming: IncomingDocument, generation: int) -> list[int]:
        """Make a document show a version; passages that live already are kept."""
        now = _now()
        source, version = incoming.source, incoming.version
        sections, pages = write_sections(version.sections), write_pages(version.pages)
        before = self.documents.find_live(source.id)
        self._execute(
            """INSERT INTO versions (id, characters, sections, pages, stored_at, text)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET sections = excluded.sections, pages = excluded.pages""",
            (version.id, len(version.text), sections, pages, now, version.text),
        )
        self._execute(
            """INSERT OR IGNORE INTO unsigned SELECT ?1
            WHERE NOT EXISTS (SELECT 1 FROM signatures WHERE version = ?1)""",
            (version.id,),
        )
        if incoming.layout is not None:
            self._execute(
                "INSERT OR REPLACE INTO layouts VALUES (?, ?, ?)",
                (version.id, source.sha256, pack(incoming.layout)),
            )
        self.documents.put(incoming, now, generation)
        self._forget_failure(source.root, source.path)
        language = incoming.metadata.language or DEFAULT_LANGUAGE
        added = self.passages.put(version.id, incoming.passages, language, generation)
        if before and before["version"] != version.id:
            self.passages.end_unshown(before["version"], generation)
        return added

    def _move(self, document: str, source: Source, generation: int) -> None:
        """Give a live document another id; versions, passages and citations stay what they were."""
        moved, replaced = self.documents.find_live(document), self.documents.find_live(source.id)
        if moved is None:
            return
        self.documents.move(moved, source, generation)
        if replaced and replaced["version"] != moved["version"]:
            self.passages.end_unshown(replaced["version"], generation)
        self._forget_failure(source.root, source.path)

    def _remove(self, document: str, generation: int) -> None:
        """Take a document out of search; its texts stay for old citations."""
        self._forget_fetch(document)
        shown = self.documents.find_live(document)
        if shown is not None:
            self.documents.end(document, generation)
            self.passages.end_unshown(shown["version"], generation)

    def _restore(self, document: str, generation: int) -> list[int]:
        """Let the last state of a removed document live again."""
        last = self.documents.find_last(document)
        if last is None:
            return []
        self.documents.restore(last, generation)
        self._forget_failure(last["root"], last["path"])
        return self.passages.restore(last["version"], generation)

    def _forget_failure(self, root: str, path: str) -> None:
        self._execute("DELETE FROM failures WHERE root = ? AND path = ?", (root, path))

    def _forget_fetch(self, url: str) -> None:
        self._execute("DELETE FROM fetches WHERE url = ?", (url,))

    def _put_listing(self, name: str, entries: Sequence[tuple[str, str]]) -> None:
        self._execute("DELETE FROM listed WHERE list = ?", (name,))
        self._connection.executemany(
            "INSERT OR IGNORE INTO listed VALUES (?, ?, ?)", [(name, *entry) for entry in entries]
        )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
