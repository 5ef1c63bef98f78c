"""The vectors of texts, stored under the embedder that made them."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def text_sha256(text: str) -> str:
    """Return the key of an embedded text."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


class Embeddings:
    """The table of embeddings, for the writer: see `index.catalog.write`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put(self, fingerprint: str, keys: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Keep vectors by the text they embed."""
        self._connection.executemany(
            "INSERT OR IGNORE INTO embeddings VALUES (?, ?, ?)",
            [(fingerprint, key, row.tobytes()) for key, row in zip(keys, vectors, strict=True)],
        )

    def of(self, fingerprint: str, keys: Sequence[str]) -> dict[str, NDArray[np.float32]]:
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

    def dimensions_of(self, fingerprint: str) -> int:
        """Return the length of the stored vectors of an embedder, 0 if there is none."""
        row = self._connection.execute(
            "SELECT length(vector) / 4 FROM embeddings WHERE fingerprint = ? LIMIT 1",
            (fingerprint,),
        ).fetchone()
        return int(row[0]) if row else 0

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
