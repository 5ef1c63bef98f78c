"""Which versions documents have shown, until when, and the forgetting of old ones."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from index.errors import DocumentUnknown
from index.types import Outdated, ShownVersion

# The last generation of what is forgotten: a document that ended with it, or earlier, is.
_UNTIL = "SELECT max(number) FROM generations WHERE committed_at < ?"
_ENDED = f"died <= ({_UNTIL})"
_KEPT = f"(died IS NULL OR NOT coalesce({_ENDED}, 0))"
# A text is forgotten with the last document that has shown it.
_FORGOTTEN = f"""SELECT v.id FROM versions v
    WHERE NOT EXISTS (SELECT 1 FROM documents d WHERE d.version = v.id AND {_KEPT})"""
# Of no passage, or of an embedder that the index does not have any more.
_UNUSED_VECTOR = """(text_sha256 NOT IN (SELECT embedded_sha256 FROM passages)
    OR fingerprint != (SELECT fingerprint FROM state))"""
# All that a document was until it went by an id last, by whatever ids it went before.
_LINE = """SELECT d.* FROM documents d JOIN (
        SELECT * FROM documents WHERE id = ?
        ORDER BY died IS NULL DESC, born DESC, number DESC LIMIT 1
    ) newest ON newest.line = d.line AND d.born <= newest.born"""


class History:
    """The versions in one connection's view of the catalog."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def of(self, document: str) -> list[ShownVersion]:
        """Return the versions of a document, live or removed: the newest first, at least one.

        Raises `DocumentUnknown` if there never was such a document, or all of it was pruned.
        """
        # What was shown under another id, before it was moved, is listed under this one.
        shown = self._list(
            f"SELECT ? AS document, l.* FROM ({_LINE}) l",
            [document, document],
        )
        if not shown:
            raise DocumentUnknown(
                f"no document {document!r} in the index; `python -m ingest status` lists them"
            )
        # Of what began and ended within one second, what was born last comes first.
        shown.reverse()
        return sorted(shown, key=lambda s: (s.until is None, s.until, s.since), reverse=True)

    def outdated(self, before: str) -> Outdated:
        """Return what `prune` would delete: what was last shown before a UTC time, ISO 8601."""
        (vectors,) = self._connection.execute(
            f"""SELECT count(*) FROM embeddings WHERE fingerprint != (
                SELECT fingerprint FROM state) OR text_sha256 NOT IN (
                SELECT embedded_sha256 FROM passages
                WHERE {_KEPT} AND version NOT IN ({_FORGOTTEN}))""",
            [before, before],
        ).fetchone()
        versions = self._list(
            f"SELECT d.id AS document, d.* FROM documents d WHERE d.version IN ({_FORGOTTEN})",
            [before],
        )
        return Outdated(tuple(versions), vectors)

    def prune(self, before: str) -> None:
        """Delete what `outdated` returns; call inside a transaction."""
        execute = self._connection.execute
        names = [(row["id"],) for row in execute(_FORGOTTEN, [before])]
        gone = execute(f"DELETE FROM documents WHERE {_ENDED}", [before]).rowcount
        gone += execute(f"DELETE FROM passages WHERE {_ENDED}", [before]).rowcount
        self._delete_versions(names)
        if gone:  # of the generations before that one, something is not known any more
            execute(
                f"UPDATE state SET known_since = max(known_since, coalesce(({_UNTIL}), 0))",
                [before],
            )

    def forget(self, document: str) -> None:
        """Delete all that a removed document was and nobody else shows; inside a transaction."""
        rows = self._connection.execute(
            f"SELECT number, version FROM ({_LINE}) WHERE died IS NOT NULL",
            [document],
        ).fetchall()
        self._connection.executemany(
            "DELETE FROM documents WHERE number = ?", [(row["number"],) for row in rows]
        )
        unshown = "SELECT 1 FROM documents WHERE version = ?"
        versions = sorted({row["version"] for row in rows})
        self._delete_versions(
            [(v,) for v in versions if not self._connection.execute(unshown, (v,)).fetchone()]
        )

    def originals(self, before: str = "") -> set[str]:
        """Return the sha256 of every source that a version was read from, or is shown on.

        Those that `prune(before)` would leave without a version are not among them.
        """
        rows = self._connection.execute(
            f"""SELECT sha256 FROM documents WHERE {_KEPT}
            UNION SELECT sha256 FROM layouts WHERE version NOT IN ({_FORGOTTEN})""",
            [before, before],
        )
        return {row["sha256"] for row in rows}

    def _delete_versions(self, names: list[tuple[str]]) -> None:
        many = self._connection.executemany
        many("DELETE FROM passages WHERE version = ?", names)
        many("DELETE FROM unsigned WHERE version = ?", names)
        many("DELETE FROM signatures WHERE version = ?", names)  # and with them their keys
        many("DELETE FROM versions WHERE id = ?", names)
        self._connection.execute(f"DELETE FROM embeddings WHERE {_UNUSED_VECTOR}")
        self._connection.execute("UPDATE state SET forgotten = forgotten + 1")

    def _list(self, rows: str, values: Sequence[object]) -> list[ShownVersion]:
        # One text may have been read from several bytes: it is shown until the last of them ends.
        found = self._connection.execute(
            f"""SELECT d.document, d.version, min(first.committed_at) AS since,
                CASE WHEN count(d.died) < count(*) THEN NULL ELSE max(last.committed_at) END
                    AS until,
                v.characters
            FROM ({rows}) d JOIN versions v ON v.id = d.version
            JOIN generations first ON first.number = d.born
            LEFT JOIN generations last ON last.number = d.died
            GROUP BY d.document, d.version ORDER BY d.document, max(d.born)""",
            values,
        )
        return [ShownVersion(**dict(row)) for row in found]
