"""Reading the catalog: SQLite, the truth. One `Snapshot` is one read transaction.

The writing side is `ledger.py`, the tables are in `schema.py`.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.catalog.filters import filter_condition
from index.catalog.history import History
from index.catalog.rows import as_document, as_passage, as_version
from index.catalog.schema import FILE, MIGRATIONS, catalog_errors, connect
from index.errors import CitationUnknown, DocumentUnknown
from index.pages.boxes import Layout, unpack
from index.types import Document, Failure, Fetch, Filter, Manifest, Passage
from index.version import Version

_DOCUMENT = """
    SELECT d.*, v.characters,
        (SELECT count(*) FROM passages p WHERE p.version = d.version) AS passages
    FROM documents d JOIN versions v ON v.id = d.version
"""
_BATCH = 500  # values in one IN (…); SQLite allows 32,766


@contextlib.contextmanager
def snapshot(directory: Path) -> Iterator[Snapshot]:
    """Open one read transaction on the catalog of an index.

    Args:
        directory: Of the index.

    Yields:
        The catalog at the moment of the first reading.

    Raises:
        IndexMissing: There is no index in the folder.
        IndexOutdated: An older release made it.
        IndexDamaged: The catalog cannot be read.
    """
    connection = connect(directory)
    with contextlib.closing(connection), catalog_errors(directory / FILE):
        connection.execute("BEGIN")
        # BEGIN is deferred: the first SELECT is what fixes the moment that is read.
        yield Snapshot(connection)


class Snapshot:
    """The catalog at one moment; everything read through it agrees."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        state = self._one("SELECT * FROM state")
        self.generation: int = state["generation"]
        self.fingerprint: str = state["fingerprint"]
        self.dimensions: int = state["dimensions"]
        self.history = History(connection)

    def manifest(self) -> Manifest:
        """Return what the index is made of."""
        return Manifest(
            schema=len(MIGRATIONS),
            fingerprint=self.fingerprint,
            dimensions=self.dimensions,
            generation=self.generation,
            documents=self._count("SELECT count(*) FROM documents WHERE removed_at IS NULL"),
            passages=self._count("SELECT count(*) FROM passages"),
        )

    def documents(self) -> list[Document]:
        """Return the live documents, by id."""
        rows = self._connection.execute(f"{_DOCUMENT} WHERE d.removed_at IS NULL ORDER BY d.id")
        return [as_document(row) for row in rows]

    def document(self, name: str) -> Document:
        """Return the live document of an id, a path within its root, or a bare file name.

        Args:
            name: What a person calls it; case counts.

        Returns:
            The only document of that id, else of that path, else of that file name.

        Raises:
            DocumentUnknown: No document of that name, or several.
        """
        conditions = ("d.id = ?", "d.path = ?", "substr(d.path, -length(?1) - 1) = '/' || ?1")
        for condition in conditions:
            rows = self._connection.execute(
                f"{_DOCUMENT} WHERE d.removed_at IS NULL AND {condition} ORDER BY d.id", (name,)
            ).fetchall()
            if len(rows) == 1:
                return as_document(rows[0])
            if rows:
                listed = ", ".join(row["id"] for row in rows[:5])
                raise DocumentUnknown(f"{name!r} names {len(rows)} documents: {listed}; give one")
        raise DocumentUnknown(
            f"no document {name!r} in the index; `python -m ingest status` lists them"
        )

    def failures(self) -> list[Failure]:
        """Return the sources that were refused, by id."""
        rows = self._connection.execute("SELECT * FROM failures ORDER BY root, path")
        return [Failure(**dict(row)) for row in rows]

    def roots(self) -> dict[str, Path]:
        """Return the folder of every root by its name."""
        rows = self._connection.execute("SELECT * FROM roots ORDER BY name")
        return {row["name"]: Path(row["location"]) for row in rows}

    def fetches(self) -> dict[str, Fetch]:
        """Return what web servers said last, by address."""
        rows = self._connection.execute("SELECT * FROM fetches ORDER BY url")
        return {row["url"]: Fetch(**dict(row)) for row in rows}

    def listed(self) -> dict[str, set[tuple[str, str]]]:
        """Return the (root, path) of everything that lists of sources name, by list."""
        found: dict[str, set[tuple[str, str]]] = {}
        for row in self._connection.execute("SELECT * FROM listed"):
            found.setdefault(row["list"], set()).add((row["root"], row["path"]))
        return found

    def signatures(self, kind: str) -> dict[str, bytes | None]:
        """Return, by version that a live document shows, its signature of a kind, None without."""
        rows = self._connection.execute(
            """SELECT DISTINCT d.version, s.signature FROM documents d
            LEFT JOIN signatures s ON s.version = d.version AND s.kind = ?
            WHERE d.removed_at IS NULL ORDER BY d.version""",
            (kind,),
        )
        return {row["version"]: row["signature"] for row in rows}

    def version(self, prefix: str) -> Version:
        """Return the version of an id, or of an unambiguous beginning of one.

        Args:
            prefix: Lower-case hexadecimal digits.

        Returns:
            The version with its text, whether or not a document still shows it.

        Raises:
            CitationUnknown: No such text is stored, or several.
        """
        rows = self._connection.execute(
            "SELECT * FROM versions WHERE id >= ? AND id < ? LIMIT 2", (prefix, prefix + "g")
        ).fetchall()
        if len(rows) != 1:
            found = "no text" if not rows else "more than one text"
            raise CitationUnknown(
                f"{found} of version {prefix[:16]} is stored here; the citation may come from "
                "another index, or its text was pruned"
            )
        return as_version(rows[0])

    def layout_of(self, version: str) -> Layout | None:
        """Return where the characters of a version stand, None for formats without pages."""
        row = self._connection.execute(
            "SELECT packed FROM layouts WHERE version = ?", (version,)
        ).fetchone()
        return unpack(row["packed"]) if row else None

    def layout_source(self, version: str) -> str | None:
        """Return the sha256 of the source whose pages the layout of a version speaks of."""
        row = self._connection.execute(
            "SELECT sha256 FROM layouts WHERE version = ?", (version,)
        ).fetchone()
        return str(row["sha256"]) if row else None

    def document_of(self, version: str) -> tuple[Document, bool, bool]:
        """Return the document that shows a version, or showed it last.

        Args:
            version: The whole id.

        Returns:
            The document, whether it still shows this version, whether it has been removed.

        Raises:
            CitationUnknown: No document ever showed it.
        """
        row = self._connection.execute(
            f"""{_DOCUMENT} JOIN history h ON h.document = d.id WHERE h.version = ?
            ORDER BY d.removed_at IS NOT NULL, d.version != h.version, h.since DESC, d.id LIMIT 1
            """,
            (version,),
        ).fetchone()
        if row is None:
            raise CitationUnknown(f"no document shows version {version[:16]}")
        removed = row["removed_at"] is not None
        return as_document(row), row["version"] == version and not removed, removed

    def passages(self, numbers: Sequence[int]) -> dict[int, Passage]:
        """Return the live passages among these numbers; the others are not in the result."""
        rows = self._among(
            """SELECT p.*, v.sections, v.pages FROM passages p JOIN versions v ON v.id = p.version
            WHERE p.number IN (%s)""",
            numbers,
        )
        outlines: dict[str, Version] = {}
        return {row["number"]: as_passage(row, outlines) for row in rows}

    def versions_matching(self, restriction: Filter) -> list[str]:
        """Return the versions that live documents passing a filter show."""
        condition, values = filter_condition(restriction)
        rows = self._connection.execute(
            f"SELECT DISTINCT version FROM documents d WHERE {condition}", values
        )
        return [row["version"] for row in rows]

    def documents_showing(
        self, versions: Sequence[str], restriction: Filter
    ) -> dict[str, list[Document]]:
        """Return, by version, the live documents that pass a filter, in order of id."""
        condition, values = filter_condition(restriction)
        shown: dict[str, list[Document]] = {}
        rows = self._among(
            f"{_DOCUMENT} WHERE {condition} AND d.version IN (%s) ORDER BY d.id", versions, values
        )
        for row in rows:
            shown.setdefault(row["version"], []).append(as_document(row))
        return shown

    def passage_numbers(self, versions: Sequence[str]) -> NDArray[np.int64]:
        """Return the numbers of all passages of these versions, ascending."""
        rows = self._among("SELECT number FROM passages WHERE version IN (%s)", versions)
        return np.sort(np.array([row["number"] for row in rows], dtype=np.int64))

    def passages_of(self, version: str) -> list[Passage]:
        """Return the passages of a version in the order of the text."""
        rows = self._connection.execute(
            """SELECT p.*, v.sections, v.pages FROM passages p JOIN versions v ON v.id = p.version
            WHERE p.version = ? ORDER BY p.start""",
            (version,),
        )
        outlines: dict[str, Version] = {}
        return [as_passage(row, outlines) for row in rows]

    def languages(self) -> list[str]:
        """Return the languages that live passages are analysed in."""
        # From one language to the next in the index; DISTINCT would look at every passage.
        rows = self._connection.execute(
            """WITH RECURSIVE used (language) AS (
                SELECT min(language) FROM passages
                UNION ALL
                SELECT (SELECT min(p.language) FROM passages p WHERE p.language > used.language)
                FROM used WHERE used.language IS NOT NULL
            ) SELECT language FROM used WHERE language IS NOT NULL"""
        )
        return [row["language"] for row in rows]

    def departed(self) -> set[int]:
        """Return the passages that the derived stores may hold though they are not live."""
        return {row["number"] for row in self._connection.execute("SELECT number FROM departed")}

    def live_numbers(self) -> NDArray[np.int64]:
        """Return the numbers of all live passages, int64, ascending."""
        rows = self._connection.execute("SELECT number FROM passages ORDER BY number")
        return np.array([row["number"] for row in rows], dtype=np.int64)

    def damage(self) -> list[str]:
        """Return what SQLite finds wrong with its file, a line each; reads all of it."""
        lines = [str(row[0]) for row in self._connection.execute("PRAGMA quick_check(5)")]
        return [] if lines == ["ok"] else lines

    def embeddings(self, numbers: Sequence[int]) -> dict[int, NDArray[np.float32]]:
        """Return the stored vectors of these passages under the index's embedder."""
        rows = self._among(
            """SELECT p.number, e.vector FROM passages p
            JOIN embeddings e ON e.text_sha256 = p.embedded_sha256 AND e.fingerprint = ?
            WHERE p.number IN (%s)""",
            numbers,
            [self.fingerprint],
        )
        return {row["number"]: np.frombuffer(row["vector"], dtype=np.float32) for row in rows}

    def receipt(self, restriction: Filter) -> tuple[int, int]:
        """Return how many live documents and passages a filter lets through."""
        condition, values = filter_condition(restriction)
        row = self._connection.execute(
            f"""SELECT
                (SELECT count(*) FROM documents d WHERE {condition}) AS documents,
                (SELECT count(*) FROM passages WHERE version IN
                    (SELECT version FROM documents d WHERE {condition})) AS passages""",
            [*values, *values],
        ).fetchone()
        return row["documents"], row["passages"]

    def _one(self, statement: str) -> sqlite3.Row:
        row: sqlite3.Row = self._connection.execute(statement).fetchone()
        return row

    def _count(self, statement: str) -> int:
        return int(self._one(statement)[0])

    def _among(
        self, statement: str, wanted: Sequence[int] | Sequence[str], before: Sequence[object] = ()
    ) -> Iterator[sqlite3.Row]:
        for start in range(0, len(wanted), _BATCH):
            part = wanted[start : start + _BATCH]
            marks = ",".join("?" * len(part))
            yield from self._connection.execute(statement % marks, [*before, *part])
