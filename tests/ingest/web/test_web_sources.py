"""Web pages as documents: planned, asked, indexed, changed, gone, remembered."""

from __future__ import annotations

import gzip
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from index.changes import PutFetch
from index.errors import DocumentUnknown
from index.local import LocalIndex
from index.types import Fetch, Metadata
from ingest import parsers
from ingest.pipeline import apply_plan
from ingest.planning.plan import Plan, make_plan
from ingest.planning.web import fetch_all
from ingest.report import BY_HAND, Report
from ingest.settings import SourcesSettings
from ingest.upkeep.health import check_health
from ingest.upkeep.removal import remove_document
from tests.library import Library, essay
from tests.web_site import Page, Site


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as site:
        yield site


@pytest.fixture
def library(tmp_path: Path) -> Library:
    library = Library(tmp_path)
    patient = SourcesSettings(allow_private=True, timeout_seconds=2.0)
    library.settings = library.settings.with_table(patient)
    library.index = library.reader()
    return library


def tagged(site: Site, path: str, text: str, etag: str) -> None:
    """A page whose server knows what is unchanged."""

    def answer(request: BaseHTTPRequestHandler) -> Page:
        if request.headers["If-None-Match"] == etag:
            return Page(status=304)
        return Page(text.encode(), headers={"Content-Type": "text/markdown", "ETag": etag})

    site.pages[path] = answer


def fetches(library: Library) -> dict[str, Fetch]:
    with library.index.snapshot() as catalog:
        return catalog.fetches()


def by_hand(library: Library) -> Report:
    """Bring the addresses that were given before in step, as a run without arguments does."""
    index = library.reader()
    plan = make_plan(index)
    # Without corpus/, which such a run is about as well.
    plan = replace(plan, steps=tuple(s for s in plan.steps if s.id.startswith("http")))
    with fetch_all(index, plan, open_fetcher=library.fetcher) as plan:
        return apply_plan(index, plan)


def actions(plan: Plan) -> dict[str, str]:
    return {step.id: step.action for step in plan.steps}


def test_a_page_becomes_a_document(site: Site, library: Library) -> None:
    site.redirect("/old", "/new%20page.md", 301)
    site.text("/new%20page.md", essay(1), "text/plain")
    url = site.url("/old")
    report = library.ingest(url)
    assert (report.added, report.failures) == ([url], [])
    (document,) = library.index.documents()
    assert (document.id, document.source.root, document.source.path) == (url, "web", url)
    title = "Programme 1 for hydrogen storage"
    told = Metadata(title=title, url=site.url("/new%20page.md"), language="en")
    assert document.metadata == told
    assert document.source.reader.startswith("markdown@")  # by the path, though it says plain text
    assert library.index.search("ministry").hits[0].document.id == url
    assert (library.settings.originals / document.source.sha256).read_bytes() == essay(1).encode()
    assert library.index.verify() == []


@pytest.mark.parametrize(
    ("path", "kind", "reader"),
    [
        pytest.param("/", "text/markdown; charset=utf-8", "markdown@", id="no-ending"),
        pytest.param("/a", "text/plain", "plain@", id="plain"),
        pytest.param("/a.md", "text/plain", "markdown@", id="ending-first"),
        pytest.param("/a.md?version=2", "text/plain", "markdown@", id="query"),
        pytest.param("/a.aspx", "text/plain", "plain@", id="no-reader-for-the-ending"),
    ],
)
def test_what_decides_the_reader(
    site: Site, library: Library, path: str, kind: str, reader: str
) -> None:
    site.text(path, essay(1), kind)
    library.ingest(site.url(path))
    assert library.index.documents()[0].source.reader.startswith(reader)


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        pytest.param(Page(b"x", headers={"Content-Type": "image/png"}), "'image/png'", id="image"),
        pytest.param(Page(b"x", headers={}), "calls it 'nothing'", id="no-type"),
        pytest.param(
            Page(b"x", headers={"Content-Type": "<b>\x1b[31m"}), "calls it 'nothing'", id="hostile"
        ),
        pytest.param(Page(b""), "the file is empty", id="empty"),
        pytest.param(Page(b"a\0b" * 99), "binary", id="binary"),
        pytest.param(Page(b"", 404), "the server says 404 Not Found; check the address", id="404"),
        pytest.param(Page(b"", 403), "the server says 403 Forbidden", id="403"),
    ],
)
def test_a_page_that_is_refused_is_remembered(
    site: Site, library: Library, page: Page, reason: str
) -> None:
    site.pages["/a"] = page
    url = site.url("/a")
    (trouble,) = library.ingest(url).failures
    assert trouble.id == url
    assert reason in trouble.reason
    assert trouble.reason.isprintable()
    again = by_hand(library)
    assert (again.failures, again.refused) == ([], [url])
    assert [failure.reason for failure in library.index.failures()] == [trouble.reason]
    site.text("/a", essay(1))
    assert by_hand(library).added == [url]
    assert library.index.failures() == []


