"""Both pages through Streamlit's AppTest: the real app, the real index, the real model."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import threading
import time
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import pytest
from streamlit.delta_generator import DeltaGenerator
from streamlit.testing.v1 import AppTest

from chat.ui.source.view import is_web_address, window
from index.changes import RemoveDocument
from index.computing.turns import TURNS
from index.embedding.hashing import HashingEmbedder
from index.embedding.transformer import SentenceTransformerEmbedder
from index.local import LocalIndex
from index.settings import CORPUS, HOME_VARIABLE, EmbedderSettings, Settings
from index.text.escape import literal
from index.version import citation_id
from ingest.pipeline import apply_plan
from ingest.planning.plan import make_plan
from ingest.sources.uploads import Saved, safe_name, save
from tests.connections import listening
from tests.pdfs import add_content, column, make, squeeze
from tests.web_site import Page, Site

APP = str(Path(__file__).parents[2] / "streamlit_app.py")
SECONDS = 60
POLISH = "Which agency runs the Polish cluster programmes?"
HOSTILE_TITLE = "<img src=x onerror=alert(1)> **bold** :red[x] $y$"
HOSTILE_TEXT = (
    "The zebra act of Freedonia allows <script>window.pwned = 1</script> **four** stripes."
)


@cache
def embedder() -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(EmbedderSettings())


def index_of(home: Path) -> LocalIndex:
    return LocalIndex(Settings(home), embedder())


def reindex(home: Path) -> LocalIndex:
    index = index_of(home)
    apply_plan(index, make_plan(index))
    return index


@pytest.fixture(scope="module")
def indexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("indexed")
    reindex(home)
    return home


@pytest.fixture
def home(indexed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The app's home with corpus/ indexed: a copy, which a test may change."""
    copy = tmp_path / "home"
    shutil.copytree(indexed, copy)
    monkeypatch.setenv(HOME_VARIABLE, str(copy))
    return copy


@pytest.fixture
def empty_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    return tmp_path


def checked(app: AppTest) -> AppTest:
    assert not app.exception, app.exception[0].value
    return app


def opened(**parameters: str | list[str]) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=SECONDS)
    for name, value in parameters.items():
        app.query_params[name] = value
    return checked(app.run())


def ask(app: AppTest, question: str) -> AppTest:
    return checked(app.chat_input[0].set_value(question).run())


def press(app: AppTest, name: str) -> AppTest:
    """Press the button of a key or label."""
    (button,) = [b for b in app.button if name in (b.key, b.label)]
    return checked(button.click().run())


def component(app: AppTest, key: str) -> dict[str, Any]:
    """Return the data of a component as the browser gets it."""
    (found,) = [c for c in app.get("bidi_component") if c.key == key]
    values: dict[str, Any] = json.loads(found.proto.json)
    return values


def html(app: AppTest) -> str:
    return "".join(element.value for element in app.get("html"))


def words(app: AppTest) -> str:
    """Return everything on the page that Streamlit writes as text or Markdown."""
    shown = [*app.markdown, *app.caption, *app.text, *app.info, *app.warning, *app.error]
    return "\n".join(str(element.value) for element in [*shown, *app.success])


def shown_text(app: AppTest) -> str:
    source = component(app, "source-text")
    parts = [source["before"], source["after"]]
    before, after = ("\n".join(line["text"] for line in lines) for lines in parts)
    return f"{before}{source['quote']}{after}"


def text_of(sentence: dict[str, Any]) -> str:
    return "".join(part["text"] for part in sentence["parts"])


def test_an_answer_has_markers_and_its_source_opens(home: Path) -> None:
    app = ask(opened(), POLISH)
    sentences = component(app, "answer-0")["sentences"]
    assert [s["marker"] for s in sentences] == [str(n + 1) for n in range(len(sentences))]
    (agency,) = [s for s in sentences if "Polish Agency for Enterprise Development" in text_of(s)]
    marked = [part["text"] for part in agency["parts"] if part["marked"]]
    assert any("Polish Agency for Enterprise Development" in words for words in marked)
    assert "support" in words(app)

    app = press(app, f"source-0-{agency['marker']}")
    source = component(app, "source-text")
    assert source["quote"] == text_of(agency)
    assert shown_text(app) in index_of(home).citable(agency["id"]).version.text
    assert {"text": "Poland", "heading": True} in source["before"]
    assert text_of(agency) in app.code[0].value
    assert f"?cite={agency['id']}" in app.code[0].value
    assert dict(app.query_params) == {"q": POLISH, "cite": agency["id"]}

    assert not press(app, "Close").get("bidi_component")[1:]
    app = press(app, "New conversation")
    assert not app.get("bidi_component")
    assert not dict(app.query_params)


