"""Answering as scripts call it: a session holds the index and the models between questions."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from types import TracebackType

from chat.answer import Answerer, make_answerer
from chat.types import Answer, Citation, Question, Turn
from index.citations import Citable, Standing
from index.opening import open_index
from index.types import Filter
from index.version import Version

_EVERYTHING = Filter()


@dataclass(frozen=True, slots=True)
class OldCitation:
    """A citation that was made at some time, opened again.

    Attributes:
        citable: The text as it was when cited.
        standing: What has become of the words since.
        today: Today's text of the document, None where it was removed.
    """

    citable: Citable
    standing: Standing
    today: Version | None


class Session(AbstractContextManager["Session"]):
    """Asks one index; safe to share between threads. Use in a `with`, or `close` it.

    Args:
        home: The folder of all state; None for the usual one (see `index.settings.home_folder`).

    Raises:
        SettingsError: settings.toml cannot be used.
        IndexMissing: There is no index yet.
    """

    def __init__(self, home: str | PathLike[str] | None = None) -> None:
        index = open_index(None if home is None else Path(home))
        index.check_made()  # without an index, say so before a model is loaded
        self._answerer: Answerer | None = make_answerer(index)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the models; the session cannot be asked any more."""
        self._answerer = None

    @property
    def answerer(self) -> Answerer:
        """What answers; raises ValueError once the session is closed."""
        if self._answerer is None:
            raise ValueError("the session is closed; open another one")
        return self._answerer

    def ask(
        self, question: str, history: Sequence[Turn] = (), restriction: Filter = _EVERYTHING
    ) -> Answer:
        """Answer a question with verified quotations, or say what was searched.

        Args:
            question: Plain language, up to 2,000 characters.
            history: Earlier turns, oldest first; a follow-up is completed from them.
            restriction: Which documents to search; all by default.

        Returns:
            `status` is "answered", "partial" or "not_found"; every citation was verified.

        Raises:
            QuestionRefused: Nothing was asked, or far too much.
            EmbedderMismatch: The index holds vectors of another embedder.
            IndexDamaged: A stored file cannot be read.
        """
        return self.answerer.answer(Question(question, tuple(history), restriction))

    def search(self, words: str, k: int = 10, restriction: Filter = _EVERYTHING) -> list[Citation]:
        """Return the k passages that fit best, best first; they are not judged to answer.

        Args:
            words: Plain language.
            k: Passages wanted, at least 1.
            restriction: Which documents to search; all by default.

        Returns:
            Citations of whole passages; the marker is the rank, from 1.

        Raises:
            QuestionRefused: Nothing was asked.
            ValueError: k is less than 1.
        """
        return self.answerer.search(words, k, restriction)

    def cite(self, citation: str) -> OldCitation:
        """Open a citation at the version it was made from, and look for its words today.

        Args:
            citation: Its id, `VERSION-START-END`.

        Returns:
            The text as it was, and whether the words stand, have moved, or are gone.

        Raises:
            CitationUnknown: The id is malformed, or its text is not stored here.
            QuoteMismatch: The stored text was altered.
        """
        with self.answerer.index.snapshot() as catalog:
            citable = catalog.citable(citation)
            standing = catalog.standing(citable)
            today = catalog.version(standing.version) if standing.version else None
        return OldCitation(citable, standing, today)


def ask(
    question: str,
    history: Sequence[Turn] = (),
    restriction: Filter = _EVERYTHING,
    home: str | PathLike[str] | None = None,
) -> Answer:
    """Answer one question; who asks often opens a session: see `Session.ask`."""
    with Session(home) as session:
        return session.ask(question, history, restriction)


def search(
    words: str,
    k: int = 10,
    restriction: Filter = _EVERYTHING,
    home: str | PathLike[str] | None = None,
) -> list[Citation]:
    """Return the k passages that fit best: see `Session.search`."""
    with Session(home) as session:
        return session.search(words, k, restriction)


def open(home: str | PathLike[str] | None = None) -> Session:
    """Open a session: see `Session`."""
    return Session(home)
