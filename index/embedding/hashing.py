"""Texts to vectors without a model, for tests and for measuring everything but the model."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

import numpy as np

from index.embedding.base import Matrix, TextKind


class HashingEmbedder:
    """Words hashed into signed buckets: fast, deterministic and without a model, for unit tests."""

    def __init__(self, dimensions: int = 64) -> None:
        self.dimensions = dimensions

    @property
    def fingerprint(self) -> str:
        """Names the number of buckets."""
        return f"hashing-{self.dimensions}@1"

    def encode(self, texts: Sequence[str], kind: TextKind) -> Matrix:
        """Return float32, shape (len(texts), dimensions), unit L2 norm.

        Source: Weinberger et al. 2009, feature hashing with a sign bit.
        """
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for row, text in enumerate(texts):
            for word in re.findall(r"\w+", text.lower()) or [""]:
                digest = hashlib.blake2b(word.encode(), digest_size=8).digest()
                bucket = int.from_bytes(digest[:4], "little") % self.dimensions
                vectors[row, bucket] += 1.0 if digest[4] & 1 else -1.0
            if not vectors[row].any():
                vectors[row, 0] = 1.0
        unit: Matrix = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit
