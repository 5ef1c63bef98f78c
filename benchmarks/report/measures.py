"""Numbers from outcomes: ranking measures and intervals, by libraries and not by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import ir_measures
import numpy as np
from ir_measures import RR, R, nDCG
from scipy.stats import bootstrap
from sklearn.metrics import roc_auc_score

RESAMPLES = 1_000
_BINS = 10
_MEASURES = {"ndcg@10": nDCG @ 10, "recall@10": R @ 10, "mrr@10": RR @ 10}

Values = dict[str, float]
Interval = tuple[float, float] | None


def score_rankings(
    rankings: Mapping[str, Sequence[str]], qrels: Mapping[str, Mapping[str, int]]
) -> dict[str, Values]:
    """Return each measure's value for each query.

    Source: trec_eval through ir-measures; nDCG with the grade as gain, as BEIR reports it.
    """
    judged = [
        ir_measures.Qrel(query, document, grade)
        for query, grades in qrels.items()
        for document, grade in grades.items()
    ]
    # trec_eval orders by score and breaks ties by id: a score for each rank keeps our order.
    run = [
        ir_measures.ScoredDoc(query, document, 1.0 / rank)
        for query in qrels
        for rank, document in enumerate(rankings.get(query, ()), start=1)
    ]
    values: dict[str, Values] = {name: dict.fromkeys(qrels, 0.0) for name in _MEASURES}
    names = {measure: name for name, measure in _MEASURES.items()}
    if run:
        for result in ir_measures.iter_calc(list(names), judged, run):
            values[names[result.measure]][result.query_id] = float(result.value)
    return values


def mean(values: Sequence[float]) -> float | None:
    """Return the mean, None of nothing: a case that is not eligible is not a 0."""
    return round(float(np.mean(values)), 4) if len(values) else None


def mean_interval(values: Sequence[float]) -> Interval:
    """Return the 95 % interval of a mean over queries; None of fewer than two."""
    if len(values) < 2:
        return None
    if len(set(values)) == 1:
        return values[0], values[0]
    return _interval(
        bootstrap(
            (np.asarray(values, dtype=np.float64),),
            np.mean,
            n_resamples=RESAMPLES,
            batch=100,
            method="percentile",
            rng=0,
        )
    )


def auroc(positive: Sequence[float], negative: Sequence[float]) -> tuple[float | None, Interval]:
    """Return how often a positive scores above a negative, and its 95 % interval.

    0.5 is chance; None where there are fewer than two of either.
    """
    if len(positive) < 2 or len(negative) < 2:
        return None, None
    found = bootstrap(
        (np.asarray(positive), np.asarray(negative)),
        _area,
        n_resamples=RESAMPLES,
        vectorized=False,
        method="percentile",
        rng=0,
    )
    return round(_area(positive, negative), 4), _interval(found)


def reliability(
    positive: Sequence[float], negative: Sequence[float]
) -> list[dict[str, float]] | None:
    """Return the mean score and the answerable questions of each tenth by score, lowest first."""
    if len(positive) < _BINS or len(negative) < _BINS:
        return None
    labels = np.repeat([1, 0], [len(positive), len(negative)])
    scores = np.concatenate([positive, negative])
    bins = np.array_split(np.argsort(scores, kind="stable"), _BINS)
    return [
        {
            "score": round(float(scores[found].mean()), 4),
            "questions": len(found),
            "answerable": int(labels[found].sum()),
        }
        for found in bins
    ]


def _area(positive: Sequence[float], negative: Sequence[float]) -> float:
    labels = np.repeat([1, 0], [len(positive), len(negative)])
    return float(roc_auc_score(labels, np.concatenate([positive, negative])))


def _interval(found: object) -> Interval:
    ends = found.confidence_interval  # type: ignore[attr-defined]
    return round(float(ends.low), 4), round(float(ends.high), 4)


def percentile(milliseconds: Sequence[float], share: int) -> float | None:
    """Return a percentile of durations."""
    return round(float(np.percentile(milliseconds, share)), 2) if len(milliseconds) else None
