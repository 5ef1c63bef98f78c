"""From evidence to an answer. A writer names evidence; markers are resolved by us."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from chat.account import Account
from chat.evidence.judge import Supported
from chat.phrases import count
from chat.types import Evidence
from chat.way import Step


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


@dataclass(frozen=True, slots=True)
class Written:
    """An answer in words, before its quotations are compared with the stored text.

    Attributes:
        supported: What it rests on.
        sentences: In order, with markers from 1.
    """

    supported: Supported
    sentences: tuple[Sentence, ...]

    @property
    def evidence(self) -> list[Evidence]:
        """What each sentence rests on, in the order of the markers."""
        return [self.supported.evidence[sentence.evidence] for sentence in self.sentences]


@dataclass(frozen=True)
class Write(Step[Supported, Written]):
    """Has a writer put the evidence into words."""

    name: ClassVar[str] = "write"
    writer: Writer

    def take(self, known: Supported) -> Written:
        """Return the sentences of the answer."""
        sentences = self.writer.write(known.retrieved.question, known.evidence)
        return Written(known, tuple(sentences))

    def explain(self, known: Supported, found: Written) -> Account:
        """Return whether the evidence stands word for word."""
        pairs = zip(found.sentences, found.evidence, strict=True)
        kept = f"{count(len(found.sentences), 'sentence')}, each resting on one of them"
        if all(sentence.text == piece.quote for sentence, piece in pairs):
            kept = (
                f"{count(len(found.sentences), 'quotation')}, word for word: nothing is rephrased"
            )
        return Account(self.name, count(len(known.evidence), "quotation"), kept)
