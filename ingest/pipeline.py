"""Plan applied: read, chunk, embed, commit; one bad file neither stops nor spoils the rest."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from index.catalog.write import Incoming
from index.commit import IndexWriter
from index.local import LocalIndex
from ingest import parsers
from ingest.errors import SourceError, SourceUnreadable
from ingest.planning.compare import PlanStep
from ingest.planning.plan import Plan
from ingest.report import Progress, Report, make_failure
from ingest.settings import IngestSettings
from ingest.sources.roots import SourceFile, make_title
from ingest.upkeep.duplicates import find_near_duplicates
from ingest.workers.load import Loaded, is_little, load
from ingest.workers.parse import Parsed, Refused, Task, parse
from ingest.workers.pool import Workers


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
    index: LocalIndex,
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
        moved=[(step.moved_from, step.id) for step in plan.steps if step.moved_from],
        refused=[step.id for step in plan.of("refused")],
        missing=[step.id for step in plan.of("missing")],
    )
    with index.writer(reembed) as writer:
        for root in plan.new_roots:
            writer.put_root(root.name, root.folder)
        for outdated in plan.outdated_failures:
            writer.forget_failure(outdated.root, outdated.path)
        if plan.listing:
            writer.put_listing(plan.listing.name, plan.listing.entries)
        run = _Run(writer, plan, report, report_progress, began)
        run.small_steps()
        run.documents(pace)
        writer.keep_fetches(plan.fetches)
        report.near_duplicates = find_near_duplicates(
            index, {*report.added, *report.changed}, writer.keep_signature
        )
    for ids in (report.added, report.changed):
        ids.sort()  # a file that took long was overtaken
    report.seconds = time.monotonic() - began
    return report


@dataclass(frozen=True, slots=True)
class _Ready:
    step: PlanStep
    incoming: Incoming
    note: str | None


class _Run:
    """One application of one plan."""

    def __init__(
        self,
        writer: IndexWriter,
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
        self._todo = plan.of("add", "change")
        self._sizes = {s.id: max(1, s.candidate.size_bytes) for s in self._todo if s.candidate}
        self._bytes_total = sum(self._sizes.values())
        self._documents_done = self._pages_done = self._passages_done = self._bytes_done = 0
        # Of the batch that is being embedded, so that one large file does not stand at 0 %.
        self._batch_bytes = self._batch_passages = self._batch_embedded = 0

    def small_steps(self) -> None:
        """Stage what needs no reading: removals, new stat values, failures of the scan."""
        for step in self._plan.of("remove"):
            self._writer.remove(step.id)
            self._report.removed.append(step.id)
        for step in self._plan.steps:
            if step.moved_from and step.source:
                self._writer.move(step.moved_from, step.source)
            elif step.action == "touch" and step.source:
                self._writer.touch(step.source)
        for step in self._plan.of("fail"):
            if step.failure:
                self._writer.put_failure(step.failure)
                self._report.failures.append(step.failure)

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

    def _waited(self, batches: Iterator[list[_Ready]]) -> list[_Ready]:
        with self._report.timing("wait"):
            return next(batches, [])

    def _commit(self) -> float:
        began = time.monotonic()
        with self._report.timing("commit"):
            self._writer.commit()
        return time.monotonic() - began

    def _batches(
        self, replies: Iterable[tuple[Loaded, Parsed | Refused]], passages: int
    ) -> Iterator[list[_Ready]]:
        batch: list[_Ready] = []
        for ready in self._ready(replies):
            batch.append(ready)
            if sum(len(r.incoming.drafts) for r in batch) >= passages:
                yield batch
                batch = []
        if batch:
            yield batch

    def _replies(
        self, pace: Pace, stack: contextlib.ExitStack
    ) -> Iterable[tuple[Loaded, Parsed | Refused]]:
        settings = self._writer.settings.table(IngestSettings)
        if settings.workers == 0 or is_little(self._todo, pace.little_bytes):
            return ((read, parse(task)) for read, task in self._load())
        workers: Workers[Loaded] = stack.enter_context(Workers(settings))
        return workers.results(self._load())

    def _load(self) -> Iterator[tuple[Loaded, Task]]:
        settings = self._writer.settings.table(IngestSettings)
        most_mb = settings.file_memory_mb if settings.workers else None
        for step in self._todo:
            candidate = step.candidate
            assert candidate is not None
            try:
                yield load(step, candidate, most_mb)
            except SourceError as error:
                readable = not isinstance(error, SourceUnreadable)
                self._refuse(step, candidate, str(error), readable)

    def _ready(self, replies: Iterable[tuple[Loaded, Parsed | Refused]]) -> Iterator[_Ready]:
        for read, reply in replies:
            if isinstance(reply, Refused):
                self._refuse(read.step, read.candidate, reply.reason, known_stat=True)
                continue
            self._writer.keep_original(read.source.sha256, read.data)
            title = reply.title or make_title(read.candidate.path)
            incoming = Incoming(
                read.source, reply.version, title, reply.metadata, reply.drafts, reply.layout
            )
            yield _Ready(read.step, incoming, reply.note)

    def _refuse(self, step: PlanStep, candidate: SourceFile, reason: str, known_stat: bool) -> None:
        trouble = make_failure(
            candidate.root.name,
            candidate.path,
            reason,
            candidate.size_bytes if known_stat else -1,
            candidate.modified_ns if known_stat else -1,
            parsers.parser_id(candidate.name),
        )
        # No stat tells when a file can be read again, so that is tried each time; but said once.
        if step.remembered and step.remembered.reason == trouble.reason and not known_stat:
            self._report.refused.append(step.id)
        else:
            self._writer.put_failure(trouble)
            self._report.failures.append(trouble)
        self._finish(step)
        self._tell()

    def _store(self, batch: list[_Ready]) -> None:
        self._batch_bytes = sum(self._sizes[ready.step.id] for ready in batch)
        self._batch_passages = sum(len(ready.incoming.drafts) for ready in batch)
        self._batch_embedded = 0
        with self._report.timing("embed"):
            self._writer.add([ready.incoming for ready in batch], self._embedded)
        self._batch_bytes = 0
        for ready in batch:
            known = self._report.added if ready.step.action == "add" else self._report.changed
            known.append(ready.step.id)
            pages = len({page.number for page in ready.incoming.version.pages})
            self._report.passages += len(ready.incoming.drafts)
            self._report.pages += pages
            self._pages_done += pages
            if ready.note:
                self._report.incomplete.append((ready.step.id, ready.note))
            self._finish(ready.step)
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
