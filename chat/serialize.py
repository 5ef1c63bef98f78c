"""The JSON that others script against, in and out; what each key means is in docs/json.md."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import date

import msgspec

from chat.account import Account
from chat.errors import QuestionRefused
from chat.types import Answer, AroundKind, Citation, Question, Receipt, Role, Turn
from index.citations import Citable, Standing
from index.types import Filter
from index.version import Version, citation_id

Words = str | tuple[str, ...]


class AroundObject(msgspec.Struct, frozen=True):
    """What a quotation stands in, to the letter."""

    kind: AroundKind
    start: int
    end: int
    text: str


class CitationObject(msgspec.Struct, frozen=True):
    """A citation; `source` is `document` under its name of release 0.1."""

    marker: int
    id: str
    document: str
    path: str
    source: str
    title: str
    version: str
    section: str | None
    page: int | None
    page_label: str | None
    ocr: bool
    reads_differently: bool
    start: int
    end: int
    quote: str
    marks: list[tuple[int, int]]
    score: float
    support: str
    verified: bool
    publisher: str | None
    date: date | None
    url: str | None
    also_in: list[str]
    context: list[AroundObject]
    items_left: int


class DifferenceObject(msgspec.Struct, frozen=True):
    """Two of the citations that give different figures."""

    markers: list[int]
    figures: list[str]


class ReceiptObject(msgspec.Struct, frozen=True):
    """What was searched and read."""

    documents: int
    passages: int
    filters: dict[str, str | list[str]]
    nearest: list[CitationObject]
    read: int
    unread: str | None


class AnswerObject(msgspec.Struct, frozen=True):
    """`python -m chat --json`."""

    status: str
    question: str
    searched_for: str
    context: str | None
    answer: str | None
    citations: list[CitationObject]
    differences: list[DifferenceObject]
    receipt: ReceiptObject
    support: str
    unmatched: list[str]
    milliseconds: dict[str, float]


class DroppedObject(msgspec.Struct, frozen=True):
    """What a step left out, and why."""

    what: str
    why: str


class AccountObject(msgspec.Struct, frozen=True):
    """What one step did, in plain words."""

    step: str
    saw: str
    kept: str
    dropped: list[DroppedObject]
    note: str | None


class ExplainedObject(AnswerObject, frozen=True):
    """`python -m chat --explain --json`."""

    explanation: list[AccountObject]


class PlaceObject(msgspec.Struct, frozen=True):
    """Where cited words stand today, or what comes nearest."""

    id: str
    version: str
    section: str | None
    start: int
    end: int
    quote: str
    likeness: float


class CitedObject(msgspec.Struct, frozen=True):
    """`python -m chat cite ID --json`."""

    id: str
    state: str
    quote: str
    document: str
    path: str
    title: str
    version: str
    section: str | None
    page: int | None
    page_label: str | None
    ocr: bool
    reads_differently: bool
    start: int
    end: int
    today: PlaceObject | None


class TurnObject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One turn of `history`."""

    role: Role
    text: str


class FilterObject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`filters`: each one string or a list of them; `since` and `until` are dates, YYYY-MM-DD."""

    documents: Words = ()
    roots: Words = ()
    publishers: Words = ()
    countries: Words = ()
    languages: Words = ()
    types: Words = ()
    since: date | None = None
    until: date | None = None


class QuestionObject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line of `python -m chat --jsonl`."""

    question: str
    history: tuple[TurnObject, ...] = ()
    filters: FilterObject = FilterObject()


def answer_object(answer: Answer) -> AnswerObject:
    """Return an answer as it is printed."""
    return AnswerObject(
        status=answer.status,
        question=answer.question,
        searched_for=answer.searched_for,
        context=answer.context or None,
        answer=answer.text,
        citations=[citation_object(citation) for citation in answer.citations],
        differences=[
            DifferenceObject(list(difference.markers), list(difference.figures))
            for difference in answer.differences
        ],
        receipt=_receipt_object(answer.receipt),
        support=answer.support,
        unmatched=list(answer.unmatched),
        milliseconds=answer.milliseconds,
    )


def explained_object(answer: Answer, accounts: Sequence[Account]) -> ExplainedObject:
    """Return an answer as it is printed, with what each step on the way to it did."""
    explanation = [
        AccountObject(
            step=account.step,
            saw=account.saw,
            kept=account.kept,
            dropped=[DroppedObject(one.what, one.why) for one in account.dropped],
            note=account.note or None,
        )
        for account in accounts
    ]
    told = msgspec.structs.asdict(answer_object(answer)) | {"explanation": explanation}
    return msgspec.convert(told, ExplainedObject)


