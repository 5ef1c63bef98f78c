"""The best span among logits of starts and ends."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Logits = NDArray[np.float32]
# An answer longer than this is pointed at by its best part.
MOST_TOKENS = 30


def best_span(starts: Logits, ends: Logits) -> tuple[int, int, float]:
    """Return the best span of at most MOST_TOKENS.

    Args:
        starts: How well an answer begins at each token, shape (tokens,), at least one.
        ends: How well it ends there, likewise.

    Returns:
        First and last token, and the sum of their logits.

    Source: Devlin et al. 2019, section 4.3.
    """
    width = len(starts)
    rows, columns = np.indices((width, width), sparse=True)
    allowed = (columns >= rows) & (columns < rows + MOST_TOKENS)
    sums = np.where(allowed, starts[:, None] + ends[None, :], -np.inf)
    first, last = divmod(int(np.argmax(sums)), width)
    return first, last, float(sums[first, last])
