"""`python -m ingest watch`, as a process of its own: what it notices, survives, and how it ends."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from queue import Empty, Queue

import pytest

from index.embedding.hashing import HashingEmbedder
from index.local import LocalIndex
from index.settings import Settings
from ingest.__main__ import main
from ingest.cli.watch import _Changes
from tests.library import COMMAND, ROOT, Library, essay, open_index
from tests.web_site import Page, Site

PATIENCE_SECONDS = 30


class Watching:
    """The command, and what it says line by line."""

    def __init__(self, home: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", COMMAND, "watch", "--quiet-seconds", "0.1", *arguments],
            cwd=ROOT,
            env={**os.environ, "POLICY_CHAT_HOME": str(home), "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self._lines: Queue[str] = Queue()
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                self._lines.put(line.rstrip())

    def until(self, words: str) -> str:
        """Return the next line that holds these words."""
        seen: list[str] = []
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(Empty):
                seen.append(self._lines.get(timeout=0.2))
                if words in seen[-1]:
                    return seen[-1]
            if self.process.poll() is not None and self._lines.empty():
                break
        raise AssertionError(f"{words!r} was not said, but {seen}")

    def rest(self) -> list[str]:
        """Return what was said since; call after `stop`."""
        return [self._lines.get() for _ in range(self._lines.qsize())]

    def stop(self) -> int:
        """End it as Ctrl-C does."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        code = self.process.wait(PATIENCE_SECONDS)
        self._reader.join()
        return code


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir()
    (home / "settings.toml").write_text("[sources]\nallow_private = true\n")
    return home


@contextlib.contextmanager
def watching(home: Path, *arguments: object) -> Iterator[Watching]:
    watching = Watching(home, *(str(argument) for argument in arguments))
    try:
        yield watching
    finally:
        watching.stop()


def never() -> LocalIndex:
    raise AssertionError("nothing is to be opened")


def ids(home: Path) -> list[str]:
    return [document.id for document in LocalIndex(Settings(home), HashingEmbedder()).documents()]


def test_changes_are_indexed_and_errors_survived(home: Path, tmp_path: Path) -> None:
    library = Library(tmp_path)
    library.write("a.md", essay(1))
    with watching(home, library.texts) as process:
        process.until("1 added, 0 changed")
        library.write("sub/b.md", essay(2))
        process.until("1 added, 0 changed, 0 removed, 1 unchanged")
        library.write("sub/b.md", essay(3))
        process.until("0 added, 1 changed")
        (library.texts / "sub" / "b.md").rename(library.texts / "c.md")
        assert "texts/c.md was moved from texts/sub/b.md" in process.until("1 moved")
        library.write("bad.txt", "")
        process.until("error: texts/bad.txt: the file is empty")
        library.write(".policyignore", "!\n")
        process.until("pattern 1 is '!'")
        library.write(".policyignore", "bad.txt\n")
        process.until("0 added, 0 changed, 0 removed, 2 unchanged, 0 refused")
        library.write("d.md", essay(4))
        process.until("1 added")
        assert process.stop() == 0
        process.until("stopped watching; what was committed stands")
    assert ids(home) == ["texts/a.md", "texts/c.md", "texts/d.md"]


def test_many_changes_are_one_run(home: Path, tmp_path: Path) -> None:
    library = Library(tmp_path)
    library.write("0.md", essay(0, 1))
    with watching(home, library.texts, "--quiet-seconds", "1") as process:
        process.until("1 added")
        for number in range(1, 6):
            library.write(f"{number}.md", essay(number, 1))
        process.until("5 added, 0 changed, 0 removed, 1 unchanged")


def test_a_list_and_its_addresses(home: Path, tmp_path: Path) -> None:
    library = Library(tmp_path)
    library.write("a.md", essay(1))
    with Site() as site:
        site.text("/page.md", essay(2))
        page = f'[[source]]\nurl = "{site.url("/page.md")}"\n'
        listed = library.listed(f'[[source]]\npath = "../texts"\n{page}')
        with watching(home, "--sources", "--prune", "--recheck-minutes", "0.02") as process:
            process.until("2 added")
            site.text("/page.md", essay(3))
            process.until("0 added, 1 changed, 0 removed, 1 unchanged")
            site.pages["/page.md"] = Page(b"", 404)
            process.until("1 removed, 1 unchanged")
            library.write("more/b.md", essay(4))
            process.until("1 added")
            listed.write_text('[[source]]\npath = "../texts/more"\n')
            process.until("1 removed, 1 unchanged")
    assert ids(home) == ["texts/more/b.md"]


def test_the_index_may_lie_in_what_is_watched(home: Path, tmp_path: Path) -> None:
    """Its own writing must not set off the next run, and that the one after it."""
    (tmp_path / "a.md").write_text(essay(1))
    (home / "uploads").mkdir()
    (tmp_path / ".policyignore").write_text("/home/\n")
    with watching(home, tmp_path) as process:
        process.until("1 added")
        (home / "uploads" / "b.md").write_text(essay(2))
        process.until("1 added")
        process.stop()
        # The runs have written a lot; nothing else has.
        assert not [line for line in process.rest() if "0 added" in line]


def test_what_cannot_be_watched_is_said_at_once(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POLICY_CHAT_HOME", str(home))
    for arguments, reason in [
        (["watch", "nowhere"], "no such file or folder; check the path"),
        (["watch", "--sources"], "sources.toml: no such file; write one as docs/sources.md shows"),
        (["watch", "ftp://x/y"], "not a web address"),
    ]:
        threads = threading.active_count()
        assert main(arguments, open_index) == 1
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith("error: ")
        assert reason in err
        assert err.count("\n") == 1
        assert threading.active_count() == threads


def test_uploads_that_are_no_folder_are_one_line(home: Path) -> None:
    (home / "uploads").write_text("")
    with watching(home) as process:
        process.until("error: " + str(home / "uploads") + ": cannot be written (File exists)")


@pytest.mark.parametrize(
    "arguments",
    [
        ["--quiet-seconds", "-1"],
        ["--recheck-minutes", "0"],
        ["--quiet-seconds", "nan"],
    ],
)
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["watch", *arguments], never)
    assert caught.value.code == 2
    assert "Usage: python -m ingest watch" in capsys.readouterr().err


def test_where_nothing_ever_keeps_still(tmp_path: Path) -> None:
    """It is looked at all the same, after twenty times the quiet that was asked for."""
    from watchdog.events import FileModifiedEvent, FileOpenedEvent

    changes = _Changes(lambda path: path.name != "other")
    done = threading.Event()

    def change() -> None:
        while not done.wait(0.001):
            changes.on_any_event(FileModifiedEvent(str(tmp_path / "a")))

    writer = threading.Thread(target=change)
    writer.start()
    try:
        assert changes.wait(quiet_seconds=0.05, until=time.monotonic() + PATIENCE_SECONDS)
    finally:
        done.set()
        writer.join()
    changes.wait(0.0, time.monotonic())  # whatever came since
    changes.on_any_event(FileOpenedEvent(str(tmp_path / "a")))
    changes.on_any_event(FileModifiedEvent(str(tmp_path / "other")))
    assert not changes.wait(0.0, time.monotonic())
