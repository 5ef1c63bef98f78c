"""Processes that do nothing but use the cores: what a machine is like with other work on it."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator

_WORK = "while True: sum(range(1_000))"


@contextlib.contextmanager
def keep_busy(processes: int) -> Iterator[None]:
    """Have so many processes compute beside the block; none is left behind it."""
    started = [subprocess.Popen([sys.executable, "-c", _WORK]) for _ in range(processes)]
    try:
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()
