"""What has to be done so that the index is in step with its sources."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from index.catalog import Snapshot
from index.errors import IndexMissing, SourceRefused
from index.store import Index
from index.types import Document, Failure, Source
from ingest import metadata, readers
from ingest.report import BY_HAND, failure
from ingest.sources import Candidate, Root, Scope, folders, resolve, scan

Action = Literal["add", "change", "remove", "unchanged", "touch", "missing", "refused", "fail"]
ORDER: tuple[Action, ...] = (
    "add", "change", "remove", "missing", "fail", "refused", "touch", "unchanged",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done about one document.

    Attributes:
        action: What.
        id: `root/relative/path`.
        reason: Why, in plain words.
        candidate: The file, None if there is none.
        source: New stat values of an unchanged document, for "touch".
        failure: What is wrong, for "fail".
        remembered: What was wrong last time, unless the file was named by itself now.
    """

    action: Action
    id: str
    reason: str
    candidate: Candidate | None = None
    source: Source | None = None
    failure: Failure | None = None
    remembered: Failure | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run will do.

    Attributes:
        steps: In order of id.
        new_roots: Roots that the index does not know yet, or knows elsewhere.
        outdated_failures: Remembered failures of files that are gone, or as they were indexed.
    """

    steps: tuple[Step, ...]
    new_roots: tuple[Root, ...]
    outdated_failures: tuple[Failure, ...]

    def of(self, *actions: Action) -> list[Step]:
        """Return the steps of these kinds."""
        return [step for step in self.steps if step.action in actions]

    def summary(self) -> str:
        """Return the plan in a line, such as `12 new, 3 changed, 1 removed, 204 unchanged`."""
        counts = [
            (len(self.of("add")), "new"),
            (len(self.of("change")), "changed"),
            (len(self.of("remove")), "removed"),
            (len(self.of("unchanged", "touch")), "unchanged"),
        ]
        extra = [
            (len(self.of("missing")), "missing (kept; --prune removes them)"),
            (len(self.of("fail")), "cannot be read"),
            (len(self.of("refused")), "refused before and not tried again"),
        ]
        parts = counts + [(count, label) for count, label in extra if count]
        return ", ".join(f"{count} {label}" for count, label in parts)


def make_plan(index: Index, paths: Sequence[str] = (), prune: bool = False) -> Plan:
    """Compare sources with the index; nothing is changed.

    Args:
        index: May not exist yet.
        paths: Files and folders; none means corpus/ and the uploads.
        prune: Remove documents whose file has vanished, inside the paths given only.

    Returns:
        The plan; empty where there is neither a source nor anything indexed.

    Raises:
        SourceUnreadable: A path given does not exist.
        IndexOutdated: An older release made the index: `Index.bring_up_to_date` comes first.
        IndexDamaged: The catalog cannot be read.
    """
    try:
        with index.snapshot() as catalog:
            known = catalog.roots()
            scopes = resolve(paths, known, index.settings)
            return _plan(scopes, _roots(scopes, known, index), catalog, prune)
    except IndexMissing:
        scopes = resolve(paths, {}, index.settings)
        return _plan(scopes, _roots(scopes, {}, index), None, prune)


def _roots(scopes: Sequence[Scope], known: Mapping[str, Path], index: Index) -> list[Root]:
    roots = {name: Root(name, folder) for name, folder in folders(known, index.settings).items()}
    roots |= {scope.root.name: scope.root for scope in scopes}
    return list(roots.values())


def _plan(
    scopes: Sequence[Scope], roots: Sequence[Root], catalog: Snapshot | None, prune: bool
) -> Plan:
    documents = {d.id: d for d in catalog.documents()} if catalog else {}
    failed = {f.id: f for f in catalog.failures()} if catalog else {}
    known_roots = catalog.roots() if catalog else {}
    found = scan(scopes, roots)
    named = {f"{scope.root.name}/{scope.under}" for scope in scopes if scope.single}
    steps = [Step("fail", f.id, f.reason, failure=f) for f in found.failures]
    for candidate in found.candidates:
        steps.append(_step(candidate, documents.get(candidate.id), failed.get(candidate.id)))
    steps = [_unless_known(step, failed.get(step.id), step.id in named) for step in steps]
    mentioned = {step.id for step in steps}
    for document in documents.values():
        inside = _in_scope(scopes, document.source.root, document.source.path)
        if inside and document.id not in mentioned and not _hidden(document.id, found.failures):
            action: Action = "remove" if prune else "missing"
            steps.append(Step(action, document.id, "its file has vanished"))
    open_questions = {s.id for s in steps if s.action in ("add", "change", "fail", "refused")}
    outdated = [
        f
        for f in failed.values()
        if f.id not in open_questions
        and _in_scope(scopes, f.root, f.path)
        and not _hidden(f.id, found.failures)
    ]
    moved = {s.root.name: s.root for s in scopes if known_roots.get(s.root.name) != s.root.folder}
    ordered = tuple(sorted(steps, key=lambda step: step.id))
    return Plan(ordered, tuple(moved.values()), tuple(outdated))


def _unless_known(step: Step, before: Failure | None, named: bool) -> Step:
    """Return the step, or "refused" if it would only repeat what is remembered already."""
    if step.failure is None or before is None or named:
        return step
    if replace(step.failure, seen_at="") != replace(before, seen_at=""):
        return step
    return Step("refused", step.id, step.reason)


def _hidden(name: str, failures: Sequence[Failure]) -> bool:
    """Tell whether a document is in a folder that could not be looked into, and may be there."""
    above = [f.root if f.path == "." else f.id for f in failures]
    return any(name.startswith(f"{folder}/") for folder in above)


def _in_scope(scopes: Sequence[Scope], root: str, path: str) -> bool:
    return any(scope.root.name == root and scope.holds(path) for scope in scopes)


def _step(candidate: Candidate, document: Document | None, failed: Failure | None) -> Step:
    identity = (candidate.size_bytes, candidate.modified_ns)
    trouble: Failure | None = None
    try:
        reader = readers.reader_id(candidate.path)
        sidecar = metadata.load(candidate.file)[1]
    except SourceRefused as error:
        reader, sidecar = "", ""
        trouble = failure(candidate.root.name, candidate.path, str(error), *identity)
    remembered = None if candidate.single else failed
    if remembered and (remembered.size_bytes, remembered.modified_ns) == identity:
        same = remembered.reader == reader and (not trouble or trouble.reason == remembered.reason)
        if same or remembered.reader == BY_HAND:
            return Step("refused", candidate.id, remembered.reason)
    if trouble:
        return Step("fail", candidate.id, trouble.reason, failure=trouble)
    if document is None:
        return Step("add", candidate.id, "new", candidate, remembered=remembered)
    step = _compared(candidate, document.source, reader, sidecar)
    return replace(step, remembered=remembered)


def _compared(candidate: Candidate, source: Source, reader: str, sidecar: str) -> Step:
    if source.reader != reader:
        return Step("change", candidate.id, f"read by {source.reader}, now {reader}", candidate)
    if source.metadata_sha256 != sidecar:
        return Step("change", candidate.id, "its metadata changed", candidate)
    if (source.size_bytes, source.modified_ns) == (candidate.size_bytes, candidate.modified_ns):
        return Step("unchanged", candidate.id, "same size and time")
    return _compared_by_content(candidate, source)


def _compared_by_content(candidate: Candidate, source: Source) -> Step:
    try:
        with candidate.file.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        reason = f"cannot be read ({error.strerror}); check its rights"
        trouble = failure(candidate.root.name, candidate.path, reason)
        return Step("fail", candidate.id, reason, failure=trouble)
    if sha256 != source.sha256:
        return Step("change", candidate.id, "its content changed", candidate)
    touched = Source(
        source.root, source.path, sha256, candidate.size_bytes, candidate.modified_ns,
        source.reader, source.metadata_sha256,
    )  # fmt: skip
    return Step("touch", candidate.id, "same content", source=touched)
