"""What an Ask page remembers between two runs of its script."""

from __future__ import annotations

from dataclasses import dataclass, field

from chat.account import Account
from chat.types import Answer, Citation, Turn
from index.types import Filter


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question and what came of it: an answer with its account, or the one line of an error."""

    question: str
    answer: Answer | None
    accounts: tuple[Account, ...]
    error: str | None
    restriction: Filter


@dataclass(slots=True)
class Conversation:
    """The state of one visitor; exchanges are oldest first."""

    exchanges: list[Exchange] = field(default_factory=list)
    pending: str | None = None  # a question that is still to be asked
    alone: bool = False  # whether it is asked without the turns before it
    context: str = ""  # of a link: words that count as well when it is asked first
    opened: str | None = None  # id of the citation beside the answer
    restriction: Filter = field(default_factory=Filter)
    # What this conversation already follows of the address: `?q=`, its filter, `?cite=`.
    linked_question: str | None = None
    linked_restriction: Filter = field(default_factory=Filter)
    linked_citation: str | None = None

    def ask(self, question: str, alone: bool = False) -> None:
        """Put a question next; a source that was open belongs to the answer before."""
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
        """Do what a link says, once; return whether it asks something new, of other documents."""
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
