"""Passages that look like an answer to the product's own search, and are none."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from benchmarks.training.data import TrainingDataRefused, TrainingQuestion, fold_text
from benchmarks.training.windows import cut_windows
from index.changes import IncomingDocument, PutRoot
from index.embedding.base import Embedder
from index.local import LocalIndex
from index.settings import Settings
from index.types import Filter, Metadata, Source, cut_passage
from index.version import Version, version_of

KEPT = 6
_DEPTH = 20
# Where the answer is not known in words, the nearest passages may well answer too.
_SKIPPED_UNKNOWN = 2
# An answer shorter than this ("a", "12") stands anywhere.
_TELLING_ANSWER_CHARS = 3
_SAME_WORDS = 0.6
# Long answers of few sources would be most of the pool.
_WINDOWS_EACH = 2
_ADDED_TOGETHER = 2_000
_ROOT = "pool"


def index_pool(index: LocalIndex, questions: Sequence[TrainingQuestion]) -> None:
    """Index the passages that answer, each once, cut as they are trained on."""
    texts = dict.fromkeys(p for q in questions for p in (q.passage, *q.others))
    batch: list[IncomingDocument] = []
    with index.writer() as writer:
        writer.stage(PutRoot(_ROOT, str(index.settings.home)))
        for number, text in enumerate(texts):
            windows = cut_windows(text)[:_WINDOWS_EACH]
            if not windows:
                continue
            version = Version(version_of(text), text)
            passages = tuple(cut_passage(version, a, b, ((a, b),), "") for a, b in windows)
            source = Source(_ROOT, str(number), version.id, len(text), 0, "pool@1", "")
            known = Metadata(language="en")
            batch.append(
                IncomingDocument(source, version, str(number), known, passages, None, None)
            )
            if len(batch) == _ADDED_TOGETHER:
                writer.add(batch)
                batch = []
        writer.add(batch)
        writer.commit()


def find_negatives(index: LocalIndex, question: TrainingQuestion) -> list[str]:
    """Return passages found for a question that do not answer it, the most alike first.

    Left out are passages of the documents that answer, passages that hold the answer's words, near
    copies, and, where the answer is not known in words, the first ones.
    """
    own = {version_of(text) for text in (question.passage, *question.others)}
    words = set(fold_text(question.passage).split())
    answer = fold_text(question.answer or _find_answer(question))
    known = len(answer) >= _TELLING_ANSWER_CHARS
    found = []
    for hit in index.search(question.text, _DEPTH, Filter()).hits:
        text = fold_text(hit.passage.text)
        held = set(text.split())
        copied = len(words & held) > _SAME_WORDS * min(len(words), len(held))
        if hit.passage.version in own or copied or (known and f" {answer} " in f" {text} "):
            continue
        found.append(hit.passage.text)
    skipped = 0 if known else _SKIPPED_UNKNOWN
    return found[skipped : skipped + KEPT]


def mine(
    home: Path, embedder: Embedder, questions: Sequence[TrainingQuestion], written: Path
) -> Iterator[int]:
    """Mine every question, each source's family among its own passages; yields how many are done.

    Questions that `written` has are passed over.
    """
    _drop_torn_line(written)
    done = set(read_mined(written))
    with written.open("a", encoding="utf-8") as file:
        for family in ("claims", "medical", "wiki"):
            own = [q for q in questions if _family(q) == family]
            index = LocalIndex(Settings(home / family), embedder)
            pooled, of = home / family / "pooled", _digest(own)
            if not pooled.exists():
                index_pool(index, own)
                pooled.write_text(of, encoding="utf-8")
            if pooled.read_text(encoding="utf-8") != of:
                raise TrainingDataRefused(
                    f"{home / family}: was made of other questions; delete {home} and {written}, "
                    "or give another --home"
                )
            for question in own:
                if question.id not in done and question.answerable is not False:
                    line = {"id": question.id, "negatives": find_negatives(index, question)}
                    file.write(json.dumps(line, ensure_ascii=False) + "\n")
                    done.add(question.id)
                    yield len(done)


def read_mined(written: Path) -> Mapping[str, Sequence[str]]:
    """Return what was mined, by question; nothing where the file is not there."""
    if not written.exists():
        return {}
    lines = written.read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in lines]
    return {entry["id"]: entry["negatives"] for entry in entries}


def _drop_torn_line(written: Path) -> None:
    """Take away what a killed run had begun to write."""
    if written.exists():
        text = written.read_text(encoding="utf-8", errors="replace")
        if not text.endswith("\n"):
            written.write_text(text[: text.rfind("\n") + 1], encoding="utf-8")


def _digest(questions: Sequence[TrainingQuestion]) -> str:
    found = hashlib.sha256()
    for question in questions:
        found.update(f"{question.id}\n{question.passage}\n".encode())
    return found.hexdigest()


def _family(question: TrainingQuestion) -> str:
    if question.source.startswith("verify"):
        return "claims"
    medical = ("medquad", "liveqa_med_judged", "pubmedqa")
    return "medical" if question.source in medical else "wiki"


def _find_answer(question: TrainingQuestion) -> str:
    return question.passage[slice(*question.span)] if question.span else ""
