"""`python -m benchmarks.corpus`: the main job on the five pages that come with the project.

Quality on `five_pages.jsonl`, written by us for these pages: a check that the product does
its job on them, not evidence for other corpora. Speed as a person meets it: cold process, warm
question, indexing.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report.machine import describe
from chat.answer import Answerer, make_answerer
from chat.types import Answer, Question
from index.embedding.transformer import SentenceTransformerEmbedder
from index.local import LocalIndex
from index.settings import CORPUS, HOME_VARIABLE, EmbedderSettings, Settings
from ingest.pipeline import apply_plan
from ingest.planning.plan import make_plan

QUESTIONS = Path(__file__).parent / "five_pages.jsonl"


@dataclass(frozen=True, slots=True)
class Case:
    """One question about the five pages.

    Attributes:
        question: As a person would ask it.
        kind: `country` (40, one for each paragraph), `fact`, `elsewhere` (nothing about it in the
            pages) or `near` (the pages speak of the subject but do not answer).
        expected: For `country` how the paragraph begins, for `fact` words of the right quote.
    """

    question: str
    kind: str
    expected: str | None


def load_cases() -> list[Case]:
    """Return the committed questions."""
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()
    return [Case(**json.loads(line)) for line in lines]


def is_right(case: Case, answer: Answer, paragraph: tuple[int, int] | None) -> tuple[bool, bool]:
    """Return whether the first citation is right, and whether one of them is.

    Args:
        case: With an answer in the pages.
        answer: The product's.
        paragraph: Offsets of a country's paragraph.

    Returns:
        Two verdicts; both False where nothing was cited.
    """
    verdicts = []
    for citation in answer.citations:
        if paragraph is None:
            verdicts.append(case.expected is not None and case.expected in citation.quote)
        else:
            inside = paragraph[0] <= citation.start and citation.end <= paragraph[1]
            czech = "Czech" in case.question and citation.path.startswith("czech")
            verdicts.append((inside and citation.path.startswith("clusterplattform")) or czech)
    return verdicts[:1] == [True], any(verdicts)


def paragraph_of(case: Case, text: str) -> tuple[int, int] | None:
    """Return the offsets of the line of a country, None for other kinds."""
    if case.kind != "country":
        return None
    start = text.index(f"\n{case.expected}") + 1
    return start, text.index("\n", start)


def measure_quality(answerer: Answerer) -> dict[str, object]:
    """Return counts by kind of question."""
    documents = {d.source.path: d for d in answerer.index.documents()}
    page = documents["clusterplattform-european-level.txt"]
    with answerer.index.snapshot() as catalog:
        text = catalog.version(page.version).text
    cases = load_cases()
    counts: dict[str, int] = {}
    for case in cases:
        answer = answerer.answer(Question(case.question))
        counts[f"{case.kind}.asked"] = counts.get(f"{case.kind}.asked", 0) + 1
        if case.expected is None:
            found = {"refused": answer.status == "not_found", "partial": answer.status == "partial"}
        else:
            first, among = is_right(case, answer, paragraph_of(case, text))
            found = {"cited_first": first, "cited": among}
        for name, value in found.items():
            counts[f"{case.kind}.{name}"] = counts.get(f"{case.kind}.{name}", 0) + value
    return dict(counts)


def measure_speed(index: LocalIndex) -> dict[str, float]:
    """Return medians over the questions, each asked once of a fresh `Answerer`, warm model."""
    answerer = make_answerer(index)
    answerer.answer(Question("Is the model warm?"))
    totals = [
        answerer.answer(Question(case.question)).milliseconds["total"] for case in load_cases()
    ]
    return {
        "question_p50_ms": round(statistics.median(totals), 1),
        "question_p95_ms": round(statistics.quantiles(totals, n=20)[18], 1),
    }


def measure_processes(home: Path, runs: int) -> dict[str, float]:
    """Return median seconds of whole processes, each started anew."""
    commands = {
        "first_answer_cold_s": ["chat", "--json", "What is the cluster policy of Poland?"],
        "status_s": ["ingest", "status"],
        "help_s": ["ingest", "--help"],
    }
    found = {}
    for name, arguments in commands.items():
        seconds = []
        for _ in range(runs):
            began = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", *arguments],
                env={HOME_VARIABLE: str(home), "PATH": ""},
                cwd=CORPUS.parent,
                stdout=subprocess.DEVNULL,
                check=True,
            )
            seconds.append(time.perf_counter() - began)
        found[name] = round(statistics.median(seconds), 2)
    return found


def main(arguments: Sequence[str]) -> int:
    """Measure, print and write the results."""
    parser = argparse.ArgumentParser("python -m benchmarks.corpus", description=__doc__)
    parser.add_argument("--out", type=Path, help="write the JSON here as well")
    parser.add_argument("--runs", type=int, default=3, help="of each whole process (3)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        index = LocalIndex(Settings(Path(folder)), SentenceTransformerEmbedder(EmbedderSettings()))
        index.embedder.encode(["the model is loaded before the clock starts"], "passage")
        report = apply_plan(index, make_plan(index, [str(CORPUS)]))
        results: dict[str, object] = {
            "documents": len(report.added),
            "passages": report.passages,
            "indexing_s": round(report.seconds, 2),
            **measure_quality(make_answerer(index)),
            **measure_speed(index),
            **measure_processes(Path(folder), options.runs),
            "machine": describe(),
            "command": "python -m benchmarks.corpus",
        }
    text = json.dumps(results, indent=2, ensure_ascii=False)
    print(text)
    if options.out:
        options.out.write_text(text + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
