"""Reading the catalog: SQLite, the truth. One `Snapshot` is one read transaction."""

from __future__ import annotations

import contextlib
import functools
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from index.catalog.filters import build_condition
from index.catalog.history import History
from index.catalog.rows import (
    PassageNumbers,
    read_document,
    read_passages,
    read_version,
    select_among,
)
from index.catalog.schema import FILE, MIGRATIONS, connect, translate_sqlite_errors
from index.citations import Citable, Standing, find_standing, parse_citation_id
from index.embedding.base import Matrix
from index.errors import CitationUnknown, DocumentUnknown, QuoteMismatch
from index.pages.boxes import Layout, unpack
from index.types import Document, Failure, Fetch, Filter, Manifest, Passage
from index.version import Version, version_of

_DOCUMENT = """
    SELECT d.*, v.characters,
        (SELECT count(*) FROM passages p WHERE p.version = d.version) AS passages
    FROM documents d JOIN versions v ON v.id = d.version
"""
_PASSAGE = """
    SELECT p.*, v.sections, v.pages FROM passages p JOIN versions v ON v.id = p.version
"""


@contextlib.contextmanager
def open_snapshot(directory: Path) -> Iterator[Snapshot]:
    """Open one read transaction on the catalog of an index; raises what `connect` does."""
    connection = connect(directory)
    with contextlib.closing(connection), translate_sqlite_errors(directory / FILE):
        connection.execute("BEGIN")
        # BEGIN is deferred: the first SELECT is what fixes the moment that is read.
        yield Snapshot(connection)


