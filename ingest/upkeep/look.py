"""A sample of quotations of every PDF, read again from the pictures of their pages."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from index.base import Catalog, Index
from index.pages.line_reader import load_line_reader
from index.pages.look import Look, LookStatus, look_at_quotation
from index.pages.recognise import recognises_pictures
from index.types import Document
from index.version import citation_id

SENTENCES_A_DOCUMENT = 3
# Shorter ones are headings and cells, longer ones take more than three seconds.
_LEAST_CHARS, _MOST_CHARS = 40, 400
MISSING = (
    'pictures are not read: install the extra that does, `pip install -e ".[ocr]"`, and run '
    "`python -m ingest doctor --look` again"
)


@dataclass(frozen=True, slots=True)
class LookReport:
    """What came of a sample.

    Attributes:
        counts: How many quotations have which status.
        lines: Those that differ or cannot be told, a line each; or why none was read.
    """

    counts: Counter[str] = field(default_factory=Counter)
    lines: tuple[str, ...] = ()

    def as_object(self) -> dict[str, object]:
        """Return it for JSON."""
        counted = {status: self.counts[status] for status in get_args(LookStatus)}
        return {"counts": counted, "lines": list(self.lines)}

    def write_lines(self) -> list[str]:
        """Return it for a terminal."""
        if not self.counts:
            return list(self.lines) or ["no quotation of a PDF could be read from its picture"]
        counted = ", ".join(f"{self.counts[s]:,} {s}" for s in get_args(LookStatus))
        return [f"read again from the picture: {counted}", *self.lines]


def look_at_samples(index: Index) -> LookReport:
    """Read a few sentences of every PDF whose original is kept; the same ones each time.

    Pages that were recognised from a picture are passed over: the same model would read them again.
    """
    if not recognises_pictures():
        return LookReport(lines=(MISSING,))
    counts: Counter[str] = Counter()
    lines = []
    with index.snapshot() as catalog:
        documents = catalog.documents()
        for document in documents:
            for start, end, look in _look_at_document(catalog, document, index.settings.originals):
                counts[look.status] += 1
                if look.status != "same":
                    cited = citation_id(document.version, start, end)
                    lines.append(f"{document.id}: {look.describe()} ({cited})")
    return LookReport(counts, tuple(lines))


def _look_at_document(
    catalog: Catalog, document: Document, originals: Path
) -> list[tuple[int, int, Look]]:
    sha256 = catalog.layout_source(document.version)
    if sha256 is None or not (originals / sha256).is_file():
        return []
    text = catalog.version(document.version).text
    layout, reader = catalog.layout_of(document.version), load_line_reader()
    return [
        (start, end, look_at_quotation(originals / sha256, text, layout, start, end, reader))
        for start, end in _sample(catalog, document)
    ]


def _sample(catalog: Catalog, document: Document) -> list[tuple[int, int]]:
    """Return sentences that a hash chooses, of pages with a text of their own."""
    version = catalog.version(document.version)
    fitting = [
        (start, end)
        for passage in catalog.passages_of(version.id)
        for start, end in passage.sentences
        if _LEAST_CHARS <= end - start <= _MOST_CHARS
        and not any(page.ocr for page in version.pages_of(start, end))
    ]

    def order(span: tuple[int, int]) -> str:
        return hashlib.sha256(citation_id(version.id, *span).encode()).hexdigest()

    return sorted(sorted(fitting, key=order)[:SENTENCES_A_DOCUMENT])
