"""The `Reranker` protocol, and a cross-encoder behind it for whoever configures one."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from chat.account import Account
from chat.errors import RerankerUnavailable
from chat.phrases import count
from chat.retrieval.retrieve import Retrieved, rank_by_score
from chat.settings import RerankerSettings
from chat.types import Candidate
from chat.way import Step
from index.computing.libraries import prepare
from index.computing.precision import bfloat16_is_fast
from index.computing.turns import TURNS
from index.disk.files import is_folder
from index.errors import first_line
from index.types import embedded_text

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

Scores = NDArray[np.float32]
# Longer inputs are cut there; our passages have about 160 tokens.
MOST_TOKENS = 320
BATCH_PAIRS = 16


class Reranker(Protocol):
    """Reads question and passage together: slower than an embedder, and surer."""

    def score(self, question: str, passages: Sequence[str]) -> Scores:
        """Return how well each passage answers the question.

        Args:
            question: Complete in itself.
            passages: Text with its headings; any number.

        Returns:
            float32, shape (len(passages),), each in [0, 1].

        Raises:
            RerankerUnavailable: The model cannot be loaded, or has more than one output.
        """


class CrossEncoderReranker:
    """A sentence-transformers cross-encoder with one output, loaded when first needed.

    Args:
        model: Hub name or local folder.
    """

    def __init__(self, model: str) -> None:
        self.model = model
        self._loaded: CrossEncoder | None = None
        self._lock = threading.Lock()

    def score(self, question: str, passages: Sequence[str]) -> Scores:
        """Return the sigmoid of the model's output for each passage; see `Reranker.score`."""
        if not passages:
            return np.zeros(0, dtype=np.float32)
        prepare()
        import torch

        with self._lock, TURNS.compute():
            encoder = self._loaded = self._loaded or self._load()
            raw = encoder.predict(
                [(question, passage) for passage in passages],
                batch_size=BATCH_PAIRS,
                activation_fn=torch.nn.Sigmoid(),
                convert_to_tensor=True,
                show_progress_bar=False,
            )
        scores: Scores = raw.float().cpu().numpy().astype(np.float32)
        return scores

    def _load(self) -> CrossEncoder:
        prepare()
        import torch
        from sentence_transformers import CrossEncoder

        folder = Path(self.model).expanduser()
        local = is_folder(folder)
        try:
            encoder: CrossEncoder = CrossEncoder(
                str(folder) if local else self.model,
                device="cpu",
                local_files_only=local,
                max_length=MOST_TOKENS,
            )
        except Exception as error:  # three libraries, each with errors of its own
            raise RerankerUnavailable(
                f"the reranker {self.model!r} cannot be loaded ({first_line(error)}); give a "
                "folder or a reachable hub name as reranker.model in settings.toml, or leave it out"
            ) from error
        if encoder.num_labels != 1:
            raise RerankerUnavailable(
                f"the reranker {self.model!r} has {encoder.num_labels} outputs, one relevance "
                "score was expected; set reranker.model in settings.toml to another model"
            )
        if bfloat16_is_fast():
            encoder.to(torch.bfloat16)
        encoder.eval()
        return encoder


def make_reranker(settings: RerankerSettings) -> Reranker | None:
    """Return the reranker that the settings name, None where they name none."""
    return CrossEncoderReranker(settings.model) if settings.model else None


def rerank(
    reranker: Reranker, settings: RerankerSettings, question: str, candidates: Sequence[Candidate]
) -> list[Candidate]:
    """Return the candidates with the first ones scored again.

    Args:
        reranker: Reads question and passage together.
        settings: How many are read, and how much the reading counts.
        question: Complete in itself.
        candidates: Best first.

    Returns:
        As many, best first; those that were not read keep their place behind those that were.
    """
    read, rest = candidates[: settings.depth], candidates[settings.depth :]
    texts = [embedded_text(c.hit.passage.text, c.hit.passage.context) for c in read]
    scores = [float(score) for score in reranker.score(question, texts)]
    weight = settings.weight
    ranked = rank_by_score(
        [
            replace(candidate, score=(1 - weight) * candidate.score + weight * score)
            for candidate, score in zip(read, scores, strict=True)
        ]
    )
    # Scores of the rest are on the old scale: capped, so that the order is the scores' order.
    least = ranked[-1].score if ranked else 1.0
    return ranked + [replace(candidate, score=min(candidate.score, least)) for candidate in rest]


@dataclass(frozen=True)
class Rerank(Step[Retrieved, Retrieved]):
    """Has the first passages scored again by whoever is configured to; else nothing happens."""

    name: ClassVar[str] = "rerank"
    reranker: Reranker | None
    settings: RerankerSettings

    def take(self, known: Retrieved) -> Retrieved:
        """Return the passages in the order of their new scores."""
        if self.reranker is None:
            return known
        ranked = rerank(self.reranker, self.settings, known.question, known.candidates)
        return replace(known, candidates=tuple(ranked))

    def explain(self, known: Retrieved, found: Retrieved) -> Account | None:
        """Return what came first before and comes first now; nothing without a reranker."""
        if self.reranker is None or not known.candidates:
            return None
        before, now = known.candidates[0], found.candidates[0]
        again = min(self.settings.depth, len(known.candidates))
        same = before.hit.number == now.hit.number
        return Account(
            self.name,
            saw=count(len(known.candidates), "passage"),
            kept=f"all of them; the first {again:,} were scored once more by the model that "
            "[reranker] in settings.toml names",
            note=f"“{now.place}” {'stays' if same else 'now stands'} first ({now.score:.2f} "
            "on the same scale).",
        )
