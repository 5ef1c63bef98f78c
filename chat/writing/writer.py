"""From evidence to an answer. A writer names evidence; markers are resolved by us."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from chat.types import Evidence


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer and the evidence it rests on.

    Attributes:
        text: As it will be shown.
        evidence: Position in the evidence that the writer was given.
    """

    text: str
    evidence: int


class Writer(Protocol):
    """Puts evidence into words."""

    def write(self, question: str, evidence: Sequence[Evidence]) -> list[Sentence]:
        """Return sentences in order, each resting on one piece of the evidence.

        Args:
            question: Complete in itself.
            evidence: In the order in which the answer shows it; never empty.

        Returns:
            At least one sentence.
        """


class VerbatimWriter:
    """Shows the evidence as it stands: nothing can be invented."""

    def write(self, question: str, evidence: Sequence[Evidence]) -> list[Sentence]:
        """Return one sentence for each piece of evidence, word for word."""
        return [Sentence(piece.quote, number) for number, piece in enumerate(evidence)]
