"""A question set in the BEIR layout: corpus, queries, judgements and, where known, answer spans."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from chat.types import Role, Turn
from index.errors import PolicyChatError

Form = Literal["text", "rewrite", "conversation", "changed"]
STAND_INS = 200
STAND_IN_WORDS = 20
_ROLES: dict[str, Role] = {"user": "user", "agent": "assistant"}


class DataRefused(PolicyChatError):
    """A question set that is not in the layout; one line that says where and what was expected."""


@dataclass(frozen=True, slots=True)
class Record:
    """One document of the corpus."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Query:
    """One question."""

    id: str
    text: str
    history: tuple[Turn, ...]  # earlier turns, oldest first
    turn: int  # 1-based position in its conversation
    rewrite: str | None  # made complete by a person; None where nobody did
    answerable: bool | None  # whether the corpus answers it; None where the set does not say
    answers: tuple[str, ...]  # short ones, any of which is right


@dataclass(frozen=True, slots=True)
class AnswerSpan:
    """A stretch of a record's text that answers: half-open offsets in characters."""

    record: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A whole set."""

    name: str  # of its folder
    folder: Path
    records: tuple[Record, ...]  # the corpus
    queries: tuple[Query, ...]
    qrels: Mapping[str, Mapping[str, int]]  # grades by query and record; only judged queries
    spans: Mapping[str, Sequence[AnswerSpan]]  # by query; only queries that have one

    def is_answerable(self, query: Query) -> bool | None:
        """Tell whether the corpus answers a query; None where neither set nor judgements say."""
        if query.answerable is None and query.id in self.qrels:
            return True
        return query.answerable


def load(folder: Path) -> QuestionSet:
    """Read a question set.

    Without queries.jsonl, titles stand in for questions, so that time can be measured.
    """
    records = tuple(
        Record(
            _get_text(line, "_id", at),
            _get_text(line, "title", at, ""),
            _get_text(line, "text", at),
        )
        for at, line in _read_lines(folder / "corpus.jsonl")
    )
    known = {record.id: record for record in records}
    if len(known) != len(records):
        raise DataRefused(f"{folder / 'corpus.jsonl'}: an _id stands twice; make them unique")
    if not (folder / "queries.jsonl").exists():
        return QuestionSet(folder.resolve().name, folder, records, _make_stand_ins(records), {}, {})
    queries = tuple(_parse_query(at, line) for at, line in _read_lines(folder / "queries.jsonl"))
    spans: dict[str, list[AnswerSpan]] = {}
    if (folder / "spans.jsonl").exists():
        for at, line in _read_lines(folder / "spans.jsonl"):
            spans.setdefault(_get_text(line, "query-id", at), []).append(
                _parse_span(at, line, known)
            )
    qrels = _read_qrels(folder / "qrels" / "test.tsv")
    return QuestionSet(folder.resolve().name, folder, records, queries, qrels, spans)


def parse_turns(history: object, at: str) -> tuple[Turn, ...]:
    """Return a set's history as the product's turns."""
    if not isinstance(history, list):
        raise DataRefused(f"{at}: history is {history!r:.60}, a list of turns was expected")
    turns = []
    for entry in history:
        speaker = entry.get("speaker") if isinstance(entry, dict) else None
        if speaker not in _ROLES or not isinstance(entry.get("text"), str):
            raise DataRefused(
                f"{at}: {entry!r:.60} in the history, an object with speaker (user or agent) and "
                "text was expected"
            )
        turns.append(Turn(_ROLES[speaker], entry["text"]))
    return tuple(turns)


def _parse_query(at: str, line: dict[str, object]) -> Query:
    answerable, rewrite, turn = line.get("answerable"), line.get("rewrite"), line.get("turn", 1)
    answers = line.get("answers", [])
    if not (answerable is None or isinstance(answerable, bool)) or not isinstance(turn, int):
        raise DataRefused(f"{at}: answerable must be true or false, and turn a number")
    if not isinstance(answers, list) or not all(isinstance(answer, str) for answer in answers):
        raise DataRefused(f"{at}: answers must be a list of texts")
    return Query(
        _get_text(line, "_id", at),
        _get_text(line, "text", at),
        parse_turns(line.get("history", []), at),
        turn,
        rewrite if isinstance(rewrite, str) and rewrite.strip() else None,
        answerable,
        tuple(answer for answer in answers if answer.strip()),
    )


def _make_stand_ins(records: Sequence[Record]) -> tuple[Query, ...]:
    titled = [record for record in records if record.title.strip()]
    step = max(1, len(titled) // STAND_INS)
    return tuple(
        Query(record.id, " ".join(record.title.split()[:STAND_IN_WORDS]), (), 1, None, None, ())
        for record in titled[::step][:STAND_INS]
    )


def _parse_span(at: str, line: dict[str, object], known: Mapping[str, Record]) -> AnswerSpan:
    record, start, end = _get_text(line, "corpus-id", at), line.get("start"), line.get("end")
    if record not in known:
        raise DataRefused(f"{at}: corpus-id {record!r} is not in corpus.jsonl")
    text = known[record].text
    if not isinstance(start, int) or not isinstance(end, int) or not 0 <= start < end <= len(text):
        raise DataRefused(f"{at}: {start!r} to {end!r} is not a stretch of {len(text)} characters")
    if "text" in line and text[start:end] != line["text"]:
        raise DataRefused(f"{at}: the text of the span is not what {record!r} holds there")
    return AnswerSpan(record, start, end)


def _read_qrels(path: Path) -> dict[str, dict[str, int]]:
    qrels: dict[str, dict[str, int]] = {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    except (OSError, UnicodeDecodeError) as error:
        raise DataRefused(f"{path}: cannot be read ({error}); it says what is relevant") from error
    for number, row in enumerate(rows, start=1):
        if number == 1 and row[:1] == ["query-id"]:
            continue
        if len(row) != 3 or not row[2].lstrip("-").isdigit():
            raise DataRefused(f"{path}:{number}: query-id, corpus-id and score were expected")
        qrels.setdefault(row[0], {})[row[1]] = int(row[2])
    return qrels


def _read_lines(path: Path) -> Iterator[tuple[str, dict[str, object]]]:
    try:
        with path.open(encoding="utf-8") as file:
            for number, text in enumerate(file, start=1):
                at = f"{path}:{number}"
                if text.strip():
                    yield at, _parse_object(text, at)
    except (OSError, UnicodeDecodeError) as error:
        raise DataRefused(
            f"{path}: cannot be read ({error}); --data takes a folder in the layout that "
            "benchmarks/README.md describes"
        ) from error


def _parse_object(text: str, at: str) -> dict[str, object]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise DataRefused(f"{at}: not JSON ({error})") from error
    if not isinstance(value, dict):
        raise DataRefused(f"{at}: {text.strip():.60} found, an object was expected")
    return value


def _get_text(line: Mapping[str, object], key: str, at: str, default: str | None = None) -> str:
    value = line.get(key, default)
    if not isinstance(value, str):
        raise DataRefused(f"{at}: {key} is {value!r:.60}, a text was expected")
    return value
