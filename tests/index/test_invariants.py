"""The numbered invariants of ARCHITECTURE.md, one or more tests each."""

from __future__ import annotations

import concurrent.futures
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.changes import IncomingDocument, PutRoot, RemoveDocument
from index.disk.files import STAMP
from index.embedding.hashing import HashingEmbedder
from index.errors import CitationUnknown, EmbedderMismatch, IndexDamaged, IndexLocked
from index.stores.segmented import EXACT_BELOW, FaissVectors
from index.types import Filter, Metadata, Source, cut_passage
from index.version import Version, version_of
from ingest.upkeep.removal import remove_document
from tests.library import ROOT, CountingEmbedder, Library, essay

READABLE = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
REGIONS = st.lists(st.integers(min_value=0, max_value=9), min_size=1, max_size=4)


@pytest.fixture
def library(tmp_path: Path) -> Library:
    filled = Library(tmp_path, CountingEmbedder())
    for number in range(5):
        filled.write(f"{number}.md", essay(number))
    filled.ingest()
    return filled


def whole_disk(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        # SQLite makes and removes these for every connection, a reader's too.
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }


# 1. version.text[p.start:p.end] == p.text for every passage


@settings(max_examples=12, deadline=None)
@given(st.lists(st.text(READABLE, min_size=1, max_size=300), min_size=1, max_size=5))
def test_1_passages_are_the_text_at_their_offsets(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    library = Library(tmp_path_factory.mktemp("library"))
    for number, text in enumerate(texts):
        library.write(f"{number}.txt", f"{essay(number, 1)}\n\n{text}\n\nŽluťoučký 🐎 {text}")
    library.ingest()
    with library.index.snapshot() as catalog:
        documents = catalog.documents()
        assert len(documents) == len(texts)
        for document in documents:
            version = catalog.version(document.version)
            passages = catalog.passages_of(version.id)
            assert passages
            for passage in passages:
                assert version.text[passage.start : passage.end] == passage.text
                assert passage.start < passage.end
                for start, end in passage.sentences:
                    assert passage.start <= start < end <= passage.end


def test_1_a_hit_quotes_its_version(library: Library) -> None:
    for hit in library.index.search("Which agency decides on clusters?", 20).hits:
        cited = library.index.citable(hit.passage.id)
        assert cited.quote == hit.passage.text
        assert cited.version.id == version_of(cited.version.text) == hit.passage.version


# 2. A version is its text's sha256; ids derive from it; embeddings are keyed by text


def test_2_reindexing_unchanged_text_changes_no_id_and_embeds_nothing(library: Library) -> None:
    ids, embedded = library.passage_ids(), library.embedder.passages
    assert embedded > 0
    for number in range(5):
        os.utime(library.texts / f"{number}.md", ns=(1, 1))
    library.write("0.md.meta.toml", 'publisher = "Ministry"\n')
    report = library.ingest()
    assert report.changed == ["texts/0.md"]
    assert library.passage_ids() == ids
    assert library.embedder.passages == embedded


def test_2_a_new_index_of_the_same_texts_has_the_same_ids(library: Library, tmp_path: Path) -> None:
    other = Library(tmp_path / "other")
    for number in reversed(range(5)):
        other.write(f"sub/{number}.md", essay(number))
    other.ingest()
    assert other.passage_ids() == library.passage_ids()


def test_2_text_that_comes_back_is_not_embedded_again(library: Library) -> None:
    ids = library.passage_ids()
    (library.texts / "3.md").unlink()
    library.ingest(prune=True)
    embedded = library.embedder.passages
    library.write("moved.md", essay(3))
    library.ingest()
    assert library.passage_ids() == ids
    assert library.embedder.passages == embedded


def test_2_two_documents_of_one_text_share_its_passages(library: Library) -> None:
    before = library.index.manifest()
    library.write("copy.md", essay(1))
    library.ingest()
    after = library.index.manifest()
    assert (after.documents, after.passages) == (before.documents + 1, before.passages)
    hit = library.index.search("Measure 1-2").hits[0]
    assert (hit.document.id, hit.also_in) == ("texts/1.md", ("texts/copy.md",))
    remove_document(library.index, "texts/1.md")
    hit = library.index.search("Measure 1-2").hits[0]
    assert (hit.document.id, hit.also_in) == ("texts/copy.md", ())
    assert library.index.verify() == []


# 3. The catalog is the truth; the writer rebuilds the derived stores, a reader never does


def damage(library: Library, what: str) -> None:
    folder = library.settings.index_directory
    if what == "no vectors":
        shutil.rmtree(folder / "vectors")
    elif what == "no words":
        shutil.rmtree(folder / "words")
    elif what == "torn vectors":
        file = next((folder / "vectors").glob("*.faiss"))
        file.write_bytes(file.read_bytes()[:-7])
    elif what == "changed vectors":
        file = next((folder / "vectors").glob("*.faiss"))
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 1
        file.write_bytes(data)
    elif what == "torn stamp":
        (folder / "words" / "generation.json").write_text('{"generation": ')
    elif what == "vectors behind":
        stamp = folder / "vectors" / "generation.json"
        stored = json.loads(stamp.read_text())
        stored["moment"] |= {"generation": 0, "commit": "of another state"}
        stamp.write_text(json.dumps(stored))
    elif what == "no meta.json":
        (folder / "words" / "1" / "meta.json").unlink()
    else:
        file = next((folder / "words" / "1").glob(f"*.{what.removeprefix('changed .')}"))
        file.write_bytes(bytes([file.read_bytes()[0] ^ 255]) + file.read_bytes()[1:])


DAMAGES = [
    pytest.param(what, id=what.replace(" ", "-"))
    for what in (
        "no vectors", "no words", "torn vectors", "changed vectors", "torn stamp",
        "vectors behind", "no meta.json", "changed .fast", "changed .idx", "changed .term",
    )
]  # fmt: skip


@pytest.mark.parametrize("what", DAMAGES)
def test_3_a_reader_never_repairs(library: Library, what: str) -> None:
    damage(library, what)
    before = whole_disk(library.home)
    with pytest.raises(IndexDamaged, match="run `python -m ingest`"):
        library.reader().search("agency")
    with pytest.raises(IndexDamaged):
        library.reader().verify()
    assert whole_disk(library.home) == before


@pytest.mark.parametrize("what", DAMAGES)
def test_3_the_writer_rebuilds_without_embedding(library: Library, what: str) -> None:
    found, embedded = library.found("Which agency decides?"), library.embedder.passages
    damage(library, what)
    library.ingest()
    library.index = library.reader()  # the other one has the damaged file open
    assert library.found("Which agency decides?") == found
    assert library.embedder.passages == embedded
    assert library.reader().verify() == []


def test_3_words_by_older_rules_are_made_anew_and_searched_until_then(library: Library) -> None:
    stamp = library.settings.index_directory / "words" / STAMP
    said = json.loads(stamp.read_bytes())
    stamp.write_bytes(json.dumps({**said, "rules": 1}).encode())
    assert library.reader().search("agency")
    library.ingest()
    assert json.loads(stamp.read_bytes())["rules"] == said["rules"] > 1
    assert library.reader().verify() == []


def test_3_a_deletion_that_was_not_carried_out_is_carried_out(library: Library) -> None:
    kept = library.settings.index_directory / "words"
    shutil.copytree(kept, library.home / "before")
    remove_document(library.index, "2.md")
    # The words of the generation before: behind the catalog, so rebuilt without the document.
    shutil.rmtree(kept)
    shutil.move(library.home / "before", kept)
    library.ingest()
    assert library.reader().verify() == []
    assert all("2.md" not in document for document, _ in library.found("region 2", 50))


def test_3_a_damaged_catalog_is_not_taken_for_an_empty_one(library: Library) -> None:
    catalog = library.settings.index_directory / "catalog.sqlite"
    catalog.write_bytes(b"not a database at all" * 100)
    with pytest.raises(IndexDamaged, match=r"catalog\.sqlite"):
        library.reader().search("agency")
    with pytest.raises(IndexDamaged, match=r"catalog\.sqlite"):
        library.ingest()
    assert catalog.read_bytes().startswith(b"not a database")


# 4. Hits are resolved live


def test_4_a_removed_passage_is_never_shown_by_an_older_reader(library: Library) -> None:
    older = library.reader()
    hits = older.search("region 2 wind hydrogen textile", 50).hits
    assert "texts/2.md" in {hit.document.id for hit in hits}
    stores = older.stores
    remove_document(library.index, "2.md")
    older.stores = stores  # what it opened before the removal
    with older.snapshot() as catalog:
        assert stores is not None
        object.__setattr__(stores, "moment", catalog.moment)
    after = older.search("region 2 wind hydrogen textile", 50).hits
    assert older.stores is stores
    assert "texts/2.md" not in {hit.document.id for hit in after}
    assert len(after) == library.index.manifest().passages


def test_4_what_had_departed_is_refilled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.search.CANDIDATES", 3)
    library = Library(tmp_path)
    for number in range(6):
        library.write(f"{number}.md", essay(0, 1).replace("region 0", f"region {number}"))
    library.ingest()
    older = library.reader()
    best = [hit.document.id for hit in older.search("wind energy", 3).hits]
    stores = older.stores
    assert stores is not None
    for name in best:
        remove_document(library.index, name)
    older.stores = stores
    with library.index.snapshot() as catalog:
        object.__setattr__(stores, "moment", catalog.moment)
    left = [hit.document.id for hit in older.search("wind energy", 3).hits]
    assert len(left) == 3
    assert not set(left) & set(best)


@pytest.mark.parametrize("k", [1_000, 10**11, 2**63], ids=str)
def test_4_more_is_asked_for_than_there_is(library: Library, k: int) -> None:
    """tantivy ends the process over a depth that it has no memory for."""
    found = library.index.search("Which agency decides?", k).hits
    assert len(found) == library.index.manifest().passages
    one = Filter(documents=("texts/1.md",))
    assert {h.document.id for h in library.index.search("agency", k, one).hits} == {"texts/1.md"}


def test_4_a_question_reads_no_whole_table(library: Library) -> None:
    """Seen in SQLite's own plans of the statements that a search executes."""
    statements: list[str] = []
    connections: list[sqlite3.Connection] = []

    def note_connection(event: str, arguments: tuple[sqlite3.Connection]) -> None:
        if event == "sqlite3.connect/handle" and not connections:
            connections.extend(arguments)

    sys.addaudithook(note_connection)
    with library.index.snapshot() as catalog:
        (connection,) = connections
        connection.set_trace_callback(statements.append)
        assert catalog.languages() == ["en"]
        version = catalog.document("texts/1.md").version
        statements.clear()
        catalog.languages()
        (shown,) = catalog.documents_showing([version], Filter())[version]
        connection.set_trace_callback(None)
        plans = [
            row["detail"]
            for statement in statements
            for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}")
        ]
        assert shown.characters == len(catalog.version(version).text)
        assert shown.passages == len(catalog.passages_of(version)) > 0
    reading = [plan for plan in plans if plan.split()[0] in ("SCAN", "SEARCH")]
    assert any("COVERING INDEX passages_by_language" in plan for plan in reading)
    assert any("COVERING INDEX passages_by_version (version=? AND died=?)" in p for p in reading)
    assert [plan for plan in reading if plan.startswith("SCAN") and plan != "SCAN used"] == []


