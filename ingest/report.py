"""What a run has to say: failures, counts, progress."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from index.types import Failure

# Stands for the reader where not a reader but a person said no.
BY_HAND = "removed by hand"


def failure(
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
        passages: Passages embedded, or found embedded already.
        source_bytes: Source bytes done.
        source_bytes_total: Source bytes to do.
        seconds: Since the run began.
    """

    documents: int
    documents_total: int
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
    def seconds_left(self) -> float | None:
        """At the pace so far; None before there is one."""
        return self.seconds * (1 - self.share) / self.share if self.share else None


@dataclass(slots=True)
class Report:
    """What a run did.

    Attributes:
        added: Ids of documents that are new.
        changed: Ids of documents whose text or metadata changed.
        removed: Ids of documents taken out.
        unchanged: Number of documents that needed nothing.
        refused: Ids of files already known as refused and not tried again.
        missing: Ids of documents whose file has vanished and that were kept.
        failures: What could not be indexed in this run.
        notes: Ids of documents that were indexed but not whole, each with what was passed over.
        passages: Passages of the documents added and changed.
        seconds: Duration.
    """

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: int = 0
    refused: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    passages: int = 0
    seconds: float = 0.0
