"""The documents, a row for each state from the generation of its birth to that of its death."""

from __future__ import annotations

import sqlite3

from index.changes import IncomingDocument
from index.types import Source

# All that a later state of a document may repeat: what is left is when, and after what.
_STATE = """id, root, path, version, title, publisher, url, date, country, language, type,
    given_title, sha256, size_bytes, modified_ns, reader, metadata_sha256, indexed_at, note"""


# A line of its own begins with the number of its first row.
_NEW_LINE = "(SELECT coalesce(max(number), 0) + 1 FROM documents)"


class DocumentTable:
    """What the writer of the catalog does with documents.

    A document lives in one row at most. All its rows have one `line`, by whatever ids it went.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._execute = connection.execute

    def find_live(self, document: str) -> sqlite3.Row | None:
        """Return the row of a live document, None if it does not live."""
        row: sqlite3.Row | None = self._execute(
            "SELECT * FROM documents WHERE id = ? AND died IS NULL", (document,)
        ).fetchone()
        return row

    def find_last(self, document: str) -> sqlite3.Row | None:
        """Return the last row of a removed document; None if it lives, never did, or was moved."""
        row = self._find_end(document)
        return row if row is not None and row["died"] is not None else None

    def put(self, incoming: IncomingDocument, indexed_at: str, generation: int) -> None:
        """Let a document live in the state that came in."""
        source, metadata = incoming.source, incoming.metadata
        # Where what went by this id goes by another one now, this is another document.
        last = self._find_end(source.id)
        line = None if last is None else last["line"]
        self.end(source.id, generation)
        self._execute(
            f"""INSERT INTO documents ({_STATE}, line, born)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
                coalesce(?, {_NEW_LINE}), ?)""",
            (
                source.id, source.root, source.path, incoming.version.id, incoming.title,
                metadata.publisher, metadata.url,
                metadata.date.isoformat() if metadata.date else None,
                metadata.country, metadata.language, metadata.type, metadata.title,
                source.sha256, source.size_bytes, source.modified_ns, source.reader,
                source.metadata_sha256, indexed_at, incoming.note, line, generation,
            ),
        )  # fmt: skip

    def touch(self, source: Source) -> None:
        """Record new stat values of a live document; its bytes, and so its state, are the same."""
        self._execute(
            "UPDATE documents SET size_bytes = ?, modified_ns = ? WHERE id = ? AND died IS NULL",
            (source.size_bytes, source.modified_ns, source.id),
        )

    def move(self, moved: sqlite3.Row, source: Source, generation: int) -> None:
        """Let the document of a live row go on under another id."""
        self.end(source.id, generation)
        self._execute(
            f"""INSERT INTO documents ({_STATE}, line, born)
            SELECT ?, ?, ?, version, title, publisher, url, date, country, language, type,
                given_title, sha256, ?, ?, reader, metadata_sha256, indexed_at, note, line, ?
            FROM documents WHERE number = ?""",
            (
                source.id, source.root, source.path, source.size_bytes, source.modified_ns,
                generation, moved["number"],
            ),
        )  # fmt: skip
        self.end(moved["id"], generation)

    def restore(self, last: sqlite3.Row, generation: int) -> None:
        """Let a dead row's state live again."""
        self._execute(
            f"""INSERT INTO documents ({_STATE}, line, born)
            SELECT {_STATE}, line, ? FROM documents WHERE number = ?""",
            (generation, last["number"]),
        )

    def end(self, document: str, generation: int) -> None:
        """Let a document die; what was born in this very commit has never lived."""
        self._execute(
            "DELETE FROM documents WHERE id = ? AND died IS NULL AND born = ?",
            (document, generation),
        )
        self._execute(
            "UPDATE documents SET died = ? WHERE id = ? AND died IS NULL", (generation, document)
        )

    def _find_end(self, document: str) -> sqlite3.Row | None:
        """Return the last row of what goes, or went last, by an id."""
        row: sqlite3.Row | None = self._execute(
            f"""SELECT * FROM documents WHERE number = ({find_end("?1")}) AND id = ?1""",
            (document,),
        ).fetchone()
        return row


def find_end(document: str) -> str:
    """Return the statement for the number of the last row of what went by an id last."""
    return f"""SELECT number FROM documents WHERE line = (
            SELECT line FROM documents WHERE id = {document}
            ORDER BY died IS NULL DESC, born DESC, number DESC LIMIT 1
        ) ORDER BY died IS NULL DESC, died DESC, number DESC LIMIT 1"""
