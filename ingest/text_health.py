"""`doctor`, the half about texts: what is wrong with them, each with what mends it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ftfy.badness import badness

from index.catalog.read import Snapshot
from index.types import Document, is_address
from index.version import Version
from ingest.page_health import empty_pages

# A title and nothing else, as a scan with a text layer on its cover gives.
NEARLY_EMPTY_CHARS = 100
# Sequences of characters that hardly anything but a wrong decoding makes; a long text in many
# languages may hold one or two by right.
_BAD_SEQUENCES = 3
_BAD_PER_CHAR = 0.001
_MOST_NAMED = 5


def check_texts(
    catalog: Snapshot,
    documents: Sequence[Document],
    folders: Mapping[str, Path],
    originals: Path,
) -> list[str]:
    """Look at every text that is shown today.

    Args:
        catalog: Where the texts are.
        documents: Live ones.
        folders: Folder of each root, by its name.
        originals: Where the source bytes are.

    Returns:
        One line for each thing that is wrong.
    """
    problems = _duplicates(documents)
    for document in documents:
        source = document.source
        named = source.path if is_address(source.path) else folders[source.root] / source.path
        again = f"`python -m ingest {shlex.quote(str(named))}`"
        version = catalog.version(document.version)
        for reason in _wrong(document, version, originals, again):
            problems.append(f"{document.id}: {reason}")
    return problems


def _wrong(document: Document, version: Version, originals: Path, again: str) -> Iterator[str]:
    text = version.text
    if document.passages == 0:
        yield f"it has no passages, so nothing in it can be found; look at it, then run {again}"
    elif len(text) < NEARLY_EMPTY_CHARS:
        yield (
            f"it holds {len(text)} characters only; if there should be more (a scan has to be "
            f"recognised first), mend it and run {again}"
        )
    empty, count = empty_pages(document, version, originals)
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
