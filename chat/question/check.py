"""The first step: whether there is a question that can be searched for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chat.account import Account
from chat.errors import QuestionRefused
from chat.types import Question
from chat.way import Ended, Gate

MOST_QUESTION_CHARS = 2_000


@dataclass(frozen=True)
class Refused(Ended):
    """Nothing was asked, or far too much."""

    error: QuestionRefused


@dataclass(frozen=True)
class Check(Gate[Question, Question, Refused]):
    """Lets a question through as it was typed, or refuses it."""

    name: ClassVar[str] = "check"

    def take(self, known: Question) -> Question | Refused:
        """Return the question, unless it cannot be searched for."""
        if not known.text.strip():
            return Refused(QuestionRefused("the question is empty; type one"))
        if len(known.text) > MOST_QUESTION_CHARS:
            return Refused(
                QuestionRefused(
                    f"the question has {len(known.text):,} characters, up to "
                    f"{MOST_QUESTION_CHARS:,} can be searched for; shorten it"
                )
            )
        return known

    def explain(self, known: Question, found: Question | Refused) -> Account | None:
        """Return nothing: who is refused is told by the error."""
        return None
