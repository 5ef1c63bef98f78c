"""`python -m chat`: ask the corpus from the command line."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Sequence

from chat.answer import Answerer, configured
from chat.cli.cite import cited_json, cited_text
from chat.errors import QuestionRefused
from chat.serialize import answer_json, check_characters, citation_json, parse_question
from chat.types import Answer, Citation, Question
from index.embedding.transformer import SentenceTransformerEmbedder
from index.errors import PolicyChatError
from index.local import LocalIndex
from index.settings import load_settings
from index.types import Filter

_DESCRIPTION = """Ask a question and get quotations with their sources.

  python -m chat "question"             the answer with numbered sources
  python -m chat --json "question"      the same as one JSON object
  python -m chat --jsonl < questions    one JSON object in and one out per line
  python -m chat search "words"         the passages that fit best
  python -m chat cite ID                a citation as it was, and whether it still stands
"""
_MOST_RESULTS = 1_000
_BROKEN_PIPE = 141  # what a shell reports for a command that a closed pipe ended


def main(arguments: Sequence[str]) -> int:
    """Run one command; return 0 if all is well, 1 after a known error."""
    try:
        try:
            return _run(arguments)
        finally:
            if sys.stdout is not None:
                sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more as it ends: what nobody reads any longer goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _BROKEN_PIPE


def _run(arguments: Sequence[str]) -> int:
    try:
        if len(arguments) > 1 and arguments[0] == "search":
            return _search(arguments[1:])
        if len(arguments) > 1 and arguments[0] == "cite":
            return _cite(arguments[1:])
        return _ask(arguments)
    except PolicyChatError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _ask(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        "python -m chat",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("question", nargs="?", help="in plain language, in quotation marks")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="print one JSON object")
    form.add_argument("--jsonl", action="store_true", help="read and print JSON, one a line")
    options = parser.parse_args(arguments)
    if options.jsonl == (options.question is not None):
        parser.error("give a question, or --jsonl and the questions on standard input")
    if options.jsonl:
        return _answer_lines(_answerer(), sys.stdin.buffer)
    check_characters("the question", options.question)
    answerer = _answerer()
    answer = answerer.answer(Question(options.question))
    print(json.dumps(answer_json(answer), ensure_ascii=False) if options.json else _text(answer))
    return 0


def _search(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("python -m chat search")
    parser.add_argument("words", help="in plain language, in quotation marks")
    parser.add_argument(
        "--k", type=_result_count, default=10, help=f"passages wanted, up to {_MOST_RESULTS:,} (10)"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON list")
    options = parser.parse_args(arguments)
    check_characters("the question", options.words)
    found = _answerer().search(options.words, options.k, Filter())
    if options.json:
        items = []
        for citation in found:
            item = citation_json(citation)
            items.append({"rank": item.pop("marker"), **item})
        print(json.dumps(items, ensure_ascii=False))
    else:
        print("\n\n".join(_source(citation) for citation in found) or "nothing found")
    return 0


def _cite(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("python -m chat cite")
    parser.add_argument("citation", metavar="ID", help="as `id` of a citation or `?cite=` has it")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    index = _index()
    cited = index.citable(options.citation)
    standing = index.standing(cited)
    if options.json:
        print(json.dumps(cited_json(index, cited, standing), ensure_ascii=False))
    else:
        print(cited_text(index, cited, standing))
    return 0


def _answerer() -> Answerer:
    index = _index()
    index.manifest()  # without an index, say so before the model is loaded
    return configured(index)


def _index() -> LocalIndex:
    settings = load_settings()
    return LocalIndex(settings, SentenceTransformerEmbedder(settings.embedder))


def _answer_lines(answerer: Answerer, lines: Iterable[bytes]) -> int:
    """Answer one question a line; a bad line gets an error in its place and the rest goes on."""
    failed = False
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            values: dict[str, object] = answer_json(answerer.answer(_parse(line)))
        except PolicyChatError as error:
            failed = True
            values = {"error": str(error), "line": number}
        print(json.dumps(values, ensure_ascii=False), flush=True)
    return 1 if failed else 0


def _parse(line: bytes) -> Question:
    try:
        value = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise QuestionRefused(f"not UTF-8 from byte {error.start} on; save it as UTF-8") from error
    except json.JSONDecodeError as error:
        raise QuestionRefused(f"not a JSON object: {error}") from error
    except ValueError as error:
        raise QuestionRefused("a number has too many digits") from error
    except RecursionError as error:
        raise QuestionRefused("brackets are nested too deeply") from error
    return parse_question(value)


def _text(answer: Answer) -> str:
    lines = []
    if answer.searched_for != answer.question:
        lines.append(f"Searched for: {answer.searched_for}")
    if answer.context:
        lines.append(f"In mind from before: {answer.context}")
    if answer.text is None:
        lines += _not_found(answer)
    else:
        lines += [answer.text, ""]
        for difference in answer.differences:
            sides = zip(difference.figures, difference.markers, strict=True)
            lines.append(f"The sources differ: {'; '.join(f'{f} [{m}]' for f, m in sides)}")
        if answer.unmatched:
            lines += [f"In none of the passages found: {', '.join(answer.unmatched)}", ""]
        lines.append(f"Sources (support: {answer.support})")
        lines += [_source(citation) for citation in answer.citations]
    if answer.receipt.unread:
        lines += ["", f"Found by search alone, not read: {answer.receipt.unread}"]
    return "\n".join(lines)


def _not_found(answer: Answer) -> list[str]:
    receipt = answer.receipt
    lines = [
        f"Not found in the corpus: {receipt.documents:,} documents, {receipt.passages:,} passages "
        "were searched.",
    ]
    if answer.unmatched:
        lines.append(f"In none of the passages found: {', '.join(answer.unmatched)}")
    if receipt.nearest:
        lines += ["", "Nearest passages, which do not answer the question:"]
        lines += [_source(citation) for citation in receipt.nearest]
    return lines


def _source(citation: Citation) -> str:
    known = [citation.publisher, citation.date.isoformat() if citation.date else None]
    page = citation.page_label or citation.page
    place = [" › ".join(citation.section), f"page {page}" if page else ""]
    if citation.ocr:
        place.append("text recognised from a scan")
    head = ", ".join(part for part in [citation.title, *known, *place] if part)
    # Neither wrapped nor indented: what is copied from here is, to the character, in the document.
    quote = f"    “{citation.quote}”"
    where = f"    {citation.source}, characters {citation.start}–{citation.end}"
    return f"[{citation.marker}] {head}\n{quote}\n{where}"


def _result_count(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = 0
    if not 1 <= value <= _MOST_RESULTS:
        raise argparse.ArgumentTypeError(f"give a whole number from 1 to {_MOST_RESULTS:,}")
    return value


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
