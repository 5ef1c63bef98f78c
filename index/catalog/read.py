"""Reading the catalog: SQLite, the truth."""

from __future__ import annotations

import functools
import sqlite3
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path

from index.base import Catalog
from index.catalog.documents import find_end
from index.catalog.filters import build_condition, build_living
from index.catalog.history import History
from index.catalog.migrations import MIGRATIONS
from index.catalog.rows import (
    PASSAGE_TEXT,
    read_document,
    read_moment,
    read_passages,
    read_version,
    select_among,
)
from index.errors import CitationUnknown, DocumentUnknown, GenerationUnknown
from index.pages.boxes import Layout, unpack
from index.types import (
    Document,
    Failure,
    Fetch,
    Manifest,
    Moment,
    Outdated,
    Passage,
    Removed,
    ShownVersion,
    Source,
)
from index.version import Version

# What a name may be of a document: its id, its path within its root, its file name.
_NAMES: tuple[Callable[[Source, str], bool], ...] = (
    lambda source, name: source.id == name,
    lambda source, name: source.path == name,
    lambda source, name: source.path.endswith(f"/{name}"),
)
# As many texts as an answer quotes from, at most.
VERSIONS_KEPT = 16
PASSAGE = f"""
    SELECT p.*, {PASSAGE_TEXT} AS own_text, v.sections, v.pages
    FROM passages p JOIN versions v ON v.id = p.version
"""


