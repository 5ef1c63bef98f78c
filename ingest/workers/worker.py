"""A worker process: `python -m ingest.workers.worker SECONDS BYTES`, tasks in, passages out.

Pickled tasks on standard input, pickled replies on standard output, each with whether it should be
the last. It limits itself, so that
nothing has to watch it: the operating system ends it when a file takes too long, even inside a
library that never comes back, and it ends by itself when whoever started it is gone. What it
died of is its exit status.

It imports neither the index nor the model: a start costs a tenth of a second.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import sys
import threading
from pathlib import Path
from typing import BinaryIO, NoReturn

from index.errors import IndexWriteFailed
from ingest.workers.parse import LoadedSource, parse

NO_MEMORY = 77
READY = "ready"
# What a large file took is not always given back to the system: a worker that holds more serves no
# further file. Starting another costs less than a second.
WORN_BYTES = 256_000_000
# Whoever asks meanwhile goes before: there are as many workers as cores.
_NICENESS = 10


def main(seconds: float, memory_bytes: int) -> NoReturn:
    """Serve until standard input ends; the exit status is `NO_MEMORY` if a task needed more."""
    # Whatever a library prints must not come between the replies.
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    inbox: queue.SimpleQueue[LoadedSource] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(sys.stdin.buffer, inbox), daemon=True).start()
    _limit(memory_bytes)
    if hasattr(os, "nice"):  # not on Windows
        os.nice(_NICENESS)
    pickle.dump(READY, replies)
    replies.flush()
    while True:
        task = inbox.get()
        _alarm(seconds)
        try:
            reply = pickle.dumps((parse(task), _is_worn()), pickle.HIGHEST_PROTOCOL)
        except MemoryError:
            os._exit(NO_MEMORY)  # not sys.exit: there may be no memory to end in order
        except IndexWriteFailed as error:
            reply = pickle.dumps((error, False))
        _alarm(0)
        replies.write(reply)
        replies.flush()


def _receive(tasks: BinaryIO, inbox: queue.SimpleQueue[LoadedSource]) -> None:
    """Hand tasks on; end the process, whatever it is at, when there is nobody left to tell."""
    try:
        while True:
            inbox.put(pickle.load(tasks))
    except MemoryError:
        os._exit(NO_MEMORY)
    except (EOFError, pickle.UnpicklingError):
        os._exit(0)


def _limit(memory_bytes: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # macOS knows this limit and does not keep it.
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


def _is_worn() -> bool:
    """Tell whether this process holds more memory than one that serves on may keep.

    Not by `getrusage`: its peak is at first that of the process that started this one.
    """
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:  # only Linux tells
        return False
    return pages * os.sysconf("SC_PAGE_SIZE") > WORN_BYTES


def _alarm(seconds: float) -> None:
    # Without a handler of ours the kernel acts: Python's would wait for the parser to come back.
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]))
