"""The nouns of an answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from chat.reader.reading import Reading
from index.types import Filter, Hit
from index.version import citation_id

Role = Literal["user", "assistant"]
Status = Literal["answered", "partial", "not_found"]
Support = Literal["strong", "fair", "weak"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asks.

    Attributes:
        text: As typed.
        history: Earlier turns, oldest first.
        restriction: Which documents to search.
        context: Words that count as well, as of an earlier answer that a link reproduces; the
            history's take their place where there is one.
    """

    text: str
    history: tuple[Turn, ...] = ()
    restriction: Filter = field(default_factory=Filter)
    context: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage that may answer the question.

    Attributes:
        hit: As the index found it.
        coverage: Share of the question's weight in rare terms that the passage and its headings
            hold, in [0, 1].
        score: Of the passage as a whole, in [0, 1].
        reading: What the reader says of it; None where it was not read.
    """

    hit: Hit
    coverage: float
    score: float
    reading: Reading | None = None

    @property
    def place(self) -> str:
        """Where it stands, in words: title and section, without the page."""
        return _name_place(self.hit.document.title, self.hit.passage.section, "")


AroundKind = Literal["lead_in", "caption", "heads"]


@dataclass(frozen=True, slots=True)
class Around:
    """Words that a quotation cannot be understood without, from elsewhere in its text.

    Attributes:
        kind: What leads a list in, the caption of a table, or the row that heads its columns.
        start: Half-open offsets in the version's text.
        end: See start.
        text: The words between them, to the letter.
    """

    kind: AroundKind
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A quotation that may answer the question.

    Attributes:
        candidate: The passage it stands in.
        start: Half-open offsets in the version's text.
        end: See start.
        quote: The words between them.
        marks: Where in it the words stand that carry the answer: half-open offsets in the
            version's text, in order; empty where the whole quotation does.
        score: In [0, 1].
        similarity: Cosine of the question and the sentence that was chosen, in [0, 1].
        of_kind: Whether it names a thing of the kind that is asked for (a date, a number, a name).
        span: How sure the reader is that an answer stands in it, in [0, 1]; 0 if it was not read.
        around: What it stands in: the lead-in of its list, the caption and heads of its table.
        items_left: How many items of its list stand behind the quote, up to the next one of it.
    """

    candidate: Candidate
    start: int
    end: int
    quote: str
    marks: tuple[tuple[int, int], ...]
    score: float
    similarity: float
    of_kind: bool
    span: float
    around: tuple[Around, ...] = ()
    items_left: int = 0


@dataclass(frozen=True, slots=True)
class Citation:
    """A quotation and where to check it.

    Attributes:
        marker: 1-based number shown in the answer; the rank for a search result.
        document: Id of the document: `root/path`, or the address of a web page.
        path: Its path within the root; of a web page the address.
        title: What the document is called.
        version: sha256 of the text that the offsets refer to.
        section: Heading path, outermost first.
        page: 1-based page on which the quote begins, None for formats without pages.
        page_label: What is printed on that page as its number.
        ocr: Whether any of the quote was recognised in a picture, and so may have mistakes.
        reads_differently: Whether another extraction reads a page of the quote differently.
        start: Half-open offsets of the quote in the version's text.
        end: See start.
        quote: `text[start:end]` of that version.
        marks: Where in the quote the words stand that carry the answer: half-open offsets in the
            version's text, in order; empty where the whole quote does.
        score: In [0, 1].
        support: How well the answer it belongs to is supported; `weak` for what was only found.
        verified: Whether the quote was compared with the stored text; False is never shown as a
            quotation.
        publisher: None where it is not known.
        date: None where it is not known.
        url: None where it is not known.
        also_in: Ids of other documents with the same text.
        around: What it stands in: the lead-in of its list, the caption and heads of its table.
        items_left: How many items of its list stand behind the quote, up to the next one of it.
    """

    marker: int
    document: str
    path: str
    title: str
    version: str
    section: tuple[str, ...]
    page: int | None
    page_label: str | None
    ocr: bool
    reads_differently: bool
    start: int
    end: int
    quote: str
    marks: tuple[tuple[int, int], ...]
    score: float
    support: Support
    verified: bool
    publisher: str | None
    date: date | None
    url: str | None
    also_in: tuple[str, ...]
    around: tuple[Around, ...] = ()
    items_left: int = 0

    @property
    def id(self) -> str:
        """Names the quote for a link; stays valid when the document changes."""
        return citation_id(self.version, self.start, self.end)

    @property
    def place(self) -> str:
        """Where it stands, in words: title, section, page; what is not known is left out."""
        page = self.page_label or self.page
        return _name_place(self.title, self.section, f"page {page}" if page else "")


@dataclass(frozen=True, slots=True)
class Difference:
    """Two quotations that give different figures for what reads like the same thing.

    Attributes:
        markers: Of the two citations, of different documents.
        figures: The words of each that differ: "1,500 clusters", "2,000 clusters".
    """

    markers: tuple[int, int]
    figures: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was searched, so that "not found" can be checked.

    Attributes:
        documents: How many documents were searched.
        passages: How many passages they have.
        restriction: Which documents were let through.
        nearest: The passages that came nearest; not an answer.
        read: How many passages the reader read, question beside passage.
        unread: Why it could not read; "" where it did or is switched off.
    """

    documents: int
    passages: int
    restriction: Filter
    nearest: tuple[Citation, ...]
    read: int
    unread: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of a question.

    Attributes:
        status: `answered`, `partial` (support is only fair, or words of the question stand
            nowhere), or `not_found`.
        question: As typed.
        searched_for: The question after earlier turns were taken into account.
        context: Words of earlier turns that counted as well; "" for none.
        text: Sentences with their markers, None if not found.
        citations: In order of their markers; empty if not found.
        differences: Where the sources quoted give different figures.
        receipt: What was searched.
        support: How well the best quotation fits, in words.
        support_score: In [0, 1], what `support` and the decision to answer rest on, so it is there
            for `not_found` too; it orders questions and is not a probability to be shown.
        unmatched: Words of the question that stand in no passage that was found.
        milliseconds: Duration by step, and "total".
    """

    status: Status
    question: str
    searched_for: str
    context: str
    text: str | None
    citations: tuple[Citation, ...]
    differences: tuple[Difference, ...]
    receipt: Receipt
    support: Support
    support_score: float
    unmatched: tuple[str, ...]
    milliseconds: dict[str, float]


def _name_place(title: str, section: Sequence[str], page: str) -> str:
    below = section[1:] if tuple(section[:1]) == (title,) else section
    return ", ".join(part for part in (title, " › ".join(below), page) if part)
