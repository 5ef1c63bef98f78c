"""Corners of what was: moves, undo and forgetting, questions under way, and plans of SQL."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import tantivy

from index.base import Index
from index.catalog import schema
from index.catalog.migrations import MIGRATIONS
from index.catalog.snapshot import Snapshot, open_snapshot
from index.changes import (
    MoveDocument,
    PutDocument,
    PutRoot,
    RemoveDocument,
    RestoreDocument,
)
from index.embedding.base import Matrix, TextKind
from index.embedding.hashing import HashingEmbedder
from index.errors import DocumentUnknown, IndexChanged
from index.local import LocalIndex
from index.settings import Settings
from index.types import Filter
from index.version import citation_id, version_of
from ingest.upkeep.removal import remove_document, restore_document
from tests.conformance.engines import INDEXES, commit, make_document, put
from tests.library import Library, essay

WIND = "Wind energy\nThe agency supports wind clusters.\nApplicants report every year."
SEA = "Harbours\nThe harbour master keeps the lamps burning.\nShips report every week."
FOG = "Fog\nThe horn sounds in fog.\nPilots report every day."
ROOT = PutRoot("texts", "/texts")


@pytest.fixture(params=sorted(INDEXES))
def index(request: pytest.FixtureRequest, tmp_path: Path) -> Index:
    return INDEXES[request.param](tmp_path / "home", HashingEmbedder())


@pytest.fixture
def local(tmp_path: Path) -> LocalIndex:
    return LocalIndex(Settings(tmp_path / "home"), HashingEmbedder())


def test_the_generation_before_is_searched_as_it_was_after_a_question_about_now(
    index: Index,
) -> None:
    then = commit(index, ROOT, put("a.md", WIND), put("b.md", SEA))
    commit(index, RemoveDocument("texts/b.md"))
    index.search("harbour lamps")  # opens what is live now
    with index.snapshot(then) as catalog:
        assert catalog.is_past
        hits = index.search("harbour lamps", 10, catalog=catalog).hits
        assert "texts/b.md" in {hit.document.id for hit in hits}


def test_a_changed_document_is_found_as_one_or_the_other_by_a_question_under_way(
    index: Index,
) -> None:
    commit(index, ROOT, put("a.md", WIND), put("b.md", SEA))
    with index.snapshot() as catalog:
        commit(index, put("b.md", SEA + "\nHarbour lamps are green."))
        try:
            hits = index.search("harbour lamps", 10, catalog=catalog).hits
        except IndexChanged:
            return  # and the question is asked again
    assert "texts/b.md" in {hit.document.id for hit in hits}


def test_forgetting_a_document_leaves_the_one_that_moved_away_before(index: Index) -> None:
    commit(index, ROOT, put("a.md", WIND))
    commit(index, put("a.md", SEA))
    commit(index, MoveDocument("texts/a.md", make_document("b.md", SEA).source))
    commit(index, put("a.md", FOG))
    commit(index, RemoveDocument("texts/a.md"))
    old = citation_id(version_of(WIND), 0, 4)
    assert index.citable(old).document.id == "texts/b.md"
    with index.writer() as writer:
        writer.forget("texts/a.md")
    assert index.citable(old).document.id == "texts/b.md"
    with index.snapshot() as catalog:
        assert {s.version for s in catalog.versions_of("texts/b.md")} == {
            version_of(WIND),
            version_of(SEA),
        }


def test_a_document_without_passages_can_be_restored(local: LocalIndex) -> None:
    empty = replace(make_document("a.md", "Scan"), passages=())
    commit(local, ROOT, PutDocument(empty))
    commit(local, RemoveDocument("texts/a.md"))
    assert restore_document(local, "texts/a.md") == "texts/a.md"


def test_removed_and_restored_in_one_commit(index: Index) -> None:
    commit(index, ROOT, put("a.md", WIND))
    commit(index, RemoveDocument("texts/a.md"), RestoreDocument("texts/a.md"))
    assert [d.id for d in index.documents()] == ["texts/a.md"]
    assert [d.passages for d in index.documents()] == [3]


def test_the_copy_removed_and_the_other_restored_in_one_commit(index: Index) -> None:
    commit(index, ROOT, put("a.md", WIND), put("b.md", WIND))
    commit(index, RemoveDocument("texts/a.md"))
    commit(index, RemoveDocument("texts/b.md"), RestoreDocument("texts/a.md"))
    assert [(d.id, d.passages) for d in index.documents()] == [("texts/a.md", 3)]
    assert index.search("wind").hits


def test_a_document_that_moved_and_changed_is_not_listed_as_removed(tmp_path: Path) -> None:
    library = Library(tmp_path)
    body = "\n\n".join(essay(1).split("\n\n")[2:4])
    old = library.write("first name.txt", body)
    library.write("other.md", essay(2))
    library.ingest()
    cited = library.index.search("ministry set aside", 10).hits
    cited_id = next(h.passage.id for h in cited if h.document.id == "texts/first name.txt")
    old.rename(library.texts / "second name.txt")
    library.ingest(prune=True)
    assert library.ids() == ["texts/other.md", "texts/second name.txt"]
    assert library.index.citable(cited_id).document.id == "texts/second name.txt"
    with library.index.snapshot() as catalog:
        assert catalog.list_removed() == []
    with pytest.raises(DocumentUnknown):
        restore_document(library.index, "texts/first name.txt")


def test_forgotten_words_are_not_in_the_dictionary_of_words(tmp_path: Path) -> None:
    library = Library(tmp_path)
    for number in range(3):
        library.write(f"{number}.md", essay(number))
    library.write("s.md", "# Zyxwvutium\n\nThe zyxwvutium affair was settled out of court.\n")
    library.ingest()
    remove_document(library.index, "s.md", forget=True)
    (meta,) = (library.settings.index_directory / "words").rglob("meta.json")
    searcher = tantivy.Index.open(str(meta.parent)).searcher()
    assert searcher.doc_freq("words", "zyxwvutium") == 0


def test_restore_takes_the_names_that_remove_takes(tmp_path: Path) -> None:
    library = Library(tmp_path)
    library.write("0.md", essay(0))
    library.write("1.md", essay(1))
    library.ingest()
    remove_document(library.index, "1.md")
    assert restore_document(library.index, "1.md") == "texts/1.md"


def test_forgetting_what_was_removed_leaves_a_new_upload_of_that_name(tmp_path: Path) -> None:
    library = Library(tmp_path)
    uploads = library.settings.uploads
    uploads.mkdir(parents=True)
    (uploads / "act.md").write_text(essay(7))
    library.write("0.md", essay(0))
    library.ingest()
    library.ingest(uploads)
    remove_document(library.index, "act.md")
    (uploads / "act.md").write_text(essay(8))  # not indexed yet
    remove_document(library.index, "uploads/act.md", forget=True)
    assert (uploads / "act.md").exists()


def test_vectors_of_the_embedder_before_do_not_stay(tmp_path: Path) -> None:
    class Other:
        fingerprint = "another model"
        _inner = HashingEmbedder()

        def encode(self, texts: Sequence[str], kind: TextKind) -> Matrix:
            return self._inner.encode(texts, kind)

    library = Library(tmp_path)
    library.write("0.md", essay(0))
    library.ingest()
    library.ingest(reembed=True, embedder=Other())
    with sqlite3.connect(library.settings.index_directory / "catalog.sqlite") as connection:
        rows = connection.execute("SELECT DISTINCT fingerprint FROM embeddings").fetchall()
    assert rows == [("another model",)]


def test_a_document_moved_and_put_in_one_commit_is_the_one_that_it_was(index: Index) -> None:
    commit(index, ROOT, put("a.md", WIND))
    target = make_document("b.md", SEA)
    commit(index, MoveDocument("texts/a.md", target.source), PutDocument(target))
    with index.snapshot() as catalog:
        document, current, removed = catalog.document_of(version_of(WIND))
        assert (document.id, current, removed) == ("texts/b.md", False, False)
        assert len(catalog.versions_of("texts/b.md")) == 2
        assert catalog.list_removed() == []


def plans(catalog: Snapshot, statements: list[str]) -> str:
    connection = catalog._connection
    rows = [row for s in statements for row in connection.execute(f"EXPLAIN QUERY PLAN {s}")]
    return "; ".join(row["detail"] for row in rows)


def test_no_question_reads_all_live_passages_or_all_of_history(local: LocalIndex) -> None:
    commit(local, ROOT, put("a.md", WIND), put("b.md", SEA))
    commit(local, RemoveDocument("texts/b.md"))
    asked: dict[str, list[str]] = {}
    with local.snapshot() as catalog:
        calls: dict[str, Callable[[], object]] = {
            "passages": lambda: catalog.passages(range(1, 31)),
            "manifest": catalog.manifest,
            "resolve": lambda: catalog.find_versions(Filter(roots=("texts",))),
            "document_of": lambda: catalog.document_of(version_of(WIND)),
            "list_removed": catalog.list_removed,
        }
        for name, call in calls.items():
            asked[name] = []
            catalog._connection.set_trace_callback(asked[name].append)
            call()
            catalog._connection.set_trace_callback(None)
        told = {name: plans(catalog, statements) for name, statements in asked.items()}
    bad = {
        "passages": "passages_by_language",  # all that is live, for every question
        "manifest": "documents_by_version",  # all that ever was
        "resolve": "SCAN d USING INDEX documents_by_version",
        "document_of": "AUTOMATIC",  # an index of all that ever was, made for one citation
        "list_removed": "SCAN h",
    }
    assert [name for name in bad if bad[name] in told[name]] == [], told
    assert "INTEGER PRIMARY KEY" in told["passages"]
    assert "documents_shown" in told["manifest"]


def old_catalog(folder: Path, script: str) -> None:
    with contextlib.closing(sqlite3.connect(folder / schema.FILE)) as catalog:
        for number, migration in enumerate(MIGRATIONS[:4], start=1):
            catalog.executescript(f"{migration} PRAGMA user_version = {number};")
        catalog.executescript(script)


T1, T2 = (f"2025-01-0{day}T00:00:00+00:00" for day in (1, 2))
DOCUMENT = "INSERT INTO documents SELECT {0!r}, 'r', {0!r}, {1!r}, 't', NULL, NULL, NULL, NULL, \
    NULL, NULL, NULL, 's', 1, 1, 'plain@1', '', {2!r}, {3};"
HISTORY = "INSERT INTO history VALUES ({0!r}, {1!r}, 's', 'plain@1', {2!r}, {3});"
BEFORE = "INSERT INTO roots VALUES ('r', '/r'); UPDATE state SET generation = 1;" + "".join(
    f"INSERT INTO versions VALUES ('{letter * 64}', 1, '[]', '[]', '', 'x');" for letter in "ab"
)


def test_migration_keeps_what_was_shown_for_less_than_a_second(tmp_path: Path) -> None:
    a, b = "a" * 64, "b" * 64
    old_catalog(
        tmp_path,
        BEFORE + DOCUMENT.format("d", b, T1, "NULL")
        + HISTORY.format("d", a, T1, f"'{T1}'") + HISTORY.format("d", b, T1, "NULL"),
    )  # fmt: skip
    schema.migrate(tmp_path)
    with open_snapshot(tmp_path) as catalog:
        assert catalog.document_of(a)[0].id == "r/d"


def test_migration_knows_that_a_moved_document_was_not_removed(tmp_path: Path) -> None:
    a = "a" * 64  # release 0.1 copied the history of what was moved, and marked the old id removed
    old_catalog(
        tmp_path,
        BEFORE + DOCUMENT.format("old", a, T1, f"'{T2}'") + DOCUMENT.format("new", a, T1, "NULL")
        + HISTORY.format("old", a, T1, f"'{T2}'") + HISTORY.format("new", a, T1, "NULL"),
    )  # fmt: skip
    schema.migrate(tmp_path)
    with open_snapshot(tmp_path) as catalog:
        assert catalog.list_removed() == []


def test_an_answer_loads_a_text_once(local: LocalIndex) -> None:
    """Its steps ask for the same text again and again, and a law has a million characters."""
    commit(local, ROOT, put("a.md", WIND))
    with local.snapshot() as catalog:
        (document,) = catalog.documents()
        assert catalog.version(document.version) is catalog.version(document.version)
