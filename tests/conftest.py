"""Shared fixtures: the five pages indexed by the real model, the real app, a real Chromium."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from index.embedding.transformer import SentenceTransformerEmbedder
from index.local import LocalIndex
from index.pages.recognise import recognises_pictures
from index.settings import CORPUS, HOME_VARIABLE, EmbedderSettings, Settings
from ingest.pipeline import apply_plan
from ingest.planning.plan import make_plan
from tests.library import essay

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).parents[1]
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 60
STOP_SECONDS = 10

StartApp = Callable[[Mapping[str, str]], str]


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> None:
    """Ctrl-C reaches the processes that tests start, also where tests run in the background."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def main_module() -> Iterator[None]:
    """AppTest leaves its script as `__main__`, which processes spawned later would run."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(scope="session")
def corpus_index(tmp_path_factory: pytest.TempPathFactory) -> LocalIndex:
    """The five pages of corpus/, indexed by the packaged model; tests only read it."""
    index = LocalIndex(
        Settings(tmp_path_factory.mktemp("home")), SentenceTransformerEmbedder(EmbedderSettings())
    )
    report = apply_plan(index, make_plan(index, [str(CORPUS)]))
    assert not report.failures
    return index


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of the test's own, for this process and those that it starts."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """A folder of three texts."""
    folder = tmp_path / "texts"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.md").write_text(essay(number, 2))
    return folder


def find_chromium() -> str | None:
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs a browser or the extra `ocr` where it is not: all from here, in one line."""
    needs_browser = "chromium_path" in getattr(item, "fixturenames", ())
    if needs_browser and find_chromium() is None and os.environ.get("REQUIRE_BROWSER") != "1":
        pytest.skip(f"browser tests: none of {', '.join(CHROMIUM_NAMES)} is on PATH")
    if item.get_closest_marker("ocr") and not recognises_pictures():
        if os.environ.get("REQUIRE_OCR") == "1":
            pytest.fail("the extra ocr is not installed", pytrace=False)
        pytest.skip("the extra ocr is not installed")


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """A Chromium on PATH; without one the test was skipped already, unless REQUIRE_BROWSER=1."""
    path = find_chromium()
    if path is None:
        pytest.fail(f"none of {', '.join(CHROMIUM_NAMES)} is on PATH", pytrace=False)
    return path


# One per module and not per session: while Playwright's loop is open, nothing else in this thread
# can run an event loop of its own.
@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=chromium_path, headless=True, args=CHROMIUM_ARGUMENTS
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def app_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartApp]:
    """Start the app with the variables given and return its address; it ends with the module.

    >>> url = app_url({"POLICY_CHAT_HOME": str(tmp_path)})
    """
    with ExitStack() as running:

        def start(environment: Mapping[str, str]) -> str:
            if "POLICY_CHAT_HOME" not in environment:
                raise ValueError("give POLICY_CHAT_HOME, or the app writes to this checkout's var/")
            directory = tmp_path_factory.mktemp("app")
            return running.enter_context(_serving(environment, directory))

        yield start


@contextmanager
def _serving(environment: Mapping[str, str], directory: Path) -> Iterator[str]:
    port = _free_port()
    log_path = directory / "streamlit.log"
    command = [sys.executable, "-m", "streamlit", "run", "streamlit_app.py"]
    options = ["--server.port", str(port), "--server.headless", "true"]
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            command + options,
            cwd=ROOT,
            # A home of its own: nobody's own Streamlit settings are read, nothing is left behind.
            env={**os.environ, "HOME": str(directory), **environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_healthy(process, port, log_path)
        yield f"http://localhost:{port}"
    finally:
        _stop(process)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("localhost", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_until_healthy(process: subprocess.Popen[bytes], port: int, log_path: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if _is_healthy(port):
            return
        time.sleep(0.1)
    state = "is not up" if process.returncode is None else f"exited {process.returncode}"
    log = log_path.read_text(encoding="utf-8", errors="replace")
    pytest.fail(f"streamlit {state} after {START_SECONDS} s at most; it said:\n{log[-4000:]}")


def _is_healthy(port: int) -> bool:
    # http.client and not urllib: a proxy in the environment must not come between.
    connection = http.client.HTTPConnection("localhost", port, timeout=2)
    try:
        connection.request("GET", "/_stcore/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the app and whatever it started: asked first, then killed."""
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
