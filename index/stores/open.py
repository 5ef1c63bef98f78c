"""The derived stores as a reader opens them: as they are, never repaired."""

from __future__ import annotations

import contextlib
import time
from dataclasses import dataclass

from index.catalog.read import Snapshot
from index.errors import IndexDamaged
from index.settings import Settings
from index.stores.sync import VECTORS, WORDS
from index.stores.vectors import EXACT_BELOW, Vectors
from index.stores.words import Words

# The writer replaces files between two readings at any time: look again before calling it damage.
_LOOKS = 5
SECONDS_BETWEEN_LOOKS = 0.02


@dataclass(frozen=True, slots=True)
class OpenStores:
    """The derived stores as opened when the catalog was at `seen`, and how much there was.

    Counting all passages for every question took longer than finding some of them.
    """

    seen: int
    vectors: Vectors | None
    words: Words
    documents: int
    passages: int


def open_stores(settings: Settings, catalog: Snapshot) -> OpenStores:
    """Open stores that hold at least what is live, in the snapshot and now.

    Args:
        settings: Where the index is.
        catalog: What the stores must not be behind.

    Returns:
        The stores as they are now, which may be ahead of the snapshot.

    Raises:
        IndexDamaged: A store is missing, torn or behind, and stays so.
    """
    for _ in range(_LOOKS - 1):
        with contextlib.suppress(IndexDamaged):
            return _look(settings, catalog)
        time.sleep(SECONDS_BETWEEN_LOOKS)
    return _look(settings, catalog)


def _look(settings: Settings, catalog: Snapshot) -> OpenStores:
    directory = settings.index_directory
    words, vectors = Words.load(directory / WORDS), None
    if catalog.dimensions:
        vectors = Vectors.load(directory / VECTORS, EXACT_BELOW)
    for store in (words, vectors):
        if store is not None and store.generation < catalog.generation:
            raise IndexDamaged(
                f"{directory}: generation {store.generation} of a derived store, the catalog "
                f"has {catalog.generation}; run `python -m ingest`, which rebuilds it"
            )
    manifest = catalog.manifest()
    return OpenStores(catalog.generation, vectors, words, manifest.documents, manifest.passages)
