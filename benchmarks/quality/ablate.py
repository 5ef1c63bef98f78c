"""`python -m benchmarks.ablate`: what lifts retrieval and what does not.

Each set's questions fall into two halves by the hash of their id. Whoever changes a setting looks
at the first half; the second is reported, with the difference to the product and its interval.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np

from benchmarks.quality.variants import INDEXES, ORDERS, PRODUCT, FoundPassage, IndexVariant
from benchmarks.report import measures
from benchmarks.report import results as report
from benchmarks.sets.corpus_index import Built, CorpusIndex, write_records
from benchmarks.sets.data import QuestionSet, load
from benchmarks.sets.held_out import is_held_out
from benchmarks.sets.options import Options, choose_questions
from benchmarks.sets.vector_cache import VectorCache
from chat.retrieval.retrieve import Retrieved, retrieve
from chat.types import Candidate
from index.changes import IncomingDocument, PutRoot
from index.embedding.base import Matrix
from index.embedding.transformer import SentenceTransformerEmbedder
from index.local import LocalIndex
from index.settings import EmbedderSettings, Settings
from index.text.analysis import analyse
from index.text.languages import DEFAULT_LANGUAGE
from index.types import Filter, Metadata, Source, embedded_text
from ingest import parsers
from ingest.errors import SourceRefused
from ingest.text.chunk import chunk

DEPTH = 60
_FEEDBACK_PASSAGES = 3
_NEAR_WORDS = 3
_BATCH = 200

QueryScores = Mapping[str, float]


def run(options: Options, variants: Mapping[str, IndexVariant] = INDEXES) -> dict[str, object]:
    """Measure every variant and write the result; `depth` and `trace` do not apply.

    For each: nDCG@10 on both halves, and on the second its difference to the product with a
    bootstrap 95 % interval over questions.
    """
    questions = load(options.data)
    pairs = choose_questions(questions, options)
    chosen = [(query, asks) for query, asks in pairs if query.id in questions.qrels]
    qrels = {query.id: questions.qrels[query.id] for query, _ in chosen}
    texts = {query.id: asks.text for query, asks in chosen}
    orders: dict[str, QueryScores] = {}
    indexes: dict[str, QueryScores] = {}
    for name, variant in variants.items():
        with _open_index(questions, variant, options.cache) as corpus:
            found = {query: _find(corpus, text) for query, text in texts.items()}
        if name == PRODUCT:
            for order, ranked in ORDERS.items():
                orders[order] = _score({q: ranked(f) for q, f in found.items()}, qrels)
        indexes[name] = _score({q: ORDERS[PRODUCT](f) for q, f in found.items()}, qrels)
        print(f"{name}: {np.mean(list(indexes[name].values())):.4f}", file=sys.stderr)
    result: dict[str, object] = {
        "data": questions.name,
        "queries": len(qrels),
        "orders": {name: _split_halves(values, orders[PRODUCT]) for name, values in orders.items()},
        "indexes": {
            name: _split_halves(values, indexes[PRODUCT]) for name, values in indexes.items()
        },
        **report.describe_run("ablate", options),
    }
    report.write(options.out, result)
    return result


def _split_halves(values: QueryScores, product: QueryScores) -> dict[str, object]:
    held_out = [query for query in values if is_held_out(query)]
    differences = [values[query] - product[query] for query in held_out]
    return {
        "first_half": measures.mean([v for q, v in values.items() if not is_held_out(q)]),
        "second_half": measures.mean([values[query] for query in held_out]),
        "difference": measures.mean(differences),
        "interval": measures.mean_interval(differences),
    }


def _score(
    rankings: Mapping[str, list[str]], qrels: Mapping[str, Mapping[str, int]]
) -> QueryScores:
    return measures.score_rankings(rankings, qrels)["ndcg@10"]


@contextlib.contextmanager
def _open_index(
    questions: QuestionSet, variant: IndexVariant, cache: Path | None
) -> Iterator[CorpusIndex]:
    """Yield an index of the set, made from the product's parts in this variant."""
    with contextlib.ExitStack() as opened:
        home = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="ablation-")))
        vectors = cache or Path(opened.enter_context(tempfile.TemporaryDirectory()))
        model = SentenceTransformerEmbedder(EmbedderSettings())
        embedder = opened.enter_context(VectorCache.open(vectors, model))
        index = LocalIndex(Settings(home), embedder)
        files = write_records(questions, home / "records")
        with index.writer() as writer:
            writer.stage(PutRoot("records", str(home / "records")))
            incoming = [made for file in files if (made := _make_incoming(file, variant))]
            for at in range(0, len(incoming), _BATCH):
                writer.add(incoming[at : at + _BATCH], lambda _: None)
            writer.commit()
        passages = index.manifest().passages
        built = Built(len(incoming), len(files) - len(incoming), passages, 0.0, None)
        yield CorpusIndex(questions, index, built)


