"""What `doctor` says of texts that is worth knowing, and no problem that a command solves."""

from __future__ import annotations

from index.base import Index
from index.version import Version

_MOST_NAMED = 8


def list_differing(index: Index) -> list[str]:
    """Return the documents with pages that another extraction reads differently, a line each."""
    with index.snapshot() as catalog:
        named = [
            (document.id, _name_differing(catalog.version(document.version)))
            for document in catalog.documents()
        ]
    return [
        f"{document}: {pages} differently in two extractions; compare what you quote with the page"
        for document, pages in named
        if pages
    ]


def list_left_out(index: Index) -> list[str]:
    """Return the documents that were not indexed whole, each with what was left out."""
    with index.snapshot() as catalog:
        return [f"{d.id}: {d.note}" for d in catalog.documents() if d.note]


def _name_differing(version: Version) -> str:
    pages = {page.number: page.label or str(page.number) for page in version.pages if page.differs}
    if not pages:
        return ""
    labels = list(pages.values())
    more = f" and {len(labels) - _MOST_NAMED:,} more" if labels[_MOST_NAMED:] else ""
    many = len(labels) > 1
    return f"page{'s' * many} {', '.join(labels[:_MOST_NAMED])}{more} read{'s' * (not many)}"
