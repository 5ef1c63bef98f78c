"""What `chat` and `ingest` call: the protocols `Index`, `Catalog` and `Writer`.

Another engine (a catalog in a database server, stores in a vector database) stands behind these;
nothing of SQLite, FAISS or tantivy shows. `tests/conformance` is what any implementation must
pass.

An `Index` names no moment; a `Catalog` is one. Whoever asks opens a catalog once and hands it
down, so that all that an answer says was true together.
"""

from __future__ import annotations

import contextlib
import time
from abc import abstractmethod
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from index.changes import Change, IncomingDocument, Kept
from index.citations import Citable, Standing, find_standing
from index.embedding.base import Embedder, Matrix
from index.errors import CitationUnknown, IndexChanged, QuoteMismatch
from index.pages.boxes import Box, Layout, find_line_boxes
from index.settings import Settings
from index.text.analysis import QueryWord
from index.types import (
    Document,
    Failure,
    Fetch,
    Filter,
    Hit,
    Manifest,
    Moment,
    Outdated,
    Passage,
    Removed,
    SearchReceipt,
    ShownVersion,
)
from index.version import Version, parse_citation_id, version_of

PassageNumbers = NDArray[np.int64]
# Called with the number of texts just embedded or found embedded already.
EmbeddingProgress = Callable[[int], None]
EVERYTHING = Filter()
Answer = TypeVar("Answer")
# An index that is remade, or embedded anew, is so in the time of a few questions.
_TRIES = 10
_PAUSE_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search returns.

    Attributes:
        hits: Best first.
        receipt: What was searched.
        query_vector: The question's embedding, float32, shape (dimensions,), for later steps.
        words: The words of the question that were searched for, by the rules of every language.
    """

    hits: tuple[Hit, ...]
    receipt: SearchReceipt
    query_vector: Matrix
    words: tuple[QueryWord, ...]


class Catalog(Protocol):
    """The truth at one moment; everything read through it agrees.

    What it says is of the documents that lived at that moment, the one of opening unless another
    was asked for. Texts that were shown before it are found by `version` and `citable`.

    Attributes:
        moment: Which state of which index this is.
        is_past: Whether it is not the state of when it was opened, but one before.
        dimensions: Length of a vector; 0 while the index has none.
    """

    moment: Moment
    is_past: bool
    dimensions: int

    @abstractmethod
    def manifest(self) -> Manifest:
        """Return what the index is made of."""

    @abstractmethod
    def documents(self, names: Sequence[str] | None = None) -> list[Document]:
        """Return the live documents, by id; only those of these ids unless None."""

    @abstractmethod
    def document(self, name: str) -> Document:
        """Return the live document of an id, else of a path within its root, else of a file name.

        Raises `DocumentUnknown` if there is no document of that name, or several.
        """

    @abstractmethod
    def document_of(self, version: str) -> tuple[Document, bool, bool]:
        """Return the document that shows a version, or did last; if it does; if it was removed.

        Raises `CitationUnknown` if no document ever showed it.
        """

    @abstractmethod
    def list_removed(self) -> list[Removed]:
        """Return the documents that were removed and are kept, the last one first."""

    @abstractmethod
    def find_removed(self, name: str) -> Removed:
        """Return the removed document of an id, as it was last.

        Raises `DocumentUnknown` if there is none, if it lives, or if it lives under another id.
        """

    @abstractmethod
    def version(self, prefix: str) -> Version:
        """Return the version, shown or not, of an id or of an unambiguous beginning of one.

        Raises `CitationUnknown` if no such text is stored, or several.
        """

    @abstractmethod
    def versions_of(self, document: str) -> list[ShownVersion]:
        """Return the versions of a document, live or removed: the newest first, at least one.

        Raises `DocumentUnknown` if there never was such a document, or all of it was pruned.
        """

    @abstractmethod
    def passages_of(self, version: str) -> list[Passage]:
        """Return the passages of a version that is shown, in the order of the text."""

    @abstractmethod
    def layout_of(self, version: str) -> Layout | None:
        """Return where the characters of a version stand, None for formats without pages."""

    @abstractmethod
    def layout_source(self, version: str) -> str | None:
        """Return the sha256 of the source on whose pages `layout_of` places a version."""

    @abstractmethod
    def failures(self) -> list[Failure]:
        """Return the sources that were refused, by id."""

    @abstractmethod
    def roots(self) -> dict[str, Path]:
        """Return the folder of every root by its name."""

    @abstractmethod
    def fetches(self) -> dict[str, Fetch]:
        """Return what web servers said last, by address."""

    @abstractmethod
    def listed(self) -> dict[str, set[tuple[str, str]]]:
        """Return the (root, path) of everything that lists of sources name, by list."""

    @abstractmethod
    def signatures(self, kind: str) -> dict[str, bytes | None]:
        """Return, by version that a live document shows, its signature of a kind, None without."""

    @abstractmethod
    def signatures_of(self, kind: str, versions: Collection[str]) -> dict[str, bytes]:
        """Return the signatures of a kind that are stored of these versions."""

    @abstractmethod
    def unsigned(self, kind: str) -> dict[str, bytes | None]:
        """Return the versions that live documents show and whose keys are not stored yet.

        Args:
            kind: How signatures are made.

        Returns:
            By version its signature, None where that is not stored either.
        """

    @abstractmethod
    def find_alike(self, kind: str, keys: Sequence[int], most: int) -> dict[str, bytes]:
        """Return the versions that live documents show and whose signature has a key of these.

        Args:
            kind: How signatures are made.
            keys: Of a signature.
            most: Versions wanted, at least 1; those that were signed first.

        Returns:
            By version its signature.
        """

    @abstractmethod
    def names_showing(self, versions: Sequence[str]) -> dict[str, list[str]]:
        """Return, by version, the ids of the live documents that show it, in order."""

    @abstractmethod
    def outdated(self, before: str) -> Outdated:
        """Return what pruning would forget: what was last shown before a UTC time, ISO 8601."""

    @abstractmethod
    def originals(self, before: str = "") -> set[str]:
        """Return the sha256 of every source that a version was read from, or is shown on.

        Those that pruning with `before` would leave without a version are not among them.
        """

    @abstractmethod
    def find_generation(self, time: str) -> int:
        """Return the generation that was live at a UTC time, ISO 8601.

        Raises `GenerationUnknown` if the index is younger.
        """

    def citable(self, citation: str) -> Citable:
        """Return the whole text that a citation id names, as it was when it was cited.

        Args:
            citation: `VERSION-START-END`.

        Returns:
            The text, the cited stretch of it, and whether its document still shows it.

        Raises:
            CitationUnknown: The id is malformed, its text is not stored here, or it is shorter.
            QuoteMismatch: The stored text was altered.
        """
        try:
            prefix, start, end = parse_citation_id(citation)
        except ValueError as error:
            raise CitationUnknown(str(error)) from error
        version = self.version(prefix)
        if not start < end <= len(version.text):
            raise CitationUnknown(
                f"version {prefix} has {len(version.text):,} characters, the citation names "
                f"{start} to {end}"
            )
        document, current, removed = self.document_of(version.id)
        if version_of(version.text) != version.id:
            raise QuoteMismatch(
                f"{document.id}: the stored text of version {prefix} is not what was indexed; run "
                "`python -m ingest doctor`"
            )
        return Citable(version, start, end, document, current, removed)

    def standing(self, cited: Citable) -> Standing:
        """Return whether a quotation still stands in today's text of its document, and where."""
        if cited.removed:
            return Standing("removed")
        if cited.current:
            return Standing("current", cited.version.id, cited.start, cited.end)
        now = self.version(cited.document.version)
        sentences = [span for passage in self.passages_of(now.id) for span in passage.sentences]
        return find_standing(cited.version, cited.start, cited.end, now, sentences)

    def boxes(self, version: str, start: int, end: int) -> list[Box]:
        """Return where text[start:end] of a version stands on the pages of its original.

        Args:
            version: The whole id.
            start: Half-open offsets in the version's text.
            end: See start.

        Returns:
            One box for each line on each page; none for formats without pages.
        """
        layout = self.layout_of(version)
        return find_line_boxes(layout, start, end) if layout else []


