"""`python -m benchmarks.charts --results DIR`: how far support can be believed, how it was learnt.

Draws `reliability.png` from the answers results in a folder, and `reader.curve*.png` from each
`reader.curve*.jsonl` that is there.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path


def draw_reliability(folder: Path) -> None:
    """Draw, for each set with both kinds of questions, the share that has an answer by score."""
    import matplotlib.figure

    figure = matplotlib.figure.Figure(figsize=(6, 5), layout="constrained")
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="grey", linewidth=1, linestyle=":")
    for path in sorted(folder.glob("*.answers.json")):
        bins = json.loads(path.read_text(encoding="utf-8")).get("reliability")
        if bins:
            (line,) = axes.plot(
                [b["score"] for b in bins],
                [b["answerable"] / b["questions"] for b in bins],
                label=path.name.removesuffix(".answers.json"),
            )
            for b in bins:
                place = (b["score"], b["answerable"] / b["questions"])
                axes.scatter(*place, s=b["questions"], color=line.get_color(), alpha=0.5)
    axes.set_xlabel("support score (mean of each tenth of the questions)")
    axes.set_ylabel("share that has an answer")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.legend(frameon=False)
    figure.savefig(folder / "reliability.png", dpi=110, metadata={"Software": None})


def draw_curve(path: Path) -> None:
    """Draw what `benchmarks.training.train` wrote as it went into a PNG beside it."""
    import matplotlib.figure

    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    figure = matplotlib.figure.Figure(figsize=(11, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    for axes, kind in ((left, "loss"), (right, "held_out")):
        # The first line is the recipe, with counts of the questions.
        found = [(line["questions"], line[kind]) for line in lines[1:] if kind in line]
        for name in found[0][1] if found else ():
            axes.plot([n for n, _ in found], [values[name] for _, values in found], label=name)
        axes.set_xlabel("questions learnt from")
        axes.legend(frameon=False)
    left.set_title("Losses, mean of 200 steps")
    right.set_title("Held-out questions")
    figure.savefig(path.with_suffix(".png"), dpi=110, metadata={"Software": None})


def main(arguments: Sequence[str]) -> None:
    """Draw what there is."""
    parser = argparse.ArgumentParser("python -m benchmarks.charts", description=__doc__)
    parser.add_argument("--results", type=Path, required=True, help="folder of results")
    options = parser.parse_args(arguments)
    draw_reliability(options.results)
    for learnt in sorted(options.results.glob("reader.curve*.jsonl")):
        draw_curve(learnt)


if __name__ == "__main__":
    main(sys.argv[1:])
