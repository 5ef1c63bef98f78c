"""From the end of the way to an `Answer`: put together, nothing is decided any more."""

from __future__ import annotations

from collections.abc import Sequence

from chat.evidence.disagreement import Contrast
from chat.evidence.judge import NotFound, Verdict
from chat.phrases import tell_items_left
from chat.retrieval.retrieve import Retrieved
from chat.types import Answer, Citation, Difference, Evidence, Question, Receipt, Status, Support
from chat.writing.cite import cite_passages
from chat.writing.verify import Verified, verify
from chat.writing.writer import Sentence
from index.base import Catalog

NEAREST = 3


def compose(question: Question, end: Verified | NotFound, catalog: Catalog) -> Answer:
    """Return the answer that a way came to; how long it took is not known here."""
    if isinstance(end, NotFound):
        return _compose(question, end.retrieved, end.verdict, (), (), (), (), catalog)
    written = end.written
    supported = written.supported
    return _compose(
        question,
        supported.retrieved,
        supported.verdict,
        written.sentences,
        written.evidence,
        end.citations,
        _find_differences(supported.contrasts, written.evidence),
        catalog,
    )


def _compose(
    question: Question,
    retrieved: Retrieved,
    verdict: Verdict,
    sentences: Sequence[Sentence],
    evidence: Sequence[Evidence],
    citations: tuple[Citation, ...],
    differences: tuple[Difference, ...],
    catalog: Catalog,
) -> Answer:
    unmatched = tuple(word.text for word in retrieved.find_unmatched())
    nearest = () if citations else retrieved.candidates[:NEAREST]
    receipt = Receipt(
        retrieved.receipt.documents,
        retrieved.receipt.passages,
        retrieved.receipt.filter,
        tuple(verify(catalog, cite_passages(nearest))),
        read=sum(candidate.reading is not None for candidate in retrieved.candidates),
        unread=retrieved.unread,
    )
    return Answer(
        status=_name_status(citations, verdict.support, unmatched),
        question=question.text,
        searched_for=retrieved.question,
        context=retrieved.context,
        text=_write_with_markers(sentences, evidence) or None,
        citations=citations,
        differences=differences,
        receipt=receipt,
        support=verdict.support,
        support_score=verdict.score,
        unmatched=unmatched,
        milliseconds={},
    )


def _write_with_markers(sentences: Sequence[Sentence], evidence: Sequence[Evidence]) -> str:
    """Return the sentences, each with its marker and, in our words, whether its list goes on."""
    parts = []
    for marker, (sentence, piece) in enumerate(zip(sentences, evidence, strict=True), start=1):
        parts.append(f"{sentence.text} [{marker}]")
        if piece.items_left:
            parts.append(tell_items_left(piece.items_left))
    return " ".join(parts)


def _name_status(
    citations: Sequence[Citation], support: Support, unmatched: Sequence[str]
) -> Status:
    if not citations:
        return "not_found"
    return "partial" if unmatched or support != "strong" else "answered"


def _find_differences(
    contrasts: Sequence[Contrast], written: Sequence[Evidence]
) -> tuple[Difference, ...]:
    """Return the contrasts by the markers of what was written; a writer may have left one out."""
    return tuple(
        Difference((written.index(c.first) + 1, written.index(c.second) + 1), c.figures)
        for c in contrasts
        if c.first in written and c.second in written
    )
