"""Plan applied: read, chunk, embed, commit; one bad file neither stops nor spoils the rest."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from index.base import Index, Writer
from index.changes import (
    Change,
    ForgetFailure,
    IncomingDocument,
    MoveDocument,
    PutFailure,
    PutFetch,
    PutListing,
    PutRoot,
    RemoveDocument,
    TouchSource,
)
from ingest import parsers
from ingest.errors import SourceError, SourceUnreadable
from ingest.planning.compare import PlanStep
from ingest.planning.plan import Plan
from ingest.report import Progress, Report, make_failure
from ingest.settings import IngestSettings
from ingest.upkeep.duplicates import find_near_duplicates
from ingest.workers.load import is_little, load
from ingest.workers.parse import LoadedSource, Refused, parse
from ingest.workers.pool import Reply, Workers


@dataclass(frozen=True, slots=True)
class Pace:
    """How much is done at a time.

    Attributes:
        passages: Read ahead and embedded together: enough to sort by length, few enough that the
            progress moves.
        commit_seconds: Between two commits. A commit rewrites the vectors' file, so not after
            every batch; a crash repeats this much reading and chunking, but no embedding, since
            vectors are stored as they are made.
        commit_share: Of the time at most so much goes into commits: in a large index, where one
            takes longer, there are fewer.
        little_bytes: Text files of so many bytes in all are read in this process: it takes no
            longer than starting others does.
    """

    passages: int = 256
    commit_seconds: float = 10.0
    commit_share: float = 0.05
    little_bytes: int = 200_000


def apply_plan(
    index: Index,
    plan: Plan,
    report_progress: Callable[[Progress], None] = lambda _: None,
    reembed: bool = False,
    pace: Pace = Pace(),
) -> Report:
    """Bring the index in step with the plan.

    Args:
        index: Made if it is not there.
        plan: From `make_plan`.
        report_progress: Called often with how far it is.
        reembed: Replace the vectors of another embedder instead of refusing.
        pace: How much is done at a time.

    Returns:
        What was done. A file that cannot be indexed is in its failures; if it was indexed
        before, the old version stays.

    Raises:
        IndexLocked: Another process is writing.
        EmbedderMismatch: The index holds vectors of another embedder and `reembed` is not set.
        IndexWriteFailed: Disk full; everything committed before stands.
        WorkersUnavailable: The processes that read files do not start.
    """
    began = time.monotonic()
    report = Report(
        unchanged=len(plan.of("unchanged", "touch")),
        removed=[step.id for step in plan.of("remove")],
        moved=[(step.moved_from, step.id) for step in plan.steps if step.moved_from],
        failures=[step.failure for step in plan.of("fail") if step.failure],
        refused=[step.id for step in plan.of("refused")],
        missing=[step.id for step in plan.of("missing")],
    )
    with index.writer(reembed) as writer:
        writer.stage(*list_changes(plan))
        run = _Run(writer, plan, report, report_progress, began)
        run.documents(pace)
        writer.keep(*map(PutFetch, plan.fetches))
        report.near_duplicates = find_near_duplicates(index, run.versions, writer)
    for ids in (report.added, report.changed):
        ids.sort()  # a file that took long was overtaken
    report.seconds = time.monotonic() - began
    return report


def list_changes(plan: Plan) -> list[Change]:
    """Return what a plan changes without anything being read: all but what is added and changed."""
    changes: list[Change] = [PutRoot(root.name, str(root.folder)) for root in plan.new_roots]
    changes += [ForgetFailure(failure.root, failure.path) for failure in plan.outdated_failures]
    if plan.listing:
        changes.append(PutListing(plan.listing.name, plan.listing.entries))
    changes += [RemoveDocument(step.id) for step in plan.of("remove")]
    for step in plan.steps:
        if step.moved_from and step.source:
            changes.append(MoveDocument(step.moved_from, step.source))
        elif step.action == "touch" and step.source:
            changes.append(TouchSource(step.source))
    changes += [PutFailure(step.failure) for step in plan.of("fail") if step.failure]
    return changes


class _Run:
    """One application of one plan."""

    def __init__(
        self,
        writer: Writer,
        plan: Plan,
        report: Report,
        report_progress: Callable[[Progress], None],
        began: float,
    ) -> None:
        self._writer = writer
        self._plan = plan
        self._report = report
        self._report_progress = report_progress
        self._began = began
        self.versions: dict[str, str] = {}  # that what was added or changed shows now, by id
        self._todo = {step.id: step for step in plan.of("add", "change")}
        sized = [step for step in self._todo.values() if step.file]
        self._sizes = {step.id: max(1, step.file.size_bytes) for step in sized if step.file}
        self._bytes_total = sum(self._sizes.values())
        self._documents_done = self._pages_done = self._passages_done = self._bytes_done = 0
        # Of the batch that is being embedded, so that one large file does not stand at 0 %.
        self._batch_bytes = self._batch_passages = self._batch_embedded = 0

    def documents(self, pace: Pace) -> None:
        """Read, chunk and embed in batches; commit now and then, and at the end."""
        self._tell()
        following = time.monotonic() + pace.commit_seconds
        with contextlib.ExitStack() as stack:
            batches = self._batches(self._replies(pace, stack), pace.passages)
            while batch := self._waited(batches):
                self._store(batch)
                if time.monotonic() >= following:
                    took = self._commit()
                    pause = took * (1 / pace.commit_share - 1)
                    following = time.monotonic() + max(pace.commit_seconds, pause)
        self._commit()

    def _waited(self, batches: Iterator[list[IncomingDocument]]) -> list[IncomingDocument]:
        with self._report.timing("wait"):
            return next(batches, [])

    def _commit(self) -> float:
        began = time.monotonic()
        with self._report.timing("commit"):
            self._writer.commit()
        return time.monotonic() - began

    def _batches(
        self, replies: Iterable[tuple[LoadedSource, Reply]], passages: int
    ) -> Iterator[list[IncomingDocument]]:
        batch: list[IncomingDocument] = []
        for document in self._take(replies):
            batch.append(document)
            if sum(len(document.passages) for document in batch) >= passages:
                yield batch
                batch = []
        if batch:
            yield batch

    def _replies(
        self, pace: Pace, stack: contextlib.ExitStack
    ) -> Iterable[tuple[LoadedSource, Reply]]:
        settings = self._writer.settings.table(IngestSettings)
        steps = self._todo.values()
        if settings.workers == 0 or is_little(steps, pace.little_bytes):
            return ((loaded, parse(loaded)) for loaded in self._load())
        return stack.enter_context(Workers(settings)).results(self._load())

    def _load(self) -> Iterator[LoadedSource]:
        settings = self._writer.settings.table(IngestSettings)
        most_mb = settings.file_memory_mb if settings.workers else None
        for step in self._todo.values():
            assert step.file is not None
            try:
                yield load(step.file, most_mb)
            except SourceError as error:
                self._refuse(step, str(error), not isinstance(error, SourceUnreadable))

    def _take(self, replies: Iterable[tuple[LoadedSource, Reply]]) -> Iterator[IncomingDocument]:
        """Yield what was read, its bytes kept; what was refused is remembered."""
        for loaded, reply in replies:
            if isinstance(reply, Refused):
                self._refuse(self._todo[loaded.source.id], reply.reason, known_stat=True)
            else:
                self._writer.keep_original(loaded.source.sha256, loaded.data)
                yield reply

    def _refuse(self, step: PlanStep, reason: str, known_stat: bool) -> None:
        file = step.file
        assert file is not None
        trouble = make_failure(
            file.root.name,
            file.path,
            reason,
            file.size_bytes if known_stat else -1,
            file.modified_ns if known_stat else -1,
            parsers.parser_id(file.name),
        )
        # No stat tells when a file can be read again, so that is tried each time; but said once.
        if step.remembered and step.remembered.reason == trouble.reason and not known_stat:
            self._report.refused.append(step.id)
        else:
            self._writer.stage(PutFailure(trouble))
            self._report.failures.append(trouble)
        self._finish(step)
        self._tell()

    def _store(self, batch: list[IncomingDocument]) -> None:
        self._batch_bytes = sum(self._sizes[document.source.id] for document in batch)
        self._batch_passages = sum(len(document.passages) for document in batch)
        self._batch_embedded = 0
        with self._report.timing("embed"):
            self._writer.add(batch, self._embedded)
        self._batch_bytes = 0
        for document in batch:
            step = self._todo[document.source.id]
            known = self._report.added if step.action == "add" else self._report.changed
            known.append(step.id)
            self.versions[step.id] = document.version.id
            pages = len({page.number for page in document.version.pages})
            self._report.passages += len(document.passages)
            self._report.pages += pages
            self._pages_done += pages
            if document.note:
                self._report.incomplete.append((step.id, document.note))
            self._finish(step)
        self._tell()

    def _finish(self, step: PlanStep) -> None:
        self._documents_done += 1
        self._bytes_done += self._sizes[step.id]

    def _embedded(self, passages: int) -> None:
        self._passages_done += passages
        self._batch_embedded += passages
        self._tell()

    def _tell(self) -> None:
        embedded = self._batch_embedded / max(1, self._batch_passages)
        self._report_progress(
            Progress(
                self._documents_done,
                len(self._todo),
                self._pages_done,
                self._passages_done,
                self._bytes_done + int(self._batch_bytes * embedded),
                self._bytes_total,
                time.monotonic() - self._began,
            )
        )