def citation_object(citation: Citation) -> CitationObject:
    """Return a citation as it is printed."""
    section = " › ".join(citation.section) or None
    values = asdict(citation)
    values["context"] = values.pop("around")
    also = {"id": citation.id, "source": citation.document, "section": section}
    return msgspec.convert(values | also, CitationObject)


def hit_objects(citations: Sequence[Citation]) -> list[dict[str, object]]:
    """Return what `python -m chat search --json` prints: citations with `rank` for `marker`."""
    found = []
    for citation in citations:
        values = msgspec.to_builtins(citation_object(citation))
        found.append({"rank": values.pop("marker"), **values})
    return found


def cited_object(cited: Citable, standing: Standing, today: Version | None) -> CitedObject:
    """Return an old citation and what has become of it, as it is printed.

    Args:
        cited: The citation.
        standing: What has become of it.
        today: Today's text of its document; None where the document was removed.

    Returns:
        `today` is None where the words, or any like them, stand nowhere.
    """
    page = cited.version.page_at(cited.start)
    pages = cited.version.pages_of(cited.start, cited.end)
    return CitedObject(
        id=citation_id(cited.version.id, cited.start, cited.end),
        state=standing.state,
        quote=cited.quote,
        document=cited.document.id,
        path=cited.document.source.path,
        title=cited.document.title,
        version=cited.version.id,
        section=" › ".join(cited.version.section_at(cited.start)) or None,
        page=page.number if page else None,
        page_label=page.label if page else None,
        ocr=any(page.ocr for page in pages),
        reads_differently=any(page.differs for page in pages),
        start=cited.start,
        end=cited.end,
        today=_place_object(standing, today) if today else None,
    )


def _place_object(standing: Standing, today: Version) -> PlaceObject | None:
    if standing.start is None or standing.end is None:
        return None
    return PlaceObject(
        id=citation_id(today.id, standing.start, standing.end),
        version=today.id,
        section=" › ".join(today.section_at(standing.start)) or None,
        start=standing.start,
        end=standing.end,
        quote=today.text[standing.start : standing.end],
        likeness=round(standing.likeness, 3),
    )


def _receipt_object(receipt: Receipt) -> ReceiptObject:
    nearest = [citation_object(citation) for citation in receipt.nearest]
    filters = write_filter(receipt.restriction)
    counts = (receipt.documents, receipt.passages)
    return ReceiptObject(*counts, filters, nearest, receipt.read, receipt.unread or None)


def write_filter(restriction: Filter) -> dict[str, str | list[str]]:
    """Return the fields of a filter that let anything less than everything through."""
    given = {entry.name: getattr(restriction, entry.name) for entry in fields(Filter)}
    values: dict[str, str | list[str]] = msgspec.to_builtins(given)
    return {name: value for name, value in values.items() if value}


def read_question(line: bytes) -> Question:
    """Return the question of a line of JSON; QuestionRefused says in a line what is wrong."""
    try:
        given = msgspec.convert(json.loads(line.decode("utf-8-sig")), QuestionObject)
    except UnicodeDecodeError as error:
        raise QuestionRefused(f"not UTF-8 from byte {error.start} on; save it as UTF-8") from error
    except UnicodeEncodeError as error:
        raise QuestionRefused("unknown key, with half of a character in it") from error
    except json.JSONDecodeError as error:
        raise QuestionRefused(f"not a JSON object: {error}") from error
    except msgspec.ValidationError as error:
        raise QuestionRefused(f"not a question as docs/json.md has it: {error}") from error
    except ValueError as error:
        raise QuestionRefused("a number has too many digits") from error
    except RecursionError as error:
        raise QuestionRefused("brackets are nested too deeply") from error
    check_characters("the question", given.question)
    for turn in given.history:
        check_characters("the history", turn.text)
    history = tuple(Turn(turn.role, turn.text) for turn in given.history)
    return Question(given.question, history, _read_filter(given.filters))


def _read_filter(given: FilterObject) -> Filter:
    values = msgspec.structs.asdict(given)
    for name, value in values.items():
        if isinstance(value, str):
            values[name] = (value,)
        for word in values[name] if isinstance(values[name], tuple) else ():
            check_characters(f"filter {name!r}", word)
    return Filter(**values)


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
