"""The connections to SQLite that are opened while somebody listens."""

from __future__ import annotations

import contextlib
import sqlite3
import sys
from collections.abc import Iterator

_heard: list[list[sqlite3.Connection]] = []


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if event == "sqlite3.connect/handle":
        (connection,) = arguments
        assert isinstance(connection, sqlite3.Connection)
        for opened in _heard:
            opened.append(connection)


sys.addaudithook(_hear)  # for good: a hook cannot be taken away, so nobody listens between tests


@contextlib.contextmanager
def listening() -> Iterator[list[sqlite3.Connection]]:
    """Yield a list that every connection is added to until the end, by any thread."""
    opened: list[sqlite3.Connection] = []
    _heard.append(opened)
    try:
        yield opened
    finally:
        _heard.remove(opened)


def is_closed(connection: sqlite3.Connection) -> bool:
    """Tell whether a connection that this thread opened is closed."""
    try:
        connection.execute("SELECT 1")
    except sqlite3.ProgrammingError as error:
        return "closed" in str(error)
    return False
