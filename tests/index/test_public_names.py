"""What `index` offers by its own name, and that naming it loads nothing heavy."""

from __future__ import annotations

import subprocess
import sys

import pytest

import index
from tests.library import ROOT

HEAVY = ("faiss", "numpy", "sentence_transformers", "sqlite3", "tantivy", "torch")
SCRIPT = f"""
import sys, index
{{use}}
print(*[name for name in {HEAVY} if name in sys.modules])
"""


def loaded_by(use: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(use=use)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return set(done.stdout.split())


@pytest.mark.parametrize("use", ["", "index.Filter, index.load_settings, index.PolicyChatError"])
def test_importing_loads_neither_models_nor_stores(use: str) -> None:
    assert loaded_by(use) == set()


def test_a_name_loads_what_it_needs() -> None:
    assert loaded_by("index.HashingEmbedder") == {"numpy"}


def test_every_public_name_is_there_and_says_what_it_is() -> None:
    assert index.__all__ == sorted(set(index.__all__))
    for name in index.__all__:
        assert getattr(index, name).__name__ == name
        assert getattr(index, name).__doc__
    with pytest.raises(AttributeError, match="'index' has no attribute 'nothing'"):
        index.nothing  # noqa: B018
