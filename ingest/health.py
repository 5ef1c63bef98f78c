"""`doctor`: everything that is wrong with an index, each with the command that mends it."""

from __future__ import annotations

from pathlib import Path

from index.errors import EmbedderUnavailable, IndexDamaged
from index.store import Index
from index.types import is_address
from ingest.report import BY_HAND
from ingest.sources import folders


def check(index: Index) -> list[str]:
    """Compare the stores with each other, the index with the settings and with its sources.

    Args:
        index: Must exist; nothing in it is changed.

    Returns:
        One line for each thing that is wrong; none means that all is well.

    Raises:
        IndexMissing: There is no index yet.
        IndexDamaged: The catalog cannot be read.
    """
    problems = _wrong_inside(index)
    with index.snapshot() as catalog:
        documents, failures = catalog.documents(), catalog.failures()
        where = folders(catalog.roots(), index.settings)
    problems += [f"{f.id}: {f.reason}" for f in failures if f.reader != BY_HAND]
    for document in documents:
        if is_address(document.source.path):  # no server is asked here; `failures` say what was
            continue
        root = where[document.source.root]
        if reason := _no_file(root, root / document.source.path):
            problems.append(f"{document.id}: {reason}")
    problems += [
        f"{d.id}: it has no passages, so nothing in it can be found; look at its text"
        for d in documents
        if d.passages == 0
    ]
    return problems


def _no_file(root: Path, file: Path) -> str:
    try:
        file.stat()
    except (FileNotFoundError, NotADirectoryError):
        return f"its file has vanished; run `python -m ingest --prune {root}`"
    except OSError as error:
        return f"its file cannot be read ({error.strerror}); mend the rights of {file.parent}"
    return ""


def _wrong_inside(index: Index) -> list[str]:
    try:
        problems = index.verify()
    except IndexDamaged as error:
        problems = [str(error)]
    with index.snapshot() as catalog:
        fingerprint = catalog.fingerprint
    try:
        configured = index.embedder.fingerprint
    except EmbedderUnavailable as error:
        return [*problems, str(error)]
    if fingerprint and fingerprint != configured:
        problems.append(
            f"embedder: the vectors are {fingerprint}'s, the settings name {configured}; "
            "run `python -m ingest --reembed`"
        )
    return problems
