"""`doctor`: everything that is wrong with an index, each with the command that mends it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from index.catalog.read import Snapshot
from index.disk.originals import unneeded
from index.errors import EmbedderUnavailable, IndexDamaged
from index.local import LocalIndex
from index.settings import Settings
from index.types import Document, Failure, is_address
from ingest.report import BY_HAND
from ingest.sources.metadata import is_sidecar
from ingest.sources.roots import UPLOADS_ROOT, folders, may_be_folder
from ingest.text_health import check_texts


def check(index: LocalIndex) -> list[str]:
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
        problems += _vanished(documents, where)
        problems += _stray_files(index.settings, catalog, documents, failures)
        problems += check_texts(catalog, documents, where, index.settings.originals)
    return problems


def _vanished(documents: Sequence[Document], where: Mapping[str, Path]) -> list[str]:
    problems = []
    for document in documents:
        if is_address(document.source.path):  # no server is asked here; `failures` say what was
            continue
        root = where[document.source.root]
        if reason := _no_file(document.id, root, root / document.source.path):
            problems.append(f"{document.id}: {reason}")
    return problems


def _no_file(name: str, root: Path, file: Path) -> str:
    try:
        file.stat()
    except (FileNotFoundError, NotADirectoryError):
        if not may_be_folder(root):  # which nothing can be pruned in
            mending = f"`python -m ingest remove {shlex.quote(name)}`"
            return f"its folder {root} is not there; bring it back, or run {mending}"
        return f"its file has vanished; run `python -m ingest --prune {shlex.quote(str(root))}`"
    except OSError as error:
        return f"its file cannot be read ({error.strerror}); mend the rights of {file.parent}"
    return ""


def _stray_files(
    settings: Settings,
    catalog: Snapshot,
    documents: Sequence[Document],
    failures: Sequence[Failure],
) -> list[str]:
    """Return what lies in the home folder and belongs to nothing, or is missing there."""
    problems = []
    needed = catalog.history.originals()
    if stray := unneeded(settings.originals, needed):
        problems.append(
            f"{settings.originals}: {len(stray):,} files that no version was read from; run "
            "`python -m ingest prune --older-than 90d`, which removes them"
        )
    if missing := sum(not (settings.originals / sha256).exists() for sha256 in needed):
        problems.append(
            f"{settings.originals}: {missing:,} originals are missing; texts and citations are "
            "complete without them, restore them from a backup if you need the files"
        )
    known = {document.id for document in documents} | {failure.id for failure in failures}
    if settings.uploads.is_dir():
        for path in sorted(settings.uploads.iterdir()):
            if f"{UPLOADS_ROOT}/{path.name}" not in known and not _is_ours(path):
                problems.append(f"{UPLOADS_ROOT}/{path.name}: not indexed; run `python -m ingest`")
    return problems


def _is_ours(path: Path) -> bool:
    """Tell whether a file among the uploads is not meant to be a document."""
    return path.name.startswith(".") or is_sidecar(path) or not path.is_file()


def _wrong_inside(index: LocalIndex) -> list[str]:
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
