"""Writing the catalog, inside a `CatalogWriter.transaction` that the caller opens and ends.

Only `reserve` opens its own, so that what it takes out of use stays so.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime

from index.catalog.embeddings import EmbeddingTable
from index.catalog.history import History
from index.catalog.passages import PassageTable
from index.catalog.rows import write_pages, write_sections
from index.pages.boxes import Layout, pack
from index.text.languages import DEFAULT_LANGUAGE
from index.types import Draft, Failure, Fetch, Metadata, Source
from index.version import Version


@dataclass(frozen=True, slots=True)
class Incoming:
    """A document on its way into the index.

    Attributes:
        source: Where it comes from.
        version: Its canonical text.
        title: What it is called in citations.
        metadata: What else is known about it.
        drafts: Its passages.
        layout: Where each character of the text stands on its page; None if that is not known.
    """

    source: Source
    version: Version
    title: str
    metadata: Metadata
    drafts: tuple[Draft, ...]
    layout: Layout | None = None


@dataclass(frozen=True, slots=True)
class CatalogState:
    """The catalog's own row: see `index.types.Manifest` for the fields."""

    generation: int
    fingerprint: str
    dimensions: int


class CatalogWriter:
    """The writing half of a connection to the catalog."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._execute = connection.execute
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

    def reserve(self, count: int) -> int:
        """Take a generation and `count` passage numbers out of use for ever; return the generation.

        Numbers given out in a transaction that is rolled back would be given out again, and a
        derived store that was torn in between would take one passage for another. So they are
        taken in a transaction of their own, and `put` uses them up.
        """
        with self.transaction():
            self._execute("UPDATE state SET reserved_generation = reserved_generation + 1")
            self.passages.reserve(count)
            generation = self._execute("SELECT reserved_generation FROM state").fetchone()[0]
        return int(generation)

    def state(self) -> CatalogState:
        """Return the state as this connection sees it."""
        row = self._execute("SELECT generation, fingerprint, dimensions FROM state").fetchone()
        return CatalogState(*row)

    def set_generation(self, generation: int) -> None:
        """Say which generation this transaction makes."""
        self._execute("UPDATE state SET generation = ?", (generation,))

    def set_embedder(self, fingerprint: str, dimensions: int) -> None:
        """Say whose vectors the index holds."""
        self._execute("UPDATE state SET fingerprint = ?, dimensions = ?", (fingerprint, dimensions))

    def put_root(self, name: str, location: str) -> None:
        """Remember a root's folder."""
        self._execute(
            "INSERT INTO roots VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET location = ?",
            (name, location, location),
        )

    def put(self, incoming: Incoming) -> list[int]:
        """Make a document show a version; return the numbers of its new passages.

        Passages that the version has already are kept; there are no more drafts than `reserve` was
        asked for.
        """
        now = _now()
        source, version, metadata = incoming.source, incoming.version, incoming.metadata
        sections, pages = write_sections(version.sections), write_pages(version.pages)
        before = self._shown_version(source.id)
        self._execute(
            """INSERT INTO versions (id, characters, sections, pages, stored_at, text)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET sections = excluded.sections, pages = excluded.pages""",
            (version.id, len(version.text), sections, pages, now, version.text),
        )
        if incoming.layout is not None:
            self._execute(
                "INSERT OR REPLACE INTO layouts VALUES (?, ?, ?)",
                (version.id, source.sha256, pack(incoming.layout)),
            )
        self._execute(
            """INSERT OR REPLACE INTO documents (id, root, path, version, title, publisher, url,
                date, country, language, type, given_title, sha256, size_bytes, modified_ns,
                reader, metadata_sha256, indexed_at, removed_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL)""",
            (
                source.id, source.root, source.path, version.id, incoming.title,
                metadata.publisher, metadata.url,
                metadata.date.isoformat() if metadata.date else None,
                metadata.country, metadata.language, metadata.type, metadata.title,
                source.sha256, source.size_bytes, source.modified_ns, source.reader,
                source.metadata_sha256, now,
            ),
        )  # fmt: skip
        self._end_showing(source.id, now)
        self._execute(
            """INSERT INTO history (document, version, sha256, reader, since)
            VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (document, version, sha256, reader) DO UPDATE SET until = NULL""",
            (source.id, version.id, source.sha256, source.reader, now),
        )
        self.forget_failure(source.root, source.path)
        language = metadata.language or DEFAULT_LANGUAGE
        added = self.passages.put(version, incoming.drafts, language)
        if before and before != version.id:
            self.passages.remove_unshown(before)
        return added

    def touch(self, source: Source) -> None:
        """Record new stat values of a document whose bytes are the same."""
        self._execute(
            "UPDATE documents SET size_bytes = ?, modified_ns = ? WHERE id = ?",
            (source.size_bytes, source.modified_ns, source.id),
        )

    def move(self, document: str, source: Source) -> None:
        """Give a live document the id of another source with the same bytes.

        Versions, passages and citations stay what they were; the old id counts as removed.
        """
        moved = self._execute(
            """INSERT OR REPLACE INTO documents (id, root, path, size_bytes, modified_ns, version,
                title, publisher, url, date, country, language, type, given_title, sha256, reader,
                metadata_sha256, indexed_at, removed_at)
            SELECT ?, ?, ?, ?, ?, version, title, publisher, url, date, country, language, type,
                given_title, sha256, reader, metadata_sha256, indexed_at, NULL
            FROM documents WHERE id = ? AND removed_at IS NULL""",
            (
                source.id, source.root, source.path, source.size_bytes, source.modified_ns, document
            ),
        )  # fmt: skip
        if not moved.rowcount:
            return
        now = _now()
        self._end_showing(source.id, now)
        # The texts it showed before, too: an old citation opens under the name of today. The
        # max() of SQLite is NULL, which is still shown, where either is.
        self._execute(
            """INSERT INTO history (document, version, sha256, reader, since, until)
            SELECT ?, version, sha256, reader, since, until FROM history WHERE document = ?
            ON CONFLICT (document, version, sha256, reader)
            DO UPDATE SET until = max(until, excluded.until)""",
            (source.id, document),
        )
        self._mark_removed(document, now)
        self.forget_failure(source.root, source.path)

    def remove(self, document: str) -> None:
        """Take a document out of search; its texts stay for old citations."""
        self.forget_fetch(document)
        shown = self._shown_version(document)
        if shown is not None:
            self._mark_removed(document, _now())
            self.passages.remove_unshown(shown)

    def compact(self) -> None:
        """Shrink the file by what was deleted; outside any transaction."""
        self._execute("VACUUM")

    def put_failure(self, failure: Failure) -> None:
        """Remember a refused source."""
        self._execute(
            "INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?, ?, ?)", astuple(failure)
        )

    def forget_failure(self, root: str, path: str) -> None:
        """Forget a refused source."""
        self._execute("DELETE FROM failures WHERE root = ? AND path = ?", (root, path))

    def put_fetch(self, fetch: Fetch) -> None:
        """Remember what a web server said."""
        self._execute(
            f"INSERT OR REPLACE INTO fetches VALUES ({','.join('?' * 10)})", astuple(fetch)
        )

    def forget_fetch(self, url: str) -> None:
        """Forget what a web server said; does nothing for what is no address."""
        self._execute("DELETE FROM fetches WHERE url = ?", (url,))

    def put_listing(self, name: str, entries: Sequence[tuple[str, str]]) -> None:
        """Remember which (root, path) a list of sources names, instead of what it named before."""
        self._execute("DELETE FROM listed WHERE list = ?", (name,))
        self._connection.executemany(
            "INSERT OR IGNORE INTO listed VALUES (?, ?, ?)", [(name, *entry) for entry in entries]
        )

    def put_signature(self, version: str, kind: str, signature: bytes) -> None:
        """Keep a signature of a version's text."""
        self._execute(
            "INSERT OR IGNORE INTO signatures VALUES (?, ?, ?)", (version, kind, signature)
        )

    def _shown_version(self, document: str) -> str | None:
        row = self._execute(
            "SELECT version FROM documents WHERE id = ? AND removed_at IS NULL", (document,)
        ).fetchone()
        return str(row["version"]) if row else None

    def _mark_removed(self, document: str, now: str) -> None:
        self._execute("UPDATE documents SET removed_at = ? WHERE id = ?", (now, document))
        self._end_showing(document, now)

    def _end_showing(self, document: str, now: str) -> None:
        self._execute(
            "UPDATE history SET until = ? WHERE document = ? AND until IS NULL", (now, document)
        )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
