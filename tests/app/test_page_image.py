"""A quotation on the picture of its page: boxes in the index, pictures, the app in a browser."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import numpy as np
import pytest
from PIL import Image

from chat.ui.source.page_image import Picture, picture
from index.catalog.schema import FILE
from index.changes import RemoveDocument
from index.pages.boxes import Box
from index.version import Page, Version, citation_id
from tests.library import Library
from tests.pdfs import Text, column, make

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from playwright.sync_api import Page as Tab

LAMPS = [
    "The harbour master keeps the lamps of the outer quay burning through",
    "the night, and every ship that passes pays a toll for the oil that is",
]
OVERLEAF = ["burnt. Ships of the realm pay half of what foreign ships have to pay."]
LATER = "9999-01-01T00:00:00+00:00"
SENTENCE = f"{' '.join(LAMPS)} burnt."


def boxes_of(library: Library, version: str, start: int, end: int) -> list[Box]:
    with library.index.snapshot() as catalog:
        return catalog.boxes(version, start, end)


def original_of(library: Library, version: str) -> Path | None:
    with library.index.snapshot() as catalog:
        sha256 = catalog.layout_source(version)
    return library.settings.originals / sha256 if sha256 else None


@pytest.fixture
def library(tmp_path: Path) -> Library:
    library = Library(tmp_path)
    library.texts.joinpath("act.pdf").write_bytes(make([column(LAMPS, top=100), column(OVERLEAF)]))
    report = library.ingest()
    assert not report.failures
    return library


def version_of_act(library: Library) -> Version:
    with library.index.snapshot() as catalog:
        return catalog.version(catalog.document("act.pdf").version)


def darkest(shown: Picture) -> list[int]:
    """The darkest grey inside each mark: words are black, paper is white."""
    grey = np.asarray(Image.open(BytesIO(shown.png)).convert("L"))
    found = []
    for mark in shown.marks:
        x0, x1 = (int(shown.width * at / 100) for at in (mark.left, mark.left + mark.width))
        y0, y1 = (int(shown.height * at / 100) for at in (mark.top, mark.top + mark.height))
        found.append(int(grey[y0:y1, x0:x1].min()))
    return found


def test_the_index_tells_where_a_quotation_stands_on_each_page(library: Library) -> None:
    version = version_of_act(library)
    boxes = boxes_of(library, version.id, 0, len(SENTENCE))
    assert [box.page for box in boxes] == [1, 1, 2]
    assert boxes[0].x0 == pytest.approx(72, abs=1)
    assert [page.number for page in version.pages] == [1, 2]
    original = original_of(library, version.id)
    assert original is not None
    assert original.read_bytes() == library.texts.joinpath("act.pdf").read_bytes()


def test_a_text_without_pages_has_no_boxes(tmp_path: Path) -> None:
    library = Library(tmp_path)
    library.write("act.txt", "The lamps burn at night.")
    library.ingest()
    with library.index.snapshot() as catalog:
        version = catalog.document("act.txt").version
    assert boxes_of(library, version, 0, 9) == []
    assert original_of(library, version) is None


def test_an_old_citation_opens_at_the_original_of_its_own_version(library: Library) -> None:
    before = version_of_act(library)
    file = library.texts / "act.pdf"
    old = file.read_bytes()
    file.write_bytes(make([column(["Another act altogether.", *OVERLEAF])]))
    library.ingest()
    citable = library.index.citable(citation_id(before.id, 0, len(SENTENCE)))
    assert not citable.current
    original = original_of(library, citable.version.id)
    assert original is not None
    assert original.read_bytes() == old
    assert len(boxes_of(library, citable.version.id, 0, len(SENTENCE))) == 3


def test_a_layout_goes_with_its_version(library: Library) -> None:
    version = version_of_act(library).id
    with library.index.writer() as writer:
        writer.stage(RemoveDocument("texts/act.pdf"))
        writer.commit()
        writer.prune(LATER)
    assert original_of(library, version) is None
    assert boxes_of(library, version, 0, len(SENTENCE)) == []
    assert list(library.settings.originals.iterdir()) == []


def test_pruning_keeps_the_original_that_a_text_is_shown_on(library: Library) -> None:
    """Two files of one text: the boxes are those of the second, which is removed."""
    version = version_of_act(library).id
    other = make([column(LAMPS, top=200), column(OVERLEAF)])
    library.texts.joinpath("other.pdf").write_bytes(other)
    library.ingest()
    with library.index.writer() as writer:
        writer.stage(RemoveDocument("texts/other.pdf"))
        writer.commit()
        writer.prune(LATER)
    assert version_of_act(library).id == version
    original = original_of(library, version)
    assert original is not None
    assert original.read_bytes() == other


def test_pages_of_before_there_was_recognition_are_read(library: Library) -> None:
    """They were written without `ocr`."""
    with closing(sqlite3.connect(library.settings.index_directory / FILE)) as connection:
        connection.execute("UPDATE versions SET pages = '[[1, 0, 9, null]]'")
        connection.commit()
    assert version_of_act(library).pages == (Page(1, 0, 9, None, ocr=False),)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_the_marks_cover_the_words_however_the_page_is_turned(
    tmp_path: Path, rotation: int
) -> None:
    library = Library(tmp_path)
    data = make([[Text(150, 400, "Lamps burn."), Text(300, 700, "Elsewhere.")]], rotation=rotation)
    library.texts.joinpath("act.pdf").write_bytes(data)
    library.ingest()
    version = version_of_act(library)
    start = version.text.index("Lamps")
    boxes = tuple(boxes_of(library, version.id, start, start + len("Lamps burn.")))
    original = original_of(library, version.id)
    assert original is not None
    shown = picture(original, 1, boxes)
    assert shown.marks
    assert max(darkest(shown)) < 100
    bare = picture(
        original, 1, tuple(box._replace(y0=box.y0 - 60, y1=box.y1 - 60) for box in boxes)
    )
    assert min(darkest(bare)) > 200


def test_a_poster_is_drawn_no_larger_than_a_screen_needs(tmp_path: Path) -> None:
    file = tmp_path / "poster.pdf"
    file.write_bytes(make([[Text(72, 700, "Lamps.")]], size=(9_000, 12_000)))
    shown = picture(file, 1, ())
    assert max(shown.width, shown.height) <= 2_400


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Library:
    library = Library(tmp_path_factory.mktemp("shelf"))
    library.texts.joinpath("act.pdf").write_bytes(make([column(LAMPS, top=100), column(OVERLEAF)]))
    library.ingest()
    return library


@pytest.fixture(scope="module")
def address(shelf: Library, app_url: Callable[[Mapping[str, str]], str]) -> str:
    version = version_of_act(shelf)
    link = urlencode({"cite": citation_id(version.id, 0, len(SENTENCE))})
    return f"{app_url({'POLICY_CHAT_HOME': str(shelf.home)})}/?{link}"


@pytest.fixture(params=[(1280, "light"), (1280, "dark"), (390, "light")], ids=str)
def tab(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Tab]:
    width, scheme = request.param
    context = browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
    tab = context.new_page()
    tab.set_default_timeout(30_000)
    yield tab
    context.close()


@pytest.mark.browser
def test_the_page_is_shown_with_the_quotation_marked(tab: Tab, address: str) -> None:
    tab.goto(address)
    tab.locator("mark").wait_for()
    tab.get_by_role("radio", name="Page").click()
    tab.locator(".mark").first.wait_for()
    assert tab.locator(".mark").count() == 3
    assert tab.locator("figcaption").all_inner_texts() == ["Page 1", "Page 2"]
    tab.wait_for_timeout(500)
    frame, mark = tab.locator(".pages").bounding_box(), tab.locator(".mark").first.bounding_box()
    assert frame is not None
    assert mark is not None
    assert frame["x"] <= mark["x"] < frame["x"] + frame["width"]
    assert frame["y"] <= mark["y"] < frame["y"] + frame["height"]
    overflow = "document.documentElement.scrollWidth - window.innerWidth"
    assert tab.evaluate(overflow) <= 0
    tab.get_by_role("radio", name="Text").click()
    tab.locator("mark").wait_for()
    assert tab.locator("mark").inner_text() == SENTENCE


@pytest.mark.browser
def test_a_missing_original_is_said_in_one_line(
    browser: Browser, shelf: Library, address: str
) -> None:
    original = original_of(shelf, version_of_act(shelf).id)
    assert original is not None
    original.unlink()
    context = browser.new_context()
    tab = context.new_page()
    tab.set_default_timeout(30_000)
    tab.goto(address)
    tab.get_by_role("radio", name="Page").click()
    tab.get_by_text("The original file is no longer kept here").wait_for()
    context.close()
