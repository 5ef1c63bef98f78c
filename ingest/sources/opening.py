"""Bytes of files that may be anything: regular files only, and only as they were at once."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from ingest.errors import SourceUnreadable

_TRIES = 2


def read_whole(file: Path) -> bytes:
    """Return the bytes of a regular file, all of one moment.

    A file that is being written is read once more; a pipe, socket or device is never read, since
    that may never end.
    """
    try:
        for _ in range(_TRIES):
            before = file.stat()
            _check(before)
            # Path.open knows no opener.
            with open(file, "rb", opener=_without_waiting) as opened:
                _check(os.fstat(opened.fileno()))  # something else may stand there by now
                data = opened.read()
            after = file.stat()
            if _identity(before) == _identity(after) and len(data) == after.st_size:
                return data
    except FileNotFoundError:
        raise
    except OSError as error:
        raise make_unreadable(error) from error
    raise SourceUnreadable("it changes while it is read; run this again when it is complete")


def make_unreadable(error: OSError) -> SourceUnreadable:
    """Return the one line for a file that the system does not let us read."""
    return SourceUnreadable(
        f"cannot be read ({error.strerror}); check that it is there and its rights"
    )


def _check(status: os.stat_result) -> None:
    # Opening a folder fails with a reason of its own.
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISDIR(status.st_mode):
        raise SourceUnreadable("not a regular file; leave it out")


def _identity(status: os.stat_result) -> tuple[int, int, int, int]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _without_waiting(path: str, flags: int) -> int:
    # A pipe that has taken the file's place since would be waited for without this.
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
