"""`LocalIndex`: an index on this machine. Opens it, searches it, and hands out the writer."""

from __future__ import annotations

import contextlib
import threading
import time
import unicodedata
from collections.abc import Sequence

from index.base import EVERYTHING, Catalog, Index, SearchResult, ask_at_one_moment
from index.catalog.schema import check_made
from index.catalog.snapshot import Snapshot, open_snapshot
from index.commit import IndexWriter, bring_up_to_date, open_writer
from index.embedding.base import Embedder, make_mismatch_error
from index.search import search_fused
from index.settings import Settings
from index.stores.check import find_broken_promises
from index.stores.open import RETRY_SECONDS, OpenStores, open_stores
from index.text.analysis import query_words
from index.types import Filter, Moment, SearchReceipt


class LocalIndex(Index):
    """An index in SQLite, FAISS and tantivy; what its methods do is said at `index.base.Index`.

    Args:
        settings: Where the index is, and how its rankings are fused.
        embedder: Makes the vectors of questions, and of passages for the writer.

    Attributes:
        settings: See Args.
        embedder: See Args.
        stores: As opened for the last question about what is live, None before.
    """

    def __init__(self, settings: Settings, embedder: Embedder) -> None:
        self.settings = settings
        self.embedder = embedder
        self.stores: OpenStores | None = None
        self._past: tuple[tuple[Moment, int], OpenStores] | None = None
        self._lock, self._past_lock = threading.Lock(), threading.Lock()

    def snapshot(
        self, generation: int | None = None
    ) -> contextlib.AbstractContextManager[Snapshot]:
        """Open one read transaction on the catalog."""
        return open_snapshot(self.settings.index_directory, generation)

    def writer(self, reembed: bool = False) -> contextlib.AbstractContextManager[IndexWriter]:
        """Hold the write lock, bring the derived stores in step, and yield the writer."""
        return open_writer(self.settings, self.embedder, reembed)

    def bring_up_to_date(self) -> str:
        """Give an index of an older release today's tables and stamps."""
        return bring_up_to_date(self.settings)

    def check_made(self) -> None:
        """Raise `IndexMissing` where there is no catalog."""
        check_made(self.settings.index_directory)

    def rarity(self, terms: Sequence[str], catalog: Catalog | None = None) -> dict[str, float]:
        """Return the inverse document frequency of analysed terms over the passages of a moment."""
        if catalog is None:
            return ask_at_one_moment(self, lambda moment: self.rarity(terms, moment))
        return self._open_stores(_own(catalog)).words.rarity(terms)

    def search(
        self,
        question: str,
        k: int = 10,
        restriction: Filter = EVERYTHING,
        catalog: Catalog | None = None,
    ) -> SearchResult:
        """Return the k passages that fit a question best: see `index.search.search_fused`."""
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        question = unicodedata.normalize("NFC", question.encode("utf-8", "replace").decode())
        if catalog is None:
            return ask_at_one_moment(
                self, lambda moment: self.search(question, k, restriction, moment)
            )
        moment = _own(catalog)
        self._check_embedder(moment)
        vector = self.embedder.encode([question], "query")[0]
        stores = self._open_stores(moment)
        counts = (stores.documents, stores.passages)
        if restriction:
            counts = moment.count_searched(restriction)
        receipt = SearchReceipt(*counts, restriction)
        words = query_words(question, moment.languages())
        hits = search_fused(moment, stores, self.settings, words, vector, k, restriction)
        return SearchResult(tuple(hits), receipt, vector, tuple(words))

    def verify(self) -> list[str]:
        """Check every promise between the stores; return a line for each that is broken."""
        before: list[str] | None = None
        while True:
            problems = ask_at_one_moment(self, self._find_problems)
            # A writer at work may be between two steps of a commit: damage stays as it is.
            if not problems or problems == before:
                return problems
            before = problems
            time.sleep(RETRY_SECONDS)

    def _find_problems(self, catalog: Catalog) -> list[str]:
        moment = _own(catalog)
        if damage := moment.find_damage():
            return [f"catalog: {line}" for line in damage]
        # Afresh, and not what this process opened when all was still well.
        return find_broken_promises(moment, open_stores(self.settings, moment, afresh=True))

    def _check_embedder(self, catalog: Snapshot) -> None:
        found = catalog.moment.fingerprint
        if found and found != self.embedder.fingerprint:
            raise make_mismatch_error(found, self.embedder)

    def _open_stores(self, catalog: Snapshot) -> OpenStores:
        """Return stores for a moment; those of now, and those of one moment of the past, stay."""
        if catalog.is_past:
            return self._open_past(catalog)
        with self._lock:
            kept = self.stores
            if kept is not None and kept.moment == catalog.moment:
                return kept
            if kept is not None and kept.is_next_to(catalog.moment):
                # Somebody else has asked after a commit that this question began before.
                return kept.count(catalog)
            self.stores = open_stores(self.settings, catalog)
            return self.stores

    def _open_past(self, catalog: Snapshot) -> OpenStores:
        """Return stores of the past; they are built, and nobody who asks about now waits for it."""
        with self._past_lock:
            known = (catalog.moment, catalog.forgotten)
            if self._past is None or self._past[0] != known:
                self._past = (known, open_stores(self.settings, catalog))
            return self._past[1]


def _own(catalog: Catalog) -> Snapshot:
    if not isinstance(catalog, Snapshot):
        raise TypeError(f"a catalog of another index: {type(catalog).__name__}")
    return catalog
