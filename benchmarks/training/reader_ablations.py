"""`python -m benchmarks.reader_ablations`: what each head and group of data adds to the reader.

The same short training again and again, each time without one thing, watched on the same held-out
questions. All begin at the embedder's body: what counts is the difference to `all`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from benchmarks.report.machine import describe
from benchmarks.training.data import add_sources
from benchmarks.training.steps import Recipe
from benchmarks.training.train import prepare, run
from index.errors import PolicyChatError

# Two layers frozen and fewer negatives: more questions in the time.
QUICK: Mapping[str, Any] = {"frozen": 2, "negatives": 2, "rate": 2e-4}
WITHOUT: Mapping[str, Mapping[str, Any]] = {
    "all": {},
    "no span": {"span": 0.0},
    "no verdict": {"answers": 0.0},
    "no relevance": {"relevance": 0.0, "pointwise": 0.0},
    "no pairs made by rule": {"rules": False},
    "no SQuAD": {"without": ("squad",)},
    "no negatives mined": {"mined": False},
    "no claims, no medicine": {"without": ("verify", "medquad", "liveqa", "pubmedqa")},
}


def main(arguments: Sequence[str]) -> int:
    """Train once for each thing that is left out, and write the scores."""
    parser = argparse.ArgumentParser("python -m benchmarks.reader_ablations", description=__doc__)
    add_sources(parser)
    parser.add_argument("--home", type=Path, required=True, help="of trainings; mined in it once")
    parser.add_argument("--questions", type=int, default=4_000, help="in each training")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    try:
        splits, mined = prepare(options)
    except PolicyChatError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    base = replace(Recipe(), questions=options.questions, seed=options.seed, **QUICK)
    scores: dict[str, dict[str, float]] = {}
    for name, change in WITHOUT.items():
        home = options.home / "ablations" / name.replace(" ", "_").replace(",", "")
        scores[name] = run(splits, mined, replace(base, **change), home)
        # After each: a stopped run has what it has measured.
        written = {"recipe": asdict(base), "held_out": scores, "machine": describe()}
        options.out.write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
