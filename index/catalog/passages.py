"""The passages that are live, their numbers, and those that the derived stores may still hold."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.catalog.embeddings import text_sha256
from index.types import Draft, embedded_text
from index.version import Version


@dataclass(frozen=True, slots=True)
class Stored:
    """What the derived stores need of a passage: see `Passages.stored`."""

    number: int
    version: str
    embedded_text: str
    language: str
    key: str


class Passages:
    """The tables of passages, for the writer: see `index.catalog.write`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._reserved: Iterator[int] = iter(())

    def reserve(self, count: int) -> None:
        """Take passage numbers out of use for ever: see `index.catalog.write.Ledger.reserve`."""
        execute = self._connection.execute
        row = execute("SELECT seq FROM sqlite_sequence WHERE name = 'passages'").fetchone()
        last = row[0] if row else 0
        if row is None:
            execute("INSERT INTO sqlite_sequence VALUES ('passages', 0)")
        execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'passages'", (last + count,))
        self._reserved = iter(range(last + 1, last + 1 + count))

    def put(self, version: Version, drafts: Sequence[Draft], language: str) -> list[int]:
        """Make these the passages of a version; those that it has already are kept.

        Args:
            version: One that is stored.
            drafts: No more than `reserve` was asked for.
            language: By whose rules their words are analysed, ISO 639-1.

        Returns:
            The numbers of the passages that are new.
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
                self._depart([row["number"]])
        return [self._insert(version, draft, key, language) for draft, key in wanted.values()]

    def bury(self, version: str) -> None:
        """Let the passages of a version go unless another live document shows it."""
        shown = self._connection.execute(
            "SELECT 1 FROM documents WHERE version = ? AND removed_at IS NULL", (version,)
        ).fetchone()
        if shown is None:
            rows = self._connection.execute(
                "SELECT number FROM passages WHERE version = ?", (version,)
            )
            self._depart([row["number"] for row in rows.fetchall()])

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

    def departed(self) -> list[int]:
        """Return the passages that the derived stores may still hold."""
        return [row[0] for row in self._connection.execute("SELECT number FROM departed")]

    def forget_departed(self) -> None:
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

    def _depart(self, numbers: list[int]) -> None:
        values = [(number,) for number in numbers]
        self._connection.executemany("INSERT INTO departed VALUES (?)", values)
        self._connection.executemany("DELETE FROM passages WHERE number = ?", values)


def _key(version: Version, draft: Draft) -> str:
    return text_sha256(embedded_text(version.text[draft.start : draft.end], draft.context))
