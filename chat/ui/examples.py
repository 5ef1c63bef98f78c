"""Questions to begin with, that the corpus at hand can answer."""

from __future__ import annotations

from index.local import LocalIndex
from index.types import Document
from index.version import Section

MOST = 4
_SECTION_CHARS = range(8, 61)
# Of the pages in corpus/: each is shown only where its document is indexed.
_KNOWN = {
    "corpus/clusterplattform-european-level.txt": (
        "Which agency runs the Polish cluster programmes?"
    ),
    "corpus/eu-cluster-policy.txt": "How many clusters are there in the EU?",
    "corpus/eu-cluster-portal.txt": "Why do clusters matter for jobs in Europe?",
    "corpus/czech-nca-cluster-policy.txt": "What does the National Cluster Association do?",
}


def examples(index: LocalIndex) -> list[str]:
    """Return up to four questions, about different documents.

    Args:
        index: Must exist.

    Returns:
        Questions known to suit the documents at hand; for other documents, questions made of
        their titles and headings.

    Raises:
        IndexMissing: There is no index yet.
        IndexDamaged: A stored file cannot be read.
    """
    with index.snapshot() as catalog:
        documents = catalog.documents()
        known = [_KNOWN[document.id] for document in documents if document.id in _KNOWN]
        others = [document for document in documents if document.id not in _KNOWN]
        others.sort(key=lambda document: (-document.passages, document.id))
        wanted = max(0, MOST - len(known))
        made = [_about(d, catalog.version(d.version).sections) for d in others[:wanted]]
    return (known + made)[:MOST]


def _about(document: Document, sections: tuple[Section, ...]) -> str:
    named = [s for s in sections if _names_something(s.path[-1], document.title)]
    if not named:
        return f"What is “{document.title}” about?"
    longest = max(named, key=lambda section: section.end - section.start)
    return f"What does “{document.title}” say about “{longest.path[-1]}”?"


def _names_something(heading: str, title: str) -> bool:
    return len(heading) in _SECTION_CHARS and heading.casefold() not in title.casefold()
