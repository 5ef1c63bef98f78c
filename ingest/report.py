"""What a run has to say: failures, counts, progress."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from index.types import Failure

Stage = Literal["wait", "embed", "commit"]

# Stands for the parser where not a parser but a person said no.
BY_HAND = "removed by hand"


def make_failure(
    root: str,
    path: str,
    reason: str,
    size_bytes: int = -1,
    modified_ns: int = -1,
    reader: str = "",
) -> Failure:
    """Return a failure seen now; the stat is -1 where it could not be asked."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return Failure(root, path, " ".join(reason.split()), size_bytes, modified_ns, reader, now)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is.

    Attributes:
        documents: Documents done.
        documents_total: Documents to do.
        pages: Pages of the documents done, of formats that have pages.
        passages: Passages embedded, or found embedded already.
        source_bytes: Source bytes done.
        source_bytes_total: Source bytes to do.
        seconds: Since the run began.
    """

    documents: int
    documents_total: int
    pages: int
    passages: int
    source_bytes: int
    source_bytes_total: int
    seconds: float

    @property
    def share(self) -> float:
        """Done, in [0, 1], by source bytes."""
        if not self.source_bytes_total:
            return 1.0
        return min(1.0, self.source_bytes / self.source_bytes_total)

    @property
    def passages_per_s(self) -> float:
        """Passages a second since the run began."""
        return self.passages / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """At the pace so far; None before there is one."""
        return self.seconds * (1 - self.share) / self.share if self.share else None

    def describe(self) -> str:
        """Return how far it is in words, without the time left."""
        parts = [f"{self.documents:,} of {self.documents_total:,} documents"]
        if self.pages:
            parts.append(f"{self.pages:,} pages")
        parts.append(f"{self.passages:,} passages ({self.passages_per_s:,.0f}/s)")
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """Two documents that say nearly the same.

    Attributes:
        document: Id of the one that was added or changed.
        other: Id of the other one.
        similarity: Estimated share of runs of words that they have in common, in [0, 1]; 1 if
            their texts are the same, and then stored once.
    """

    document: str
    other: str
    similarity: float

    def __str__(self) -> str:
        """In a line."""
        if self.similarity == 1:
            return f"{self.document} has the same text as {self.other}"
        return f"{self.document} is nearly the same as {self.other} ({self.similarity:.0%})"


@dataclass(slots=True)
class Report:
    """What a run did.

    Attributes:
        added: Ids of documents that are new.
        changed: Ids of documents whose text or metadata changed.
        removed: Ids of documents taken out.
        unchanged: Number of documents that needed nothing.
        moved: (id until now, id) of documents whose file has another name.
        refused: Ids of sources already known as refused, with nothing new about them.
        missing: Ids of documents whose file has vanished and that were kept.
        failures: What could not be indexed in this run.
        incomplete: Ids of documents that were not indexed whole, each with what was passed over.
        near_duplicates: Documents added or changed that are nearly the same as another one.
        passages: Passages of the documents added and changed.
        pages: Their pages, of formats that have pages.
        seconds: Duration.
        stage_seconds: Of it, `wait` for files to be read, `embed` and keep vectors, `commit`.
    """

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    moved: list[tuple[str, str]] = field(default_factory=list)
    unchanged: int = 0
    refused: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    incomplete: list[tuple[str, str]] = field(default_factory=list)
    near_duplicates: list[NearDuplicate] = field(default_factory=list)
    passages: int = 0
    pages: int = 0
    seconds: float = 0.0
    stage_seconds: dict[Stage, float] = field(
        default_factory=lambda: {"wait": 0.0, "embed": 0.0, "commit": 0.0}
    )

    def summary(self) -> str:
        """Return what was done in a line."""
        moved = f"{len(self.moved)} moved, " if self.moved else ""
        return (
            f"{len(self.added)} added, {len(self.changed)} changed, {len(self.removed)} removed, "
            f"{moved}{self.unchanged} unchanged, {len(self.failures)} refused "
            f"in {self.seconds:.1f} s"
        )

    def notes(self) -> list[str]:
        """Return what is worth knowing beyond the numbers, a line each."""
        incomplete = [f"{document}: {note}" for document, note in self.incomplete]
        moved = [f"{now} was moved from {before}" for before, now in self.moved]
        return incomplete + moved + [str(pair) for pair in self.near_duplicates]

    @contextlib.contextmanager
    def timing(self, stage: Stage) -> Iterator[None]:
        """Add the duration of the block to a stage's."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.stage_seconds[stage] += time.monotonic() - began
