"""`python -m benchmarks.answers`: are the quotes right, and is refused what has no answer?"""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from benchmarks.quality.trace import Place, Trace, overlaps
from benchmarks.report import measures
from benchmarks.report import results as report
from benchmarks.sets.corpus_index import CorpusIndex, open_corpus
from benchmarks.sets.data import Query, load
from benchmarks.sets.options import Options, choose_questions, parse_options
from chat.answer import make_answerer
from chat.evidence.choose import Choices
from chat.question.kinds import classify_question
from chat.types import Answer, Evidence, Question, Support
from index.embedding.base import Embedder
from index.types import Passage

WARM = 5
FIRST = (1, 3)


@dataclass(frozen=True, slots=True)
class Quote:
    """Quoted words and the stretch of a version they are said to be."""

    version: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """One question and its answer."""

    answer: Answer
    quotes: tuple[Quote, ...]  # in the order of their markers; none if it refused
    sentence: Quote | None  # of the first quote the sentence that was chosen; None if it refused
    unrefused: tuple[Quote, ...]  # what it would have quoted without the threshold
    answerable: bool | None  # None where that is not known
    gold: tuple[Place, ...]  # answer spans in canonical texts; empty where there are none
    answers: tuple[str, ...]  # short answers; empty where there are none
    milliseconds: float  # wall-clock time of the whole answer


def run(options: Options, embedder: Embedder | None = None) -> dict[str, object]:
    """Measure answers, write the result and, if wanted, the trace; `depth` does not apply."""
    questions = load(options.data)
    chosen = choose_questions(questions, options)
    with open_corpus(questions, options.cache, embedder, reader=options.reader) as corpus:
        trace = Trace(options.trace, questions, corpus) if options.trace else None
        asker = _Asker(corpus, trace)
        asker.warm([question for _, question in chosen[:WARM]])
        outcomes = [asker.ask(query, question) for query, question in chosen]
        result = {
            "data": questions.name,
            **measure(corpus, outcomes),
            "passages_per_s": corpus.built.passages_per_s,
            "peak_mb": report.measure_peak_mb(),
            "documents": corpus.built.documents,
            "documents_refused": corpus.built.refused,
            "passages": corpus.built.passages,
            **report.describe_run("answers", options),
        }
    report.write(options.out, result)
    return result


class _Asker:
    """The product's answerer, and what it kept on the way to each answer."""

    def __init__(self, corpus: CorpusIndex, trace: Trace | None) -> None:
        self._corpus = corpus
        self._trace = trace
        self._answerer = make_answerer(corpus.index)

    def warm(self, questions: Sequence[Question]) -> None:
        for question in questions:
            self._answerer.answer(question)

    def ask(self, query: Query, question: Question) -> AskedQuestion:
        began = time.perf_counter()
        reply = self._answerer.reply(question)
        milliseconds = (time.perf_counter() - began) * 1000
        answer, choices = reply.answer, reply.trail.find(Choices)
        quotes = tuple(Quote(c.version, c.start, c.end, c.quote) for c in answer.citations)
        gold = tuple(self._corpus.gold(query.id))
        # What could be quoted, before it is judged whether it answers.
        unrefused = quotes or tuple(_make_quote(piece) for piece in choices.evidence)
        if self._trace:
            fields = {"status": answer.status, "support_score": answer.support_score}
            self._trace.write(query, choices.retrieved, gold, choices.evidence, fields)
        answerable = self._corpus.questions.is_answerable(query)
        return AskedQuestion(
            answer, quotes, _find_sentence(self._corpus, answer), unrefused, answerable, gold,
            query.answers, milliseconds,
        )  # fmt: skip


def measure(corpus: CorpusIndex, outcomes: Sequence[AskedQuestion]) -> dict[str, object]:
    """Return the numbers of a result, each over the questions (or quotes) eligible for it.

    `eligible` counts these; a measure that nothing is eligible for is None.
    """
    values = _collect_values(corpus, outcomes)
    scores: dict[bool | None, list[float]] = {True: [], False: [], None: []}
    for outcome in outcomes:
        scores[outcome.answerable].append(outcome.answer.support_score)
    area, area_interval = measures.auroc(scores[True], scores[False])
    milliseconds = [outcome.milliseconds for outcome in outcomes]
    intervals = {name: measures.mean_interval(found) for name, found in values.items()}
    return {
        **{name: measures.mean(found) for name, found in values.items()},
        "auroc": area,
        "p50_ms": measures.percentile(milliseconds, 50),
        "p95_ms": measures.percentile(milliseconds, 95),
        "p50_found_ms": measures.percentile(
            [outcome.answer.milliseconds["retrieve"] for outcome in outcomes], 50
        ),
        "queries": len(outcomes),
        "eligible": {name: len(found) for name, found in values.items()}
        | {"auroc": min(len(scores[True]), len(scores[False])) and len(outcomes)},
        "intervals": intervals | {"auroc": area_interval},
        "by_support": _count_by_support(outcomes),
        "reliability": measures.reliability(scores[True], scores[False]),
    }


