"""Worker processes that read ahead: each file with a time and a memory limit, one bad one alone.

Processes of `ingest.workers.worker`, started as commands and not through `multiprocessing`: its
`spawn` and `forkserver` run the program's main module once more in every worker, which under
Streamlit is the app. See docs/adr/0014.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator

from index.changes import IncomingDocument
from index.errors import IndexWriteFailed, PolicyChatError
from index.settings import PROJECT_ROOT
from ingest.errors import WorkersUnavailable
from ingest.settings import IngestSettings
from ingest.workers.parse import LoadedSource, Refused
from ingest.workers.worker import NO_MEMORY, READY

# Read and not yet taken; together they bound what is held in memory.
_AHEAD_FILES = 64
_AHEAD_BYTES = 32_000_000
# Results come in the order of the tasks, so that runs are alike; a file that holds the others up
# for longer is overtaken.
_PATIENCE_SECONDS = 3.0

# Libraries start a thread for each core, and glibc an arena of memory for each thread: on a machine
# with many cores that alone is more address space than a file may have. Files are read beside each
# other as it is.
_FEW_THREADS = {"MALLOC_ARENA_MAX": "2", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

Reply = IncomingDocument | Refused


class _Flight:
    """A source on its way; `reply` is None until it is there, `taken` tells that it is read."""

    __slots__ = ("late", "loaded", "reply", "taken")

    def __init__(self, loaded: LoadedSource) -> None:
        self.loaded = loaded
        self.taken = self.late = False
        self.reply: Reply | PolicyChatError | None = None

    def landed(self) -> bool:
        """Tell whether the reply is there."""
        return self.reply is not None


class Workers:
    """Reads sources in worker processes, for use in a `with`; at its end no process is left.

    Args:
        settings: How many processes at most, and the limits of a file.
    """

    def __init__(self, settings: IngestSettings) -> None:
        self._settings = settings
        self._todo: queue.SimpleQueue[_Flight | None] = queue.SimpleQueue()
        self._changed = threading.Condition()
        self._processes: set[_Process] = set()
        self._closed = False
        self._lanes = [
            threading.Thread(target=self._lane, name=f"reading-{number}", daemon=True)
            for number in range(settings.workers)
        ]

    def __enter__(self) -> Workers:
        for lane in self._lanes:
            lane.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._closed = True
            for process in self._processes:
                process.kill()
        for _lane in self._lanes:
            self._todo.put(None)
        for lane in self._lanes:
            lane.join()

    def results(self, sources: Iterable[LoadedSource]) -> Iterator[tuple[LoadedSource, Reply]]:
        """Yield every source's reply, in order but for a file that holds the others up."""
        window: deque[_Flight] = deque()
        for loaded in sources:
            flight = _Flight(loaded)
            window.append(flight)
            self._todo.put(flight)
            while self._is_full(window):
                yield from self._next(window)
        while window:
            yield from self._next(window)

    def _is_full(self, window: deque[_Flight]) -> bool:
        held = [len(flight.loaded.data) for flight in window if not flight.late]
        return len(held) >= _AHEAD_FILES or sum(held) >= _AHEAD_BYTES

    def _next(self, window: deque[_Flight]) -> Iterator[tuple[LoadedSource, Reply]]:
        """Wait, and yield a reply, or none if a file has come to hold the others up instead."""
        with self._changed:
            if not self._ready(window):
                first = next((flight for flight in window if not flight.late), None)
                if first is None:
                    self._changed.wait()
                elif not self._changed.wait_for(first.landed, _PATIENCE_SECONDS):
                    first.late = first.taken
            flight = self._ready(window)
        if flight is None:
            return
        window.remove(flight)
        if isinstance(flight.reply, PolicyChatError):
            raise flight.reply
        assert flight.reply is not None
        yield flight.loaded, flight.reply

    def _ready(self, window: deque[_Flight]) -> _Flight | None:
        """Return the first flight that has landed and that no punctual one stands before."""
        for flight in window:
            if flight.landed():
                return flight
            if not flight.late:
                return None
        return None

    def _lane(self) -> None:
        """Serve tasks with one process after the other until told that there are no more."""
        process: _Process | None = None
        while (flight := self._todo.get()) is not None and not self._closed:
            flight.taken = True
            try:
                process = process or self._start()
                reply: Reply | PolicyChatError = process.ask(flight.loaded)
            except PolicyChatError as error:
                reply = error
            except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits for a reply
                reply = _unavailable(f"{type(error).__name__}: {error}")
            if process and not process.serving:
                self._end(process)
                process = None
            with self._changed:
                flight.reply = reply
                self._changed.notify_all()
        if process:
            self._end(process)

    def _start(self) -> _Process:
        with self._changed:
            if self._closed:
                raise WorkersUnavailable("the run has ended")
            process = _Process(self._settings)
            self._processes.add(process)
        process.wait_until_ready()
        return process

    def _end(self, process: _Process) -> None:
        with self._changed:
            self._processes.discard(process)
        process.end()


