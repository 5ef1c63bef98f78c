"""`doctor`: everything that is wrong with an index, each with the command that solves it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pypdfium2
from ftfy.badness import badness

from index.base import Catalog, Index
from index.disk.originals import find_unneeded
from index.errors import EmbedderUnavailable, IndexDamaged
from index.pages import pdfium
from index.settings import Settings
from index.types import Document, Failure, is_address
from index.version import Page, Version
from ingest.report import BY_HAND
from ingest.sources.metadata import is_sidecar
from ingest.sources.roots import UPLOADS_ROOT, locate_roots, may_be_folder

# A title and nothing else, as a scan with a text layer on its cover gives.
NEARLY_EMPTY_CHARS = 100
# Sequences of characters that hardly anything but a wrong decoding makes; a long text in many
# languages may hold one or two by right.
_BAD_SEQUENCES = 3
_BAD_PER_CHAR = 0.001
_MOST_NAMED = 5


def check_health(index: Index) -> list[str]:
    """Compare the stores with each other, the index with the settings and with its sources."""
    problems = _wrong_inside(index)
    with index.snapshot() as catalog:
        documents, failures = catalog.documents(), catalog.failures()
        where = locate_roots(catalog.roots(), index.settings)
        problems += [f"{f.id}: {f.reason}" for f in failures if f.reader != BY_HAND]
        problems += _vanished(documents, where)
        problems += _stray_files(index.settings, catalog, documents, failures)
        problems += _check_texts(catalog, documents, where, index.settings.originals)
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
        return f"its file cannot be read ({error.strerror}); fix the rights of {file.parent}"
    return ""


def _stray_files(
    settings: Settings,
    catalog: Catalog,
    documents: Sequence[Document],
    failures: Sequence[Failure],
) -> list[str]:
    """Return what lies in the home folder and belongs to nothing, or is missing there."""
    problems = []
    needed = catalog.originals()
    if stray := find_unneeded(settings.originals, needed):
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


def _wrong_inside(index: Index) -> list[str]:
    try:
        problems = index.verify()
    except IndexDamaged as error:
        problems = [str(error)]
    with index.snapshot() as catalog:
        fingerprint = catalog.moment.fingerprint
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


def _check_texts(
    catalog: Catalog,
    documents: Sequence[Document],
    folders: Mapping[str, Path],
    originals: Path,
) -> list[str]:
    """Look at every text that is shown today."""
    problems = _duplicates(documents)
    for document in documents:
        source = document.source
        named = source.path if is_address(source.path) else folders[source.root] / source.path
        again = f"`python -m ingest {shlex.quote(str(named))}`"
        version = catalog.version(document.version)
        for reason in find_text_problems(document, version, originals, again):
            problems.append(f"{document.id}: {reason}")
    return problems


def find_text_problems(
    document: Document, version: Version, originals: Path, again: str
) -> Iterator[str]:
    """Yield what is wrong with a text; `again` is the command that reads it anew."""
    text = version.text
    if document.passages == 0:
        yield f"it has no passages, so nothing in it can be found; look at it, then run {again}"
    elif len(text) < NEARLY_EMPTY_CHARS:
        yield (
            f"it holds {len(text)} characters only; if there should be more (a scan has to be "
            f"recognised first), correct it and run {again}"
        )
    empty, count = _find_empty_pages(document, version, originals)
    if empty:
        named = ", ".join(empty[:_MOST_NAMED])
        more = f" and {len(empty) - _MOST_NAMED:,} more" if empty[_MOST_NAMED:] else ""
        yield (
            f"{len(empty):,} of {count:,} pages have no text (page {named}{more}); if they are "
            f"scans, have them recognised (the extra `ocr` does that for PDF) and run {again}"
        )
    bad = badness(text)
    if bad >= _BAD_SEQUENCES and bad >= _BAD_PER_CHAR * len(text):
        yield (
            f"it looks wrongly decoded ({bad:,} unlikely sequences of characters, as in Ã¼ for ü); "
            f"save it as UTF-8 and run {again}"
        )


def _duplicates(documents: Sequence[Document]) -> list[str]:
    first: dict[str, str] = {}
    problems = []
    for document in documents:
        earlier = first.setdefault(document.version, document.id)
        if earlier != document.id:
            problems.append(
                f"{document.id}: it has the very text of {earlier}; keep one and run "
                f"`python -m ingest remove {shlex.quote(document.id)}`"
            )
    return problems


def _find_empty_pages(
    document: Document, version: Version, originals: Path
) -> tuple[list[str], int]:
    """Return the pages of a document without text, and how many pages it has.

    The page map of a PDF names pages with text only, so the file itself is looked at: of the other
    pages those count that are pictures of something or cannot be read, and blank ones do not, nor
    those whose only words are a running header. Where pictures were recognised and held no words,
    nothing is wrong.
    """
    written = {p.number for p in version.pages if version.text[p.start : p.end].strip()}
    if document.source.reader.startswith("pdf@"):
        return _of_pdf(document, written, originals / document.source.sha256)
    pages = {page.number: page for page in version.pages}
    return [_label(page) for n, page in pages.items() if n not in written], len(pages)


def _of_pdf(document: Document, written: set[int], original: Path) -> tuple[list[str], int]:
    recognised = "+ocr" in document.source.reader
    try:
        with pdfium.open_document(original.read_bytes()) as pdf:
            with pdfium.LOCK:
                count = len(pdf)
            unread = [n for n in range(1, count + 1) if n not in written]
            return [str(n) for n in unread if _is_lost(pdf, n, recognised)], count
    except (OSError, pypdfium2.PdfiumError):
        return [], 0  # another line says that it is missing


def _is_lost(pdf: pypdfium2.PdfDocument, number: int, recognised: bool) -> bool:
    # Imports what the other commands do not need.
    from ingest.parsers.pdf.page.page_text import Surroundings, read_page

    try:
        with pdfium.open_page(pdf, number - 1) as page:
            return (
                read_page(page, number, Surroundings(has_layers=False), ()).is_scan
                and not recognised
            )
    except pypdfium2.PdfiumError:
        return True


def _label(page: Page) -> str:
    return page.label or str(page.number)
