"""The step that searches: from a complete question to passages, best first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from chat.account import Account, Dropped
from chat.phrases import count
from chat.question.complete import Completed
from chat.retrieval.retrieve import DEPTH, Retrieved, Terms, retrieve
from chat.way import Step
from index.base import Catalog, Index

_NAMED = 3
_SCALE = (
    "The number behind a passage says how well it fits, from 0 (not at all) to 1 (nothing could "
    "fit better): how near it comes in meaning and in words, and how many of the question’s rare "
    "words it has."
)


@dataclass(frozen=True)
class Search(Step[Completed, Retrieved]):
    """Finds passages by meaning and by words; another backend is another step of this type.

    Attributes:
        index: Where to search.
        catalog: The moment of it that is searched.
        depth: Passages that are kept, at least 1.
    """

    name: ClassVar[str] = "search"
    index: Index
    catalog: Catalog
    depth: int = DEPTH

    def take(self, known: Completed) -> Retrieved:
        """Return the passages that may answer, best first."""
        return retrieve(
            self.index,
            self.catalog,
            known.question,
            known.restriction,
            known.context,
            self.depth,
        )

    def explain(self, known: Completed, found: Retrieved) -> Account:
        """Return how much was searched and what came first."""
        receipt, candidates = found.receipt, found.candidates
        within = " that your filter lets through" if known.restriction else ""
        saw = (
            f"{count(receipt.documents, 'document')} with {count(receipt.passages, 'passage')}"
            f"{within}"
        )
        if not candidates:
            return Account(self.name, saw, "nothing")
        first = "; ".join(f"“{c.place}” ({c.score:.2f})" for c in candidates[:_NAMED])
        left_out = receipt.passages - len(candidates)
        dropped = [Dropped(count(left_out, "passage"), "a lesser fit")] if left_out else []
        return Account(
            self.name,
            saw,
            f"the {count(len(candidates), 'passage')} that fit best, beginning with {first}",
            tuple(dropped),
            " ".join(filter(None, [_tell_words(found.terms), _tell_unmatched(found), _SCALE])),
        )


def _tell_words(terms: Terms) -> str:
    pairs = zip(terms.weights, (word.text for word in terms.words), strict=True)
    words = [text for _, text in sorted(pairs, key=lambda pair: -pair[0])]
    return f"Words searched for, the rarest first: {', '.join(words)}." if words else ""


def _tell_unmatched(found: Retrieved) -> str:
    words = ", ".join(f"“{word.text}”" for word in found.find_unmatched())
    return f"In none of these passages: {words}." if words else ""
