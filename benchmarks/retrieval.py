"""`python -m benchmarks.retrieval`: does the right document come first, and how fast?"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from benchmarks.quality.trace import Trace
from benchmarks.report import measures
from benchmarks.report import results as report
from benchmarks.sets.corpus_index import CorpusIndex, open_corpus
from benchmarks.sets.data import load
from benchmarks.sets.options import Options, choose_questions, parse_options
from chat.answer import make_answerer
from chat.retrieval.retrieve import DEPTH
from chat.types import Candidate
from index.embedding.base import Embedder

WARM = 5


def run(options: Options, embedder: Embedder | None = None) -> dict[str, object]:
    """Measure retrieval and write the result, a TREC run and, if wanted, the trace."""
    questions = load(options.data)
    chosen = choose_questions(questions, options)
    rankings: dict[str, list[str]] = {}
    milliseconds: list[float] = []
    with open_corpus(questions, options.cache, embedder, reader=options.reader) as corpus:
        trace = Trace(options.trace, questions, corpus) if options.trace else None
        answerer = make_answerer(corpus.index)
        depth = options.depth or DEPTH
        for _, question in chosen[:WARM]:
            answerer.retrieve(question, depth)
        for query, question in chosen:
            began = time.perf_counter()
            retrieved = answerer.retrieve(question, depth)
            milliseconds.append((time.perf_counter() - began) * 1000)
            rankings[query.id] = rank_documents(corpus, retrieved.candidates)
            if trace:
                trace.write(query, retrieved, corpus.gold(query.id))
    qrels = {
        query.id: questions.qrels[query.id] for query, _ in chosen if query.id in questions.qrels
    }
    values = {
        name: list(v.values()) for name, v in measures.score_rankings(rankings, qrels).items()
    }
    result: dict[str, object] = {
        "data": questions.name,
        **{name: measures.mean(v) for name, v in values.items()},
        "p50_ms": measures.percentile(milliseconds, 50),
        "p95_ms": measures.percentile(milliseconds, 95),
        "passages_per_s": corpus.built.passages_per_s,
        "peak_mb": report.measure_peak_mb(),
        "queries": len(qrels),
        "queries_timed": len(chosen),
        "intervals": {name: measures.mean_interval(v) for name, v in values.items()},
        "documents": corpus.built.documents,
        "documents_refused": corpus.built.refused,
        "passages": corpus.built.passages,
        **report.describe_run("retrieval", options),
    }
    _write_run(options.out.with_suffix(".trec"), rankings)
    report.write(options.out, result)
    return result


def rank_documents(corpus: CorpusIndex, candidates: Sequence[Candidate]) -> list[str]:
    """Return the records of candidates, each at the place of its best passage."""
    ids = (name for c in candidates for name in (c.hit.document.id, *c.hit.also_in))
    return list(dict.fromkeys(corpus.record_of[name] for name in ids))


def _write_run(path: Path, rankings: dict[str, list[str]]) -> None:
    """Write a TREC run; white space within an id, which the format forbids, is percent-encoded."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        for query, found in rankings.items():
            for rank, document in enumerate(found, start=1):
                ids = [re.sub(r"\s", lambda m: quote(m[0]), name) for name in (query, document)]
                file.write(f"{ids[0]} Q0 {ids[1]} {rank} {1 / rank:.6f} policy-chat\n")


if __name__ == "__main__":
    report.run_or_exit(lambda: run(parse_options("Measure retrieval on a question set.")))
