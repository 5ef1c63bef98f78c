"""The vectors of texts, stored under the embedder that made them."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence

import numpy as np

from index.base import PassageNumbers
from index.catalog.rows import select_among
from index.embedding.base import Matrix


def hash_text(text: str) -> str:
    """Return the key of an embedded text."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


class EmbeddingTable:
    """What the writer of the catalog does with embeddings; `keys` are of `hash_text`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def put(self, fingerprint: str, keys: Sequence[str], vectors: Matrix) -> None:
        """Keep vectors by the text they embed."""
        self._connection.executemany(
            "INSERT OR IGNORE INTO embeddings VALUES (?, ?, ?)",
            [(fingerprint, key, row.tobytes()) for key, row in zip(keys, vectors, strict=True)],
        )

    def find(self, fingerprint: str, keys: Sequence[str]) -> dict[str, Matrix]:
        """Return the stored vectors among these keys."""
        rows = select_among(
            self._connection,
            """SELECT text_sha256, vector FROM embeddings
            WHERE fingerprint = ? AND text_sha256 IN (%s)""",
            keys,
            [fingerprint],
        )
        return {row["text_sha256"]: np.frombuffer(row["vector"], np.float32) for row in rows}

    def find_dimensions(self, fingerprint: str) -> int:
        """Return the length of the stored vectors of an embedder, 0 if there is none."""
        row = self._connection.execute(
            "SELECT length(vector) / 4 FROM embeddings WHERE fingerprint = ? LIMIT 1",
            (fingerprint,),
        ).fetchone()
        return int(row[0]) if row else 0

    def load_matrix(self, fingerprint: str, dimensions: int) -> tuple[PassageNumbers, Matrix]:
        """Return the numbers and vectors of every live passage that has one of this embedder."""
        return read_matrix(self._connection, fingerprint, dimensions, "p.died IS NULL")


def read_matrix(
    connection: sqlite3.Connection, fingerprint: str, dimensions: int, living: str
) -> tuple[PassageNumbers, Matrix]:
    """Return numbers and vectors of the passages `p` of a condition that have one, by number."""
    rows = connection.execute(
        f"""SELECT p.number, e.vector FROM passages p
        JOIN embeddings e ON e.text_sha256 = p.embedded_sha256 AND e.fingerprint = ?
        WHERE {living} ORDER BY p.number""",
        (fingerprint,),
    ).fetchall()
    numbers = np.array([row["number"] for row in rows], dtype=np.int64)
    flat = np.frombuffer(b"".join(row["vector"] for row in rows), dtype=np.float32)
    return numbers, flat.reshape(len(rows), dimensions)
