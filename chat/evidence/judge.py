"""The step that judges whether what could be quoted is enough of an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chat.account import Account, Dropped
from chat.evidence.choose import Choices
from chat.evidence.disagreement import Contrast
from chat.evidence.learned import load_weights
from chat.evidence.support import (
    Rule,
    find_missing_names,
    name_support,
    score_support,
    was_read,
)
from chat.phrases import QUOTED_CHARS, count, excerpt
from chat.retrieval.retrieve import Retrieved
from chat.settings import ChatSettings
from chat.types import Evidence, Support
from chat.way import Ended, Gate


@dataclass(frozen=True, slots=True)
class Verdict:
    """How well the evidence answers.

    Attributes:
        score: In [0, 1]; it orders questions and is no probability.
        support: The same in words.
        rule: What decided before the learnt model; None where that did.
    """

    score: float
    support: Support
    rule: Rule | None


@dataclass(frozen=True, slots=True)
class Supported:
    """Evidence that answers.

    Attributes:
        retrieved: Where it was chosen from.
        evidence: In the order in which the answer shows it.
        verdict: How well it answers.
        contrasts: Where another document gives another figure; empty until that is looked for.
    """

    retrieved: Retrieved
    evidence: tuple[Evidence, ...]
    verdict: Verdict
    contrasts: tuple[Contrast, ...] = ()


@dataclass(frozen=True)
class NotFound(Ended):
    """The corpus does not answer; `evidence` came nearest."""

    retrieved: Retrieved
    evidence: tuple[Evidence, ...]
    verdict: Verdict


@dataclass(frozen=True)
class Judge(Gate[Choices, Supported, NotFound]):
    """Lets evidence through that answers: see `chat.evidence.support`."""

    name: ClassVar[str] = "judge"
    settings: ChatSettings

    def take(self, known: Choices) -> Supported | NotFound:
        """Return the evidence with the verdict on it, or the end of the way."""
        retrieved, evidence = known.retrieved, known.evidence
        score, rule = score_support(retrieved, evidence, self.settings.least_coverage)
        verdict = Verdict(score, name_support(score, was_read(retrieved)), rule)
        if verdict.support == "weak":
            return NotFound(retrieved, evidence, verdict)
        return Supported(retrieved, evidence, verdict)

    def explain(self, known: Choices, found: Supported | NotFound) -> Account:
        """Return how well the evidence answers, on which scale, and what decided."""
        saw = count(len(known.evidence), "quotation") if known.evidence else "nothing to quote"
        if not known.evidence:
            return Account(self.name, saw, "nothing: the answer is “not found”")
        learnt = load_weights(was_read(known.retrieved))
        note = (
            f"How well the best quotation answers, from 0 (not at all) to 1 (fully): "
            f"{found.verdict.score:.2f}. From {learnt.not_found_below:.2f} on there is an answer, "
            f"from {learnt.strong_from:.2f} on its support is called strong."
        )
        if found.verdict.rule is not None:
            note = f"{self._tell_rule(known, found.verdict.rule)} {note}"
        if isinstance(found, NotFound):
            dropped = tuple(
                Dropped(f"“{excerpt(piece.quote, QUOTED_CHARS)}”", "does not answer well enough")
                for piece in found.evidence
            )
            return Account(self.name, saw, "nothing: the answer is “not found”", dropped, note)
        return Account(self.name, saw, f"{saw}, with {found.verdict.support} support", note=note)

    def _tell_rule(self, known: Choices, rule: Rule) -> str:
        if rule == "every_word":
            return (
                "Its passage and headings hold every word of the question, so there is an answer."
            )
        if rule == "name":
            names = ", ".join(f"“{name}”" for name in find_missing_names(known.retrieved))
            return f"No passage that was found holds {names}, so there is no answer."
        held = known.evidence[0].candidate.coverage
        return (
            f"Its passage holds {held:.0%} of what is asked for, counting rare words for more; "
            f"with less than {self.settings.least_coverage:.0%} (chat.least_coverage in "
            "settings.toml) there is no answer."
        )
