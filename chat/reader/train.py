"""`python -m chat.reader.train --data FOLDER --home FOLDER`: teach the reader.

Loads the sources, keeps out what is measured on, mines negatives with the product's own search,
and trains; stopped at any time, the same command goes on from the last checkpoint. Curves are
written to `curve.jsonl` as it goes, weights to `weights/` at the end.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional
from tqdm import tqdm

from chat.reader import mining, model
from chat.reader.data import Question, Splits, add_sources, load, split
from chat.reader.examples import UNKNOWN, Example, Examples
from chat.reader.spans import best_span
from index.embedder import SentenceTransformerEmbedder, packaged_folder
from index.errors import PolicyChatError
from index.settings import EmbedderSettings

# Questions whose pairs are sorted by length together.
_POOL = 4096
_CHECKPOINT_STEPS = 200
_WATCH_STEPS = 1_000
_WATCHED = 700
_NEGATIVES_WATCHED = 5
# Sources whose negatives are good enough, and those that are large: fewer are mined for.
_NOT_MINED = ("hotpotqa", "2wikimultihopqa", "musique", "qasper", "liveqa", "quotesum")
_SQUAD_MINED = 0.4
# Questions that nothing answers are few, and teach most.
_UNANSWERABLE_TIMES = 2
# Batches of a step: padded to its longest pair, a step would be a third padding.
_PARTS = 4
# Kinds of pairs: passages that questions were written against ...
_OWN = ("own", "unanswerable")
# ... and those that hold an answer or are seldom near one.
_EASY = ("given", "mined", "own")


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
        order = _epoch(examples.questions, f"{recipe.seed} {epoch}")
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


def losses(outputs: model.Outputs, step: Step, recipe: Recipe) -> dict[str, Tensor]:
    """Return the loss of each head, by the names of the recipe's weights.

    Args:
        outputs: Of the step's pairs.
        step: What is known of them.
        recipe: See `Recipe.easy_null` and `Recipe.hard`.

    Returns:
        Scalars; 0 where nothing in the step tells.
    """
    relevant = torch.tensor([e.relevant for e in step.examples])
    answers = torch.tensor([e.answers for e in step.examples])
    hard = torch.tensor([1.0 if e.kind in _EASY else recipe.hard for e in step.examples])
    known, said = relevant != UNKNOWN, answers != UNKNOWN
    zero = outputs.relevance.sum() * 0
    found = {
        "relevance": _listwise(outputs.relevance, relevant, step.groups),
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
    targets, weights = _span_targets(step, recipe.easy_null)
    each = [
        functional.cross_entropy(logits, targets[:, side], reduction="none")
        for side, logits in enumerate((outputs.starts, outputs.ends))
    ]
    found["span"] = ((each[0] + each[1]) / 2 * weights).sum() / weights.sum().clamp(min=1)
    return found


def train(
    network: model.ReaderNetwork,
    tokens: Tokenizer,
    examples: Examples,
    watched: Sequence[Sequence[Example]],
    recipe: Recipe,
    home: Path,
) -> None:
    """Train, from the last checkpoint if there is one.

    On a GPU if there is one, else on all cores.

    Args:
        network: Is changed, and moved to where it is trained.
        tokens: Of the network.
        examples: To learn from.
        watched: Held-out questions with their pairs, the right one first.
        recipe: How.
        home: Gets `checkpoint.pt` and `curve.jsonl`.
    """
    optimizer = _optimizer(network.to(_device()), recipe)
    number, questions = 0, 0
    checkpoint = home / "checkpoint.pt"
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True, map_location=_device())
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        number, questions = state["step"], state["questions"]
    rates = _rates(recipe)
    bar = tqdm(total=recipe.questions, initial=questions, unit="q", mininterval=20)
    sums: dict[str, float] = {}
    pairs, began = 0, time.monotonic()
    for step in steps(examples, tokens, recipe, questions):
        share = step.questions / recipe.questions
        factor = min(1.0, share / recipe.warm_up) * min(1.0, (1 - share) / (1 - recipe.warm_up))
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * max(factor, 1e-3)
        network.train()
        with torch.autocast(_device().type, dtype=torch.bfloat16):
            outputs = model.read_sorted(network, step.pairs, _PARTS)
        found = losses(outputs, step, recipe)
        total = torch.stack([getattr(recipe, name) * value for name, value in found.items()]).sum()
        total.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        number += 1
        pairs += len(step.pairs)
        for name, value in found.items():
            sums[name] = sums.get(name, 0.0) + float(value.detach())
        bar.update(step.questions - questions)
        questions = step.questions
        if number % _CHECKPOINT_STEPS == 0:
            means = {name: round(value / _CHECKPOINT_STEPS, 4) for name, value in sums.items()}
            line = {"step": number, "questions": questions, "loss": means}
            line["pairs_per_s"] = round(pairs / (time.monotonic() - began), 1)
            if number % _WATCH_STEPS == 0:
                line["held_out"] = watch(network, tokens, watched)
            _log(home, line)
            _save(checkpoint, network, optimizer, number, questions)
            sums, pairs, began = {}, 0, time.monotonic()
    _log(
        home, {"step": number, "questions": questions, "held_out": watch(network, tokens, watched)}
    )
    _save(checkpoint, network, optimizer, number, questions)


@torch.no_grad()
def watch(
    network: model.ReaderNetwork, tokens: Tokenizer, watched: Sequence[Sequence[Example]]
) -> dict[str, float]:
    """Return how well held-out questions are read.

    Args:
        network: As it is.
        tokens: Of the network.
        watched: Questions with their pairs, the one that answers first.

    Returns:
        `first`: share of the questions whose answering passage scores highest; `auroc`: of the
        answers head over passages that questions were written against, of the sources that have
        unanswerable ones; `auroc_span`: the same of the best span against none; `span`: share of
        the answers that the best span overlaps.
    """
    network.eval()
    flat = [example for group in watched for example in group]
    pairs = model.encode(tokens, [(e.question, e.headings, e.passage) for e in flat])
    order = sorted(range(len(flat)), key=lambda n: len(pairs[n].ids))
    relevance, answers, margin = (np.zeros(len(flat)) for _ in range(3))
    overlap: dict[int, bool] = {}
    for begin in range(0, len(order), 32):
        batch = order[begin : begin + 32]
        with torch.autocast(_device().type, dtype=torch.bfloat16):
            outputs = model.read_sorted(network, [pairs[n] for n in batch], 1)
        relevance[batch] = outputs.relevance.numpy()
        answers[batch] = outputs.answers.numpy()
        for row, n in enumerate(batch):
            starts, ends = outputs.starts[row].numpy(), outputs.ends[row].numpy()
            # Behind the first token, which stands for no answer.
            start, end, score = best_span(starts[1:], ends[1:])
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


def _epoch(questions: Sequence[Question], seed: str) -> list[Question]:
    order = [q for q in questions]
    for _ in range(_UNANSWERABLE_TIMES - 1):
        order += [q for q in questions if q.answerable is False and q.source.startswith("squad")]
    random.Random(seed).shuffle(order)
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


def _listwise(logits: Tensor, relevant: Tensor, groups: Sequence[int]) -> Tensor:
    """Return the cross-entropy of the right passage among a question's passages."""
    each = []
    of = torch.tensor(groups)
    for group in sorted(set(groups)):
        compared = (of == group) & (relevant != UNKNOWN)
        if int(compared.sum()) > 1 and int(relevant[compared].max()) == 1:
            right = relevant[compared].argmax()
            each.append(functional.cross_entropy(logits[compared].unsqueeze(0), right.unsqueeze(0)))
    return torch.stack(each).mean() if each else logits.sum() * 0


