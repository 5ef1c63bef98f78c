"""What any `Index`, `Catalog` and `Writer` must do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from index.base import EVERYTHING, Index
from index.changes import (
    ForgetFailure,
    ForgetFetch,
    MoveDocument,
    PutDocument,
    PutFailure,
    PutFetch,
    PutListing,
    PutRoot,
    PutSignature,
    RemoveDocument,
    RestoreDocument,
    TouchSource,
)
from index.embedding.base import Matrix, TextKind
from index.embedding.hashing import HashingEmbedder
from index.errors import (
    CitationUnknown,
    DocumentUnknown,
    EmbedderMismatch,
    GenerationUnknown,
    IndexMissing,
)
from index.types import Failure, Fetch, Filter, Metadata
from index.version import citation_id, version_of
from tests.conformance.engines import INDEXES, MakeIndex, commit, make_document, put

WIND = "Wind energy\nThe agency supports wind clusters.\nApplicants report every year."
SEA = "Harbours\nThe harbour master keeps the lamps burning.\nShips report every week."
ROOT = PutRoot("texts", "/texts")
FAR = "9999-01-01T00:00:00+00:00"


class OtherEmbedder:
    """Another model: other vectors under another name."""

    def __init__(self) -> None:
        self._inner = HashingEmbedder()

    @property
    def fingerprint(self) -> str:
        return "another model"

    def encode(self, texts: Sequence[str], kind: TextKind) -> Matrix:
        return self._inner.encode([f"{text} {text} once more" for text in texts], kind)


@pytest.fixture(params=sorted(INDEXES))
def make(request: pytest.FixtureRequest) -> MakeIndex:
    return INDEXES[request.param]


@pytest.fixture
def index(make: MakeIndex, tmp_path: Path) -> Index:
    return make(tmp_path / "home", HashingEmbedder())


def ids(index: Index, generation: int | None = None) -> list[str]:
    with index.snapshot(generation) as catalog:
        return [document.id for document in catalog.documents()]


def find(index: Index, question: str, restriction: Filter = EVERYTHING) -> list[str]:
    return [hit.passage.text for hit in index.search(question, 10, restriction).hits]


def test_there_is_none_before_the_first_writer(index: Index) -> None:
    for ask in (index.check_made, index.documents, index.manifest, lambda: index.search("wind")):
        with pytest.raises(IndexMissing):
            ask()
    assert index.bring_up_to_date() == ""
    with index.writer():
        pass
    index.check_made()
    assert index.documents() == []
    assert index.search("wind").hits == ()
    assert index.manifest().fingerprint == ""


def test_what_is_put_is_held_and_found(index: Index) -> None:
    wind = make_document("wind.md", WIND, Metadata(publisher="Ministry", language="en"))
    commit(index, ROOT, PutDocument(wind), put("sea.md", SEA))
    with index.snapshot() as catalog:
        document = catalog.document("texts/wind.md")
        assert (document.source, document.metadata) == (wind.source, wind.metadata)
        assert (document.passages, document.characters) == (3, len(WIND))
        assert catalog.document("wind.md") == document
        assert catalog.version(wind.version.id[:16]) == wind.version
        assert tuple(catalog.passages_of(wind.version.id)) == wind.passages
        assert catalog.roots() == {"texts": Path("/texts")}
        assert catalog.document_of(wind.version.id) == (document, True, False)
        manifest = catalog.manifest()
    assert (manifest.documents, manifest.passages) == (2, 6)
    assert manifest.fingerprint == index.embedder.fingerprint
    result = index.search("harbour lamps", 2)
    best = result.hits[0]
    assert best.passage.text == "The harbour master keeps the lamps burning."
    assert (best.document.id, best.score, best.dense_rank, best.lexical_rank) == (
        "texts/sea.md", pytest.approx(1), 1, 1,
    )  # fmt: skip
    assert (result.receipt.documents, result.receipt.passages, len(result.hits)) == (2, 6, 2)
    assert {word.text for word in result.words} == {"harbour", "lamps"}
    rarity = index.rarity(["report", "lamp"])
    assert 0 < rarity["report"] < rarity["lamp"]
    assert index.verify() == []


def test_a_text_replaces_the_one_before(index: Index) -> None:
    commit(index, ROOT, put("a.md", WIND))
    commit(index, put("a.md", SEA))
    assert ids(index) == ["texts/a.md"]
    assert "wind" not in " ".join(find(index, "wind"))
    with index.snapshot() as catalog:
        shown = catalog.versions_of("texts/a.md")
        assert [v.version for v in shown] == [version_of(SEA), version_of(WIND)]
        assert (shown[0].until, shown[1].until is None) == (None, False)
        document, current, removed = catalog.document_of(version_of(WIND))
        assert (document.version, current, removed) == (version_of(SEA), False, False)
        assert catalog.passages_of(version_of(WIND)) == []


def test_two_documents_share_a_text(index: Index) -> None:
    commit(index, ROOT, put("b.md", WIND), put("a.md", WIND))
    (hit, *_) = index.search("wind clusters").hits
    assert (hit.document.id, hit.also_in) == ("texts/a.md", ("texts/b.md",))
    assert index.manifest().passages == 3
    commit(index, RemoveDocument("texts/a.md"))
    (hit, *_) = index.search("wind clusters").hits
    assert (hit.document.id, hit.also_in) == ("texts/b.md", ())


def test_a_removal_and_its_undo(index: Index) -> None:
    commit(index, ROOT, put("a.md", WIND), put("b.md", SEA))
    found = find(index, "report every year")
    removed_at = commit(index, RemoveDocument("texts/a.md"))
    cited = citation_id(version_of(WIND), 0, 4)
    with index.snapshot() as catalog:
        old = catalog.citable(cited)
        assert (old.quote, old.current, old.removed) == ("Wind", False, True)
        assert catalog.standing(old).state == "removed"
        (gone,) = catalog.list_removed()
        assert catalog.find_removed("texts/a.md") == gone
        assert (gone.document.version, gone.is_restorable) == (version_of(WIND), True)
        with pytest.raises(DocumentUnknown):
            catalog.find_removed("texts/b.md")
        with pytest.raises(DocumentUnknown):
            catalog.document("a.md")
    assert find(index, "wind") != found
    commit(index, RestoreDocument("texts/a.md"))
    # Under new numbers, which decide between equally good passages.
    assert sorted(find(index, "report every year")) == sorted(found)
    with index.snapshot() as catalog:
        assert catalog.citable(cited).current
        assert catalog.list_removed() == []
    assert ids(index, removed_at) == ["texts/b.md"]
    assert index.verify() == []


def test_a_move_is_no_removal(index: Index) -> None:
    first = commit(index, ROOT, put("a.md", WIND))
    commit(index, put("a.md", SEA))
    source = replace(make_document("a.md", SEA).source, path="b.md", modified_ns=9)
    commit(index, MoveDocument("texts/a.md", source))
    assert ids(index) == ["texts/b.md"]
    assert ids(index, first) == ["texts/a.md"]
    with index.snapshot() as catalog:
        assert catalog.document("b.md").source.modified_ns == 9
        assert catalog.document_of(version_of(WIND))[0].id == "texts/b.md"
        assert [v.version for v in catalog.versions_of("texts/b.md")] == [
            version_of(SEA), version_of(WIND),
        ]  # fmt: skip
        assert catalog.list_removed() == []
        with pytest.raises(DocumentUnknown):
            catalog.find_removed("texts/a.md")
    assert find(index, "harbour lamps")[0] == "The harbour master keeps the lamps burning."


def test_new_stat_values_are_no_new_state(index: Index) -> None:
    commit(index, ROOT, put("a.md", WIND))
    source = replace(make_document("a.md", WIND).source, size_bytes=5, modified_ns=6)
    commit(index, TouchSource(source))
    with index.snapshot() as catalog:
        touched = catalog.document("a.md").source
        assert (touched.size_bytes, touched.modified_ns) == (5, 6)
        assert len(catalog.versions_of("texts/a.md")) == 1


def test_filters(index: Index) -> None:
    known = Metadata(
        publisher="P", country="Poland", language="en", type="law", date=date(2024, 5, 1)
    )
    commit(index, ROOT, put("a.md", WIND, known), put("b.md", SEA))
    for restriction, expected in (
        (Filter(documents=("texts/a.md",)), {"texts/a.md"}),
        (Filter(publishers=("P", "Q")), {"texts/a.md"}),
        (Filter(countries=("Poland",), types=("law",)), {"texts/a.md"}),
        (Filter(countries=("Greece",)), set()),
        (Filter(languages=("en",), roots=("texts",)), {"texts/a.md", "texts/b.md"}),
        (Filter(since=date(2024, 5, 1), until=date(2024, 5, 1)), {"texts/a.md"}),
        (Filter(since=date(2024, 5, 2)), set()),
    ):
        result = index.search("report every", 10, restriction)
        assert {hit.document.id for hit in result.hits} == expected
        assert result.receipt.documents == len(expected)
        assert result.receipt.passages == 3 * len(expected)


def test_a_snapshot_is_one_moment(index: Index) -> None:
    commit(index, ROOT, put("a.md", WIND))
    with index.snapshot() as before:
        commit(index, put("b.md", SEA), RemoveDocument("texts/a.md"))
        assert [document.id for document in before.documents()] == ["texts/a.md"]
        assert before.document_of(version_of(WIND))[1:] == (True, False)
        with index.snapshot() as after:
            assert after.moment.index == before.moment.index
            assert after.moment.generation > before.moment.generation
            assert after.moment != before.moment
            assert after.moment.key != before.moment.key
            assert [document.id for document in after.documents()] == ["texts/b.md"]


def test_a_past_moment_is_searched_as_it_was(index: Index) -> None:
    commit(index, ROOT, put("a.md", WIND), put("b.md", SEA))
    before = index.search("report every year", 4)
    rarity = index.rarity(["report", "wind", "lamp"])
    with index.snapshot() as catalog:
        then = catalog.moment.generation
    commit(index, put("a.md", SEA + "\nWind and more wind."))
    commit(index, RemoveDocument("texts/b.md"))
    with index.snapshot(then) as catalog:
        assert (catalog.is_past, catalog.moment.generation) == (True, then)
        again = index.search("report every year", 4, Filter(), catalog)
        assert index.rarity(["report", "wind", "lamp"], catalog) == pytest.approx(rarity)
        assert catalog.document_of(version_of(SEA))[0].id == "texts/b.md"
    assert [hit.passage for hit in again.hits] == [hit.passage for hit in before.hits]
    assert [hit.document.id for hit in again.hits] == [hit.document.id for hit in before.hits]
    assert [h.score for h in again.hits] == pytest.approx([h.score for h in before.hits])
    assert again.receipt == before.receipt
    with index.snapshot() as catalog:
        assert not catalog.is_past
        assert catalog.find_generation(FAR) == catalog.moment.generation
        with pytest.raises(GenerationUnknown):
            catalog.find_generation("1999-01-01T00:00:00+00:00")
    with pytest.raises(GenerationUnknown), index.snapshot(99):
        pass


def test_what_was_staged_and_not_committed_is_not_there(index: Index) -> None:
    generation = commit(index, ROOT, put("a.md", WIND))
    with index.writer() as writer:
        writer.add([make_document("b.md", SEA)], lambda _: None)
        writer.stage(RemoveDocument("texts/a.md"))
        assert [str(change) for change in writer.staged] == [
            "put texts/b.md, 3 passages", "remove texts/a.md",
        ]  # fmt: skip
    assert ids(index) == ["texts/a.md"]
    with index.writer() as writer:
        assert writer.staged == ()
        writer.commit()
    with index.snapshot() as catalog:
        assert catalog.moment.generation == generation


def test_all_of_a_commit_is_one_generation(index: Index) -> None:
    generation = commit(
        index,
        ROOT,
        put("a.md", WIND),
        put("b.md", SEA),
        put("a.md", SEA),
        RemoveDocument("texts/b.md"),
    )
    assert ids(index, generation) == ["texts/a.md"]
    with index.snapshot() as catalog:
        # What was born and died in one commit has never been.
        assert [v.version for v in catalog.versions_of("texts/a.md")] == [version_of(SEA)]
        with pytest.raises(DocumentUnknown):
            catalog.versions_of("texts/b.md")
    assert index.verify() == []


def test_what_is_alike_is_found_by_its_keys(index: Index) -> None:
    """A text is signed once, wherever it is shown; one that is not shown is not found."""
    wind, sea = version_of(WIND), version_of(SEA)
    commit(index, ROOT, put("a.md", WIND), put("b.md", SEA), put("c.md", WIND))
    with index.snapshot() as catalog:
        assert catalog.unsigned("kind") == dict.fromkeys(sorted([wind, sea]))
        assert catalog.names_showing([wind]) == {wind: ["texts/a.md", "texts/c.md"]}
        named = catalog.documents(["texts/c.md", "texts/none.md", "texts/a.md", "texts/a.md"])
        assert [document.id for document in named] == ["texts/a.md", "texts/c.md"]
        assert catalog.documents([]) == []
        assert catalog.find_alike("kind", (1,), 9) == {}
    with index.writer() as writer:
        writer.keep(PutSignature(wind, "kind", b"w", (1, -(2**63))))
        writer.keep(PutSignature(sea, "kind", b"s", (2**63 - 1, 1)))
    with index.snapshot() as catalog:
        assert catalog.unsigned("kind") == {}
        assert catalog.find_alike("kind", (1,), 9) == {wind: b"w", sea: b"s"}
        assert catalog.find_alike("kind", (1,), 1) == {wind: b"w"}
        assert catalog.find_alike("kind", (7, 2**63 - 1), 9) == {sea: b"s"}
        assert catalog.find_alike("other", (1,), 9) == catalog.find_alike("kind", (), 9) == {}
    commit(index, RemoveDocument("texts/b.md"))
    with index.snapshot() as catalog:
        assert catalog.find_alike("kind", (1,), 9) == {wind: b"w"}
        assert catalog.names_showing([wind, sea]) == {wind: ["texts/a.md", "texts/c.md"]}
    commit(index, put("b.md", SEA))
    with index.snapshot() as catalog:
        assert catalog.unsigned("kind") == {}
        assert catalog.find_alike("kind", (1,), 9) == {wind: b"w", sea: b"s"}


def test_refusals_lists_answers_and_signatures(index: Index) -> None:
    refused = Failure("texts", "c.doc", "no reader", 5, 6, "", "2026-01-01T00:00:00+00:00")
    fetched = Fetch("https://example.org/a", "", "", 0, 0, "", "", "", "now", "404 Not Found")
    entries = (("texts", "a.md"), ("web", "https://example.org/a"))
    commit(index, ROOT, PutFailure(refused), PutListing("list", entries), put("a.md", WIND))
    with index.writer() as writer:
        writer.keep(PutFetch(fetched), PutSignature(version_of(WIND), "kind", b"signature"))
        writer.keep()
    with index.snapshot() as catalog:
        assert catalog.failures() == [refused]
        assert catalog.listed() == {"list": set(entries)}
        assert catalog.fetches() == {fetched.url: fetched}
        assert catalog.signatures("kind") == {version_of(WIND): b"signature"}
        assert catalog.signatures("other") == {version_of(WIND): None}
        assert catalog.signatures_of("kind", ["other", version_of(WIND)]) == {
            version_of(WIND): b"signature"
        }
    commit(index, ForgetFailure("texts", "c.doc"), PutListing("list", ()), ForgetFetch(fetched.url))
    with index.snapshot() as catalog:
        assert (catalog.failures(), catalog.listed(), catalog.fetches()) == ([], {}, {})


def test_pruning_forgets_what_is_not_shown(index: Index) -> None:
    commit(index, ROOT, put("a.md", WIND))
    first = commit(index, put("a.md", SEA))
    commit(index, RemoveDocument("texts/a.md"), put("b.md", SEA))
    with index.snapshot() as catalog:
        outdated = catalog.outdated(FAR)
        assert [(v.document, v.version) for v in outdated.versions] == [
            ("texts/a.md", version_of(WIND))
        ]
        assert catalog.originals(FAR) == {make_document("b.md", SEA).source.sha256}
        assert len(catalog.originals()) == 2
    with index.writer() as writer:
        writer.prune(FAR)
    with index.snapshot() as catalog, pytest.raises(CitationUnknown):
        catalog.version(version_of(WIND))
    with pytest.raises(GenerationUnknown), index.snapshot(first):
        pass
    with index.snapshot() as catalog:
        assert catalog.citable(citation_id(version_of(SEA), 0, 8)).current
        assert catalog.list_removed() == []
    assert index.verify() == []


def test_forgetting_one_document(index: Index) -> None:
    commit(index, ROOT, put("a.md", WIND), put("b.md", SEA), put("c.md", SEA))
    commit(index, RemoveDocument("texts/a.md"), RemoveDocument("texts/b.md"))
    with index.writer() as writer:
        writer.forget("texts/a.md")
        writer.forget("texts/b.md")
    with index.snapshot() as catalog:
        assert catalog.list_removed() == []
        with pytest.raises(CitationUnknown):
            catalog.version(version_of(WIND))
        assert catalog.document_of(version_of(SEA))[0].id == "texts/c.md"


def test_another_embedder_is_refused_until_all_is_embedded_anew(
    make: MakeIndex, index: Index, tmp_path: Path
) -> None:
    commit(index, ROOT, put("a.md", WIND))
    with index.snapshot() as catalog:
        before = catalog.moment
    original, index.embedder = index.embedder, OtherEmbedder()
    with pytest.raises(EmbedderMismatch):
        index.search("wind")
    with pytest.raises(EmbedderMismatch), index.writer():
        pass
    with index.writer(reembed=True):
        pass
    assert find(index, "wind clusters")[0] == "The agency supports wind clusters."
    with index.snapshot() as catalog:
        assert catalog.moment.fingerprint == "another model"
        assert catalog.moment.generation > before.generation
    index.embedder = original
    with pytest.raises(EmbedderMismatch):
        index.search("wind")


@pytest.mark.parametrize(
    "citation", ["nothing", "0" * 16 + "-0-5", "VERSION-3-3", "VERSION-0-9999"]
)
def test_a_citation_that_is_not_there(index: Index, citation: str) -> None:
    commit(index, ROOT, put("a.md", WIND))
    with index.snapshot() as catalog, pytest.raises(CitationUnknown):
        catalog.citable(citation.replace("VERSION", version_of(WIND)[:16]))


def test_names_of_documents(index: Index) -> None:
    commit(index, ROOT, put("x/a.md", WIND), put("y/a.md", SEA))
    with index.snapshot() as catalog:
        assert catalog.document("x/a.md").id == "texts/x/a.md"
        for name in ("a.md", "%.md", "b.md", ""):
            with pytest.raises(DocumentUnknown):
                catalog.document(name)


@pytest.mark.parametrize("k", [0, -1])
def test_k_is_at_least_1(index: Index, k: int) -> None:
    commit(index, ROOT, put("a.md", WIND))
    with pytest.raises(ValueError, match="k must be at least 1"):
        index.search("wind", k)
