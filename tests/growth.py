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


def stays_even(work: Callable[[int], object], count: int, tries: int = 3) -> bool:
    """Tell whether work on a count takes no sixteen times as long as on a quarter of it.

    What else the machine does only ever adds time: of some tries one that is even is enough.
    """

    def is_even() -> bool:
        quarter = measure(lambda: work(count // 4), runs=1)
        return measure(lambda: work(count), runs=1) < 9 * max(quarter, _LEAST_SECONDS)

    return any(is_even() for _ in range(tries))


def is_even(read: Callable[[str], object], source: str) -> bool:
    """Tell whether the whole of a source takes no sixteen times as long as its first quarter."""
    return stays_even(lambda length: read(source[:length]), len(source))