class Snapshot:
    """The catalog at one moment; everything read through it agrees."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._execute = connection.execute
        self._select_among = functools.partial(select_among, connection)
        state = self._execute("SELECT * FROM state").fetchone()
        self.generation: int = state["generation"]
        self.fingerprint: str = state["fingerprint"]  # "" while the index has no vectors
        self.dimensions: int = state["dimensions"]  # of a vector; 0 while there is none
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
        rows = self._execute(f"{_DOCUMENT} WHERE d.removed_at IS NULL ORDER BY d.id")
        return [read_document(row) for row in rows]

    def document(self, name: str) -> Document:
        """Return the live document of an id, else of a path within its root, else of a file name.

        Raises `DocumentUnknown` if there is no document of that name, or several.
        """
        conditions = ("d.id = ?", "d.path = ?", "substr(d.path, -length(?1) - 1) = '/' || ?1")
        for condition in conditions:
            rows = self._execute(
                f"{_DOCUMENT} WHERE d.removed_at IS NULL AND {condition} ORDER BY d.id", (name,)
            ).fetchall()
            if len(rows) == 1:
                return read_document(rows[0])
            if rows:
                listed = ", ".join(row["id"] for row in rows[:5])
                raise DocumentUnknown(f"{name!r} names {len(rows)} documents: {listed}; give one")
        raise DocumentUnknown(
            f"no document {name!r} in the index; `python -m ingest status` lists them"
        )

    def failures(self) -> list[Failure]:
        """Return the sources that were refused, by id."""
        rows = self._execute("SELECT * FROM failures ORDER BY root, path")
        return [Failure(**dict(row)) for row in rows]

    def roots(self) -> dict[str, Path]:
        """Return the folder of every root by its name."""
        rows = self._execute("SELECT * FROM roots ORDER BY name")
        return {row["name"]: Path(row["location"]) for row in rows}

    def fetches(self) -> dict[str, Fetch]:
        """Return what web servers said last, by address."""
        rows = self._execute("SELECT * FROM fetches ORDER BY url")
        return {row["url"]: Fetch(**dict(row)) for row in rows}

    def listed(self) -> dict[str, set[tuple[str, str]]]:
        """Return the (root, path) of everything that lists of sources name, by list."""
        found: dict[str, set[tuple[str, str]]] = {}
        for row in self._execute("SELECT * FROM listed"):
            found.setdefault(row["list"], set()).add((row["root"], row["path"]))
        return found

    def signatures(self, kind: str) -> dict[str, bytes | None]:
        """Return, by version that a live document shows, its signature of a kind, None without."""
        rows = self._execute(
            """SELECT DISTINCT d.version, s.signature FROM documents d
            LEFT JOIN signatures s ON s.version = d.version AND s.kind = ?
            WHERE d.removed_at IS NULL ORDER BY d.version""",
            (kind,),
        )
        return {row["version"]: row["signature"] for row in rows}

    def version(self, prefix: str) -> Version:
        """Return the version, shown or not, of an id or of an unambiguous beginning of one.

        Raises `CitationUnknown` if no such text is stored, or several.
        """
        rows = self._execute(
            "SELECT * FROM versions WHERE id >= ? AND id < ? LIMIT 2", (prefix, prefix + "g")
        ).fetchall()
        if len(rows) != 1:
            found = "no text" if not rows else "more than one text"
            raise CitationUnknown(
                f"{found} of version {prefix[:16]} is stored here; the citation may come from "
                "another index, or its text was pruned"
            )
        return read_version(rows[0])

    def citable(self, citation: str) -> Citable:
        """Return the whole text that a citation id names, as it was when it was cited.

        Args:
            citation: `VERSION-START-END`.

        Returns:
            The text, the cited stretch of it, and whether its document still shows it.

        Raises:
            CitationUnknown: The id is malformed, its text is not stored here, or it is shorter.
            QuoteMismatch: The stored text was altered.
        """
        try:
            prefix, start, end = parse_citation_id(citation)
        except ValueError as error:
            raise CitationUnknown(str(error)) from error
        version = self.version(prefix)
        if not start < end <= len(version.text):
            raise CitationUnknown(
                f"version {prefix} has {len(version.text):,} characters, the citation names "
                f"{start} to {end}"
            )
        document, current, removed = self.document_of(version.id)
        if version_of(version.text) != version.id:
            raise QuoteMismatch(
                f"{document.id}: the stored text of version {prefix} is not what was indexed; run "
                "`python -m ingest doctor`"
            )
        return Citable(version, start, end, document, current, removed)

    def standing(self, cited: Citable) -> Standing:
        """Return whether a quotation still stands in today's text of its document, and where."""
        if cited.removed:
            return Standing("removed")
        if cited.current:
            return Standing("current", cited.version.id, cited.start, cited.end)
        now = self.version(cited.document.version)
        sentences = [span for passage in self.passages_of(now.id) for span in passage.sentences]
        return find_standing(cited.version, cited.start, cited.end, now, sentences)

    def layout_of(self, version: str) -> Layout | None:
        """Return where the characters of a version stand, None for formats without pages."""
        row = self._execute("SELECT packed FROM layouts WHERE version = ?", (version,)).fetchone()
        return unpack(row["packed"]) if row else None

    def layout_source(self, version: str) -> str | None:
        """Return the sha256 of the source on whose pages `layout_of` places a version."""
        row = self._execute("SELECT sha256 FROM layouts WHERE version = ?", (version,)).fetchone()
        return str(row["sha256"]) if row else None

    def document_of(self, version: str) -> tuple[Document, bool, bool]:
        """Return the document that shows a version, or did last; if it does; if it was removed.

        Raises `CitationUnknown` if no document ever showed it.
        """
        row = self._execute(
            f"""{_DOCUMENT} JOIN history h ON h.document = d.id WHERE h.version = ?
            ORDER BY d.removed_at IS NOT NULL, d.version != h.version, h.since DESC, d.id LIMIT 1
            """,
            (version,),
        ).fetchone()
        if row is None:
            raise CitationUnknown(f"no document shows version {version[:16]}")
        removed = row["removed_at"] is not None
        return read_document(row), row["version"] == version and not removed, removed

    def passages(self, numbers: Sequence[int]) -> dict[int, Passage]:
        """Return the live passages among these numbers; the others are not in the result."""
        rows = self._select_among(f"{_PASSAGE} WHERE p.number IN (%s)", numbers)
        return {passage.number: passage for passage in read_passages(rows)}

    def passages_of(self, version: str) -> list[Passage]:
        """Return the passages of a version in the order of the text."""
        rows = self._execute(f"{_PASSAGE} WHERE p.version = ? ORDER BY p.start", (version,))
        return list(read_passages(rows))

    def versions_matching(self, restriction: Filter) -> list[str]:
        """Return the versions that live documents passing a filter show."""
        condition, values = build_condition(restriction)
        rows = self._execute(f"SELECT DISTINCT version FROM documents d WHERE {condition}", values)
        return [row["version"] for row in rows]

    def documents_showing(
        self, versions: Sequence[str], restriction: Filter
    ) -> dict[str, list[Document]]:
        """Return, by version, the live documents that pass a filter, in order of id."""
        condition, values = build_condition(restriction)
        shown: dict[str, list[Document]] = {}
        rows = self._select_among(
            f"{_DOCUMENT} WHERE {condition} AND d.version IN (%s) ORDER BY d.id", versions, values
        )
        for row in rows:
            shown.setdefault(row["version"], []).append(read_document(row))
        return shown

    def passage_numbers(self, versions: Sequence[str]) -> PassageNumbers:
        """Return the numbers of all passages of these versions, ascending."""
        rows = self._select_among("SELECT number FROM passages WHERE version IN (%s)", versions)
        return np.sort(np.array([row["number"] for row in rows], dtype=np.int64))

    def live_numbers(self) -> PassageNumbers:
        """Return the numbers of all live passages, ascending."""
        rows = self._execute("SELECT number FROM passages ORDER BY number")
        return np.array([row["number"] for row in rows], dtype=np.int64)

    def removed_numbers(self) -> set[int]:
        """Return the removed passages that the derived stores may still hold."""
        return {row["number"] for row in self._execute("SELECT number FROM departed")}

    def languages(self) -> list[str]:
        """Return the languages that live passages are analysed in."""
        # From one language to the next in the index; DISTINCT would look at every passage.
        rows = self._execute(
            """WITH RECURSIVE used (language) AS (
                SELECT min(language) FROM passages
                UNION ALL
                SELECT (SELECT min(p.language) FROM passages p WHERE p.language > used.language)
                FROM used WHERE used.language IS NOT NULL
            ) SELECT language FROM used WHERE language IS NOT NULL"""
        )
        return [row["language"] for row in rows]

    def find_damage(self) -> list[str]:
        """Return what SQLite finds wrong with its file, a line each; reads all of it."""
        lines = [str(row[0]) for row in self._execute("PRAGMA quick_check(5)")]
        return [] if lines == ["ok"] else lines

    def embeddings(self, numbers: Sequence[int]) -> dict[int, Matrix]:
        """Return the stored vectors of these passages under the index's embedder."""
        rows = self._select_among(
            """SELECT p.number, e.vector FROM passages p
            JOIN embeddings e ON e.text_sha256 = p.embedded_sha256 AND e.fingerprint = ?
            WHERE p.number IN (%s)""",
            numbers,
            [self.fingerprint],
        )
        return {row["number"]: np.frombuffer(row["vector"], dtype=np.float32) for row in rows}

    def count_searched(self, restriction: Filter) -> tuple[int, int]:
        """Return how many live documents and passages a filter lets through."""
        condition, values = build_condition(restriction)
        row = self._execute(
            f"""SELECT
                (SELECT count(*) FROM documents d WHERE {condition}) AS documents,
                (SELECT count(*) FROM passages WHERE version IN
                    (SELECT version FROM documents d WHERE {condition})) AS passages""",
            [*values, *values],
        ).fetchone()
        return row["documents"], row["passages"]

    def _count(self, statement: str) -> int:
        return int(self._execute(statement).fetchone()[0])
