"""The catalog at one moment: one `Snapshot` is one read transaction."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from index.base import PassageNumbers
from index.catalog.embeddings import read_matrix
from index.catalog.passages import SearchedText, read_searched
from index.catalog.read import PASSAGE, CatalogReader
from index.catalog.rows import read_document, read_passages
from index.catalog.schema import FILE, connect, translate_sqlite_errors
from index.embedding.base import Matrix
from index.types import Document, Filter, Passage


@contextlib.contextmanager
def open_snapshot(directory: Path, generation: int | None = None) -> Iterator[Snapshot]:
    """Open one read transaction on the catalog of an index.

    Args:
        directory: Of the index.
        generation: What lived then is read; now if None.

    Yields:
        What is read through it agrees.

    Raises:
        GenerationUnknown: There was no such generation, or what lived then was pruned.
        PolicyChatError: Whatever `connect` raises.
    """
    connection = connect(directory)
    with contextlib.closing(connection), translate_sqlite_errors(directory / FILE):
        connection.execute("BEGIN")
        # BEGIN is deferred: the first SELECT is what fixes the moment that is read.
        yield Snapshot(connection, generation)


class Snapshot(CatalogReader):
    """What search and the derived stores ask of the catalog beyond what the two sides do."""

    def passages(self, numbers: Sequence[int]) -> dict[int, Passage]:
        """Return the live passages among these numbers; the others are not in the result."""
        # Without the sign SQLite would walk all that lives by its index instead of seeking numbers.
        among = f"{PASSAGE} WHERE +{self._living('p')} AND p.number IN (%s)"
        return dict(read_passages(self._select_among(among, numbers)))

    def find_versions(self, restriction: Filter) -> tuple[str, ...]:
        """Return the versions that live documents passing a filter show."""
        condition, values = self._condition(restriction)
        rows = self._execute(f"SELECT DISTINCT version FROM documents d WHERE {condition}", values)
        return tuple(row["version"] for row in rows)

    def documents_showing(
        self, versions: Sequence[str], restriction: Filter
    ) -> dict[str, list[Document]]:
        """Return, by version, the live documents that pass a filter, in order of id."""
        condition, values = self._condition(restriction)
        shown: dict[str, list[Document]] = {}
        rows = self._select_among(
            f"{self._document()} WHERE {condition} AND d.version IN (%s) ORDER BY d.id",
            versions,
            values,
        )
        for row in rows:
            shown.setdefault(row["version"], []).append(read_document(row))
        return shown

    def find_numbers(self, versions: Sequence[str]) -> PassageNumbers:
        """Return the numbers of the live passages of these versions, ascending."""
        rows = self._select_among(
            f"SELECT number FROM passages p WHERE {self._living('p')} AND version IN (%s)", versions
        )
        return np.sort(np.array([row["number"] for row in rows], dtype=np.int64))

    def live_numbers(self) -> PassageNumbers:
        """Return the numbers of all live passages, ascending."""
        rows = self._execute(
            f"SELECT number FROM passages p WHERE {self._living('p')} ORDER BY number"
        )
        return np.array([row["number"] for row in rows], dtype=np.int64)

    def searched(self) -> Iterator[SearchedText]:
        """Yield what is searched of every live passage, by number."""
        return read_searched(
            self._execute(f"{PASSAGE} WHERE {self._living('p')} ORDER BY p.number")
        )

    def load_matrix(self) -> tuple[PassageNumbers, Matrix]:
        """Return numbers and vectors, shape (passages, dimensions), of what is live, by number."""
        living = self._living("p")
        return read_matrix(self._connection, self.moment.fingerprint, self.dimensions, living)

    def removed_numbers(self) -> set[int]:
        """Return the removed passages that the derived stores may still hold."""
        return {row["number"] for row in self._execute("SELECT number FROM departed")}

    def languages(self) -> list[str]:
        """Return the languages that live passages are analysed in."""
        if self.is_past:
            rows = self._execute(
                f"SELECT DISTINCT language FROM passages p WHERE {self._living('p')} "
                "ORDER BY language"
            )
            return [row["language"] for row in rows]
        # From one language to the next in the index; DISTINCT would look at every passage.
        rows = self._execute(
            """WITH RECURSIVE used (language) AS (
                SELECT min(language) FROM passages WHERE died IS NULL
                UNION ALL
                SELECT (
                    SELECT min(p.language) FROM passages p
                    WHERE p.died IS NULL AND p.language > used.language
                ) FROM used WHERE used.language IS NOT NULL
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
            [self.moment.fingerprint],
        )
        return {row["number"]: np.frombuffer(row["vector"], dtype=np.float32) for row in rows}

    def count_searched(self, restriction: Filter) -> tuple[int, int]:
        """Return how many live documents and passages a filter lets through."""
        condition, values = self._condition(restriction)
        row = self._execute(
            f"""SELECT
                (SELECT count(*) FROM documents d WHERE {condition}) AS documents,
                (SELECT count(*) FROM passages p WHERE {self._living("p")} AND version IN
                    (SELECT version FROM documents d WHERE {condition})) AS passages""",
            [*values, *values],
        ).fetchone()
        return row["documents"], row["passages"]
