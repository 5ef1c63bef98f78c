"""The bytes of a planned step, and what is known about them before anybody reads them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from index.types import Source
from ingest import parsers
from ingest.errors import SourceRefused
from ingest.planning.compare import PlanStep
from ingest.sources import metadata
from ingest.sources.opening import make_unreadable, read_whole
from ingest.sources.roots import SourceFile
from ingest.workers.parse import Task

# Readers of our own, of text and in Python alone: nothing in them hangs, crashes or takes memory
# that is out of proportion to the file.
_HARMLESS = ("plain@", "markdown@")


@dataclass(frozen=True, slots=True)
class Loaded:
    """A step whose bytes are there."""

    step: PlanStep
    candidate: SourceFile
    source: Source
    data: bytes


def load(step: PlanStep, candidate: SourceFile, most_mb: int | None) -> tuple[Loaded, Task]:
    """Return a step with its bytes, and what is to be read of it."""
    if most_mb is not None and candidate.size_bytes > most_mb * 1024 * 1024:
        raise SourceRefused(
            f"larger than the {most_mb:,} MB that reading it may take; split it, or raise "
            "file_memory_mb under [ingest] in settings.toml and name the file"
        )
    try:
        data = read_whole(candidate.file)
    except FileNotFoundError as error:
        raise make_unreadable(error) from error
    given, sidecar_sha256 = metadata.load(candidate.file, candidate.given)
    source = Source(
        root=candidate.root.name,
        path=candidate.path,
        sha256=hashlib.sha256(data).hexdigest(),
        # The stat from before the reading: a file that grew meanwhile is read again next time.
        size_bytes=candidate.size_bytes,
        modified_ns=candidate.modified_ns,
        reader=parsers.parser_id(candidate.name),
        metadata_sha256=sidecar_sha256,
    )
    return Loaded(step, candidate, source, data), Task(candidate.name, data, given)


def is_little(steps: Sequence[PlanStep], most_bytes: int) -> bool:
    """Tell whether reading takes less than starting processes, and no parser may hang or crash."""
    candidates = [step.candidate for step in steps if step.candidate]
    return sum(candidate.size_bytes for candidate in candidates) <= most_bytes and all(
        parsers.parser_id(candidate.name).startswith(_HARMLESS) for candidate in candidates
    )
