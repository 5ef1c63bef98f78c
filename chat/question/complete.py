"""The step that completes a follow-up question from the turns before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chat.account import Account
from chat.phrases import count
from chat.question.followup import understand
from chat.types import Question
from chat.way import Step
from index.embedding.base import Embedder
from index.types import Filter


@dataclass(frozen=True, slots=True)
class Completed:
    """A question that stands by itself.

    Attributes:
        question: What is searched for: as typed, or completed from the conversation.
        context: Words of the conversation that count as well; "" for none.
        restriction: Which documents to search.
    """

    question: str
    context: str
    restriction: Filter


@dataclass(frozen=True)
class Complete(Step[Question, Completed]):
    """Completes a follow-up without a language model: see `chat.question.followup`."""

    name: ClassVar[str] = "complete"
    embedder: Embedder

    def take(self, known: Question) -> Completed:
        """Return what the question means after the turns before it."""
        understood = understand(known.text, known.history, self.embedder)
        context = understood.context if known.history else known.context
        return Completed(understood.question, context, known.restriction)

    def explain(self, known: Question, found: Completed) -> Account | None:
        """Return what was taken from the conversation; nothing where there was none."""
        if not known.history and not found.context:
            return None
        typed = known.text.strip()
        earlier = sum(turn.role == "user" for turn in known.history)
        after = f", asked after {count(earlier, 'other question')}" if earlier else ""
        completed = f"the question completed from the conversation: “{found.question}”"
        words = ", ".join(found.context.split())
        return Account(
            self.name,
            saw=f"“{typed}”{after}",
            kept="the question as it was typed" if found.question == typed else completed,
            note=f"These words from before count a little as well: {words}." if words else "",
        )
