"""The versions of a document: which there are, what changed between two, which are pruned."""

from __future__ import annotations

import difflib
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from index.base import Index
from index.disk.originals import find_unneeded
from index.errors import CitationUnknown, DocumentUnknown
from index.types import ShownVersion
from index.version import Version
from ingest.text.sentences import split

_AGE = re.compile(r"(\d{1,5})([dwmy])")
_DAYS = {"d": 1, "w": 7, "m": 30, "y": 365}
SHOWN_CHARS = 12


@dataclass(frozen=True, slots=True)
class Pruned:
    """What a pruning takes, or would take."""

    versions: tuple[ShownVersion, ...]
    originals: int
    original_bytes: int
    vectors: int


def list_versions(index: Index, name: str) -> list[ShownVersion]:
    """Return the versions of a document, the newest first."""
    with index.snapshot() as catalog:
        try:
            document = catalog.document(name).id
        except DocumentUnknown:
            try:
                return catalog.versions_of(name)
            except DocumentUnknown:
                pass
            raise
        return catalog.versions_of(document)


def diff_versions(
    index: Index, name: str, old: str | None = None, new: str | None = None
) -> list[str]:
    """Return what changed between two versions of a document, sentence by sentence."""
    known = list_versions(index, name)
    to = _chosen(known, new) if new else known[0]
    earlier = known[known.index(to) + 1 :]
    if not old and not earlier:
        raise CitationUnknown(
            f"{to.document} has no version before {to.version[:SHOWN_CHARS]}; "
            f"`python -m ingest versions {shlex.quote(to.document)}` lists them"
        )
    since = _chosen(known, old) if old else earlier[0]
    with index.snapshot() as catalog:
        texts = [catalog.version(shown.version) for shown in (since, to)]
    return list(_diff(since, to, *texts))


def parse_age(text: str) -> timedelta:
    """Return an age such as `90d`, `12w`, `6m` (of 30 days) or `2y` (of 365)."""
    match = _AGE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not an age; write 90d, 12w, 6m or 2y")
    return timedelta(days=int(match[1]) * _DAYS[match[2]])


def prune_versions(index: Index, older_than: timedelta, dry_run: bool) -> Pruned:
    """Forget texts that no document has shown for a while, with what only they needed.

    Citations of them do not open any more; those of today's texts and of younger ones do. What is
    searched does not change.
    """
    try:
        then = datetime.now(UTC) - older_than
    except OverflowError:  # longer ago than there are years to count
        then = datetime.min.replace(tzinfo=UTC)
    before = then.isoformat(timespec="seconds")
    with index.snapshot() as catalog:
        outdated = catalog.outdated(before)
        needed = catalog.originals(before)
    files = find_unneeded(index.settings.originals, needed)
    size = sum(path.stat().st_size for path in files)
    if not dry_run:
        with index.writer() as writer:
            writer.prune(before)
    return Pruned(outdated.versions, len(files), size, outdated.vectors)


def _chosen(known: list[ShownVersion], prefix: str) -> ShownVersion:
    found = [shown for shown in known if shown.version.startswith(prefix)]
    if len(found) != 1:
        listed = ", ".join(shown.version[:SHOWN_CHARS] for shown in known[:10])
        raise CitationUnknown(
            f"{known[0].document} has {'several versions' if found else 'no version'} "
            f"{prefix[:64]!r}; it has {listed}"
        )
    return found[0]


def _diff(old: ShownVersion, new: ShownVersion, before: Version, after: Version) -> Iterator[str]:
    yield from difflib.unified_diff(
        _sentences(before.text),
        _sentences(after.text),
        f"{old.document} {old.version[:SHOWN_CHARS]}",
        f"{new.document} {new.version[:SHOWN_CHARS]}",
        old.since,
        new.since,
        n=1,
        lineterm="",
    )


def _sentences(text: str) -> list[str]:
    """Return a text's sentences, none over the end of a line: what a person would compare."""
    found = []
    start = 0
    for line in text.split("\n"):
        spans = split(text, start, start + len(line)) if line.strip() else []
        found += [text[first:last] for first, last in spans]
        start += len(line) + 1
    return found