class CatalogReader(Catalog):
    """What the two sides ask of the catalog in SQLite, at one moment: see `index.base.Catalog`."""

    def __init__(self, connection: sqlite3.Connection, generation: int | None = None) -> None:
        self._connection = connection
        self._execute = connection.execute
        self._select_among = functools.partial(select_among, connection)
        self._history = History(connection)
        self.moment, self.dimensions = read_moment(connection)
        # How often something was pruned or forgotten: what is kept of the past may have changed.
        self.forgotten = self._count("SELECT forgotten FROM state")
        self.is_past = generation is not None and generation != self.moment.generation
        if generation is not None and self.is_past:
            self.moment = self._find_moment(generation)
        # An answer asks for the same few at each of its steps, and a text never changes.
        self._version = functools.lru_cache(maxsize=VERSIONS_KEPT)(self._load_version)
        self._living = functools.partial(
            build_living, generation=self.moment.generation if self.is_past else None
        )
        self._condition = functools.partial(
            build_condition, generation=self.moment.generation if self.is_past else None
        )

    def _find_moment(self, generation: int) -> Moment:
        """Return a moment of the past under today's embedder: its vectors are what is compared."""
        known = self._execute("SELECT known_since FROM state").fetchone()["known_since"]
        row = self._execute(
            "SELECT name FROM generations WHERE number = ?", (generation,)
        ).fetchone()
        if row is None or generation < known:
            why = "there was none" if row is None else "what lived then was pruned, or not kept"
            raise GenerationUnknown(
                f"generation {generation} cannot be asked: {why}; the index is at generation "
                f"{self.moment.generation} and knows those from {known} on"
            )
        return replace(self.moment, generation=generation, commit=row["name"])

    def find_generation(self, time: str) -> int:
        """Return the generation that was live at a UTC time, ISO 8601.

        Raises `GenerationUnknown` if the index is younger.
        """
        row = self._execute(
            "SELECT max(number) AS number FROM generations WHERE committed_at <= ?", (time,)
        ).fetchone()
        if row["number"] is None:
            raise GenerationUnknown(f"the index held nothing yet at {time}; give a later time")
        return int(row["number"])

    def manifest(self) -> Manifest:
        """Return what the index is made of."""
        # Left to itself SQLite counts all that ever was.
        hint = "" if self.is_past else "INDEXED BY documents_shown"
        return Manifest(
            schema=len(MIGRATIONS),
            fingerprint=self.moment.fingerprint,
            dimensions=self.dimensions,
            generation=self.moment.generation,
            documents=self._count(
                f"SELECT count(*) FROM documents d {hint} WHERE {self._living('d')}"
            ),
            passages=self._count(f"SELECT count(*) FROM passages p WHERE {self._living('p')}"),
        )

    def documents(self, names: Sequence[str] | None = None) -> list[Document]:
        """Return the live documents, by id; only those of these ids unless None."""
        if names is not None:
            among = f"{self._document()} WHERE {self._living('d')} AND d.id IN (%s)"
            found = [read_document(row) for row in self._select_among(among, sorted(set(names)))]
            return sorted(found, key=lambda document: document.id)
        rows = self._execute(f"{self._document()} WHERE {self._living('d')} ORDER BY d.id")
        return [read_document(row) for row in rows]

    def document(self, name: str) -> Document:
        """Return the live document of an id, else of a path within its root, else of a file name.

        Raises `DocumentUnknown` if there is no document of that name, or several.
        """
        found = self._find_named(name)
        if len(found) == 1:
            return found[0]
        if found:
            listed = ", ".join(document.id for document in found[:5])
            raise DocumentUnknown(f"{name!r} names {len(found)} documents: {listed}; give one")
        raise DocumentUnknown(
            f"no document {name!r} in the index; `python -m ingest status` lists them"
        )

    def _find_named(self, name: str) -> list[Document]:
        """Return the live documents of an id, else of a path, else of a file name."""
        conditions = ("d.id = ?", "d.path = ?", "substr(d.path, -length(?1) - 1) = '/' || ?1")
        for condition in conditions:
            rows = self._execute(
                f"{self._document()} WHERE {self._living('d')} AND {condition} ORDER BY d.id",
                (name,),
            ).fetchall()
            if rows:
                return [read_document(row) for row in rows]
        return []

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
            f"""SELECT DISTINCT d.version, s.signature FROM documents d
            LEFT JOIN signatures s ON s.version = d.version AND s.kind = ?
            WHERE {self._living("d")} ORDER BY d.version""",
            (kind,),
        )
        return {row["version"]: row["signature"] for row in rows}

    def signatures_of(self, kind: str, versions: Collection[str]) -> dict[str, bytes]:
        """Return the signatures of a kind that are stored of these versions."""
        rows = self._select_among(
            "SELECT version, signature FROM signatures WHERE kind = ? AND version IN (%s)",
            sorted(versions),
            [kind],
        )
        return {row["version"]: row["signature"] for row in rows}

    def unsigned(self, kind: str) -> dict[str, bytes | None]:
        """Return the versions shown whose keys are not stored yet; see `Catalog.unsigned`."""
        rows = self._execute(
            f"""SELECT u.version, s.signature FROM unsigned u
            LEFT JOIN signatures s ON s.version = u.version AND s.kind = ?
            WHERE EXISTS (
                SELECT 1 FROM documents d WHERE d.version = u.version AND {self._living("d")}
            ) ORDER BY u.version""",
            (kind,),
        )
        return {row["version"]: row["signature"] for row in rows}

    def find_alike(self, kind: str, keys: Sequence[int], most: int) -> dict[str, bytes]:
        """Return versions shown whose signature has a key of these; see `Catalog.find_alike`."""
        marks = ",".join("?" * len(keys))
        rows = self._execute(
            f"""SELECT s.version, s.signature FROM signatures s WHERE s.kind = ? AND s.id IN (
                SELECT k.signature FROM signature_keys k WHERE k.key IN ({marks})
            ) AND EXISTS (
                SELECT 1 FROM documents d WHERE d.version = s.version AND {self._living("d")}
            ) ORDER BY s.id LIMIT ?""",
            (kind, *keys, most),
        )
        return {row["version"]: row["signature"] for row in rows}

    def names_showing(self, versions: Sequence[str]) -> dict[str, list[str]]:
        """Return, by version, the ids of the live documents that show it, in order."""
        shown: dict[str, list[str]] = {}
        rows = self._select_among(
            f"SELECT d.version, d.id FROM documents d WHERE {self._living('d')} "
            "AND d.version IN (%s) ORDER BY d.id",
            versions,
        )
        for row in rows:
            shown.setdefault(row["version"], []).append(row["id"])
        return shown

    def version(self, prefix: str) -> Version:
        """Return the version, shown or not, of an id or of an unambiguous beginning of one.

        Raises `CitationUnknown` if no such text is stored, or several.
        """
        return self._version(prefix)

    def _load_version(self, prefix: str) -> Version:
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
            f"""WITH shown (line, since) AS (
                SELECT line, max(born) FROM documents
                WHERE version = ?1 AND born <= ?2 GROUP BY line
            )
            {self._document()} JOIN shown s ON s.line = d.line
            WHERE d.number = (
                SELECT o.number FROM documents o WHERE o.line = s.line AND o.born <= ?2
                ORDER BY {self._living("o")} DESC, o.died DESC, o.number DESC LIMIT 1
            )
            ORDER BY NOT {self._living("d")}, d.version != ?1, s.since DESC, d.id LIMIT 1""",
            (version, self.moment.generation),
        ).fetchone()
        if row is None:
            raise CitationUnknown(f"no document shows version {version[:16]}")
        removed = not (row["died"] is None or row["died"] > self.moment.generation)
        return read_document(row), row["version"] == version and not removed, removed

    def versions_of(self, document: str) -> list[ShownVersion]:
        """Return the versions of a document, live or removed: the newest first, at least one.

        Raises `DocumentUnknown` if there never was such a document, or all of it was pruned.
        """
        return self._history.of(document)

    def find_removed(self, name: str) -> Removed:
        """Return the removed document of an id, else of a path or file name, as it was last.

        Raises `DocumentUnknown` if there is none, if it lives, or if it lives under another id.
        """
        gone = self.list_removed()
        for fits in _NAMES:
            found = [removed for removed in gone if fits(removed.document.source, name)]
            if len(found) == 1:
                return found[0]
            if found:
                listed = ", ".join(removed.document.id for removed in found[:5])
                raise DocumentUnknown(f"{name!r} names {len(found)} documents: {listed}; give one")
        for document in self._find_named(name):
            raise DocumentUnknown(f"{document.id!r} is in the index; it was not removed")
        heir = self._execute(
            f"SELECT id FROM documents WHERE number = ({find_end('?1')})", (name,)
        ).fetchone()
        if heir is not None:
            raise DocumentUnknown(f"{name!r} was moved: it is {heir['id']!r} since")
        raise DocumentUnknown(
            f"no document {name!r} was removed here, or what was known of it was forgotten; "
            "`python -m ingest status --removed` lists those that can come back"
        )

    def list_removed(self) -> list[Removed]:
        """Return the documents that were removed and are kept, the last one first."""
        rows = self._execute(
            f"""SELECT r.*, g.committed_at AS removed_at, (
                r.passages_kept OR r.died > (SELECT passages_since FROM state)
            ) AS restorable FROM (
                {self._document("EXISTS (SELECT 1 FROM passages p WHERE p.version = d.version)")}
                WHERE d.died IS NOT NULL AND d.number = (
                    SELECT o.number FROM documents o WHERE o.line = d.line
                    ORDER BY o.died IS NULL DESC, o.died DESC, o.number DESC LIMIT 1
                ) AND NOT EXISTS (
                    SELECT 1 FROM documents l WHERE l.id = d.id AND l.died IS NULL
                )
            ) r JOIN generations g ON g.number = r.died ORDER BY r.died DESC, r.id"""
        )
        return [
            Removed(read_document(row), row["removed_at"], bool(row["restorable"])) for row in rows
        ]

    def outdated(self, before: str) -> Outdated:
        """Return what pruning would forget: what was last shown before a UTC time, ISO 8601."""
        return self._history.outdated(before)

    def originals(self, before: str = "") -> set[str]:
        """Return the sha256 of every source that a version was read from, or is shown on.

        Those that pruning with `before` would leave without a version are not among them.
        """
        return self._history.originals(before)

    def passages_of(self, version: str) -> list[Passage]:
        """Return the passages of a version that is shown, in the order of the text."""
        rows = self._execute(
            f"{PASSAGE} WHERE p.version = ? AND {self._living('p')} ORDER BY p.start", (version,)
        )
        return [passage for _, passage in read_passages(rows)]

    def _count(self, statement: str, *values: object) -> int:
        return int(self._execute(statement, values).fetchone()[0])

    def _document(self, passages_kept: str = "NULL") -> str:
        """Return the statement for rows that `read_document` reads, without its conditions."""
        return f"""SELECT d.*, v.characters, {passages_kept} AS passages_kept,
            (SELECT count(*) FROM passages p WHERE p.version = d.version AND {self._living("p")})
                AS passages
            FROM documents d JOIN versions v ON v.id = d.version"""
