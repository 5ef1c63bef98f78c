"""The file of the catalog: how it is opened, and brought up to date."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from index.catalog.migrations import MIGRATIONS
from index.disk.files import is_stored, make_write_error
from index.errors import IndexDamaged, IndexLocked, IndexMissing, IndexOutdated
from index.settings import in_checkout

FILE = "catalog.sqlite"
# Primary result codes that speak of the disk and not of what is in the file.
_CANNOT_WRITE = {
    sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}  # fmt: skip
BUSY_SECONDS = 30.0


@contextlib.contextmanager
def translate_sqlite_errors(path: Path) -> Iterator[None]:
    """Raise `IndexWriteFailed`, `IndexLocked` or `IndexDamaged` for what SQLite raises."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in _CANNOT_WRITE:
            raise make_write_error(path, error) from error
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise IndexLocked(
                f"{path}: {error}; another program holds it, end that program and try again"
            ) from error
        raise IndexDamaged(
            f"{path}: {error}; move the folder {path.parent} away and run `python -m ingest`, "
            "which makes it anew from the sources"
        ) from error


def connect(directory: Path) -> sqlite3.Connection:
    """Open the catalog of an existing index in autocommit mode.

    Raises `IndexMissing` if there is none or only its file, `IndexOutdated` if an older release
    made it and no writer has brought it up to date, `IndexDamaged` if a newer one did.
    """
    path = directory / FILE
    check_made(directory)
    with translate_sqlite_errors(path):
        connection = open_database(path)
        try:
            found = connection.execute("PRAGMA user_version").fetchone()[0]
            if found > len(MIGRATIONS):
                raise IndexDamaged(
                    f"{path}: made by a newer release (schema {found}, this one knows up to "
                    f"{len(MIGRATIONS)}); update, or move the folder away and reindex"
                )
            if found == 0:
                raise _make_missing_error(directory)
            if found < len(MIGRATIONS):
                raise IndexOutdated(
                    f"the index in {directory} has schema {found}, this release needs "
                    f"{len(MIGRATIONS)}; run `python -m ingest` to bring it up to date"
                )
        except BaseException:
            connection.close()
            raise
        return connection


def check_made(directory: Path) -> None:
    """Raise `IndexMissing` if there is no catalog; what is in it is not looked at."""
    if not is_stored(directory / FILE):
        raise _make_missing_error(directory)


def _make_missing_error(directory: Path) -> IndexMissing:
    remedy = "`python -m ingest`" if in_checkout() else "`policy-ingest FOLDER`"
    return IndexMissing(f"no index in {directory}; run {remedy} to make one")


def migrate(directory: Path) -> tuple[int, int]:
    """Make the catalog or bring it up to date, all in one; call under the write lock.

    Args:
        directory: Of the index.

    Returns:
        The schema and the generation that it had; (0, 0) where there was none.
    """
    path = directory / FILE
    with translate_sqlite_errors(path), contextlib.closing(open_database(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        found: int = connection.execute("PRAGMA user_version").fetchone()[0]
        generation = 0
        if found:
            generation = connection.execute("SELECT generation FROM state").fetchone()[0]
        if found < len(MIGRATIONS):
            scripts = "".join(MIGRATIONS[found:])
            connection.executescript(
                f"BEGIN IMMEDIATE; {scripts} PRAGMA user_version = {len(MIGRATIONS)}; COMMIT;"
            )
    return found, generation


def open_database(path: Path) -> sqlite3.Connection:
    """Open the file of a catalog, whatever its schema; transactions are begun by hand."""
    connection = sqlite3.connect(
        path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    try:
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        # The default cache is 2 MB: a search over a large catalog reads more than that.
        connection.execute("PRAGMA cache_size = -32000")
    except sqlite3.Error:
        connection.close()
        raise
    return connection
