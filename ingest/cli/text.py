"""What `python -m ingest` shows on a terminal: plans, reports, lists, progress."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import NoReturn

from tqdm import tqdm

from index.types import Document, Failure, Manifest, Removed, ShownVersion
from ingest.planning.plan import ORDER, Plan
from ingest.report import Progress, Report
from ingest.upkeep.versions import SHOWN_CHARS, Pruned

_MOST_NOTES = 20
_LABELS = {"add": "new", "change": "changed", "remove": "removed", "move": "moved"}
_COLOURS = {"+": "\033[32m", "-": "\033[31m", "@": "\033[36m"}
_PLAIN = "\033[0m"


class ProgressBar:
    """A bar on a terminal, nothing elsewhere. Use in a `with`."""

    def __init__(self, plan: Plan) -> None:
        todo = plan.of("add", "change")
        self._bar: tqdm[NoReturn] = tqdm(
            total=sum(max(1, s.file.size_bytes) for s in todo if s.file),
            unit="B",
            unit_scale=True,
            disable=not todo or not sys.stderr.isatty(),
            bar_format="{percentage:3.0f}%|{bar}| {desc}[{elapsed}<{remaining}]",
        )

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bar.close()

    def show(self, progress: Progress) -> None:
        """Show how far a run is."""
        self._bar.set_description_str(f"{progress.describe()} ", refresh=False)
        self._bar.update(progress.source_bytes - self._bar.n)


def show_asked(done: int, total: int) -> None:
    """Show how many web addresses were asked, on a terminal."""
    if sys.stderr.isatty():
        print(f"asking web servers: {done} of {total}\033[K", end="\r", file=sys.stderr, flush=True)


def format_plan(plan: Plan) -> str:
    """Return a plan's summary and its steps, a line each, in the order of what they do."""
    steps = sorted(plan.of(*ORDER[:7]), key=lambda step: (ORDER.index(step.action), step.id))
    lines = [f"{_LABELS.get(s.action, s.action):8} {s.id} ({s.reason})" for s in steps]
    return "\n".join([plan.summary(), *lines])


def format_report(report: Report, manifest: Manifest) -> str:
    """Return what a run did and what the index holds now."""
    holds = f"the index holds {manifest.documents:,} documents, {manifest.passages:,} passages"
    return "\n".join([f"{report.summary()}; {holds}", *shorten(report.notes())])


def shorten(notes: Sequence[str]) -> list[str]:
    """Return the first notes, and how many more there are."""
    more = [f"and {len(notes) - _MOST_NOTES:,} more such notes; --json lists them"]
    return [*notes[:_MOST_NOTES], *more * (len(notes) > _MOST_NOTES)]


def format_status(
    manifest: Manifest, documents: Sequence[Document], failures: Sequence[Failure]
) -> str:
    """Return documents and failures, a line each, and the totals."""
    lines = [f"{d.passages:6,} passages  {d.id}  “{d.title}”" for d in documents]
    lines += [f"       refused   {failure.id}: {failure.reason}" for failure in failures]
    embedder = manifest.fingerprint or "none yet"
    totals = f"{manifest.documents:,} documents, {manifest.passages:,} passages"
    return "\n".join([*lines, f"{totals}, embedder {embedder}"])


def format_removed(gone: Sequence[Removed]) -> str:
    """Return what was removed and is kept, a line each, the last one first."""
    lines = [
        f"removed {r.at}  {r.document.id}  “{r.document.title}”"
        f"{'' if r.is_restorable else '  (only its text is kept)'}"
        for r in gone
    ]
    return "\n".join(lines) or "no document that was removed is kept"


def format_versions(versions: Sequence[ShownVersion]) -> str:
    """Return the texts of one document, the newest first."""
    lines = [
        f"{v.version[:SHOWN_CHARS]}  {v.since} – {v.until or 'today':25}  "
        f"{v.characters:10,} characters"
        for v in versions
    ]
    return "\n".join([versions[0].document, *lines])


def format_diff(lines: Sequence[str]) -> str:
    """Return what changed, coloured on a terminal unless NO_COLOR is set."""
    if not lines:
        return "no sentence differs; at most white space and line breaks do"
    if not sys.stdout.isatty() or "NO_COLOR" in os.environ:
        return "\n".join(lines)
    colours = [_COLOURS.get(line[:1]) for line in lines]
    return "\n".join(
        f"{colour}{line}{_PLAIN}" if colour else line
        for colour, line in zip(colours, lines, strict=True)
    )


def format_pruned(pruned: Pruned, dry_run: bool) -> str:
    """Return which texts were, or would be, forgotten and what that means for citations."""
    lines = [
        f"{v.version[:SHOWN_CHARS]}  last shown {v.until}  {v.document}" for v in pruned.versions
    ]
    counts = (
        f"{_count(len(pruned.versions), 'old version')}, "
        f"{_count(pruned.originals, 'original')} ({pruned.original_bytes / 1e6:,.1f} MB), "
        f"{_count(pruned.vectors, 'vector')}"
    )
    if dry_run:
        end = f"would remove {counts}; citations of these versions would not open then"
    else:
        end = f"removed {counts}; citations of these versions do not open any more"
    return "\n".join([*lines, end])


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
