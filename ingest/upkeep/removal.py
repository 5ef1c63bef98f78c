"""Taking one document, or an address that never became one, out so that it stays out; and back."""

from __future__ import annotations

import contextlib
import shlex
from datetime import UTC, datetime
from pathlib import Path

from index.base import Catalog, Index
from index.changes import (
    Change,
    ForgetFailure,
    ForgetFetch,
    PutFailure,
    RemoveDocument,
    RestoreDocument,
)
from index.disk.files import translate_write_errors, write_atomically
from index.errors import DocumentUnknown
from index.types import Document, Failure, is_address
from ingest.report import BY_HAND, make_failure
from ingest.sources import metadata
from ingest.sources.addresses import normalise_address
from ingest.sources.roots import UPLOADS_ROOT, WEB_ROOT, locate_roots


def remove_document(index: Index, name: str, forget: bool = False) -> str:
    """Remove a document; an upload's file and sidecar go too, another file is left and remembered.

    A file that is left would come back with the next run, and so would an address that a list
    names: it is remembered as refused, until it changes or is named by itself on the command line.
    What the document was is kept for old citations and for `restore_document`, unless it is to be
    forgotten at once; then it may be one that was removed before.
    """
    if is_address(name):
        removed, changes = _list_address_changes(index, normalise_address(name), forget)
        upload = None
    else:
        with index.snapshot() as catalog:
            document, is_live = _find(catalog, name, forget)
            file = locate_roots(catalog.roots(), index.settings)[document.source.root]
        if is_address(document.source.path):
            return remove_document(index, document.id, forget)
        file = file / document.source.path
        removed, changes = document.id, [RemoveDocument(document.id)]
        is_upload = document.source.root == UPLOADS_ROOT
        # Of what was removed before the file is gone; what has its name since is somebody's.
        upload = file if is_upload and is_live else None
        if not is_upload and is_live and (left := _remember(document, file)):
            changes.append(PutFailure(left))
    with index.writer() as writer:
        writer.stage(*changes)
        writer.commit()
        if forget:
            writer.forget(removed)
    if upload is not None:
        for path in (upload, upload.with_name(upload.name + metadata.SUFFIX)):
            with translate_write_errors(path):
                path.unlink(missing_ok=True)
    return removed


def restore_document(index: Index, name: str) -> str:
    """Undo the removal of a document: it shows its last text again, under the same ids.

    An upload's file is put back from the bytes that were kept, with its metadata.

    Args:
        index: Where it was removed from.
        name: Its id, its path or its file name.

    Returns:
        Its id.

    Raises:
        DocumentUnknown: It was not removed, was pruned or forgotten, or goes by another id now.
    """
    name = normalise_address(name) if is_address(name) else name
    with index.snapshot() as catalog:
        removed = catalog.find_removed(name)
    document = removed.document
    if not removed.is_restorable:
        raise DocumentUnknown(
            f"{document.id} was removed by an older release, which kept only its text for old "
            f"citations; index its file again with `python -m ingest {shlex.quote(document.id)}`"
        )
    if document.source.root == UPLOADS_ROOT:
        _put_upload_back(index, document)
    with index.writer() as writer:
        writer.stage(RestoreDocument(document.id))
        writer.commit()
    return document.id


def _find(catalog: Catalog, name: str, forget: bool) -> tuple[Document, bool]:
    """Return a document, and whether it is live; one that is to be forgotten need not be."""
    try:
        return catalog.document(name), True
    except DocumentUnknown:
        if forget:
            with contextlib.suppress(DocumentUnknown):
                return catalog.find_removed(name).document, False
        raise


def _list_address_changes(index: Index, url: str, forget: bool) -> tuple[str, list[Change]]:
    with index.snapshot() as catalog:
        known = {document.id for document in catalog.documents()}
        known |= {failure.id for failure in catalog.failures()}
        if forget:
            known |= {removed.document.id for removed in catalog.list_removed()}
        is_listed = any((WEB_ROOT, url) in entries for entries in catalog.listed().values())
    if url not in known:
        raise DocumentUnknown(
            f"no document {url!r} in the index; `python -m ingest status` lists them"
        )
    changes: list[Change] = [RemoveDocument(url), ForgetFailure(WEB_ROOT, url), ForgetFetch(url)]
    if is_listed:
        refused = make_failure(WEB_ROOT, url, _reason(url), reader=BY_HAND)
        changes.append(PutFailure(refused))
    return url, changes


def _put_upload_back(index: Index, document: Document) -> None:
    source = document.source
    file = index.settings.uploads / source.path
    try:
        data = (index.settings.originals / source.sha256).read_bytes()
    except OSError:
        return  # its text is there, its file is not: the next run lists it as missing
    if not file.exists():
        write_atomically(file, data)
    if source.metadata_sha256:
        sidecar = file.with_name(file.name + metadata.SUFFIX)
        if not sidecar.exists():
            write_atomically(sidecar, metadata.write(document.metadata).encode("utf-8"))


def _reason(name: str) -> str:
    today = datetime.now(UTC).date().isoformat()
    return (
        f"removed by hand on {today}; to have it back, run `python -m ingest {shlex.quote(name)}`"
    )


def _remember(document: Document, file: Path) -> Failure | None:
    """Return the refusal of a file that is left; None where there is no file."""
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
