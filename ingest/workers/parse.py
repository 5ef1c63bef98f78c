"""Bytes to passages, without the index: what worker processes do, and small runs by themselves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.errors import IndexWriteFailed
from index.types import Draft, Metadata
from index.version import Version
from ingest import parsers
from ingest.errors import SourceError
from ingest.sources import metadata
from ingest.text import language
from ingest.text.chunk import chunk

if TYPE_CHECKING:
    from index.pages.boxes import Layout  # which imports numpy


@dataclass(frozen=True, slots=True)
class Task:
    """One source to be read."""

    name: str
    data: bytes
    given: Metadata


@dataclass(frozen=True, slots=True)
class Parsed:
    """A source as the index takes it."""

    version: Version
    title: str | None
    metadata: Metadata
    drafts: tuple[Draft, ...]
    layout: Layout | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a source is not a document, in one line."""

    reason: str


def parse(task: Task) -> Parsed | Refused:
    """Read and cut one source; what a parser did not foresee ends nothing but this source."""
    try:
        return _parse(task)
    except SourceError as error:
        return Refused(str(error))
    except (MemoryError, IndexWriteFailed):
        raise
    except Exception as error:  # noqa: BLE001 - a parser's own bug, on a file nobody foresaw
        said = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        return Refused(f"the parser crashed ({said}); convert the file or leave it out")


def _parse(task: Task) -> Parsed:
    reading = parsers.parse(task.name, task.data)
    known = metadata.merge_metadata(task.given, reading.metadata)
    if known.language is None:
        known = replace(known, language=language.detect(reading.text))
    title = known.title or reading.title
    # With what is known by now: the language decides where sentences end.
    drafts = chunk(replace(reading, metadata=known), known.title)
    return Parsed(reading.version(), title, known, tuple(drafts), reading.layout, reading.note)