def test_unchanged_costs_a_304_and_changes_nothing(site: Site, library: Library) -> None:
    tagged(site, "/a.md", essay(1), '"1"')
    url = site.url("/a.md")
    library.ingest(url)
    before = library.index.documents(), library.index.manifest()
    report = library.ingest(url)
    assert (report.unchanged, report.changed) == (1, [])
    assert site.asked[-1][1]["if-none-match"] == '"1"'
    assert fetches(library)[url].outcome == "304 Not Modified"
    assert (library.index.documents(), library.index.manifest()) == before


def test_the_same_content_without_a_mark_is_unchanged(site: Site, library: Library) -> None:
    site.text("/a.md", essay(1))
    library.ingest(site.url("/a.md"))
    before = library.index.documents(), library.index.manifest()
    assert library.ingest(site.url("/a.md")).unchanged == 1
    assert (library.index.documents(), library.index.manifest()) == before


def test_changed_content(site: Site, library: Library) -> None:
    tagged(site, "/a.md", essay(1), '"1"')
    url = site.url("/a.md")
    library.ingest(url)
    cited = library.index.search("ministry").hits[0].passage.id
    tagged(site, "/a.md", essay(2), '"2"')
    report = library.ingest(url)
    assert report.changed == [url]
    old = library.index.citable(cited)
    assert (old.current, old.document.id) == (False, url)
    assert library.ingest(url).unchanged == 1


def test_a_server_s_word_counts_only_beside_what_is_indexed(site: Site, library: Library) -> None:
    """As after a crash between the two: the mark of a version that was never committed."""
    tagged(site, "/a.md", essay(1), '"1"')
    url = site.url("/a.md")
    library.ingest(url)
    tagged(site, "/a.md", essay(2), '"2"')
    with library.index.writer() as writer:
        writer.keep(PutFetch(replace(fetches(library)[url], sha256="f" * 64, etag='"2"')))
    assert library.ingest(url).changed == [url]
    for original in library.settings.originals.iterdir():
        original.unlink()
    assert library.ingest(url).unchanged == 1
    assert "if-none-match" not in site.asked[-1][1]


def test_a_reader_that_gives_other_text_reads_the_stored_bytes(
    site: Site, library: Library
) -> None:
    tagged(site, "/a.md", essay(1), '"1"')
    url = site.url("/a.md")
    library.ingest(url)
    listed = library.listed(f'[[source]]\nurl = "{url}"\nmetadata = {{ publisher = "P" }}\n')
    asked = len(site.asked)
    assert library.ingest(listed=listed).changed == [url]
    assert library.index.documents()[0].metadata.publisher == "P"
    assert site.asked[asked:][-1][1]["if-none-match"] == '"1"'


