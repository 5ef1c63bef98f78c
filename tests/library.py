"""What the tests of the index and of the ingest pipeline share: a small library of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from index.embedding.base import Embedder, Matrix, TextKind
from index.embedding.hashing import HashingEmbedder
from index.local import LocalIndex
from index.settings import Settings, load_settings
from index.types import UNKNOWN, Metadata, Source
from ingest.__main__ import main
from ingest.pipeline import Pace, apply_plan
from ingest.planning.plan import Plan, make_plan
from ingest.planning.web import fetch_all
from ingest.report import Report
from ingest.settings import SourcesSettings
from ingest.web.fetch import Fetcher
from ingest.workers.parse import LoadedSource

ROOT = Path(__file__).parents[1]
TOPICS = [
    "wind energy", "hydrogen storage", "textile recycling", "battery cells", "timber housing",
    "photonics", "medical devices", "maritime robotics", "dairy farming", "steel making",
]  # fmt: skip
# Runs the real command line with the embedder of unit tests, which needs no model.
COMMAND = """
import sys
from index.embedding.hashing import HashingEmbedder
from index.settings import load_settings
from index.local import LocalIndex
from ingest.__main__ import main
sys.exit(main(sys.argv[1:], lambda: LocalIndex(load_settings(), HashingEmbedder())))
"""


class CountingEmbedder:
    """A hashing embedder that remembers how many texts it was given."""

    def __init__(self, inner: Embedder | None = None) -> None:
        self.inner = inner or HashingEmbedder()
        self.passages = 0

    @property
    def fingerprint(self) -> str:
        return self.inner.fingerprint

    def encode(self, texts: Sequence[str], kind: TextKind) -> Matrix:
        if kind == "passage":
            self.passages += len(texts)
        return self.inner.encode(texts, kind)


def loaded(name: str, data: bytes, given: Metadata = UNKNOWN) -> LoadedSource:
    """What a worker is given of a file of this name."""
    return LoadedSource(Source("texts", name, "", len(data), 0, ""), name, data, given)


class Library:
    """A folder of documents and an index of it."""

    def __init__(self, folder: Path, embedder: Embedder | None = None) -> None:
        self.home = folder / "home"
        self.texts = folder / "texts"
        self.texts.mkdir(parents=True, exist_ok=True)
        self.settings = Settings(
            self.home,
            tables=(SourcesSettings(allow_private=True),),  # the tests' own servers
        )
        self.embedder = embedder or HashingEmbedder()
        self.index = self.reader()

    def reader(self, embedder: Embedder | None = None) -> LocalIndex:
        """A reader that shares nothing with the others but the disk."""
        return LocalIndex(self.settings, embedder or self.embedder)

    def write(self, name: str, text: str) -> Path:
        path = self.texts / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def ingest(
        self,
        *paths: Path | str,
        listed: Path | None = None,
        prune: bool = False,
        reembed: bool = False,
        embedder: Embedder | None = None,
        pace: Pace | None = None,
    ) -> Report:
        index = self.reader(embedder)
        given = [str(path) for path in paths or (() if listed else (self.texts,))]
        plan = make_plan(index, given, prune, listed)
        with fetch_all(index, plan, open_fetcher=self.fetcher) as plan:
            return apply_plan(index, plan, reembed=reembed, pace=pace or Pace())

    def fetcher(self) -> Fetcher:
        """What asks web servers, without pauses."""
        settings = self.settings.table(SourcesSettings)
        return Fetcher(settings, sleep=lambda seconds: None, delay_seconds=0)

    def listed(self, text: str) -> Path:
        """Write the library's sources.toml."""
        self.home.mkdir(parents=True, exist_ok=True)
        self.settings.source_list.write_text(text, encoding="utf-8")
        return self.settings.source_list

    def plan(self, *paths: Path | str, prune: bool = False, listed: Path | None = None) -> Plan:
        given = [str(path) for path in paths or (() if listed else (self.texts,))]
        return make_plan(self.index, given, prune, listed)

    def ids(self) -> list[str]:
        return [document.id for document in self.index.documents()]

    def passage_ids(self) -> list[str]:
        with self.index.snapshot() as catalog:
            shown = sorted({document.version for document in catalog.documents()})
            return [passage.id for name in shown for passage in catalog.passages_of(name)]

    def contents(self) -> dict[str, list[tuple[str, str, str]]]:
        """Every document with its passages: (id, text, context)."""
        with self.index.snapshot() as catalog:
            return {
                document.id: [
                    (passage.id, passage.text, passage.context)
                    for passage in catalog.passages_of(document.version)
                ]
                for document in catalog.documents()
            }

    def found(self, question: str, k: int = 10) -> list[tuple[str, str]]:
        return [(hit.document.id, hit.passage.id) for hit in self.index.search(question, k).hits]


def essay(seed: int, paragraphs: int = 6) -> str:
    """A policy text with headings; another one for each seed, the same one each time."""
    generator = np.random.default_rng(seed)
    topic = TOPICS[seed % len(TOPICS)]
    parts = [f"# Programme {seed} for {topic}"]
    for number in range(paragraphs):
        budget, year = generator.integers(10, 999), generator.integers(1990, 2030)
        parts.append(
            f"## Measure {seed}-{number}\n\n"
            f"In {year} the ministry set aside {budget} million euro for {topic} in region {seed}. "
            f"Agency number {seed * 100 + number} decides which clusters are supported and "
            f"publishes its reasons within {generator.integers(2, 9)} weeks. "
            "Applicants show that they work with at least one university and two small "
            f"companies, and report on {topic} every year. "
            f"Clusters that miss {generator.integers(3, 9)} reports lose their label. "
            "The evaluation compares turnover, patents and jobs with those of similar companies "
            "that took no part, and a summary in plain language is published with the data."
        )
    return "\n\n".join(parts) + "\n"


def open_index() -> LocalIndex:
    """The index of POLICY_CHAT_HOME, see the fixture `home`."""
    return LocalIndex(load_settings(), HashingEmbedder())


def indexed() -> list[str]:
    return [document.id for document in open_index().documents()]


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Run `python -m ingest` in this process: exit code, standard output, standard error."""
    code = main([str(argument) for argument in arguments], open_index)
    out, err = capsys.readouterr()
    return code, out, err


def command(
    home: Path, *arguments: str, environment: Mapping[str, str] | None = None, code: str = COMMAND
) -> subprocess.CompletedProcess[str]:
    """Run `python -m ingest` in a process of its own, with the hashing embedder."""
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env={**os.environ, "POLICY_CHAT_HOME": str(home), **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
