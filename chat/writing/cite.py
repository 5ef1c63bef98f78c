"""Citations: of evidence, and of whole passages that were only found."""

from __future__ import annotations

from collections.abc import Sequence

from chat.types import Candidate, Citation, Evidence, Support


def cite(marker: int, evidence: Evidence, support: Support) -> Citation:
    """Return a piece of evidence as a citation that is still to be verified."""
    span = (evidence.start, evidence.end, evidence.quote)
    return _make_citation(marker, evidence.candidate, span, evidence.marks, support)


def cite_passages(candidates: Sequence[Candidate]) -> list[Citation]:
    """Return whole passages as citations: found, but not judged to answer anything."""
    found = []
    for rank, candidate in enumerate(candidates, start=1):
        passage = candidate.hit.passage
        span = (passage.start, passage.end, passage.text)
        found.append(_make_citation(rank, candidate, span, (), "weak"))
    return found


def _make_citation(
    marker: int,
    candidate: Candidate,
    span: tuple[int, int, str],
    marks: tuple[tuple[int, int], ...],
    support: Support,
) -> Citation:
    start, end, quote = span
    passage, document = candidate.hit.passage, candidate.hit.document
    # Of the quote: a passage that it is part of may begin on the page before.
    pages = [page for page in passage.pages if page.start < end and start < page.end]
    return Citation(
        marker=marker,
        document=document.id,
        path=document.source.path,
        title=document.title,
        version=passage.version,
        section=passage.section,
        page=pages[0].number if pages else None,
        page_label=pages[0].label if pages else None,
        ocr=any(page.ocr for page in pages),
        reads_differently=any(page.differs for page in pages),
        start=start,
        end=end,
        quote=quote,
        marks=marks,
        score=round(candidate.score, 4),
        support=support,
        verified=False,
        publisher=document.metadata.publisher,
        date=document.metadata.date,
        url=document.metadata.url,
        also_in=candidate.hit.also_in,
    )
