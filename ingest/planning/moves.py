"""Files that have another name now: the same bytes, one name gone, one new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from index.types import Document
from ingest import parsers
from ingest.errors import SourceRefused
from ingest.planning.compare import PlanStep, compare_source, hash_file, move_source
from ingest.sources import metadata
from ingest.sources.roots import SourceFile, make_title


def follow_moves(steps: Sequence[PlanStep], vanished: Mapping[str, Document]) -> list[PlanStep]:
    """Return the steps with those of moved documents in place of additions.

    A new file is read only if a vanished one had its size, and takes over only from one with its
    bytes; of several, from one with its file name, else from the first.
    """
    sizes = {document.source.size_bytes for document in vanished.values()}
    left = dict(vanished)
    result = []
    for step in steps:
        candidate = step.file
        if step.action == "add" and candidate is not None and candidate.size_bytes in sizes:
            document = _find_origin(candidate, left)
            if document is not None:
                step = _plan_move(candidate, left.pop(document.id))
        result.append(step)
    return result


def _find_origin(candidate: SourceFile, vanished: Mapping[str, Document]) -> Document | None:
    try:
        sha256 = hash_file(candidate.file)
    except OSError:
        return None  # the reading says what is wrong
    same = [document for document in vanished.values() if document.source.sha256 == sha256]
    name = PurePosixPath(candidate.path).name
    same.sort(key=lambda d: (PurePosixPath(d.source.path).name != name, d.id))
    return same[0] if same else None


def _plan_move(candidate: SourceFile, document: Document) -> PlanStep:
    """Return the step of a moved document; what else has changed with the name is read again."""
    source = move_source(candidate, document.source)
    reason = f"moved from {document.id}"
    try:
        reader = parsers.parser_id(candidate.name)
        sidecar = metadata.load(candidate.file, candidate.given)[1]
    except SourceRefused:
        reader, sidecar = "", ""  # the reading says what is wrong
    step = compare_source(candidate, source, reader, sidecar)
    if step.action == "change":
        return replace(
            step, reason=f"{reason}; {step.reason}", source=source, moved_from=document.id
        )
    was, now = make_title(document.source.path), make_title(candidate.path)
    if document.title == was != now:
        reason = f"{reason}; its title is its name"
        return PlanStep("change", candidate.id, reason, candidate, source, moved_from=document.id)
    return PlanStep("move", candidate.id, reason, source=source, moved_from=document.id)
