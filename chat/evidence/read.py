"""The first passages, read by the reader, each kept with what it said; their order stays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol

from chat.account import Account, Dropped
from chat.errors import ReaderUnavailable
from chat.phrases import count
from chat.reader.reader import Reader
from chat.reader.reading import Reading, Text
from chat.retrieval.retrieve import Retrieved
from chat.settings import ReaderSettings
from chat.types import Candidate
from chat.way import Step

# Read first; if one of them surely answers, the others are not read.
FIRST = 4
DECISIVE = 0.98
_NAMED = 3


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


@dataclass(frozen=True)
class Read(Step[Retrieved, Retrieved]):
    """Has the first passages read; without a reader, or its weights, they go on unread."""

    name: ClassVar[str] = "read"
    reader: PassageReader | None
    settings: ReaderSettings

    def take(self, known: Retrieved) -> Retrieved:
        """Return the passages in their order, those that were read with their readings."""
        if self.reader is None:
            return known
        try:
            candidates = read(self.reader, self.settings, known.question, known.candidates)
        except ReaderUnavailable as error:
            # An answer from search alone is better than none.
            return replace(known, unread=str(error))
        return replace(known, candidates=tuple(candidates))

    def explain(self, known: Retrieved, found: Retrieved) -> Account | None:
        """Return how many were read and which answer; nothing where the reader is off."""
        saw = count(len(known.candidates), "passage")
        if found.unread:
            return Account(self.name, saw, "all of them, unread", note=found.unread)
        were_read = [(c, c.reading) for c in found.candidates if c.reading is not None]
        if not were_read:
            return None
        surest = sorted(were_read, key=lambda pair: -pair[1].answers)[:_NAMED]
        told = "; ".join(f"“{c.place}” ({reading.answers:.2f})" for c, reading in surest)
        return Account(
            self.name,
            saw,
            f"{count(len(were_read), 'passage')}, each read beside the question",
            self._tell_unread(len(found.candidates), len(were_read)),
            f"Whether a passage answers, from 0 (surely not) to 1 (surely), in the judgement of "
            f"the reader (a small model on this machine): {told}.",
        )

    def _tell_unread(self, found: int, were_read: int) -> tuple[Dropped, ...]:
        if found == were_read:
            return ()
        why = f"behind the first {self.settings.depth:,}, from which the answer is chosen"
        if were_read < min(self.settings.depth, found):
            why = "no need to read them: one of the first answers almost surely"
        return (Dropped(count(found - were_read, "passage"), why),)
