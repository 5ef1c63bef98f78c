"""`python -m benchmarks.fit SET...`: learn the numbers of `chat/weights.json`.

Two logistic models: which unit of the passages found holds the answer (question sets with answer
spans), and whether a question is answered at all (the sets' own unanswerable questions, and the
questions of each other set asked where nothing answers them).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from benchmarks.corpus_index import CorpusIndex, open_corpus
from benchmarks.data import Query, QuestionSet, load
from benchmarks.machine import describe
from benchmarks.trace import overlaps
from chat.evidence import EvidenceSelector
from chat.retrieve import Retrieved, retrieve
from chat.support import WEIGHTS, signals
from index.filters import Filter

Rows = list[list[float]]
# More units than an answer weighs: among those that a shortlist by words lets through, words would
# seem not to count.
FIT_UNITS = 16
# Of the questions that have an answer, the share that may be refused.
REFUSED_SHARE = 0.02
# Of the questions called strongly supported, the share that has an answer there.
STRONG_SHARE = 0.9


class Material:
    """Signals and verdicts gathered from question sets."""

    def __init__(self) -> None:
        self.unit_names: list[str] = []
        self.units: Rows = []
        self.holds: list[bool] = []
        self.question_names: list[str] = []
        self.questions: Rows = []
        self.answered: list[bool] = []
        self.foreign: list[bool] = []

    def gather(self, corpus: CorpusIndex, queries: Sequence[Query], foreign: bool) -> None:
        """Ask questions and keep what speaks for each unit and each answer.

        Args:
            corpus: Where to ask.
            queries: What to ask.
            foreign: Whether they are another set's, so that nothing answers them.
        """
        selector = EvidenceSelector(corpus.index.embedder)
        for query in queries:
            retrieved = retrieve(corpus.index, query.text, Filter())
            if not foreign:
                self._units(selector, retrieved, corpus.gold(query.id))
            found = signals(retrieved, selector.select(retrieved))
            self.question_names = list(found)
            self.questions.append(list(found.values()))
            self.answered.append(not foreign and bool(corpus.questions.is_answerable(query)))
            self.foreign.append(foreign)

    def _units(
        self,
        selector: EvidenceSelector,
        retrieved: Retrieved,
        gold: Sequence[tuple[str, int, int]],
    ) -> None:
        options, _, similarities = selector.options(retrieved, FIT_UNITS)
        verdicts = [
            overlaps(o.candidate.hit.passage.version, o.unit.start, o.unit.end, gold)
            for o in options
        ]
        if not any(verdicts):
            return
        for option, similarity, holds in zip(options, similarities, verdicts, strict=True):
            found = option.signals(similarity)
            self.unit_names = list(found)
            self.units.append(list(found.values()))
            self.holds.append(holds)


def fit_units(material: Material) -> dict[str, float]:
    """Return weights by signal whose positive ones add up to 1: only their order counts."""
    model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=1000)
    model.fit(np.array(material.units), np.array(material.holds))
    found = dict(zip(material.unit_names, model.coef_[0].tolist(), strict=True))
    total = sum(value for value in found.values() if value > 0)
    return {name: round(value / total, 3) for name, value in found.items()}


def fit_support(
    material: Material,
) -> tuple[dict[str, float], dict[str, float], dict[str, object]]:
    """Return coefficients, thresholds and how well they do on the questions they are learnt on."""
    rows, answered = np.array(material.questions), np.array(material.answered)
    model = LogisticRegression(C=1.0, max_iter=5000).fit(rows, answered)
    chances: NDArray[np.float64] = model.predict_proba(rows)[:, 1]
    foreign = np.array(material.foreign)
    refuse = float(np.quantile(chances[answered], REFUSED_SHARE))
    ordered = np.sort(chances)
    strong = next((float(t) for t in ordered if answered[chances >= t].mean() >= STRONG_SHARE), 1.0)
    coefficients = {"intercept": round(float(model.intercept_[0]), 3)} | {
        name: round(value, 3)
        for name, value in zip(material.question_names, model.coef_[0].tolist(), strict=True)
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


def gather(sets: Sequence[QuestionSet], cache: Path | None, foreign: int) -> Material:
    """Ask each set its own questions and some of every other set's."""
    material = Material()
    for questions in sets:
        with open_corpus(questions, cache) as corpus:
            material.gather(corpus, questions.queries, foreign=False)
            for other in sets:
                if other is not questions:
                    material.gather(corpus, other.queries[:foreign], foreign=True)
    return material


def main(arguments: Sequence[str]) -> int:
    """Learn, print, and write the weights with their provenance."""
    parser = argparse.ArgumentParser("python -m benchmarks.fit", description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, metavar="SET")
    parser.add_argument("--cache", type=Path, help="keep indexes and vectors here")
    parser.add_argument("--foreign", type=int, default=300, help="questions of each other set")
    parser.add_argument("--write", action="store_true", help="write chat/weights.json")
    options = parser.parse_args(arguments)
    sets = [load(folder) for folder in options.folders]
    material = gather(sets, options.cache, options.foreign)
    support, thresholds, report = fit_support(material)
    values = {
        "evidence": fit_units(material),
        "support": support,
        "thresholds": thresholds,
        "provenance": {
            "command": f"python -m benchmarks.fit {' '.join(s.name for s in sets)}",
            "sets": {s.name: len(s.queries) for s in sets},
            "units": len(material.units),
            **report,
            "machine": describe(),
        },
    }
    text = json.dumps(values, indent=2, ensure_ascii=False)
    print(text)
    if options.write:
        WEIGHTS.write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
