"""Vectors kept from run to run, so that an ablation of the chunker embeds only what is new."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from index.embedding.base import Embedder, Matrix, TextKind


class VectorCache:
    """An embedder that asks another one only for passages it has not seen."""

    def __init__(self, embedder: Embedder, connection: sqlite3.Connection) -> None:
        self.embedder = embedder
        self.remembered = 0
        self._connection = connection
        connection.execute(
            "CREATE TABLE IF NOT EXISTS vectors (fingerprint TEXT, text TEXT, vector BLOB, "
            "PRIMARY KEY (fingerprint, text)) WITHOUT ROWID"
        )

    @classmethod
    @contextlib.contextmanager
    def open(cls, folder: Path, embedder: Embedder) -> Iterator[VectorCache]:
        """Yield a cache in a folder, which is made if it is not there."""
        folder.mkdir(parents=True, exist_ok=True)
        with contextlib.closing(
            sqlite3.connect(folder / "vectors.sqlite", timeout=600)
        ) as connection:
            yield cls(embedder, connection)

    @property
    def fingerprint(self) -> str:
        """Names the other embedder's weights: the vectors are its own."""
        return self.embedder.fingerprint

    def encode(self, texts: Sequence[str], kind: TextKind) -> Matrix:
        """Return float32, shape (len(texts), dimensions), unit L2 norm."""
        if kind == "query" or not texts:
            return self.embedder.encode(texts, kind)
        keys = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
        known = self._find_known(keys)
        self.remembered += len(known)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            made = self.embedder.encode(list(missing.values()), kind)
            known.update(zip(missing, made, strict=True))
            with self._connection:
                self._connection.executemany(
                    "INSERT OR IGNORE INTO vectors VALUES (?, ?, ?)",
                    [(self.fingerprint, key, known[key].tobytes()) for key in missing],
                )
        return np.stack([known[key] for key in keys])

    def _find_known(self, keys: Sequence[str]) -> dict[str, Matrix]:
        found: dict[str, Matrix] = {}
        for key in dict.fromkeys(keys):
            row = self._connection.execute(
                "SELECT vector FROM vectors WHERE fingerprint = ? AND text = ?",
                (self.fingerprint, key),
            ).fetchone()
            if row:
                found[key] = np.frombuffer(row[0], dtype=np.float32)
        return found
