"""What torch and FAISS are told before they are loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.library import ROOT, essay

NAMES = ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME")
# Every module that brings threads, and what the environment said when its import began.
WATCH = """
import os, sys
found = {}
class Watch:
    def find_spec(self, name, path=None, target=None):
        if name in ("torch", "faiss"):
            found[name] = os.environ.get("GOMP_SPINCOUNT")
        return None
sys.meta_path.insert(0, Watch())
"""
USES = {
    "asked": "import chat; chat.ask('Which agency decides?', home=sys.argv[1])",
    "searched": "import chat; chat.search('agency', home=sys.argv[1])",
    "indexed": "import ingest; ingest.update([sys.argv[2]], home=sys.argv[1])",
    "an embedder": """
from index.embedding.transformer import SentenceTransformerEmbedder
from index.settings import EmbedderSettings
SentenceTransformerEmbedder(EmbedderSettings()).encode(["x"], "query")
""",
    "a reader": """
from chat.reader.reader import Reader
from chat.reader.reading import Text
Reader().read("x", [Text("", "y")])
""",
    "vectors": """
import numpy as np
from index.stores.segmented import FaissVectors
FaissVectors.build(np.arange(2), np.eye(2, dtype=np.float32), 10, None)
""",
}


def run(code: str, *arguments: str, **environment: str) -> str:
    kept = {name: value for name, value in os.environ.items() if name not in NAMES}
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT, env={**kept, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import ingest

    folder = tmp_path_factory.mktemp("library")
    (folder / "texts").mkdir()
    (folder / "texts" / "a.md").write_text(essay(0, 2), encoding="utf-8")
    ingest.update([folder / "texts"], home=folder / "home")
    return folder


@pytest.mark.parametrize("use", USES)
def test_it_is_said_before_any_of_them_is_loaded(use: str, home: Path) -> None:
    (home / "texts" / "b.md").write_text(essay(len(use), 2), encoding="utf-8")
    code = f"{WATCH}\n{USES[use]}\nprint(sorted(set(found.values())))"
    assert run(code, str(home / "home"), str(home / "texts")) == "['1000']"


def test_an_import_sets_nothing() -> None:
    code = """
import os
before = dict(os.environ)
import chat, index, ingest, index.local, index.stores.vectors, index.embedding.transformer
import chat.answer, ingest.pipeline, chat.reader.reader
print(dict(os.environ) == before)
"""
    assert run(code) == "True"


@pytest.mark.parametrize("name", NAMES)
def test_what_the_user_has_set_stays(name: str) -> None:
    code = """
import os
from index.computing.libraries import prepare
prepare()
print([os.environ.get(name) for name in ("OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME")])
"""
    value = {"OMP_WAIT_POLICY": "ACTIVE"}.get(name, "77")
    expected = [value if other == name else None for other in NAMES]
    assert run(code, **{name: value}) == str(expected)
    assert run(code) == "[None, '1000', None]"
