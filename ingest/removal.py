"""Taking one document out of the index so that it stays out."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from index.files import writing
from index.store import Index
from index.types import Document, Failure
from ingest import metadata
from ingest.report import BY_HAND, failure
from ingest.sources import UPLOADS_ROOT, folders


def remove(index: Index, name: str) -> Document:
    """Remove a document; an upload's file and sidecar go too, another file is left and remembered.

    A file that is left would come back with the next run: it is remembered as refused, until it
    changes or is named by itself on the command line.

    Args:
        index: Must exist.
        name: Id, path within its root, or bare file name.

    Returns:
        The document as it was.

    Raises:
        DocumentUnknown: No document of that name, or several.
        IndexLocked: Another process is writing.
        IndexWriteFailed: No rights to remove the upload's file; the document is out all the same.
    """
    with index.snapshot() as catalog:
        document = catalog.document(name)
        known = catalog.roots()
    source = document.source
    file = folders(known, index.settings)[source.root] / source.path
    with index.writer() as writer:
        writer.remove(document.id)
        if source.root != UPLOADS_ROOT and (left := _left(document, file)):
            writer.fail(left)
        writer.commit()
    if source.root == UPLOADS_ROOT:
        for path in (file, file.with_name(file.name + metadata.SUFFIX)):
            with writing(path):
                path.unlink(missing_ok=True)
    return document


def _left(document: Document, file: Path) -> Failure | None:
    try:
        status = file.stat()
    except OSError:
        return None
    today = datetime.now(UTC).date().isoformat()
    reason = f"removed by hand on {today}; to have it back, run `python -m ingest {file}`"
    source = document.source
    return failure(
        source.root, source.path, reason, status.st_size, status.st_mtime_ns, reader=BY_HAND
    )
