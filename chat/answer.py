"""The pipeline of an answer, to be read aloud: see `Answerer.answer`."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import replace

from chat.errors import QuestionRefused, ReaderUnavailable
from chat.evidence import read as reading
from chat.evidence.choose import EvidenceSelector
from chat.evidence.disagreement import Contrast, find_contrasts, insert_contrasts
from chat.evidence.read import PassageReader
from chat.evidence.support import name_support, score_support, was_read
from chat.question import followup
from chat.reader.reading import Text
from chat.retrieval import rerank as reranking
from chat.retrieval.rerank import Reranker
from chat.retrieval.retrieve import DEPTH, Retrieved, retrieve
from chat.settings import ChatSettings, ReaderSettings, RerankerSettings
from chat.types import (
    Answer,
    Candidate,
    Citation,
    Difference,
    Evidence,
    Question,
    Receipt,
    Status,
    Support,
)
from chat.writing.verify import verify
from chat.writing.writer import Sentence, VerbatimWriter, Writer
from index.base import Index
from index.errors import PolicyChatError
from index.types import Filter

NEAREST = 3
MOST_QUESTION_CHARS = 2_000


class Answerer:
    """Answers questions from an index; safe to keep for as long as the process runs.

    Args:
        index: Where the passages are.
        writer: Puts evidence into words; word for word if None.
        reranker: Scores passages beside retrieval; nobody does if None.
        reader: Points at answers and says where there is none; nobody if None.
    """

    def __init__(
        self,
        index: Index,
        writer: Writer | None = None,
        reranker: Reranker | None = None,
        reader: PassageReader | None = None,
    ) -> None:
        self.index = index
        self.writer = writer or VerbatimWriter()
        self.reranker = reranker
        self.reader = reader
        self.evidence = EvidenceSelector(index.embedder)

    def answer(self, question: Question) -> Answer:
        """Answer a question, or say what was searched.

        Args:
            question: With the turns before it.

        Returns:
            `not_found` with a receipt when the corpus does not answer.

        Raises:
            QuestionRefused: Nothing was asked, or far too much.
            IndexMissing: There is no index yet.
            EmbedderMismatch: The index holds vectors of another embedder.
        """
        _check(question.text)
        clock = _Clock()
        retrieved = self.retrieve(question)
        clock.lap("retrieve")
        evidence = self.evidence.select(retrieved)
        least_coverage = self.index.settings.table(ChatSettings).least_coverage
        score = score_support(retrieved, evidence, least_coverage)
        support = name_support(score, was_read(retrieved))
        if support == "weak":
            evidence = []
        contrasts = find_contrasts(retrieved, evidence, self.evidence.encode)
        evidence = insert_contrasts(evidence, contrasts)
        clock.lap("evidence")
        sentences = self.writer.write(retrieved.question, evidence) if evidence else []
        citations = verify(
            self.index, [_cite(n, evidence[s.evidence], support) for n, s in _numbered(sentences)]
        )
        clock.lap("verify")
        unmatched = tuple(word.text for word in retrieved.find_unmatched())
        return Answer(
            status=_status(citations, support, unmatched),
            question=question.text,
            searched_for=retrieved.question,
            context=retrieved.context,
            text=_with_markers(sentences) or None,
            citations=tuple(citations),
            differences=_differences(contrasts, [evidence[s.evidence] for s in sentences]),
            receipt=self._receipt(retrieved, nearest=not citations),
            support=support,
            support_score=score,
            unmatched=unmatched,
            milliseconds=clock.done(),
        )

    def retrieve(self, question: Question, depth: int = DEPTH) -> Retrieved:
        """Return the passages that may answer a question, best first.

        Args:
            question: With the turns before it.
            depth: Passages to return, at least 1.

        Returns:
            What `answer` chooses its quotations from.
        """
        understood = followup.understand(question.text, question.history, self.index.embedder)
        context = understood.context if question.history else question.context
        found = retrieve(self.index, understood.question, question.restriction, context, depth)
        candidates: Sequence[Candidate] = found.candidates
        settings = self.index.settings
        unread = ""
        if self.reader is not None:
            try:
                candidates = reading.read(
                    self.reader, settings.table(ReaderSettings), found.question, candidates
                )
                unread = ""
            except ReaderUnavailable as error:
                unread = str(error)  # an answer from search alone is better than none
        if self.reranker is not None:
            candidates = reranking.rerank(
                self.reranker, settings.table(RerankerSettings), found.question, candidates
            )
        return replace(found, candidates=tuple(candidates), unread=unread)

    def warm(self) -> None:
        """Load the models in the background, so that the first question does not wait for them."""
        threading.Thread(target=self._warm, name="models", daemon=True).start()

    def _warm(self) -> None:
        try:
            self.index.embedder.encode(["warm"], "query")
            if self.reader is not None:
                self.reader.read("warm", [Text("", "warm")])
        except PolicyChatError as error:
            logging.getLogger(__name__).warning("%s", error)  # shown again when a question needs it

    def search(self, words: str, k: int, restriction: Filter) -> list[Citation]:
        """Return the k passages that fit best, as citations of whole passages.

        Args:
            words: Plain language.
            k: Results wanted, at least 1.
            restriction: Which documents to search.

        Returns:
            Best first; the marker is the rank.

        Raises:
            QuestionRefused: Nothing was asked.
            ValueError: k is less than 1.
        """
        _check(words)
        retrieved = retrieve(self.index, words, restriction, depth=max(k, DEPTH))
        return verify(self.index, _cite_passages(retrieved.candidates[:k]))

    def _receipt(self, retrieved: Retrieved, nearest: bool) -> Receipt:
        passages = _cite_passages(retrieved.candidates[:NEAREST]) if nearest else []
        receipt = retrieved.receipt
        return Receipt(
            receipt.documents,
            receipt.passages,
            receipt.filter,
            tuple(verify(self.index, passages)),
            read=sum(candidate.reading is not None for candidate in retrieved.candidates),
            unread=retrieved.unread,
        )


def make_answerer(index: Index) -> Answerer:
    """Return the answerer that the settings of an index describe; nothing is loaded yet."""
    settings = index.settings
    return Answerer(
        index,
        reranker=reranking.make_reranker(settings.table(RerankerSettings)),
        reader=reading.make_reader(settings.table(ReaderSettings)),
    )


class _Clock:
    """Milliseconds between laps."""

    def __init__(self) -> None:
        self._began = self._last = time.perf_counter()
        self._laps: dict[str, float] = {}

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self._laps[name] = round((now - self._last) * 1000, 2)
        self._last = now

    def done(self) -> dict[str, float]:
        return self._laps | {"total": round((time.perf_counter() - self._began) * 1000, 2)}


def _check(text: str) -> None:
    if not text.strip():
        raise QuestionRefused("the question is empty; type one")
    if len(text) > MOST_QUESTION_CHARS:
        raise QuestionRefused(
            f"the question has {len(text):,} characters, up to {MOST_QUESTION_CHARS:,} can be "
            "searched for; shorten it"
        )


def _numbered(sentences: Sequence[Sentence]) -> list[tuple[int, Sentence]]:
    return list(enumerate(sentences, start=1))


def _with_markers(sentences: Sequence[Sentence]) -> str:
    return " ".join(f"{sentence.text} [{number}]" for number, sentence in _numbered(sentences))


def _status(citations: Sequence[Citation], support: Support, unmatched: Sequence[str]) -> Status:
    if not citations:
        return "not_found"
    return "partial" if unmatched or support != "strong" else "answered"


def _differences(
    contrasts: Sequence[Contrast], written: Sequence[Evidence]
) -> tuple[Difference, ...]:
    """Return the contrasts by the markers of what was written; a writer may have left one out."""
    return tuple(
        Difference((written.index(c.first) + 1, written.index(c.second) + 1), c.figures)
        for c in contrasts
        if c.first in written and c.second in written
    )


def _cite(marker: int, evidence: Evidence, support: Support) -> Citation:
    span = (evidence.start, evidence.end, evidence.quote)
    return _citation(marker, evidence.candidate, span, evidence.marks, support)


def _cite_passages(candidates: Sequence[Candidate]) -> list[Citation]:
    """Return whole passages as citations: found, but not judged to answer anything."""
    found = []
    for rank, candidate in enumerate(candidates, start=1):
        passage = candidate.hit.passage
        span = (passage.start, passage.end, passage.text)
        found.append(_citation(rank, candidate, span, (), "weak"))
    return found


def _citation(
    marker: int,
    candidate: Candidate,
    span: tuple[int, int, str],
    marks: tuple[tuple[int, int], ...],
    support: Support,
) -> Citation:
    start, end, quote = span
    passage, document = candidate.hit.passage, candidate.hit.document
    # Of the quote: a passage that it is part of may begin on the page before.
    pages = [page for page in passage.pages if page.start < end and start < page.end]
    return Citation(
        marker=marker,
        document=document.id,
        path=document.source.path,
        title=document.title,
        version=passage.version,
        section=passage.section,
        page=pages[0].number if pages else None,
        page_label=pages[0].label if pages else None,
        ocr=any(page.ocr for page in pages),
        start=start,
        end=end,
        quote=quote,
        marks=marks,
        score=round(candidate.score, 4),
        support=support,
        verified=False,
        publisher=document.metadata.publisher,
        date=document.metadata.date,
        url=document.metadata.url,
        also_in=candidate.hit.also_in,
    )
