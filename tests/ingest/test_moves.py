"""Files that change their name, that say nearly the same, or that change while they are read."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.catalog.schema import connect
from index.changes import PutSignature
from index.errors import DocumentUnknown
from ingest.errors import SourceUnreadable
from ingest.report import NearDuplicate
from ingest.sources.names import is_displayable, make_displayable
from ingest.sources.opening import read_whole
from ingest.sources.roots import make_title
from ingest.upkeep import duplicates
from ingest.upkeep.duplicates import list_near_duplicates
from tests.library import CountingEmbedder, Library, essay


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path, CountingEmbedder())


def numbers(library: Library) -> list[int]:
    with library.index.snapshot() as catalog:
        return [int(number) for number in catalog.live_numbers()]


def embedded(library: Library) -> int:
    assert isinstance(library.embedder, CountingEmbedder)
    return library.embedder.passages


# Moves


def test_a_renamed_file_keeps_everything(library: Library) -> None:
    library.write("a.md", essay(1))
    library.write("b.md", essay(2))
    library.ingest()
    before = library.contents()["texts/a.md"], numbers(library), embedded(library)
    cited = library.contents()["texts/a.md"][0][0]
    (library.texts / "sub").mkdir()
    (library.texts / "a.md").rename(library.texts / "sub" / "c.md")
    plan = library.plan()
    (step,) = plan.of("move")
    assert (step.id, step.reason) == ("texts/sub/c.md", "moved from texts/a.md")
    assert plan.summary() == "0 new, 0 changed, 0 removed, 1 unchanged, 1 moved"
    report = library.ingest()
    assert report.moved == [("texts/a.md", "texts/sub/c.md")]
    assert (report.added, report.removed, report.missing) == ([], [], [])
    assert report.notes() == ["texts/sub/c.md was moved from texts/a.md"]
    assert library.ids() == ["texts/b.md", "texts/sub/c.md"]
    after = library.contents()["texts/sub/c.md"], numbers(library), embedded(library)
    assert after == before
    old = library.index.citable(cited)
    assert (old.document.id, old.current, old.removed) == ("texts/sub/c.md", True, False)
    assert library.index.verify() == []
    assert library.ingest().unchanged == 2


def test_citations_of_earlier_versions_open_under_the_new_name(library: Library) -> None:
    library.write("a.md", essay(1))
    library.ingest()
    cited = library.contents()["texts/a.md"][0][0]
    library.write("a.md", essay(2))
    library.ingest()
    (library.texts / "a.md").rename(library.texts / "b.md")
    library.ingest(prune=True)
    old = library.index.citable(cited)
    assert (old.document.id, old.current, old.removed) == ("texts/b.md", False, False)


def test_the_history_moves_along_and_can_be_pruned(library: Library) -> None:
    for number in (1, 2):
        library.write("a.md", essay(number))
        library.ingest()
    for old, new in (("a.md", "b.md"), ("b.md", "a.md")):
        (library.texts / old).rename(library.texts / new)
        library.ingest()
        with library.index.snapshot() as catalog:
            here = catalog.versions_of(f"texts/{new}")
            there = catalog.versions_of(f"texts/{old}")
        assert [shown.until is None for shown in here] == [True, False]
        assert {shown.version for shown in there} == {shown.version for shown in here}
        assert all(shown.until for shown in there)
    with library.index.writer() as writer:
        writer.prune("9999-01-01T00:00:00+00:00")
    with library.index.snapshot() as catalog:
        assert [shown.version for shown in catalog.versions_of("texts/a.md")] == [here[0].version]
        with pytest.raises(DocumentUnknown):
            catalog.versions_of("texts/b.md")
    assert library.index.verify() == []


def test_a_copy_is_no_move(library: Library) -> None:
    library.write("a.md", essay(1))
    library.ingest()
    library.write("b.md", essay(1))
    report = library.ingest()
    assert (report.moved, report.added) == ([], ["texts/b.md"])
    assert report.near_duplicates == [NearDuplicate("texts/b.md", "texts/a.md", 1.0)]
    assert report.notes() == ["texts/b.md has the same text as texts/a.md"]


def test_the_same_size_is_not_enough(library: Library) -> None:
    library.write("a.txt", "The ministry pays 10 million euro.")
    library.ingest()
    (library.texts / "a.txt").unlink()
    library.write("b.txt", "The ministry pays 20 million euro.")
    report = library.ingest()
    assert (report.moved, report.added, report.missing) == ([], ["texts/b.txt"], ["texts/a.txt"])


def test_of_several_the_one_with_the_same_name(library: Library) -> None:
    for name in ("a/one.md", "a/two.md"):
        library.write(name, essay(1))
    library.ingest()
    (library.texts / "a").rename(library.texts / "b")
    report = library.ingest()
    assert report.moved == [
        ("texts/a/one.md", "texts/b/one.md"), ("texts/a/two.md", "texts/b/two.md"),
    ]  # fmt: skip


def test_one_that_vanished_and_two_that_are_new(library: Library) -> None:
    library.write("a.md", essay(1))
    library.ingest()
    (library.texts / "a.md").rename(library.texts / "b.md")
    library.write("c.md", essay(1))
    report = library.ingest(prune=True)
    assert report.moved == [("texts/a.md", "texts/b.md")]
    assert (report.added, report.removed) == (["texts/c.md"], [])


def test_from_one_root_to_another(library: Library, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    library.write("a.md", essay(1))
    library.ingest(library.texts, other)
    (library.texts / "a.md").rename(other / "a.md")
    # Outside of what this run is about nothing has vanished.
    assert library.plan(other).of("move") == []
    assert library.ingest(library.texts, other).moved == [("texts/a.md", "other/a.md")]


def test_a_sidecar_that_stays_behind_is_a_change(library: Library) -> None:
    library.write("a.md", essay(1))
    library.write("a.md.meta.toml", 'publisher = "P"\n')
    library.ingest()
    (library.texts / "a.md").rename(library.texts / "b.md")
    before = embedded(library)
    report = library.ingest()
    assert (report.moved, report.changed) == ([("texts/a.md", "texts/b.md")], ["texts/b.md"])
    assert library.index.documents()[0].metadata.publisher is None
    assert embedded(library) == before
    assert library.ids() == ["texts/b.md"]


def test_a_title_that_is_the_name_follows_it(library: Library) -> None:
    library.write("wind-plan.txt", "the ministry pays for wind energy, and for nothing else.")
    library.ingest()
    title = library.index.documents()[0].title
    (library.texts / "wind-plan.txt").rename(library.texts / "sun_plan.txt")
    report = library.ingest()
    assert report.moved == [("texts/wind-plan.txt", "texts/sun_plan.txt")]
    assert (title, library.index.documents()[0].title) == ("Wind plan", "Sun plan")


def test_back_to_a_name_that_was_there_before(library: Library) -> None:
    library.write("a.md", essay(1))
    library.ingest()
    for before, now in (("a", "b"), ("b", "a"), ("a", "b")):
        (library.texts / f"{before}.md").rename(library.texts / f"{now}.md")
        assert library.ingest().moved == [(f"texts/{before}.md", f"texts/{now}.md")]
    assert library.ids() == ["texts/b.md"]
    assert library.index.verify() == []


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("a/wind-energy_2030.txt", "Wind energy 2030"),
        ("https://example.org/", "example.org"),
        ("https://example.org/wind%20energy.html?page=2", "Wind energy"),
        ("https://example.org/policies/", "Policies"),
        ("-.txt", "-.txt"),
    ],
)
def test_titles_from_names(path: str, title: str) -> None:
    assert make_title(path) == title


# Near duplicates


def test_near_duplicates_are_named(library: Library) -> None:
    library.write("a.md", essay(1))
    library.write("other.md", essay(2))
    library.ingest()
    # One word of some 700 is another one, so 5 runs of 5 words of each are.
    library.write("b.md", essay(1).replace("plain language", "plain words", 1))
    library.write("short.txt", "Three words only.")
    report = library.ingest()
    ((pair),) = report.near_duplicates
    assert (pair.document, pair.other) == ("texts/b.md", "texts/a.md")
    assert 0.9 < pair.similarity < 1
    assert str(pair).startswith("texts/b.md is nearly the same as texts/a.md (9")
    assert library.ingest().near_duplicates == []  # said when it comes in
    assert list_near_duplicates(library.index) == [
        NearDuplicate("texts/a.md", "texts/b.md", pair.similarity)
    ]


def test_signatures_are_made_once(library: Library) -> None:
    library.write("a.md", essay(1))
    library.ingest()
    with library.index.snapshot() as catalog:
        (signed,) = (catalog.signatures("minhash-affine32-128-words-5")).values()
        assert signed
    with library.index.writer() as writer:
        # Were it made anew, it would not be found to be another document's.
        writer.keep(PutSignature(library.index.documents()[0].version, "another kind", b"x"))
    library.write("b.md", essay(1).replace("plain language", "plain words", 1))
    report = library.ingest()
    assert [pair.other for pair in report.near_duplicates] == ["texts/a.md"]


def test_another_kind_of_signature_needs_a_migration_that_lists_every_text_as_unsigned() -> None:
    assert duplicates._KIND == "minhash-affine32-128-words-5"
    assert (duplicates._BANDS, duplicates._ROWS) == (16, 8)


def test_signatures_without_keys_get_them_and_are_not_made_again(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an index of an older release has them."""
    library.write("a.md", essay(1))
    library.ingest()
    with contextlib.closing(connect(library.index.settings.index_directory)) as catalog:
        catalog.execute("DELETE FROM signature_keys")
        catalog.execute("INSERT INTO unsigned SELECT version FROM documents")
    sign, signed = duplicates._signature, []
    monkeypatch.setattr(duplicates, "_signature", lambda text: signed.append(text) or sign(text))
    library.write("b.md", essay(1).replace("plain language", "plain words", 1))
    report = library.ingest()
    assert [pair.other for pair in report.near_duplicates] == ["texts/a.md"]
    assert len(signed) == 1