def _span_targets(step: Step, easy_null: float) -> tuple[Tensor, Tensor]:
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


def _optimizer(network: model.ReaderNetwork, recipe: Recipe) -> torch.optim.Optimizer:
    for parameter in network.body.embeddings.parameters():
        parameter.requires_grad_(False)
    for layer in network.body.encoder.layer[: recipe.frozen]:
        for parameter in layer.parameters():
            parameter.requires_grad_(False)
    for module in network.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0  # a third of the time of a step, and a pass or two overfits nothing
    heads = [p for n, p in network.named_parameters() if not n.startswith("body.")]
    body = [p for p in network.body.parameters() if p.requires_grad]
    groups = [{"params": p, "lr": r} for p, r in zip((body, heads), _rates(recipe), strict=True)]
    return torch.optim.AdamW(groups, weight_decay=recipe.decay, fused=True)


def _device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def _rates(recipe: Recipe) -> tuple[float, float]:
    return recipe.rate, recipe.rate * recipe.heads_times


def _log(home: Path, line: dict[str, object]) -> None:
    with (home / "curve.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    tqdm.write(json.dumps(line))


def _save(
    path: Path,
    network: model.ReaderNetwork,
    optimizer: torch.optim.Optimizer,
    number: int,
    questions: int,
) -> None:
    state = {
        "network": network.state_dict(),
        "optimizer": optimizer.state_dict(),
        "step": number,
        "questions": questions,
    }
    part = path.with_suffix(".part")
    torch.save(state, part)
    part.replace(path)


def mine(splits: Splits, home: Path) -> dict[str, Sequence[str]]:
    """Mine for the questions whose sources give few negatives, and read what was mined."""
    wanted = [q for q in (*splits.train, *splits.held_out) if _is_mined(q)]
    embedder = SentenceTransformerEmbedder(EmbedderSettings())
    written = home / "mined.jsonl"
    for _ in tqdm(mining.mine(home / "pools", embedder, wanted, written), unit="q", mininterval=20):
        pass
    return dict(mining.read(written))


def _is_mined(question: Question) -> bool:
    if question.source.startswith(_NOT_MINED):
        return False
    chance = random.Random(question.id).random()
    return not question.source.startswith("squad") or chance < _SQUAD_MINED


def watched_of(
    questions: Sequence[Question], mined: Mapping[str, Sequence[str]]
) -> list[list[Example]]:
    """Return some held-out questions of each source with their pairs."""
    chance = random.Random("watched")
    few = chance.sample(list(questions), min(_WATCHED * 2, len(questions)))
    maker = Examples(questions, mined, rules=False)
    groups = [maker.of(question, chance)[: 1 + _NEGATIVES_WATCHED] for question in few]
    return [group for group in groups if group]


def main(arguments: Sequence[str]) -> int:
    """Run the whole recipe."""
    parser = argparse.ArgumentParser("python -m chat.reader.train", description=__doc__)
    add_sources(parser)
    parser.add_argument("--home", type=Path, required=True, help="where everything is kept")
    parser.add_argument("--start", type=Path, help="weights to go on from, as `--home` leaves them")
    parser.add_argument("--recipe", default="{}", help="JSON: fields of Recipe that differ")
    options = parser.parse_args(arguments)
    differs = json.loads(options.recipe)
    if "without" in differs:
        differs["without"] = tuple(differs["without"])
    recipe = replace(Recipe(), seed=options.seed, **differs)
    options.home.mkdir(parents=True, exist_ok=True)
    try:
        splits = split(load(options.data), options.leave_out, recipe.seed)
        mined = mine(splits, options.home)
    except PolicyChatError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    folder = packaged_folder()
    tokens = model.tokenizer(folder)
    if options.start is None:
        network = model.fresh(folder, recipe.seed)
    else:
        network = model.load(options.start, torch.float32)
    counts = {"train": len(splits.train), "held_out": len(splits.held_out)}
    _log(options.home, {"recipe": asdict(recipe), "left_out": dict(splits.left_out), **counts})
    watched = watched_of(splits.held_out, mined)
    learnt = [q for q in splits.train if not q.source.startswith(recipe.without)]
    maker = Examples(learnt, mined if recipe.mined else {}, recipe.rules)
    train(network, tokens, maker, watched, recipe, options.home)
    model.save(network, options.home / "weights")
    shutil.copyfile(folder / model.TOKENIZER, options.home / "weights" / model.TOKENIZER)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
