"""Rows of the catalog as values, and values as its columns of JSON."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import date

from index.types import Document, Metadata, Moment, Passage, Source
from index.version import Page, Section, Version

_BATCH = 500  # values in one IN (…); SQLite allows 32,766
_SOURCE = [field.name for field in fields(Source)]


# The text of a passage `p` of a version `v`: what has died does not repeat what its version holds.
PASSAGE_TEXT = """CASE WHEN p.died IS NULL THEN p.text
    ELSE substr(v.text, p.start + 1, p."end" - p.start) END"""


def select_among(
    connection: sqlite3.Connection,
    statement: str,
    wanted: Sequence[int] | Sequence[str],
    before: Sequence[object] = (),
) -> Iterator[sqlite3.Row]:
    """Yield the rows of a statement with `IN (%s)`; `before` are placeholders' values before it."""
    for start in range(0, len(wanted), _BATCH):
        part = wanted[start : start + _BATCH]
        marks = ",".join("?" * len(part))
        yield from connection.execute(statement % marks, [*before, *part])


def read_version(row: sqlite3.Row) -> Version:
    """Return the version of a row of `versions`."""
    return _make_version(row["id"], row["text"], row)


def read_moment(connection: sqlite3.Connection) -> tuple[Moment, int]:
    """Return which state of which index a connection sees, and the length of its vectors."""
    row = connection.execute(
        """SELECT s.*, g.name FROM state s JOIN generations g ON g.number = s.generation"""
    ).fetchone()
    moment = Moment(row["index_id"], row["generation"], row["name"], row["fingerprint"])
    return moment, int(row["dimensions"])


def read_passages(rows: Iterable[sqlite3.Row]) -> Iterator[tuple[int, Passage]]:
    """Yield number and passage of rows of `passages` joined with `versions`, with `own_text`."""
    outlines: dict[str, Version] = {}  # without their text
    for row in rows:
        version, start, end = row["version"], row["start"], row["end"]
        if version not in outlines:  # parsed once: an outline may have thousands of headings
            outlines[version] = _make_version(version, "", row)
        yield (
            row["number"],
            Passage(
                version=version,
                start=start,
                end=end,
                text=row["own_text"],
                context=row["context"],
                section=outlines[version].section_at(start),
                sentences=tuple((first, last) for first, last in json.loads(row["sentences"])),
                pages=outlines[version].pages_of(start, end),
            ),
        )


def read_document(row: sqlite3.Row) -> Document:
    """Return the document of a row of `documents` with its `passages` and `characters`."""
    return Document(
        source=Source(*(row[name] for name in _SOURCE)),
        version=row["version"],
        title=row["title"],
        metadata=Metadata(
            title=row["given_title"],
            publisher=row["publisher"],
            url=row["url"],
            date=date.fromisoformat(row["date"]) if row["date"] else None,
            country=row["country"],
            language=row["language"],
            type=row["type"],
        ),
        indexed_at=row["indexed_at"],
        passages=row["passages"],
        characters=row["characters"],
        note=row["note"],
    )


def write_sections(sections: Sequence[Section]) -> str:
    """Return what `read_version` reads as the sections of a version."""
    return json.dumps([[s.start, s.end, s.path] for s in sections])


def write_pages(pages: Sequence[Page]) -> str:
    """Return what `read_version` reads as the pages of a version."""
    return json.dumps([[p.number, p.start, p.end, p.label, p.ocr, p.differs] for p in pages])


def _make_version(version: str, text: str, row: sqlite3.Row) -> Version:
    sections = [
        Section(start, end, tuple(path)) for start, end, path in json.loads(row["sections"])
    ]
    pages = [Page(*values) for values in json.loads(row["pages"])]
    return Version(version, text, tuple(sections), tuple(pages))