def test_unlike_texts_are_not_near(library: Library) -> None:
    """The estimate beside the share counted by hand."""
    words = [f"word{number}" for number in range(400)]
    library.write("a.txt", " ".join(words) + ".")
    library.ingest()
    # 100 of 396 runs in common with 300 others each: 100 / 692 = 0.14.
    library.write("b.txt", " ".join([*words[:104], *(f"other{n}" for n in range(296))]) + ".")
    assert library.ingest().near_duplicates == []


# Names


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("a\nb.txt", id="newline"),
        pytest.param("a\x1b[31mb.txt", id="terminal"),
        pytest.param("a\u202etxt.exe.txt", id="turned-round"),
        pytest.param("a\u2028b.txt", id="line-separator"),
    ],
)
def test_names_that_no_line_can_show_are_refused(library: Library, name: str) -> None:
    library.write("good.md", essay(1))
    library.write(name, essay(2))
    report = library.ingest()
    assert report.added == ["texts/good.md"]
    (trouble,) = report.failures
    assert trouble.reason == "its name holds control characters; rename it"
    assert is_displayable(trouble.id)
    assert library.ingest().refused == [trouble.id]


def test_markup_in_a_name_is_a_name(library: Library) -> None:
    library.write("<b>*x*.md", essay(1))
    assert library.ingest().added == ["texts/<b>*x*.md"]
    assert make_displayable("<b>*x*.md") == "<b>*x*.md"


