"""The bytes of a planned step, and what is known about them before anybody reads them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection

from index.types import Source
from ingest import parsers
from ingest.errors import SourceRefused, SourceUnreadable
from ingest.planning.compare import PlanStep
from ingest.sources import metadata
from ingest.sources.opening import make_unreadable, read_whole
from ingest.sources.roots import SourceFile
from ingest.workers.parse import LoadedSource

# Parsers of text: nothing in them hangs, crashes or takes memory that is out of proportion to a
# small file. Markdown is text unless there is HTML in it, which is read as a web page is.
_HARMLESS = ("plain@", "markdown@")
_TAG = re.compile(rb"<(?:[a-z][\w-]*[\s/>]|[/!?])", re.IGNORECASE)


def load(file: SourceFile, most_mb: int | None) -> LoadedSource:
    """Return a file with its bytes, and what is known about it before it is read."""
    if most_mb is not None and file.size_bytes > most_mb * 1024 * 1024:
        raise SourceRefused(
            f"larger than the {most_mb:,} MB that reading it may take; split it, or raise "
            "file_memory_mb under [ingest] in settings.toml and name the file"
        )
    try:
        data = read_whole(file.file)
    except FileNotFoundError as error:
        raise make_unreadable(error) from error
    given, sidecar_sha256 = metadata.load(file.file, file.given)
    source = Source(
        root=file.root.name,
        path=file.path,
        sha256=hashlib.sha256(data).hexdigest(),
        # The stat from before the reading: a file that grew meanwhile is read again next time.
        size_bytes=file.size_bytes,
        modified_ns=file.modified_ns,
        reader=parsers.parser_id(file.name),
        metadata_sha256=sidecar_sha256,
    )
    return LoadedSource(source, file.name, data, given, file.charset)


def is_little(steps: Collection[PlanStep], most_bytes: int) -> bool:
    """Tell whether reading takes less than starting processes, and no parser may hang or crash."""
    files = [step.file for step in steps if step.file]
    return sum(file.size_bytes for file in files) <= most_bytes and all(map(_is_harmless, files))


def _is_harmless(file: SourceFile) -> bool:
    reader = parsers.parser_id(file.name)
    if not reader.startswith(_HARMLESS):
        return False
    try:
        # In some encodings each letter of it has a zero beside it.
        return reader.startswith("plain@") or not _TAG.search(
            read_whole(file.file).replace(b"\0", b"")
        )
    except (OSError, SourceUnreadable):
        return True  # which is said when it is read
