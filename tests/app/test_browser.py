"""The real app in a real browser: what no test of the Python side can see."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from index.embedding.transformer import SentenceTransformerEmbedder
from index.local import LocalIndex
from index.settings import CORPUS, HOME_VARIABLE, Settings
from ingest.pipeline import apply_plan
from ingest.planning.plan import make_plan

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

POLISH = "Which agency runs the Polish cluster programmes?"
STRIPES = "How many stripes does the zebra act of Freedonia allow?"
HOSTILE_TITLE = "<img src=x onerror=window.pwned=1> **bold** :red[x] $y$ :smile:"
HOSTILE_TEXT = (
    "The zebra act of Freedonia allows <script>window.pwned = 1</script> **four** stripes."
)
PERMITS = "The lagoon authority of Freedonia grants nine permits a year."
HOSTILE_NAME = "<b>*evil*.txt"
GRANTS = """# Grants of Ruritania

| Scheme | Rate of support | Ceiling | Call closes |
|---|---|---|---|
| Sprout | 40 % | EUR 250,000 | 1 September 2026 |
| Blossom | 25 % | EUR 1,200,000 | 15 December 2026 |
"""


@pytest.fixture(scope="module")
def url(
    tmp_path_factory: pytest.TempPathFactory, app_url: Callable[[Mapping[str, str]], str]
) -> str:
    """The app over corpus/ and one document that means harm."""
    settings = Settings(tmp_path_factory.mktemp("home"))
    settings.uploads.mkdir()
    file = settings.uploads / HOSTILE_NAME
    file.write_text(f"{HOSTILE_TITLE}\n\n{HOSTILE_TEXT}\n", encoding="utf-8")
    sidecar = f'title = "{HOSTILE_TITLE}"\npublisher = "<i>P</i> *q*"\n'
    file.with_name(f"{file.name}.meta.toml").write_text(sidecar, encoding="utf-8")
    (settings.uploads / "grants.md").write_text(GRANTS, encoding="utf-8")
    index = LocalIndex(settings, SentenceTransformerEmbedder(settings.embedder))
    apply_plan(index, make_plan(index))
    return app_url({HOME_VARIABLE: str(settings.home)})


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.set_default_timeout(30_000)
    yield page
    context.close()


def open_source(page: Page, marker: int) -> str:
    """Press a marker in the answer and return the text that is then highlighted."""
    button = page.get_by_role("button", name=f"Open source {marker}")
    button.click()
    sentence = page.locator(".opened").filter(has=button)
    sentence.wait_for()
    # Until the script ends, Streamlit keeps what stood there before beside what is new.
    page.locator('.stApp[data-test-script-state="notRunning"]').wait_for()
    words = sentence.inner_text().removesuffix(str(marker)).strip()
    return page.locator("[data-part=quote]").filter(has_text=words).inner_text()


def is_in_view(page: Page, selector: str) -> bool:
    """Tell whether an element comes to lie within the window and within every box that scrolls."""
    script = """element => {
        const { left, top, width, height } = element.getBoundingClientRect();
        let hit = document.elementFromPoint(left + width / 2, top + Math.min(height / 2, 30));
        while (hit?.shadowRoot) {
            const inner = hit.shadowRoot.elementFromPoint(left + width / 2, top + height / 4);
            if (inner === hit || inner === null) break;
            hit = inner;
        }
        return hit === element;
    }"""
    for _ in range(40):  # the page scrolls there, on a busy machine after a while
        page.wait_for_timeout(250)
        if page.locator(selector).evaluate(script):
            return True
    return False


def overflow_px(page: Page) -> int:
    script = "document.documentElement.scrollWidth - window.innerWidth"
    return int(page.evaluate(script))


def test_a_question_is_asked_and_its_quotation_checked(page: Page, url: str) -> None:
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.goto(url)
    box = page.locator("textarea")
    box.fill(POLISH)
    box.press("Enter")
    page.get_by_role("button", name="Open source 1").wait_for()

    file = CORPUS / "clusterplattform-european-level.txt"
    text = file.read_text(encoding="utf-8")
    count = page.get_by_role("button", name="Open source").count()
    quotes = [open_source(page, marker) for marker in range(1, count + 1)]
    assert any("Polish Agency for Enterprise Development" in quote for quote in quotes)
    assert all(quote in text for quote in quotes)
    assert is_in_view(page, "[data-part=quote]")
    assert "cite=" in page.url
    # Nothing leaves this machine: no font, icon or statistics from anybody's server.
    assert [a for a in addresses if not a.startswith((url, "data:", "blob:"))] == []

    page.reload()
    page.locator("[data-part=quote]").wait_for()
    assert page.locator("[data-part=quote]").inner_text() == quotes[-1]


def test_markers_work_from_the_keyboard(page: Page, url: str) -> None:
    page.goto(f"{url}/?{urlencode({'q': POLISH})}")
    marker = page.get_by_role("button", name="Open source 1")
    marker.focus()
    marker.press("Enter")
    page.locator(".text:focus mark").wait_for()


def test_text_of_documents_is_never_obeyed(page: Page, url: str) -> None:
    page.goto(f"{url}/?{urlencode({'q': STRIPES})}")
    page.get_by_role("button", name="Open source 1").wait_for()
    assert open_source(page, 1) == HOSTILE_TEXT
    heading = page.get_by_role("heading", name="bold")
    assert heading.inner_text() == HOSTILE_TITLE
    page.get_by_text("Quotation with its reference").click()
    assert HOSTILE_TITLE in page.locator("code").inner_text()
    page.get_by_role("link", name="Library").click()
    page.get_by_text("Bring the index up to date").wait_for()
    assert page.evaluate("window.pwned") is None
    assert page.locator("img[src=x]").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_everything_without_scrolling_sideways(
    browser: Browser, url: str, scheme: str
) -> None:
    size = {"width": 390, "height": 844}
    context = browser.new_context(viewport=size, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(30_000)
    page.goto(url)
    page.locator("textarea").wait_for()
    assert overflow_px(page) <= 0
    page.goto(f"{url}/?{urlencode({'q': STRIPES})}")
    open_source(page, 1)
    assert is_in_view(page, "[data-part=quote]")
    assert overflow_px(page) <= 0
    page.goto(f"{url}/library")
    page.get_by_text("Bring the index up to date").wait_for()
    assert overflow_px(page) <= 0
    context.close()


def test_a_phone_breaks_no_word_of_a_table(page: Page, url: str) -> None:
    """A figure that goes on in the next line reads as another one."""
    page.set_viewport_size({"width": 390, "height": 844})
    question = urlencode({"q": "What is the ceiling of the Sprout scheme of Ruritania?"})
    page.goto(f"{url}/?{question}")
    cell = page.locator("td").filter(has_text="250,000")
    cell.wait_for()
    words = """cell => {
        const range = document.createRange(), lines = [];
        const text = cell.querySelector("span, mark").firstChild;
        for (const { index, 0: word } of text.data.matchAll(/\\S+/g)) {
            range.setStart(text, index);
            range.setEnd(text, index + word.length);
            lines.push(new Set([...range.getClientRects()].map(({ top }) => top)).size);
        }
        return lines;
    }"""
    assert cell.evaluate(words) == [1, 1]
    assert overflow_px(page) <= 0


def test_the_library_adds_a_file_that_can_then_be_asked_about(page: Page, url: str) -> None:
    page.goto(f"{url}/library")
    page.locator("input[type=file]").set_input_files(
        {
            "name": "lagoon.txt",
            "mimeType": "text/plain",
            "buffer": f"Lagoon Act\n\n{PERMITS}".encode(),
        }
    )
    # Pressed before the upload has begun, the button finds no file.
    page.get_by_text("lagoon.txt").wait_for()
    page.get_by_role("button", name="Add to the library").click()
    page.get_by_text("1 new").wait_for()
    page.get_by_role("button", name="Reindex").click()
    page.get_by_text("1 added").wait_for()
    page.get_by_role("link", name="Ask").click()
    box = page.locator("textarea")
    box.fill("How many permits does the lagoon authority of Freedonia grant?")
    box.press("Enter")
    assert open_source(page, 1) == PERMITS
