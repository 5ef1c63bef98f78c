"""One size of `benchmarks.speed`, in a process of its own so that its peak memory is its own."""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.report import measures
from benchmarks.report import results as report
from benchmarks.sets.data import Query, QuestionSet, load
from benchmarks.speed import speed_corpus
from benchmarks.speed.busy import keep_busy
from chat.answer import make_answerer
from chat.retrieval.retrieve import retrieve
from chat.types import Question
from index.embedding.base import Embedder, Matrix, TextKind
from index.embedding.hashing import HashingEmbedder
from index.embedding.transformer import SentenceTransformerEmbedder
from index.local import LocalIndex
from index.settings import EmbedderSettings, Settings
from index.types import Filter
from ingest import parsers
from ingest.pipeline import apply_plan
from ingest.planning.plan import make_plan
from ingest.text.chunk import chunk

CHANGES = 5
WARM = 5
# Beside busy processes an answer may take seconds.
BESIDE_QUESTIONS = 60
Times = dict[str, float]
# A page of a policy paper in plain text; formats with pages of their own are not in these sets.
PAGE_CHARS = 2_000
_STAGE_DOCUMENTS = 2_000
# While questions are asked: enough to be at it all the time.
_MEANWHILE_PASSAGES = 0.2


class TimedEmbedder:
    """Adds up how long another embedder takes for passages."""

    def __init__(self, embedder: Embedder) -> None:
        self.seconds = 0.0
        self._embedder = embedder

    @property
    def fingerprint(self) -> str:
        """The other one's."""
        return self._embedder.fingerprint

    def encode(self, texts: Sequence[str], kind: TextKind) -> Matrix:
        """Return what the other one does."""
        began = time.perf_counter()
        try:
            return self._embedder.encode(texts, kind)
        finally:
            if kind == "passage":
                self.seconds += time.perf_counter() - began


def measure(
    questions: QuestionSet, passages: int, hashing: bool, beside: int = 0
) -> dict[str, object]:
    """Index so many passages, change documents, ask questions; some beside busy processes."""
    embedder = TimedEmbedder(
        HashingEmbedder(384) if hashing else SentenceTransformerEmbedder(EmbedderSettings())
    )
    embedder.encode(["warm"], "query")
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        made = speed_corpus.write(questions.records, passages, Path(folder) / "texts")
        index = LocalIndex(Settings(Path(folder) / "home"), embedder)
        indexed = _index(index, made, embedder)
        result: dict[str, object] = {
            "passages": made.passages,
            "documents": made.documents,
            "documents_made_by_shuffling": made.documents - made.real,
            "embedder": embedder.fingerprint,
            **indexed,
            "stages": _measure_stages(made, indexed),
            "one_change_s": _measure_changes(index, made),
            "idle": _ask(index, questions.queries),
            "answers": _answer(index, questions.queries),
        }
        if beside:
            with keep_busy(beside):
                result["answers_beside"] = {
                    "processes": beside,
                    **_answer(index, questions.queries[:BESIDE_QUESTIONS]),
                }
        result["while_ingesting"] = _ask_meanwhile(index, questions, made, Path(folder))
        result["peak_mb"] = report.measure_peak_mb()
    return result


def _index(index: LocalIndex, made: speed_corpus.Made, embedder: TimedEmbedder) -> Times:
    done = apply_plan(index, make_plan(index, [str(made.folder)]))
    return {
        "seconds": round(done.seconds, 2),
        "passages_per_s": round(made.passages / done.seconds, 1),
        "pages_per_s": round(made.characters / PAGE_CHARS / done.seconds, 1),
        "wait_s": round(done.stage_seconds["wait"], 2),
        "embed_s": round(embedder.seconds, 2),
        "store_s": round(done.stage_seconds["embed"] - embedder.seconds, 2),
        "commit_s": round(done.stage_seconds["commit"], 2),
    }


