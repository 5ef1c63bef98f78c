"""The network: a small transformer that reads question and passage together, and three heads.

Input is `[CLS] question [SEP] headings, passage [SEP]`. Imports torch; nothing else of the product
does but the embedder and the trainer.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from index.types import embedded_text

MOST_TOKENS = 256
# Leaves room for a passage behind the longest question.
QUESTION_CHARS = 300
LEAST_LOGIT = -1e4
CONFIG, TOKENIZER, WEIGHTS = "config.json", "tokenizer.json", "model.safetensors"
# Training leaves them as they are: a file of its own, which no retraining adds to the history.
EMBEDDINGS = "embeddings.safetensors"
# Attention at the lengths of passages is faster as plain matrix products than fused.
_ATTENTION = "eager"


@dataclass(frozen=True, slots=True)
class Outputs:
    """What the heads say of a batch.

    Attributes:
        relevance: Logits, float32, shape (pairs,).
        answers: Logits that the passage answers, float32, shape (pairs,).
        starts: Logits of the answer's first token, float32, shape (pairs, tokens); the first
            token stands for no answer, tokens outside the passage have the least value there is.
        ends: The same for its last token.
    """

    relevance: Tensor
    answers: Tensor
    starts: Tensor
    ends: Tensor


@dataclass(frozen=True, slots=True)
class Batch:
    """Pairs as the network takes them, padded to the longest.

    Attributes:
        ids: int64, shape (pairs, tokens).
        types: int64, likewise: 0 for the question, 1 for headings and passage.
        mask: int64, likewise: 1 for what is no padding.
        spannable: bool, likewise: tokens of the passage (its headings are no answer).
    """

    ids: Tensor
    types: Tensor
    mask: Tensor
    spannable: Tensor

    def to(self, device: torch.device) -> Batch:
        """Return the batch on a device."""
        return Batch(*(getattr(self, field.name).to(device) for field in fields(self)))


class ReaderNetwork(nn.Module):
    """The body of a BERT and three heads on it.

    Args:
        config: Of the body.
    """

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        width = config.hidden_size
        self.body = BertModel(config, add_pooling_layer=False)
        self.pooled = nn.Linear(2 * width, width)
        self.verdict = nn.Linear(width, 2)
        self.span = nn.Linear(width, 2)

    def forward(self, batch: Batch) -> Outputs:
        """Read a batch.

        Args:
            batch: At least one pair.

        Returns:
            One row a pair.
        """
        states = self.body(
            input_ids=batch.ids, attention_mask=batch.mask, token_type_ids=batch.types
        ).last_hidden_state
        weights = (batch.mask * batch.types).to(states.dtype).unsqueeze(-1)
        mean = (states * weights).sum(1) / weights.sum(1).clamp(min=1)
        pooled = nn.functional.gelu(self.pooled(torch.cat([states[:, 0], mean], dim=-1)))
        verdict = self.verdict(pooled).float()
        span = self.span(states).float()
        allowed = batch.spannable.clone()
        allowed[:, 0] = True
        span = span.masked_fill(~allowed.unsqueeze(-1), LEAST_LOGIT)
        return Outputs(verdict[:, 0], verdict[:, 1], span[..., 0], span[..., 1])


def read_sorted(network: ReaderNetwork, pairs: Sequence[Pair], parts: int) -> Outputs:
    """Read pairs in parts of like length, so that little padding is read.

    Args:
        network: Of the pairs' tokenizer, on any device.
        pairs: At least one.
        parts: How many batches, at most.

    Returns:
        One row a pair, in the order given, on the CPU.
    """
    device = next(network.parameters()).device
    order = sorted(range(len(pairs)), key=lambda number: len(pairs[number].ids))
    width = len(pairs[order[-1]].ids)
    size = -(-len(pairs) // parts)
    found = [
        network(padded([pairs[number] for number in order[begin : begin + size]]).to(device))
        for begin in range(0, len(pairs), size)
    ]
    back = torch.tensor(order).argsort()

    def widened(logits: Tensor) -> Tensor:
        return nn.functional.pad(logits, (0, width - logits.shape[1]), value=LEAST_LOGIT)

    return Outputs(
        relevance=torch.cat([part.relevance for part in found]).cpu()[back],
        answers=torch.cat([part.answers for part in found]).cpu()[back],
        starts=torch.cat([widened(part.starts) for part in found]).cpu()[back],
        ends=torch.cat([widened(part.ends) for part in found]).cpu()[back],
    )


def fresh(folder: Path, seed: int) -> ReaderNetwork:
    """Return a network whose body is a stored BERT and whose heads know nothing.

    Args:
        folder: Of a model in the layout of transformers.
        seed: Of the heads.

    Returns:
        In float32, for training.
    """
    config = BertConfig.from_pretrained(str(folder), attn_implementation=_ATTENTION)
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


_SHAPE = (
    "vocab_size",
    "hidden_size",
    "num_hidden_layers",
    "num_attention_heads",
    "intermediate_size",
    "max_position_embeddings",
)


def load(folder: Path, dtype: torch.dtype) -> ReaderNetwork:
    """Return a stored network, ready to read.

    Args:
        folder: As `save` leaves it.
        dtype: To compute in.

    Returns:
        The network, for inference.

    Raises:
        OSError: A file is missing.
        RuntimeError: They are another network's; damaged files have errors of their own.
    """
    shape = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    config = BertConfig(**shape)
    config._attn_implementation = _ATTENTION
    network = ReaderNetwork(config)
    tensors = load_file(folder / EMBEDDINGS) | load_file(folder / WEIGHTS)
    network.load_state_dict({n: t.to(dtype) for n, t in tensors.items()}, assign=True)
    return network.eval()


def tokenizer(folder: Path) -> Tokenizer:
    """Return the tokenizer of a folder; it cuts a pair at MOST_TOKENS, from the passage's end."""
    found: Tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    found.no_padding()
    found.enable_truncation(MOST_TOKENS, strategy="only_second")
    return found


