"""What has to be done so that the index is in step with its sources."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.base import Index
from index.errors import IndexMissing
from index.types import Document, Failure, Fetch
from ingest.planning.compare import Action, Known, PlanStep, plan_step, skip_known
from ingest.planning.moves import follow_moves
from ingest.planning.scope import RunScope, find_named, find_run_scope
from ingest.report import BY_HAND
from ingest.sources.roots import WEB, WEB_ROOT, Address, Root, holds, may_be_folder
from ingest.sources.scan import Selection, scan

ORDER: tuple[Action, ...] = (
    "add", "change", "move", "remove", "missing", "fail", "check", "refused", "touch", "unchanged",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listing:
    """What the index is to remember of a list of sources."""

    name: str
    entries: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run will do.

    Attributes:
        steps: In order of id.
        new_roots: Roots that the index does not know yet, or knows elsewhere.
        outdated_failures: Remembered failures of files that are gone, or as they were indexed.
        prune: Whether what has vanished is removed.
        listing: What to remember of a list of sources, None if nothing new.
        fetches: What web servers have said.
    """

    steps: tuple[PlanStep, ...]
    new_roots: tuple[Root, ...]
    outdated_failures: tuple[Failure, ...]
    prune: bool = False
    listing: Listing | None = None
    fetches: tuple[Fetch, ...] = ()

    def of(self, *actions: Action) -> list[PlanStep]:
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
            (sum(bool(step.moved_from) for step in self.steps), "moved"),
            (len(self.of("check")), "web addresses to ask"),
            (len(self.of("missing")), "missing (kept; --prune removes them)"),
            (len(self.of("fail")), "cannot be read"),
            (len(self.of("refused")), "refused as before"),
        ]
        parts = counts + [(count, label) for count, label in extra if count]
        return ", ".join(f"{count} {label}" for count, label in parts)


def make_plan(
    index: Index,
    paths: Sequence[str] = (),
    prune: bool = False,
    listed: Path | None = None,
    addresses: bool = True,
    at_home: bool = False,
) -> Plan:
    """Compare sources with the index; nothing is changed, and no web server is asked.

    Args:
        index: May not exist yet.
        paths: Files, folders and web addresses; without any and without a list: corpus/, the
            uploads and the addresses that were given by hand before.
        prune: Remove documents whose source has vanished, inside what is given only.
        listed: A `sources.toml` to keep in step, instead of paths.
        addresses: Whether web addresses are to be asked.
        at_home: With a list: also what a run without paths and list is about.

    Returns:
        The plan, with a "check" for every address: see `ingest.planning.web`.

    Raises:
        SourceUnreadable: A path given does not exist.
        SourceRefused: A web address given is none.
        SourceListRefused: A sources.toml or .policyignore cannot be used.
        IndexOutdated: An older release made the index: `Index.bring_up_to_date` comes first.
        IndexDamaged: The catalog cannot be read.
    """
    try:
        with index.snapshot() as catalog:
            only = None if listed or at_home else find_named(index.settings, catalog.roots(), paths)
            known = Known.of(catalog, only)
    except IndexMissing:
        known = Known()
    asked_for = find_run_scope(index.settings, known, paths, listed, at_home)
    steps, outdated, kept = _compare(asked_for, known, "remove" if prune else "missing")
    to_ask = asked_for.addresses if addresses else ()
    steps += [_check(address, known) for address in to_ask]
    return Plan(
        tuple(sorted(steps, key=lambda step: step.id)),
        tuple(_new_roots(asked_for, known, bool(to_ask))),
        tuple(outdated),
        prune,
        _listing(asked_for, known, kept),
    )


