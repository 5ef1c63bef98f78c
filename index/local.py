"""`LocalIndex`: an index on this machine. Opens it, searches it, and hands out the writer."""

from __future__ import annotations

import contextlib
import threading
import time
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.catalog.read import Snapshot, open_snapshot
from index.citations import Citable, Standing
from index.commit import IndexWriter, bring_up_to_date, open_writer
from index.embedding.base import Embedder, Matrix, make_mismatch_error
from index.pages.boxes import Box, find_line_boxes
from index.search import search_fused
from index.settings import Settings
from index.stores.check import find_broken_promises
from index.stores.open import RETRY_SECONDS, OpenStores, open_stores
from index.text.analysis import QueryWord, query_words
from index.types import Document, Failure, Filter, Hit, Manifest, Passage, SearchReceipt

_EVERYTHING = Filter()


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


class LocalIndex:
    """A reader of one index; follows the writer from generation to generation by itself.

    Safe to share between threads. Whatever reads raises `IndexMissing` where there is no index yet
    and `IndexDamaged` where a stored file cannot be read.

    Args:
        settings: Where the index is, and how its rankings are fused.
        embedder: Makes the vectors of questions, and of passages for the writer.

    Attributes:
        settings: See Args.
        embedder: See Args.
        stores: As opened for the last question, None before; followed by itself.
    """

    def __init__(self, settings: Settings, embedder: Embedder) -> None:
        self.settings = settings
        self.embedder = embedder
        self._lock = threading.Lock()
        self.stores: OpenStores | None = None

    def snapshot(self) -> contextlib.AbstractContextManager[Snapshot]:
        """Open one read transaction on the catalog: everything read through it agrees."""
        return open_snapshot(self.settings.index_directory)

    def writer(self, reembed: bool = False) -> contextlib.AbstractContextManager[IndexWriter]:
        """Hold the write lock, bring the derived stores in step, and yield the writer.

        Args:
            reembed: Replace the vectors of another embedder instead of refusing.

        Returns:
            For use in a `with`; what was staged and not committed is dropped at its end.

        Raises:
            IndexLocked: Another process, or another session of this one, is writing.
            EmbedderMismatch: The index holds vectors of another embedder and `reembed` is not set.
            IndexWriteFailed: Disk full, no rights.
        """
        return open_writer(self.settings, self.embedder, reembed)

    def bring_up_to_date(self) -> None:
        """Give an index of an older release today's tables; does nothing where there is no index.

        A plan compares sources with what the index holds, so this comes before it. Raises what
        `writer` raises.
        """
        bring_up_to_date(self.settings)

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
        """Return the whole text that a citation id names, as it was when it was cited.

        Args:
            citation: `VERSION-START-END`.

        Returns:
            The text, the cited stretch of it, and whether its document still shows it.

        Raises:
            CitationUnknown: The id is malformed, its text is not stored here, or it is shorter.
            QuoteMismatch: The stored text was altered.
        """
        with self.snapshot() as catalog:
            return catalog.citable(citation)

    def standing(self, cited: Citable) -> Standing:
        """Return whether a quotation still stands in today's text of its document, and where."""
        with self.snapshot() as catalog:
            return catalog.standing(cited)

    def boxes(self, version: str, start: int, end: int) -> list[Box]:
        """Return where text[start:end] of a version stands on the pages of its original.

        Args:
            version: The whole id.
            start: Half-open offsets in the version's text.
            end: See start.

        Returns:
            One box for each line on each page; none for formats without pages.
        """
        with self.snapshot() as catalog:
            layout = catalog.layout_of(version)
        return find_line_boxes(layout, start, end) if layout else []

    def original(self, version: str) -> Path | None:
        """Return the file that the boxes of a version refer to, if it has any; it may be gone."""
        with self.snapshot() as catalog:
            sha256 = catalog.layout_source(version)
        return self.settings.originals / sha256 if sha256 else None

    def passages(self, version: str) -> list[Passage]:
        """Return the passages of a version that is shown today, in the order of the text."""
        with self.snapshot() as catalog:
            return catalog.passages_of(version)

    def rarity(self, terms: Sequence[str], catalog: Snapshot | None = None) -> dict[str, float]:
        """Return the inverse document frequency of analysed terms over the passages of a moment."""
        with self._moment(catalog) as catalog:
            words = self._refresh_stores(catalog).words
            return {term: words.rarity(term) for term in terms}

    def search(
        self,
        question: str,
        k: int = 10,
        restriction: Filter = _EVERYTHING,
        catalog: Snapshot | None = None,
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

        Source: see `index.search.search_fused`.
        """
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        question = unicodedata.normalize("NFC", question.encode("utf-8", "replace").decode())
        with self._moment(catalog) as catalog:
            self._check_embedder(catalog)
            vector = self.embedder.encode([question], "query")[0]
            stores = self._refresh_stores(catalog)
            counts = (stores.documents, stores.passages)
            receipt = SearchReceipt(
                *(catalog.count_searched(restriction) if restriction else counts), restriction
            )
            words = query_words(question, catalog.languages())
            hits = search_fused(catalog, stores, self.settings, words, vector, k, restriction)
        return SearchResult(tuple(hits), receipt, vector, tuple(words))

    def verify(self) -> list[str]:
        """Check every promise between the stores; return a line for each that is broken."""
        before: list[str] | None = None
        while True:
            with self.snapshot() as catalog:
                if damage := catalog.find_damage():
                    return [f"catalog: {line}" for line in damage]
                # Afresh, and not what this process opened when all was still well.
                problems = find_broken_promises(catalog, open_stores(self.settings, catalog))
            # A writer at work may be between two steps of a commit: damage stays as it is.
            if not problems or problems == before:
                return problems
            before = problems
            time.sleep(RETRY_SECONDS)

    @contextlib.contextmanager
    def _moment(self, catalog: Snapshot | None) -> Iterator[Snapshot]:
        """Yield what was handed down, else a snapshot of now."""
        if catalog is not None:
            yield catalog
        else:
            with self.snapshot() as opened:
                yield opened

    def _check_embedder(self, catalog: Snapshot) -> None:
        if catalog.fingerprint and catalog.fingerprint != self.embedder.fingerprint:
            raise make_mismatch_error(catalog.fingerprint, self.embedder)

    def _refresh_stores(self, catalog: Snapshot) -> OpenStores:
        """Return stores that hold at least what is live, in the snapshot and now."""
        with self._lock:
            if self.stores is None or self.stores.seen != catalog.generation:
                self.stores = open_stores(self.settings, catalog)
            return self.stores
