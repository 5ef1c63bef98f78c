"""What the reader is given and what it says; imports no model, so that `chat.types` may name it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from chat.reader.spans import Logits, find_best_span


@dataclass(frozen=True, slots=True)
class Text:
    """A passage as it is read.

    Attributes:
        headings: Read with the passage, never pointed at; "" for none.
        passage: What is read.
    """

    headings: str
    passage: str


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What the reader says of one passage.

    Attributes:
        relevance: In [0, 1], by itself; nothing uses it for the order of passages yet.
        answers: In [0, 1]: whether the passage answers.
        offsets: Of its tokens in the passage, half-open, int64, shape (tokens, 2).
        starts: How much better than none an answer is that begins at each token, float32, shape
            (tokens,).
        ends: The same for its end.
    """

    relevance: float
    answers: float
    offsets: NDArray[np.int64]
    starts: Logits
    ends: Logits

    def margin(self, start: int, end: int) -> float:
        """Return how much better the best span in a stretch is than none.

        Args:
            start: Half-open offsets in the passage.
            end: See start.

        Returns:
            A sum of two logits; minus infinity where no token stands there.
        """
        return self._find_best(start, end)[0]

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the best span in a stretch, as half-open offsets in the passage.

        Args:
            start: Half-open offsets in the passage.
            end: See start.

        Returns:
            None where no token stands there.
        """
        _, first, last = self._find_best(start, end)
        if last < 0:
            return None
        return int(self.offsets[first, 0]), int(self.offsets[last, 1])

    def _find_best(self, start: int, end: int) -> tuple[float, int, int]:
        inside = np.flatnonzero((self.offsets[:, 0] >= start) & (self.offsets[:, 1] <= end))
        if not len(inside):
            return -math.inf, -1, -1
        stretch = slice(int(inside[0]), int(inside[-1]) + 1)
        first, last, score = find_best_span(self.starts[stretch], self.ends[stretch])
        return score, stretch.start + first, stretch.start + last
