"""Stores of a generation that is not live any more, made from the catalog and held in memory.

Exact: nothing is quantised, and BM25 counts just what lived then.
"""

from __future__ import annotations

from index.catalog.snapshot import Snapshot
from index.stores.segmented import FaissVectors
from index.stores.sync import fill_words
from index.stores.words import TantivyWords


def build_past_vectors(catalog: Snapshot) -> FaissVectors | None:
    """Return the vectors of the passages that lived at a moment; None where the index has none."""
    if not catalog.dimensions:
        return None
    numbers, matrix = catalog.load_matrix()
    return FaissVectors.build(numbers, matrix, exact_below=len(numbers), directory=None)


def build_past_words(catalog: Snapshot) -> TantivyWords:
    """Return the words of the passages that lived at a moment."""
    words = TantivyWords(None, "", None)
    fill_words(words, catalog.searched(), catalog.moment.generation)
    words.publish()
    words.close()
    return words
