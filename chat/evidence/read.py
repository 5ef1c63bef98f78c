"""The first passages, read by the reader: ranked again, and kept with what it said of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from chat.evidence.support import weights
from chat.reader.reader import Reader, Reading, Text
from chat.retrieval.rerank import mixed
from chat.settings import ReaderSettings
from chat.types import Candidate

# Read first; if one of them surely answers, the others are not read.
FIRST = 4
DECISIVE = 0.98


class Reads(Protocol):
    """What `chat.reader.reader.Reader` does."""

    def read(self, question: str, texts: Sequence[Text]) -> list[Reading]:
        """Return what is said of each passage, in order."""


def configured(settings: ReaderSettings) -> Reader | None:
    """Return the reader, None where it is switched off."""
    return Reader() if settings.enabled else None


def read(
    reader: Reads,
    settings: ReaderSettings,
    question: str,
    candidates: Sequence[Candidate],
    weight: float | None = None,
) -> list[Candidate]:
    """Return the candidates with their readings, ranked with them.

    Args:
        reader: Reads question and passage together.
        settings: How many are read.
        question: Complete in itself.
        candidates: Best first.
        weight: How much the reader counts for the order, in [0, 1]; the learnt number if None.

    Returns:
        As many, best first; those that were not read keep their place behind those that were.

    Raises:
        ReaderUnavailable: The reader's weights cannot be loaded.
    """
    texts = [Text(c.hit.passage.context, c.hit.passage.text) for c in candidates[: settings.depth]]
    readings = reader.read(question, texts[:FIRST])
    if max((reading.answers for reading in readings), default=1.0) < DECISIVE:
        readings += reader.read(question, texts[FIRST:])
    count = len(readings)
    known = [replace(c, reading=r) for c, r in zip(candidates[:count], readings, strict=True)]
    relevance = [reading.relevance for reading in readings]
    counts = weights(read=True).relevance if weight is None else weight
    return mixed(known, relevance, counts, candidates[count:])
