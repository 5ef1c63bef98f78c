"""The recipe, and the pairs of a training in the order in which they are read."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from tokenizers import Tokenizer

from benchmarks.training.data import TrainingQuestion
from benchmarks.training.examples import Example, Examples
from chat.reader import model

# Questions whose pairs are sorted by length together.
POOL = 4096


@dataclass(frozen=True, slots=True)
class Recipe:
    """All that decides what is learnt, beside the data."""

    # To learn from, counted with repetitions; the last ones complete the schedule.
    questions: int = 60_000
    tokens_per_step: int = 9_216  # padded, at most
    rate: float = 1e-4  # of the body at its height; the heads learn `heads_times` as fast
    heads_times: float = 5.0
    warm_up: float = 0.05  # share of the steps in which the rate grows; then it falls to 0
    decay: float = 0.01  # of weights
    frozen: int = 0  # layers of the body, from below, that stay; the embeddings always do
    # Weight of the loss of each head; `pointwise` is of the relevance of each passage by itself.
    relevance: float = 1.0
    pointwise: float = 0.3
    answers: float = 1.0
    span: float = 0.7
    easy_null: float = 0.2  # weight of "no span" where the passage is only about something else
    # Weight, in the loss of `answers`, of passages on the subject that do not answer.
    hard: float = 1.0
    negatives: int = 3  # beside each passage that answers
    # How often an epoch has each question that nothing answers: they are few, and teach most.
    unanswerable_times: int = 2
    rules: bool = True  # pairs without an answer are made by rule
    mined: bool = True  # negatives are mined
    without: tuple[str, ...] = ()  # beginnings of sources' names; for ablations
    seed: int = 7  # of everything that is drawn


@dataclass(frozen=True, slots=True)
class TrainingStep:
    """The pairs of one step."""

    questions: int  # seen up to and with this step
    examples: list[Example]  # groups one after the other
    groups: list[int]  # which question each example belongs to, 0-based in this step
    pairs: list[model.TokenPair]  # the examples as tokens


def make_steps(
    examples: Examples, tokens: Tokenizer, recipe: Recipe, after: int
) -> Iterator[TrainingStep]:
    """Yield what is read step by step, the same for the same seed; passes over what was read."""
    seen, epoch = 0, 0
    while seen < recipe.questions:
        order = _shuffle_epoch(examples.questions, recipe, epoch)
        for begin in range(0, len(order), POOL):
            pool = order[begin : begin + POOL][: recipe.questions - seen]
            if seen + len(pool) > after:
                chance = random.Random(f"{recipe.seed} {epoch} {begin}")
                groups = [examples.make_pairs(question, chance) for question in pool]
                for step in _pack(groups, tokens, recipe, chance):
                    seen += step.questions
                    if seen > after:
                        yield replace(step, questions=seen)
            else:
                seen += len(pool)
            if seen >= recipe.questions:
                return
        epoch += 1


def _shuffle_epoch(
    questions: Sequence[TrainingQuestion], recipe: Recipe, number: int
) -> list[TrainingQuestion]:
    order = list(questions)
    for _ in range(recipe.unanswerable_times - 1):
        order += [q for q in questions if q.answerable is False and q.source.startswith("squad")]
    random.Random(f"{recipe.seed} {number}").shuffle(order)
    return order


def _pack(
    groups: Sequence[list[Example]], tokens: Tokenizer, recipe: Recipe, chance: random.Random
) -> list[TrainingStep]:
    """Return groups as steps of about the same length, in random order."""
    order = sorted(range(len(groups)), key=lambda n: max((e.chars for e in groups[n]), default=0))
    flat = [example for number in order for example in groups[number]]
    pairs = iter(model.encode(tokens, [(e.question, e.headings, e.passage) for e in flat]))
    found: list[TrainingStep] = []
    step, widest = TrainingStep(0, [], [], []), 0
    for number in order:
        group = groups[number]
        encoded = [next(pairs) for _ in group]
        wider = max([widest, *(len(pair.ids) for pair in encoded)])
        if step.pairs and wider * (len(step.pairs) + len(group)) > recipe.tokens_per_step:
            found.append(step)
            step, wider = TrainingStep(0, [], [], []), max((len(p.ids) for p in encoded), default=0)
        step = TrainingStep(
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
