"""Web addresses asked before a plan is applied: each becomes a file, or a reason why not."""

from __future__ import annotations

import contextlib
import hashlib
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from index.base import Index
from index.disk.files import translate_write_errors
from index.errors import IndexMissing
from index.types import Document, Failure, Fetch, Metadata
from ingest import parsers
from ingest.errors import SourceError, SourceRefused
from ingest.planning.compare import Action, Known, PlanStep, plan_step, skip_known
from ingest.planning.plan import Plan
from ingest.report import make_failure
from ingest.settings import SourcesSettings
from ingest.sources import metadata
from ingest.sources.roots import WEB, WEB_ROOT, Address, SourceFile

if TYPE_CHECKING:
    from ingest.web.fetch import Fetcher
    from ingest.web.response import Response

# By what the path has no ending that a parser takes.
_ENDINGS = {
    "application/epub+zip": ".epub",
    "application/json": ".json",
    "application/msword": ".doc",
    "application/pdf": ".pdf",
    "application/rtf": ".rtf",
    "application/vnd.oasis.opendocument.presentation": ".odp",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "application/vnd.oasis.opendocument.text": ".odt",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ".pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/xhtml+xml": ".html",
    "application/xml": ".xml",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/markdown": ".md",
    "text/plain": ".txt",
    "text/xml": ".xml",
}
Told = Callable[[int, int], None]


@contextlib.contextmanager
def fetch_all(
    index: Index,
    plan: Plan,
    tell: Told = lambda done, total: None,
    open_fetcher: Callable[[], Fetcher] | None = None,
) -> Iterator[Plan]:
    """Ask for every web address of a plan."""
    asked = plan.of("check")
    if not asked:
        yield plan
        return
    known = Known()
    with contextlib.suppress(IndexMissing), index.snapshot() as catalog:
        known = Known.of(catalog)
    with tempfile.TemporaryDirectory(prefix="policy-chat-") as folder:
        check = _Check(known, index.settings.originals, Path(folder), plan.prune)
        with open_fetcher() if open_fetcher else _fetcher(index) as fetcher:
            for done, step in enumerate(_interleave(asked)):
                tell(done, len(asked))
                if step.address:
                    check.ask(step.address, fetcher)
        steps = [*(step for step in plan.steps if step.action != "check"), *check.steps]
        yield replace(
            plan,
            steps=tuple(sorted(steps, key=lambda step: step.id)),
            outdated_failures=(*plan.outdated_failures, *check.outdated()),
            fetches=tuple(check.fetches),
        )


def _fetcher(index: Index) -> Fetcher:
    from ingest.web.fetch import Fetcher  # TLS and its certificates, for those who need them

    return Fetcher(index.settings.table(SourcesSettings))


class _Check:
    """The addresses of one plan, one after the other."""

    def __init__(self, known: Known, originals: Path, folder: Path, prune: bool) -> None:
        self._known = known
        self._originals = originals
        self._folder = folder
        self._gone: Action = "remove" if prune else "missing"
        self.steps: list[PlanStep] = []
        self.fetches: list[Fetch] = []

    def ask(self, address: Address, fetcher: Fetcher) -> None:
        """Ask for one address, and remember what there is to do and what was said."""
        url = address.url
        document, before = self._known.documents.get(url), self._known.fetches.get(url)
        try:
            answer = fetcher.fetch(url, before if self._is_kept(before, document) else None)
            if answer.status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
                reason = f"the server says {_words(answer.status)}"
                if document is None:
                    raise SourceRefused(f"{reason}; check the address")
                step, said = PlanStep(self._gone, url, reason), _said(url, before, reason)
            else:
                candidate, said = self._receive(address, answer, before)
                step = plan_step(candidate, self._known)
        except SourceError as error:
            trouble = make_failure(WEB_ROOT, url, str(error))
            step = PlanStep("fail", url, trouble.reason, failure=trouble)
            step = skip_known(step, self._known, address.named)
            said = _said(url, before, trouble.reason)
        self.steps.append(step)
        if step.action != "remove":
            self.fetches.append(said)

    def outdated(self) -> list[Failure]:
        """Return the remembered failures of addresses that answered as they should."""
        fine = [step.id for step in self.steps if step.action not in ("fail", "refused")]
        return [self._known.failures[url] for url in fine if url in self._known.failures]

    def _is_kept(self, before: Fetch | None, document: Document | None) -> bool:
        """Tell whether we have what a server would say is unchanged: as indexed, and its bytes."""
        if not before or not document or before.sha256 != document.source.sha256:
            return False
        try:
            return (self._originals / before.sha256).is_file()
        except OSError:
            return False

    def _receive(
        self, address: Address, answer: Response, before: Fetch | None
    ) -> tuple[SourceFile, Fetch]:
        if before and answer.status == HTTPStatus.NOT_MODIFIED:
            file = self._originals / before.sha256
            said = replace(before, final_url=answer.url)
        else:
            sha256 = hashlib.sha256(answer.data).hexdigest()
            file = self._folder / sha256
            with translate_write_errors(file):
                file.write_bytes(answer.data)
            is_new = before is None or before.sha256 != sha256
            said = Fetch(
                address.url, answer.url, sha256, len(answer.data),
                time.time_ns() if before is None or is_new else before.first_seen_ns,
                _ending(address.url, answer), answer.etag, answer.last_modified, "", "",
                answer.charset,
            )  # fmt: skip
        said = replace(said, checked_at=_now(), outcome=_words(answer.status))
        given = metadata.merge_metadata(address.given, Metadata(url=answer.url))
        candidate = SourceFile(
            WEB, address.url, file, said.size_bytes, said.first_seen_ns, address.named, given,
            said.ending, said.charset,
        )  # fmt: skip
        return candidate, said


def _ending(url: str, answer: Response) -> str:
    """Return the file name ending that chooses the parser."""
    for address in (url, answer.url):
        suffix = PurePosixPath(urlsplit(address).path).suffix.lower()
        if suffix in parsers.suffixes():
            return suffix
    if answer.content_type in _ENDINGS:
        return _ENDINGS[answer.content_type]
    kind = answer.content_type if answer.content_type.isprintable() else ""
    raise SourceRefused(
        f"the server calls it {kind[:80] or 'nothing'!r}, for which there is no reader; save it "
        "under a name with the right ending and give the file"
    )


def _said(url: str, before: Fetch | None, outcome: str) -> Fetch:
    known = before or Fetch(url, url, "", 0, 0, "", "", "", "", "")
    return replace(known, checked_at=_now(), outcome=outcome)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _words(status: int) -> str:
    return f"{status} {HTTPStatus(status).phrase}"


def _interleave(steps: Sequence[PlanStep]) -> list[PlanStep]:
    """Return the steps so that no host is asked twice in a row where another one waits."""
    turns = Counter[str]()
    order = []
    for step in steps:
        host = urlsplit(step.id).netloc
        order.append(turns[host])
        turns[host] += 1
    return [step for _, step in sorted(zip(order, steps, strict=True), key=lambda pair: pair[0])]
