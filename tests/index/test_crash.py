"""A writer that is killed: the index opens, holds whole documents only, and the next run mends it.

A process that has imported everything forks the writers, so that a kill costs milliseconds. It is
told where to stop by an audit hook: at the n-th step that the disk would show.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.version import citation_id
from ingest import parsers
from ingest.text.chunk import chunk
from tests.library import ROOT, Library, essay

# One request a line: folder, and the step before which the writer kills itself; -1 for never, and
# then the steps are named. The steps: files renamed and removed, and what SQLite is told.
NURSERY = """
import json, os, signal, sys
from pathlib import Path
import datasketch, faiss, tantivy, tqdm
from index.catalog import schema
from ingest.pipeline import Pace
from tests.library import Library

def watch(fatal, names):
    def step(name):
        if len(names) == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        names.append(name)
    def statement(text):
        words = text.split()
        if words[0] in ("BEGIN", "COMMIT", "INSERT", "DELETE", "UPDATE"):
            step("sql " + " ".join(words[:3]))
    def hook(event, arguments):
        if event == "os.rename":
            target = Path(os.fsdecode(arguments[1]))
            step(f"rename {target.parent.name}/{target.suffix}")
        elif event == "os.remove":
            target = Path(os.fsdecode(arguments[0]))
            step(f"remove {target.parent.name}/{target.suffix}")
    def open_traced(path):
        connection = open_database(path)
        connection.set_trace_callback(statement)
        return connection
    open_database = schema.open_database
    schema.open_database = open_traced  # there is no audit event for statements
    sys.addaudithook(hook)

for line in sys.stdin:
    folder, fatal = json.loads(line)
    receiving, sending = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receiving)
        names = []
        watch(fatal, names)
        try:
            library = Library(Path(folder))
            pace = Pace(passages=8, commit_seconds=0, commit_share=1)
            report = library.ingest(prune=True, pace=pace)
            answer = [not report.failures, names]
        except BaseException as error:
            answer = [False, [repr(error)]]
        with os.fdopen(sending, "w") as pipe:
            json.dump(answer, pipe)
        os._exit(0)
    os.close(sending)
    print(child, flush=True)
    with os.fdopen(receiving) as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    print(json.dumps([status, *json.loads(told or "[null, []]")]), flush=True)
"""


class Nursery:
    """Starts writers in processes of their own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def write(
        self, folder: Path, fatal: int = -1, meanwhile: Callable[[int], None] = lambda pid: None
    ) -> tuple[int, bool | None, list[str]]:
        """Return the exit status, whether all went well (None if killed), and the steps."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([str(folder), fatal]) + "\n")
        self._process.stdin.flush()
        meanwhile(int(self._process.stdout.readline()))
        status, well, names = json.loads(self._process.stdout.readline())
        return status, well, names


@pytest.fixture(scope="module")
def nursery() -> Iterator[Nursery]:
    with subprocess.Popen(
        [sys.executable, "-c", NURSERY],
        cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    ) as process:  # fmt: skip
        yield Nursery(process)
        assert process.stdin is not None
        process.stdin.close()


def passages_of(name: str, text: str) -> list[tuple[str, str, str]]:
    """What a document of this text must hold: (id, text, context) of every passage."""
    reading = parsers.parse(name, text.encode())
    version = reading.version()
    return [
        (citation_id(version.id, d.start, d.end), version.text[d.start : d.end], d.context)
        for d in chunk(reading)
    ]


class Sources:
    """Files, and every text that each of them has had."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self.now: dict[str, str] = {}
        self.ever: dict[str, list[list[tuple[str, str, str]]]] = {}

    def write(self, name: str, seed: int) -> None:
        self.now[name] = essay(seed, 3)
        self.library.write(name, self.now[name])
        self.ever.setdefault(f"texts/{name}", []).append(passages_of(name, self.now[name]))

    def remove(self, name: str) -> None:
        (self.library.texts / name).unlink()
        del self.now[name]

    def check_whole(self) -> None:
        """Whatever happened, a fresh reader finds whole documents and can search."""
        self.library.index = self.library.reader()
        if not (self.library.settings.index_directory / "words" / "generation.json").exists():
            return  # killed before the very first commit: there is nothing to open
        for document, passages in self.library.contents().items():
            assert passages in self.ever[document]
        for hit in self.library.index.search("Which agency decides on clusters?", 5).hits:
            assert hit.passage.text == self.library.index.citable(hit.passage.id).quote

    def check_finished(self) -> None:
        self.check_whole()
        assert self.library.index.verify() == []
        assert self.library.contents() == {
            f"texts/{name}": passages_of(name, text) for name, text in sorted(self.now.items())
        }


