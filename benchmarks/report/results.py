"""What stands around the numbers of a result: the command, the machine, the version, the date."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.report.machine import describe
from benchmarks.sets.options import Options
from index.errors import PolicyChatError


def describe_run(module: str, options: Options) -> dict[str, object]:
    """Return the fields that say how a result came about."""
    return {"command": format_command(module, options), "machine": describe_machine()}


def describe_machine() -> dict[str, object]:
    """Return what durations depend on; the load tells whether others were at work too."""
    import torch

    load = round(os.getloadavg()[0], 2)
    described = describe()
    # Results written into the tree a moment ago do not make another product.
    described["commit"] = str(described["commit"]).removesuffix("-dirty") + _find_dirt()
    return {**described, "threads": torch.get_num_threads(), "load_1_min": load}


def _find_dirt() -> str:
    done = subprocess.run(
        "git status --porcelain -- :/index :/ingest :/chat :/benchmarks/*.py".split(),
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return "-dirty" if done.stdout.strip() else ""


def measure_peak_mb() -> float:
    """Return the most memory this process ever held, model and libraries included."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 * 1024 if sys.platform == "darwin" else 1024), 1)


def format_command(module: str, options: Options) -> str:
    """Return the command line that makes a result; where the data lies is left out."""
    parts = ["python", "-m", f"benchmarks.{module}", "--data", f"…/{options.data.resolve().name}"]
    parts += ["--query", options.query, "--turns", options.turns]
    for name in ("limit", "depth"):
        if value := getattr(options, name):
            parts += [f"--{name}", str(value)]
    parts += [] if options.reader else ["--no-reader"]
    parts += [part for peer in options.peer for part in ("--peer", peer)]
    return " ".join([*parts, "--out", options.out.name])


def write(path: Path, result: Mapping[str, object]) -> None:
    """Write a result and say its numbers on the terminal."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    numbers = {name: value for name, value in result.items() if isinstance(value, int | float)}
    print(", ".join(f"{name} {value}" for name, value in numbers.items()))
    print(f"written to {path}", file=sys.stderr)


def run_or_exit(run: Callable[[], object]) -> None:
    """Run a benchmark; a known error is one line and status 1."""
    try:
        run()
    except PolicyChatError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