def test_example_questions_are_answered(home: Path) -> None:
    keys = [button.key for button in opened().button if button.key]
    assert keys == [f"example-{number}" for number in range(4)]
    for key in keys:
        assert component(press(opened(), key), "answer-0")["sentences"]


def test_not_found_shows_what_was_searched_and_no_quotation(home: Path) -> None:
    app = ask(opened(), "What is the capital of France?")
    manifest = index_of(home).manifest()
    assert "Not found." in words(app)
    assert f"{manifest.documents} documents with {manifest.passages} passages" in words(app)
    assert "do not answer" in app.expander[0].label
    assert not app.get("bidi_component")
    assert component(press(app, "nearest-0-1"), "source-text")["quote"]


def test_opening_a_source_reads_one_moment_of_the_index(home: Path) -> None:
    app = ask(opened(), POLISH)
    with listening() as before:
        checked(app.run())
    with listening() as after:
        press(app, "source-0-1")
    assert len(after) == len(before) + 1


def test_not_found_names_what_stands_nowhere(home: Path) -> None:
    app = ask(opened(), "What is the cluster policy of Croatia?")
    assert "Not found." in words(app)
    assert "“Croatia”" in words(app)


@pytest.mark.parametrize(
    ("question", "last"),
    [
        pytest.param(POLISH, "Verify", id="answered"),
        pytest.param("What is the capital of France?", "Judge", id="not found"),
    ],
)
def test_how_an_answer_was_found_is_folded_under_it(home: Path, question: str, last: str) -> None:
    app = ask(opened(), question)
    fold = app.expander[-1]
    assert fold.label == "How this answer was found"
    (account,) = [element.value for element in fold.get("html")]
    assert "5 documents with 82 passages" in account
    steps = re.findall("<strong>(.+?)</strong>", account)
    assert (steps[0], steps[-1]) == ("Search", last)


def test_an_error_has_no_account(home: Path) -> None:
    app = opened(q=POLISH, document="corpus/none.txt")
    assert "does not hold" in app.error[0].value
    assert not app.expander


def test_a_follow_up_says_what_was_searched_for_and_its_link_stands_alone(home: Path) -> None:
    app = ask(opened(), "What is the cluster policy of Poland?")
    assert "Searched for" not in words(app)
    app = ask(app, "And Portugal?")
    complete = "What is the cluster policy of Portugal?"
    assert f"Searched for: {literal(complete)}" in words(app)
    assert dict(app.query_params) == {"q": complete}
    assert component(app, "answer-1") == component(opened(q=complete), "answer-0")


def test_the_link_of_a_follow_up_keeps_in_mind_what_it_did(home: Path) -> None:
    question = "Which programmes support innovation?"
    app = ask(ask(opened(), "What is the cluster policy of Poland?"), question)
    assert "In mind from before" in words(app)
    context = dict(app.query_params)["context"]
    assert "Poland" in context
    linked = opened(q=question, context=context)
    assert component(app, "answer-1") == component(linked, "answer-0")
    assert dict(linked.query_params) == dict(app.query_params)


def test_what_was_searched_for_can_be_changed(home: Path) -> None:
    app = ask(ask(opened(), POLISH), "And Portugal?")
    (wanted,) = app.text_input
    assert wanted.value == "Which agency runs Portugal cluster programmes?"
    wanted.set_value("What is the cluster policy of Norway?")
    app = press(app, "searched-1-again")
    assert "Norwegian" in text_of(component(app, "answer-2")["sentences"][0])
    # It was asked as it stands: nothing to complete, nothing kept in mind.
    assert len(app.text_input) == 1
    assert dict(app.query_params) == {"q": "What is the cluster policy of Norway?"}


def test_an_empty_change_asks_nothing(home: Path) -> None:
    app = ask(ask(opened(), POLISH), "And Portugal?")
    app.text_input[0].set_value("  ")
    app = press(app, "searched-1-again")
    assert [c.key for c in app.get("bidi_component")] == ["answer-0", "answer-1"]