class Writer(Protocol):
    """Stages changes; `commit` makes them true together.

    Everything raises `IndexWriteFailed` where it cannot be stored (disk full, no rights).

    Attributes:
        settings: Of the index.
        staged: The changes that the next commit makes true, in order.
    """

    settings: Settings

    @property
    def staged(self) -> tuple[Change, ...]:
        """See above."""

    @abstractmethod
    def add(self, documents: Sequence[IncomingDocument], progress: EmbeddingProgress) -> None:
        """Embed the passages of documents and stage them to replace what they showed before.

        Vectors are stored as they are made, so an interrupted run does not embed them twice.

        Args:
            documents: Any number; embedding is fastest when they come together.
            progress: Called with the number of passages just embedded or found embedded already.

        Raises:
            EmbedderUnavailable: The model cannot be loaded.
        """

    @abstractmethod
    def stage(self, *changes: Change) -> None:
        """Stage changes; passages that are embedded already need no `add`."""

    @abstractmethod
    def keep(self, *kept: Kept) -> None:
        """Store what changes nothing that is searched, at once and all together."""

    @abstractmethod
    def keep_original(self, sha256: str, data: bytes) -> None:
        """Store all bytes of a source under their sha256; the next commit makes them durable."""

    @abstractmethod
    def commit(self) -> None:
        """Make what is staged true, all of it or nothing, as one generation.

        Raises:
            IndexWriteFailed: Nothing of this commit is true, all before it is.
        """

    @abstractmethod
    def prune(self, before: str) -> None:
        """Forget what no document has shown since a time, with what only that needed.

        Old citations of it do not open any more. Nothing that is searched changes.

        Args:
            before: UTC time, ISO 8601.
        """

    @abstractmethod
    def forget(self, document: str) -> None:
        """Forget at once all that a removed document was and that no other document shows."""


