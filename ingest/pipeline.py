"""Plan applied: read, chunk, embed, commit; one bad file neither stops nor spoils the rest."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from index.errors import SourceError, SourceUnreadable
from index.ledger import Incoming
from index.store import Index
from index.types import Metadata, Source
from index.writer import Writer
from ingest import metadata, readers
from ingest.chunk import chunk
from ingest.plan import Plan, Step
from ingest.report import Progress, Report, failure
from ingest.sources import Candidate


@dataclass(frozen=True, slots=True)
class Pace:
    """How much is done at a time.

    Attributes:
        passages: Read ahead and embedded together: enough to sort by length, few enough that the
            progress moves.
        commit_seconds: Between two commits. A commit rewrites the vectors' file, so not after
            every batch; a crash repeats this much reading and chunking, but no embedding, since
            vectors are stored as they are made.
    """

    passages: int = 256
    commit_seconds: float = 10.0


def apply(
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
    """
    began = time.monotonic()
    report = Report(
        unchanged=len(plan.of("unchanged", "touch")),
        refused=[step.id for step in plan.of("refused")],
        missing=[step.id for step in plan.of("missing")],
    )
    with index.writer(reembed) as writer:
        for root in plan.new_roots:
            writer.put_root(root.name, root.folder)
        for outdated in plan.outdated_failures:
            writer.forget_failure(outdated.root, outdated.path)
        run = _Run(writer, plan, report, report_progress, began)
        run.small_steps()
        run.documents(pace)
        writer.commit()
    report.seconds = time.monotonic() - began
    return report


@dataclass(slots=True)
class _Read:
    step: Step
    incoming: Incoming
    data: bytes
    note: str | None


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
        self._todo = plan.of("add", "change")
        self._sizes = {s.id: max(1, s.candidate.size_bytes) for s in self._todo if s.candidate}
        self._documents_done = self._passages_done = self._bytes_done = 0
        # Of the batch that is being embedded, so that one large file does not stand at 0 %.
        self._batch_bytes = self._batch_passages = self._batch_embedded = 0

    def small_steps(self) -> None:
        """Stage what needs no reading: removals, new stat values, failures of the scan."""
        for step in self._plan.of("remove"):
            self._writer.remove(step.id)
            self._report.removed.append(step.id)
        for step in self._plan.of("touch"):
            if step.source:
                self._writer.touch(step.source)
        for step in self._plan.of("fail"):
            if step.failure:
                self._writer.fail(step.failure)
                self._report.failures.append(step.failure)

    def documents(self, pace: Pace) -> None:
        """Read, chunk and embed in batches; commit now and then."""
        self._tell()
        committed = time.monotonic()
        batch: list[_Read] = []
        for read in self._reads():
            batch.append(read)
            if sum(len(r.incoming.drafts) for r in batch) >= pace.passages:
                self._store(batch)
                batch = []
                if time.monotonic() - committed >= pace.commit_seconds:
                    self._writer.commit()
                    committed = time.monotonic()
        self._store(batch)

    def _reads(self) -> Iterator[_Read]:
        for step in self._todo:
            candidate = step.candidate
            assert candidate is not None
            try:
                yield _read(step, candidate)
            except SourceError as error:
                self._refuse(step, candidate, error)

    def _refuse(self, step: Step, candidate: Candidate, error: SourceError) -> None:
        known_stat = not isinstance(error, SourceUnreadable)
        trouble = failure(
            candidate.root.name,
            candidate.path,
            str(error),
            candidate.size_bytes if known_stat else -1,
            candidate.modified_ns if known_stat else -1,
            readers.reader_id(candidate.path),
        )
        # No stat tells when a file can be read again, so that is tried each time; but said once.
        if step.remembered and step.remembered.reason == trouble.reason and not known_stat:
            self._report.refused.append(step.id)
        else:
            self._writer.fail(trouble)
            self._report.failures.append(trouble)
        self._finish(step)
        self._tell()

    def _store(self, batch: list[_Read]) -> None:
        if not batch:
            return
        for read in batch:
            self._writer.keep_original(read.incoming.source.sha256, read.data)
        self._batch_bytes = sum(self._sizes[read.step.id] for read in batch)
        self._batch_passages = sum(len(read.incoming.drafts) for read in batch)
        self._batch_embedded = 0
        self._writer.add([read.incoming for read in batch], self._embedded)
        self._batch_bytes = 0
        for read in batch:
            known = self._report.added if read.step.action == "add" else self._report.changed
            known.append(read.step.id)
            self._report.passages += len(read.incoming.drafts)
            if read.note:
                self._report.notes.append((read.step.id, read.note))
            self._finish(read.step)
        self._tell()

    def _finish(self, step: Step) -> None:
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
                self._passages_done,
                self._bytes_done + int(self._batch_bytes * embedded),
                sum(self._sizes.values()),
                time.monotonic() - self._began,
            )
        )


def _read(step: Step, candidate: Candidate) -> _Read:
    try:
        data = candidate.file.read_bytes()
    except OSError as error:
        raise SourceUnreadable(
            f"cannot be read ({error.strerror}); check that it is there and its rights"
        ) from error
    reading = readers.read(candidate.path, data)
    given, sidecar_sha256 = metadata.load(candidate.file)
    known = _merged(given, reading.metadata)
    source = Source(
        root=candidate.root.name,
        path=candidate.path,
        sha256=hashlib.sha256(data).hexdigest(),
        # The stat from before the reading: a file that grew meanwhile is read again next time.
        size_bytes=candidate.size_bytes,
        modified_ns=candidate.modified_ns,
        reader=readers.reader_id(candidate.path),
        metadata_sha256=sidecar_sha256,
    )
    title = known.title or reading.title or _title_of(candidate.path)
    # With what the sidecar says: the language decides where sentences end.
    drafts = chunk(replace(reading, metadata=known), known.title)
    incoming = Incoming(source, reading.version(), title, known, tuple(drafts), reading.layout)
    return _Read(step, incoming, data, reading.note)


def _merged(given: Metadata, found: Metadata) -> Metadata:
    """Return what a person says over what the format says."""
    values = {name: value for name in metadata.KEYS if (value := getattr(given, name)) is not None}
    return replace(found, **values)


def _title_of(path: str) -> str:
    stem = PurePosixPath(path).stem
    return re.sub(r"[-_\s]+", " ", stem).strip().capitalize() or path
