"""Taking one document out of the index so that it stays out."""

from __future__ import annotations

from datetime import UTC, datetime

from index.store import Index
from index.types import Document
from ingest.report import failure
from ingest.sources import UPLOADS_ROOT


def remove(index: Index, name: str) -> Document:
    """Remove a document; an upload's file goes too, another file is left and remembered.

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
    """
    with index.snapshot() as catalog:
        document = catalog.document(name)
        folder = catalog.roots()[document.source.root]
    source = document.source
    file = folder / source.path
    with index.writer() as writer:
        writer.remove(document.id)
        if source.root != UPLOADS_ROOT and file.exists():
            today = datetime.now(UTC).date().isoformat()
            reason = f"removed by hand on {today}; to have it back, run `python -m ingest {file}`"
            writer.fail(
                failure(
                    source.root,
                    source.path,
                    reason,
                    source.size_bytes,
                    source.modified_ns,
                    source.reader,
                )
            )
        writer.commit()
    if source.root == UPLOADS_ROOT:
        file.unlink(missing_ok=True)
    return document
