"""Taking one document, or an address that never became one, out so that it stays out."""

from __future__ import annotations

import shlex
from datetime import UTC, datetime
from pathlib import Path

from index.disk.files import translate_write_errors
from index.errors import DocumentUnknown
from index.local import LocalIndex
from index.types import Document, Failure, is_address
from ingest.report import BY_HAND, make_failure
from ingest.sources import metadata
from ingest.sources.addresses import normalise_address
from ingest.sources.roots import UPLOADS_ROOT, WEB_ROOT, locate_roots


def remove_document(index: LocalIndex, name: str) -> str:
    """Remove a document; an upload's file and sidecar go too, another file is left and remembered.

    A file that is left would come back with the next run, and so would an address that a list
    names: it is remembered as refused, until it changes or is named by itself on the command line.
    """
    if is_address(name):
        return _remove_address(index, normalise_address(name))
    with index.snapshot() as catalog:
        document = catalog.document(name)
        known = catalog.roots()
    source = document.source
    if is_address(source.path):
        return _remove_address(index, document.id)
    file = locate_roots(known, index.settings)[source.root] / source.path
    with index.writer() as writer:
        writer.remove(document.id)
        if source.root != UPLOADS_ROOT and (left := _left(document, file)):
            writer.put_failure(left)
        writer.commit()
    if source.root == UPLOADS_ROOT:
        for path in (file, file.with_name(file.name + metadata.SUFFIX)):
            with translate_write_errors(path):
                path.unlink(missing_ok=True)
    return document.id


def _remove_address(index: LocalIndex, url: str) -> str:
    with index.snapshot() as catalog:
        known = {document.id for document in catalog.documents()}
        known |= {failure.id for failure in catalog.failures()}
        is_listed = any((WEB_ROOT, url) in entries for entries in catalog.listed().values())
    if url not in known:
        raise DocumentUnknown(
            f"no document {url!r} in the index; `python -m ingest status` lists them"
        )
    with index.writer() as writer:
        writer.remove(url)
        writer.forget_failure(WEB_ROOT, url)
        writer.forget_fetch(url)
        if is_listed:
            writer.put_failure(make_failure(WEB_ROOT, url, _reason(url), reader=BY_HAND))
        writer.commit()
    return url


def _reason(name: str) -> str:
    today = datetime.now(UTC).date().isoformat()
    return (
        f"removed by hand on {today}; to have it back, run `python -m ingest {shlex.quote(name)}`"
    )


def _left(document: Document, file: Path) -> Failure | None:
    try:
        status = file.stat()
    except OSError:
        return None
    return make_failure(
        document.source.root,
        document.source.path,
        _reason(str(file)),
        status.st_size,
        status.st_mtime_ns,
        reader=BY_HAND,
    )