@pytest.mark.parametrize("status", [404, 410])
def test_gone_is_missing_until_pruned(site: Site, library: Library, status: int) -> None:
    site.text("/a.md", essay(1))
    site.text("/b.md", essay(2))
    url, other = site.url("/a.md"), site.url("/b.md")
    library.ingest(url, other)
    site.pages["/a.md"] = Page(b"", status)
    report = library.ingest(url)
    assert (report.missing, report.removed, library.ids()) == ([url], [], [url, other])
    assert fetches(library)[url].outcome.startswith(f"the server says {status}")
    report = library.ingest(url, prune=True)
    assert (report.removed, library.ids()) == ([url], [other])
    assert set(fetches(library)) == {other}


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(Page(b"", 500), id="500"),
        pytest.param(Page(b"", 403), id="403"),
        pytest.param(Page(b"short", headers={"Content-Length": "99"}), id="cut"),
        pytest.param(Page(b"no gzip", headers={"Content-Encoding": "gzip"}), id="torn"),
    ],
)
def test_trouble_keeps_the_old_version(site: Site, library: Library, page: Page) -> None:
    site.text("/a.md", essay(1))
    url = site.url("/a.md")
    library.ingest(url)
    before = library.contents()
    site.pages["/a.md"] = page
    (trouble,) = library.ingest(url, prune=True).failures
    assert library.contents() == before
    assert library.index.failures() == [trouble]
    assert by_hand(library).refused == [url]
    assert check_health(library.index) == [f"{url}: {trouble.reason}"]
    site.text("/a.md", essay(1))
    assert by_hand(library).unchanged == 1
    assert (library.index.failures(), check_health(library.index)) == ([], [])


def test_one_bad_page_does_not_spoil_the_rest(site: Site, library: Library) -> None:
    bomb = gzip.compress(bytes(60_000_000))
    site.pages["/bomb"] = Page(bomb, headers={"Content-Encoding": "gzip"})
    site.text("/a.md", essay(1))
    library.write("b.md", essay(2))
    report = library.ingest(site.url("/bomb"), site.url("/a.md"), library.texts)
    assert sorted(report.added) == [site.url("/a.md"), "texts/b.md"]
    assert [failure.id for failure in report.failures] == [site.url("/bomb")]
    assert "more than 50 MB" in report.failures[0].reason


def test_a_plan_asks_nobody(site: Site, library: Library) -> None:
    site.text("/a.md", essay(1))
    url = site.url("/a.md")
    plan = library.plan(url, f"{url}#part")
    assert [(step.action, step.reason) for step in plan.steps] == [("check", "new")]
    assert plan.summary().endswith("0 unchanged, 1 web addresses to ask")
    assert site.asked == []
    library.ingest(url)
    (step,) = library.plan(url).steps
    assert step.reason == f"last asked {fetches(library)[url].checked_at}"


def test_addresses_given_once_are_asked_again_without_arguments(
    site: Site, library: Library
) -> None:
    for name in ("a", "b", "c"):
        site.text(f"/{name}.md", essay(ord(name)))
    a, b, c = (site.url(f"/{name}.md") for name in "abc")
    library.ingest(a, b, c)
    listed = library.listed(f'[[source]]\nurl = "{b}"\n')
    library.ingest(listed=listed)
    plan = make_plan(library.index)
    assert {s for s, action in actions(plan).items() if action == "check"} == {a, c}
    assert "check" not in actions(make_plan(library.index, addresses=False)).values()


def test_hosts_take_turns(site: Site, library: Library) -> None:
    for name in ("a", "b"):
        site.text(f"/{name}.md", essay(1))
    other = site.url("/a.md").replace("127.0.0.1", "localhost")
    library.ingest(site.url("/a.md"), site.url("/b.md"), other)
    hosts = [headers["host"].split(":")[0] for path, headers in site.asked if path != "/robots.txt"]
    assert hosts == ["127.0.0.1", "localhost", "127.0.0.1"]


# Removal


def test_a_removed_address_is_not_asked_any_more(site: Site, library: Library) -> None:
    site.text("/a.md", essay(1))
    url = site.url("/a.md")
    library.ingest(url, site.url("/404"))
    assert remove_document(library.index, url) == url
    assert remove_document(library.index, site.url("/404")) == site.url("/404")
    assert (library.ids(), library.index.failures(), fetches(library)) == ([], [], {})
    assert "check" not in actions(make_plan(library.index)).values()
    with pytest.raises(DocumentUnknown, match="no document 'http"):
        remove_document(library.index, url)
    assert library.ingest(url).added == [url]


