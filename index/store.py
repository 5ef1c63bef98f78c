"""`Index`: the one way in. Opens an index for reading, searches it, and hands out the writer."""

from __future__ import annotations

import contextlib
import threading
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.analysis import QueryWord, query_words
from index.catalog import Snapshot, snapshot
from index.citations import Citable, parse_citation_id
from index.derived import VECTORS, WORDS
from index.embedder import Embedder, Matrix, mismatch
from index.errors import CitationUnknown, IndexDamaged, QuoteMismatch
from index.filters import Filter
from index.layout import Box, line_boxes
from index.lexical import Words
from index.settings import Settings
from index.standing import Standing, standing
from index.types import Document, Failure, Hit, Manifest, Passage, SearchReceipt
from index.vectors import Vectors
from index.version import version_of
from index.writer import Writer, bring_up_to_date, open_writer

_EVERYTHING = Filter()
# The writer replaces files between two readings at any time: look again before calling it damage.
_LOOKS = 5
_SECONDS_BETWEEN_LOOKS = 0.02


@dataclass(frozen=True, slots=True)
class Found:
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


@dataclass(frozen=True, slots=True)
class _Stores:
    """The derived stores as opened when the catalog was at `seen`, and how much there was.

    Counting all passages for every question took longer than finding some of them.
    """

    seen: int
    vectors: Vectors | None
    words: Words
    documents: int
    passages: int


