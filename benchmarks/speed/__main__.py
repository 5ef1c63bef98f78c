"""`python -m benchmarks.speed --data DIR --out FILE.json`: how fast, and how it grows.

Each size is measured in a process of its own, one after the other. See `speed_run` for what, and
benchmarks/README.md for what the numbers mean.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.report import results as report
from benchmarks.sets.data import load
from index.errors import PolicyChatError

HASHING_FROM = 100_000
_SIZES = "1000,10000,100000"


class SpeedFailed(PolicyChatError):
    """A size could not be measured."""


def run(
    data: Path, out: Path, sizes: Sequence[int], hashing_from: int, beside: int = 0
) -> dict[str, object]:
    """Measure every size and write one result, and the chart beside it.

    From the size `hashing_from` on, words are hashed and not embedded by the model. Questions are
    also answered beside so many busy processes.
    """
    load(data)  # an error in it is reported once, and before anything takes time
    results = []
    for size in sizes:
        kind = "hashing" if size >= hashing_from else "model"
        part = [str(data), str(size), kind, str(beside)]
        command = [sys.executable, "-m", "benchmarks.speed.speed_run", *part]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            raise SpeedFailed(f"{size:,} passages could not be measured; the lines above say why")
        results.append(json.loads(done.stdout))
        print(json.dumps(results[-1]), file=sys.stderr)
    options = f"--passages {','.join(map(str, sizes))} --hashing-from {hashing_from}"
    options += f" --beside {beside}" if beside else ""
    result: dict[str, object] = {
        "data": data.resolve().name,
        "sizes": results,
        "constant": compute_constant(results),
        "command": f"python -m benchmarks.speed --data …/{data.resolve().name} {options} "
        f"--out {out.name}",
        "machine": report.describe_machine(),
    }
    report.write(out, result)
    draw(result, out.with_suffix(".png"))
    return result


def draw(result: Mapping[str, object], path: Path) -> None:
    """Draw passages a second, questions and one change by size."""
    import matplotlib.figure

    sizes = result["sizes"]
    assert isinstance(sizes, list)
    kinds = ["hashing" if _name_embedder(size).startswith("hashing") else "model" for size in sizes]
    names = [f"{size['passages']:,}\n{kind}" for size, kind in zip(sizes, kinds, strict=True)]
    figure = matplotlib.figure.Figure(figsize=(12, 4.4), layout="constrained")
    left, middle, right = figure.subplots(1, 3)
    bars = left.bar(names, [size["passages_per_s"] for size in sizes])
    left.bar_label(bars, fmt="{:,.0f}")
    left.set_yscale("log")
    left.set_title("Indexing: passages a second")
    for label, key, value in (
        ("idle, median", "idle", "p50_ms"),
        ("idle, 95 %", "idle", "p95_ms"),
        ("while indexing, median", "while_ingesting", "p50_ms"),
        ("while indexing, 95 %", "while_ingesting", "p95_ms"),
    ):
        middle.plot(names, [size[key][value] for size in sizes], marker="o", label=label)
    middle.set_title("A question: milliseconds")
    middle.legend(loc="upper center", bbox_to_anchor=(0.5, -0.22), ncols=2, frameon=False)
    bars = right.bar(names, [size["one_change_s"] for size in sizes])
    right.bar_label(bars, fmt="{:.1f}")
    right.set_title("In step after one change: seconds")
    left.set_ylim(1, 2 * max(size["passages_per_s"] for size in sizes))
    middle.set_ylim(bottom=0)
    right.set_ylim(0, 1.1 * max(size["one_change_s"] for size in sizes))
    for axes in (left, middle, right):
        axes.set_xlabel("passages, and what embeds them")
    figure.savefig(path, dpi=110, metadata={"Software": None})


def _name_embedder(size: Mapping[str, object]) -> str:
    return str(size["embedder"]).split("@")[0]


def compute_constant(sizes: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return, by embedder, the slowest size's passages a second as a share of the fastest's."""
    rates: dict[str, list[float]] = {}
    for size in sizes:
        rates.setdefault(_name_embedder(size), []).append(size["passages_per_s"])
    return {name: round(min(found) / max(found), 3) for name, found in rates.items()}


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks.speed", description="Measure the speed of indexing and searching."
    )
    add = parser.add_argument
    add("--data", type=Path, required=True, help="folder with corpus.jsonl (benchmarks/README.md)")
    add("--out", type=Path, required=True, help="JSON file to write; a chart is put beside it")
    add("--passages", type=_parse_sizes, default=_parse_sizes(_SIZES), help=f"sizes ({_SIZES})")
    add(
        "--hashing-from",
        type=int,
        default=HASHING_FROM,
        metavar="N",
        help=f"hash words instead of embedding from this size on ({HASHING_FROM})",
    )
    add(
        "--beside",
        type=int,
        default=0,
        metavar="N",
        help="answer questions beside N busy processes, too (0)",
    )
    options = parser.parse_args()
    report.run_or_exit(
        lambda: run(
            options.data, options.out, options.passages, options.hashing_from, options.beside
        )
    )


def _parse_sizes(text: str) -> list[int]:
    sizes = [int(part) for part in text.split(",")]
    if min(sizes) < 1:
        raise ValueError
    return sizes


if __name__ == "__main__":
    main()
