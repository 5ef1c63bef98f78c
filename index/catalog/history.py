"""Which versions documents have shown, until when, and the forgetting of old ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from index.errors import DocumentUnknown


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """One version of one document.

    Attributes:
        document: The document's id.
        version: sha256 of its text.
        since: UTC time, ISO 8601, when the document first showed it.
        until: When it showed another or was removed; None while it shows this one.
        characters: Length of the text.
    """

    document: str
    version: str
    since: str
    until: str | None
    characters: int


@dataclass(frozen=True, slots=True)
class Outdated:
    """What `History.forget` deletes.

    Attributes:
        versions: Texts that no document shows, with the documents that did.
        vectors: Number of vectors of passages that no document shows today.
    """

    versions: tuple[ShownVersion, ...]
    vectors: int


# Rows of `history` that end before a time; a text is forgotten with the last of its rows.
_ENDED = "until IS NOT NULL AND until < ?"
_FORGOTTEN = f"""SELECT v.id FROM versions v
    WHERE NOT EXISTS (SELECT 1 FROM documents d WHERE d.version = v.id AND d.removed_at IS NULL)
    AND NOT EXISTS (SELECT 1 FROM history h WHERE h.version = v.id AND NOT ({_ENDED}))"""
_UNUSED_VECTOR = "text_sha256 NOT IN (SELECT embedded_sha256 FROM passages)"


class History:
    """The versions in one connection's view of the catalog."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def of(self, document: str) -> list[ShownVersion]:
        """Return the versions of a document, live or removed: the newest first, at least one.

        Raises `DocumentUnknown` if there never was such a document, or all of it was pruned.
        """
        shown = self._shown("h.document = ?", [document])
        if not shown:
            raise DocumentUnknown(
                f"no document {document!r} in the index; `python -m ingest status` lists them"
            )
        return sorted(shown, key=lambda s: (s.until is None, s.until, s.since), reverse=True)

    def outdated(self, before: str) -> Outdated:
        """Return what `forget` would delete: what was last shown before a UTC time, ISO 8601."""
        (vectors,) = self._connection.execute(
            f"SELECT count(*) FROM embeddings WHERE {_UNUSED_VECTOR}"
        ).fetchone()
        versions = self._shown(f"h.version IN ({_FORGOTTEN})", [before])
        return Outdated(tuple(versions), vectors)

    def forget(self, before: str) -> None:
        """Delete what `outdated` returns; call inside a transaction."""
        execute = self._connection.execute
        names = [(row["id"],) for row in execute(_FORGOTTEN, [before])]
        execute(f"DELETE FROM history WHERE {_ENDED}", [before])
        execute(
            """DELETE FROM documents WHERE removed_at IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM history h WHERE h.document = documents.id)"""
        )
        self._connection.executemany("DELETE FROM signatures WHERE version = ?", names)
        self._connection.executemany("DELETE FROM versions WHERE id = ?", names)
        execute(f"DELETE FROM embeddings WHERE {_UNUSED_VECTOR}")

    def originals(self, before: str = "") -> set[str]:
        """Return the sha256 of every source that a version was read from, or is shown on.

        Those that `forget(before)` would leave without a version are not among them.
        """
        rows = self._connection.execute(
            f"""SELECT sha256 FROM history WHERE NOT ({_ENDED})
            UNION SELECT sha256 FROM documents WHERE removed_at IS NULL
            UNION SELECT sha256 FROM layouts WHERE version NOT IN ({_FORGOTTEN})""",
            [before, before],
        )
        return {row["sha256"] for row in rows}

    def _shown(self, condition: str, values: Sequence[object]) -> list[ShownVersion]:
        # One text may have been read from several bytes: it is shown until the last of them ends.
        rows = self._connection.execute(
            f"""SELECT h.document, h.version, min(h.since) AS since,
                CASE WHEN count(h.until) < count(*) THEN NULL ELSE max(h.until) END AS until,
                v.characters
            FROM history h JOIN versions v ON v.id = h.version WHERE {condition}
            GROUP BY h.document, h.version ORDER BY h.document, since""",
            values,
        )
        return [ShownVersion(**dict(row)) for row in rows]