class Index:
    """A reader of one index; follows the writer from generation to generation by itself.

    Safe to share between threads.

    Args:
        settings: Where the index is, and how its rankings are fused.
        embedder: Makes the vectors of questions, and of passages for the writer.

    Attributes:
        settings: Where the index is, and how its rankings are fused.
        embedder: Makes the vectors of questions, and of passages for the writer.
    """

    def __init__(self, settings: Settings, embedder: Embedder) -> None:
        self.settings = settings
        self.embedder = embedder
        self._lock = threading.Lock()
        self._stores: _Stores | None = None

    def snapshot(self) -> contextlib.AbstractContextManager[Snapshot]:
        """Open one read transaction on the catalog.

        Returns:
            For use in a `with`; everything read through it agrees.

        Raises:
            IndexMissing: There is no index yet.
            IndexDamaged: The catalog cannot be read.
        """
        return snapshot(self.settings.index_directory)

    def writer(self, reembed: bool = False) -> contextlib.AbstractContextManager[Writer]:
        """Hold the write lock and yield the writer: see `index.writer.open_writer`."""
        return open_writer(self.settings, self.embedder, reembed)

    def bring_up_to_date(self) -> None:
        """Give an index of an older release today's tables: see `index.writer.bring_up_to_date`."""
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
        """Return the text that a citation id names, as it was when it was cited.

        Args:
            citation: `VERSION-START-END`.

        Returns:
            The whole text of that version, and whether its document still shows it.

        Raises:
            CitationUnknown: The id is malformed, its text is not stored here, or it is shorter.
            QuoteMismatch: The stored text was altered.
        """
        try:
            prefix, start, end = parse_citation_id(citation)
        except ValueError as error:
            raise CitationUnknown(str(error)) from error
        with self.snapshot() as catalog:
            version = catalog.version(prefix)
            if not start < end <= len(version.text):
                raise CitationUnknown(
                    f"version {prefix} has {len(version.text):,} characters, the citation names "
                    f"{start} to {end}"
                )
            document, current, removed = catalog.document_of(version.id)
        if version_of(version.text) != version.id:
            raise QuoteMismatch(
                f"{document.id}: the stored text of version {prefix} is not what was indexed; run "
                "`python -m ingest doctor`"
            )
        return Citable(version, start, end, document, current, removed)

    def standing(self, cited: Citable) -> Standing:
        """Return whether a quotation still stands in today's text of its document.

        Args:
            cited: From `citable`.

        Returns:
            Its state, and where in today's text it is or what comes nearest.
        """
        if cited.removed:
            return Standing("removed")
        if cited.current:
            return Standing("current", cited.version.id, cited.start, cited.end)
        with self.snapshot() as catalog:
            now = catalog.version(cited.document.version)
            passages = catalog.passages_of(now.id)
        sentences = [span for passage in passages for span in passage.sentences]
        return standing(cited.version, cited.start, cited.end, now, sentences)

    def boxes(self, version: str, start: int, end: int) -> list[Box]:
        """Return where a stretch of a version's text stands on the pages of its original.

        Args:
            version: The whole id.
            start: Half-open offsets in the version's text.
            end: See start.

        Returns:
            One box for each line on each page, (page, x0, y0, x1, y1) in PDF points as
            `index.layout.Box` says; none for formats without pages.
        """
        with self.snapshot() as catalog:
            layout = catalog.layout_of(version)
        return line_boxes(layout, start, end) if layout else []

    def original(self, version: str) -> Path | None:
        """Return the file that the boxes of a version refer to.

        Args:
            version: The whole id.

        Returns:
            Its path, whether or not it is still there; None for formats without pages.
        """
        with self.snapshot() as catalog:
            sha256 = catalog.layout_source(version)
        return self.settings.originals / sha256 if sha256 else None

    def passages(self, version: str) -> list[Passage]:
        """Return the passages of a version that is shown today, in the order of the text."""
        with self.snapshot() as catalog:
            return catalog.passages_of(version)

    def rarity(self, terms: Sequence[str]) -> dict[str, float]:
        """Return the inverse document frequency of analysed terms over all passages."""
        with self.snapshot() as catalog:
            words = self._current(catalog).words
        return {term: words.rarity(term) for term in terms}

    def search(self, question: str, k: int = 10, restriction: Filter = _EVERYTHING) -> Found:
        """Return the k passages that fit a question best, by meaning and by words.

        Args:
            question: Plain language; any text, no syntax. Searched for in NFC, as texts are stored.
            k: Results wanted, at least 1.
            restriction: Search only documents that pass.

        Returns:
            Hits best first, each of a passage that is live at one moment of the catalog.

        Raises:
            ValueError: k is less than 1.
            EmbedderMismatch: The index holds vectors of another embedder.
            IndexMissing: There is no index yet.
            IndexDamaged: A stored file cannot be read.

        Source: reciprocal rank fusion (Cormack, Clarke and Büttcher 2009), weighted, divided by
        its largest possible value.
        """
        if k < 1:
            raise ValueError(f"k must be at least 1, not {k}")
        question = unicodedata.normalize("NFC", question.encode("utf-8", "replace").decode())
        with self.snapshot() as catalog:
            self._check_embedder(catalog)
        vector = self.embedder.encode([question], "query")[0]
        with self.snapshot() as catalog:
            self._check_embedder(catalog)  # --reembed may have come between
            stores = self._current(catalog)
            counts = (stores.documents, stores.passages)
            receipt = SearchReceipt(
                *(catalog.receipt(restriction) if restriction else counts), restriction
            )
            words = query_words(question, catalog.languages())
            hits = _search(catalog, stores, self.settings, words, vector, k, restriction)
        return Found(tuple(hits), receipt, vector, tuple(words))

    def verify(self) -> list[str]:
        """Check every promise between the stores; reads all that is stored.

        Returns:
            One line for each promise that is broken, none if all is well.

        Raises:
            IndexMissing: There is no index yet.
            IndexDamaged: A stored file cannot be read.
        """
        before: list[str] | None = None
        while True:
            with self.snapshot() as catalog:
                if damage := catalog.damage():
                    return [f"catalog: {line}" for line in damage]
                # Afresh, and not what this process opened when all was still well.
                problems = _broken_promises(catalog, self._load(catalog))
            # A writer at work may be between two steps of a commit: damage stays as it is.
            if not problems or problems == before:
                return problems
            before = problems
            time.sleep(_SECONDS_BETWEEN_LOOKS)

    def _check_embedder(self, catalog: Snapshot) -> None:
        if catalog.fingerprint and catalog.fingerprint != self.embedder.fingerprint:
            raise mismatch(catalog.fingerprint, self.embedder)

    def _current(self, catalog: Snapshot) -> _Stores:
        """Return stores that hold at least what is live, in the snapshot and now."""
        with self._lock:
            if self._stores is None or self._stores.seen != catalog.generation:
                self._stores = self._load(catalog)
            return self._stores

    def _load(self, catalog: Snapshot) -> _Stores:
        for _ in range(_LOOKS - 1):
            with contextlib.suppress(IndexDamaged):
                return self._look(catalog)
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        return self._look(catalog)

    def _look(self, catalog: Snapshot) -> _Stores:
        directory = self.settings.index_directory
        words, vectors = Words.load(directory / WORDS), None
        if catalog.dimensions:
            vectors = Vectors.load(directory / VECTORS, self.settings.retrieval.exact_below)
        for store in (words, vectors):
            if store is not None and store.generation < catalog.generation:
                raise IndexDamaged(
                    f"{directory}: generation {store.generation} of a derived store, the catalog "
                    f"has {catalog.generation}; run `python -m ingest`, which rebuilds it"
                )
        manifest = catalog.manifest()
        return _Stores(catalog.generation, vectors, words, manifest.documents, manifest.passages)