def scene(folder: Path) -> Sources:
    """An index in which a run finds one document each to add, change, remove and leave."""
    sources = Sources(Library(folder))
    for number in range(4):
        sources.write(f"{number}.md", number)
    sources.library.ingest()
    sources.write("0.md", 20)
    sources.remove("1.md")
    sources.write("4.md", 4)
    return sources


def points(names: list[str]) -> list[int]:
    """The first time that each kind of step is taken, and the last if it makes things true."""
    first = {name: number for number, name in reversed(list(enumerate(names)))}
    last = {n: i for i, n in enumerate(names) if n.startswith(("rename", "sql COMMIT"))}
    return sorted({*first.values(), *last.values()})


def test_killed_before_any_step_of_a_commit(nursery: Nursery, tmp_path: Path) -> None:
    sources = scene(tmp_path / "scene")
    folder = sources.library.home.parent
    shutil.copytree(folder, tmp_path / "kept")
    status, well, names = nursery.write(folder)
    assert (status, well) == (0, True)
    sources.check_finished()
    kinds = set(names)
    assert {
        "rename vectors/.faiss", "rename vectors/.json", "rename words/.json", "sql COMMIT",
        "sql DELETE FROM departed", "rename originals/", "sql UPDATE state SET",
    } <= kinds  # fmt: skip
    embedded = sources.library.index.manifest()
    for fatal in points(names):
        shutil.rmtree(folder)
        shutil.copytree(tmp_path / "kept", folder)
        status, well, _ = nursery.write(folder, fatal)
        assert (os.WTERMSIG(status), well) == (9, None), names[fatal]
        sources.check_whole()
        status, well, _ = nursery.write(folder)
        assert (status, well) == (0, True), names[fatal]
        sources.check_finished()
        assert sources.library.index.manifest().passages == embedded.passages


def test_killed_while_mending_what_a_kill_left(nursery: Nursery, tmp_path: Path) -> None:
    sources = scene(tmp_path / "scene")
    folder = sources.library.home.parent
    shutil.copytree(folder, tmp_path / "kept")
    _, _, names = nursery.write(folder)
    torn = max(n for n, name in enumerate(names) if name == "rename words/.json")
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "kept", folder)
    for fatal in (torn, 2, 4, 6, 8, 10, 12):
        nursery.write(folder, fatal)
        sources.check_whole()
    status, well, _ = nursery.write(folder)
    assert (status, well) == (0, True)
    sources.check_finished()


def kill_after(seconds: float, pid: int) -> None:
    time.sleep(seconds)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def test_killed_at_random_moments(nursery: Nursery, tmp_path: Path) -> None:
    generator = random.Random(7)
    sources = Sources(Library(tmp_path / "killed"))
    for number in range(60):
        sources.write(f"{number:02}.md", number)
    began = time.monotonic()
    shutil.copytree(sources.library.home.parent, tmp_path / "timed")
    nursery.write(tmp_path / "timed")
    duration = time.monotonic() - began
    kills = 0
    for turn in range(40):
        for name in generator.sample(sorted(sources.now), 6):
            sources.write(name, 100 + turn * 60 + int(name[:2]))
        if turn % 4 == 1:
            sources.remove(generator.choice(sorted(sources.now)))

        delay = generator.uniform(0, duration / (1 + kills / 4))
        status, _, _ = nursery.write(
            sources.library.home.parent, meanwhile=functools.partial(kill_after, delay)
        )
        kills += os.WIFSIGNALED(status)
        sources.check_whole()
        if kills >= 12:
            break
    assert kills >= 12
    status, well, _ = nursery.write(sources.library.home.parent)
    assert (status, well) == (0, True)
    sources.check_finished()
    twin = Library(tmp_path / "twin")
    for name, text in sources.now.items():
        twin.write(name, text)
    twin.ingest()
    assert twin.contents() == sources.library.contents()
    for document, passages in list(twin.contents().items())[::6]:
        question = passages[1][1]
        assert twin.found(question, 1) == [(document, passages[1][0])]
        assert sources.library.found(question, 1) == [(document, passages[1][0])]
