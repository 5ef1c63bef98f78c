"""Reading in worker processes: the same index, and a bad file is alone with its fate.

The readers that hang, crash and devour memory are real ones in real processes: a `sitecustomize`
on PYTHONPATH gives every worker a reader that does so on a word.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from textwrap import indent

import msgspec
import numpy as np
import pytest

from index.changes import IncomingDocument
from ingest.errors import WorkersUnavailable
from ingest.pipeline import Pace
from ingest.settings import IngestSettings
from ingest.workers import pool as workers
from ingest.workers.load import is_little
from ingest.workers.parse import LoadedSource, Refused, parse
from ingest.workers.pool import Workers
from tests.library import COMMAND, ROOT, Library, command, essay, loaded
from tests.pdfs import column, make

HOSTILE = """
import os, signal, time
import ingest.parsers as parsers
real = parsers.parse
def parse(name, data, charset):
    if b"HANG" in data:
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT, signal.SIGTERM])
        while True: pass
    if b"SLOW" in data:
        time.sleep(1.0)
    if b"CRASH" in data:
        os.kill(os.getpid(), signal.SIGSEGV)
    if b"DEVOUR" in data:
        held = [bytearray(50_000_000) for _ in range(1000)]
    if b"MUCH" in data:
        parsers.held = b"x" * 300_000_000
    data = data.replace(b"PROCESS", str(os.getpid()).encode())
    if b"NOISE" in data:
        os.write(1, b"what a library prints"); print("and Python", flush=True)
    if b"BUG" in data:
        {}["nothing"]
    return real(name, data, charset)
