"""The derived stores as a reader opens them: as they are, never repaired."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass

from index.catalog.snapshot import Snapshot
from index.errors import IndexChanged, IndexDamaged
from index.settings import Settings
from index.stores.base import VectorStore, WordStore
from index.stores.past import build_past_vectors, build_past_words
from index.stores.segmented import EXACT_BELOW, FaissVectors
from index.stores.sync import VECTORS, WORDS
from index.stores.words import TantivyWords
from index.types import Moment

# The writer replaces files between two readings at any time: try again before calling it damage.
_TRIES = 5
RETRY_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class OpenStores:
    """The derived stores as opened for a moment, and the catalog's counts then.

    Counting all passages for every question took longer than finding some of them.
    """

    moment: Moment
    previous: str  # commit before it that they do for as well; "" for none
    vectors: VectorStore | None
    words: WordStore
    documents: int
    passages: int

    def is_next_to(self, moment: Moment) -> bool:
        """Tell whether they are those of the commit after a moment, and do for it, too."""
        return (
            self.previous == moment.commit
            and self.moment.index == moment.index
            and self.moment.fingerprint == moment.fingerprint
        )

    def count(self, catalog: Snapshot) -> OpenStores:
        """Return the same stores with the counts of another moment."""
        return _count(catalog, "", self.vectors, self.words)


def open_stores(settings: Settings, catalog: Snapshot, afresh: bool = False) -> OpenStores:
    """Open stores that hold at least what is live, in the snapshot and now.

    `afresh` reads from the disk what this process holds already, too.

    Raises `IndexDamaged` if one is missing or torn, and `IndexChanged` if one is of another state
    of the index than the snapshot, and stays so.
    """
    if catalog.is_past:
        vectors, words = build_past_vectors(catalog), build_past_words(catalog)
        return _count(catalog, "", vectors, words)
    for _ in range(_TRIES - 1):
        with contextlib.suppress(IndexDamaged):
            return _open_once(settings, catalog, afresh)
        time.sleep(RETRY_SECONDS)
    return _open_once(settings, catalog, afresh)


def _open_once(settings: Settings, catalog: Snapshot, afresh: bool) -> OpenStores:
    directory = settings.index_directory
    words, vectors = TantivyWords.load(directory / WORDS), None
    if catalog.dimensions:
        vectors = FaissVectors.load(directory / VECTORS, EXACT_BELOW, afresh)
    for store in (words, vectors):
        if store is not None and not (store.stamp and store.stamp.fits(catalog.moment)):
            found = store.moment
            raise IndexChanged(
                f"{directory}: a derived store is of generation "
                f"{found.generation if found else 0}, the catalog of "
                f"{catalog.moment.generation}, or they are of two indexes or embedders; run "
                "`python -m ingest`, which rebuilds it"
            )
    is_current = words.stamp is not None and words.stamp.moment == catalog.moment
    previous = words.stamp.previous if words.stamp and is_current else ""
    return _count(catalog, previous, vectors, words)


def _count(
    catalog: Snapshot, previous: str, vectors: VectorStore | None, words: WordStore
) -> OpenStores:
    manifest = catalog.manifest()
    counts = manifest.documents, manifest.passages
    return OpenStores(catalog.moment, previous, vectors, words, *counts)
