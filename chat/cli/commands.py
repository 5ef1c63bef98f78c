"""The commands of `python -m chat` and `policy-chat`: a thin face over `chat.Session`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

import click

from chat.answer import Reply
from chat.cli.app import app
from chat.cli.text import format_answer, format_citation, format_cited, format_explanation
from chat.serialize import (
    answer_object,
    check_characters,
    cited_object,
    explained_object,
    hit_objects,
    read_question,
)
from chat.session import Session
from chat.types import Question
from index.command_line import run_command, write_json
from index.errors import PolicyChatError

_PROGRAM = "python -m chat"
_MOST_RESULTS = 1_000
_HELP = """Ask a question and get quotations with their sources.

\b
python -m chat "question"             the answer with numbered sources
python -m chat --json "question"      the same as one JSON object
python -m chat --explain "question"   also how it was found, step by step
python -m chat --jsonl < questions    one JSON object in and one out per line
python -m chat search "words"         the passages that fit best
python -m chat cite ID                a citation as it was, and whether it still stands
python -m chat app                    the app in the browser
"""


@click.command(help=_HELP)
@click.argument("question", required=False)
@click.option("--json", "as_json", is_flag=True, help="print one JSON object")
@click.option("--jsonl", is_flag=True, help="read and print JSON, one a line")
@click.option("--explain", is_flag=True, help="tell step by step how the answer was found")
def ask(question: str | None, as_json: bool, jsonl: bool, explain: bool) -> int:
    """Answer one question, or those on standard input."""
    if as_json and jsonl:
        raise click.UsageError("give either --json or --jsonl")
    if jsonl and question is None:
        with Session() as session:
            return _answer_lines(session, sys.stdin.buffer, explain)
    if jsonl or question is None:
        Session().close()  # who has no index yet needs that line first
        raise click.UsageError("give a question, or --jsonl and the questions on standard input")
    check_characters("the question", question)
    with Session() as session:
        reply = session.answerer.reply(Question(question))
    if as_json:
        print(_write_reply(reply, explain))
    else:
        print(format_answer(reply.answer))
        if explain:
            print(f"\n{format_explanation(reply.explain())}")
    return 0


class _ResultCount(click.ParamType[int]):
    name = "N"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        text = str(value)
        count = int(text) if text.isascii() and text.isdigit() else 0
        if not 1 <= count <= _MOST_RESULTS:
            self.fail(f"give a whole number from 1 to {_MOST_RESULTS:,}", param, ctx)
        return count


@click.command(help="Find the passages that fit words best; they are not judged to answer.")
@click.argument("words")
@click.option(
    "--k", type=_ResultCount(), default=10, help=f"passages, up to {_MOST_RESULTS:,} (10)"
)
@click.option("--json", "as_json", is_flag=True, help="print one JSON list")
def search(words: str, k: int, as_json: bool) -> None:
    """Print passages, best first."""
    check_characters("the question", words)
    with Session() as session:
        found = session.search(words, k)
    if as_json:
        print(write_json(hit_objects(found)))
    else:
        print("\n\n".join(format_citation(citation) for citation in found) or "nothing found")


@click.command(help="Show a citation as it was, and whether its words still stand.")
@click.argument("citation", metavar="ID")
@click.option("--json", "as_json", is_flag=True, help="print one JSON object")
def cite(citation: str, as_json: bool) -> None:
    """Print what `id` of a citation, or `?cite=` of an address, names."""
    with Session() as session:
        old = session.cite(citation)
    cited = cited_object(old.citable, old.standing, old.today)
    print(write_json(cited) if as_json else format_cited(cited, old.standing.likeness))


_COMMANDS = {"search": search, "cite": cite, "app": app}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command: see `run_command`; what names none is a question."""
    arguments = sys.argv[1:] if arguments is None else arguments
    name = arguments[0] if arguments else ""
    # One word alone is a question, whatever the word.
    if name in _COMMANDS and (name == "app" or len(arguments) > 1):
        return run_command(_COMMANDS[name], f"{_PROGRAM} {name}", arguments[1:])
    return run_command(ask, _PROGRAM, arguments)


def _write_reply(reply: Reply, explain: bool) -> str:
    """Return an answer as one line of JSON."""
    if explain:
        return write_json(explained_object(reply.answer, reply.explain()))
    return write_json(answer_object(reply.answer))


def _answer_lines(session: Session, lines: Iterable[bytes], explain: bool) -> int:
    """Answer one question a line; a bad line gets an error in its place and the rest goes on."""
    failed = False
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            printed = _write_reply(session.answerer.reply(read_question(line)), explain)
        except PolicyChatError as error:
            failed = True
            printed = write_json({"error": str(error), "line": number})
        print(printed, flush=True)
    return 1 if failed else 0
