"""`python -m benchmarks.fit SET...`: learn the numbers of `chat/evidence/learned.json`.

Two logistic models: which unit of the passages found holds the answer (question sets with answer
spans), and whether a question is answered at all (the sets' own unanswerable questions, and the
questions of each other set asked where nothing answers them). With `--reader` the reader reads
the passages first, and what it adds is learnt on top of those numbers, which stay: for the unit,
and for support. Its sets must be ones that it has not learnt from: `python -m
benchmarks.training.data` writes them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from benchmarks.quality.trace import overlaps
from benchmarks.report.machine import describe
from benchmarks.sets.corpus_index import CorpusIndex, open_corpus
from benchmarks.sets.data import Query, QuestionSet, load
from chat.evidence import read as reading
from chat.evidence.choose import EvidenceSelector
from chat.evidence.learned import WEIGHTS, load_weights
from chat.evidence.support import compute_signals
from chat.reader.reader import Reader
from chat.retrieval.retrieve import Retrieved, retrieve
from chat.settings import ReaderSettings
from index.types import Filter

Rows = list[list[float]]
# Of the units of a question: the score without the reader, its span, and whether they answer.
Choice = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]
# More units than an answer weighs: among those that a shortlist by words lets through, words would
# seem not to count.
FIT_UNITS = 16
# Of the questions that have an answer, the share that may be refused.
REFUSED_SHARE = 0.02
# Of the questions called strongly supported, the share that has an answer there.
STRONG_SHARE = 0.9
# Ends the names of signals that speak against an answer.
AGAINST = "_missing"
SPAN_WEIGHTS = [step / 10 for step in range(21)]


class Material:
    """Signals and verdicts gathered from question sets; without a reader, of search alone."""

    def __init__(self, reader: Reader | None) -> None:
        self.reader = reader
        self.unit_names: list[str] = []
        self.units: Rows = []
        self.holds: list[bool] = []
        self.choices: list[list[Choice]] = []
        self.question_names: list[str] = []
        self.questions: Rows = []
        self.answered: list[bool] = []
        self.foreign: list[bool] = []

    def gather(self, corpus: CorpusIndex, queries: Sequence[Query], foreign: bool) -> None:
        """Ask questions and keep what speaks for each unit and each answer."""
        selector = EvidenceSelector(corpus.index.embedder)
        self.choices.append([])
        for query in queries:
            with corpus.index.snapshot() as catalog:
                retrieved = retrieve(corpus.index, catalog, query.text, Filter())
            if self.reader is not None:
                retrieved = read_passages(self.reader, retrieved)
            if not foreign:
                self._gather_units(selector, retrieved, corpus.gold(query.id))
            found = compute_signals(retrieved, selector.select(retrieved).evidence)
            self.question_names = list(found)
            self.questions.append(list(found.values()))
            self.answered.append(not foreign and bool(corpus.questions.is_answerable(query)))
            self.foreign.append(foreign)

    def _gather_units(
        self, selector: EvidenceSelector, retrieved: Retrieved, gold: Sequence[tuple[str, int, int]]
    ) -> None:
        listed, _, similarities = selector.collect_units(retrieved, FIT_UNITS)
        units = listed.units
        verdicts = [
            overlaps(u.candidate.hit.passage.version, u.stretch.start, u.stretch.end, gold)
            for u in units
        ]
        if not any(verdicts):
            return
        for unit, similarity, holds in zip(units, similarities, verdicts, strict=True):
            found = unit.compute_signals(similarity)
            self.unit_names = list(found)
            self.units.append(list(found.values()))
            self.holds.append(holds)
        scores = [u.score(s) for u, s in zip(units, similarities, strict=True)]
        spans = np.array([unit.span for unit in units])
        counted = load_weights(self.reader is not None).evidence.get("span", 0.0)
        self.choices[-1].append((np.array(scores) - counted * spans, spans, np.array(verdicts)))


def read_passages(reader: Reader, retrieved: Retrieved) -> Retrieved:
    """Return what was found with the readings of the first passages."""
    read = reading.read(reader, ReaderSettings(), retrieved.question, retrieved.candidates)
    return replace(retrieved, candidates=tuple(read))


def fit_units(material: Material) -> dict[str, float]:
    """Return weights by signal that add up to 1: only their order counts."""
    model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=1000)
    found, _ = fit_signed(model, material.units, material.holds, material.unit_names)
    total = sum(found.values())
    return {name: round(value / total, 3) for name, value in found.items()}


def fit_span(material: Material) -> tuple[dict[str, float], dict[str, float]]:
    """Return how much the reader's span counts for a unit, with the right units by weight.

    The smallest weight within one standard error of the best: the sets' questions ask for names
    and dates, which a span fits better than what is asked of a policy.

    Source: Breiman et al. 1984, Classification and Regression Trees, section 3.4.3 (1 SE rule).
    """
    sets = [choices for choices in material.choices if choices]
    shares: dict[float, list[float]] = {
        weight: [
            float(np.mean([holds[(base + weight * span).argmax()] for base, span, holds in asked]))
            for asked in sets
        ]
        for weight in SPAN_WEIGHTS
    }
    means = {weight: float(np.mean(share)) for weight, share in shares.items()}
    best = max(means, key=means.__getitem__)
    variances = [
        share * (1 - share) / len(asked) for share, asked in zip(shares[best], sets, strict=True)
    ]
    error = float(np.sqrt(np.sum(variances))) / len(sets)
    chosen = min(weight for weight, mean in means.items() if mean >= means[best] - error)
    tried = {f"{weight:.1f}": round(mean, 4) for weight, mean in means.items()}
    return {"span": chosen}, tried


def fit_signed(
    model: LogisticRegression, rows: Rows, truth: Sequence[bool], names: Sequence[str]
) -> tuple[dict[str, float], NDArray[np.float64]]:
    """Learn coefficients none of which has the wrong sign.

    Of two signals that say the same, a model likes to subtract one from the other, which holds for
    the questions that it is learnt on. A signal whose coefficient comes out with the wrong sign is
    left out, the worst first, and the others are learnt anew.
    """
    values = np.array(rows)
    signs = np.array([-1.0 if name.endswith(AGAINST) else 1.0 for name in names])
    kept = np.arange(len(names))
    while True:
        model.fit(values[:, kept], np.array(truth))
        towards = model.coef_[0] * signs[kept]
        if towards.min() >= 0:
            break
        kept = np.delete(kept, int(towards.argmin()))
    learnt = dict(zip(kept.tolist(), model.coef_[0].tolist(), strict=True))
    chances: NDArray[np.float64] = model.predict_proba(values[:, kept])[:, 1]
    return {name: learnt.get(number, 0.0) for number, name in enumerate(names)}, chances


def fit_support(material: Material) -> tuple[dict[str, float], dict[str, float], dict[str, object]]:
    """Return coefficients, thresholds and how well they do on the questions they are learnt on."""
    answered = np.array(material.answered)
    model = LogisticRegression(C=1.0, max_iter=5000)
    learnt, chances = fit_signed(
        model, material.questions, material.answered, material.question_names
    )
    foreign = np.array(material.foreign)
    refuse = float(np.quantile(chances[answered], REFUSED_SHARE))
    ordered = np.sort(chances)
    strong = next((float(t) for t in ordered if answered[chances >= t].mean() >= STRONG_SHARE), 1.0)
    coefficients = {"intercept": round(float(model.intercept_[0]), 3)} | {
        name: round(value, 3) for name, value in learnt.items()
    }
    thresholds = {"not_found_below": round(refuse, 3), "strong_from": round(max(strong, refuse), 3)}
    report: dict[str, object] = {
        "questions": len(answered),
        "answerable": int(answered.sum()),
        "auroc_own_questions": round(
            float(roc_auc_score(answered[~foreign], chances[~foreign])), 4
        ),
        "auroc_all": round(float(roc_auc_score(answered, chances)), 4),
        "refused_foreign": round(float((chances[foreign] < refuse).mean()), 4),
        "refused_unanswerable": round(float((chances[~foreign & ~answered] < refuse).mean()), 4),
    }
    return coefficients, thresholds, report


def gather(
    sets: Sequence[QuestionSet], cache: Path | None, foreign: int, material: Material
) -> None:
    """Ask each set its own questions and some of every other set's."""
    for questions in sets:
        with open_corpus(questions, cache) as corpus:
            material.gather(corpus, questions.queries, foreign=False)
            for other in sets:
                if other is not questions:
                    material.gather(corpus, other.queries[:foreign], foreign=True)


