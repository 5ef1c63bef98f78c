"""What the reader says of passages: how relevant, whether they answer, and with which words."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from chat.errors import ReaderUnavailable
from chat.reader.spans import Logits, best_span
from index.embedding.batches import batches
from index.embedding.precision import bfloat16_is_fast
from index.errors import first_line

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from chat.reader.model import Outputs, Pair, ReaderNetwork

FOLDER = Path(__file__).with_name("weights")
BATCH_PAIRS = 24
# About what twenty questions with all their passages leave.
REMEMBERED = 600


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
        relevance: In [0, 1], by itself; for ranking.
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
        return self._best(start, end)[0]

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """Return the best span in a stretch, as half-open offsets in the passage.

        Args:
            start: Half-open offsets in the passage.
            end: See start.

        Returns:
            None where no token stands there.
        """
        _, first, last = self._best(start, end)
        if last < 0:
            return None
        return int(self.offsets[first, 0]), int(self.offsets[last, 1])

    def _best(self, start: int, end: int) -> tuple[float, int, int]:
        inside = np.flatnonzero((self.offsets[:, 0] >= start) & (self.offsets[:, 1] <= end))
        if not len(inside):
            return -math.inf, -1, -1
        stretch = slice(int(inside[0]), int(inside[-1]) + 1)
        first, last, score = best_span(self.starts[stretch], self.ends[stretch])
        return score, stretch.start + first, stretch.start + last


class Reader:
    """Reads question and passage together with the weights in a folder; loads when first needed.

    Safe to share between threads. What was read is remembered: the same question comes again when
    a page is drawn anew.

    Args:
        folder: See `chat.reader.model.save`.
        remembered: Readings that are kept, at most.

    Attributes:
        folder: See above.
        remembered: See above.
    """

    def __init__(self, folder: Path = FOLDER, remembered: int = REMEMBERED) -> None:
        self.folder = folder
        self.remembered = remembered
        self._loaded: tuple[ReaderNetwork, Tokenizer] | None = None
        self._lock = threading.Lock()
        self._remembered: OrderedDict[tuple[str, Text], Reading] = OrderedDict()

    def read(self, question: str, texts: Sequence[Text]) -> list[Reading]:
        """Read passages.

        Args:
            question: Complete in itself.
            texts: Any number.

        Returns:
            One for each, in order.

        Raises:
            ReaderUnavailable: The weights are missing or damaged.
        """
        with self._lock:
            known = {t: r for t in texts if (r := self._remembered.get((question, t)))}
            missing = [text for text in dict.fromkeys(texts) if text not in known]
            if missing:
                known |= zip(missing, self._read(question, missing), strict=True)
            for text in texts:
                self._remembered[question, text] = known[text]
                self._remembered.move_to_end((question, text))
            while len(self._remembered) > self.remembered:
                self._remembered.popitem(last=False)
        return [known[text] for text in texts]

    def _read(self, question: str, texts: Sequence[Text]) -> list[Reading]:
        import torch

        from chat.reader import model

        self._loaded = self._loaded or _load(self.folder)
        network, tokens = self._loaded
        pairs = model.encode(tokens, [(question, t.headings, t.passage) for t in texts])
        found: dict[int, Reading] = {}
        with torch.inference_mode():
            for batch in batches([len(t.headings) + len(t.passage) for t in texts], BATCH_PAIRS):
                outputs = network(model.padded([pairs[number] for number in batch]))
                for row, number in enumerate(batch):
                    found[number] = _reading(pairs[number], outputs, row)
        return [found[number] for number in range(len(texts))]


def _reading(pair: Pair, outputs: Outputs, row: int) -> Reading:
    places = [n for n, (_, end) in enumerate(pair.offsets) if end]
    starts, ends = outputs.starts[row].numpy(), outputs.ends[row].numpy()
    return Reading(
        relevance=float(outputs.relevance[row].sigmoid()),
        answers=float(outputs.answers[row].sigmoid()),
        offsets=np.array([pair.offsets[n] for n in places], dtype=np.int64).reshape(-1, 2),
        starts=starts[places] - starts[0],
        ends=ends[places] - ends[0],
    )


def _load(folder: Path) -> tuple[ReaderNetwork, Tokenizer]:
    import torch

    from chat.reader import model

    dtype = torch.bfloat16 if bfloat16_is_fast() else torch.float32
    try:
        return model.load(folder, dtype), model.tokenizer(folder)
    except Exception as error:  # three libraries, each with errors of its own
        raise ReaderUnavailable(
            f"{folder}: the reader's weights cannot be loaded ({first_line(error)}); put there "
            "what `python -m benchmarks.training.train` leaves, or set reader.enabled = false in "
            "settings.toml"
        ) from error