def test_sources_that_differ_are_shown_side_by_side(home: Path) -> None:
    app = ask(opened(), "How many clusters are there in Europe?")
    shown = html(app)
    assert "The sources differ" in shown
    assert "2000 statistical clusters" in shown
    assert "1,500 clusters" in shown
    assert "National Cluster Association" in shown


def test_a_link_asks_its_question_and_opens_its_citation(home: Path) -> None:
    sentence = component(opened(q=POLISH), "answer-0")["sentences"][0]
    app = opened(q=POLISH, cite=sentence["id"])
    assert component(app, "answer-0")["opened"] == sentence["id"]
    assert component(app, "source-text")["quote"] == text_of(sentence)
    alone = opened(cite=sentence["id"])
    assert component(alone, "source-text")["quote"] == text_of(sentence)


@pytest.mark.parametrize(
    ("parameters", "line"),
    [
        pytest.param({"cite": "nonsense"}, "is not a citation id", id="malformed citation"),
        pytest.param({"cite": "<b>*x*</b>"}, "is not a citation id", id="hostile citation"),
        pytest.param({"cite": f"{'0' * 16}-1-2"}, "no text of version", id="unknown citation"),
        pytest.param({"q": ""}, "question is empty", id="empty question"),
        pytest.param({"q": "x" * 3000}, "3,000 characters", id="long question"),
    ],
)
def test_a_bad_link_is_one_line(home: Path, parameters: dict[str, str], line: str) -> None:
    app = opened(**parameters)
    assert len(app.error) == 1
    assert line in app.error[0].value
    assert "\n" not in app.error[0].value


def test_a_filter_restricts_what_is_searched(home: Path) -> None:
    app = opened()
    app.multiselect(key="filter-publishers").set_value(["National Cluster Association"])
    app = ask(app, POLISH)
    found = json.dumps([component(app, c.key) for c in app.get("bidi_component")])
    assert "Polish Agency" not in found + html(app)


def test_a_link_asks_of_the_documents_that_its_question_was_asked_of(home: Path) -> None:
    documents = ["corpus/clusterplattform-european-level.txt", "corpus/eu-cluster-policy.txt"]
    publishers = sorted({d.metadata.publisher or "" for d in index_of(home).documents()} - {""})
    app = opened()
    app.multiselect(key="filter-documents").set_value(documents)
    app.multiselect(key="filter-publishers").set_value(publishers[:1])
    app = ask(app, POLISH)
    link = {"q": POLISH, "document": documents, "publisher": publishers[0]}
    assert dict(app.query_params) == link

    again = opened(**link)
    assert dict(again.query_params) == link
    assert [c.key for c in again.get("bidi_component")] == [
        c.key for c in app.get("bidi_component")
    ]
    assert words(again) == words(app)
    assert again.multiselect(key="filter-documents").value == documents
    # A choice made afterwards is for the next question: the link is not followed twice.
    again.multiselect(key="filter-documents").set_value([])
    again.multiselect(key="filter-publishers").set_value([])
    again = checked(again.run())
    assert dict(again.query_params) == link
    again = ask(again, POLISH)
    assert dict(again.query_params) == {"q": POLISH}
    # Back in the browser: the link's filter takes the place of what is chosen.
    again.query_params.update(link)
    again = checked(again.run())
    assert again.multiselect(key="filter-documents").value == documents
    assert dict(again.query_params) == link


@pytest.mark.parametrize(
    ("parameters", "line"),
    [
        pytest.param({"document": "corpus/gone.txt"}, "gone", id="document"),
        pytest.param({"publisher": "<b>*x*</b>"}, "which the library", id="hostile publisher"),
        pytest.param(
            {"document": ["a\nb", "c", "corpus/clusterplattform-european-level.txt"]},
            "and 1 more",
            id="two",
        ),
        pytest.param({"document": ""}, "which the library", id="empty"),
    ],
)
def test_a_link_to_documents_that_are_not_there_is_one_line(
    home: Path, parameters: dict[str, str | list[str]], line: str
) -> None:
    app = opened(q=POLISH, **parameters)
    assert len(app.error) == 1
    assert line in app.error[0].value
    assert "\n" not in app.error[0].value
    assert not app.get("bidi_component")
    assert dict(app.query_params) == {"q": POLISH, **parameters}
    # The next question is asked of what is chosen, which holds only what there is.
    assert component(ask(app, POLISH), "answer-1")["sentences"]


