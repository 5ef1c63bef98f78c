"""The numbers of `learned.json`, which `python -m benchmarks.fit` learns on public question sets.

They are kept there with their provenance: command, sets, counts, machine.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

WEIGHTS = Path(__file__).with_name("learned.json")


@dataclass(frozen=True, slots=True)
class Weights:
    """The learnt numbers."""

    evidence: dict[str, float]  # by the signals of a unit: QuotableUnit.compute_signals
    support: dict[str, float]  # by the signals of a question: compute_signals; "intercept" too
    not_found_below: float  # support under which nothing is quoted, in [0, 1]
    strong_from: float  # support from which it is called strong, in [0, 1]


@cache
def load_weights(read: bool) -> Weights:
    """Return the numbers for passages that were read, or were not; the file is read once.

    What search says counts where they were read as it does where they were not; what the reader
    says is learnt on top of it.
    """
    learnt = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    values = learnt["read" if read else "unread"]
    return Weights(
        learnt["unread"]["evidence"] | values["evidence"],
        values["support"],
        values["thresholds"]["not_found_below"],
        values["thresholds"]["strong_from"],
    )
