"""The reader: a tiny network made here, and the weights that are shipped."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from transformers import BertConfig

from benchmarks.training.network import read_sorted, save
from chat.answer import Answerer, make_answerer
from chat.errors import ReaderUnavailable
from chat.evidence.read import DECISIVE, FIRST, read
from chat.reader import model
from chat.reader.reader import FOLDER, Reader
from chat.reader.reading import Reading, Text
from chat.reader.spans import MOST_TOKENS, find_best_span
from chat.settings import ReaderSettings
from chat.types import Question
from index.embedding.transformer import find_packaged_model
from index.local import LocalIndex
from index.settings import PROJECT_ROOT

QUESTION = "How many clusters are there in Poland?"
ANSWER = Text("Clusters", "Poland has 55 clusters. They were counted in 2023.")
OTHER = Text("Weather", "It rained all day in Lisbon, and the wind blew from the west.")


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as training leaves it."""
    folder = tmp_path_factory.mktemp("reader") / "weights"
    save(network()[0], folder)
    shutil.copyfile(find_packaged_model() / model.TOKENIZER, folder / model.TOKENIZER)
    return folder


def network() -> tuple[model.ReaderNetwork, Tokenizer]:
    """Return a tiny untrained network with the embedder's tokenizer."""
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=30522, hidden_size=32, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=64,
    )  # fmt: skip
    return model.ReaderNetwork(config).eval(), model.load_tokenizer(find_packaged_model())


def test_tokens_of_the_passage_and_nothing_else_can_be_pointed_at() -> None:
    _, tokens = network()
    headings, passage = "Title › Part", "Résumé of the €5 fund."
    [pair] = model.encode(tokens, [("What is the fund?", headings, passage)])
    pointed = [passage[a:b] for a, b in pair.offsets if b]
    assert pointed == ["Résumé", "of", "the", "€", "##5"[2:], "fund", "."]
    assert len(pair.ids) == len(pair.types) == len(pair.offsets)
    # The question, its frame and the headings come before.
    assert not any(pair.spannable[: pair.types.index(1) + 3])


def test_a_long_passage_is_cut_and_a_long_question_leaves_room_for_it() -> None:
    _, tokens = network()
    [pair] = model.encode(tokens, [("why " * 600, "", "because " * 600)])
    assert len(pair.ids) == model.MOST_TOKENS
    assert sum(pair.spannable) > 100


def test_padding_and_company_change_nothing() -> None:
    net, tokens = network()
    pairs = model.encode(
        tokens,
        [(QUESTION, t.headings, t.passage) for t in (ANSWER, OTHER)]
        + [(QUESTION, "", "word " * 100)],
    )
    with torch.inference_mode():
        alone = net(model.pad_pairs(pairs[:1]))
        together = read_sorted(net, pairs, 1)
        parts = read_sorted(net, pairs, 3)
    width = alone.starts.shape[1]
    for outputs in (together, parts):
        torch.testing.assert_close(outputs.relevance[:1], alone.relevance, atol=1e-4, rtol=1e-4)
        torch.testing.assert_close(outputs.starts[:1, :width], alone.starts, atol=1e-4, rtol=1e-4)
        assert (outputs.ends[0, width:] == model.LEAST_LOGIT).all()


def test_a_stored_network_says_the_same(tmp_path: Path) -> None:
    net, tokens = network()
    save(net, tmp_path)
    again = model.load(tmp_path, torch.float32)
    batch = model.pad_pairs(model.encode(tokens, [(QUESTION, "", ANSWER.passage)]))
    with torch.inference_mode():
        # bfloat16 keeps 8 bits of each weight.
        torch.testing.assert_close(again(batch).answers, net(batch).answers, atol=0.05, rtol=0.05)
    assert json.loads((tmp_path / model.CONFIG).read_text())["hidden_size"] == 32


def test_the_best_span_is_short_and_runs_forward() -> None:
    """Start 2 and end 0 are best alone, but a span runs forward.

    Sums: (0,0)=0+5, (0,1)=0+1, (1,1)=2+1, (2,2)=4+0, (2,3)=4+2=6.
    """
    starts = np.array([0, 2, 4, 0], dtype=np.float32)
    ends = np.array([5, 1, 0, 2], dtype=np.float32)
    assert find_best_span(starts, ends) == (2, 3, 6.0)
    far = np.zeros(MOST_TOKENS + 1, dtype=np.float32)
    far[0] = 2
    assert find_best_span(far, far[::-1]) == (0, 0, 2.0)


def test_a_reading_points_inside_a_stretch() -> None:
    """As above, as a reading: `ab cd ef gh` with a token for each word."""
    reading = Reading(
        relevance=0.5,
        answers=0.5,
        offsets=np.array([(0, 2), (3, 5), (6, 8), (9, 11)]),
        starts=np.array([-1.0, 1, 3, -1], dtype=np.float32),
        ends=np.array([4.0, 0, -1, 1], dtype=np.float32),
    )
    assert reading.span(0, 11) == (6, 11)
    assert reading.margin(0, 11) == 4.0
    assert reading.span(0, 5) == (0, 2)
    assert reading.span(11, 11) is None
    assert reading.margin(11, 11) == -np.inf


