"""`doctor`: everything that is wrong with an index, each with the command that mends it."""

from __future__ import annotations

from index.store import Index
from index.types import Document


def check(index: Index) -> list[str]:
    """Return one line for each thing that is wrong; none means that all is well.

    Raises:
        IndexMissing: There is no index yet.
        IndexDamaged: A stored file cannot be read.
    """
    problems = index.verify()
    with index.snapshot() as catalog:
        documents, failures, roots = catalog.documents(), catalog.failures(), catalog.roots()
        fingerprint = catalog.fingerprint
    if fingerprint and fingerprint != index.embedder.fingerprint:
        problems.append(
            f"embedder: the vectors are {fingerprint}'s, the settings name "
            f"{index.embedder.fingerprint}; run `python -m ingest --reembed`"
        )
    problems += [f"{f.id}: {f.reason}" for f in failures]
    problems += [
        f"{d.id}: its file has vanished; run `python -m ingest --prune {roots[d.source.root]}`"
        for d in documents
        if not (roots[d.source.root] / d.source.path).exists()
    ]
    problems += [
        f"{d.id}: {d.passages} passages; look at its text" for d in _nearly_empty(documents)
    ]
    return problems


def _nearly_empty(documents: list[Document]) -> list[Document]:
    return [document for document in documents if document.passages == 0]
