"""What an Ask page remembers between two runs of its script."""

from __future__ import annotations

from dataclasses import dataclass, field

from chat.types import Answer, Citation, Turn
from index.types import Filter


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and what came of it: an answer, or the one line of an error.

    Attributes:
        question: As typed.
        answer: None if asking failed.
        error: None if it did not.
        restriction: Which documents it was asked of.
    """

    question: str
    answer: Answer | None
    error: str | None
    restriction: Filter


@dataclass(slots=True)
class Conversation:
    """The state of one visitor.

    Attributes:
        exchanges: Oldest first.
        pending: A question that is still to be asked.
        alone: Whether it is asked without the turns before it.
        context: Words that count as well when it is asked first: a link's.
        opened: Id of the citation shown beside the answer.
        restriction: Which documents are searched.
        linked_question: The `?q=` that this conversation already follows.
        linked_restriction: The filter of the link that this conversation already follows.
        linked_citation: The `?cite=` that this conversation already follows.
    """

    exchanges: list[Exchange] = field(default_factory=list)
    pending: str | None = None
    alone: bool = False
    context: str = ""
    opened: str | None = None
    restriction: Filter = field(default_factory=Filter)
    linked_question: str | None = None
    linked_restriction: Filter = field(default_factory=Filter)
    linked_citation: str | None = None

    def ask(self, question: str, alone: bool = False) -> None:
        """Put a question next; a source that was open belongs to the answer before.

        Args:
            question: As typed.
            alone: Ask it as it is: nothing is taken over from the turns before.
        """
        self.pending = question
        self.alone = alone
        self.context = ""
        self.opened = None

    def open(self, citation_id: str) -> None:
        """Show a citation beside the answer."""
        self.opened = citation_id

    def close(self) -> None:
        """Put the open source away."""
        self.opened = None

    def clear(self) -> None:
        """Start anew; what is searched stays as chosen.

        The links stay as followed: the address still holds them while this is called.
        """
        self.exchanges.clear()
        self.pending = self.opened = None

    def follow(
        self,
        question: str | None,
        restriction: Filter,
        citation: str | None,
        context: str | None = None,
    ) -> bool:
        """Do what a link says, once.

        Args:
            question: The value of `?q=`.
            restriction: The documents and publishers that the link names beside it.
            citation: The value of `?cite=`.
            context: The value of `?context=`: what a follow-up had in mind.

        Returns:
            Whether the link asks something new, and so chose what is searched.
        """
        followed = (self.linked_question, self.linked_restriction)
        asks = question is not None and (question, restriction) != followed
        if asks:
            self.clear()
            self.alone = False
            self.context = context or ""
            self.linked_question = self.pending = question
            self.linked_restriction = self.restriction = restriction
        if citation is not None and citation != self.linked_citation:
            self.linked_citation = self.opened = citation
        return asks

    def link(self) -> dict[str, list[str]]:
        """Return the query parameters that reproduce what is shown, and follow them."""
        last = self.exchanges[-1] if self.exchanges else None
        # A follow-up is linked as it was searched for: complete without the turns before it.
        searched = last.answer.searched_for if last and last.answer else None
        self.linked_question = searched or (last.question if last else None)
        self.linked_restriction = last.restriction if last else Filter()
        self.linked_citation = self.opened
        parameters = {
            "q": [] if self.linked_question is None else [self.linked_question],
            "context": [last.answer.context]
            if last and last.answer and last.answer.context
            else [],
            "document": list(self.linked_restriction.documents),
            "publisher": list(self.linked_restriction.publishers),
            "cite": [] if self.linked_citation is None else [self.linked_citation],
        }
        return {name: values for name, values in parameters.items() if values}

    def history(self) -> tuple[Turn, ...]:
        """Return the turns that follow-up questions lean on; failed questions are left out."""
        turns: list[Turn] = []
        for exchange in self.exchanges:
            if exchange.answer is not None:
                turns.append(Turn("user", exchange.question))
                turns.append(Turn("assistant", exchange.answer.text or ""))
        return tuple(turns)

    def citation(self, citation_id: str) -> Citation | None:
        """Return the newest citation of this id that was shown here."""
        for exchange in reversed(self.exchanges):
            if exchange.answer is not None:
                shown = (*exchange.answer.citations, *exchange.answer.receipt.nearest)
                for citation in shown:
                    if citation.id == citation_id:
                        return citation
        return None
