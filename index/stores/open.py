"""The derived stores as a reader opens them: as they are, never repaired."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass

from index.catalog.read import Snapshot
from index.errors import IndexDamaged
from index.settings import Settings
from index.stores.sync import VECTORS, WORDS
from index.stores.vectors import EXACT_BELOW, FaissVectors
from index.stores.words import TantivyWords

# The writer replaces files between two readings at any time: try again before calling it damage.
_TRIES = 5
RETRY_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class OpenStores:
    """The derived stores as opened when the catalog was at generation `seen`, and its counts then.

    Counting all passages for every question took longer than finding some of them.
    """

    seen: int
    vectors: FaissVectors | None
    words: TantivyWords
    documents: int
    passages: int


def open_stores(settings: Settings, catalog: Snapshot) -> OpenStores:
    """Open stores that hold at least what is live, in the snapshot and now.

    Raises `IndexDamaged` if one is missing, torn or behind, and stays so.
    """
    for _ in range(_TRIES - 1):
        with contextlib.suppress(IndexDamaged):
            return _open_once(settings, catalog)
        time.sleep(RETRY_SECONDS)
    return _open_once(settings, catalog)


def _open_once(settings: Settings, catalog: Snapshot) -> OpenStores:
    directory = settings.index_directory
    words, vectors = TantivyWords.load(directory / WORDS), None
    if catalog.dimensions:
        vectors = FaissVectors.load(directory / VECTORS, EXACT_BELOW)
    for store in (words, vectors):
        if store is not None and store.generation < catalog.generation:
            raise IndexDamaged(
                f"{directory}: generation {store.generation} of a derived store, the catalog "
                f"has {catalog.generation}; run `python -m ingest`, which rebuilds it"
            )
    manifest = catalog.manifest()
    return OpenStores(catalog.generation, vectors, words, manifest.documents, manifest.passages)
