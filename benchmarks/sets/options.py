"""The command line that the benchmarks share, and what it means for a question set."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from benchmarks.sets.data import DataRefused, Form, Query, QuestionSet
from chat.types import Question


@dataclass(frozen=True, slots=True)
class Options:
    """What to measure: the options of the command line."""

    data: Path
    out: Path
    # `text` asks each question alone, `rewrite` a person's completion of it, `conversation` gives
    # the product the turns before it, `changed` those of another conversation: the topic has
    # changed, and they are best forgotten.
    query: Form = "text"
    turns: Literal["first", "all"] = "all"  # `first`: only what opens a conversation
    limit: int | None = None
    depth: int | None = None  # None is the product's own
    cache: Path | None = None  # None to throw the index away
    trace: Path | None = None

    reader: bool = True
    peer: tuple[str, ...] = ()  # other tools to measure, all if empty; `benchmarks.peers` only


def parse_options(description: str, arguments: Sequence[str] | None = None) -> Options:
    """Return the options on the command line; wrong ones end the process with status 2."""
    parser = argparse.ArgumentParser(description=description)
    add = parser.add_argument
    add("--data", type=Path, required=True, help="folder of a question set (benchmarks/README.md)")
    add("--out", type=Path, required=True, help="JSON file to write")
    add("--query", choices=get_args(Form), default="text", help="what of a question is asked")
    add("--turns", choices=("first", "all"), default="all")
    add("--limit", type=_parse_positive, help="ask at most so many questions")
    add("--depth", type=_parse_positive, help="passages to retrieve (the product's own number)")
    add("--cache", type=Path, help="folder that keeps the index and its vectors")
    add("--trace", type=Path, help="JSONL file to write with all candidates and their signals")
    add("--no-reader", dest="reader", action="store_false", help="find passages, do not read them")
    add("--peer", action="append", help="measure only this tool beside ours (peers only)")
    values = vars(parser.parse_args(arguments))
    return Options(**{**values, "peer": tuple(values["peer"] or ())})


def choose_questions(questions: QuestionSet, options: Options) -> list[tuple[Query, Question]]:
    """Return the queries to ask and the question that each becomes."""
    chosen = [q for q in questions.queries if options.turns == "all" or q.turn == 1]
    if options.query == "rewrite":
        chosen = [query for query in chosen if query.rewrite]
        if not chosen:
            raise DataRefused(f"{questions.folder}: no question has a rewrite; use --query text")
    if options.query == "changed":
        return _ask_behind_others(questions, chosen)[: options.limit]
    if not chosen:
        raise DataRefused(f"{questions.folder}: no question to ask; look at queries.jsonl")
    return [(query, _make_question(query, options.query)) for query in chosen[: options.limit]]


def _ask_behind_others(
    questions: QuestionSet, chosen: Sequence[Query]
) -> list[tuple[Query, Question]]:
    """Return the questions that are complete in themselves, each behind foreign turns."""
    complete = [query for query in chosen if query.rewrite or query.turn == 1]
    histories = [query.history for query in questions.queries if query.history]
    pairs = []
    for number, query in enumerate(complete):
        # Those of one conversation begin alike, and so with the question that opens it.
        foreign = [h for h in histories if h[0].text not in (query.text, *_get_opening(query))]
        if foreign:
            history = foreign[(number + len(foreign) // 2) % len(foreign)]
            pairs.append((query, Question(query.rewrite or query.text, history)))
    if not pairs:
        raise DataRefused(f"{questions.folder}: no conversation to ask behind; use --query text")
    return pairs


def _get_opening(query: Query) -> tuple[str, ...]:
    return tuple(turn.text for turn in query.history[:1])


def _make_question(query: Query, form: Form) -> Question:
    if form == "conversation":
        return Question(query.text, query.history)
    return Question(query.rewrite if form == "rewrite" and query.rewrite else query.text)


def _parse_positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError
    return value
