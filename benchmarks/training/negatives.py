"""Pairs without an answer, made by rule from pairs with one.

A reader that has only seen passages about something else as negatives takes every passage on the
subject for an answer. So the question is changed until the passage does not answer it, or the
passage loses its answer; each rule says how it is known that nothing answers any more.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.training.data import TrainingQuestion, fold_text
from benchmarks.training.windows import Offsets, find_sentences

_YEAR = re.compile(r"\b(1[0-9]{3}|20[0-9]{2})\b")
_NUMBER = re.compile(r"(?<![\w.,-])\d{1,3}(?:,\d{3})*(?:\.\d+)?(?![\w-]|[.,]\d)")
_NAME = re.compile(r"(?<=[a-z,'’] )[A-Z][\w’'-]+(?: (?:of |de |the )?[A-Z][\w’'-]+)*")
_OPPOSITES = dict(
    pair
    for one, other in (
        ("largest", "smallest"), ("highest", "lowest"), ("first", "last"), ("oldest", "youngest"),
        ("most", "least"), ("maximum", "minimum"), ("before", "after"), ("increase", "decrease"),
        ("increased", "decreased"), ("northern", "southern"), ("north", "south"),
        ("eastern", "western"), ("east", "west"), ("early", "late"), ("won", "lost"),
        ("began", "ended"), ("begin", "end"), ("start", "end"), ("allowed", "forbidden"),
        ("required", "exempt"), ("included", "excluded"), ("include", "exclude"),
        ("support", "oppose"), ("supported", "opposed"), ("accepted", "rejected"),
        ("gain", "lose"), ("public", "private"), ("above", "below"), ("more", "fewer"),
        ("advantage", "disadvantage"), ("common", "rare"), ("male", "female"),
        ("buy", "sell"), ("export", "import"), ("exports", "imports"), ("open", "close"),
        ("eligible", "ineligible"), ("legal", "illegal"), ("born", "buried"),
    )
    for pair in ((one, other), (other, one))
)  # fmt: skip
_AUXILIARY = re.compile(
    r"\b(is|are|was|were|did|does|do|can|could|may|must|should|has|have|had|will|would)\b"
)
_CHANGED_SHARE = 0.6
_NEGATED_SHARE = 0.1
_NEGATED = re.compile(r"\b(not|n't|never|no|without|except|none|neither)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A question and a passage that does not answer it."""

    rule: str  # which made it
    question: str
    passage: str


_Rule = Callable[[TrainingQuestion, random.Random], Unanswered | None]


class Rules:
    """Makes pairs without an answer; the questions lend names to each other."""

    def __init__(self, questions: Sequence[TrainingQuestion]) -> None:
        found = {n for q in questions if q.source.startswith("squad") for n in _find_names(q.text)}
        self._names = sorted(found)
        self._changes: tuple[_Rule, ...] = (self.change_year, self.change_name, self.reverse_word)

    def make(self, question: TrainingQuestion, chance: random.Random) -> Unanswered | None:
        """Return a pair by the first rule that fits.

        Names, years and opposites fit few questions and come first, half the time; a negation is
        seldom put in, or "not" alone would come to mean that there is no answer.
        """
        if question.span is None:
            return None
        rules: list[_Rule] = [self.remove_answer]
        if chance.random() < _CHANGED_SHARE:
            rules = [*chance.sample(self._changes, len(self._changes)), *rules]
        if chance.random() < _NEGATED_SHARE:
            rules = [self.negate, *rules]
        for rule in rules:
            pair = rule(question, chance)
            if pair is not None:
                return pair
        return None

    def remove_answer(self, question: TrainingQuestion, chance: random.Random) -> Unanswered | None:
        """Take the sentence of the answer out; what is left must not hold the answer's words."""
        assert question.span is not None
        start, end = question.span
        answer = fold_text(question.passage[start:end])
        sentences = find_sentences(question.passage)
        kept = [question.passage[a:b] for a, b in sentences if b <= start or a >= end]
        rest = fold_text(" ".join(kept))
        if not answer or len(kept) < 2 or f" {answer} " in f" {rest} ":
            return None
        return Unanswered("without_answer", question.text, " ".join(kept))

    def change_year(self, question: TrainingQuestion, chance: random.Random) -> Unanswered | None:
        """Ask for another year or figure, one that the passage does not hold."""
        years = list(_YEAR.finditer(question.text)) or list(_NUMBER.finditer(question.text))
        if not years:
            return None
        found = chance.choice(years)
        digits = found.group().replace(",", "")
        if "." in digits:
            return None
        step = chance.choice((-20, -10, -7, -3, -2, -1, 1, 2, 3, 7, 10, 20))
        other = str(abs(int(digits) + step))
        if other in question.passage or other == digits:
            return None
        return Unanswered(
            "other_year", _replace(question.text, found.span(), other), question.passage
        )

    def change_name(self, question: TrainingQuestion, chance: random.Random) -> Unanswered | None:
        """Ask about another name, none of whose words the passage holds."""
        places = [m.span() for m in _NAME.finditer(question.text)]
        places = [p for p in places if question.text[slice(*p)] in question.passage]
        if not places or not self._names:
            return None
        other = chance.choice(self._names)
        held = set(fold_text(question.passage).split())
        if held & {fold_text(word) for word in other.split() if word[0].isupper()}:
            return None
        asked = _replace(question.text, chance.choice(places), other)
        return Unanswered("other_name", asked, question.passage)

    def reverse_word(self, question: TrainingQuestion, chance: random.Random) -> Unanswered | None:
        """Ask for the opposite of a word, one that the passage does not hold."""
        places = [
            m.span() for m in re.finditer(r"[a-z]+", question.text) if m.group() in _OPPOSITES
        ]
        if not places:
            return None
        place = chance.choice(places)
        other = _OPPOSITES[question.text[slice(*place)]]
        if other in fold_text(question.passage).split():
            return None
        return Unanswered("opposite", _replace(question.text, place, other), question.passage)

    def negate(self, question: TrainingQuestion, chance: random.Random) -> Unanswered | None:
        """Ask for what is not so, of a passage that negates nothing near its answer."""
        assert question.span is not None
        found = _AUXILIARY.search(question.text)
        if not found or _NEGATED.search(question.text) or not question.source.startswith("squad"):
            return None
        near = question.passage[max(0, question.span[0] - 200) : question.span[1] + 200]
        if _NEGATED.search(near):
            return None
        word = found.group()
        rest = question.text[found.end() :].split(" ")
        # "What did X write" asks "What did X not write": behind the subject, where that is a word.
        if word in ("did", "does", "do", "can", "could", "may", "must", "should") and len(rest) > 2:
            at = 2
            while at < len(rest) - 1 and rest[at - 1][:1].isupper() and rest[at][:1].isupper():
                at += 1
            rest.insert(at, "not")
            return Unanswered(
                "negated", question.text[: found.end()] + " ".join(rest), question.passage
            )
        asked = f"{question.text[: found.end()]} not{question.text[found.end() :]}"
        return Unanswered("negated", asked, question.passage)


def _find_names(text: str) -> list[str]:
    return [m.group() for m in _NAME.finditer(text)]


def _replace(text: str, place: Offsets, other: str) -> str:
    return text[: place[0]] + other + text[place[1] :]