def test_an_old_citation_says_that_its_document_changed_or_went(home: Path) -> None:
    file = home / "uploads" / "act.txt"
    file.parent.mkdir()
    file.write_text("Zebra Act\n\nThe zebra act of Freedonia allows four stripes.\n")
    version = next(d.version for d in reindex(home).documents() if d.id == "uploads/act.txt")
    heading, sentence = citation_id(version, 0, 9), citation_id(version, 11, 58)
    assert not opened(cite=sentence).warning
    file.write_text("Zebra Act\n\nThe zebra act of Freedonia allows <b>five</b> stripes.\n")
    reindex(home)
    app = opened(cite=heading)
    assert "these words stand in today’s text" in app.info[0].value
    app = opened(cite=sentence)
    assert "these words are not in today’s text" in app.warning[0].value
    assert (
        component(app, "source-text")["quote"] == "The zebra act of Freedonia allows four stripes."
    )
    nearest = "The zebra act of Freedonia allows <b>five</b> stripes."
    assert nearest in [text.value for text in app.text]
    (there,) = [button for button in app.button if button.label == "Open the nearest sentence"]
    app = there.click().run(timeout=SECONDS)
    assert component(app, "source-text")["quote"] == nearest
    assert not app.warning
    assert "".join(app.query_params["cite"]).endswith(f"-11-{11 + len(nearest)}")
    with index_of(home).writer() as writer:
        writer.stage(RemoveDocument("uploads/act.txt"))
        writer.commit()
    assert "has been removed" in opened(cite=sentence).warning[0].value


def test_the_library_shows_what_changed_between_versions(home: Path) -> None:
    file = home / "uploads" / "act.txt"
    file.parent.mkdir()
    file.write_text("Zebra Act\n\nThe zebra act of Freedonia allows four stripes.\n")
    reindex(home)
    file.write_text("Zebra Act\n\nThe zebra act allows <b>five</b> `stripes` :red[x].\n")
    reindex(home)
    app = library()
    app = checked(app.selectbox(key="library-versions").set_value("uploads/act.txt").run())
    (shown,) = app.code
    assert shown.language == "diff"
    assert "-The zebra act of Freedonia allows four stripes." in shown.value.splitlines()
    assert "+The zebra act allows <b>five</b> `stripes` :red[x]." in shown.value.splitlines()


def test_a_quotation_that_the_text_does_not_hold_is_not_shown(home: Path) -> None:
    app = ask(opened(), POLISH)
    with sqlite3.connect(home / "index" / "catalog.sqlite") as catalog:
        catalog.execute("UPDATE versions SET text = replace(text, 'Polish', 'Other!')")
    catalog.close()
    app = press(app, "source-0-1")
    assert len(app.error) == 1
    assert "is not what was indexed" in app.error[0].value
    assert [c.key for c in app.get("bidi_component")] == ["answer-0"]
    assert not app.code


def test_hostile_text_is_shown_as_it_is(home: Path) -> None:
    file = home / "uploads" / "*evil* $x$.txt"
    file.parent.mkdir()
    file.write_text(f"{HOSTILE_TITLE}\n\n{HOSTILE_TEXT}\n")
    file.with_name(f"{file.name}.meta.toml").write_text(
        f'title = "{HOSTILE_TITLE}"\npublisher = "<i>P</i>"\nurl = "https://example.org/?<b>"\n'
    )
    reindex(home)
    app = press(ask(opened(), "What does the zebra act of Freedonia allow?"), "source-0-1")
    assert HOSTILE_TEXT in component(app, "source-text")["quote"]
    assert escape(HOSTILE_TITLE) in html(app)
    account = next(text for text in html(app).split("<style>") if 'class="account"' in text)
    account = account[account.index('class="account"') :]
    assert escape(HOSTILE_TITLE) in account
    assert escape("<script>window.pwned = 1</script>") in account
    for raw in ("<img", "<script", "<i>", "<b>"):
        assert raw not in html(app)
        assert raw not in words(app)


def test_without_an_index_the_page_says_what_to_do(empty_home: Path) -> None:
    app = opened(q=POLISH)
    assert "no document is indexed" in app.info[0].value
    assert [link.proto.label for link in app.get("page_link")] == ["Open the Library"]


