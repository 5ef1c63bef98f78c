"""The write lock of an index, and who holds it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import filelock

from index.disk.files import make_write_error, write_atomically
from index.errors import IndexLocked

_LOCK = "write.lock"
_PID = "write.pid"


@contextlib.contextmanager
def hold_write_lock(directory: Path) -> Iterator[None]:
    """Hold the write lock of an index whose folder is there.

    Raises `IndexLocked` if another process, or another session of this one, is writing.
    """
    lock = filelock.FileLock(directory / _LOCK, timeout=0, thread_local=False)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        try:
            pid = (directory / _PID).read_text(encoding="utf-8").strip()
        except OSError:
            pid = "?"
        raise IndexLocked(
            f"the index in {directory} is being written by PID {pid}; wait until it is done, "
            "or stop that process"
        ) from error
    except OSError as error:
        raise make_write_error(directory / _LOCK, error) from error
    try:
        write_atomically(directory / _PID, str(os.getpid()).encode())
        yield
    finally:
        with contextlib.suppress(OSError):  # only ever read while the lock is held
            (directory / _PID).unlink(missing_ok=True)
        lock.release()