@pytest.mark.parametrize(
    ("question", "passage", "words"),
    [
        pytest.param(QUESTION, ANSWER, "55", id="number"),
        pytest.param("When were they counted?", ANSWER, "2023", id="year"),
        pytest.param(
            "Who decides on applications for the fund?",
            Text(
                "The fund › Decisions",
                "Applications are received by the agency in spring. The minister of economic "
                "affairs decides on them within ten weeks.",
            ),
            "minister",
            id="body",
        ),
    ],
)
def test_the_shipped_reader_points_at_the_answer(question: str, passage: Text, words: str) -> None:
    answer, other = Reader().read(question, [passage, OTHER])
    assert answer.relevance > other.relevance
    assert answer.answers > 0.5 > other.answers
    span = answer.span(0, len(passage.passage))
    assert span is not None
    assert words in passage.passage[slice(*span)]
    assert answer.margin(0, len(passage.passage)) > other.margin(0, len(OTHER.passage))


def test_the_shipped_reader_sees_that_nothing_answers() -> None:
    asked = (QUESTION, "Which minister closed the clusters in Poland?")
    answered, unanswered = (Reader().read(question, [ANSWER])[0] for question in asked)
    assert answered.answers > unanswered.answers
    assert answered.margin(0, 90) > unanswered.margin(0, 90)


def test_the_shipped_weights_are_small_and_have_a_card() -> None:
    sizes = [path.stat().st_size for path in FOLDER.iterdir()]
    assert sum(sizes) < 50e6
    assert (FOLDER / "MODEL_CARD.md").exists()


def test_naming_a_reading_loads_no_model() -> None:
    heavy = "faiss safetensors sentence_transformers tantivy tokenizers torch transformers".split()
    program = f"import sys, chat.types; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        cwd=PROJECT_ROOT,
    )
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


def test_what_was_read_is_remembered(weights: Path) -> None:
    reader = Reader(weights, remembered=2)
    first = reader.read(QUESTION, [ANSWER, OTHER])
    assert reader.read(QUESTION, [OTHER, ANSWER]) == first[::-1]
    reader.read("Another question?", [ANSWER])
    assert reader.read(QUESTION, [ANSWER])[0] is first[0]
    assert reader.read(QUESTION, [OTHER])[0] is not first[1]  # it made room


def test_no_passages_are_no_readings() -> None:
    assert Reader(Path("nowhere")).read(QUESTION, []) == []


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda folder: shutil.rmtree(folder), id="missing"),
        pytest.param(
            lambda folder: (folder / model.WEIGHTS).write_bytes(b"not weights"), id="torn"
        ),
        pytest.param(lambda folder: (folder / model.TOKENIZER).unlink(), id="no-tokenizer"),
    ],
)
def test_without_its_weights_it_says_so(weights: Path, tmp_path: Path, damage: object) -> None:
    folder = tmp_path / "weights"
    shutil.copytree(weights, folder)
    damage(folder)  # type: ignore[operator]
    with pytest.raises(ReaderUnavailable, match=r"cannot be loaded .*reader\.enabled = false"):
        Reader(folder).read(QUESTION, [ANSWER])


def test_an_answer_without_weights_is_searched_and_says_so(
    corpus_index: LocalIndex, tmp_path: Path
) -> None:
    question = Question("What is the cluster policy of Poland?")
    answer = Answerer(corpus_index, reader=Reader(tmp_path)).answer(question)
    assert answer.status != "not_found"
    assert answer.receipt.read == 0
    assert "cannot be loaded" in answer.receipt.unread
    assert answer.citations == Answerer(corpus_index).answer(question).citations


def test_loading_in_the_background_says_what_is_wrong(
    corpus_index: LocalIndex, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    Answerer(corpus_index, reader=Reader(tmp_path)).warm()
    for thread in threading.enumerate():
        if thread.name == "models":
            thread.join()
    assert "the reader's weights cannot be loaded" in caplog.text


def test_an_answer_counts_what_was_read(corpus_index: LocalIndex, weights: Path) -> None:
    question = Question("What is the cluster policy of Poland?")
    answer = Answerer(corpus_index, reader=Reader(weights)).answer(question)
    assert (answer.receipt.read, answer.receipt.unread) == (ReaderSettings().depth, "")


def test_the_settings_switch_it_off(corpus_index: LocalIndex) -> None:
    assert make_answerer(corpus_index).reader is not None
    settings = corpus_index.settings.with_table(ReaderSettings(enabled=False))
    answerer = make_answerer(LocalIndex(settings, corpus_index.embedder))
    answer = answerer.answer(Question("What is the cluster policy of Poland?"))
    assert (answer.receipt.read, answer.receipt.unread) == (0, "")


class Says:
    """Says the same of every passage; remembers how much it read."""

    def __init__(self, answers: float) -> None:
        self._answers = answers
        self.read_passages = 0

    def read(self, question: str, texts: Sequence[Text]) -> list[Reading]:
        self.read_passages += len(texts)
        none = np.zeros(0, dtype=np.float32)
        places = np.zeros((0, 2), dtype=np.int64)
        return [Reading(0.5, self._answers, places, none, none) for _ in texts]


def test_what_is_read_keeps_the_order_and_the_scores_of_search(corpus_index: LocalIndex) -> None:
    found = Answerer(corpus_index).retrieve(Question("Who supports clusters?")).candidates
    depth = 12
    after = read(Says(0.1), ReaderSettings(depth=depth), "Who supports clusters?", found)
    assert [replace(candidate, reading=None) for candidate in after] == list(found)
    assert [c.reading is None for c in after] == [False] * depth + [True] * (len(found) - depth)


def test_when_the_first_passages_answer_the_others_are_not_read(corpus_index: LocalIndex) -> None:
    found = Answerer(corpus_index).retrieve(Question("Who supports clusters?")).candidates
    says = Says(DECISIVE)
    read(says, ReaderSettings(), "Who supports clusters?", found)
    assert says.read_passages == FIRST
    says = Says(DECISIVE - 0.01)
    read(says, ReaderSettings(), "Who supports clusters?", found)
    assert says.read_passages == ReaderSettings().depth
