"""What lived when: random changes to an index and its twin, and a log kept beside both."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from index.base import Catalog, Index
from index.changes import (
    Change,
    MoveDocument,
    PutDocument,
    PutRoot,
    RemoveDocument,
    RestoreDocument,
)
from index.embedding.hashing import HashingEmbedder
from index.errors import DocumentUnknown
from index.types import Metadata
from tests.conformance.engines import INDEXES, make_document

NAMES = [f"{letter}.md" for letter in "abcdef"]
WORDS = ["wind", "sea", "harbour", "lamp", "ship", "agency", "report", "cluster"]
LINES = st.lists(st.sampled_from(WORDS), min_size=1, max_size=5).map(" ".join)
TEXTS = st.lists(LINES, min_size=1, max_size=4).map("\n".join)
KNOWN = st.builds(
    Metadata,
    publisher=st.sampled_from(["P", "Q", None]),
    language=st.sampled_from(["en", "de"]),
)
Shown = dict[str, tuple[str, str | None, tuple[str, ...]]]


def read(catalog: Catalog) -> Shown:
    """What lives at a moment: version, publisher and passage ids by document."""
    return {
        document.id: (
            document.version,
            document.metadata.publisher,
            tuple(passage.id for passage in catalog.passages_of(document.version)),
        )
        for document in catalog.documents()
    }


class Changing:
    """An index that is changed, and what lived in every generation, by the changes alone."""

    def __init__(self, index: Index) -> None:
        self.index = index
        self.now: Shown = {}
        self.last: Shown = {}
        self.log: dict[int, Shown] = {}
        self.times: dict[int, str] = {}
        self.apply(PutRoot("texts", "/texts"))

    def apply(self, *changes: Change) -> None:
        with self.index.writer() as writer:
            for change in changes:
                if isinstance(change, PutDocument):
                    writer.add([change.document], lambda _: None)
                else:
                    writer.stage(change)
            writer.commit()
        for change in changes:
            self.note(change)
        with self.index.snapshot() as catalog:
            self.log[catalog.moment.generation] = dict(self.now)

    def note(self, change: Change) -> None:
        match change:
            case PutDocument(document):
                ids = tuple(passage.id for passage in document.passages)
                self.now[document.source.id] = (
                    document.version.id, document.metadata.publisher, ids,
                )  # fmt: skip
            case RemoveDocument(name) if name in self.now:
                self.last[name] = self.now.pop(name)
            case RestoreDocument(name) if name in self.last and name not in self.now:
                self.now[name] = self.last[name]
            case MoveDocument(name, source) if name in self.now:
                self.now[source.id] = self.now.pop(name)
                self.last.pop(name, None)


def draw_batch(generator: np.random.Generator, shown: list[str]) -> list[Change]:
    """Changes of one commit: a move alone, or others, each of another document."""
    names = generator.permutation(NAMES)[: generator.integers(1, len(NAMES))].tolist()
    batch = [draw_change(generator, name, shown) for name in names]
    moves = [change for change in batch if isinstance(change, MoveDocument)]
    return [moves[0]] if moves else batch


def draw_change(generator: np.random.Generator, name: str, shown: list[str]) -> Change:
    """One change, mostly of texts; a document is moved to a free name only."""
    kind = generator.choice(["put"] * 8 + ["remove"] * 4 + ["restore"] * 4 + ["move"])
    if kind == "remove":
        return RemoveDocument(f"texts/{name}")
    if kind == "restore":
        return RestoreDocument(f"texts/{name}")
    free = [n for n in NAMES if f"texts/{n}" not in shown]
    if kind == "move" and shown and free:
        moved = str(generator.choice(shown))
        target = make_document(str(generator.choice(free)), "x").source
        return MoveDocument(moved, target)
    lines = [
        " ".join(generator.choice(WORDS, generator.integers(1, 5)))
        for _ in range(generator.integers(1, 4))
    ]
    publisher = str(generator.choice(["P", "Q"]))
    return PutDocument(
        make_document(name, "\n".join(lines), Metadata(None, publisher, language="en"))
    )


@pytest.mark.parametrize("engine", sorted(INDEXES))
def test_a_thousand_changes_and_what_lived_at_fifty_generations(
    engine: str, tmp_path: Path
) -> None:
    generator = np.random.default_rng(7)
    changing = Changing(INDEXES[engine](tmp_path, HashingEmbedder()))
    changes = 0
    # The twin copies all that it holds for every commit: fewer changes say as much of it.
    while changes < (1_000 if engine == "local" else 150):
        batch = draw_batch(generator, sorted(changing.now))
        changing.apply(*batch)
        changes += len(batch)
    asked = generator.choice(sorted(changing.log), 50, replace=len(changing.log) < 50)
    for generation in asked.tolist():
        with changing.index.snapshot(generation) as catalog:
            assert read(catalog) == changing.log[generation], generation
            assert catalog.manifest().documents == len(changing.log[generation])
    assert changing.index.verify() == []


class Comparing(RuleBasedStateMachine):
    """Every engine does the same, and says of every generation what the log says."""

    @initialize()
    def open(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="history-")
        self.engines = [
            Changing(make(Path(self.folder.name) / name, HashingEmbedder()))
            for name, make in sorted(INDEXES.items())
        ]

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            self.folder.cleanup()

    def apply(self, *changes: Change) -> None:
        for engine in self.engines:
            engine.apply(*changes)

    @rule(name=st.sampled_from(NAMES), text=TEXTS, known=KNOWN)
    def put(self, name: str, text: str, known: Metadata) -> None:
        self.apply(PutDocument(make_document(name, text, known)))

    @rule(name=st.sampled_from(NAMES), other=st.sampled_from(NAMES), text=TEXTS)
    def put_and_remove(self, name: str, other: str, text: str) -> None:
        self.apply(PutDocument(make_document(name, text)), RemoveDocument(f"texts/{other}"))

    @rule(name=st.sampled_from(NAMES))
    def remove(self, name: str) -> None:
        self.apply(RemoveDocument(f"texts/{name}"))

    @rule(name=st.sampled_from(NAMES))
    def restore(self, name: str) -> None:
        self.apply(RestoreDocument(f"texts/{name}"))

    @rule(name=st.sampled_from(NAMES), to=st.sampled_from(NAMES))
    def move(self, name: str, to: str) -> None:
        if f"texts/{to}" not in self.engines[0].now:
            self.apply(MoveDocument(f"texts/{name}", make_document(to, "x").source))

    @rule(words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=3), data=st.data())
    def search(self, words: list[str], data: st.DataObject) -> None:
        generation = data.draw(st.sampled_from(sorted(self.engines[0].log)))
        answers = []
        for engine in self.engines:
            with engine.index.snapshot(generation) as catalog:
                result = engine.index.search(" ".join(words), 30, catalog=catalog)
                found = sorted((h.passage.id, h.document.id, h.also_in) for h in result.hits)
                answers.append((found, result.receipt.documents, result.receipt.passages))
        assert all(answer == answers[0] for answer in answers)

    @invariant()
    def all_say_the_same(self) -> None:
        if not hasattr(self, "engines"):
            return
        for engine in self.engines:
            with engine.index.snapshot() as catalog:
                assert read(catalog) == engine.now
                generation = catalog.moment.generation
            for earlier in sorted(engine.log)[-4:-1]:
                with engine.index.snapshot(earlier) as catalog:
                    assert read(catalog) == engine.log[earlier]
            assert generation == max(engine.log)
        told = [self.describe(engine.index) for engine in self.engines]
        assert all(one == told[0] for one in told)

    def describe(self, index: Index) -> list[Any]:
        """What is said of each name, apart from the times."""
        said: list[Any] = []
        with index.snapshot() as catalog:
            said.append([removed.document.id for removed in catalog.list_removed()])
            for name in NAMES:
                try:
                    shown = catalog.versions_of(f"texts/{name}")
                    said.append({(v.version, v.until is None) for v in shown})
                    for version in shown:
                        document, current, removed = catalog.document_of(version.version)
                        said.append((document.id, current, removed))
                except DocumentUnknown:
                    said.append(None)
        return said


def test_engines_agree_on_all_that_was() -> None:
    run_state_machine_as_test(
        Comparing,
        settings=settings(
            max_examples=15,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            phases=(Phase.explicit, Phase.generate),
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
