"""What a step of training is judged by: a loss for each head."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from benchmarks.training.examples import UNKNOWN
from benchmarks.training.steps import Recipe, TrainingStep
from chat.reader import model

# Kinds of pairs that hold an answer or are seldom near one.
_EASY = ("given", "mined", "own")


def compute_losses(outputs: model.Outputs, step: TrainingStep, recipe: Recipe) -> dict[str, Tensor]:
    """Return the loss of each head, by the names of the recipe's weights; 0 where none is known."""
    relevant = torch.tensor([e.relevant for e in step.examples])
    answers = torch.tensor([e.answers for e in step.examples])
    hard = torch.tensor([1.0 if e.kind in _EASY else recipe.hard for e in step.examples])
    known, said = relevant != UNKNOWN, answers != UNKNOWN
    zero = outputs.relevance.sum() * 0
    found = {
        "relevance": _compute_listwise(outputs.relevance, relevant, step.groups),
        "pointwise": functional.binary_cross_entropy_with_logits(
            outputs.relevance[known], relevant[known].float()
        )
        if known.any()
        else zero,
        "answers": functional.binary_cross_entropy_with_logits(
            outputs.answers[said], answers[said].float(), weight=hard[said]
        )
        if said.any()
        else zero,
    }
    targets, weights = _find_span_targets(step, recipe.easy_null)
    each = [
        functional.cross_entropy(logits, targets[:, side], reduction="none")
        for side, logits in enumerate((outputs.starts, outputs.ends))
    ]
    found["span"] = ((each[0] + each[1]) / 2 * weights).sum() / weights.sum().clamp(min=1)
    return found


def _compute_listwise(logits: Tensor, relevant: Tensor, groups: Sequence[int]) -> Tensor:
    """Return the cross-entropy of the right passage among a question's passages."""
    each = []
    of = torch.tensor(groups)
    for group in sorted(set(groups)):
        compared = (of == group) & (relevant != UNKNOWN)
        if int(compared.sum()) > 1 and int(relevant[compared].max()) == 1:
            right = relevant[compared].argmax()
            each.append(functional.cross_entropy(logits[compared].unsqueeze(0), right.unsqueeze(0)))
    return torch.stack(each).mean() if each else logits.sum() * 0


def _find_span_targets(step: TrainingStep, easy_null: float) -> tuple[Tensor, Tensor]:
    """Return the tokens of the answers, (pairs, 2), 0 for none; and how much each counts."""
    targets, weights = [], []
    for example, pair in zip(step.examples, step.pairs, strict=True):
        place, weight = (0, 0), 0.0
        if example.spanned and example.span is None:
            weight = easy_null if example.kind in _EASY else 1.0
        elif example.span is not None:
            within = [
                n
                for n, (a, b) in enumerate(pair.offsets)
                if a < example.span[1] and example.span[0] < b
            ]
            # An answer that was cut off with the passage's end is not known to be one.
            if within and pair.offsets[within[-1]][1] >= example.span[1]:
                place, weight = (within[0], within[-1]), 1.0
        targets.append(place)
        weights.append(weight)
    return torch.tensor(targets), torch.tensor(weights)