def test_a_removed_address_of_a_list_stays_out(site: Site, library: Library) -> None:
    site.text("/a.md", essay(1))
    url = site.url("/a.md")
    listed = library.listed(f'[[source]]\nurl = "{url}"\n')
    library.ingest(listed=listed)
    remove_document(library.index, url)
    asked = len(site.asked)
    report = library.ingest(listed=listed)
    assert (report.refused, report.added, len(site.asked)) == ([url], [], asked)
    assert [failure.reader for failure in library.index.failures()] == [BY_HAND]
    assert library.ingest(url).added == [url]
    assert library.index.failures() == []


# The stage between plan and apply


def test_what_came_from_the_web_leaves_with_the_block(site: Site, library: Library) -> None:
    site.text("/a.md", essay(1))
    told: list[tuple[int, int]] = []
    plan = make_plan(library.index, [site.url("/a.md"), site.url("/b.md")])
    with fetch_all(library.index, plan, lambda *progress: told.append(progress)) as ready:
        (step,) = ready.of("add")
        assert step.file is not None
        assert step.file.file.read_text() == essay(1)
    assert told == [(0, 2), (1, 2)]
    assert not step.file.file.exists()
    assert not library.home.exists()
    assert actions(ready)[site.url("/b.md")] == "fail"


def test_stopping_while_servers_are_asked(site: Site, library: Library) -> None:
    class Stopped(Exception):
        pass

    def stop(done: int, total: int) -> None:
        raise Stopped

    plan = make_plan(library.index, [site.url("/a.md")])
    with pytest.raises(Stopped), fetch_all(library.index, plan, stop):
        pytest.fail("nothing is to be applied")
    assert site.asked == []


def test_first_seen_is_when_the_content_came_first(site: Site, library: Library) -> None:
    url = site.url("/a.md")
    site.text("/a.md", essay(1))
    began = time.time_ns()
    library.ingest(url)
    first = library.index.documents()[0].source.modified_ns
    assert began <= first <= time.time_ns()
    site.text("/a.md", essay(2))
    library.ingest(url)
    assert library.index.documents()[0].source.modified_ns > first


def test_the_index_of_another_process_knows_the_pages(site: Site, library: Library) -> None:
    site.text("/a.md", essay(1))
    library.ingest(site.url("/a.md"))
    other = LocalIndex(library.settings, library.embedder)
    with other.snapshot() as catalog:
        assert catalog.document(site.url("/a.md")).source.root == "web"
        assert set(catalog.roots()) == {"web"}


GREEK = "Το τέλος ελλιμενισμού είναι τέσσερα ευρώ την ημέρα και καταβάλλεται εκ των προτέρων."


@pytest.mark.parametrize("path", ["/a.md", "/a.txt", "/a.csv", "/a.html"])
def test_the_encoding_that_a_server_names_is_kept_with_its_bytes(
    site: Site, library: Library, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """In Mac Greek, which no guess finds and the page says wrongly; read again from the bytes."""
    body = f'<meta charset="iso-8859-1"><p>{GREEK}</p>' if path == "/a.html" else GREEK
    kind = {"Content-Type": "text/plain; charset=mac-greek", "ETag": '"1"'}
    page = Page(body.encode("mac-greek"), headers=kind)

    def answer(request: BaseHTTPRequestHandler) -> Page:
        return Page(status=304) if request.headers["If-None-Match"] else page

    site.pages[path] = answer
    url = site.url(path)
    library.ingest(url)
    assert fetches(library)[url].charset == "mac-greek"
    assert [hit.passage.text for hit in library.index.search("τέλος").hits] == [GREEK]
    (original,) = library.settings.originals.iterdir()
    assert original.read_bytes() == page.body
    for ending, reader in parsers.PARSERS.items():
        monkeypatch.setitem(parsers.PARSERS, ending, f"{reader}0")
    assert library.ingest(url).changed == [url]
    assert [hit.passage.text for hit in library.index.search("τέλος").hits] == [GREEK]