def main(arguments: Sequence[str]) -> int:
    """Learn, print, and write the weights with their provenance."""
    parser = argparse.ArgumentParser("python -m benchmarks.fit", description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="SET")
    parser.add_argument("--cache", type=Path, help="keep indexes and vectors here")
    parser.add_argument("--foreign", type=int, default=300, help="questions of each other set")
    parser.add_argument("--reader", action="store_true", help="what counts where passages are read")
    parser.add_argument("--span", type=float, help="weight of its span for a unit; else learnt")
    parser.add_argument("--write", action="store_true", help="write chat/evidence/learned.json")
    options = parser.parse_args(arguments)
    sets = [load(folder) for folder in options.folders]
    material = Material(Reader() if options.reader else None)
    gather(sets, options.cache, options.foreign, material)
    evidence, right = (fit_units(material), {}) if material.reader is None else fit_span(material)
    if options.span is not None:
        evidence = {"span": options.span}
    support, thresholds, report = fit_support(material)
    flag = "--reader " if options.reader else ""
    flag += "" if options.span is None else f"--span {options.span:g} "
    values: dict[str, object] = {
        "evidence": evidence,
        "support": support,
        "thresholds": thresholds,
        "provenance": {
            "command": f"python -m benchmarks.fit {flag}{' '.join(s.name for s in sets)}",
            "sets": {s.name: len(s.queries) for s in sets},
            "units": len(material.units),
            **report,
            **({"right_unit_by_span": right} if right else {}),
            "machine": describe(),
        },
    }
    print(json.dumps(values, indent=2, ensure_ascii=False))
    if options.write:
        kept = json.loads(WEIGHTS.read_text(encoding="utf-8"))
        kept["read" if options.reader else "unread"] = values
        WEIGHTS.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
