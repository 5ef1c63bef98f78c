"""`python -m benchmarks.suite --out DIR SET...`: all that each question set lets us measure."""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.report import results as report
from benchmarks.report import table
from benchmarks.sets.data import QuestionSet, load


def list_forms(questions: QuestionSet) -> Iterator[tuple[str, str]]:
    """Yield (query, turns) for everything that can be asked of a set."""
    if any(query.turn > 1 for query in questions.queries):
        yield "text", "first"
    yield "text", "all"
    if any(query.history for query in questions.queries):
        yield "conversation", "all"
        yield "changed", "all"
    if any(query.rewrite for query in questions.queries):
        yield "rewrite", "all"


def run(folders: list[Path], out: Path, peers: bool) -> None:
    """Measure every set, each measurement in a process of its own, and write the table."""
    for folder in folders:
        questions = load(folder)
        with tempfile.TemporaryDirectory(prefix="benchmark-") as cache:
            for query, turns in list_forms(questions):
                name = f"{questions.name}-{query}{'-first' if turns == 'first' else ''}"
                for module in ("peers",) if peers else ("retrieval", "answers"):
                    command = [sys.executable, "-m", f"benchmarks.{module}", "--data", str(folder)]
                    command += ["--query", query, "--turns", turns, "--cache", cache]
                    command += ["--out", str(out / f"{name}.{module}.json")]
                    if subprocess.run(command, check=False).returncode:
                        sys.exit(1)
    (out / "README.md").write_text(table.make_tables(out), encoding="utf-8")


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks.suite", description="Run every measurement."
    )
    parser.add_argument("folders", nargs="+", type=Path, metavar="SET")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--peers", action="store_true", help="measure the peers instead")
    options = parser.parse_args()
    report.run_or_exit(lambda: run(options.folders, options.out, options.peers))


if __name__ == "__main__":
    main()
