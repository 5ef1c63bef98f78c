"""The write lock of an index, and who holds it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import filelock

from index.disk.files import write_atomically, write_failed
from index.errors import IndexLocked

_LOCK = "write.lock"
_PID = "write.pid"


@contextlib.contextmanager
def write_lock(directory: Path) -> Iterator[None]:
    """Hold the write lock.

    Args:
        directory: Of the index; is there.

    Yields:
        Nothing; the lock is given back at the end of the block.

    Raises:
        IndexLocked: Another process, or another session of this one, is writing.
        IndexWriteFailed: Disk full, no rights.
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
        raise write_failed(directory / _LOCK, error) from error
    try:
        write_atomically(directory / _PID, str(os.getpid()).encode())
        yield
    finally:
        with contextlib.suppress(OSError):  # only ever read while the lock is held
            (directory / _PID).unlink(missing_ok=True)
        lock.release()
