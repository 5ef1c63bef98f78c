"""The recipe, and the pairs of a training in the order in which they are read."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tokenizers import Tokenizer

from benchmarks.training.data import Question
from benchmarks.training.examples import Example, Examples
from chat.reader import model

# Questions whose pairs are sorted by length together.
_POOL = 4096


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that decides what is learnt, beside the data.

    Attributes:
        questions: To learn from, counted with repetitions; the last ones complete the schedule.
        tokens_per_step: Padded, at most.
        rate: Of the body at its height; the heads learn `heads_times` as fast.
        heads_times: See rate.
        warm_up: Share of the steps in which the rate grows; then it falls to 0 in a line.
        decay: Of weights.
        frozen: Layers of the body, from below, that stay as they are; the embeddings always do.
        relevance: Weight of the loss of each head.
        pointwise: See relevance: of the relevance of each passage by itself.
        answers: See relevance.
        span: See relevance.
        easy_null: Weight of "no span" where the passage is only about something else.
        hard: Weight, in the loss of `answers`, of passages on the subject that do not answer.
        negatives: Beside each passage that answers.
        unanswerable_times: How often an epoch has each question that nothing answers: they are
            few, and teach most.
        rules: Whether pairs without an answer are made by rule.
        mined: Whether negatives are mined.
        without: Sources that are left out, by the beginnings of their names; for ablations.
        seed: Of everything that is drawn.
    """

    questions: int = 60_000
    tokens_per_step: int = 9_216
    rate: float = 1e-4
    heads_times: float = 5.0
    warm_up: float = 0.05
    decay: float = 0.01
    frozen: int = 0
    relevance: float = 1.0
    pointwise: float = 0.3
    answers: float = 1.0
    span: float = 0.7
    easy_null: float = 0.2
    hard: float = 1.0
    negatives: int = 3
    unanswerable_times: int = 2
    rules: bool = True
    mined: bool = True
    without: tuple[str, ...] = ()
    seed: int = 7


@dataclass(frozen=True, slots=True)
class Step:
    """The pairs of one step.

    Attributes:
        questions: Seen up to and with this step.
        examples: Groups one after the other.
        groups: Which question each example belongs to, 0-based in this step.
        pairs: The examples as tokens.
    """

    questions: int
    examples: list[Example]
    groups: list[int]
    pairs: list[model.Pair]


def steps(examples: Examples, tokens: Tokenizer, recipe: Recipe, after: int) -> Iterator[Step]:
    """Yield what is read step by step, the same for the same seed.

    Args:
        examples: Makes the pairs.
        tokens: Of the network.
        recipe: How many, how large.
        after: Steps of fewer questions are passed over.
    """
    seen, epoch = 0, 0
    while seen < recipe.questions:
        order = _epoch(examples.questions, recipe, epoch)
        for begin in range(0, len(order), _POOL):
            pool = order[begin : begin + _POOL][: recipe.questions - seen]
            if seen + len(pool) > after:
                chance = random.Random(f"{recipe.seed} {epoch} {begin}")
                for step in _packed([examples.of(q, chance) for q in pool], tokens, recipe, chance):
                    seen += step.questions
                    if seen > after:
                        yield replace(step, questions=seen)
            else:
                seen += len(pool)
            if seen >= recipe.questions:
                return
        epoch += 1


def _epoch(questions: Sequence[Question], recipe: Recipe, number: int) -> list[Question]:
    order = list(questions)
    for _ in range(recipe.unanswerable_times - 1):
        order += [q for q in questions if q.answerable is False and q.source.startswith("squad")]
    random.Random(f"{recipe.seed} {number}").shuffle(order)
    return order


def _packed(
    groups: Sequence[list[Example]], tokens: Tokenizer, recipe: Recipe, chance: random.Random
) -> list[Step]:
    """Return groups as steps of about the same length, in random order."""
    order = sorted(range(len(groups)), key=lambda n: max((e.chars for e in groups[n]), default=0))
    flat = [example for number in order for example in groups[number]]
    pairs = iter(model.encode(tokens, [(e.question, e.headings, e.passage) for e in flat]))
    found: list[Step] = []
    step, widest = Step(0, [], [], []), 0
    for number in order:
        group = groups[number]
        encoded = [next(pairs) for _ in group]
        wider = max([widest, *(len(pair.ids) for pair in encoded)])
        if step.pairs and wider * (len(step.pairs) + len(group)) > recipe.tokens_per_step:
            found.append(step)
            step, wider = Step(0, [], [], []), max((len(p.ids) for p in encoded), default=0)
        step = Step(
            step.questions + 1,
            step.examples + group,
            step.groups + [step.questions] * len(group),
            step.pairs + encoded,
        )
        widest = wider
    if step.pairs:
        found.append(step)
    chance.shuffle(found)
    return found