@dataclass(frozen=True, slots=True)
class Pair:
    """A question, headings and a passage as tokens.

    Attributes:
        ids: Of the vocabulary.
        types: 0 for the question, 1 for headings and passage.
        offsets: Of each token in the passage, half-open; (0, 0) for what is not of the passage.
    """

    ids: list[int]
    types: list[int]
    offsets: list[tuple[int, int]]

    @property
    def spannable(self) -> list[bool]:
        """Whether each token is of the passage."""
        return [end > 0 for _, end in self.offsets]


def encode(tokens: Tokenizer, texts: Sequence[tuple[str, str, str]]) -> list[Pair]:
    """Return pairs as tokens.

    Args:
        tokens: See `tokenizer`.
        texts: Question, headings ("" for none) and passage. A question is cut at QUESTION_CHARS.

    Returns:
        One for each.
    """
    joined = [
        (question[:QUESTION_CHARS], embedded_text(passage, headings))
        for question, headings, passage in texts
    ]
    pairs = []
    for (_, headings, passage), found in zip(texts, tokens.encode_batch(joined), strict=True):
        begins = len(embedded_text(passage, headings)) - len(passage)
        offsets = [
            (start - begins, end - begins)
            if kind == 1 and start >= begins and end > start
            else (0, 0)
            for (start, end), kind in zip(found.offsets, found.sequence_ids, strict=True)
        ]
        pairs.append(Pair(found.ids, found.type_ids, offsets))
    return pairs


def padded(pairs: Sequence[Pair]) -> Batch:
    """Return pairs as one batch, padded to the longest."""
    width = max(len(pair.ids) for pair in pairs)

    def filled(rows: Sequence[Sequence[int]]) -> Tensor:
        return torch.tensor([[*row, *[0] * (width - len(row))] for row in rows])

    return Batch(
        ids=filled([pair.ids for pair in pairs]),
        types=filled([pair.types for pair in pairs]),
        mask=filled([[1] * len(pair.ids) for pair in pairs]),
        spannable=filled([pair.spannable for pair in pairs]).bool(),
    )


def device() -> torch.device:
    """Return where a training runs: on a GPU if there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
