"""The reader: loads its weights when first needed, reads, and remembers what it has read."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from chat.errors import ReaderUnavailable
from chat.reader.reading import Reading, Text
from index.computing.batches import plan_batches
from index.computing.libraries import prepare
from index.computing.precision import bfloat16_is_fast
from index.computing.turns import TURNS
from index.errors import first_line

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from chat.reader.model import Outputs, ReaderNetwork, TokenPair

FOLDER = Path(__file__).with_name("weights")
# About what twenty questions with all their passages leave.
REMEMBERED = 600


class Reader:
    """Reads question and passage together with the weights in a folder; loads when first needed.

    Safe to share between threads. What was read is remembered: the same question comes again when
    a page is drawn anew.

    Args:
        folder: Holds the weights as `python -m benchmarks.training.train` leaves them.
        remembered: Readings that are kept, at most.
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
        prepare()
        import torch

        from chat.reader import model

        self._loaded = self._loaded or _load(self.folder)
        network, tokenizer = self._loaded
        pairs = model.encode(tokenizer, [(question, t.headings, t.passage) for t in texts])
        found: dict[int, Reading] = {}
        for batch in plan_batches([len(pair.ids) for pair in pairs]):
            with TURNS.compute(), torch.inference_mode():
                outputs = network(model.pad_pairs([pairs[number] for number in batch]))
            for row, number in enumerate(batch):
                found[number] = _make_reading(pairs[number], outputs, row)
        return [found[number] for number in range(len(texts))]


def _make_reading(pair: TokenPair, outputs: Outputs, row: int) -> Reading:
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
    prepare()
    import torch

    from chat.reader import model

    dtype = torch.bfloat16 if bfloat16_is_fast() else torch.float32
    try:
        return model.load(folder, dtype), model.load_tokenizer(folder)
    except Exception as error:  # three libraries, each with errors of its own
        raise ReaderUnavailable(
            f"{folder}: the reader's weights cannot be loaded ({first_line(error)}); put there "
            "what `python -m benchmarks.training.train` leaves, or set reader.enabled = false in "
            "settings.toml"
        ) from error
