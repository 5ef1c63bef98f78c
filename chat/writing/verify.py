"""The one promise: a quotation is shown only if the stored text holds its words at its offsets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chat.types import Citation
from index.base import Index
from index.citations import Citable
from index.errors import QuoteMismatch


def verify(index: Index, citations: Sequence[Citation]) -> list[Citation]:
    """Compare every quote with the stored text of its own version.

    Args:
        index: Where the texts are.
        citations: Any number.

    Returns:
        The same citations, verified.

    Raises:
        QuoteMismatch: A quote is not what the text holds at its offsets.
        CitationUnknown: The text of a version is not stored.
    """
    with index.snapshot() as catalog:
        texts = {name: catalog.version(name).text for name in {c.version for c in citations}}
    for citation in citations:
        if texts[citation.version][citation.start : citation.end] != citation.quote:
            raise QuoteMismatch(
                f"{citation.document}: the stored text does not hold the quotation at characters "
                f"{citation.start} to {citation.end}; run `python -m ingest doctor`"
            )
    return [replace(citation, verified=True) for citation in citations]


def reopen(index: Index, citation: Citation) -> Citable:
    """Return the text around a citation, checked again before it is displayed.

    Args:
        index: Where the texts are.
        citation: Made by an earlier question.

    Returns:
        The text as it was when cited, and whether the document has changed since.

    Raises:
        QuoteMismatch: The quote is not what the text holds at its offsets.
        CitationUnknown: The text is not stored.
    """
    citable = index.citable(citation.id)
    verify(index, [citation])
    return citable
