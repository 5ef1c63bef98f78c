"""sources.toml and .policyignore: what is kept in step, what is left out, what leaves the list."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from index.types import Metadata
from ingest.errors import SourceListRefused
from ingest.planning.plan import make_plan
from ingest.sources import lists as source_list
from ingest.upkeep.removal import remove_document
from tests.library import Library, essay
from tests.web_site import Site


@pytest.fixture
def library(tmp_path: Path) -> Library:
    return Library(tmp_path)


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        yield site


def write(library: Library, *names: str) -> None:
    for number, name in enumerate(names):
        library.write(name, essay(number, 1))


def found(library: Library, *paths: Path, listed: Path | None = None) -> list[str]:
    return [
        step.id.removeprefix("texts/") for step in library.plan(*paths, listed=listed).of("add")
    ]


# .policyignore


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        pytest.param("", ["a.md", "b.txt", "sub/a.md", "sub/deep/c.md"], id="nothing"),
        pytest.param("# a comment\n\n*.txt\n", ["a.md", "sub/a.md", "sub/deep/c.md"], id="ending"),
        pytest.param("/a.md", ["b.txt", "sub/a.md", "sub/deep/c.md"], id="at-the-root"),
        pytest.param("sub/", ["a.md", "b.txt"], id="folder"),
        pytest.param("sub/*\n!sub/deep/", ["a.md", "b.txt", "sub/deep/c.md"], id="all-but-one"),
        pytest.param("**/deep/**", ["a.md", "b.txt", "sub/a.md"], id="anywhere"),
        pytest.param("*\n!*.md\n!*/", ["a.md", "sub/a.md", "sub/deep/c.md"], id="only-markdown"),
        pytest.param("\ufeff*.txt", ["a.md", "sub/a.md", "sub/deep/c.md"], id="byte-order-mark"),
    ],
)
def test_policyignore(library: Library, patterns: str, expected: list[str]) -> None:
    write(library, "a.md", "b.txt", "sub/a.md", "sub/deep/c.md")
    library.write(".policyignore", patterns)
    assert found(library) == expected


def test_a_policyignore_counts_in_every_folder(library: Library) -> None:
    """As a .gitignore does; but what is left out above is not brought back below."""
    write(library, "a.md", "b.md", "sub/a.md", "sub/b.md", "sub/deep/a.md", "sub/deep/c.txt")
    library.write(".policyignore", "*.txt\n")
    library.write("sub/.policyignore", "/a.md\n!c.txt\n")
    library.write("sub/deep/.policyignore", "c.txt\n")
    left = ["a.md", "b.md", "sub/b.md", "sub/deep/a.md"]
    assert found(library) == left
    library.ingest()
    assert found(library, library.texts / "sub") == []
    library.write("sub/.policyignore", "deep/\n")
    (step,) = library.plan(library.texts / "sub").of("missing")
    assert (step.id, step.reason) == ("texts/sub/deep/a.md", "ignored (.policyignore) now")


def test_hidden_files_and_lock_files_are_passed_over(library: Library) -> None:
    write(library, "a.md", ".hidden.md", "~$a.md", ".git/b.md", "~$folder/c.md", "x/.d.md")
    assert found(library) == ["a.md"]


def test_a_file_named_by_itself_is_wanted_all_the_same(library: Library) -> None:
    write(library, "a.md", "b.md")
    library.write(".policyignore", "b.md")
    assert found(library, library.texts / "b.md") == ["b.md"]


def test_what_is_ignored_later_is_kept_until_pruned(library: Library) -> None:
    write(library, "a.md", "drafts/b.md")
    library.ingest()
    library.write(".policyignore", "drafts/")
    (step,) = library.plan().of("missing")
    assert (step.id, step.reason) == ("texts/drafts/b.md", "ignored (.policyignore) now")
    assert library.ingest(prune=True).removed == ["texts/drafts/b.md"]
    library.write(".policyignore", "")
    assert library.ingest().added == ["texts/drafts/b.md"]


def test_what_overlaps_is_looked_at_once(library: Library) -> None:
    write(library, "sub/a.md", "other/b.md")
    (library.texts / "sub" / "link").symlink_to(library.texts / "other")
    report = library.ingest(library.texts, library.texts / "sub", library.texts / "sub" / "a.md")
    assert report.added == ["texts/other/b.md", "texts/sub/a.md"]
    assert [failure.id for failure in report.failures] == ["texts/sub/link"]
    remove_document(library.index, "texts/sub/a.md")
    assert library.ingest(library.texts).added == []
    # Named by itself it is wanted again, also beside its folder.
    assert library.ingest(library.texts, library.texts / "sub" / "a.md").added == ["texts/sub/a.md"]


def unreadable_bytes(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\x00")


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        pytest.param(lambda path: path.write_text("a\n!\n"), "pattern 2 is '!'", id="pattern"),
        pytest.param(unreadable_bytes, "not UTF-8", id="not-utf-8"),
        pytest.param(os.mkfifo, "not a regular file", id="fifo"),
        pytest.param(Path.mkdir, "cannot be read (Is a directory)", id="folder"),
    ],
)
def test_a_policyignore_that_cannot_be_used_ends_the_run(
    library: Library, make: object, reason: str
) -> None:
    """What it hides must not be indexed by mistake."""
    write(library, "a.md")
    assert callable(make)
    make(library.texts / ".policyignore")
    with pytest.raises(SourceListRefused) as caught:
        library.plan()
    assert str(library.texts / ".policyignore") in str(caught.value)
    assert reason in str(caught.value)
    assert "\n" not in str(caught.value)


# sources.toml


def test_everything_an_entry_can_say(library: Library) -> None:
    listed = library.listed(
        '[[source]]\npath = "../texts"\nignore = ["drafts/"]\ninclude = ["*.md"]\n'
        'metadata = { publisher = "P", date = 2026-03-31 }\n'
        '[[source]]\nurl = "HTTPS://Example.org"\nmetadata = { country = "Poland" }\n'
    )
    read = source_list.load(listed)
    (entry,) = read.entries.values()
    assert entry.path == library.texts
    assert entry.metadata == Metadata(publisher="P", date=date(2026, 3, 31))
    assert read.addresses == {"https://example.org/": Metadata(country="Poland")}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        pytest.param("[[source", "not TOML in UTF-8", id="not-toml"),
        pytest.param("[[folder]]\npath = 'x'", "'folder' is unknown; every entry begins", id="key"),
        pytest.param("source = 3", "'source' is unknown", id="not-a-list"),
        pytest.param("[[source]]\nfile = 'x'", "source 1: unknown key 'file'", id="unknown"),
        pytest.param("[[source]]\nignore = []", "write either path", id="neither"),
        pytest.param("[[source]]\npath = 'x'\nurl = 'y'", "write either path", id="both"),
        pytest.param("[[source]]\npath = 3", "path is 3; write path", id="number"),
        pytest.param("[[source]]\npath = ' '", "path is ' '", id="blank"),
        pytest.param('[[source]]\npath = "a\\u0000b"', "NUL", id="nul"),
        pytest.param("[[source]]\npath = 'https://x/y'", "a web address; write url", id="path-url"),
        pytest.param("[[source]]\nurl = 'ftp://x/y'", "source 1: ftp://x/y: not a web", id="ftp"),
        pytest.param("[[source]]\nurl = 'http://x/'\nignore = []", "are for folders", id="url-ig"),
        pytest.param("[[source]]\npath = 'x'\nignore = 'a'", "must be a list", id="ignore"),
        pytest.param("[[source]]\npath = 'x'\nignore = ['!']", "ignore: pattern 1", id="pattern"),
        pytest.param("[[source]]\npath = 'x'\nmetadata = 3", "metadata is not a table", id="meta"),
        pytest.param(
            "[[source]]\npath = 'x'\n[[source]]\npath = 'y'\nmetadata = { autor = 'z' }",
            "source 2: metadata: unknown key 'autor'",
            id="metadata-key",
        ),
    ],
)
def test_a_list_that_cannot_be_used(library: Library, text: str, reason: str) -> None:
    listed = library.listed(text)
    for tried in (lambda: library.plan(listed=listed), lambda: make_plan(library.index)):
        with pytest.raises(SourceListRefused) as caught:
            tried()
        assert str(caught.value).startswith(str(listed))
        assert reason in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_list_that_is_not_there(library: Library) -> None:
    with pytest.raises(SourceListRefused, match=r"write one as docs/sources\.md shows"):
        library.plan(listed=library.home / "sources.toml")


def test_a_list_is_kept_in_step(library: Library, site: Site) -> None:
    write(library, "a.md", "drafts/b.md", "c.txt")
    other = library.texts.parent / "report.md"
    other.write_text(essay(9))
    site.text("/page.md", essay(8))
    url = site.url("/page.md")
    listed = library.listed(
        '[[source]]\npath = "../texts"\nignore = ["drafts/"]\ninclude = ["*.md"]\n'
        'metadata = { publisher = "P", country = "Poland" }\n'
        '[[source]]\npath = "../report.md"\n'
        f'[[source]]\nurl = "{url}"\nmetadata = {{ date = 2026-03-31 }}\n'
    )
    library.write("a.md.meta.toml", 'publisher = "Q"\n')
    report = library.ingest(listed=listed)
    folder = library.texts.parent.name
    assert sorted(report.added) == sorted([f"{folder}/report.md", url, "texts/a.md"])
    known = {document.id: document.metadata for document in library.index.documents()}
    assert (known["texts/a.md"].publisher, known["texts/a.md"].country) == ("Q", "Poland")
    assert known[url].date == date(2026, 3, 31)
    # Patterns and metadata are the folder's, however the run was asked for.
    assert library.ingest(library.texts).unchanged == 1
    again = library.ingest(listed=listed)
    assert (again.unchanged, again.added, again.missing) == (3, [], [])


def test_metadata_that_change_in_the_list(library: Library) -> None:
    write(library, "a.md")
    library.ingest(listed=library.listed('[[source]]\npath = "../texts"\n'))
    listed = library.listed('[[source]]\npath = "../texts"\nmetadata = { publisher = "P" }\n')
    (step,) = library.plan(listed=listed).steps
    assert (step.action, step.reason) == ("change", "its metadata changed")
    library.ingest(listed=listed)
    assert library.index.documents()[0].metadata.publisher == "P"


def test_the_deepest_entry_counts(library: Library) -> None:
    write(library, "a.md", "sub/b.md", "sub/c.txt")
    listed = library.listed(
        '[[source]]\npath = "../texts"\nignore = ["*.txt"]\nmetadata = { publisher = "P" }\n'
        '[[source]]\npath = "../texts/sub"\nmetadata = { publisher = "Q" }\n'
    )
    library.ingest(listed=listed)
    known = {d.source.path: d.metadata.publisher for d in library.index.documents()}
    assert known == {"a.md": "P", "sub/b.md": "Q", "sub/c.txt": "Q"}


def test_an_entry_that_left_the_list_stays_until_pruned(library: Library, site: Site) -> None:
    write(library, "one/a.md", "two/b.md")
    site.text("/page.md", essay(8))
    url = site.url("/page.md")
    one, two = ('[[source]]\npath = "../texts/one"\n', '[[source]]\npath = "../texts/two"\n')
    page = f'[[source]]\nurl = "{url}"\n'
    library.ingest(listed=library.listed(one + two + page))
    assert sorted(library.ids()) == sorted([url, "one/a.md", "two/b.md"])
    listed = library.listed(one)
    for _ in range(2):  # said each time, not only once
        report = library.ingest(listed=listed)
        assert sorted(report.missing) == sorted([url, "two/b.md"])
        assert (report.removed, report.unchanged) == ([], 1)
    reasons = {step.reason for step in library.plan(listed=listed).of("missing")}
    assert reasons == {"no longer listed in sources.toml"}
    # Not asked by a run without arguments either: nobody gave it by hand.
    assert make_plan(library.index).of("check") == []
    report = library.ingest(listed=listed, prune=True)
    assert sorted(report.removed) == sorted([url, "two/b.md"])
    assert library.ids() == ["one/a.md"]
    assert library.ingest(listed=listed).missing == []


def test_what_another_list_names_is_not_dropped(library: Library) -> None:
    write(library, "a.md", "b.md")
    both = '[[source]]\npath = "../texts"\n'
    mine = library.listed(both)
    other = mine.with_name("other.toml")
    other.write_text(both)
    library.ingest(listed=mine)
    library.ingest(listed=other)
    mine.write_text("")
    assert library.ingest(listed=mine, prune=True).removed == []
    other.write_text("")
    assert library.ingest(listed=other, prune=True).removed == ["texts/a.md", "texts/b.md"]


def test_pruning_a_list_leaves_other_roots_alone(library: Library, tmp_path: Path) -> None:
    write(library, "a.md")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "b.md").write_text(essay(5))
    library.ingest()
    library.ingest(tmp_path / "other")
    listed = library.listed('[[source]]\npath = "../texts"\n')
    library.ingest(listed=listed)
    (library.texts / "a.md").unlink()
    (tmp_path / "other" / "b.md").unlink()
    assert library.ingest(listed=listed, prune=True).removed == ["texts/a.md"]
    assert library.ids() == ["other/b.md"]


def test_a_drive_that_is_not_there_today(library: Library, tmp_path: Path) -> None:
    """Nothing of it is pruned, the rest goes on, and it is said once."""
    write(library, "a.md")
    drive = tmp_path / "drive"
    drive.mkdir()
    (drive / "b.md").write_text(essay(5))
    listed = library.listed(
        '[[source]]\npath = "../texts"\n[[source]]\npath = "../drive"\n'
        '[[source]]\npath = "../never.md"\n'
    )
    library.ingest(listed=listed)
    drive.rename(tmp_path / "away")
    library.write("c.md", essay(7))
    report = library.ingest(listed=listed, prune=True)
    assert (report.added, report.removed) == (["texts/c.md"], [])
    assert [failure.id for failure in report.failures] == ["drive/."]
    assert "cannot be read (No such file or directory)" in report.failures[0].reason
    assert library.ingest(listed=listed).failures == []
    (tmp_path / "away").rename(drive)
    (tmp_path / "never.md").write_text(essay(6))
    report = library.ingest(listed=listed)
    assert (report.unchanged, len(report.added), report.failures) == (3, 1, [])
    assert library.index.failures() == []


def test_a_list_and_what_there_is_without_one(library: Library, site: Site) -> None:
    """In one plan: each address is asked once, and what left the list stays if it is at home."""
    uploads = library.settings.uploads
    uploads.mkdir(parents=True)
    (uploads / "mine.md").write_text(essay(1))
    write(library, "a.md")
    site.text("/by-hand.md", essay(2))
    site.text("/page.md", essay(3))
    by_hand, page = site.url("/by-hand.md"), site.url("/page.md")
    library.ingest(by_hand, page)
    rest = f'[[source]]\npath = "../texts"\n[[source]]\nurl = "{page}"\n'
    listed = library.listed(f'[[source]]\npath = "uploads"\n{rest}')
    plan = make_plan(library.index, listed=listed, at_home=True)
    assert [step.id for step in plan.of("check")] == sorted([by_hand, page])
    assert {"texts/a.md", "uploads/mine.md"} <= {step.id for step in plan.of("add")}
    assert plan.listing is not None
    assert set(plan.listing.entries) == {("texts", ""), ("uploads", ""), ("web", page)}
    library.ingest(listed=listed)
    library.listed(rest)
    assert [step.id for step in library.plan(listed=listed).of("missing")] == ["uploads/mine.md"]
    plan = make_plan(library.index, prune=True, listed=listed, at_home=True)
    assert plan.of("missing", "remove") == []
    assert plan.listing is not None
    assert set(plan.listing.entries) == {("texts", ""), ("web", page)}
