"""Writing the catalog, inside a `Ledger.transaction` that the caller opens and ends.

Only `reserve` opens its own, so that what it takes out of use stays so.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from index.history import History
from index.languages import DEFAULT_LANGUAGE
from index.layout import Layout, pack
from index.types import Draft, Failure, Fetch, Metadata, Source, embedded_text
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
class Stored:
    """What the derived stores need of a passage: see `Ledger.stored`."""

    number: int
    version: str
    embedded_text: str
    language: str
    key: str


@dataclass(frozen=True, slots=True)
class State:
    """The catalog's own row: see `index.types.Manifest` for the fields."""

    generation: int
    fingerprint: str
    dimensions: int


def text_sha256(text: str) -> str:
    """Return the key of an embedded text."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


class Ledger:
    """The writing half of a connection to the catalog."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self.history = History(connection)
        self._reserved: Iterator[int] = iter(())

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit at the end of the block, or undo all of it."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._connection.in_transaction:  # SQLite rolls back by itself on a full disk
                self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def reserve(self, count: int) -> int:
        """Take a generation and passage numbers out of use for ever, whatever comes of them.

        Numbers given out in a transaction that is rolled back would be given out again, and a
        derived store that was torn in between would take one passage for another. So they are
        taken in a transaction of their own, and `put` uses them up.

        Args:
            count: Passage numbers that the next transaction may need.

        Returns:
            The generation.
        """
        execute = self._connection.execute
        with self.transaction():
            execute("UPDATE state SET reserved_generation = reserved_generation + 1")
            row = execute("SELECT seq FROM sqlite_sequence WHERE name = 'passages'").fetchone()
            last = row[0] if row else 0
            if row is None:
                execute("INSERT INTO sqlite_sequence VALUES ('passages', 0)")
            execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'passages'", (last + count,))
            generation = execute("SELECT reserved_generation FROM state").fetchone()[0]
        self._reserved = iter(range(last + 1, last + 1 + count))
        return int(generation)

    def state(self) -> State:
        """Return the state as this connection sees it."""
        row = self._connection.execute(
            "SELECT generation, fingerprint, dimensions FROM state"
        ).fetchone()
        return State(*row)

    def dimensions_of(self, fingerprint: str) -> int:
        """Return the length of the stored vectors of an embedder, 0 if there is none."""
        row = self._connection.execute(
            "SELECT length(vector) / 4 FROM embeddings WHERE fingerprint = ? LIMIT 1",
            (fingerprint,),
        ).fetchone()
        return int(row[0]) if row else 0

    def set_generation(self, generation: int) -> None:
        """Say which generation this transaction makes."""
        self._connection.execute("UPDATE state SET generation = ?", (generation,))

    def set_embedder(self, fingerprint: str, dimensions: int) -> None:
        """Say whose vectors the index holds."""
        self._connection.execute(
            "UPDATE state SET fingerprint = ?, dimensions = ?", (fingerprint, dimensions)
        )

    def put_root(self, name: str, location: str) -> None:
        """Remember a root's folder."""
        self._connection.execute(
            "INSERT INTO roots VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET location = ?",
            (name, location, location),
        )

    def put_embeddings(
        self, fingerprint: str, keys: Sequence[str], vectors: NDArray[np.float32]
    ) -> None:
        """Keep vectors by the text they embed."""
        self._connection.executemany(
            "INSERT OR IGNORE INTO embeddings VALUES (?, ?, ?)",
            [(fingerprint, key, row.tobytes()) for key, row in zip(keys, vectors, strict=True)],
        )

    def put(self, incoming: Incoming) -> list[int]:
        """Make a document show a version; passages that the version has already are kept.

        Args:
            incoming: No more drafts than `reserve` was asked for.

        Returns:
            The numbers of the passages that are new.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        source, version, metadata = incoming.source, incoming.version, incoming.metadata
        sections = json.dumps([[s.start, s.end, s.path] for s in version.sections])
        pages = json.dumps([[p.number, p.start, p.end, p.label, p.ocr] for p in version.pages])
        before = self._connection.execute(
            "SELECT version FROM documents WHERE id = ? AND removed_at IS NULL", (source.id,)
        ).fetchone()
        self._connection.execute(
            """INSERT INTO versions (id, characters, sections, pages, stored_at, text)
            VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET sections = excluded.sections, pages = excluded.pages""",
            (version.id, len(version.text), sections, pages, now, version.text),
        )
        if incoming.layout is not None:
            self._connection.execute(
                "INSERT OR REPLACE INTO layouts VALUES (?, ?, ?)",
                (version.id, source.sha256, pack(incoming.layout)),
            )
        self._connection.execute(
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
        self._connection.execute(
            """INSERT INTO history (document, version, sha256, reader, since)
            VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (document, version, sha256, reader) DO UPDATE SET until = NULL""",
            (source.id, version.id, source.sha256, source.reader, now),
        )
        self.forget_failure(source.root, source.path)
        added = self._put_passages(incoming)
        if before and before["version"] != version.id:
            self._bury(before["version"])
        return added

    def touch(self, source: Source) -> None:
        """Record new stat values of a document whose bytes are the same."""
        self._connection.execute(
            "UPDATE documents SET size_bytes = ?, modified_ns = ? WHERE id = ?",
            (source.size_bytes, source.modified_ns, source.id),
        )

    def move(self, document: str, source: Source) -> None:
        """Give a live document another id; versions, passages and citations stay what they were.

        Args:
            document: The id until now; the document counts as removed from there.
            source: Where the same bytes are now.
        """
        moved = self._connection.execute(
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
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._end_showing(source.id, now)
        # The texts it showed before, too: an old citation opens under the name of today. The
        # max() of SQLite is NULL, which is still shown, where either is.
        self._connection.execute(
            """INSERT INTO history (document, version, sha256, reader, since, until)
            SELECT ?, version, sha256, reader, since, until FROM history WHERE document = ?
            ON CONFLICT (document, version, sha256, reader)
            DO UPDATE SET until = max(until, excluded.until)""",
            (source.id, document),
        )
        self._end_showing(document, now)
        self._connection.execute(
            "UPDATE documents SET removed_at = ? WHERE id = ?", (now, document)
        )
        self.forget_failure(source.root, source.path)

    def remove(self, document: str) -> None:
        """Take a document out of search; its texts stay for old citations."""
        self.forget_fetch(document)
        row = self._connection.execute(
            "SELECT version FROM documents WHERE id = ? AND removed_at IS NULL", (document,)
        ).fetchone()
        if row is None:
            return
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._connection.execute(
            "UPDATE documents SET removed_at = ? WHERE id = ?", (now, document)
        )
        self._end_showing(document, now)
        self._bury(row["version"])

    def compact(self) -> None:
        """Give the disk back what was deleted; outside any transaction."""
        self._connection.execute("VACUUM")

    def put_failure(self, failure: Failure) -> None:
        """Remember a refused source."""
        self._connection.execute(
            "INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                failure.root, failure.path, failure.reason, failure.size_bytes,
                failure.modified_ns, failure.reader, failure.seen_at,
            ),
        )  # fmt: skip

    def forget_failure(self, root: str, path: str) -> None:
        """Forget a refused source."""
        self._connection.execute("DELETE FROM failures WHERE root = ? AND path = ?", (root, path))

    def put_fetch(self, fetch: Fetch) -> None:
        """Remember what a web server said."""
        self._connection.execute(
            f"INSERT OR REPLACE INTO fetches VALUES ({','.join('?' * 10)})", astuple(fetch)
        )

    def forget_fetch(self, url: str) -> None:
        """Forget what a web server said; does nothing for what is no address."""
        self._connection.execute("DELETE FROM fetches WHERE url = ?", (url,))

    def put_listing(self, name: str, entries: Sequence[tuple[str, str]]) -> None:
        """Remember which (root, path) a list of sources names, instead of what it named before."""
        self._connection.execute("DELETE FROM listed WHERE list = ?", (name,))
        self._connection.executemany(
            "INSERT OR IGNORE INTO listed VALUES (?, ?, ?)", [(name, *entry) for entry in entries]
        )

    def put_signature(self, version: str, kind: str, signature: bytes) -> None:
        """Keep a signature of a version's text."""
        self._connection.execute(
            "INSERT OR IGNORE INTO signatures VALUES (?, ?, ?)", (version, kind, signature)
        )

    def departed(self) -> list[int]:
        """Return the passages that the derived stores may still hold."""
        return [row[0] for row in self._connection.execute("SELECT number FROM departed")]

    def forget_departed(self) -> None:
        """Call when the derived stores hold none of them any more."""
        self._connection.execute("DELETE FROM departed")

    def stored(self, numbers: Sequence[int] | None = None) -> Iterator[Stored]:
        """Yield what the derived stores need of passages, all of them if None, by number."""
        statement = "SELECT * FROM passages ORDER BY number"
        if numbers is not None:
            if not numbers:
                return
            # Numbers of one commit are consecutive but for what others took: a range is enough.
            statement = f"""SELECT * FROM passages
                WHERE number BETWEEN {min(numbers)} AND {max(numbers)} ORDER BY number"""
        wanted = None if numbers is None else set(numbers)
        for row in self._connection.execute(statement):
            if wanted is None or row["number"] in wanted:
                text = embedded_text(row["text"], row["context"])
                yield Stored(
                    row["number"], row["version"], text, row["language"], row["embedded_sha256"]
                )

    def matrix(
        self, fingerprint: str, dimensions: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Return the numbers and vectors of every passage that has one of this embedder."""
        rows = self._connection.execute(
            """SELECT p.number, e.vector FROM passages p
            JOIN embeddings e ON e.text_sha256 = p.embedded_sha256 AND e.fingerprint = ?
            ORDER BY p.number""",
            (fingerprint,),
        ).fetchall()
        numbers = np.array([row["number"] for row in rows], dtype=np.int64)
        flat = np.frombuffer(b"".join(row["vector"] for row in rows), dtype=np.float32)
        return numbers, flat.reshape(len(rows), dimensions)

    def embeddings(self, fingerprint: str, keys: Sequence[str]) -> dict[str, NDArray[np.float32]]:
        """Return the stored vectors among these keys."""
        found: dict[str, NDArray[np.float32]] = {}
        for start in range(0, len(keys), 500):
            part = keys[start : start + 500]
            rows = self._connection.execute(
                f"""SELECT text_sha256, vector FROM embeddings WHERE fingerprint = ?
                AND text_sha256 IN ({",".join("?" * len(part))})""",
                [fingerprint, *part],
            )
            found.update((row[0], np.frombuffer(row[1], dtype=np.float32)) for row in rows)
        return found

    def _put_passages(self, incoming: Incoming) -> list[int]:
        version = incoming.version
        language = incoming.metadata.language or DEFAULT_LANGUAGE
        wanted = {
            (draft.start, draft.end): (draft, _key(version, draft)) for draft in incoming.drafts
        }
        rows = self._connection.execute(
            "SELECT * FROM passages WHERE version = ?", (version.id,)
        ).fetchall()
        for row in rows:
            span = (row["start"], row["end"])
            kept = wanted.get(span)
            if kept and kept[1] == row["embedded_sha256"] and language == row["language"]:
                self._connection.execute(
                    "UPDATE passages SET sentences = ? WHERE number = ?",
                    (json.dumps(kept[0].sentences), row["number"]),
                )
                del wanted[span]
            else:
                self._depart([row["number"]])
        return [
            self._insert_passage(version, draft, key, language) for draft, key in wanted.values()
        ]

    def _insert_passage(self, version: Version, draft: Draft, key: str, language: str) -> int:
        number = next(self._reserved)
        self._connection.execute(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number, version.id, draft.start, draft.end, version.text[draft.start : draft.end],
                draft.context, json.dumps(draft.sentences), language, key,
            ),
        )  # fmt: skip
        return number

    def _end_showing(self, document: str, now: str) -> None:
        self._connection.execute(
            "UPDATE history SET until = ? WHERE document = ? AND until IS NULL", (now, document)
        )

    def _bury(self, version: str) -> None:
        """Let the passages of a version go unless another live document shows it."""
        shown = self._connection.execute(
            "SELECT 1 FROM documents WHERE version = ? AND removed_at IS NULL", (version,)
        ).fetchone()
        if shown is None:
            rows = self._connection.execute(
                "SELECT number FROM passages WHERE version = ?", (version,)
            )
            self._depart([row["number"] for row in rows.fetchall()])

    def _depart(self, numbers: list[int]) -> None:
        values = [(number,) for number in numbers]
        self._connection.executemany("INSERT INTO departed VALUES (?)", values)
        self._connection.executemany("DELETE FROM passages WHERE number = ?", values)


def _key(version: Version, draft: Draft) -> str:
    return text_sha256(embedded_text(version.text[draft.start : draft.end], draft.context))
