"""One source beside what the index holds of it: is there anything to do, and why."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from index.base import Catalog
from index.types import Document, Failure, Fetch, Source
from ingest import parsers
from ingest.errors import SourceRefused
from ingest.report import BY_HAND, make_failure
from ingest.sources import metadata
from ingest.sources.roots import Address, SourceFile

Action = Literal[
    "add", "change", "move", "remove", "missing", "fail", "check", "refused", "touch", "unchanged"
]


@dataclass(frozen=True, slots=True)
class PlanStep:
    """What is to be done about one document.

    Attributes:
        action: What.
        id: See `index.types.source_id`.
        reason: Why, in plain words.
        file: The file, None if there is none.
        source: Where it is now and with which stat values, for "touch" and for what has moved.
        failure: What is wrong, for "fail".
        remembered: What was wrong last time, unless the file was named by itself now.
        moved_from: The id until now of a document whose file has another name; "" if it has not.
        address: The web address to be asked, for "check".
    """

    action: Action
    id: str
    reason: str
    file: SourceFile | None = None
    source: Source | None = None
    failure: Failure | None = None
    remembered: Failure | None = None
    moved_from: str = ""
    address: Address | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the index holds of its sources, at one moment; empty where there is no index."""

    documents: Mapping[str, Document] = field(default_factory=dict)
    failures: Mapping[str, Failure] = field(default_factory=dict)
    roots: Mapping[str, Path] = field(default_factory=dict)
    fetches: Mapping[str, Fetch] = field(default_factory=dict)
    listed: Mapping[str, set[tuple[str, str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, catalog: Catalog, names: Sequence[str] | None = None) -> Known:
        """Return what a catalog holds; of documents those of these ids, all if None."""
        return cls(
            {document.id: document for document in catalog.documents(names)},
            {failure.id: failure for failure in catalog.failures()},
            catalog.roots(),
            catalog.fetches(),
            catalog.listed(),
        )


def plan_step(candidate: SourceFile, known: Known) -> PlanStep:
    """Return what has to be done about a file."""
    document, failed = known.documents.get(candidate.id), known.failures.get(candidate.id)
    identity = (candidate.size_bytes, candidate.modified_ns)
    trouble: Failure | None = None
    try:
        reader = parsers.parser_id(candidate.name)
        sidecar = metadata.hash_sidecar(candidate.file, candidate.given)
        if document is None or sidecar != document.source.metadata_sha256:
            metadata.load(candidate.file, candidate.given)  # what is wrong with it is said now
    except SourceRefused as error:
        reader, sidecar = "", ""
        trouble = make_failure(candidate.root.name, candidate.path, str(error), *identity)
    remembered = None if candidate.single else failed
    if remembered and (remembered.size_bytes, remembered.modified_ns) == identity:
        same = remembered.reader == reader and (not trouble or trouble.reason == remembered.reason)
        if same or remembered.reader == BY_HAND:
            return PlanStep("refused", candidate.id, remembered.reason)
    if trouble:
        return PlanStep("fail", candidate.id, trouble.reason, failure=trouble)
    if document is None:
        return PlanStep("add", candidate.id, "new", candidate, remembered=remembered)
    step = compare_source(candidate, document.source, reader, sidecar)
    return replace(step, remembered=remembered)


def compare_source(candidate: SourceFile, source: Source, reader: str, sidecar: str) -> PlanStep:
    """Return what has to be done about a file that is indexed."""
    if source.reader != reader:
        return PlanStep("change", candidate.id, f"read by {source.reader}, now {reader}", candidate)
    if source.metadata_sha256 != sidecar:
        return PlanStep("change", candidate.id, "its metadata changed", candidate)
    if (source.size_bytes, source.modified_ns) == (candidate.size_bytes, candidate.modified_ns):
        return PlanStep("unchanged", candidate.id, "same size and time")
    try:
        sha256 = hash_file(candidate.file)
    except OSError as error:
        reason = f"cannot be read ({error.strerror}); check its rights"
        trouble = make_failure(candidate.root.name, candidate.path, reason)
        return PlanStep("fail", candidate.id, reason, failure=trouble)
    if sha256 != source.sha256:
        return PlanStep("change", candidate.id, "its content changed", candidate)
    return PlanStep("touch", candidate.id, "same content", source=move_source(candidate, source))


def move_source(candidate: SourceFile, source: Source) -> Source:
    """Return the source of the same bytes where a candidate is."""
    return replace(
        source,
        root=candidate.root.name,
        path=candidate.path,
        size_bytes=candidate.size_bytes,
        modified_ns=candidate.modified_ns,
    )


def hash_file(file: Path) -> str:
    """Return the sha256 of a file's bytes, in hexadecimal."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def skip_known(step: PlanStep, known: Known, named: bool) -> PlanStep:
    """Return the step, or "refused" if it would only repeat what is remembered already."""
    before = known.failures.get(step.id)
    if step.failure is None or before is None or named:
        return step
    if replace(step.failure, seen_at="") != replace(before, seen_at=""):
        return step
    return PlanStep("refused", step.id, step.reason)
