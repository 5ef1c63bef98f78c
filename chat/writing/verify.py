"""The one promise: a quotation is shown only if the stored text holds its words at its offsets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from chat.account import Account
from chat.phrases import count
from chat.types import Around, Citation
from chat.way import Step
from chat.writing.cite import cite
from chat.writing.writer import Written
from index.base import Catalog
from index.citations import Citable
from index.errors import QuoteMismatch


def verify(catalog: Catalog, citations: Sequence[Citation]) -> list[Citation]:
    """Compare every quote with the stored text of its own version.

    Args:
        catalog: Where the texts are.
        citations: Any number.

    Returns:
        The same citations, verified.

    Raises:
        QuoteMismatch: A quote is not what the text holds at its offsets.
        CitationUnknown: The text of a version is not stored.
    """
    texts = {name: catalog.version(name).text for name in {c.version for c in citations}}
    for citation in citations:
        text = texts[citation.version]
        own = Around("lead_in", citation.start, citation.end, citation.quote)
        if any(text[part.start : part.end] != part.text for part in (own, *citation.around)):
            raise QuoteMismatch(
                f"{citation.document}: the stored text does not hold the quotation at characters "
                f"{citation.start} to {citation.end}; run `python -m ingest doctor`"
            )
    return [replace(citation, verified=True) for citation in citations]


def reopen(catalog: Catalog, citation: Citation) -> Citable:
    """Return the text around a citation, checked again before it is displayed.

    Args:
        catalog: Where the texts are.
        citation: Made by an earlier question.

    Returns:
        The text as it was when cited, and whether the document has changed since.

    Raises:
        QuoteMismatch: The quote is not what the text holds at its offsets.
        CitationUnknown: The text is not stored.
    """
    citable = catalog.citable(citation.id)
    verify(catalog, [citation])
    return citable


@dataclass(frozen=True, slots=True)
class Verified:
    """An answer in words, each of its quotations compared with the stored text.

    Attributes:
        written: The sentences.
        citations: What each of them quotes, in order.
    """

    written: Written
    citations: tuple[Citation, ...]


@dataclass(frozen=True)
class Verify(Step[Written, Verified]):
    """Compares every quotation with the stored text; raises what `verify` raises."""

    name: ClassVar[str] = "verify"
    catalog: Catalog

    def take(self, known: Written) -> Verified:
        """Return the answer with its citations."""
        support = known.supported.verdict.support
        citations = [
            cite(n, piece, support, self.catalog.version(piece.candidate.hit.passage.version))
            for n, piece in enumerate(known.evidence, start=1)
        ]
        return Verified(known, tuple(verify(self.catalog, citations)))

    def explain(self, known: Written, found: Verified) -> Account:
        """Return what was compared; what differs is an error and has no account."""
        quotations = count(len(found.citations), "quotation")
        each = "each " if found.citations[1:] else ""
        where = f"{each}found to the letter in the stored text of its document"
        return Account(self.name, quotations, f"{quotations}, {where}")