class _Process:
    """One worker process."""

    def __init__(self, settings: IngestSettings) -> None:
        self._settings = settings
        self.serving = True
        path = [str(PROJECT_ROOT), os.environ.get("PYTHONPATH", "")]
        seconds, memory = settings.file_seconds, settings.file_memory_mb * 1024 * 1024
        try:
            self._process = subprocess.Popen(
                # -P: what lies in the folder that the command was given in is not imported.
                [sys.executable, "-P", "-m", "ingest.workers.worker", str(seconds), str(memory)],
                env={
                    **os.environ,
                    **_FEW_THREADS,
                    "PYTHONPATH": os.pathsep.join(filter(None, path)),
                },
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                # Ctrl-C is for whoever started it; it ends when its input does.
                start_new_session=True,
            )
        except OSError as error:
            raise _unavailable(str(error.strerror)) from error

    def wait_until_ready(self) -> None:
        """Return once it serves; raises WorkersUnavailable if it never does."""
        if self._receive() != READY:
            self.end()
            raise _unavailable(_shown(self._process.returncode))

    def ask(self, loaded: LoadedSource) -> Reply:
        """Return what becomes of a source; `serving` is False if it was the process's last.

        Raises IndexWriteFailed if the folder for temporary files is full.
        """
        assert self._process.stdin
        try:
            pickle.dump(loaded, self._process.stdin, pickle.HIGHEST_PROTOCOL)
            self._process.stdin.flush()
        except OSError:
            pass  # it has died: the reply that does not come says of what
        match self._receive():
            case IndexWriteFailed() as error, _:
                raise error
            case IncomingDocument() | Refused() as reply, bool(is_worn):
                self.serving = not is_worn
                return reply
        self.serving = False
        self._process.kill()  # of no effect, and on the status neither, where it has died
        self._process.wait()
        return Refused(self._cause())

    def kill(self) -> None:
        """End it now, whatever it is at."""
        self._process.kill()

    def end(self) -> None:
        """End it and leave nothing of it."""
        self.serving = False
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):  # what was not written any more
                if pipe:
                    pipe.close()

    def _receive(self) -> object:
        assert self._process.stdout
        try:
            return pickle.load(self._process.stdout)
        except Exception:  # noqa: BLE001 - a torn reply may raise anything
            return None

    def _cause(self) -> str:
        status, settings = self._process.returncode, self._settings
        if status == -getattr(signal, "SIGALRM", 0):
            return (
                f"took longer than {settings.file_seconds:g} seconds to read; leave it out, or "
                "raise file_seconds under [ingest] in settings.toml and name the file"
            )
        if status == NO_MEMORY:
            return (
                f"needed more than {settings.file_memory_mb:,} MB to read; leave it out, or raise "
                "file_memory_mb under [ingest] in settings.toml and name the file"
            )
        return f"the parser crashed ({_shown(status)}); convert the file or leave it out"


def _unavailable(reason: str) -> WorkersUnavailable:
    return WorkersUnavailable(
        f"a process to read files in does not start ({reason}); set workers = 0 under [ingest] in "
        "settings.toml to read without such processes"
    )


def _shown(status: int) -> str:
    if status < 0:
        with contextlib.suppress(ValueError):
            return signal.Signals(-status).name
    return f"exit status {status}"
