"""The JSON that others script against, in and out: see DESIGN of the command line in README."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date

from chat.errors import QuestionRefused
from chat.types import Answer, Citation, Question, Turn
from index.types import Filter

_DATES = ("since", "until")


def answer_json(answer: Answer) -> dict[str, object]:
    """Return an answer as the command line prints it.

    Args:
        answer: Any outcome.

    Returns:
        Values that `json.dumps` takes.
    """
    return {
        "status": answer.status,
        "question": answer.question,
        "searched_for": answer.searched_for,
        "context": answer.context or None,
        "answer": answer.text,
        "citations": [citation_json(citation) for citation in answer.citations],
        "differences": [
            {"markers": list(difference.markers), "figures": list(difference.figures)}
            for difference in answer.differences
        ],
        "receipt": {
            "documents": answer.receipt.documents,
            "passages": answer.receipt.passages,
            "filters": filter_json(answer.receipt.restriction),
            "nearest": [citation_json(citation) for citation in answer.receipt.nearest],
            "read": answer.receipt.read,
            "unread": answer.receipt.unread or None,
        },
        "support": answer.support,
        "unmatched": list(answer.unmatched),
        "milliseconds": answer.milliseconds,
    }


def citation_json(citation: Citation) -> dict[str, object]:
    """Return a citation as the command line prints it.

    Args:
        citation: Verified.

    Returns:
        Values that `json.dumps` takes.
    """
    return {
        "marker": citation.marker,
        "id": citation.id,
        "document": citation.document,
        "source": citation.source,
        "title": citation.title,
        "version": citation.version,
        "section": " › ".join(citation.section) or None,
        "page": citation.page,
        "page_label": citation.page_label,
        "ocr": citation.ocr,
        "start": citation.start,
        "end": citation.end,
        "quote": citation.quote,
        "marks": [list(mark) for mark in citation.marks],
        "score": citation.score,
        "support": citation.support,
        "verified": citation.verified,
        "publisher": citation.publisher,
        "date": citation.date.isoformat() if citation.date else None,
        "url": citation.url,
        "also_in": list(citation.also_in),
    }


def filter_json(restriction: Filter) -> dict[str, object]:
    """Return the set fields of a filter.

    Args:
        restriction: Any filter.

    Returns:
        An empty dictionary if everything is let through.
    """
    values: dict[str, object] = {}
    for entry in fields(Filter):
        value = getattr(restriction, entry.name)
        if isinstance(value, date):
            values[entry.name] = value.isoformat()
        elif value:
            values[entry.name] = list(value)
    return values


def parse_question(value: object) -> Question:
    """Return the question of one JSON line.

    Args:
        value: `{"question", "history"?, "filters"?}`, as `json.loads` gives it.

    Returns:
        The question.

    Raises:
        QuestionRefused: A key is missing, unknown or of the wrong type, or half a character is in
            a text; one line.
    """
    if not isinstance(value, dict) or not isinstance(value.get("question"), str):
        raise QuestionRefused('expected an object with a "question" that is a string')
    if unknown := sorted(set(value) - {"question", "history", "filters"}):
        raise QuestionRefused(f"unknown key {unknown[0]!r}; known are question, history, filters")
    check_characters("the question", value["question"])
    return Question(
        value["question"],
        _history(value.get("history", [])),
        parse_filter(value.get("filters", {})),
    )


def check_characters(what: str, text: str) -> None:
    """Refuse text that cannot be written as UTF-8: a lone half of a surrogate pair is in it.

    Half an escape in JSON and arguments that are not UTF-8 arrive that way.

    Args:
        what: Names the text in the error.
        text: Any string.

    Raises:
        QuestionRefused: Half a character is in the text; one line.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise QuestionRefused(
            f"{what} is not valid text: character {error.start + 1} is half of one or not UTF-8"
        ) from error


def parse_filter(value: object) -> Filter:
    """Return the filter of a JSON object.

    Args:
        value: Lists of strings by field of `Filter`; `since` and `until` are ISO dates.

    Returns:
        The filter.

    Raises:
        QuestionRefused: A field is unknown or of the wrong type; one line.
    """
    if not isinstance(value, Mapping):
        raise QuestionRefused("filters must be an object")
    known = [entry.name for entry in fields(Filter)]
    values: dict[str, tuple[str, ...] | date] = {}
    for key, given in value.items():
        if key not in known:
            raise QuestionRefused(f"unknown filter {key!r}; known are {', '.join(known)}")
        values[key] = _date(key, given) if key in _DATES else _strings(key, given)
    return Filter(**values)  # type: ignore[arg-type]  # each key was just parsed to its type


def _history(value: object) -> tuple[Turn, ...]:
    if not isinstance(value, list):
        raise QuestionRefused("history must be a list of {role, text}")
    turns = []
    for turn in value:
        if not isinstance(turn, dict) or not isinstance(turn.get("text"), str):
            raise QuestionRefused('every turn of the history needs a "text" that is a string')
        role = turn.get("role")
        if role not in ("user", "assistant"):
            raise QuestionRefused(f'a turn\'s role must be "user" or "assistant", not {role!r}')
        check_characters("the history", turn["text"])
        turns.append(Turn(role, turn["text"]))
    return tuple(turns)


def _strings(key: str, value: object) -> tuple[str, ...]:
    listed = [value] if isinstance(value, str) else value
    if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
        raise QuestionRefused(f"filter {key!r} must be a string or a list of strings")
    for item in listed:
        check_characters(f"filter {key!r}", item)
    return tuple(listed)


def _date(key: str, value: object) -> date:
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError as error:
        raise QuestionRefused(
            f"filter {key!r} must be a date, YYYY-MM-DD, not {value!r}"
        ) from error
