"""Whose texts passage numbers stand for: an index is known by more than its folder."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from benchmarks.torture.replace import attack
from index.base import Catalog, ask_at_one_moment
from index.embedding.base import Matrix, TextKind
from index.embedding.hashing import HashingEmbedder
from index.embedding.transformer import SentenceTransformerEmbedder
from index.errors import EmbedderMismatch, IndexChanged
from index.local import LocalIndex
from index.settings import EmbedderSettings, Settings
from ingest.upkeep.removal import remove_document
from tests.library import Library, essay

RELEASE = Path(__file__).with_name("releases") / "0.1.0.zip"


class TurnedEmbedder:
    """The embedder of the tests, but for its name and the order of its dimensions."""

    fingerprint = "turned"

    def encode(self, texts: Sequence[str], kind: TextKind) -> Matrix:
        return np.ascontiguousarray(HashingEmbedder().encode(texts, kind)[:, ::-1])


@pytest.fixture
def library(tmp_path: Path) -> Library:
    filled = Library(tmp_path)
    for number in range(3):
        filled.write(f"{number}.md", essay(number))
    filled.ingest()
    return filled


def first(index: LocalIndex, question: str) -> str:
    """The document of what is found first; what is found by words must hold them."""
    hits = index.search(question, 5).hits
    return hits[0].document.id


def rewrite(library: Library, shift: int) -> None:
    """The same names, other texts."""
    for number in range(3):
        library.write(f"{number}.md", essay(number + shift))


def test_stamps_say_whose_they_are(library: Library) -> None:
    with library.index.snapshot() as catalog:
        moment = catalog.moment
    for store in ("vectors", "words"):
        path = library.settings.index_directory / store / "generation.json"
        assert json.loads(path.read_text())["moment"] == {
            "index": moment.index, "generation": moment.generation, "commit": moment.commit,
            "fingerprint": "hashing-64@1",
        }  # fmt: skip


def test_an_index_that_is_deleted_and_made_anew_is_noticed(library: Library) -> None:
    """Its numbers and its generation are the same again, with other texts behind them."""
    reader = library.reader()
    assert first(reader, "wind energy in region 0") == "texts/0.md"
    before = reader.stores
    shutil.rmtree(library.settings.index_directory)
    rewrite(library, 4)
    library.ingest()
    assert before is not None
    with reader.snapshot() as catalog:
        assert catalog.moment.generation == before.moment.generation
    assert first(reader, "timber housing in region 4") == "texts/0.md"
    assert all("region 0 " not in hit.passage.text for hit in reader.search("region", 30).hits)
    assert reader.stores is not before


def test_a_copy_that_is_put_back_is_noticed(library: Library) -> None:
    """It goes on from an old generation: index and generation are those of another text."""
    copy = library.home / "copy"
    shutil.copytree(library.settings.index_directory, copy)
    rewrite(library, 3)
    library.ingest()
    reader = library.reader()
    assert first(reader, "battery cells in region 3") == "texts/0.md"
    with reader.snapshot() as catalog:
        one = catalog.moment
    shutil.rmtree(library.settings.index_directory)
    shutil.move(copy, library.settings.index_directory)
    rewrite(library, 6)
    library.ingest()
    with reader.snapshot() as catalog:
        other = catalog.moment
    assert (one.index, one.generation) == (other.index, other.generation)
    assert one != other
    assert first(reader, "medical devices in region 6") == "texts/0.md"
    assert all("region 3 " not in hit.passage.text for hit in reader.search("region", 30).hits)


def test_a_question_under_way_is_asked_again(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its moment was read; before it is searched, the index is another one."""
    reader = library.reader()
    encode, done = HashingEmbedder.encode, []

    def replace_once(self: HashingEmbedder, texts: Sequence[str], kind: TextKind) -> Matrix:
        if kind == "query" and not done:
            done.append(True)
            shutil.rmtree(library.settings.index_directory)
            rewrite(library, 4)
            library.ingest()
        return encode(self, texts, kind)

    monkeypatch.setattr(HashingEmbedder, "encode", replace_once)
    assert first(reader, "timber housing in region 4") == "texts/0.md"
    assert done


