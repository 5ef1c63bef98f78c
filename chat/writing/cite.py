"""Citations: of evidence, and of whole passages that were only found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from chat.types import Candidate, Citation, Evidence, Support
from index.version import Page, Version


def cite(marker: int, evidence: Evidence, support: Support, version: Version) -> Citation:
    """Return a piece of evidence, of a version, as a citation that is still to be verified."""
    span = (evidence.start, evidence.end, evidence.quote)
    pages = version.pages_of(evidence.start, evidence.end)
    made = _make_citation(marker, evidence.candidate, span, evidence.marks, support, pages)
    return replace(made, around=evidence.around, items_left=evidence.items_left)


def cite_passages(candidates: Sequence[Candidate]) -> list[Citation]:
    """Return whole passages as citations: found, but not judged to answer anything."""
    found = []
    for rank, candidate in enumerate(candidates, start=1):
        passage = candidate.hit.passage
        span = (passage.start, passage.end, passage.text)
        found.append(_make_citation(rank, candidate, span, (), "weak", passage.pages))
    return found


def _make_citation(
    marker: int,
    candidate: Candidate,
    span: tuple[int, int, str],
    marks: tuple[tuple[int, int], ...],
    support: Support,
    pages: Sequence[Page],
) -> Citation:
    start, end, quote = span
    passage, document = candidate.hit.passage, candidate.hit.document
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
