"""A throw-away index of a question set's corpus, made by the product's own `python -m ingest`.

Each record becomes a text file with its title in a sidecar; plan, readers, chunker, embedder and
commit are the product's. So what is measured is what a user with the same files gets.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.sets.alignment import Alignment
from benchmarks.sets.data import QuestionSet, Record
from benchmarks.sets.vector_cache import VectorCache
from chat.settings import ReaderSettings
from index.embedding.base import Embedder
from index.embedding.transformer import SentenceTransformerEmbedder
from index.local import LocalIndex
from index.settings import PROJECT_ROOT, EmbedderSettings, RetrievalSettings, Settings
from ingest.pipeline import apply_plan
from ingest.planning.plan import make_plan

_RECORDS = "records"
_BUILT = "built.json"


@dataclass(frozen=True, slots=True)
class Built:
    """What making the index took."""

    documents: int  # records in the index
    refused: int  # records that the product refused (empty, for one)
    passages: int
    seconds: float  # from the files to the last commit, the model loaded before
    passages_per_s: float | None  # None where vectors of an earlier run were used


class CorpusIndex:
    """An index of a question set, and which record each document is.

    `record_of` goes from document ids to record ids, `version_of` from record ids to versions.
    """

    def __init__(self, questions: QuestionSet, index: LocalIndex, built: Built) -> None:
        self.questions = questions
        self.index = index
        self.built = built
        self.record_of: dict[str, str] = {}
        self.version_of: dict[str, str] = {}
        names = {_file_name(n): record.id for n, record in enumerate(questions.records)}
        for document in index.documents():
            record = names[document.source.path]
            self.record_of[document.id] = record
            self.version_of[record] = document.version
        self._texts = {record.id: record.text for record in questions.records}
        self._alignments: dict[str, Alignment] = {}

    def gold(self, query: str) -> list[tuple[str, int, int]]:
        """Return a query's answer spans as (version, start, end) in the canonical texts.

        A span of which the reader left nothing, or whose record was refused, is not among them.
        """
        found = []
        for span in self.questions.spans.get(query, ()):
            if version := self.version_of.get(span.record):
                place = self._align(span.record, version).span(span.start, span.end)
                if place:
                    found.append((version, *place))
        return found

    def _align(self, record: str, version: str) -> Alignment:
        if record not in self._alignments:
            with self.index.snapshot() as catalog:
                canonical = catalog.version(version).text
            self._alignments[record] = Alignment(self._texts[record], canonical)
        return self._alignments[record]


@contextlib.contextmanager
def open_corpus(
    questions: QuestionSet,
    cache: Path | None = None,
    embedder: Embedder | None = None,
    retrieval: RetrievalSettings | None = None,
    reader: bool = True,
) -> Iterator[CorpusIndex]:
    """Index a question set's corpus; without a cache it is gone at the end of the block.

    The cache keeps the index for the next run with the same corpus and code, and every vector for
    runs with other code.
    """
    embedder = embedder or SentenceTransformerEmbedder(EmbedderSettings())
    embedder.encode(["warm"], "query")
    with contextlib.ExitStack() as opened:
        if cache is None:
            home = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="benchmark-")))
            remembering = None
        else:
            home = cache / f"{questions.name}-{_make_key(questions, embedder)}"
            remembering = opened.enter_context(VectorCache.open(cache, embedder))
        settings = Settings(
            home,
            EmbedderSettings(),
            retrieval or RetrievalSettings(),
            (ReaderSettings(enabled=reader),),
        )
        if not (home / _BUILT).exists():
            shutil.rmtree(home, ignore_errors=True)  # half made
            _build(questions, LocalIndex(settings, remembering or embedder), remembering)
        built = Built(**json.loads((home / _BUILT).read_text(encoding="utf-8")))
        yield CorpusIndex(questions, LocalIndex(settings, embedder), built)


def _build(questions: QuestionSet, index: LocalIndex, remembering: VectorCache | None) -> None:
    folder = index.settings.home / _RECORDS
    for path, title in write_records(questions, folder):
        write_title(path, title)
    began = time.perf_counter()
    report = apply_plan(index, make_plan(index, [str(folder)]))
    seconds = time.perf_counter() - began
    passages = index.manifest().passages
    fresh = remembering is None or not remembering.remembered
    built = Built(
        documents=len(report.added),
        refused=len(report.failures),
        passages=passages,
        seconds=round(seconds, 2),
        passages_per_s=round(passages / seconds, 1) if fresh else None,
    )
    (index.settings.home / _BUILT).write_text(json.dumps(asdict(built)), encoding="utf-8")


def write_records(questions: QuestionSet, folder: Path) -> list[tuple[Path, str]]:
    """Write each record to a file of its own; return the files with titles, "" for none."""
    folder.mkdir(parents=True)
    paths = [folder / _file_name(number) for number in range(len(questions.records))]
    return [(path, write_record(path, r)) for path, r in zip(paths, questions.records, strict=True)]


def write_record(path: Path, record: Record) -> str:
    """Write a record's text to a file; return its title in one line, "" for none."""
    path.write_text(record.text, encoding="utf-8", newline="")
    title = " ".join(record.title.split())
    return title if title.isprintable() else ""


def write_title(path: Path, title: str) -> None:
    """Write the title of a file to its sidecar; "" is none."""
    if title:
        sidecar = f"title = {json.dumps(title, ensure_ascii=False)}\n"
        path.with_name(f"{path.name}.meta.toml").write_text(sidecar, encoding="utf-8")


def _file_name(number: int) -> str:
    return f"{number:06d}.txt"


def _make_key(questions: QuestionSet, embedder: Embedder) -> str:
    """Return what an index depends on: the corpus, the code that makes it, and the embedder."""
    digest = hashlib.sha256(embedder.fingerprint.encode())
    for record in questions.records:
        digest.update(f"{record.id}\0{record.title}\0{record.text}\0".encode())
    for package in ("ingest", "index"):
        for path in sorted((PROJECT_ROOT / package).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
