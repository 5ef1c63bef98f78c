"""What a commit changes, as data: each change says in a line what it does.

A writer stages them, `index.catalog.write` makes them true together. `Kept` are those that change
nothing that is searched: they are stored at once and need no commit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.types import Failure, Fetch, Metadata, Passage, Source, source_id
from index.version import Version

if TYPE_CHECKING:
    from index.pages.boxes import Layout  # which imports numpy


@dataclass(frozen=True, slots=True)
class IncomingDocument:
    """A document on its way into the index, read and cut.

    Attributes:
        source: Where it comes from.
        version: Its canonical text.
        title: What it is called in citations.
        metadata: What else is known about it.
        passages: Of the version, each stretch once.
        layout: Where each character of the text stands on its page; None if that is not known.
        note: One line about what was passed over, for whoever indexes it; None if nothing was.
    """

    source: Source
    version: Version
    title: str
    metadata: Metadata
    passages: tuple[Passage, ...]
    layout: Layout | None
    note: str | None


@dataclass(frozen=True, slots=True)
class PutDocument:
    """A document shows a text from now on."""

    document: IncomingDocument

    def __str__(self) -> str:
        count = len(self.document.passages)
        return f"put {self.document.source.id}, {count} {'passage' if count == 1 else 'passages'}"


@dataclass(frozen=True, slots=True)
class TouchSource:
    """A document's bytes are the same under new stat values."""

    source: Source

    def __str__(self) -> str:
        return f"touch {self.source.id}"


@dataclass(frozen=True, slots=True)
class MoveDocument:
    """A live document goes on under the id of another source with the same bytes."""

    document: str
    source: Source

    def __str__(self) -> str:
        return f"move {self.document} to {self.source.id}"


@dataclass(frozen=True, slots=True)
class RemoveDocument:
    """A document is not found any more; its texts stay for old citations."""

    document: str

    def __str__(self) -> str:
        return f"remove {self.document}"


@dataclass(frozen=True, slots=True)
class RestoreDocument:
    """A document that was removed shows its last text again."""

    document: str

    def __str__(self) -> str:
        return f"restore {self.document}"


@dataclass(frozen=True, slots=True)
class PutFailure:
    """A refused source is remembered."""

    failure: Failure

    def __str__(self) -> str:
        return f"refuse {self.failure.id}: {self.failure.reason}"


@dataclass(frozen=True, slots=True)
class ForgetFailure:
    """A refused source is forgotten."""

    root: str
    path: str

    def __str__(self) -> str:
        return f"forget the refusal of {source_id(self.root, self.path)}"


@dataclass(frozen=True, slots=True)
class PutRoot:
    """A root is in a folder."""

    name: str
    location: str

    def __str__(self) -> str:
        return f"root {self.name} in {self.location}"


@dataclass(frozen=True, slots=True)
class PutListing:
    """A list of sources names these (root, path), instead of what it named before."""

    name: str
    entries: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return f"list {self.name}, {len(self.entries)} entries"


@dataclass(frozen=True, slots=True)
class ForgetFetch:
    """What a web server said is forgotten."""

    url: str

    def __str__(self) -> str:
        return f"forget the answer of {self.url}"


@dataclass(frozen=True, slots=True)
class PutFetch:
    """What a web server said is remembered."""

    fetch: Fetch

    def __str__(self) -> str:
        return f"keep the answer of {self.fetch.url}: {self.fetch.outcome}"


@dataclass(frozen=True, slots=True)
class PutSignature:
    """A signature of a version that is stored, by how it was made.

    Attributes:
        version: The whole id.
        kind: How it was made.
        signature: What it is.
        keys: Texts that are alike have some in common: signed 64-bit numbers.
    """

    version: str
    kind: str
    signature: bytes
    keys: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"keep a signature of version {self.version[:12]}"


Change = (
    PutDocument | TouchSource | MoveDocument | RemoveDocument | RestoreDocument | PutFailure
    | ForgetFailure | PutRoot | PutListing | ForgetFetch
)  # fmt: skip
Kept = PutFetch | PutSignature