def test_a_bad_settings_file_is_one_line(empty_home: Path) -> None:
    (empty_home / "settings.toml").write_text("[nonsense]")
    assert "unknown table" in opened().error[0].value


def library_script() -> None:
    """The Library page on its own: AppTest cannot follow the navigation."""
    import streamlit as st

    from index.embedding.hashing import HashingEmbedder
    from index.local import LocalIndex
    from index.settings import load_settings
    from ingest.ui.background import Runner
    from ingest.ui.page import show

    show(
        st.session_state.setdefault(
            "runner", Runner(LocalIndex(load_settings(), HashingEmbedder()))
        )
    )


def library() -> AppTest:
    return checked(AppTest.from_function(library_script, default_timeout=SECONDS).run())


def finish(app: AppTest) -> AppTest:
    deadline = time.monotonic() + SECONDS
    while any(button.label == "Stop" for button in app.button):
        assert time.monotonic() < deadline
        app.session_state["runner"].wait(SECONDS)
        app = checked(app.run())
    return app


def documents(app: AppTest) -> dict[str, str]:
    """Return the status of each document in the table."""
    if not app.dataframe:
        return {}
    table = app.dataframe[0].value
    return dict(zip(table["Document"], table["Status"], strict=True))


def test_the_library_indexes_adds_and_removes(empty_home: Path) -> None:
    app = library()
    assert "Nothing is indexed yet" in app.info[0].value
    app = press(app, "Preview changes")
    pages = {f"corpus/{path.name}" for path in CORPUS.glob("*.txt")}
    assert all(escape(name) in html(app) for name in pages)
    app = finish(press(app, "Reindex"))
    assert documents(app) == dict.fromkeys(pages, "Indexed")
    assert f"{len(pages)} added" in app.success[0].value

    app.file_uploader[0].set_value(
        [
            ("../act.txt", b"The zebra act allows stripes.", "text/plain"),
            ("x.txt", b"", "text/plain"),
        ]
    )
    app = press(app, "Add to the library")
    assert "act.txt</code> added" in html(app)
    assert not documents(app).keys() & {"uploads/act.txt"}
    app = finish(press(app, "Reindex"))
    assert documents(app)["uploads/act.txt"] == "Indexed"
    assert "uploads/x.txt" in html(app)
    assert "empty" in html(app)

    app = checked(app.selectbox(key="library-remove").set_value("uploads/act.txt").run())
    app = press(press(app, "Remove …"), "library-confirm")
    assert literal("Removed uploads/act.txt.") in words(app)
    assert "uploads/act.txt" not in documents(app)
    assert not (empty_home / "uploads" / "act.txt").exists()

    app = press(app, "library-undo")
    assert literal("uploads/act.txt is back.") in words(app)
    assert documents(app)["uploads/act.txt"] == "Indexed"
    assert (empty_home / "uploads" / "act.txt").read_text() == "The zebra act allows stripes."
    app = checked(app.selectbox(key="library-remove").set_value("uploads/act.txt").run())
    app = press(press(app, "Remove …"), "library-confirm")
    app = checked(app.selectbox(key="library-return").set_value("uploads/act.txt").run())
    app = press(app, "library-bring-back")
    assert documents(app)["uploads/act.txt"] == "Indexed"


def test_vanished_files_stay_unless_their_removal_is_chosen(empty_home: Path) -> None:
    file = empty_home / "uploads" / "act.txt"
    file.parent.mkdir()
    file.write_text("The zebra act allows stripes.")
    app = finish(press(library(), "Reindex"))
    file.unlink()
    app = press(app, "Preview changes")
    assert documents(app)["uploads/act.txt"] == "File missing (kept)"
    app = finish(press(app, "Reindex"))
    assert "uploads/act.txt" in documents(app)
    app = checked(app.checkbox(key="library-prune").check().run())
    app = finish(press(app, "Reindex"))
    assert "uploads/act.txt" not in documents(app)