parsers.parse = parse
"""
IN_WORKERS = "import sys\nif 'ingest.workers.worker' in sys.orig_argv:\n"
# What `python -m ingest` does with SIGTERM before it begins.
TERMINABLE = """
import signal
signal.signal(signal.SIGTERM, signal.default_int_handler)
"""
# Everything is read by workers, whatever little it is.
PACE = Pace(little_bytes=0)
LIMITS = IngestSettings(workers=2, file_seconds=6, file_memory_mb=400)


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(IN_WORKERS + indent(HOSTILE, "  "))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "site"))


def name_of(read: LoadedSource) -> int:
    return int(read.name.removesuffix(".md"))


def library(folder: Path, limits: IngestSettings = LIMITS) -> Library:
    made = Library(folder)
    made.settings = made.settings.with_table(limits)
    made.index = made.reader()
    return made


def children() -> set[int]:
    """Processes that this one started and that are there still, dead ones not waited for too."""
    done = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(os.getpid())],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    lines = [line.split(maxsplit=1) for line in done.stdout.splitlines()]
    return {int(pid) for pid, what in lines if "ingest.workers.worker" in what or "defunct" in what}


@pytest.mark.parametrize(
    ("text", "is_read_here"),
    [
        pytest.param("# Fees\n\n2 < 3, <https://a.example/b> and <c@d.example>", True, id="text"),
        pytest.param("Fees: <br>9 euros", False, id="tag"),
        pytest.param("<style\n>a{}</style>", False, id="style"),
        pytest.param("<!-- 9 -->", False, id="comment"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_markdown_with_html_in_it_is_read_by_workers_as_web_pages_are(
    tmp_path: Path, text: str, is_read_here: bool, encoding: str
) -> None:
    lib = Library(tmp_path)
    lib.write("a.md", "").write_bytes(text.encode(encoding))
    assert is_little(lib.plan().steps, 1_000) is is_read_here


@pytest.mark.usefixtures("hostile")
def test_bad_files_are_refused_in_a_line_and_the_rest_is_indexed(tmp_path: Path) -> None:
    lib = library(tmp_path)
    for number in range(12):
        lib.write(f"{number:02}.md", essay(number))
    words = {"02": "HANG", "04": "CRASH", "06": "DEVOUR", "08": "BUG", "10": "NOISE"}
    for name, word in words.items():
        lib.write(f"{name}.md", f"{essay(int(name))}\n\n{word}\n")
    report = lib.ingest(pace=PACE)
    reasons = {failure.path: failure.reason for failure in report.failures}
    assert reasons == {
        "02.md": "took longer than 6 seconds to read; leave it out, or raise file_seconds under "
        "[ingest] in settings.toml and name the file",
        "04.md": "the parser crashed (SIGSEGV); convert the file or leave it out",
        "06.md": "needed more than 400 MB to read; leave it out, or raise file_memory_mb under "
        "[ingest] in settings.toml and name the file",
        "08.md": "the parser crashed (KeyError: 'nothing'); convert the file or leave it out",
    }
    assert len(report.added) == 8
    assert report.added == sorted(report.added)
    assert children() == set()
    assert lib.reader().verify() == []
    again = lib.ingest(pace=PACE)
    assert (again.failures, len(again.refused), again.unchanged) == ([], 4, 8)


def test_a_file_that_is_larger_than_its_limit_is_not_even_loaded(tmp_path: Path) -> None:
    """A terabyte, of which the disk holds nothing: whoever tried would have no memory left."""
    lib = library(tmp_path)
    lib.write("a.md", essay(1))
    with lib.write("huge.csv", "").open("wb") as huge:
        huge.truncate(1 << 40)
    report = lib.ingest(pace=PACE)
    assert [(f.path, f.reason) for f in report.failures] == [
        (
            "huge.csv",
            "larger than the 400 MB that reading it may take; split it, or raise file_memory_mb "
            "under [ingest] in settings.toml and name the file",
        )
    ]
    assert report.added == ["texts/a.md"]
    assert lib.ingest(pace=PACE).refused == ["texts/huge.csv"]


@pytest.mark.usefixtures("hostile")
def test_a_file_named_by_itself_is_tried_again(tmp_path: Path) -> None:
    lib = library(tmp_path, msgspec.structs.replace(LIMITS, file_seconds=0.7))
    path = lib.write("slow.md", f"{essay(1)}\n\nSLOW\n")
    assert [f.path for f in lib.ingest(pace=PACE).failures] == ["slow.md"]
    lib.settings = lib.settings.with_table(msgspec.structs.replace(LIMITS, file_seconds=60))
    assert lib.ingest(pace=PACE).refused == ["texts/slow.md"]
    assert lib.ingest(path, pace=PACE).added == ["texts/slow.md"]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_any_number_of_workers_makes_the_same_index(tmp_path: Path, number: int) -> None:
    alone = library(tmp_path / "alone", msgspec.structs.replace(LIMITS, workers=0))
    shared = library(tmp_path / "shared", IngestSettings(workers=number))
    for lib in (alone, shared):
        for seed in range(30):
            lib.write(f"{seed:02}.md", essay(seed, 1 + seed % 7))
        lib.write("empty.txt", "")
        lib.ingest(pace=replace(PACE, passages=16))
    assert shared.contents() == alone.contents()
    # The numbers too, which decide between equally good passages.
    with shared.index.snapshot() as left, alone.index.snapshot() as right:
        for document in left.documents():
            mine = left.find_numbers([document.version]).tolist()
            assert mine == right.find_numbers([document.version]).tolist()


@pytest.mark.usefixtures("hostile")
def test_a_slow_file_is_overtaken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_PATIENCE_SECONDS", 0.2)
    tasks = [
        loaded(f"{name}.md", (essay(name) + ("SLOW" if name == 1 else "")).encode())
        for name in range(6)
    ]
    with Workers(IngestSettings(workers=2)) as reading:
        order = [name_of(read) for read, _ in reading.results(tasks)]
    assert order.index(1) > order.index(2)
    assert [key for key in order if key != 1] == [0, 2, 3, 4, 5]


@pytest.mark.usefixtures("hostile")
def test_a_large_file_that_hangs_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """It fills by itself what may be read ahead; the other process reads on all the same."""
    monkeypatch.setattr(workers, "_PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(workers, "_AHEAD_BYTES", 1_000)
    taken: list[int] = []

    def tasks() -> Iterator[LoadedSource]:
        for name in range(6):
            taken.append(name)
            text = essay(name) + ("HANG" * 1_000 if name == 0 else "")
            yield loaded(f"{name}.md", text.encode())

    with Workers(IngestSettings(workers=2, file_seconds=5)) as reading:
        order = []
        for read, _ in reading.results(tasks()):
            order.append(name_of(read))
            # The one that hangs is not counted, and no other is taken early in its place.
            assert len(taken) <= len(order) + 2
    assert order == [1, 2, 3, 4, 5, 0]


@pytest.mark.usefixtures("hostile")
def test_while_all_processes_hang_nothing_more_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(workers, "_AHEAD_FILES", 4)
    taken: list[int] = []

    def tasks() -> Iterator[LoadedSource]:
        for name in range(20):
            taken.append(name)
            text = essay(name) + ("HANG" if name < 2 else "")
            yield loaded(f"{name}.md", text.encode())

    with Workers(IngestSettings(workers=2, file_seconds=2)) as reading:
        results = reading.results(tasks())
        next(results)  # after two seconds, in which patience has ended twenty times
        assert len(taken) <= 4 + 2
        assert len([key for key, _ in results]) == 19


def test_what_is_ahead_is_bounded() -> None:
    taken = 0

    def tasks() -> Iterator[LoadedSource]:
        nonlocal taken
        for name in range(500):
            taken += 1
            yield loaded(f"{name}.md", essay(name % 9).encode())

    with Workers(IngestSettings(workers=2)) as reading:
        for done, (read, reply) in enumerate(reading.results(tasks())):
            assert name_of(read) == done
            assert isinstance(reply, IncomingDocument)
            assert taken <= done + workers._AHEAD_FILES + 1
    assert taken == 500


def test_leaving_early_leaves_no_process() -> None:
    tasks = [loaded(f"{name}.md", essay(name).encode()) for name in range(50)]
    with Workers(IngestSettings(workers=2)) as reading:
        next(iter(reading.results(tasks)))
        assert children()
    assert children() == set()


@pytest.mark.usefixtures("hostile")
def test_a_worker_that_holds_much_memory_reads_no_further_file() -> None:
    # What the process that starts them holds is no worker's: as the model is, in an ingest.
    held = b"x" * 400_000_000
    texts = ["One, PROCESS.", "Two, PROCESS.", "MUCH, PROCESS.", "Four, PROCESS."]
    tasks = [loaded("a.txt", text.encode()) for text in texts]
    with Workers(msgspec.structs.replace(LIMITS, workers=1, file_memory_mb=1000)) as reading:
        read = [reply for _, reply in reading.results(tasks)]
    processes = [r.version.text.split()[-1] for r in read if isinstance(r, IncomingDocument)]
    assert len(processes) == 4
    assert processes[0] == processes[1] == processes[2] != processes[3]
    assert len(held) == 400_000_000


def test_workers_that_do_not_start_are_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site" / "ingest").mkdir(parents=True)
    (tmp_path / "site" / "ingest" / "__init__.py").write_text("raise ImportError('broken')\n")
    monkeypatch.setattr(workers, "PROJECT_ROOT", tmp_path / "site")
    task = loaded("a.md", essay(1).encode())
    with Workers(IngestSettings()) as reading, pytest.raises(WorkersUnavailable) as caught:
        list(reading.results([task]))
    assert "set workers = 0 under [ingest]" in str(caught.value)
    assert children() == set()


def test_a_worker_imports_neither_model_nor_stores() -> None:
    script = (
        "import sys, ingest.workers.worker\n"
        "slow = {'torch', 'faiss', 'tantivy', 'streamlit', 'sqlite3'} & set(sys.modules)\n"
        "sys.exit(f'imported {slow}' if slow else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.usefixtures("hostile")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=str)
def test_no_worker_outlives_the_run(tmp_path: Path, how: signal.Signals) -> None:
    """Not even one that hangs inside its reader."""
    lib = library(tmp_path)
    lib.write("a.md", essay(1))
    lib.write("b.md", "HANG" + essay(2) * 100)
    lib.home.mkdir()
    (lib.home / "settings.toml").write_text("[ingest]\nfile_seconds = 100\n")
    with subprocess.Popen(
        [sys.executable, "-c", f"{TERMINABLE}{COMMAND}", str(lib.texts)],
        cwd=ROOT, env={**os.environ, "POLICY_CHAT_HOME": str(lib.home)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        busy = wait_for_workers(process.pid)
        process.send_signal(how)
        _, err = process.communicate(timeout=60)
    assert process.returncode == (-9 if how == signal.SIGKILL else 130)
    if how != signal.SIGKILL:
        assert err.splitlines()[-1] == ("stopped; what was committed stands, run it again to go on")
    assert wait_until_gone(busy), f"still there: {busy}"
    lib.write("b.md", essay(2))
    assert lib.ingest().added == ["texts/a.md", "texts/b.md"]


def wait_for_workers(parent: int) -> set[int]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        done = subprocess.run(
            ["ps", "-o", "pid=,time=,args=", "--ppid", str(parent)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        lines = [line.split(maxsplit=2) for line in done.stdout.splitlines()]
        found = {int(pid) for pid, _, what in lines if "ingest.workers.worker" in what}
        # One second of processor time: it is inside the reader that never ends.
        if any(spent >= "00:00:01" for _, spent, _ in lines):
            return found
        time.sleep(0.1)
    raise AssertionError("no worker began to read")


def wait_until_gone(processes: set[int]) -> bool:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if not any(Path(f"/proc/{pid}").exists() for pid in processes):
            return True
        time.sleep(0.1)
    return False


def test_little_text_starts_no_process(tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    lib = library(tmp_path)
    for number in range(5):
        lib.write(f"{number}.md", essay(number))
    assert len(lib.ingest().added) == 5
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime == before.ru_utime


def test_a_crash_of_a_reader_in_this_process_is_a_line_too(tmp_path: Path) -> None:
    """Read without workers: what can be caught is."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "settings.toml").write_text("[ingest]\nworkers = 0\n")
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.md").write_text("BUG" + essay(1))
    done = command(home, str(tmp_path / "texts"), code=HOSTILE + COMMAND)
    assert done.returncode == 1
    assert "error: texts/a.md: the parser crashed (KeyError: 'nothing')" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_refusal_is_what_the_reader_says() -> None:
    with Workers(IngestSettings(workers=1)) as reading:
        ((_, reply),) = reading.results([loaded("a.txt", b"\0\0\0")])
    assert isinstance(reply, Refused)
    assert reply.reason.count("\n") == 0


def test_a_pdf_comes_back_with_the_place_of_every_character() -> None:
    task = loaded("a.pdf", make([column(["The harbour master keeps the lamps burning."])]))
    with Workers(IngestSettings(workers=1)) as reading:
        ((_, found),) = reading.results([task])
    here = parse(task)
    assert isinstance(found, IncomingDocument)
    assert isinstance(here, IncomingDocument)
    assert found.version == here.version
    assert found.passages == here.passages
    assert found.layout is not None
    assert here.layout is not None
    assert np.array_equal(found.layout.pages, here.layout.pages)
    assert np.array_equal(found.layout.boxes, here.layout.boxes)
