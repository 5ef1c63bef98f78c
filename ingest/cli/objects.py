"""The JSON that `python -m ingest` prints, one struct for each command; see docs/json.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import msgspec

from index.types import Document, Failure, Manifest, Removed, ShownVersion
from ingest.planning.plan import Plan
from ingest.report import Report
from ingest.upkeep.versions import Pruned


class DocumentObject(msgspec.Struct, frozen=True):
    """A document; `id` is `document` under its name of release 0.1."""

    document: str
    path: str
    id: str
    title: str
    version: str
    passages: int
    size_bytes: int
    indexed_at: str
    reader: str
    note: str | None


class FailureObject(msgspec.Struct, frozen=True):
    """A refused source; `id` is `document` under its name of release 0.1."""

    document: str
    path: str
    id: str
    reason: str
    seen_at: str


class StatusObject(msgspec.Struct, frozen=True):
    """`python -m ingest status --json`."""

    documents: list[DocumentObject]
    failures: list[FailureObject]
    passages: int
    embedder: str | None
    generation: int


class RemovedDocumentObject(msgspec.Struct, frozen=True):
    """A document that was removed; `restorable` tells whether `restore` brings it back."""

    document: str
    title: str
    version: str
    removed_at: str
    restorable: bool


class RemovedObject(msgspec.Struct, frozen=True):
    """`python -m ingest status --removed --json`."""

    removed: list[RemovedDocumentObject]


class StepObject(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a plan would do about one document."""

    action: str
    document: str
    reason: str
    moved_from: str = ""


class PlanObject(msgspec.Struct, frozen=True):
    """`python -m ingest --dry-run --json`."""

    plan: list[StepObject]
    summary: str


class MoveObject(msgspec.Struct, frozen=True, rename={"before": "from", "now": "to"}):
    """A document whose file has another name."""

    before: str
    now: str


class IncompleteObject(msgspec.Struct, frozen=True):
    """A document that was not indexed whole; `id` is `document` under its name of release 0.1."""

    document: str
    id: str
    note: str


class NearDuplicateObject(msgspec.Struct, frozen=True):
    """Two documents that say nearly the same."""

    document: str
    other: str
    similarity: float


class ReportObject(msgspec.Struct, frozen=True):
    """`python -m ingest --json`."""

    added: list[str]
    changed: list[str]
    removed: list[str]
    missing: list[str]
    moved: list[MoveObject]
    unchanged: int
    refused_before: list[str]
    failures: list[FailureObject]
    incomplete: list[IncompleteObject]
    near_duplicates: list[NearDuplicateObject]
    passages: int
    pages: int
    seconds: float
    stage_seconds: dict[str, float]
    summary: str


class VersionObject(msgspec.Struct, frozen=True):
    """One text of a document and when it was shown."""

    version: str
    since: str
    until: str | None
    characters: int


class VersionsObject(msgspec.Struct, frozen=True):
    """`python -m ingest versions DOC --json`."""

    document: str
    versions: list[VersionObject]


class PrunedVersionObject(msgspec.Struct, frozen=True):
    """One text that is forgotten."""

    document: str
    version: str
    since: str
    until: str | None
    characters: int


class PrunedObject(msgspec.Struct, frozen=True):
    """`python -m ingest prune --json`."""

    versions: list[PrunedVersionObject]
    originals: int
    original_bytes: int
    vectors: int
    dry_run: bool


def status_object(
    manifest: Manifest, documents: Sequence[Document], failures: Sequence[Failure]
) -> StatusObject:
    """Return what the index holds."""
    listed = [
        DocumentObject(
            document=document.id,
            path=document.source.path,
            id=document.id,
            title=document.title,
            version=document.version,
            passages=document.passages,
            size_bytes=document.source.size_bytes,
            indexed_at=document.indexed_at,
            reader=document.source.reader,
            note=document.note,
        )
        for document in documents
    ]
    return StatusObject(
        documents=listed,
        failures=[_failure_object(failure) for failure in failures],
        passages=manifest.passages,
        embedder=manifest.fingerprint or None,
        generation=manifest.generation,
    )


def removed_object(gone: Sequence[Removed]) -> RemovedObject:
    """Return what was removed and is kept."""
    return RemovedObject(
        [
            RemovedDocumentObject(
                r.document.id, r.document.title, r.document.version, r.at, r.is_restorable
            )
            for r in gone
        ]
    )


def plan_object(plan: Plan) -> PlanObject:
    """Return what a plan would do."""
    steps = [StepObject(s.action, s.id, s.reason, s.moved_from) for s in plan.steps]
    return PlanObject(steps, plan.summary())


def report_object(report: Report, plan: Plan) -> ReportObject:
    """Return what a run did, with the line that its plan said before."""
    otherwise: dict[str, object] = {
        "moved": [{"from": before, "to": now} for before, now in report.moved],
        "refused_before": report.refused,
        "failures": [_failure_object(failure) for failure in report.failures],
        "incomplete": [IncompleteObject(name, name, note) for name, note in report.incomplete],
        "seconds": round(report.seconds, 3),
        "stage_seconds": {name: round(s, 3) for name, s in report.stage_seconds.items()},
        "summary": plan.summary(),
    }
    return msgspec.convert(asdict(report) | otherwise, ReportObject)


def versions_object(versions: Sequence[ShownVersion]) -> VersionsObject:
    """Return the texts that one document has had; at least one."""
    listed = [msgspec.convert(asdict(version), VersionObject) for version in versions]
    return VersionsObject(versions[0].document, listed)


def pruned_object(pruned: Pruned, dry_run: bool) -> PrunedObject:
    """Return what a pruning forgets, or would."""
    return msgspec.convert(asdict(pruned) | {"dry_run": dry_run}, PrunedObject)


def _failure_object(failure: Failure) -> FailureObject:
    return FailureObject(failure.id, failure.path, failure.id, failure.reason, failure.seen_at)