def test_reindex_keeps_a_list_of_sources_in_step(empty_home: Path) -> None:
    """Beside corpus/ and the uploads; what left the list goes only where that is chosen."""
    listed = empty_home / "sources.toml"
    assert "sources.toml" not in words(library())
    for name in ("one", "two"):
        (empty_home / name).mkdir()
        (empty_home / name / "act.txt").write_text(f"Act {name}: the zebra act allows stripes.")
    (empty_home / "uploads").mkdir()
    (empty_home / "uploads" / "mine.txt").write_text("What somebody added here stays.")
    entries = [f'[[source]]\npath = "{name}"\n' for name in ("one", "two")]
    listed.write_text("".join(entries))
    app = library()
    assert literal(f"also keeps in step what {listed} names") in words(app)
    app = press(app, "Preview changes")
    assert all(name in html(app) for name in ("one/act.txt", "two/act.txt", "uploads/mine.txt"))
    app = finish(press(app, "Reindex"))
    both = {"one/act.txt", "two/act.txt", "uploads/mine.txt"}
    assert {name for name in documents(app) if not name.startswith("corpus/")} == both
    listed.write_text(entries[0])
    app = press(app, "Preview changes")
    assert "no longer listed in sources.toml" in html(app)
    app = finish(press(app, "Reindex"))
    assert documents(app).keys() >= both
    app = checked(app.checkbox(key="library-prune").check().run())
    app = finish(press(app, "Reindex"))
    assert documents(app).keys() & both == both - {"two/act.txt"}
    assert any(name.startswith("corpus/") for name in documents(app))
    listed.write_text("[[folder]]")
    app = finish(press(app, "Reindex"))
    assert "every entry begins with" in app.error[0].value
    assert "one/act.txt" in documents(app)


def addresses(app: AppTest) -> dict[str, tuple[bool, str]]:
    """Return of each web address whether it is indexed, and the last answer."""
    for frame in app.dataframe:
        if "Address" in frame.value:
            answers = zip(frame.value["Indexed"], frame.value["Last answer"], strict=True)
            return dict(zip(frame.value["Address"], answers, strict=True))
    return {}


def add_address(app: AppTest, url: str) -> AppTest:
    app.text_input(key="library-address").set_value(url)
    return finish(press(app, "Fetch and index"))


def test_web_addresses_are_added_listed_and_removed(empty_home: Path) -> None:
    (empty_home / "settings.toml").write_text("[sources]\nallow_private = true\n")
    with Site() as site:
        site.text("/act.txt", f"{HOSTILE_TITLE}\n\n{HOSTILE_TEXT}\n")
        good, bad = site.url("/act.txt"), site.url("/404?q=%3Cb%3E")
        app = add_address(library(), "<b>ftp://x")
        assert literal("not a web address") in app.error[0].value
        app = add_address(app, f" {good}#part ")
        assert "1 added" in app.success[0].value
        assert documents(app) == {good: "Indexed"}
        assert addresses(app) == {good: (True, "200 OK")}
        app = add_address(app, site.url("/404?q=<b>"))
        assert addresses(app)[bad] == (False, "the server says 404 Not Found; check the address")
        assert "<b>" not in html(app) + words(app)
        # Asked again with everything else.
        site.pages["/act.txt"] = Page(b"", 410)
        app = finish(press(app, "Reindex"))
        assert addresses(app)[good] == (True, "the server says 410 Gone")
        for url in (good, bad):
            app = checked(app.selectbox(key="library-remove").set_value(url).run())
            app = press(press(app, "Remove …"), "library-confirm")
        assert addresses(app) == {}
        assert not documents(app).keys() & {good}
    assert LocalIndex(Settings(empty_home), HashingEmbedder()).failures() == []


def test_what_was_moved_and_what_is_nearly_the_same_is_told_as_text(empty_home: Path) -> None:
    uploads = empty_home / "uploads"
    uploads.mkdir()
    (uploads / "a.txt").write_text(HOSTILE_TEXT)
    app = finish(press(library(), "Reindex"))
    (uploads / "a.txt").rename(uploads / "<b>*x*.txt")
    (uploads / "c.txt").write_text(HOSTILE_TEXT)
    app = press(app, "Preview changes")
    assert "1 moved" in words(app)
    assert "moved from uploads/a.txt" in html(app)
    app = finish(press(app, "Reindex"))
    assert "1 moved" in app.success[0].value
    shown = html(app)
    assert escape("uploads/<b>*x*.txt was moved from uploads/a.txt") in shown
    assert escape("uploads/c.txt has the same text as uploads/<b>*x*.txt") in shown
    assert "<b>" not in shown