def _measure_stages(made: speed_corpus.Made, indexed: Times) -> Times:
    """Return passages a second of each stage by itself; reading and cutting in one process."""
    data = [path.read_bytes() for path in sorted(made.folder.glob("*.txt"))[:_STAGE_DOCUMENTS]]
    began = time.perf_counter()
    readings = [parsers.parse("record.txt", content) for content in data]
    read = time.perf_counter()
    count = sum(len(chunk(reading)) for reading in readings)
    chunked = time.perf_counter()
    seconds = {stage: indexed[f"{stage}_s"] for stage in ("embed", "store", "commit")}
    return {
        "read": round(count / (read - began), 1),
        "chunk": round(count / (chunked - read), 1),
        **{stage: round(made.passages / max(s, 0.01), 1) for stage, s in seconds.items()},
    }


def _measure_changes(index: LocalIndex, made: speed_corpus.Made) -> float:
    """Return the median seconds until the index is in step after one changed document."""
    files = sorted(made.folder.glob("*.txt"))
    seconds = []
    for number in range(CHANGES):
        path = files[number * len(files) // CHANGES]
        text = path.read_text(encoding="utf-8")
        path.write_text(f"{text}\n\nAmended for the {number + 1}. time.\n", encoding="utf-8")
        began = time.perf_counter()
        done = apply_plan(index, make_plan(index, [str(made.folder)]))
        seconds.append(time.perf_counter() - began)
        assert len(done.changed) == 1
    return measures.percentile(seconds, 50) or 0.0


def _ask(
    index: LocalIndex, queries: Sequence[Query], until: threading.Event | None = None
) -> Times:
    milliseconds = []
    for number, query in enumerate([*queries[:WARM], *queries]):
        began = time.perf_counter()
        with index.snapshot() as catalog:
            retrieve(index, catalog, query.text, Filter())
        if number >= WARM:
            milliseconds.append((time.perf_counter() - began) * 1000)
        if until is not None and until.is_set():
            break
    return _summarise(milliseconds)


def _answer(index: LocalIndex, queries: Sequence[Query]) -> Times:
    """Answer whole questions, as the app does, with models that are loaded."""
    answerer = make_answerer(index)
    milliseconds = []
    # Some to load the models with, which are not asked again: the reader remembers.
    for number, query in enumerate([*queries[-WARM:], *queries[:-WARM]]):
        began = time.perf_counter()
        answerer.answer(Question(query.text))
        if number >= WARM:
            milliseconds.append((time.perf_counter() - began) * 1000)
    return _summarise(milliseconds)


def _summarise(milliseconds: Sequence[float]) -> Times:
    return {
        "questions": len(milliseconds),
        "p50_ms": measures.percentile(milliseconds, 50) or 0.0,
        "p95_ms": measures.percentile(milliseconds, 95) or 0.0,
    }


def _ask_meanwhile(
    index: LocalIndex, questions: QuestionSet, made: speed_corpus.Made, folder: Path
) -> Times:
    """Ask while another thread of this process indexes more, as the app does."""
    wanted = max(2_000, int(made.passages * _MEANWHILE_PASSAGES))
    more = speed_corpus.write(questions.records[::-1], wanted, folder / "more")
    plan = make_plan(index, [str(more.folder)])
    done = threading.Event()

    def ingest() -> None:
        try:
            apply_plan(index, plan, lambda _: _stop_if(stop))
        except InterruptedError:
            pass
        finally:
            done.set()

    stop = threading.Event()
    thread = threading.Thread(target=ingest)
    thread.start()
    try:
        return _ask(index, questions.queries, done)
    finally:
        stop.set()
        thread.join()


def _stop_if(stop: threading.Event) -> None:
    if stop.is_set():
        raise InterruptedError


if __name__ == "__main__":
    data, size, kind, beside = sys.argv[1:5]
    report.run_or_exit(
        lambda: print(
            json.dumps(measure(load(Path(data)), int(size), kind == "hashing", int(beside)))
        )
    )
