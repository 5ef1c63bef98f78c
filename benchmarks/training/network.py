"""What only training does with the network: start one, read in parts of like length, store it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import BertConfig

from chat.reader.model import (
    ATTENTION,
    CONFIG,
    EMBEDDINGS,
    LEAST_LOGIT,
    WEIGHTS,
    Batch,
    Outputs,
    ReaderNetwork,
    TokenPair,
    pad_pairs,
)  # fmt: skip

# Of the body's configuration, what `chat.reader.model.load` needs to make it again.
_SHAPE = (
    "vocab_size hidden_size num_hidden_layers num_attention_heads intermediate_size "
    "max_position_embeddings"
).split()


def find_device() -> torch.device:
    """Return where a training runs: on a GPU if there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def start_network(folder: Path, seed: int) -> ReaderNetwork:
    """Return a float32 network: the body a stored BERT, the heads drawn by the seed."""
    config = BertConfig.from_pretrained(str(folder), attn_implementation=ATTENTION)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = ReaderNetwork(config)
    body = load_file(folder / WEIGHTS)
    wanted = network.body.state_dict().keys()
    network.body.load_state_dict({name: body[name] for name in wanted if name in body})
    return network


def save(network: ReaderNetwork, folder: Path) -> None:
    """Write weights in bfloat16, those of the embeddings apart, with the body's configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {
        name: tensor.detach().cpu().to(torch.bfloat16).contiguous()
        for name, tensor in network.state_dict().items()
        if tensor.is_floating_point()
    }
    embeddings = {name for name in tensors if name.startswith("body.embeddings.")}
    save_file({name: tensors[name] for name in embeddings}, folder / EMBEDDINGS)
    save_file({n: t for n, t in tensors.items() if n not in embeddings}, folder / WEIGHTS)
    kept = {name: getattr(network.body.config, name) for name in _SHAPE}
    (folder / CONFIG).write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")


def read_sorted(network: ReaderNetwork, pairs: Sequence[TokenPair], parts: int) -> Outputs:
    """Read pairs in at most so many parts of like length, so that little padding is read.

    Returns a row a pair, in the order given, on the CPU.
    """
    device = next(network.parameters()).device
    order = sorted(range(len(pairs)), key=lambda number: len(pairs[number].ids))
    width = len(pairs[order[-1]].ids)
    size = -(-len(pairs) // parts)
    found = [
        network(_move(pad_pairs([pairs[number] for number in order[begin : begin + size]]), device))
        for begin in range(0, len(pairs), size)
    ]
    back = torch.tensor(order).argsort()

    def widen(logits: Tensor) -> Tensor:
        return nn.functional.pad(logits, (0, width - logits.shape[1]), value=LEAST_LOGIT)

    return Outputs(
        relevance=torch.cat([part.relevance for part in found]).cpu()[back],
        answers=torch.cat([part.answers for part in found]).cpu()[back],
        starts=torch.cat([widen(part.starts) for part in found]).cpu()[back],
        ends=torch.cat([widen(part.ends) for part in found]).cpu()[back],
    )


def _move(batch: Batch, device: torch.device) -> Batch:
    return Batch(*(getattr(batch, field.name).to(device) for field in fields(batch)))
