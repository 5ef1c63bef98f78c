"""Measurements of the product's own code on question sets that nobody here wrote.

`python -m benchmarks.NAME` is a contract: a command keeps its name in whatever room it stands.
"""

from pathlib import Path

__path__ += [
    str(Path(__file__).parent / room)
    for room in ("quality", "report", "sets", "text", "torture", "training")
]
