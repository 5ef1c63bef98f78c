"""The reranker's seam, with a real cross-encoder made here: no hub is asked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

from chat.answer import Answerer, make_answerer
from chat.errors import RerankerUnavailable
from chat.retrieval.rerank import CrossEncoderReranker, Scores, make_reranker
from chat.settings import RerankerSettings
from chat.types import Question
from index.local import LocalIndex


class CountsWord:
    """Scores a passage 1 if it holds a word, else 0: so the order it makes is known."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.read = 0

    def score(self, question: str, passages: Sequence[str]) -> Scores:
        self.read += len(passages)
        return np.array([float(self.word in text) for text in passages], dtype=np.float32)


def cross_encoder(folder: Path, outputs: int) -> Path:
    """Save a tiny untrained cross-encoder: two layers of 32 numbers over letters."""
    folder.mkdir()
    letters = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *"abcdefghijklmnopqrstuvwxyz"]
    vocabulary = [*letters, *(f"##{letter}" for letter in letters[4:])]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=64,
    )  # fmt: skip
    config.num_labels = outputs
    BertForSequenceClassification(config).save_pretrained(folder)
    BertTokenizerFast(vocab_file=str(folder / "vocab.txt")).save_pretrained(folder)
    return folder


def with_reranker(index: LocalIndex, **values: float) -> LocalIndex:
    settings = index.settings.with_table(RerankerSettings("x", **values))  # type: ignore[arg-type]
    return LocalIndex(settings, index.embedder)


def answerer_with(index: LocalIndex, reranker: CountsWord) -> Answerer:
    """The answerer that ships, with a reranker of the test's own."""
    answerer = make_answerer(index)
    answerer.reranker = reranker
    return answerer


def test_passages_that_the_reranker_prefers_come_first(corpus_index: LocalIndex) -> None:
    question = Question("What is the cluster policy of Poland?")
    before = make_answerer(corpus_index).retrieve(question).candidates
    last = before[-1].hit
    index = with_reranker(corpus_index, weight=1.0, depth=30)
    after = answerer_with(index, CountsWord(last.passage.text)).retrieve(question).candidates
    assert {c.hit.number for c in after} == {c.hit.number for c in before}
    assert after[0].hit.number == last.number
    assert after[0].score == 1.0


def test_only_the_first_passages_are_read_and_scores_stay_in_order(
    corpus_index: LocalIndex,
) -> None:
    reranker = CountsWord("cluster")
    index = with_reranker(corpus_index, weight=0.5, depth=7)
    found = answerer_with(index, reranker).retrieve(Question("Who supports clusters?"))
    assert reranker.read == 7
    scores = [candidate.score for candidate in found.candidates]
    assert scores == sorted(scores, reverse=True)


def test_a_weight_of_nothing_changes_nothing(corpus_index: LocalIndex) -> None:
    question = Question("Who supports clusters in Norway?")
    index = with_reranker(corpus_index, weight=0.0)
    found = answerer_with(index, CountsWord("x")).retrieve(question)
    before = make_answerer(corpus_index).retrieve(question)
    numbers = [[c.hit.number for c in r.candidates] for r in (found, before)]
    assert numbers[0] == numbers[1]


def test_a_cross_encoder_scores_every_passage(tmp_path: Path) -> None:
    reranker = CrossEncoderReranker(str(cross_encoder(tmp_path / "model", outputs=1)))
    texts = ["a short one", "a rather longer text " * 200, ""]
    scores = reranker.score("which one", texts)
    assert scores.dtype == np.float32
    assert scores.shape == (3,)
    assert ((scores >= 0) & (scores <= 1)).all()
    assert reranker.score("which one", []).shape == (0,)
    np.testing.assert_allclose(reranker.score("which one", texts[:1]), scores[:1], atol=0.02)


def test_a_model_of_another_kind_is_refused_in_one_line(tmp_path: Path) -> None:
    reranker = CrossEncoderReranker(str(cross_encoder(tmp_path / "model", outputs=3)))
    with pytest.raises(RerankerUnavailable, match="has 3 outputs"):
        reranker.score("which one", ["a"])


def test_a_folder_without_a_model_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(RerankerUnavailable) as raised:
        CrossEncoderReranker(str(tmp_path)).score("which one", ["a"])
    assert re.search(r"cannot be loaded .*reranker\.model in settings\.toml", str(raised.value))
    assert "\n" not in str(raised.value)


def test_without_a_model_nobody_reranks() -> None:
    assert make_reranker(RerankerSettings()) is None
    assert isinstance(make_reranker(RerankerSettings("some/model")), CrossEncoderReranker)
