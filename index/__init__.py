"""The only owner of state on disk: catalog (SQLite), vectors (FAISS) and words (tantivy).

>>> from index import LocalIndex, SentenceTransformerEmbedder, load_settings
>>> settings = load_settings()  # doctest: +SKIP
>>> index = LocalIndex(settings, SentenceTransformerEmbedder(settings.embedder))  # doctest: +SKIP

The names below are loaded when they are first used: importing this package loads neither models nor
stores.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.base import Catalog, Index, SearchResult
    from index.changes import IncomingDocument
    from index.citations import Citable, Standing
    from index.commit import IndexWriter
    from index.embedding.base import Embedder
    from index.embedding.hashing import HashingEmbedder
    from index.embedding.transformer import SentenceTransformerEmbedder
    from index.errors import PolicyChatError
    from index.local import LocalIndex
    from index.settings import Settings, load_settings
    from index.types import Document, Failure, Filter, Hit, Manifest, Metadata, Passage, Source
    from index.version import Page, Section, Version

__all__ = [
    "Catalog", "Citable", "Document", "Embedder", "Failure", "Filter", "HashingEmbedder", "Hit",
    "IncomingDocument", "Index", "IndexWriter", "LocalIndex", "Manifest", "Metadata", "Page",
    "Passage", "PolicyChatError", "SearchResult", "Section", "SentenceTransformerEmbedder",
    "Settings", "Source", "Standing", "Version", "load_settings",
]  # fmt: skip
_HOMES = {
    "index.base": "Catalog Index SearchResult",
    "index.changes": "IncomingDocument",
    "index.citations": "Citable Standing",
    "index.commit": "IndexWriter",
    "index.embedding.base": "Embedder",
    "index.embedding.hashing": "HashingEmbedder",
    "index.embedding.transformer": "SentenceTransformerEmbedder",
    "index.errors": "PolicyChatError",
    "index.local": "LocalIndex",
    "index.settings": "Settings load_settings",
    "index.types": "Document Failure Filter Hit Manifest Metadata Passage Source",
    "index.version": "Page Section Version",
}


def __getattr__(name: str) -> object:
    """Load a public name from the module that defines it (PEP 562)."""
    for module, names in _HOMES.items():
        if name in names.split():
            return vars(importlib.import_module(module))[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