def _count_by_support(outcomes: Sequence[AskedQuestion]) -> dict[str, dict[str, int]]:
    """Return for each word of support how many questions got it, and how many have an answer.

    A support that means what it says is right more often the stronger it is called.
    """
    known = [o for o in outcomes if o.answerable is not None]
    counts = {}
    for support in get_args(Support):
        called = [o for o in known if o.answer.support == support]
        counts[support] = {
            "questions": len(called),
            "answerable": sum(bool(o.answerable) for o in called),
        }
    return counts


def _collect_values(
    corpus: CorpusIndex, outcomes: Sequence[AskedQuestion]
) -> dict[str, list[float]]:
    located = [o for o in outcomes if o.gold]
    worded = [o for o in outcomes if o.answers and o.answerable is not False]
    values = {"verbatim": [float(_is_verbatim(corpus, q)) for o in outcomes for q in o.quotes]}
    for k in FIRST:
        values[f"quote_overlap@{k}"] = [_rate_overlap(o.quotes[:k], o.gold) for o in located]
        values[f"answer_in_quote@{k}"] = [_rate_contained(o.quotes[:k], o.answers) for o in worded]
    sentences = [(o.sentence,) if o.sentence else () for o in worded]
    values["answer_in_sentence@1"] = [
        _rate_contained(s, o.answers) for s, o in zip(sentences, worded, strict=True)
    ]
    for k in FIRST:
        values[f"quote_overlap@{k}_unrefused"] = [
            _rate_overlap(o.unrefused[:k], o.gold) for o in located
        ]
        values[f"answer_in_quote@{k}_unrefused"] = [
            _rate_contained(o.unrefused[:k], o.answers) for o in worded
        ]
    for name, answerable in (("refused_answerable", True), ("refused_unanswerable", False)):
        values[name] = [
            float(o.answer.status == "not_found") for o in outcomes if o.answerable is answerable
        ]
    return values


def contains_answer(quote: str, answers: Sequence[str]) -> bool:
    """Tell whether one of the answers stands in a quote as whole words, in any case and spacing.

    >>> contains_answer("It has 1066 words", ["10", "66"])
    False
    """
    words = " ".join(quote.casefold().split())
    folded = (" ".join(answer.casefold().split()) for answer in answers)
    return any(re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", words) for answer in folded)


def _rate_contained(quotes: Sequence[Quote], answers: Sequence[str]) -> float:
    return float(any(contains_answer(quote.text, answers) for quote in quotes))


def _rate_overlap(quotes: Sequence[Quote], gold: Sequence[Place]) -> float:
    return float(any(overlaps(q.version, q.start, q.end, gold) for q in quotes))


def _is_verbatim(corpus: CorpusIndex, quote: Quote) -> bool:
    """Compare with the stored text, past the product's own check of the same thing."""
    with corpus.index.snapshot() as catalog:
        return catalog.version(quote.version).text[quote.start : quote.end] == quote.text


def _find_sentence(corpus: CorpusIndex, answer: Answer) -> Quote | None:
    """Return the sentence that the first quotation grew from: all of it where it did not grow."""
    if not answer.citations:
        return None
    first = answer.citations[0]
    start, end = first.start, first.end
    if first.marks and classify_question(answer.searched_for) == "other":
        marked, last = first.marks[0]
        # What is marked may be a few words of it.
        within = [
            (a, b)
            for passage in _find_passages(corpus, first.version)
            for a, b in passage.sentences
            if a < last and marked < b
        ]
        start = max(start, min([marked, *(a for a, _ in within)]))
        end = min(end, max([last, *(b for _, b in within)]))
    text = first.quote[start - first.start : end - first.start]
    return Quote(first.version, start, end, text)


def _find_passages(corpus: CorpusIndex, version: str) -> list[Passage]:
    with corpus.index.snapshot() as catalog:
        return catalog.passages_of(version)


def _make_quote(piece: Evidence) -> Quote:
    return Quote(piece.candidate.hit.passage.version, piece.start, piece.end, piece.quote)


if __name__ == "__main__":
    report.run_or_exit(lambda: run(parse_options("Measure answers on a question set.")))
