"""The first passages, read by the reader, each kept with what it said; their order stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from chat.reader.reader import Reader
from chat.reader.reading import Reading, Text
from chat.settings import ReaderSettings
from chat.types import Candidate

# Read first; if one of them surely answers, the others are not read.
FIRST = 4
DECISIVE = 0.98


class PassageReader(Protocol):
    """Reads passages beside a question; `chat.reader.reader.Reader` is one."""

    def read(self, question: str, texts: Sequence[Text]) -> list[Reading]:
        """Return what is said of each passage, in order.

        Args:
            question: Complete in itself.
            texts: Any number.

        Returns:
            As many.

        Raises:
            ReaderUnavailable: Its weights cannot be loaded.
        """


def make_reader(settings: ReaderSettings) -> Reader | None:
    """Return the reader, None where it is switched off."""
    return Reader() if settings.enabled else None


def read(
    reader: PassageReader, settings: ReaderSettings, question: str, candidates: Sequence[Candidate]
) -> list[Candidate]:
    """Return the candidates, the first ones with their readings, in the order in which they came.

    Args:
        reader: Reads question and passage together.
        settings: How many are read, at most.
        question: Complete in itself.
        candidates: Best first.

    Returns:
        As many; fewer are read where one of the first surely answers.

    Raises:
        ReaderUnavailable: The reader's weights cannot be loaded.
    """
    texts = [Text(c.hit.passage.context, c.hit.passage.text) for c in candidates[: settings.depth]]
    readings = reader.read(question, texts[:FIRST])
    if max((reading.answers for reading in readings), default=1.0) < DECISIVE:
        readings += reader.read(question, texts[FIRST:])
    count = len(readings)
    known = [replace(c, reading=r) for c, r in zip(candidates[:count], readings, strict=True)]
    return [*known, *candidates[count:]]