def _broken_promises(catalog: Snapshot, stores: _Stores) -> list[str]:
    problems = []
    shown = set[int]()
    for name in sorted({document.version for document in catalog.documents()}):
        version = catalog.version(name)
        if version_of(version.text) != name:
            problems.append(f"version {name[:16]}: its text has another sha256")
        passages = catalog.passages_of(name)
        shown.update(passage.number for passage in passages)
        problems += [
            f"passage {p.id}: its text is not what its version holds at its offsets"
            for p in passages
            if version.text[p.start : p.end] != p.text
        ]
    live = set(catalog.live_numbers().tolist())
    vectors, words, here = stores.vectors, stores.words, catalog.generation
    held = {
        "live documents": (shown, here),
        "embeddings": (set(catalog.embeddings(sorted(live))), here),
        "vectors": (set(vectors.numbers().tolist()), vectors.generation) if vectors else ((), here),
        "words": (set(words.numbers()), words.generation),
    }
    pending = catalog.departed()
    for name, (numbers, generation) in held.items():
        missing = live.difference(numbers)
        # What is to be deleted lies there by right, and what a commit under way has added.
        surplus = set(numbers) - live - pending if generation == here else ()
        if missing or surplus:
            problems.append(
                f"{name}: {len(missing):,} passages are missing and {len(surplus):,} are too many; "
                "run `python -m ingest`"
            )
    return problems


def _search(
    catalog: Snapshot,
    stores: _Stores,
    settings: Settings,
    words: Sequence[QueryWord],
    vector: Matrix,
    k: int,
    restriction: Filter,
) -> list[Hit]:
    """Fuse the two rankings, resolve them in one transaction, and refill what was not live."""
    terms = [form for word in words for form in word.forms]
    versions = catalog.versions_matching(restriction) if restriction else None
    allowed = None if versions is None else catalog.passage_numbers(versions)
    depth = max(settings.retrieval.candidates, k)
    while True:
        dense = [] if stores.vectors is None else stores.vectors.search(vector, depth, allowed)
        lexical = stores.words.search(terms, depth, versions)
        fused = _fuse([n for n, _ in dense], [n for n, _ in lexical], settings)
        hits: list[Hit] = []
        for start in range(0, len(fused), k):
            hits += _resolve(catalog, fused[start : start + k], vector, restriction)
            if len(hits) >= k:
                break
        # Fewer than asked for because hits had departed, and there is more to be had.
        exhausted = max(len(dense), len(lexical)) < depth
        if len(hits) >= k or exhausted:
            return hits[:k]
        depth *= 2


@dataclass(frozen=True, slots=True)
class _Fused:
    number: int
    score: float
    dense_rank: int | None
    lexical_rank: int | None


def _fuse(dense: Sequence[int], lexical: Sequence[int], settings: Settings) -> list[_Fused]:
    weights = settings.retrieval
    dense_ranks = {number: rank for rank, number in enumerate(dense, start=1)}
    lexical_ranks = {number: rank for rank, number in enumerate(lexical, start=1)}
    best = (weights.dense_weight + weights.lexical_weight) / (weights.rank_constant + 1)
    fused = []
    for number in dense_ranks.keys() | lexical_ranks.keys():
        dense_rank, lexical_rank = dense_ranks.get(number), lexical_ranks.get(number)
        score = 0.0
        if dense_rank is not None:
            score += weights.dense_weight / (weights.rank_constant + dense_rank)
        if lexical_rank is not None:
            score += weights.lexical_weight / (weights.rank_constant + lexical_rank)
        fused.append(_Fused(number, score / best, dense_rank, lexical_rank))
    return sorted(fused, key=lambda f: (-f.score, f.number))


def _resolve(
    catalog: Snapshot, fused: Sequence[_Fused], vector: Matrix, restriction: Filter
) -> list[Hit]:
    numbers = [f.number for f in fused]
    passages = catalog.passages(numbers)
    vectors = catalog.embeddings(list(passages))
    shown = catalog.documents_showing(
        sorted({passage.version for passage in passages.values()}), restriction
    )
    hits = []
    for candidate in fused:
        passage = passages.get(candidate.number)
        documents = shown.get(passage.version) if passage else None
        if passage is None or not documents:
            continue
        stored = vectors.get(passage.number)
        hits.append(
            Hit(
                passage=passage,
                document=documents[0],
                also_in=tuple(document.id for document in documents[1:]),
                score=candidate.score,
                similarity=0.0 if stored is None else float(np.dot(stored, vector)),
                dense_rank=candidate.dense_rank,
                lexical_rank=candidate.lexical_rank,
            )
        )
    return hits
