"""`python -m benchmarks.paired --run SET BEFORE AFTER ... --out FILE`: what a change adds.

Two TREC runs of the same questions, as `benchmarks.retrieval` writes them, compared question by
question: the mean difference in nDCG@10 with its 95 % interval, for each set and for all questions
together.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import unquote

from benchmarks.report import measures
from benchmarks.report import results as report
from benchmarks.sets.data import DataRefused, load

Run = tuple[Path, Path, Path]


def compare(runs: Sequence[Run]) -> dict[str, object]:
    """Return the differences of each set and of all questions together (`pooled`)."""
    sets: dict[str, object] = {}
    pooled: list[tuple[float, float]] = []
    for folder, before, after in runs:
        qrels = load(folder).qrels
        rankings = [_read_run(path) for path in (before, after)]
        asked = rankings[0].keys() & qrels.keys()
        if asked != rankings[1].keys() & qrels.keys():
            raise DataRefused(f"{before} and {after}: not of the same questions")
        values = [
            measures.score_rankings(ranking, {query: qrels[query] for query in asked})["ndcg@10"]
            for ranking in rankings
        ]
        pairs = [(values[0][query], values[1][query]) for query in sorted(asked)]
        sets[after.name.removesuffix(".retrieval.trec")] = _compute_difference(pairs)
        pooled += pairs
    return {"sets": sets, "pooled": _compute_difference(pooled)}


def _compute_difference(pairs: Sequence[tuple[float, float]]) -> dict[str, object]:
    differences = [after - before for before, after in pairs]
    return {
        "queries": len(pairs),
        "before": measures.mean([before for before, _ in pairs]),
        "after": measures.mean([after for _, after in pairs]),
        "difference": measures.mean(differences),
        "interval": measures.mean_interval(differences),
    }


def _read_run(path: Path) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        for line in lines:
            query, _, document, _, _, _ = line.split(" ")
            found.setdefault(_decode_id(query), []).append(_decode_id(document))
    except (OSError, ValueError) as error:
        raise DataRefused(f"{path}: not a TREC run ({error})") from error
    return found


def _decode_id(written: str) -> str:
    """Return an id as it was before `benchmarks.retrieval` encoded the white space in it."""
    return re.sub(r"%(?:20|09|0A|0D|C2%A0)", lambda m: unquote(m[0]), written)


def main(arguments: Sequence[str]) -> None:
    """Compare what the command line names."""
    parser = argparse.ArgumentParser("python -m benchmarks.paired", description=__doc__)
    parser.add_argument(
        "--run", nargs=3, type=Path, action="append", required=True, metavar=("SET", "TREC", "TREC")
    )
    parser.add_argument("--out", type=Path, required=True, help="JSON file to write")
    options = parser.parse_args(arguments)

    def run() -> None:
        result = compare([(folder, before, after) for folder, before, after in options.run])
        report.write(options.out, {**result, "machine": report.describe_machine()})
        print(json.dumps(result["pooled"]))

    report.run_or_exit(run)


if __name__ == "__main__":
    main(sys.argv[1:])
