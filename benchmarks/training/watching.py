"""How well held-out questions are read while the reader learns."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from tokenizers import Tokenizer

from benchmarks.training.data import TrainingQuestion
from benchmarks.training.examples import Example, Examples
from benchmarks.training.network import find_device, read_sorted
from chat.reader import model
from chat.reader.spans import find_best_span

_WATCHED = 700
_NEGATIVES_WATCHED = 5
_BATCH_PAIRS = 32
# Kinds of pairs whose passage the question was written against.
_OWN = ("own", "unanswerable")


def pick_watched(
    questions: Sequence[TrainingQuestion], mined: Mapping[str, Sequence[str]]
) -> list[list[Example]]:
    """Return some held-out questions of each source with their pairs."""
    chance = random.Random("watched")
    few = chance.sample(list(questions), min(_WATCHED * 2, len(questions)))
    maker = Examples(questions, mined, rules=False)
    groups = [maker.make_pairs(question, chance)[: 1 + _NEGATIVES_WATCHED] for question in few]
    return [group for group in groups if group]


@torch.no_grad()
def watch(
    network: model.ReaderNetwork, tokens: Tokenizer, watched: Sequence[Sequence[Example]]
) -> dict[str, float]:
    """Return how well held-out questions are read.

    `first`: share of the questions whose answering passage scores highest; `auroc`: of the answers
    head over passages that questions were written against, of the sources that have unanswerable
    ones; `auroc_span`: the same of the best span against none; `span`: share of the answers that
    the best span overlaps.
    """
    network.eval()
    flat = [example for group in watched for example in group]
    pairs = model.encode(tokens, [(e.question, e.headings, e.passage) for e in flat])
    order = sorted(range(len(flat)), key=lambda n: len(pairs[n].ids))
    relevance, answers, margin = (np.zeros(len(flat)) for _ in range(3))
    overlap: dict[int, bool] = {}
    for begin in range(0, len(order), _BATCH_PAIRS):
        batch = order[begin : begin + _BATCH_PAIRS]
        with torch.autocast(find_device().type, dtype=torch.bfloat16):
            outputs = read_sorted(network, [pairs[n] for n in batch], 1)
        relevance[batch] = outputs.relevance.numpy()
        answers[batch] = outputs.answers.numpy()
        for row, n in enumerate(batch):
            starts, ends = outputs.starts[row].numpy(), outputs.ends[row].numpy()
            # Behind the first token, which stands for no answer.
            start, end, score = find_best_span(starts[1:], ends[1:])
            margin[n] = score - starts[0] - ends[0]
            span = flat[n].span
            if span is not None:
                first, last = pairs[n].offsets[start + 1][0], pairs[n].offsets[end + 1][1]
                overlap[n] = first < span[1] and span[0] < last
    # Among questions of one style: those of other sources would be told apart by theirs.
    styles = {e.source for e in flat if e.kind == "unanswerable"}
    own = [n for n, e in enumerate(flat) if e.source in styles and e.kind in _OWN]
    truth = [flat[n].answers for n in own]
    hits, at = [], 0
    for group in watched:
        scores = relevance[at : at + len(group)]
        if len(group) > 1 and group[0].relevant == 1:
            hits.append(bool(scores[0] > scores[1:].max()))
        at += len(group)
    return {
        "first": round(float(np.mean(hits)), 4),
        "auroc": round(float(roc_auc_score(truth, answers[own])), 4),
        "auroc_span": round(float(roc_auc_score(truth, margin[own])), 4),
        "span": round(float(np.mean(list(overlap.values()))), 4),
    }