def test_a_second_writer_is_told_who_is_writing(empty_home: Path) -> None:
    app = finish(press(library(), "Reindex"))
    with LocalIndex(Settings(empty_home), HashingEmbedder()).writer():
        app = finish(press(app, "Reindex"))
        assert "being written by" in app.error[0].value
    assert not finish(press(app, "Reindex")).error


def test_uploads_are_never_lost_in_silence(tmp_path: Path) -> None:
    assert save(tmp_path, [("a.txt", b"1"), ("x/a.txt", b"2")]) == [
        Saved("a.txt", "added"),
        Saved("a-2.txt", "added"),
    ]
    assert save(tmp_path, [("a.txt", b"1")]) == [Saved("a.txt", "unchanged")]
    assert save(tmp_path, [("a.txt", b"3")]) == [Saved("a.txt", "replaced")]
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"a.txt": b"3", "a-2.txt": b"2"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param("../../etc/passwd", "passwd", id="path"),
        pytest.param("C:\\x\\a.txt", "a.txt", id="windows path"),
        pytest.param("a\x00\n\u202eb.txt", "ab.txt", id="control characters"),
        pytest.param(".hidden.txt", "hidden.txt", id="hidden"),
        pytest.param("..", "document", id="dots only"),
        pytest.param("~$a.txt", "_a.txt", id="lock file"),
        pytest.param("é" * 300 + ".txt", "é" * 98 + ".txt", id="long, in bytes"),
        pytest.param('<a>:"b"?.md', "_a___b__.md", id="reserved elsewhere"),
    ],
)
def test_names_of_uploads_are_plain(given: str, expected: str) -> None:
    assert safe_name(given) == expected


def test_a_window_begins_and_ends_at_lines() -> None:
    text = "".join(f"line {n}\n" for n in range(1000))
    start = text.index("line 500")
    shown = window(text, start, start + 8, around_chars=50)
    assert shown.quote == "line 500"
    assert shown.before.startswith("line ")
    assert (shown.before + shown.quote + shown.after) in text
    assert shown.lines_above + shown.before.count("\n") == 500
    assert len(shown.before) <= 50
    assert len(shown.after) <= 50


@pytest.mark.parametrize(
    ("url", "offered"),
    [
        ("https://example.org/a", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("//example.org", False),
        ("https://[", False),
    ],
)
def test_only_web_addresses_become_links(url: str, offered: bool) -> None:
    assert is_web_address(url) is offered


def test_a_quotation_of_a_page_that_reads_differently_says_so(empty_home: Path) -> None:
    uploads = empty_home / "uploads"
    uploads.mkdir()
    toll = [
        "Foreign ships pay a toll of 40 marks for the oil of the harbour lamps.",
        "The council of the town keeps the account of the toll, and reads it in public every May.",
    ]
    squeezed = [
        "The committee will follow all letters offered by the bookkeepers and",
        "assess if accounts are correct, and shall tell the council as soon",
        "as a letter differs from the yellow booklet of the proof office.",
    ]
    drawn = make([column(toll)], finish=lambda writer: add_content(writer, 0, squeeze(squeezed)))
    (uploads / "toll.pdf").write_bytes(drawn)
    reindex(empty_home)
    said = "this page reads differently in two extractions"
    app = ask(opened(), "What toll do foreign ships pay?")
    assert html(app).count(said) == 1
    app = press(app, "source-0-1")
    assert f"<dt>Text</dt><dd>{said}: compare the words with its picture</dd>" in html(app)


def test_who_waits_for_others_is_told_the_place_in_the_queue(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else asks until the page has said so; then the answer comes, and the line goes."""
    monkeypatch.setattr(TURNS, "tell_seconds", 0.0)
    asking, told = threading.Event(), threading.Event()
    captions: list[str] = []
    caption = DeltaGenerator.caption

    def watch(self: DeltaGenerator, body: str) -> DeltaGenerator:
        captions.append(body)
        told.set()
        return caption(self, body)

    def ask_before() -> None:
        with TURNS.ask():
            asking.set()
            told.wait(SECONDS)

    app = opened()
    monkeypatch.setattr(DeltaGenerator, "caption", watch)
    other = threading.Thread(target=ask_before, daemon=True)
    other.start()
    assert asking.wait(SECONDS)
    ask(app, POLISH)
    other.join(SECONDS)
    place = "1 question of other readers is first."
    assert captions[0] == place
    assert place not in [element.value for element in app.caption]
    assert "Polish Agency" in html(app)
