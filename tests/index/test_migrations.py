"""What tables of older releases become."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

import pytest

from index.catalog import schema
from index.catalog.migrations import MIGRATIONS
from index.catalog.snapshot import open_snapshot
from index.errors import GenerationUnknown

TIMES = [f"2025-0{month}-01T00:00:00+00:00" for month in range(1, 10)]
# (document, version, since, until): what release 0.1 kept; a version that is shown has no end.
HISTORY = [
    ("texts/same.md", "a", 0, None),
    ("texts/changed.md", "b", 0, 2),
    ("texts/changed.md", "c", 2, None),
    ("texts/back.md", "d", 1, None),  # showed e in between, of which only the times of e tell
    ("texts/back.md", "e", 3, 4),
    ("texts/removed.md", "f", 1, 5),
]
DOCUMENTS = {  # id: (version, indexed at, removed at)
    "texts/same.md": ("a", 0, None),
    "texts/changed.md": ("c", 2, None),
    "texts/back.md": ("d", 4, None),
    "texts/removed.md": ("f", 1, 5),
}


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """An index of four documents as release 0.1 left it, in its fourth generation."""
    with contextlib.closing(sqlite3.connect(tmp_path / schema.FILE)) as catalog:
        for number, script in enumerate(MIGRATIONS[:4], start=1):
            catalog.executescript(f"{script} PRAGMA user_version = {number};")
        catalog.execute("INSERT INTO roots VALUES ('texts', '/texts')")
        catalog.executemany(
            "INSERT INTO versions VALUES (?, 4, '[]', '[]', '', 'text')",
            [(name * 64,) for name in "abcdef"],
        )
        for name, (version, indexed, removed) in DOCUMENTS.items():
            catalog.execute(
                """INSERT INTO documents (id, root, path, version, title, sha256, size_bytes,
                    modified_ns, reader, metadata_sha256, indexed_at, removed_at)
                VALUES (?, 'texts', ?, ?, 'Title', 'x', 4, 1, 'plain@1', '', ?, ?)""",
                (
                    name, name.removeprefix("texts/"), version * 64, TIMES[indexed],
                    None if removed is None else TIMES[removed],
                ),
            )  # fmt: skip
        for name, version, since, until in HISTORY:
            catalog.execute(
                "INSERT INTO history VALUES (?, ?, 'x', 'plain@1', ?, ?)",
                (name, version * 64, TIMES[since], None if until is None else TIMES[until]),
            )
        for number, version in enumerate("acd", start=7):
            catalog.execute(
                "INSERT INTO passages VALUES (?, ?, 0, 4, 'text', '', '[[0, 4]]', 'en', 'k')",
                (number, version * 64),
            )
        catalog.execute("UPDATE sqlite_sequence SET seq = 30 WHERE name = 'passages'")
        catalog.execute("UPDATE state SET generation = 4, reserved_generation = 5")
        catalog.commit()
    schema.migrate(tmp_path)
    return tmp_path


def test_every_document_knows_when_it_showed_what(old: Path) -> None:
    with open_snapshot(old) as catalog:
        shown = {
            name: [(v.version[0], v.since, v.until) for v in catalog.versions_of(name)]
            for name in DOCUMENTS
        }
        assert [document.id for document in catalog.documents()] == [
            "texts/back.md", "texts/changed.md", "texts/same.md",
        ]  # fmt: skip
        assert [gone.document.id for gone in catalog.list_removed()] == ["texts/removed.md"]
    assert shown == {
        "texts/same.md": [("a", TIMES[0], None)],
        "texts/changed.md": [("c", TIMES[2], None), ("b", TIMES[0], TIMES[2])],
        "texts/back.md": [("d", TIMES[1], None), ("e", TIMES[3], TIMES[4])],
        "texts/removed.md": [("f", TIMES[1], TIMES[5])],
    }


def test_generations_go_on_and_numbers_are_not_used_again(old: Path) -> None:
    with open_snapshot(old) as catalog:
        assert catalog.moment.generation > 5
        assert catalog.live_numbers().tolist() == [7, 8, 9]
        assert len(catalog.moment.index) == 32
        assert catalog.find_generation("9999") == catalog.moment.generation
    with contextlib.closing(sqlite3.connect(old / schema.FILE)) as catalog:
        kept = catalog.execute("SELECT seq FROM sqlite_sequence WHERE name = 'passages'").fetchone()
    assert kept == (30,)


def test_what_was_not_kept_cannot_be_asked(old: Path) -> None:
    """The passages of then were not kept: an answer would be of a part of what was there."""
    with open_snapshot(old) as catalog:
        before = catalog.find_generation(TIMES[2])
    with (
        pytest.raises(GenerationUnknown, match="what lived then was pruned, or not kept"),
        open_snapshot(old, before),
    ):
        pass
