"""The way of a question, to be read aloud: see `Answerer.list_steps`."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, replace

from chat.account import Account
from chat.evidence.choose import Choose, EvidenceSelector
from chat.evidence.compare import Compare
from chat.evidence.frame import Frame
from chat.evidence.judge import Judge, NotFound
from chat.evidence.read import PassageReader, Read, make_reader
from chat.question.check import Check, Refused
from chat.question.complete import Complete
from chat.reader.reading import Text
from chat.retrieval.rerank import Rerank, Reranker, make_reranker
from chat.retrieval.retrieve import DEPTH, Retrieved, retrieve
from chat.retrieval.search import Search
from chat.settings import ChatSettings, ReaderSettings, RerankerSettings
from chat.types import Answer, Citation, Question
from chat.way import Trail, Way
from chat.writing.cite import cite_passages
from chat.writing.compose import compose
from chat.writing.verify import Verified, Verify, verify
from chat.writing.writer import VerbatimWriter, Write, Writer
from index.base import Catalog, Index, ask_at_one_moment
from index.computing.turns import TURNS, Tell
from index.errors import PolicyChatError
from index.types import Filter

# The keys of `Answer.milliseconds`, and the steps that each counts.
DURATIONS = {
    "retrieve": ("check", "complete", "search", "read", "rerank"),
    "evidence": ("choose", "judge", "compare", "frame"),
    "verify": ("write", "verify"),
}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, and the way that led to it.

    Attributes:
        answer: What was asked for.
        trail: The steps that were taken, with what was known before and after each.
    """

    answer: Answer
    trail: Trail[Verified, NotFound | Refused]

    def explain(self) -> tuple[Account, ...]:
        """Return in plain words what each step saw, kept and dropped."""
        return self.trail.explain()


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

    def list_steps(
        self, catalog: Catalog, depth: int = DEPTH
    ) -> Way[Question, Verified, Refused | NotFound]:
        """Return the way of a question: each step takes what the one before it gives.

        Args:
            catalog: The moment that is asked; open for as long as the way is followed.
            depth: Passages that are found, at least 1.

        Returns:
            What ARCHITECTURE.md lists under "The way of a question".
        """
        settings = self.index.settings
        return (
            Way.of(Question)
            .may_end_at(Check())
            .then(Complete(self.index.embedder))
            .then(Search(self.index, catalog, depth))
            .then(Read(self.reader, settings.table(ReaderSettings)))
            .then(Rerank(self.reranker, settings.table(RerankerSettings)))
            .then(Choose(self.evidence))
            .may_end_at(Judge(settings.table(ChatSettings)))
            .then(Compare(self.evidence.encode))
            .then(Frame(catalog))
            .then(Write(self.writer))
            .then(Verify(catalog))
        )

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
        return self.reply(question).answer

    def reply(self, question: Question, tell: Tell | None = None) -> Reply:
        """Answer a question when it is its turn, and keep the way to the answer.

        Args:
            question: With the turns before it.
            tell: Called with the number of questions that this process answers before this one,
                once it has waited for long, and whenever that changes.

        Returns:
            The answer that `answer` returns, with its way.

        Raises:
            PolicyChatError: Whatever `answer` raises.
        """

        def ask(catalog: Catalog) -> Reply:
            trail = self.list_steps(catalog).follow(question)
            if isinstance(trail.end, Refused):
                raise trail.end.error
            return Reply(compose(question, trail.end, catalog), trail)

        began = time.perf_counter()
        with TURNS.ask(tell):
            reply = ask_at_one_moment(self.index, ask)
        trail = reply.trail
        milliseconds = {key: trail.measure(steps) for key, steps in DURATIONS.items()}
        milliseconds["total"] = (time.perf_counter() - began) * 1000
        rounded = {key: round(value, 2) for key, value in milliseconds.items()}
        return replace(reply, answer=replace(reply.answer, milliseconds=rounded))

    def retrieve(self, question: Question, depth: int = DEPTH) -> Retrieved:
        """Return the passages that may answer a question, best first.

        Args:
            question: With the turns before it.
            depth: Passages to return, at least 1.

        Returns:
            What `answer` chooses its quotations from.

        Raises:
            QuestionRefused: Nothing was asked, or far too much.
        """
        with TURNS.ask():
            trail = ask_at_one_moment(
                self.index,
                lambda catalog: self.list_steps(catalog, depth).until(Rerank).follow(question),
            )
        if isinstance(trail.end, Refused):
            raise trail.end.error
        return trail.find(Retrieved)

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
        asked = Check().take(Question(words))
        if isinstance(asked, Refused):
            raise asked.error

        def ask(catalog: Catalog) -> list[Citation]:
            found = retrieve(self.index, catalog, words, restriction, depth=max(k, DEPTH))
            return verify(catalog, cite_passages(found.candidates[:k]))

        with TURNS.ask():
            return ask_at_one_moment(self.index, ask)

    def warm(self) -> None:
        """Load the models in the background, so that the first question does not wait for them."""
        threading.Thread(target=self._warm, name="models", daemon=True).start()

    def _warm(self) -> None:
        try:
            with TURNS.ask():
                self.index.embedder.encode(["warm"], "query")
                if self.reader is not None:
                    self.reader.read("warm", [Text("", "warm")])
        except PolicyChatError as error:
            logging.getLogger(__name__).warning("%s", error)  # shown again when a question needs it


def make_answerer(index: Index) -> Answerer:
    """Return the answerer that the settings of an index describe; nothing is loaded yet."""
    settings = index.settings
    return Answerer(
        index,
        reranker=make_reranker(settings.table(RerankerSettings)),
        reader=make_reader(settings.table(ReaderSettings)),
    )
