"""Which index the settings name: the one place that chooses an engine."""

from __future__ import annotations

from pathlib import Path

from index.base import Index
from index.embedding.base import Embedder
from index.settings import EmbedderSettings, Settings, load_settings


def open_index(home: Path | None = None) -> Index:
    """Return the index of a home folder, made or not; its model is not loaded yet.

    Args:
        home: The folder of all state; None for the usual one (see `index.settings.home_folder`).

    Returns:
        The engine that the settings name.

    Raises:
        SettingsError: settings.toml cannot be used.
    """
    settings = load_settings(home)
    return make_index(settings, make_embedder(settings.embedder))


def make_index(settings: Settings, embedder: Embedder) -> Index:
    """Return the index that settings describe, with an embedder that others may share."""
    from index.local import LocalIndex  # FAISS and tantivy, for whoever opens an index

    return LocalIndex(settings, embedder)


def make_embedder(settings: EmbedderSettings) -> Embedder:
    """Return the embedder that settings describe; its model is loaded when it is first used."""
    from index.embedding.transformer import SentenceTransformerEmbedder

    return SentenceTransformerEmbedder(settings)
