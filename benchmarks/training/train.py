"""`python -m benchmarks.training.train --data FOLDER --home FOLDER`: teach the reader.

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
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import torch
from tokenizers import Tokenizer
from tqdm import tqdm

from benchmarks.training import mining
from benchmarks.training.data import Splits, TrainingQuestion, add_sources, load, split
from benchmarks.training.examples import Example, Examples
from benchmarks.training.losses import compute_losses
from benchmarks.training.network import find_device, read_sorted, save, start_network
from benchmarks.training.steps import Recipe, make_steps
from benchmarks.training.watching import pick_watched, watch
from chat.reader import model
from index.embedding.transformer import SentenceTransformerEmbedder, find_packaged_model
from index.errors import PolicyChatError
from index.settings import EmbedderSettings

CHECKPOINT = "checkpoint.pt"
CHECKPOINT_STEPS = 200
_WATCH_STEPS = 1_000
# Sources whose negatives are good enough, and those that are large: fewer are mined for.
_NOT_MINED = ("hotpotqa", "2wikimultihopqa", "musique", "qasper", "liveqa", "quotesum")
_SQUAD_MINED = 0.4
# Batches of a step: padded to its longest pair, a step would be a third padding.
_PARTS = 4


def train(
    network: model.ReaderNetwork,
    tokens: Tokenizer,
    examples: Examples,
    watched: Sequence[Sequence[Example]],
    recipe: Recipe,
    home: Path,
) -> dict[str, float]:
    """Train, from the last checkpoint in `home` if there is one, on a GPU if there is one.

    Returns what `watch` says of the held-out questions at the end.
    """
    optimizer = _make_optimizer(network.to(find_device()), recipe)
    number, questions = 0, 0
    checkpoint = home / CHECKPOINT
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True, map_location=find_device())
        network.load_state_dict(state["network"])
        optimizer.load_state_dict(state["optimizer"])
        number, questions = state["step"], state["questions"]
    rates = _choose_rates(recipe)
    bar = tqdm(total=recipe.questions, initial=questions, unit="q", mininterval=20)
    sums: dict[str, float] = {}
    pairs, began = 0, time.monotonic()
    for step in make_steps(examples, tokens, recipe, questions):
        share = step.questions / recipe.questions
        factor = min(1.0, share / recipe.warm_up) * min(1.0, (1 - share) / (1 - recipe.warm_up))
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * max(factor, 1e-3)
        network.train()
        with torch.autocast(find_device().type, dtype=torch.bfloat16):
            outputs = read_sorted(network, step.pairs, _PARTS)
        found = compute_losses(outputs, step, recipe)
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
        if number % CHECKPOINT_STEPS == 0:
            means = {name: round(value / CHECKPOINT_STEPS, 4) for name, value in sums.items()}
            line = {"step": number, "questions": questions, "loss": means}
            line["pairs_per_s"] = round(pairs / (time.monotonic() - began), 1)
            if number % _WATCH_STEPS == 0:
                line["held_out"] = watch(network, tokens, watched)
            _log(home, line)
            _write_checkpoint(checkpoint, network, optimizer, number, questions)
            sums, pairs, began = {}, 0, time.monotonic()
    scores = watch(network, tokens, watched)
    _log(home, {"step": number, "questions": questions, "held_out": scores})
    _write_checkpoint(checkpoint, network, optimizer, number, questions)
    return scores


def _make_optimizer(network: model.ReaderNetwork, recipe: Recipe) -> torch.optim.Optimizer:
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
    rates = _choose_rates(recipe)
    groups = [{"params": p, "lr": r} for p, r in zip((body, heads), rates, strict=True)]
    return torch.optim.AdamW(groups, weight_decay=recipe.decay, fused=True)


def _choose_rates(recipe: Recipe) -> tuple[float, float]:
    return recipe.rate, recipe.rate * recipe.heads_times


def _log(home: Path, line: dict[str, object]) -> None:
    with (home / "curve.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    tqdm.write(json.dumps(line))


def _write_checkpoint(
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
    wanted = [q for q in (*splits.train, *splits.held_out) if _needs_mining(q)]
    embedder = SentenceTransformerEmbedder(EmbedderSettings())
    written = home / "mined.jsonl"
    for _ in tqdm(mining.mine(home / "pools", embedder, wanted, written), unit="q", mininterval=20):
        pass
    return dict(mining.read_mined(written))


def _needs_mining(question: TrainingQuestion) -> bool:
    if question.source.startswith(_NOT_MINED):
        return False
    chance = random.Random(question.id).random()
    return not question.source.startswith("squad") or chance < _SQUAD_MINED


def run(
    splits: Splits,
    mined: Mapping[str, Sequence[str]],
    recipe: Recipe,
    home: Path,
    start: Path | None = None,
) -> dict[str, float]:
    """Train by a recipe, from the embedder's body or given weights; leave curve and weights."""
    home.mkdir(parents=True, exist_ok=True)
    folder = find_packaged_model()
    tokens = model.load_tokenizer(folder)
    if start is None:
        network = start_network(folder, recipe.seed)
    else:
        network = model.load(start, torch.float32)
    watched = pick_watched(splits.held_out, mined)
    if not (home / CHECKPOINT).exists():
        counts = {"train": len(splits.train), "held_out": len(splits.held_out)}
        counts["watched"] = len(watched)
        _log(home, {"recipe": asdict(recipe), "left_out": dict(splits.left_out), **counts})
    learnt = [q for q in splits.train if not q.source.startswith(recipe.without)]
    maker = Examples(learnt, mined if recipe.mined else {}, recipe.rules, recipe.negatives)
    scores = train(network, tokens, maker, watched, recipe, home)
    save(network, home / "weights")
    shutil.copyfile(folder / model.TOKENIZER, home / "weights" / model.TOKENIZER)
    return scores


def prepare(options: argparse.Namespace) -> tuple[Splits, dict[str, Sequence[str]]]:
    """Return what is learnt from and held out, and what was mined for it, kept in `--home`."""
    options.home.mkdir(parents=True, exist_ok=True)
    splits = split(load(options.data), options.leave_out, options.seed)
    return splits, mine(splits, options.home)


def main(arguments: Sequence[str]) -> int:
    """Run the whole recipe."""
    parser = argparse.ArgumentParser("python -m benchmarks.training.train", description=__doc__)
    add_sources(parser)
    parser.add_argument("--home", type=Path, required=True, help="where everything is kept")
    parser.add_argument("--start", type=Path, help="weights to go on from, as `--home` leaves them")
    parser.add_argument("--recipe", default="{}", help="JSON: fields of Recipe that differ")
    options = parser.parse_args(arguments)
    differs = json.loads(options.recipe)
    if "without" in differs:
        differs["without"] = tuple(differs["without"])
    recipe = replace(Recipe(), seed=options.seed, **differs)
    try:
        splits, mined = prepare(options)
    except PolicyChatError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    run(splits, mined, recipe, options.home, options.start)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