def test_a_question_that_a_commit_overtakes_keeps_its_moment(library: Library) -> None:
    reader = library.reader()
    reader.search("region")
    with reader.snapshot() as catalog:
        library.write("new.md", essay(5))
        library.ingest()
        reader.search("region")  # somebody else's, after the commit
        newer = reader.stores
        result = reader.search("region", 50, catalog=catalog)
        documents = {hit.document.id for hit in result.hits}
        assert documents == {"texts/0.md", "texts/1.md", "texts/2.md"}
        assert result.receipt.documents == 3
        assert reader.stores is newer


def test_a_question_that_a_removal_overtakes_is_asked_again(library: Library) -> None:
    """Of a document that changed neither text would be found: the old one is not held any more."""
    reader = library.reader()
    with reader.snapshot() as catalog:
        library.write("1.md", essay(8))
        library.ingest()
        with pytest.raises(IndexChanged):
            reader.search("region", 50, catalog=catalog)
    moments = []

    def ask(catalog: Catalog) -> set[str]:
        moments.append(catalog.moment)
        if len(moments) == 1:
            library.write("1.md", essay(9))
            library.ingest()
        return {hit.document.id for hit in reader.search("region", 50, catalog=catalog).hits}

    assert ask_at_one_moment(reader, ask) == {"texts/0.md", "texts/1.md", "texts/2.md"}
    assert len(moments) == 2


def test_stores_of_another_index_are_refused_and_rebuilt(library: Library, tmp_path: Path) -> None:
    other = Library(tmp_path / "other")
    for number in range(3):
        other.write(f"{number}.md", essay(number + 3))
    other.ingest()
    shutil.rmtree(library.settings.index_directory / "vectors")
    shutil.copytree(
        other.settings.index_directory / "vectors", library.settings.index_directory / "vectors"
    )
    with pytest.raises(IndexChanged, match="run `python -m ingest`, which rebuilds it") as caught:
        library.reader().search("region")
    assert "\n" not in str(caught.value)
    library.ingest()
    assert library.reader().verify() == []
    assert first(library.reader(), "wind energy in region 0") == "texts/0.md"


def test_vectors_of_another_model_are_never_compared_with(library: Library) -> None:
    reader = library.reader()
    assert first(reader, "wind energy in region 0") == "texts/0.md"
    with library.reader(TurnedEmbedder()).writer(reembed=True):
        pass
    with pytest.raises(EmbedderMismatch):
        reader.search("region 0")
    assert first(library.reader(TurnedEmbedder()), "wind energy in region 0") == "texts/0.md"
    with library.index.writer(reembed=True):
        pass
    assert first(reader, "wind energy in region 0") == "texts/0.md"


def test_the_past_is_searched_by_the_embedder_of_today(library: Library) -> None:
    with library.index.snapshot() as catalog:
        then = catalog.moment.generation
    remove_document(library.index, "0.md")
    reader = library.reader(TurnedEmbedder())
    with reader.writer(reembed=True):
        pass
    with reader.snapshot(then) as catalog:
        hits = reader.search("wind energy in region 0", 5, catalog=catalog).hits
    assert hits[0].document.id == "texts/0.md"
    assert hits[0].dense_rank is not None


def test_an_index_of_an_older_release_can_be_asked_at_once(tmp_path: Path) -> None:
    """Its stores are taken over with a new stamp: nothing is built, and no writer has to come."""
    with zipfile.ZipFile(RELEASE) as archive:
        archive.extractall(tmp_path)
    index = LocalIndex(Settings(tmp_path / "home"), SentenceTransformerEmbedder(EmbedderSettings()))
    stored = {path: path.read_bytes() for path in (tmp_path / "home/index").glob("vectors/*.faiss")}
    line = index.bring_up_to_date()
    assert line.endswith("and from now on it knows what was true when")
    assert "\n" not in line
    assert index.bring_up_to_date() == ""
    assert index.search("Who repairs the ferries?").hits
    assert {path: path.read_bytes() for path in stored} == stored
    assert index.verify() == []


def test_an_index_that_is_replaced_under_a_process_that_asks(tmp_path: Path) -> None:
    """`python -m benchmarks.replace` in short: see there."""
    result = attack(tmp_path, 60)
    assert (result["wrong"], result["examples"]) == (0, [])
    assert result["answers"] == 60
    assert int(str(result["states_seen"])) > 5