def test_3_another_exact_below_is_followed_by_the_next_writer(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, embedded = library.found("Which agency decides?"), library.embedder.passages
    for below, inverted in ((5, True), (EXACT_BELOW, False)):
        for module in ("sync", "open"):
            monkeypatch.setattr(f"index.stores.{module}.EXACT_BELOW", below)
        library.ingest()
        vectors = FaissVectors.load(library.settings.index_directory / "vectors", below)
        assert (vectors.tuning is not None) == inverted
        reader = library.reader()
        assert reader.verify() == []
        if not inverted:
            assert library.found("Which agency decides?") == found
    assert library.embedder.passages == embedded


def test_4_a_replaced_text_is_found_and_the_old_one_is_not(library: Library) -> None:
    library.write("2.md", essay(2).replace("label", "certificate"))
    library.ingest()
    hits = library.index.search("certificate", 50).hits
    texts = [hit.passage.text for hit in hits if hit.document.id == "texts/2.md"]
    assert texts
    assert not any("label" in text for text in texts)


# 5. Readers go on while a writer works; there is one writer


def test_5_readers_in_other_threads_keep_answering(library: Library) -> None:
    stop, reader = threading.Event(), library.reader()

    def ask() -> set[int]:
        counts = set()
        while not stop.is_set():
            hits = reader.search("Which agency decides about clusters?", 5).hits
            counts.add(len(hits))
            for hit in hits:
                assert hit.passage.text == reader.citable(hit.passage.id).quote
        return counts

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        asking = [pool.submit(ask) for _ in range(2)]
        try:
            for turn in range(8):
                library.write(f"{turn % 5}.md", essay(turn + 10))
                library.ingest()
        finally:
            stop.set()
        assert [question.result() for question in asking] == [{5}, {5}]
    assert reader.search("region 17").hits[0].document.id == "texts/2.md"


READER = """
import sys
from index.embedding.hashing import HashingEmbedder
from index.settings import Settings
from index.local import LocalIndex
from pathlib import Path
index = LocalIndex(Settings(Path(sys.argv[1])), HashingEmbedder())
for line in sys.stdin:
    hits = index.search(line.strip(), 1).hits
    print(hits[0].document.id, index.manifest().generation, flush=True)
"""


def test_5_a_reader_in_another_process_moves_on_without_a_restart(library: Library) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", READER, str(library.home)],
        cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None

        def ask(question: str) -> list[str]:
            process.stdin.write(question + "\n")
            process.stdin.flush()
            return process.stdout.readline().split()

        assert ask("Measure 1-3") == ["texts/1.md", "1"]
        library.write("new.md", "# Zebras\n\nThe zebra subsidy was introduced in 2031.\n")
        library.ingest()
        generation = str(library.index.manifest().generation)
        assert ask("zebra subsidy") == ["texts/new.md", generation]
        with library.index.writer():
            assert ask("zebra subsidy")[0] == "texts/new.md"
        process.stdin.close()


def test_5_the_second_writer_is_told_who_writes(library: Library) -> None:
    with (
        library.index.writer(),
        pytest.raises(IndexLocked, match=f"is being written by PID {os.getpid()};"),
        library.reader().writer(),
    ):
        pass
    script = (
        "import sys, pathlib; from tests.library import Library;"
        "Library(pathlib.Path(sys.argv[1])).ingest()"
    )
    with library.index.writer():
        second = subprocess.run(
            [sys.executable, "-c", script, str(library.home.parent)],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    last = second.stderr.strip().splitlines()[-1]
    assert f"is being written by PID {os.getpid()};" in last
    with library.index.writer():
        pass  # and free again afterwards


# 6. Another embedder is refused


def test_6_another_embedder_is_refused_and_reembed_mends(library: Library) -> None:
    found, other = library.found("Measure 1-3", 3), CountingEmbedder(HashingEmbedder(96))
    with pytest.raises(EmbedderMismatch, match="run `python -m ingest --reembed`"):
        library.reader(other).search("agency")
    with pytest.raises(EmbedderMismatch, match=r"hashing-64@1.*hashing-96@1"):
        library.ingest(embedder=other)
    assert library.found("Measure 1-3", 3) == found
    library.ingest(reembed=True, embedder=other)
    manifest = library.index.manifest()
    assert (manifest.fingerprint, manifest.dimensions) == ("hashing-96@1", 96)
    assert other.passages == manifest.passages
    assert library.reader(other).verify() == []
    assert library.reader(other).search("Measure 1-3").hits[0].document.id == "texts/1.md"
    with pytest.raises(EmbedderMismatch):
        library.reader().search("agency")


def test_6_an_emptied_index_takes_another_embedder(library: Library) -> None:
    for number in range(5):
        (library.texts / f"{number}.md").unlink()
    library.ingest(prune=True)
    other = CountingEmbedder(HashingEmbedder(96))
    library.ingest(reembed=True, embedder=other)
    library.write("new.md", essay(7))
    library.ingest(embedder=other)
    assert library.reader(other).search("region 7").hits
    assert library.reader(other).verify() == []


# 7. An old citation opens at its own version


def test_7_an_old_citation_still_opens_and_says_what_happened(library: Library) -> None:
    hit = library.index.search("Measure 2-3").hits[0]
    now = library.index.citable(hit.passage.id)
    assert (now.current, now.removed) == (True, False)
    library.write("2.md", "# Something else\n\nNothing is left of it.\n")
    library.ingest()
    changed = library.index.citable(hit.passage.id)
    assert (changed.quote, changed.current, changed.removed) == (hit.passage.text, False, False)
    assert changed.document.id == "texts/2.md"
    remove_document(library.index, "2.md")
    gone = library.index.citable(hit.passage.id)
    assert (gone.quote, gone.current, gone.removed) == (hit.passage.text, False, True)


def test_7_the_original_bytes_are_kept(library: Library) -> None:
    data = (library.texts / "2.md").read_bytes()
    library.write("2.md", essay(42))
    library.ingest()
    kept = library.settings.originals / hashlib.sha256(data).hexdigest()
    assert kept.read_bytes() == data


@pytest.mark.parametrize(
    "citation",
    [
        pytest.param("", id="empty"),
        pytest.param("0" * 16 + "-0-5", id="unknown-version"),
        pytest.param("VERSION-0-999999999", id="beyond-the-end"),
        pytest.param("VERSION-7-7", id="nothing"),
        pytest.param("VERSION-9-7", id="backwards"),
        pytest.param("' OR 1=1 --", id="not-an-id"),
    ],
)
def test_7_a_citation_that_is_not_there_is_refused(library: Library, citation: str) -> None:
    version = library.passage_ids()[0].split("-")[0]
    with pytest.raises(CitationUnknown):
        library.index.citable(citation.replace("VERSION", version))


# 8. Roots, pruning, failures


def test_8_prune_acts_only_inside_what_was_given(library: Library, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (elsewhere / "inner").mkdir(parents=True)
    (elsewhere / "a.md").write_text(essay(11))
    (elsewhere / "inner" / "b.md").write_text(essay(12))
    library.ingest(elsewhere)
    for path in (library.texts / "0.md", elsewhere / "a.md", elsewhere / "inner" / "b.md"):
        path.unlink()
    assert library.ingest(elsewhere / "inner", prune=True).removed == ["elsewhere/inner/b.md"]
    assert library.ingest(elsewhere).missing == ["elsewhere/a.md"]
    assert library.ingest(elsewhere, prune=True).removed == ["elsewhere/a.md"]
    assert library.ingest(prune=True).removed == ["texts/0.md"]


def test_8_a_single_file_with_prune_removes_nothing_else(library: Library, tmp_path: Path) -> None:
    (library.texts / "0.md").unlink()
    outside = tmp_path / "outside"
    outside.mkdir()
    for name in ("one.md", "two.md"):
        (outside / name).write_text(essay(13))
    assert library.ingest(outside / "one.md", library.texts / "1.md", prune=True).removed == []
    documents = {document.id for document in library.index.documents()}
    assert documents == {f"texts/{n}.md" for n in range(5)} | {"outside/one.md"}


def test_8_a_known_root_inside_a_folder_keeps_its_documents(library: Library) -> None:
    report = library.ingest(library.texts.parent)
    assert [document.id for document in library.index.documents()] == [
        f"texts/{number}.md" for number in range(5)
    ]
    assert report.unchanged == 5


def test_8_a_folder_that_cannot_be_looked_into_is_not_pruned(library: Library) -> None:
    # Gone between the look for the roots and the walk, as when a network drive drops out: the
    # folder's place is taken by a link to nowhere.
    kept = library.texts.rename(library.home / "kept")
    library.texts.symlink_to(library.home / "nowhere")
    report = library.ingest(prune=True)
    assert report.removed == []
    assert len(library.index.documents()) == 5
    library.texts.unlink()
    kept.rename(library.texts)


def test_8_failures_are_remembered_and_not_tried_again(library: Library) -> None:
    bad = library.write("bad.txt", "")
    first = library.ingest()
    assert [failure.id for failure in first.failures] == ["texts/bad.txt"]
    generation = library.index.manifest().generation
    second = library.ingest()
    assert (second.failures, second.refused) == ([], ["texts/bad.txt"])
    assert library.index.manifest().generation == generation
    named = library.ingest(bad)
    assert [failure.id for failure in named.failures] == ["texts/bad.txt"]
    bad.write_text(essay(30))
    assert library.ingest().added == ["texts/bad.txt"]
    assert library.index.failures() == []


def test_8_a_failure_of_a_file_that_is_gone_or_as_before_is_forgotten(library: Library) -> None:
    good = library.texts / "1.md"
    data, status = good.read_bytes(), good.stat()
    good.write_bytes(b"")
    gone = library.write("gone.txt", "")
    library.ingest()
    assert [f.id for f in library.index.failures()] == ["texts/1.md", "texts/gone.txt"]
    assert library.index.search("Measure 1-3").hits[0].document.id == "texts/1.md"
    gone.unlink()
    good.write_bytes(data)
    os.utime(good, ns=(status.st_atime_ns, status.st_mtime_ns))
    library.ingest()
    assert library.index.failures() == []


def test_8_a_removed_document_stays_removed(library: Library) -> None:
    remove_document(library.index, "2.md")
    for _ in range(2):
        report = library.ingest()
        assert (report.added, report.failures, report.refused) == ([], [], ["texts/2.md"])
    assert library.ingest(library.texts / "2.md").added == ["texts/2.md"]


def test_8_a_document_that_changed_before_its_removal_stays_removed(library: Library) -> None:
    library.write("2.md", essay(40))
    remove_document(library.index, "2.md")
    assert library.ingest().added == []
    library.write("2.md", essay(41) + "and now it has changed\n")
    assert library.ingest().added == ["texts/2.md"]


def test_8_the_name_of_a_document_is_taken_literally(library: Library) -> None:
    library.write("sub/my-file.md", essay(20))
    library.ingest()
    with library.index.snapshot() as catalog:
        assert catalog.document("my-file.md").id == "texts/sub/my-file.md"
        for name in ("my_file.md", "%.md", "MY-FILE.md", "file.md"):
            with pytest.raises(Exception, match="no document"):
                catalog.document(name)


# Passage numbers are never used again


def incoming(seed: int) -> IncomingDocument:
    text = essay(seed, 2)
    version = Version(version_of(text), text)
    spans = [(start, start + 20) for start in range(0, 200, 20)]
    passages = tuple(cut_passage(version, *span, (span,), "") for span in spans)
    source = Source("texts", f"{seed}.md", "0" * 64, len(text), 1, "plain@1")
    return IncomingDocument(source, version, "Title", Metadata(), passages, None, None)


def numbers(library: Library) -> set[int]:
    with library.index.snapshot() as catalog:
        return set(catalog.live_numbers().tolist())


@settings(max_examples=5, deadline=None)
@given(REGIONS)
def test_numbers_are_never_used_again(
    tmp_path_factory: pytest.TempPathFactory, seeds: list[int]
) -> None:
    library = Library(tmp_path_factory.mktemp("library"))
    used: set[int] = set()
    for seed in seeds:
        with library.index.writer() as writer:
            writer.stage(PutRoot("texts", str(library.texts)))
            writer.add([incoming(seed)])
            writer.commit()
            fresh = numbers(library)
            assert not fresh & used
            used |= fresh
            writer.stage(RemoveDocument(f"texts/{seed}.md"))
            writer.commit()
            assert numbers(library) == set()


def test_numbers_of_a_commit_that_failed_are_not_used_again(tmp_path: Path) -> None:
    library = Library(tmp_path)
    with library.index.writer() as writer:
        writer.stage(PutRoot("texts", str(library.texts)))
        writer.add([incoming(1)])
        writer.commit()
        before = numbers(library)
        vectors = library.settings.index_directory / "vectors"
        shutil.move(vectors, tmp_path / "vectors")
        vectors.write_text("a file where the folder was: the vectors cannot be saved")
        writer.add([incoming(2)])
        with pytest.raises(Exception, match="cannot be written"):
            writer.commit()
        assert numbers(library) == before
        vectors.unlink()
        shutil.move(tmp_path / "vectors", vectors)
        writer.add([incoming(3)])
        writer.commit()
    fresh = numbers(library) - before
    assert len(fresh) == 10
    assert min(fresh) > max(before) + 10
    assert library.reader().verify() == []