def _make_incoming(file: tuple[Path, str], variant: IndexVariant) -> IncomingDocument | None:
    path, title = file
    data = path.read_bytes()
    try:
        reading = parsers.parse(path.name, data)
    except SourceRefused:
        return None
    known = Metadata(title=title or None)
    version = reading.version()
    passages = variant.vary(version, chunk(reading, title or None, variant.size))
    source = Source(
        "records", path.name, hashlib.sha256(data).hexdigest(), len(data), 0,
        parsers.parser_id(path.name),
    )  # fmt: skip
    name = title or reading.title or path.stem
    return IncomingDocument(source, version, name, variant.metadata(known), passages, None, None)


def _find(corpus: CorpusIndex, question: str) -> list[FoundPassage]:
    with corpus.index.snapshot() as catalog:
        retrieved = retrieve(corpus.index, catalog, question, Filter(), depth=DEPTH)
    wider = _compute_feedback(corpus.index, retrieved)
    return [
        _compute_signals(retrieved, candidate, corpus.record_of[document], wider)
        for candidate in retrieved.candidates
        for document in (candidate.hit.document.id, *candidate.hit.also_in)
    ]


def _compute_feedback(index: LocalIndex, retrieved: Retrieved) -> dict[int, float]:
    """Return each passage's cosine with the question moved towards the first passages.

    Source: Rocchio's pseudo-relevance feedback with equal weights, on embeddings.
    """
    if not retrieved.candidates:
        return {}
    hits = [candidate.hit for candidate in retrieved.candidates]
    vectors = index.embedder.encode([hit.passage.embedded for hit in hits], "passage")
    moved: Matrix = retrieved.query_vector + vectors[:_FEEDBACK_PASSAGES].mean(axis=0)
    cosines = vectors @ (moved / np.linalg.norm(moved))
    return {hit.number: float(cosine) for hit, cosine in zip(hits, cosines, strict=True)}


def _compute_signals(
    retrieved: Retrieved, candidate: Candidate, document: str, wider: Mapping[int, float]
) -> FoundPassage:
    hit = candidate.hit
    return FoundPassage(
        document=document,
        version=hit.passage.version,
        start=hit.passage.start,
        end=hit.passage.end,
        similarity=max(0.0, hit.similarity),
        words=1 / hit.lexical_rank if hit.lexical_rank else 0.0,
        ranks=hit.score,
        coverage=candidate.coverage,
        proximity=_compute_proximity(retrieved, candidate),
        feedback=max(0.0, wider[hit.number]),
    )


def _compute_proximity(retrieved: Retrieved, candidate: Candidate) -> float:
    passage = candidate.hit.passage
    shown = embedded_text(passage.text, passage.context)
    language = candidate.hit.document.metadata.language or DEFAULT_LANGUAGE
    terms = [term.text for term in analyse(shown, language)]
    places = [[i for i, t in enumerate(terms) if t in word.forms] for word in retrieved.terms.words]
    pairs = list(pairwise(places))
    near = [any(abs(a - b) <= _NEAR_WORDS for a in one for b in two) for one, two in pairs]
    return sum(near) / len(pairs) if pairs else 0.0


def main(arguments: Sequence[str]) -> None:
    """Measure what the command line names; wrong options end the process with status 2."""
    parser = argparse.ArgumentParser("python -m benchmarks.ablate", description=__doc__)
    add = parser.add_argument
    add("--data", type=Path, required=True, help="folder of a question set (benchmarks/README.md)")
    add("--out", type=Path, required=True, help="JSON file to write")
    add("--query", choices=("text", "rewrite"), default="text", help="what of a question is asked")
    add("--turns", choices=("first", "all"), default="all")
    add("--cache", type=Path, help="folder that keeps vectors for the next run")
    add("--orders-only", action="store_true", help="leave out what needs other indexes")
    values = vars(parser.parse_args(arguments))
    variants = {PRODUCT: INDEXES[PRODUCT]} if values.pop("orders_only") else INDEXES
    report.run_or_exit(lambda: run(Options(**values), variants))


if __name__ == "__main__":
    main(sys.argv[1:])
