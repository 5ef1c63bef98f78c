"""The step that sets differing figures of other documents beside the evidence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from chat.account import Account
from chat.evidence.disagreement import PASSAGES, Encode, find_contrasts, insert_contrasts
from chat.evidence.judge import Supported
from chat.phrases import count
from chat.question.kinds import classify_question
from chat.way import Step


@dataclass(frozen=True)
class Compare(Step[Supported, Supported]):
    """Looks for other figures of what is quoted: see `chat.evidence.disagreement`."""

    name: ClassVar[str] = "compare"
    encode: Encode

    def take(self, known: Supported) -> Supported:
        """Return the evidence, the other side of each contrast right behind its own."""
        contrasts = find_contrasts(known.retrieved, known.evidence, self.encode)
        evidence = insert_contrasts(known.evidence, contrasts)
        return replace(known, evidence=tuple(evidence), contrasts=tuple(contrasts))

    def explain(self, known: Supported, found: Supported) -> Account | None:
        """Return which figures differ; nothing where no number was asked for and none does."""
        if not found.contrasts and classify_question(known.retrieved.question) != "number":
            return None
        looked = min(PASSAGES, len(known.retrieved.candidates))
        saw = (
            f"{count(len(known.evidence), 'quotation')}, and the first {looked:,} passages for "
            "other figures of the same thing"
        )
        if not found.contrasts:
            kept = f"{count(len(found.evidence), 'quotation')}: no other figure was found"
            return Account(self.name, saw, kept)
        told = "; ".join(
            f"“{own}” in “{c.first.candidate.place}”, “{other}” in “{c.second.candidate.place}”"
            for c in found.contrasts
            for own, other in [c.figures]
        )
        return Account(
            self.name,
            saw,
            f"{count(len(found.evidence), 'quotation')}, with the differing ones side by side",
            note=f"The sources differ: {told}. Which of them is right is not judged.",
        )
