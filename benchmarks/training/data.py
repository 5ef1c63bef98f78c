"""What the reader learns from: public questions, without those that it is measured on.

A folder of `*.jsonl.gz`, one question or claim a line; `load` gives the fields that are read.
`python -m benchmarks.training.data --data FOLDER --out FOLDER` writes the held-out questions in the
same layout, from which `benchmarks.pairs` makes the sets that `benchmarks.fit` learns from.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import random
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks.training.windows import Offsets, find_sentences
from index.errors import PolicyChatError

# Questions taken of each source, None for all; what is not here is not used. Templates (medquad),
# questions without a span (boolq) and claims are held down, so that no source decides alone.
# Left out: qnli_dev, which repeats squad_dev; verify_scifact, whose corpus we measure on; and
# sentence pairs without a subject (verify_snli_part, verify_dialfact).
MIXTURE: dict[str, int | None] = {
    "squad_dev": None,
    "squad11_train_part": None,
    "squad2_train_part": None,
    "squadshifts_new_wiki": None,
    "tydiqa_en": None,
    "nq_lost_in_middle": None,
    "nq_uda": None,
    "qed_dev": None,
    "multispanqa_valid": None,
    "boolq": 5_000,
    "boolq_train_part": 1_500,
    "drop_boolq_contrast": 300,
    "quoref_ropes_contrast": 1_500,
    "selqa": None,
    "hotpotqa": None,
    "2wikimultihopqa": None,
    "musique": None,
    "medquad": 6_000,
    "liveqa_med_judged": None,
    "pubmedqa": None,
    "quotesum_dev": None,
    "qasper_part": None,
    "verify_fever": 7_000,
    "verify_fever_symmetric": None,
    "verify_begin": 1_500,
    "verify_q2": None,
}
# Kept out of training, to set thresholds and to watch the learning: whole articles.
HELD_OUT: dict[str, float] = {
    "squad_dev": 0.25,
    "nq_lost_in_middle": 0.2,
    "nq_uda": 0.2,
    "tydiqa_en": 0.2,
    "medquad": 0.03,
    "verify_fever": 0.03,
}
# A sentence shorter than this may stand in two texts by chance.
_TELLING_CHARS = 60
_NOT_WORD = re.compile(r"\W+")


class TrainingDataRefused(PolicyChatError):
    """The data is not there or not in the layout; one line that says where and what is wrong."""


@dataclass(frozen=True, slots=True)
class TrainingQuestion:
    """One question, or one claim that is checked as if it asked."""

    id: str  # source and number
    source: str  # name of its file
    text: str
    passage: str  # what answers it; where nothing does, what it was written against
    others: tuple[str, ...]  # further passages that answer
    span: Offsets | None  # of the answer in `passage`; None where they are not known
    answer: str  # in words, "" where they are not known
    answerable: bool | None  # whether `passage` answers; None where that is not said
    negatives: tuple[str, ...]  # passages that do not answer, as the source gives them
    article: str = ""  # what it is about; two questions with a passage in common have the same


@dataclass(frozen=True, slots=True)
class Splits:
    """Questions to learn from and questions that are kept out."""

    train: tuple[TrainingQuestion, ...]
    held_out: tuple[TrainingQuestion, ...]
    left_out: Mapping[str, int]


def fold_text(text: str) -> str:
    """Return a text as it is compared: lower case, words only."""
    return _NOT_WORD.sub(" ", text.lower()).strip()


def load(folder: Path) -> list[TrainingQuestion]:
    """Return the questions of all sources of MIXTURE in order, with their articles."""
    found: list[TrainingQuestion] = []
    for source in MIXTURE:
        path = folder / f"{source}.jsonl.gz"
        try:
            with gzip.open(path, "rt", encoding="utf-8") as file:
                for number, line in enumerate(file):
                    question = _parse_question(source, number, json.loads(line))
                    if question is not None:
                        found.append(question)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise TrainingDataRefused(
                f"{path}: {error.__class__.__name__}: {error}; the reader learns from all the "
                "sources that benchmarks/training/data.py names"
            ) from error
    return _assign_articles(found)


def split(questions: Sequence[TrainingQuestion], measured_on: Iterable[Path], seed: int) -> Splits:
    """Keep whole articles out: those of the sets that are measured on, and the held-out ones.

    The seed decides which questions of a source are taken where MIXTURE does not take all.
    """
    left_out: dict[str, int] = {}
    for folder in measured_on:
        sentences, asked = _read_set(folder)
        touched = {
            q.article
            for q in questions
            if fold_text(q.text) in asked
            or any(s in sentences for p in (q.passage, *q.others) for s in _find_long_sentences(p))
        }
        kept = [q for q in questions if q.article not in touched]
        left_out[folder.resolve().name] = len(questions) - len(kept)
        questions = kept
    held = {
        q.article
        for q in questions
        if q.source in HELD_OUT and _draw_share(q.article) < HELD_OUT[q.source]
    }
    train: list[TrainingQuestion] = []
    for source, most in MIXTURE.items():
        own = [q for q in questions if q.source == source and q.article not in held]
        if most is not None and len(own) > most:
            own = random.Random(f"{seed} {source}").sample(own, most)
        train += own
    held_out = [q for q in questions if q.article in held and q.source in HELD_OUT]
    return Splits(tuple(train), tuple(held_out), left_out)


def write_pairs(questions: Sequence[TrainingQuestion], path: Path) -> None:
    """Write questions in the layout that `load` and `benchmarks.pairs` read."""
    with gzip.open(path, "wt", encoding="utf-8") as file:
        for question in questions:
            answered = question.answerable is not False
            own = [question.passage, *question.others]
            span = question.span
            line = {
                "q": question.text,
                "pos": own if answered else [],
                "neg": [*([] if answered else own), *question.negatives],
                "span": None if span is None else {"pos": 0, "start": span[0], "end": span[1]},
                "answerable": answered,
                "answer": question.answer,
                "id": question.id,
            }
            file.write(json.dumps(line, ensure_ascii=False) + "\n")


def _parse_question(source: str, number: int, line: Mapping[str, Any]) -> TrainingQuestion | None:
    identity = f"{source}/{number}"
    if "claim" in line:
        evidence = line["evidence"] if isinstance(line["evidence"], list) else [line["evidence"]]
        # Refuted claims are spoken about, but a refutation is no answer to what they say.
        verdict = {"supported": True, "refuted": None, "not_enough": False}[line["label"]]
        return TrainingQuestion(
            identity, source, line["claim"], " ".join(evidence), (), None, "", verdict, ()
        )
    answerable = bool(line["answerable"])
    negatives = [*line["neg"], *line.get("neg_mined", ())]
    passages = line["pos"] if answerable else negatives[:1]
    if not passages or not line["q"].strip():
        return None
    span = line.get("span")
    where = (span["start"], span["end"]) if span and span["pos"] == 0 and answerable else None
    return TrainingQuestion(
        identity,
        source,
        " ".join(line["q"].split()),
        passages[0],
        tuple(passages[1:]),
        where,
        str(line.get("answer") or "") if line.get("answer") not in ("yes", "no") else "",
        answerable,
        tuple(negatives if answerable else negatives[1:]),
    )


def _assign_articles(questions: Sequence[TrainingQuestion]) -> list[TrainingQuestion]:
    """Name what each question is about: passages that one question names together are one."""
    parent: dict[str, str] = {}

    def root(name: str) -> str:
        while parent.setdefault(name, name) != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    names = [_digest(q.passage) for q in questions]
    for question, name in zip(questions, names, strict=True):
        # Squads' negatives are the article's other paragraphs; elsewhere they are anything.
        together = question.negatives if question.source.startswith("squad") else ()
        for other in (*question.others, *together):
            parent[root(_digest(other))] = root(name)
    return [
        replace(question, article=root(name))
        for question, name in zip(questions, names, strict=True)
    ]


def _read_set(folder: Path) -> tuple[set[str], set[str]]:
    try:
        texts = _read_field(folder / "corpus.jsonl", "text")
        asked = _read_field(folder / "queries.jsonl", "text")
    except (OSError, ValueError, KeyError) as error:
        raise TrainingDataRefused(
            f"{folder}: cannot be read ({error}); a question set has corpus.jsonl and queries.jsonl"
        ) from error
    sentences = {sentence for text in texts for sentence in _find_long_sentences(text)}
    return sentences, {fold_text(text) for text in asked}


def _read_field(path: Path, name: str) -> list[str]:
    with path.open(encoding="utf-8") as file:
        return [str(json.loads(line)[name]) for line in file if line.strip()]


def _find_long_sentences(text: str) -> list[str]:
    return [fold_text(text[a:b]) for a, b in find_sentences(text) if b - a >= _TELLING_CHARS]


def _draw_share(article: str) -> float:
    return int(_digest(f"held out {article}")[:8], 16) / 0x1_0000_0000


def _digest(text: str) -> str:
    return hashlib.sha256(fold_text(text).encode()).hexdigest()[:16]


def add_sources(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where the data is and what is kept out of it."""
    parser.add_argument("--data", type=Path, required=True, help="folder of *.jsonl.gz")
    parser.add_argument(
        "--leave-out", type=Path, action="append", default=[], help="question set measured on"
    )
    parser.add_argument("--seed", type=int, default=7)


def main(arguments: Sequence[str]) -> int:
    """Write the held-out sets."""
    parser = argparse.ArgumentParser("python -m benchmarks.training.data", description=__doc__)
    add_sources(parser)
    parser.add_argument("--out", type=Path, required=True, help="gets a file for each source")
    options = parser.parse_args(arguments)
    try:
        splits = split(load(options.data), options.leave_out, options.seed)
    except TrainingDataRefused as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    options.out.mkdir(parents=True, exist_ok=True)
    for source in HELD_OUT:
        own = [question for question in splits.held_out if question.source == source]
        write_pairs(own, options.out / f"{source}.jsonl.gz")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
