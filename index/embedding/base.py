"""What turns texts into vectors: the protocol, and the refusal of another one than the index's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from index.errors import EmbedderMismatch

TextKind = Literal["query", "passage"]
Matrix = NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into vectors whose inner product is their likeness."""

    @property
    def fingerprint(self) -> str:
        """Names model, weights and prompts; vectors of two fingerprints are never compared."""

    def encode(self, texts: Sequence[str], kind: TextKind) -> Matrix:
        """Return float32, shape (len(texts), dimensions), unit L2 norm; deterministic.

        Args:
            texts: Any strings, the empty one included.
            kind: Questions and passages may need different prompts.

        Returns:
            One row a text, in the order given.
        """


def make_mismatch_error(found: str, embedder: Embedder) -> EmbedderMismatch:
    """Return the one line for an index that another embedder's fingerprint was found in."""
    return EmbedderMismatch(
        f"the index was made by {found}, the settings name {embedder.fingerprint}; run "
        "`python -m ingest --reembed` to embed every passage anew, or set [embedder] in "
        "settings.toml back"
    )
