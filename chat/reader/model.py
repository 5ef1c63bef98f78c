"""The network: a small transformer that reads question and passage together, and three heads.

Input is `[CLS] question [SEP] headings, passage [SEP]`. Imports torch; nothing else of the product
does but the embedder and the reranker.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertConfig, BertModel

from index.computing.batches import pad_length
from index.types import embedded_text

MOST_TOKENS = 256
# Leaves room for a passage behind the longest question.
QUESTION_CHARS = 300
LEAST_LOGIT = -1e4
CONFIG, TOKENIZER, WEIGHTS = "config.json", "tokenizer.json", "model.safetensors"
# Training leaves them as they are: a file of its own, which no retraining adds to the history.
EMBEDDINGS = "embeddings.safetensors"
# Attention at the lengths of passages is faster as plain matrix products than fused.
ATTENTION = "eager"


@dataclass(frozen=True, slots=True)
class Outputs:
    """Logits of the heads for a batch, float32.

    The first token of a pair stands for "no answer"; tokens outside the passage have LEAST_LOGIT.
    """

    relevance: Tensor  # (pairs,)
    answers: Tensor  # (pairs,): that the passage answers
    starts: Tensor  # (pairs, tokens): that the answer begins here
    ends: Tensor  # (pairs, tokens)


@dataclass(frozen=True, slots=True)
class Batch:
    """Pairs as the network takes them, each (pairs, tokens), padded to one length."""

    ids: Tensor  # int64
    types: Tensor  # int64: 0 for the question, 1 for headings and passage
    mask: Tensor  # int64: 1 for what is no padding
    spannable: Tensor  # bool: tokens of the passage (its headings are no answer)


class ReaderNetwork(nn.Module):
    """The body of a BERT and three heads on it."""

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        width = config.hidden_size
        self.body = BertModel(config, add_pooling_layer=False)
        self.pooled = nn.Linear(2 * width, width)
        self.verdict = nn.Linear(width, 2)
        self.span = nn.Linear(width, 2)

    def forward(self, batch: Batch) -> Outputs:
        """Read a batch of at least one pair."""
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


def load(folder: Path, dtype: torch.dtype) -> ReaderNetwork:
    """Return a stored network for inference; it computes in the dtype.

    Raises OSError where a file is missing, RuntimeError where the weights are another network's;
    damaged files have errors of their own.
    """
    shape = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    config = BertConfig(**shape)
    config._attn_implementation = ATTENTION
    network = ReaderNetwork(config)
    tensors = load_file(folder / EMBEDDINGS) | load_file(folder / WEIGHTS)
    network.load_state_dict({n: t.to(dtype) for n, t in tensors.items()}, assign=True)
    return network.eval()


def load_tokenizer(folder: Path) -> Tokenizer:
    """Return the tokenizer of a folder; it cuts a pair at MOST_TOKENS, from the passage's end."""
    tokenizer: Tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MOST_TOKENS, strategy="only_second")
    return tokenizer


@dataclass(frozen=True, slots=True)
class TokenPair:
    """A question, headings and a passage as tokens."""

    ids: list[int]
    types: list[int]  # 0 for the question, 1 for headings and passage
    offsets: list[tuple[int, int]]  # in the passage, half-open; (0, 0) for what is not of it

    @property
    def spannable(self) -> list[bool]:
        """Whether each token is of the passage."""
        return [end > 0 for _, end in self.offsets]


def encode(tokenizer: Tokenizer, texts: Sequence[tuple[str, str, str]]) -> list[TokenPair]:
    """Return a pair for each (question, headings or "", passage); cuts at QUESTION_CHARS."""
    joined = [
        (question[:QUESTION_CHARS], embedded_text(passage, headings))
        for question, headings, passage in texts
    ]
    pairs = []
    for (_, headings, passage), found in zip(texts, tokenizer.encode_batch(joined), strict=True):
        begins = len(embedded_text(passage, headings)) - len(passage)
        offsets = [
            (start - begins, end - begins)
            if kind == 1 and start >= begins and end > start
            else (0, 0)
            for (start, end), kind in zip(found.offsets, found.sequence_ids, strict=True)
        ]
        pairs.append(TokenPair(found.ids, found.type_ids, offsets))
    return pairs


def pad_pairs(pairs: Sequence[TokenPair]) -> Batch:
    """Return pairs as one batch, padded to the longest, in the steps of `pad_length`."""
    width = pad_length(max(len(pair.ids) for pair in pairs))

    def pad(rows: Sequence[Sequence[int]]) -> Tensor:
        return torch.tensor([[*row, *[0] * (width - len(row))] for row in rows])

    return Batch(
        ids=pad([pair.ids for pair in pairs]),
        types=pad([pair.types for pair in pairs]),
        mask=pad([[1] * len(pair.ids) for pair in pairs]),
        spannable=pad([pair.spannable for pair in pairs]).bool(),
    )
