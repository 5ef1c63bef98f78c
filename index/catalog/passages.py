"""The passages, from the generation of their birth to that of their death, and their numbers."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from index.catalog.embeddings import hash_text
from index.catalog.rows import PASSAGE_TEXT, select_among
from index.types import Passage, embedded_text

_COLUMNS = 'version, start, "end", text, context, sentences, language, embedded_sha256'
_LIVING = "SELECT p.*, p.text AS own_text FROM passages p WHERE p.died IS NULL"
_KEPT = f"""SELECT p.*, {PASSAGE_TEXT} AS own_text
    FROM passages p JOIN versions v ON v.id = p.version"""


@dataclass(frozen=True, slots=True)
class SearchedText:
    """What is searched of a passage: `text` is that of `Passage.embedded`."""

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
        last = row[0]
        execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'passages'", (last + count,))
        self._reserved = iter(range(last + 1, last + 1 + count))

    def put(
        self, version: str, passages: Sequence[Passage], language: str, generation: int
    ) -> list[int]:
        """Make these the live passages of a stored version; return the numbers of the new ones.

        Those that live already are kept. `language` (ISO 639-1) names the rules by which their
        words are analysed; there are no more passages than `reserve` was asked for.
        """
        wanted = {(p.start, p.end): (p, hash_text(p.embedded)) for p in passages}
        for row in self._live(version):
            span = (row["start"], row["end"])
            kept = wanted.get(span)
            if kept and kept[1] == row["embedded_sha256"] and language == row["language"]:
                self._connection.execute(
                    "UPDATE passages SET sentences = ? WHERE number = ?",
                    (json.dumps(kept[0].sentences), row["number"]),
                )
                del wanted[span]
            else:
                self._end([row], generation)
        return [
            self._insert(
                (
                    p.version, p.start, p.end, p.text, p.context, json.dumps(p.sentences), language,
                    key,
                ),
                generation,
            )
            for p, key in wanted.values()
        ]  # fmt: skip

    def restore(self, version: str, generation: int) -> list[int]:
        """Let the passages that a version had last live again, under new numbers."""
        if self._live(version):
            return []
        return [
            self._insert(
                (
                    version, row["start"], row["end"], row["own_text"], row["context"],
                    row["sentences"], row["language"], row["embedded_sha256"],
                ),
                generation,
            )
            for row in self._last(version)
        ]  # fmt: skip

    def read_last(self, version: str) -> list[str]:
        """Return what was searched of each passage that `restore` lets live again, or may."""
        rows = self._live(version) or self._last(version)
        return [embedded_text(row["own_text"], row["context"]) for row in rows]

    def end_unshown(self, version: str, generation: int) -> None:
        """Let the passages of a version die unless a live document shows it."""
        live = "SELECT 1 FROM documents WHERE version = ? AND died IS NULL"
        if self._connection.execute(live, (version,)).fetchone() is None:
            self._end(self._live(version), generation)

    def read(self, numbers: Sequence[int]) -> Iterator[SearchedText]:
        """Yield the live passages among these numbers, by number."""
        # Without the sign SQLite would walk all that lives by its index instead of seeking numbers.
        among = _LIVING.replace("p.died", "+p.died") + " AND p.number IN (%s) ORDER BY p.number"
        return read_searched(select_among(self._connection, among, sorted(numbers)))

    def read_live(self) -> Iterator[SearchedText]:
        """Yield all live passages, by number."""
        return read_searched(self._connection.execute(f"{_LIVING} ORDER BY p.number"))

    def read_kept(self) -> Iterator[SearchedText]:
        """Yield all passages that are kept, live or not, by number."""
        return read_searched(self._connection.execute(f"{_KEPT} ORDER BY p.number"))

    def find_departed(self) -> list[int]:
        """Return the passages that died and that the derived stores may still hold."""
        return [row[0] for row in self._connection.execute("SELECT number FROM departed")]

    def forget_departed(self) -> None:
        """Call when the derived stores hold none of them any more."""
        self._connection.execute("DELETE FROM departed")

    def _live(self, version: str) -> list[sqlite3.Row]:
        return self._connection.execute(f"{_LIVING} AND p.version = ?", (version,)).fetchall()

    def _last(self, version: str) -> list[sqlite3.Row]:
        """Return those that died last."""
        return self._connection.execute(
            f"""{_KEPT} WHERE p.version = ?1 AND p.died =
                (SELECT max(died) FROM passages WHERE version = ?1)
            ORDER BY p.start""",
            (version,),
        ).fetchall()

    def _insert(self, values: tuple[object, ...], generation: int) -> int:
        number = next(self._reserved)
        self._connection.execute(
            f"""INSERT INTO passages (number, born, {_COLUMNS})
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (number, generation, *values),
        )
        return number

    def _end(self, rows: Sequence[sqlite3.Row], generation: int) -> None:
        # What was born in this very commit has never lived.
        never = [(row["number"],) for row in rows if row["born"] == generation]
        ended = [(generation, row["number"]) for row in rows if row["born"] != generation]
        self._connection.executemany("DELETE FROM passages WHERE number = ?", never)
        self._connection.executemany(
            "UPDATE passages SET died = ?, text = '' WHERE number = ?", ended
        )
        self._connection.executemany("INSERT INTO departed VALUES (?)", [(n,) for _, n in ended])


def read_searched(rows: Iterable[sqlite3.Row]) -> Iterator[SearchedText]:
    """Yield what is searched of rows of `passages` with `own_text`."""
    for row in rows:
        text = embedded_text(row["own_text"], row["context"])
        yield SearchedText(row["number"], row["version"], text, row["language"])