class Index(Protocol):
    """Where passages are; safe to share between threads.

    It follows the writer from generation to generation by itself. Whatever reads raises
    `IndexMissing` where there is no index yet and `IndexDamaged` where a part of it cannot be read.

    Attributes:
        settings: Where it is, and how its rankings are fused.
        embedder: Makes the vectors of questions, and of passages for the writer.
    """

    settings: Settings
    embedder: Embedder

    @abstractmethod
    def snapshot(self, generation: int | None = None) -> AbstractContextManager[Catalog]:
        """Open the catalog at one moment.

        Args:
            generation: What lived then is read; now if None. What was forgotten since
                (`Writer.forget`) is missing.

        Returns:
            For use in a `with`.

        Raises:
            GenerationUnknown: There was no such generation, or what lived then was pruned.
        """

    @abstractmethod
    def search(
        self,
        question: str,
        k: int = 10,
        restriction: Filter = EVERYTHING,
        catalog: Catalog | None = None,
    ) -> SearchResult:
        """Return the k passages that fit a question best, by meaning and by words.

        Args:
            question: Plain language; any text, no syntax. Searched for in NFC, as texts are stored.
            k: Results wanted, at least 1.
            restriction: Search only documents that pass.
            catalog: The moment that is searched, from `snapshot`; now if None.

        Returns:
            Hits best first, each of a passage that is live at that moment.

        Raises:
            ValueError: k is less than 1.
            EmbedderMismatch: The index holds vectors of another embedder.
            IndexChanged: Another state of the index took the place of this moment's.
        """

    @abstractmethod
    def rarity(self, terms: Sequence[str], catalog: Catalog | None = None) -> dict[str, float]:
        """Return the inverse document frequency of analysed terms over the passages of a moment."""

    @abstractmethod
    def writer(self, reembed: bool = False) -> AbstractContextManager[Writer]:
        """Hold the write lock, bring what is derived in step, and yield the writer.

        Args:
            reembed: Replace the vectors of another embedder instead of refusing.

        Returns:
            For use in a `with`; what was staged and not committed is dropped at its end.

        Raises:
            IndexLocked: Another process, or another session of this one, is writing.
            EmbedderMismatch: The index holds vectors of another embedder and `reembed` is not set.
            IndexWriteFailed: Disk full, no rights.
        """

    @abstractmethod
    def bring_up_to_date(self) -> str:
        """Give an index of an older release today's form; does nothing where there is no index.

        A plan compares sources with what the index holds, so this comes before it.

        Returns:
            One line that says what was done; "" where nothing was to be done.

        Raises:
            PolicyChatError: Whatever `writer` raises.
        """

    @abstractmethod
    def check_made(self) -> None:
        """Raise `IndexMissing` where there is no index yet, without opening one."""

    @abstractmethod
    def verify(self) -> list[str]:
        """Check every promise between the parts; return a line for each that is broken."""

    def manifest(self) -> Manifest:
        """Return what the index is made of."""
        with self.snapshot() as catalog:
            return catalog.manifest()

    def documents(self) -> list[Document]:
        """Return the live documents, by id."""
        with self.snapshot() as catalog:
            return catalog.documents()

    def failures(self) -> list[Failure]:
        """Return the refused sources, by id."""
        with self.snapshot() as catalog:
            return catalog.failures()

    def citable(self, citation: str) -> Citable:
        """Return what a citation id names, see `Catalog.citable`."""
        with self.snapshot() as catalog:
            return catalog.citable(citation)


def ask_at_one_moment(index: Index, ask: Callable[[Catalog], Answer]) -> Answer:
    """Call with the catalog at one moment; with another one if the index is replaced meanwhile.

    Raises `IndexChanged` if that does not end, and whatever is raised by what is called.
    """
    for _ in range(_TRIES - 1):
        with contextlib.suppress(IndexChanged), index.snapshot() as catalog:
            return ask(catalog)
        time.sleep(_PAUSE_SECONDS)
    with index.snapshot() as catalog:
        return ask(catalog)
