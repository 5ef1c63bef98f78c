"""Rows of the catalog as values, and values as its columns of JSON."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import date

from index.citations import citation_id
from index.types import Document, Metadata, Passage, Source
from index.version import Page, Section, Version


def as_version(row: sqlite3.Row) -> Version:
    """Return the version of a row of `versions`."""
    return Version(row["id"], row["text"], _sections(row["sections"]), _pages(row["pages"]))


def as_passage(row: sqlite3.Row, outlines: dict[str, Version]) -> Passage:
    """Return the passage of a row of `passages` with its version's `sections` and `pages`.

    Args:
        row: Of a join of both tables.
        outlines: Versions without their text, by id, that rows before this one had; added to.

    Returns:
        The passage with the headings above it and the pages that it stands on.
    """
    outline = outlines.get(row["version"])
    if outline is None:  # parsed once a version: an outline may have thousands of headings
        outline = Version(row["version"], "", _sections(row["sections"]), _pages(row["pages"]))
        outlines[row["version"]] = outline
    return Passage(
        number=row["number"],
        id=citation_id(row["version"], row["start"], row["end"]),
        version=row["version"],
        start=row["start"],
        end=row["end"],
        text=row["text"],
        context=row["context"],
        section=outline.section_at(row["start"]),
        sentences=tuple((start, end) for start, end in json.loads(row["sentences"])),
        pages=outline.pages_of(row["start"], row["end"]),
    )


def as_document(row: sqlite3.Row) -> Document:
    """Return the document of a row of `documents` with its `passages` and `characters`."""
    return Document(
        source=Source(
            root=row["root"],
            path=row["path"],
            sha256=row["sha256"],
            size_bytes=row["size_bytes"],
            modified_ns=row["modified_ns"],
            reader=row["reader"],
            metadata_sha256=row["metadata_sha256"],
        ),
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
    )


def sections_json(sections: Sequence[Section]) -> str:
    """Return what `as_version` reads as the sections of a version."""
    return json.dumps([[s.start, s.end, s.path] for s in sections])


def pages_json(pages: Sequence[Page]) -> str:
    """Return what `as_version` reads as the pages of a version."""
    return json.dumps([[p.number, p.start, p.end, p.label, p.ocr] for p in pages])


def _sections(text: str) -> tuple[Section, ...]:
    return tuple(Section(start, end, tuple(path)) for start, end, path in json.loads(text))


def _pages(text: str) -> tuple[Page, ...]:
    return tuple(Page(*values) for values in json.loads(text))
