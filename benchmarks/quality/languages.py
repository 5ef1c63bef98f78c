"""`python -m benchmarks.languages`: questions in one language about documents in another.

`language_facts.jsonl` holds 30 short facts of policy, each as a sentence and as a question in five
languages, written by us: it shows where an embedding model fails, not how well a corpus is served.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.report.results import describe_machine, run_or_exit, write
from chat.answer import make_answerer
from chat.types import Question
from index.embedding.base import Embedder
from index.embedding.transformer import SentenceTransformerEmbedder
from index.local import LocalIndex
from index.settings import EmbedderSettings, Settings
from ingest.pipeline import apply_plan
from ingest.planning.plan import make_plan

FACTS = Path(__file__).parent / "language_facts.jsonl"


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact in every language."""

    passage: dict[str, str]  # the sentence that states it, by language (ISO 639-1)
    question: dict[str, str]  # the question that it answers, likewise


@dataclass(frozen=True, slots=True)
class Rates:
    """Shares in [0, 1] of the questions of one language about the passages of one language."""

    first: float  # the right document is the first hit of the search
    quoted: float  # it is the first one quoted in the answer
    refused: float  # nothing is quoted


def load_facts() -> list[Fact]:
    """Return the committed facts."""
    return [Fact(**json.loads(line)) for line in FACTS.read_text(encoding="utf-8").splitlines()]


def measure(facts: Sequence[Fact], embedder: Embedder) -> dict[str, dict[str, Rates]]:
    """Return the rates by language of the passages, then of the questions: all of each."""
    languages = sorted(facts[0].passage)
    found: dict[str, dict[str, Rates]] = {}
    for spoken in languages:
        with tempfile.TemporaryDirectory(prefix="languages-") as folder:
            index = _make_index(
                Path(folder), [fact.passage[spoken] for fact in facts], spoken, embedder
            )
            found[spoken] = {
                asked: _compute_rates(index, [fact.question[asked] for fact in facts])
                for asked in languages
            }
    return found


def _make_index(
    folder: Path, passages: Sequence[str], language: str, embedder: Embedder
) -> LocalIndex:
    texts = folder / "texts"
    texts.mkdir()
    for number, passage in enumerate(passages):
        path = texts / f"{number}.txt"
        path.write_text(passage, encoding="utf-8")
        # One sentence can be too little to tell its language; a document is not.
        sidecar = path.with_name(f"{path.name}.meta.toml")
        sidecar.write_text(f'language = "{language}"\ntitle = "{number}"\n', encoding="utf-8")
    index = LocalIndex(Settings(folder / "home"), embedder)
    apply_plan(index, make_plan(index, [str(texts)]))
    return index


def _compute_rates(index: LocalIndex, questions: Sequence[str]) -> Rates:
    answerer = make_answerer(index)
    first = quoted = refused = 0
    for number, question in enumerate(questions):
        hits = index.search(question, 1).hits
        answer = answerer.answer(Question(question))
        first += bool(hits) and hits[0].document.source.path == f"{number}.txt"
        quoted += bool(answer.citations) and answer.citations[0].path == f"{number}.txt"
        refused += answer.status == "not_found"
    count = len(questions)
    return Rates(round(first / count, 3), round(quoted / count, 3), round(refused / count, 3))


def main(arguments: Sequence[str]) -> None:
    """Measure, print and write the results."""
    parser = argparse.ArgumentParser("python -m benchmarks.languages", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the JSON goes here")
    parser.add_argument("--model", default="", help="a folder or hub name, not the default model")
    parser.add_argument("--query-prompt", default="", help="what the model wants before a question")
    parser.add_argument("--passage-prompt", default="", help="and before a passage")
    options = parser.parse_args(arguments)
    settings = EmbedderSettings(options.model, options.query_prompt, options.passage_prompt)
    embedder = SentenceTransformerEmbedder(settings)
    rates = measure(load_facts(), embedder)
    for spoken, by_question in rates.items():
        cells = (f"{asked} {found.first:.2f}" for asked, found in by_question.items())
        print(f"passages in {spoken}, first hit by language of the question: {', '.join(cells)}")
    result: dict[str, object] = {
        "facts": len(load_facts()),
        "model": embedder.fingerprint,
        "rates": {
            spoken: {asked: asdict(found) for asked, found in by_question.items()}
            for spoken, by_question in rates.items()
        },
        "command": f"python -m benchmarks.languages --out {options.out.name}",
        "machine": describe_machine(),
    }
    write(options.out, result)


if __name__ == "__main__":
    run_or_exit(lambda: main(sys.argv[1:]))
