"""From questions to the pairs that are read in one step of training."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.training.data import TrainingQuestion
from benchmarks.training.negatives import Rules, Unanswered
from benchmarks.training.windows import Offsets, cut_window_around, cut_windows

# Of the questions with a known answer, how many get a pair without one, made by rule.
RULE_SHARE = 0.5
# Passages of the index stand under headings, those of the sources do not.
_TITLED = 0.3
_LED = 0.2
_HEADING_CHARS = 120
_CAPITALISED = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+(?: [A-Z][a-z]+)*")
UNKNOWN = -1


@dataclass(frozen=True, slots=True)
class Example:
    """One pair and what is known of it."""

    question: str
    headings: str  # "" for none
    passage: str
    relevant: int  # 1, 0, or UNKNOWN: not compared with others
    answers: int  # 1, 0, or UNKNOWN
    span: Offsets | None  # of the answer in the passage; for None see `spanned`
    spanned: bool  # whether `span` is known, None meaning that there is no answer
    kind: str  # how the pair came to be
    source: str

    @property
    def chars(self) -> int:
        """Characters that are read."""
        return len(self.question) + len(self.headings) + len(self.passage)


class Examples:
    """Makes the pairs of a question, other ones in each epoch.

    Beside each passage that answers stand one of the source's negatives and mined ones.
    """

    def __init__(
        self,
        questions: Sequence[TrainingQuestion],
        mined: Mapping[str, Sequence[str]],
        rules: bool = True,
        negatives: int = 3,
    ) -> None:
        self.questions = questions
        self._wanted = negatives
        self._mined = mined
        self._rules = Rules(questions) if rules else None

    def make_pairs(self, question: TrainingQuestion, chance: random.Random) -> list[Example]:
        """Return the pairs of a question, the one it was written against first; none if empty."""
        first = self._make_own(question, chance)
        if first is None:
            return []
        if question.answerable is False:
            return [first]
        pairs = [first]
        pairs += [
            Example(
                question.text, *self._frame(text, chance), 0, 0, None, True, kind, question.source
            )
            for kind, text in self._pick_negatives(question, chance)
        ]
        made = None
        if self._rules is not None and chance.random() < RULE_SHARE:
            made = self._rules.make(question, chance)
        if made is not None:
            pairs.append(self._make_unanswered(made, first, chance))
        return pairs

    def _make_unanswered(self, made: Unanswered, first: Example, chance: random.Random) -> Example:
        without = made.rule == "without_answer"
        return Example(
            made.question,
            first.headings,
            # Of another question the same window, or its length would tell.
            self._cut_window(made.passage, chance) if without else first.passage,
            # Of the passage without its answer, the one with it is known to be better.
            relevant=0 if without else UNKNOWN,
            answers=0,
            span=None,
            spanned=True,
            kind=made.rule,
            source=first.source,
        )

    def _make_own(self, question: TrainingQuestion, chance: random.Random) -> Example | None:
        text = question.passage
        if question.span is not None:
            start, end = cut_window_around(text, question.span, chance)
            span = (question.span[0] - start, question.span[1] - start)
        else:
            cut = cut_windows(text)
            if not cut:
                return None
            # Where the answer stands is not known: the beginning says most.
            start, end = cut[0]
            span = None
        answerable = question.answerable
        return Example(
            question.text,
            self._draw_headings(text, text[start:end], chance),
            text[start:end],
            relevant=UNKNOWN if answerable is False else 1,
            answers=UNKNOWN if answerable is None else int(answerable),
            span=span,
            spanned=span is not None or answerable is False,
            kind="own" if answerable is not False else "unanswerable",
            source=question.source,
        )

    def _pick_negatives(
        self, question: TrainingQuestion, chance: random.Random
    ) -> list[tuple[str, str]]:
        given, mined = list(question.negatives), list(self._mined.get(question.id, ()))
        chosen: list[tuple[str, str]] = []
        for number in range(self._wanted):
            from_source = bool(given) and number == 0
            kind, texts = ("given", given) if from_source or not mined else ("mined", mined)
            if not texts:
                break
            chosen.append((kind, texts.pop(chance.randrange(len(texts)))))
        return chosen

    def _frame(self, text: str, chance: random.Random) -> tuple[str, str]:
        passage = self._cut_window(text, chance)
        return self._draw_headings(text, passage, chance), passage

    def _cut_window(self, text: str, chance: random.Random) -> str:
        cut = cut_windows(text)
        start, end = chance.choice(cut) if cut else (0, len(text))
        return text[start:end]

    def _draw_headings(self, text: str, passage: str, chance: random.Random) -> str:
        drawn = chance.random()
        if drawn < _TITLED:
            return _find_subject(text)
        if drawn < _TITLED + _LED and not text.startswith(passage[:40]):
            return text[: text.find(". ")][:_HEADING_CHARS] if ". " in text else ""
        return ""


def _find_subject(text: str) -> str:
    """Return what a text names most, as a title would; "" where it names nothing twice."""
    names = Counter(m.group() for m in _CAPITALISED.finditer(text))
    name, count = max(names.items(), key=lambda item: (item[1], item[0]), default=("", 0))
    return name if count > 1 else ""
