"""A removal is undone with passages and ids; or all is forgotten at once."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from index.errors import CitationUnknown, DocumentUnknown
from ingest.upkeep.removal import remove_document, restore_document
from ingest.upkeep.versions import list_versions, prune_versions
from tests.library import CountingEmbedder, Library, essay, run


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    filled = Library(tmp_path, CountingEmbedder())
    monkeypatch.setenv("POLICY_CHAT_HOME", str(filled.home))
    for number in range(3):
        filled.write(f"{number}.md", essay(number))
    filled.ingest()
    return filled


def test_undo_brings_back_passages_ids_and_rankings(library: Library) -> None:
    contents, found = library.contents(), library.found("Agency of region 1", 30)
    embedded = library.embedder.passages
    remove_document(library.index, "1.md")
    assert library.contents().keys() == {"texts/0.md", "texts/2.md"}
    assert restore_document(library.index, "texts/1.md") == "texts/1.md"
    assert (library.contents(), library.found("Agency of region 1", 30)) == (contents, found)
    assert library.embedder.passages == embedded
    assert library.reader().verify() == []
    # Its file was remembered as refused by hand: it is not any more, and nothing is read again.
    assert library.index.failures() == []
    assert library.plan().summary() == "0 new, 0 changed, 0 removed, 3 unchanged"


def test_an_upload_is_put_back_with_what_was_known_about_it(library: Library) -> None:
    uploads = library.settings.uploads
    uploads.mkdir(parents=True)
    file, sidecar = uploads / "act.md", uploads / "act.md.meta.toml"
    file.write_text(essay(7))
    sidecar.write_text('title = "The \\"Act\\""\ndate = 2024-03-31\n')
    library.ingest(uploads)
    (before,) = [d for d in library.index.documents() if d.id == "uploads/act.md"]
    remove_document(library.index, "act.md")
    assert not file.exists()
    assert not sidecar.exists()
    restore_document(library.index, "uploads/act.md")
    assert file.read_text() == essay(7)
    library.ingest(uploads)  # which reads the sidecar that was written anew
    (after,) = [d for d in library.index.documents() if d.id == "uploads/act.md"]
    assert (after.metadata.title, after.metadata.date) == ('The "Act"', before.metadata.date)
    assert (after.version, after.title) == (before.version, before.title)


def test_what_cannot_be_undone_says_why(library: Library) -> None:
    with pytest.raises(DocumentUnknown, match="is in the index; it was not removed"):
        restore_document(library.index, "texts/1.md")
    with pytest.raises(DocumentUnknown, match="was removed here, or what was known"):
        restore_document(library.index, "texts/9.md")
    (library.texts / "1.md").rename(library.texts / "moved.md")
    library.ingest(prune=True)
    with pytest.raises(DocumentUnknown, match=r"it is 'texts/moved\.md' since"):
        restore_document(library.index, "texts/1.md")
    remove_document(library.index, "2.md")
    prune_versions(library.index, timedelta(days=-1), dry_run=False)
    with pytest.raises(DocumentUnknown, match="was removed here, or what was known"):
        restore_document(library.index, "texts/2.md")


def test_a_text_that_another_document_shows_is_not_doubled(library: Library) -> None:
    library.write("copy.md", essay(1))
    library.ingest()
    passages = library.index.manifest().passages
    remove_document(library.index, "1.md")
    assert library.index.manifest().passages == passages
    restore_document(library.index, "texts/1.md")
    assert library.index.manifest().passages == passages
    assert library.reader().verify() == []


def test_forgetting_leaves_nothing(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    cited = library.index.search("Measure 1-2").hits[0].passage
    library.write("1.md", essay(1).replace("label", "certificate"))
    library.ingest()
    kept = {path.name for path in library.settings.originals.iterdir()}
    code, out, err = run(capsys, "remove", "1.md", "--forget")
    assert (code, err) == (0, "")
    assert out.startswith("removed texts/1.md and forgot its texts; citations of them do not open")
    with pytest.raises(CitationUnknown, match="its text was pruned"):
        library.index.citable(cited.id)
    with pytest.raises(DocumentUnknown):
        list_versions(library.index, "texts/1.md")
    assert len(kept - {path.name for path in library.settings.originals.iterdir()}) == 2
    stored = (library.settings.index_directory / "catalog.sqlite").read_bytes()
    assert b"Measure 1-2" not in stored
    assert b"Measure 2-2" in stored
    assert library.reader().verify() == []
    assert library.ids() == ["texts/0.md", "texts/2.md"]


def test_what_was_removed_before_can_be_forgotten(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    library.write("copy.md", essay(1))
    library.ingest()
    cited = library.index.search("Measure 1-2").hits[0].passage
    remove_document(library.index, "1.md")
    listed = json.loads(run(capsys, "status", "--removed", "--json")[1])["removed"]
    assert [(gone["document"], gone["restorable"]) for gone in listed] == [("texts/1.md", True)]
    assert "texts/1.md" in run(capsys, "status", "--removed")[1]
    code, out, _ = run(capsys, "remove", "texts/1.md", "--forget", "--json")
    assert (code, json.loads(out)) == (0, {"removed": "texts/1.md", "forgotten": True})
    assert run(capsys, "status", "--removed")[1] == "no document that was removed is kept\n"
    # The copy still shows the text.
    assert library.index.citable(cited.id).document.id == "texts/copy.md"


def test_the_commands_say_what_they_did(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "remove", "1.md")
    assert (code, out) == (0, "removed texts/1.md\n")
    assert "`python -m ingest restore texts/1.md` brings it back" in err
    assert run(capsys, "restore", "texts/1.md") == (0, "restored texts/1.md\n", "")
    assert json.loads(run(capsys, "remove", "1.md", "--json")[1]) == {"removed": "texts/1.md"}
    assert json.loads(run(capsys, "restore", "texts/1.md", "--json")[1]) == {
        "restored": "texts/1.md"
    }
    assert library.ids() == ["texts/0.md", "texts/1.md", "texts/2.md"]