def _compare(
    asked_for: RunScope, known: Known, gone: Action
) -> tuple[list[PlanStep], list[Failure], list[Document]]:
    """Return steps for files, failures to forget, and documents no longer listed but kept."""
    selection = Selection(asked_for.rules)
    found = scan(asked_for.scopes, list(asked_for.roots.values()), selection)
    named = {f"{scope.root.name}/{scope.under}" for scope in asked_for.scopes if scope.single}
    steps = [PlanStep("fail", f.id, f.reason, failure=f) for f in found.failures]
    steps += [plan_step(candidate, known) for candidate in found.candidates]
    steps = [skip_known(step, known, step.id in named) for step in steps]
    mentioned = {step.id for step in steps}
    unseen = [
        d
        for d in known.documents.values()
        if asked_for.in_scope(d.source.root, d.source.path)
        and d.id not in mentioned
        and not _find_hidden(d.id, found.failures)
    ]
    reasons = {d.id: _objection(asked_for, selection, d) for d in unseen}
    steps = follow_moves(steps, {d.id: d for d in unseen if not reasons[d.id]})
    dropped = _find_dropped(asked_for, known)
    reasons |= {d.id: f"no longer listed in {asked_for.rules.file_name}" for d in dropped}
    moved = {step.moved_from for step in steps}
    steps += [
        PlanStep(gone, name, reason or "its file has vanished")
        for name, reason in reasons.items()
        if name not in moved
    ]
    return steps, _find_outdated(asked_for, known, steps, found.failures), dropped


def _objection(asked_for: RunScope, selection: Selection, document: Document) -> str:
    """Return why the file of a document that the scan has not found is left out, "" if gone."""
    root = asked_for.roots[document.source.root]
    path = root.folder / document.source.path
    inside = [path, *path.parents][: len(path.parts) - len(root.folder.parts)]
    objections = (selection.objection(root, part, part != path) for part in inside)
    return next((f"{reason} now" for reason in objections if reason), "")


def _find_dropped(asked_for: RunScope, known: Known) -> list[Document]:
    """Return the documents that the list named, that it names no longer, and that nobody does."""
    if asked_for.entries is None:
        return []
    before = known.listed.get(asked_for.rules.name, set())
    rest = [rows for name, rows in known.listed.items() if name != asked_for.rules.name]
    still = asked_for.entries.union(*rest)
    return [
        document
        for document in known.documents.values()
        if _names(before, document)
        and not _names(still, document)
        and not asked_for.in_scope(document.source.root, document.source.path)
    ]


def _names(entries: Iterable[tuple[str, str]], document: Document) -> bool:
    source = document.source
    return any(root == source.root and holds(under, source.path) for root, under in entries)


def _listing(asked_for: RunScope, known: Known, dropped: Sequence[Document]) -> Listing | None:
    """Return what to remember, None if it is known; what is dropped stays until it is removed."""
    if asked_for.entries is None:
        return None
    before = known.listed.get(asked_for.rules.name, set())
    entries = set(asked_for.entries)
    entries |= {row for row in before if any(_names([row], document) for document in dropped)}
    return Listing(asked_for.rules.name, tuple(sorted(entries))) if entries != before else None


def _check(address: Address, known: Known) -> PlanStep:
    failed, fetched = known.failures.get(address.url), known.fetches.get(address.url)
    if failed and failed.reader == BY_HAND and not address.named:
        return PlanStep("refused", address.url, failed.reason)
    reason = f"last asked {fetched.checked_at}" if fetched else "new"
    return PlanStep("check", address.url, reason, address=address)


def _new_roots(asked_for: RunScope, known: Known, web: bool) -> list[Root]:
    roots = {scope.root.name: scope.root for scope in asked_for.scopes}
    found = [root for root in roots.values() if may_be_folder(root.folder)] + [WEB] * web
    return [root for root in found if known.roots.get(root.name) != root.folder]


def _find_outdated(
    asked_for: RunScope, known: Known, steps: Sequence[PlanStep], failures: Sequence[Failure]
) -> list[Failure]:
    """Return remembered failures of files that are gone, in order, or of no root."""
    open_questions = {s.id for s in steps if s.action in ("add", "change", "fail", "refused")}
    open_questions |= {address.url for address in asked_for.addresses}
    is_listing = asked_for.entries is not None
    before = known.listed.get(asked_for.rules.name, set()) if is_listing else set()
    outdated = []
    for failure in known.failures.values():
        over = asked_for.in_scope(failure.root, failure.path)
        over |= failure.root not in {*asked_for.roots, WEB_ROOT}
        over |= (failure.root, failure.path) in before
        if over and failure.id not in open_questions and not _find_hidden(failure.id, failures):
            outdated.append(failure)
    return outdated


def _find_hidden(name: str, failures: Sequence[Failure]) -> bool:
    """Tell whether a document is in a folder that could not be looked into, and may be there."""
    above = [f.root if f.path == "." else f.id for f in failures]
    return any(name.startswith(f"{folder}/") for folder in above)
