"""How work grows with what is read: times are only compared with each other."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from ingest.errors import SourceRefused

# What starts up once, and the clock's own grain, count for no growth.
_LEAST_SECONDS = 0.2


def measure(work: Callable[[], object], runs: int = 3) -> float:
    """CPU seconds of the fastest of some runs; of refused sources, too."""

    def run() -> float:
        start = time.process_time()
        with suppress(SourceRefused):
            work()
        return time.process_time() - start

    return min(run() for _ in range(runs)) + 1e-4


def is_even(read: Callable[[str], object], source: str) -> bool:
    """Tell whether the whole of a source takes no sixteen times as long as its first quarter."""
    quarter = measure(lambda: read(source[: len(source) // 4]), runs=1)
    return measure(lambda: read(source), runs=1) < 9 * max(quarter, _LEAST_SECONDS)
