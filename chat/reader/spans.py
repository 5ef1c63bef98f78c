"""The best span among logits of starts and ends."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Logits = NDArray[np.float32]
# An answer longer than this is pointed at by its best part.
MOST_TOKENS = 30


def find_best_span(starts: Logits, ends: Logits) -> tuple[int, int, float]:
    """Return first and last token of the best span of at most MOST_TOKENS, and its sum of logits.

    `starts` and `ends` say how well an answer begins and ends at each token, shape (tokens,).

    Source: Devlin et al. 2019, section 4.3.
    """
    width = len(starts)
    rows, columns = np.indices((width, width), sparse=True)
    allowed = (columns >= rows) & (columns < rows + MOST_TOKENS)
    sums = np.where(allowed, starts[:, None] + ends[None, :], -np.inf)
    first, last = divmod(int(np.argmax(sums)), width)
    return first, last, float(sums[first, last])
