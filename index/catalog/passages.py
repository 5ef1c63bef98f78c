"""The passages that are live, their numbers, and those that the derived stores may still hold."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from index.catalog.embeddings import hash_text
from index.catalog.rows import select_among
from index.types import Draft, embedded_text
from index.version import Version


@dataclass(frozen=True, slots=True)
class IndexedPassage:
    """What the derived stores index of a passage; its text is that of `embedded_text`."""

    number: int
    version: str
    text: str
    language: str

    @property
    def key(self) -> str:
        """The key of its vector."""
        return hash_text(self.text)


class PassageTable:
    """What the writer of the catalog does with passages."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._reserved: Iterator[int] = iter(())

    def reserve(self, count: int) -> None:
        """Take passage numbers out of use for ever: see `CatalogWriter.reserve`."""
        execute = self._connection.execute
        row = execute("SELECT seq FROM sqlite_sequence WHERE name = 'passages'").fetchone()
        last = row[0] if row else 0
        if row is None:
            execute("INSERT INTO sqlite_sequence VALUES ('passages', 0)")
        execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'passages'", (last + count,))
        self._reserved = iter(range(last + 1, last + 1 + count))

    def put(self, version: Version, drafts: Sequence[Draft], language: str) -> list[int]:
        """Make these the passages of a stored version; return the numbers of the new ones.

        Those that the version has already are kept. `language` (ISO 639-1) names the rules by
        which their words are analysed; there are no more drafts than `reserve` was asked for.
        """
        wanted = {(draft.start, draft.end): (draft, _key(version, draft)) for draft in drafts}
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
                self._remove([row["number"]])
        return [self._insert(version, draft, key, language) for draft, key in wanted.values()]

    def remove_unshown(self, version: str) -> None:
        """Remove the passages of a version unless a live document shows it."""
        execute = self._connection.execute
        live = "SELECT 1 FROM documents WHERE version = ? AND removed_at IS NULL"
        if execute(live, (version,)).fetchone() is None:
            rows = execute("SELECT number FROM passages WHERE version = ?", (version,))
            self._remove([row["number"] for row in rows.fetchall()])

    def read(self, numbers: Sequence[int] | None = None) -> Iterator[IndexedPassage]:
        """Yield the live passages among these numbers, all of them if None, by number."""
        if numbers is None:
            rows: Iterable[sqlite3.Row] = self._connection.execute(
                "SELECT * FROM passages ORDER BY number"
            )
        else:
            among = "SELECT * FROM passages WHERE number IN (%s) ORDER BY number"
            rows = select_among(self._connection, among, sorted(numbers))
        for row in rows:
            text = embedded_text(row["text"], row["context"])
            yield IndexedPassage(row["number"], row["version"], text, row["language"])

    def find_removed(self) -> list[int]:
        """Return the removed passages that the derived stores may still hold."""
        return [row[0] for row in self._connection.execute("SELECT number FROM departed")]

    def forget_removed(self) -> None:
        """Call when the derived stores hold none of them any more."""
        self._connection.execute("DELETE FROM departed")

    def _insert(self, version: Version, draft: Draft, key: str, language: str) -> int:
        number = next(self._reserved)
        self._connection.execute(
            "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                number, version.id, draft.start, draft.end, version.text[draft.start : draft.end],
                draft.context, json.dumps(draft.sentences), language, key,
            ),
        )  # fmt: skip
        return number

    def _remove(self, numbers: list[int]) -> None:
        values = [(number,) for number in numbers]
        self._connection.executemany("INSERT INTO departed VALUES (?)", values)
        self._connection.executemany("DELETE FROM passages WHERE number = ?", values)


def _key(version: Version, draft: Draft) -> str:
    return hash_text(embedded_text(version.text[draft.start : draft.end], draft.context))
