"""The step that chooses what is quoted: few, the best first, none said twice."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from chat.account import Account, Dropped
from chat.evidence.choice import (
    MOST_UNITS,
    NEAR_BEST,
    NEAR_BEST_ELSEWHERE,
    NEAR_BEST_PASSAGE,
    Choice,
    Objection,
    Unquoted,
)
from chat.evidence.shortlist import (
    IN_REACH,
    PASSAGES,
    UNITS,
    PassingOver,
    Shortlist,
    shortlist,
)
from chat.phrases import QUOTED_CHARS, count, excerpt
from chat.question.kinds import QuestionKind, classify_question
from chat.retrieval.retrieve import Retrieved
from chat.types import Evidence
from chat.way import Step
from index.embedding.base import Embedder, Matrix

_REMEMBERED_UNITS = 5_000


@dataclass(frozen=True, slots=True)
class Choices:
    """What could be quoted, before it is judged whether that answers.

    Attributes:
        retrieved: Where it was chosen from.
        evidence: What is to be quoted: the best one first, then the others of its passage and
            those of other passages, each in the order of the text.
        shortlist: What was weighed.
        unquoted: What was weighed and is not quoted, best first.
    """

    retrieved: Retrieved
    evidence: tuple[Evidence, ...]
    shortlist: Shortlist
    unquoted: tuple[Unquoted, ...]


class EvidenceSelector:
    """Chooses what is quoted; remembers the vectors of units it has seen."""

    def __init__(self, embedder: Embedder) -> None:
        self.embedder = embedder
        self._vectors: OrderedDict[str, Matrix] = OrderedDict()
        self._lock = threading.Lock()

    def select(self, retrieved: Retrieved) -> Choices:
        """Return what is to be quoted: at most MOST_UNITS that do not overlap.

        A question for a date, a number or a name is answered by a sentence; any other by about a
        paragraph, so that its conditions and exceptions stand with it.
        """
        listed, vectors, similarities = self.collect_units(retrieved)
        if not listed.units:
            return Choices(retrieved, (), listed, ())
        choice = Choice(retrieved, listed.units, vectors, similarities)
        chosen, unquoted = choice.choose()
        evidence = tuple(choice.make_evidence(one) for one in chosen)
        return Choices(retrieved, evidence, listed, tuple(unquoted))

    def collect_units(
        self, retrieved: Retrieved, most: int = UNITS
    ) -> tuple[Shortlist, Matrix, list[float]]:
        """Return the units to choose from, their vectors, and the cosine of each with the question.

        Vectors are float32, shape (units, dimensions); cosines in [0, 1].
        """
        listed = shortlist(retrieved, most)
        if not listed.units:
            return listed, np.zeros((0, 0), dtype=np.float32), []
        vectors = self.encode([unit.in_context for unit in listed.units])
        similarities = np.clip(vectors @ retrieved.query_vector, 0.0, 1.0)
        return listed, vectors, [float(similarity) for similarity in similarities]

    def encode(self, texts: Sequence[str]) -> Matrix:
        """Return float32, shape (len(texts), dimensions); of texts seen before from memory."""
        with self._lock:
            known = {text: self._vectors[text] for text in texts if text in self._vectors}
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            known |= zip(missing, self.embedder.encode(missing, "passage"), strict=True)
            with self._lock:
                self._vectors |= {text: known[text] for text in missing}
                while len(self._vectors) > _REMEMBERED_UNITS:
                    self._vectors.popitem(last=False)
        return np.stack([known[text] for text in texts])


_PASSED_OVER: dict[PassingOver, str] = {
    "unread": "not read",
    "heading": "no text of its own, only a heading",
    "enough": f"behind the first {PASSAGES}, whose sentences are weighed",
    "low": f"less than {IN_REACH:.0%} as good a fit as the best one",
}
_OBJECTIONS: dict[Objection, str] = {
    "enough": f"{MOST_UNITS} quotations are enough",
    "low": f"at least {NEAR_BEST:.0%} is asked for",
    "not_of_kind": "gives no",
    "passage": f"its passage is less than {NEAR_BEST_PASSAGE:.0%} as good a fit as the best one’s",
    "row": "another row of its table holds more of what is asked for",
    "subject": "about another subject than",
    "low_elsewhere": f"from another passage at least {NEAR_BEST_ELSEWHERE:.0%} is asked for",
    "overlaps": "stands, at least in part, in the quotation",
    "joined": "no quotation of its own: it stands beside one, which takes it in",
    "repeats": "says the same as the quotation",
}
_TOO_LOW: tuple[Objection, ...] = ("low", "low_elsewhere")
_SCALE = (
    "A sentence is judged by its meaning and words, by its passage and, where that was read, by "
    "the reader; the best one counts as 100%."
)


@dataclass(frozen=True)
class Choose(Step[Retrieved, Choices]):
    """Chooses the quotations among the sentences of the first passages."""

    name: ClassVar[str] = "choose"
    selector: EvidenceSelector

    def take(self, known: Retrieved) -> Choices:
        """Return what could be quoted; nothing where no passage was found."""
        return self.selector.select(known)

    def explain(self, known: Retrieved, found: Choices) -> Account:
        """Return what was weighed, what could be quoted, and why the rest could not."""
        listed, kind = found.shortlist, classify_question(known.question)
        if not listed.passages:
            return Account(self.name, "no passage", "nothing")
        unquoted = [_tell_unquoted(one, kind) for one in found.unquoted]
        scale = _SCALE if any(one.why in _TOO_LOW for one in found.unquoted) else ""
        return Account(
            self.name,
            saw=_tell_given(listed),
            kept="; ".join(_quote(piece.quote) for piece in found.evidence),
            dropped=(*_tell_passed_over(listed), *unquoted),
            note=" ".join(filter(None, [_tell_kind(kind), scale])),
        )


def _tell_given(listed: Shortlist) -> str:
    # What was not read was left out by the step that reads.
    passages = len(listed.passages) + sum(why != "unread" for _, why in listed.passed_over)
    sentences = len(listed.units) + listed.unweighed + listed.mute
    best = f"the best {len(listed.passages)}" if listed.passages[1:] else "the best one"
    return f"{count(passages, 'passage')}, and the {count(sentences, 'sentence')} of {best}"


def _tell_passed_over(listed: Shortlist) -> Iterator[Dropped]:
    """Yield what was left out before anything was weighed, counted by reason."""
    for why, number in Counter(why for _, why in listed.passed_over if why != "unread").items():
        yield Dropped(count(number, "passage"), _PASSED_OVER[why])
    if listed.mute:
        why_mute = "too little by itself: a pointer elsewhere, a question or a fragment"
        yield Dropped(count(listed.mute, "sentence"), why_mute)
    if listed.unweighed:
        weighed = f"less promising at first sight than the {len(listed.units)} that were weighed"
        yield Dropped(count(listed.unweighed, "sentence"), weighed)


def _tell_kind(kind: QuestionKind) -> str:
    if kind == "other":
        return (
            "The question is a broad one: a sentence is quoted with what stands around it, up to "
            "about a paragraph."
        )
    return (
        f"The question asks for a {kind}: a sentence that gives one is preferred, and quoted "
        "without what stands around it."
    )


def _tell_unquoted(unquoted: Unquoted, kind: QuestionKind) -> Dropped:
    why = _OBJECTIONS[unquoted.why]
    if unquoted.why == "not_of_kind":
        why = f"{why} {kind}"
    if unquoted.beside:
        why = f"{why} {_quote(unquoted.beside)}"
    if unquoted.why in _TOO_LOW:
        # Rounded down: what is too little must not read like enough.
        why = f"{int(100 * unquoted.share)}% as good as the best one; {why}"
    return Dropped(_quote(unquoted.text), why)


def _quote(text: str) -> str:
    return f"“{excerpt(text, QUOTED_CHARS)}”"
