"""The line under a source that says what its picture shows."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from chat.ui.source.background_look import BackgroundLook
from index.citations import Citable
from index.pages.look import Look
from index.pages.recognise import recognises_pictures
from index.version import citation_id
from tests.library import Library
from tests.pdfs import column, make

WORDS = "The toll of 1,250 marks is not paid by Norland ships."
# Far more than it takes.
PATIENCE_SECONDS = 120.0


def read_again(tmp_path: Path, page: str) -> Look:
    """Index a page of `WORDS`, put another under it, and wait for what is read."""
    library = Library(tmp_path)
    library.texts.joinpath("act.pdf").write_bytes(make([column([WORDS])]))
    library.ingest()
    with library.index.snapshot() as catalog:
        version = catalog.document("act.pdf").version
        original = catalog.layout_source(version)
    assert original is not None
    library.settings.originals.joinpath(original).write_bytes(make([column([page])]))
    citable = library.index.citable(citation_id(version, 0, len(WORDS)))
    looks = BackgroundLook(library.index)
    assert looks.ask(citable, original) is None
    return wait(looks, citable, original)


def wait(looks: BackgroundLook, citable: Citable, original: str) -> Look:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if look := looks.ask(citable, original):
            assert looks.ask(citable, original) is look
            return look
        time.sleep(0.05)
    raise AssertionError("it was never read")


@pytest.mark.skipif(not recognises_pictures(), reason="the extra ocr is not installed")
def test_it_is_read_in_the_background_and_kept(tmp_path: Path) -> None:
    assert read_again(tmp_path, WORDS).status == "same"


@pytest.mark.skipif(not recognises_pictures(), reason="the extra ocr is not installed")
def test_another_page_is_told_letter_by_letter(tmp_path: Path) -> None:
    look = read_again(tmp_path, WORDS.replace("is not paid", "is paid"))
    assert [(found.quoted, found.seen) for found in look.differences] == [("not", "")]


@pytest.mark.skipif(not recognises_pictures(), reason="the extra ocr is not installed")
def test_what_failed_is_tried_again_and_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The model cannot be loaded, for once: what is asked next is read."""
    library = Library(tmp_path)
    library.texts.joinpath("act.pdf").write_bytes(make([column([WORDS])]))
    library.ingest()
    with library.index.snapshot() as catalog:
        version = catalog.document("act.pdf").version
        original = catalog.layout_source(version) or ""

    def fail() -> None:
        raise OSError("no model")

    looks = BackgroundLook(library.index)
    citable = library.index.citable(citation_id(version, 0, len(WORDS)))
    with monkeypatch.context() as patched:
        patched.setattr("chat.ui.source.background_look.load_line_reader", fail)
        assert "failed" in wait(looks, citable, original).reason
    monkeypatch.setattr("chat.ui.source.background_look._FAILED_SECONDS", 0.0)
    assert wait(looks, citable, original).status == "same"


def show(home: str) -> None:
    """The script of an app that shows the one quotation of an index."""
    from pathlib import Path

    from chat.ui.source.look_view import show_look
    from index.embedding.hashing import HashingEmbedder
    from index.local import LocalIndex
    from index.settings import Settings
    from index.version import citation_id

    index = LocalIndex(Settings(Path(home)), HashingEmbedder())
    with index.snapshot() as catalog:
        version = catalog.document("act.pdf").version
        original = catalog.layout_source(version) or ""
    citable = index.citable(citation_id(version, 0, 30))
    show_look(index, citable, original)


def shown(tmp_path: Path) -> AppTest:
    library = Library(tmp_path)
    library.texts.joinpath("act.pdf").write_bytes(make([column([WORDS])]))
    library.ingest()
    app = AppTest.from_function(show, args=(str(library.home),), default_timeout=60)
    return app.run()


def test_nothing_is_shown_without_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.ui.source.look_view.recognises_pictures", lambda: False)
    app = shown(tmp_path)
    assert not app.exception
    assert not app.caption
    assert not app.warning


@pytest.mark.skipif(not recognises_pictures(), reason="the extra ocr is not installed")
def test_it_is_said_that_it_is_read_and_then_what_was(tmp_path: Path) -> None:
    app = shown(tmp_path)
    until = time.monotonic() + PATIENCE_SECONDS
    while app.caption[0].value.startswith("Reading") and time.monotonic() < until:
        time.sleep(0.1)
        app.run()
    assert not app.exception
    assert "the same words" in app.caption[0].value