# Files that are written, and what is no file


@pytest.fixture
def opened_when() -> Iterator[Callable[[Path, Callable[[], object]], None]]:
    """Call something whenever a file is opened for reading, just before it is."""
    watched: dict[str, Callable[[], object]] = {}

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and arguments[1] in ("r", "rb") and str(arguments[0]) in watched:
            watched[str(arguments[0])]()

    sys.addaudithook(hook)  # cannot be taken out again, so it is told to stop

    def watch(file: Path, act: Callable[[], object]) -> None:
        watched[str(file)] = act

    yield watch
    watched.clear()


Opened = Callable[[Path, Callable[[], object]], None]


def append(file: Path) -> None:
    handle = os.open(file, os.O_WRONLY | os.O_APPEND)
    os.write(handle, b"Another line.\n")
    os.close(handle)


def test_a_file_that_changes_once_is_read_again(tmp_path: Path, opened_when: Opened) -> None:
    file = tmp_path / "a.txt"
    file.write_text("A line.\n")
    changes = iter([lambda: append(file)])
    opened_when(file, lambda: next(changes, lambda: None)())
    assert read_whole(file) == b"A line.\nAnother line.\n"


def test_a_file_that_another_one_takes_the_place_of(tmp_path: Path, opened_when: Opened) -> None:
    file, other = tmp_path / "a.txt", tmp_path / "b.txt"
    file.write_text("Old.")
    other.write_text("New.")
    os.utime(other, ns=(0, file.stat().st_mtime_ns))
    changes = iter([lambda: other.replace(file)])
    opened_when(file, lambda: next(changes, lambda: None)())
    assert read_whole(file) == b"New."


def test_a_file_that_changes_all_the_time_is_named(library: Library, opened_when: Opened) -> None:
    library.write("good.md", essay(1))
    growing = library.write("growing.txt", "A line of a log.\n")
    opened_when(growing, lambda: append(growing))
    report = library.ingest()
    assert report.added == ["texts/good.md"]
    (trouble,) = report.failures
    assert trouble.id == "texts/growing.txt"
    assert trouble.reason == ("it changes while it is read; run this again when it is complete")
    opened_when(growing, lambda: None)
    assert growing.read_text().count("Another") == 2  # tried once more, and not for ever
    assert library.ingest().added == ["texts/growing.txt"]


@pytest.mark.parametrize("name", ["a.md.meta.toml", "a.meta.toml"])
def test_a_pipe_in_a_sidecars_place_is_not_waited_for(library: Library, name: str) -> None:
    library.write("a.md", essay(1))
    os.mkfifo(library.texts / name)
    (trouble,) = library.ingest().failures
    assert trouble.reason == f"{name}: not a regular file; leave it out"


def test_devices_and_pipes_are_never_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "zero").symlink_to("/dev/zero")
    for name in ("pipe", "zero"):
        with pytest.raises(SourceUnreadable, match="not a regular file; leave it out"):
            read_whole(tmp_path / name)


def test_a_folder_that_holds_itself(library: Library) -> None:
    library.write("sub/a.md", essay(1))
    (library.texts / "sub" / "loop").symlink_to(library.texts)
    report = library.ingest()
    assert report.added == ["texts/sub/a.md"]
    assert [failure.id for failure in report.failures] == ["texts/sub/loop"]


def test_a_path_with_dots_is_the_path_without(library: Library) -> None:
    library.write("sub/a.md", essay(1))
    library.ingest()
    plan = library.plan(f"{library.texts}/sub/../sub/./a.md")
    assert [(step.action, step.id) for step in plan.steps] == [("unchanged", "texts/sub/a.md")]
