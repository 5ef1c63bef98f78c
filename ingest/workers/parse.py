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
    """One source to be read.

    Attributes:
        name: The name whose ending chooses the reader.
        data: All of its bytes.
        given: What a person says about it.
    """

    name: str
    data: bytes
    given: Metadata


@dataclass(frozen=True, slots=True)
class Parsed:
    """A source as the index takes it.

    Attributes:
        version: Its canonical text.
        title: What it is called in citations; None where nobody says.
        metadata: What a person says over what the format says; the language may be found in the
            text.
        drafts: Its passages.
        layout: Where its characters stand on pages; None for formats that do not say.
        note: One line about what was passed over.
    """

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
    """Read and cut one source; what a reader did not foresee ends nothing but this source.

    Args:
        task: The source.

    Returns:
        Its text and passages, or the one line that says why there are none.

    Raises:
        MemoryError: There was not enough; whoever called decides what that means.
        IndexWriteFailed: The folder for temporary files is full, which is not the source's fault.
    """
    try:
        return _parsed(task)
    except SourceError as error:
        return Refused(str(error))
    except (MemoryError, IndexWriteFailed):
        raise
    except Exception as error:  # noqa: BLE001 - a reader's own bug, on a file nobody foresaw
        told = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        return Refused(f"the reader crashed ({told}); convert the file or leave it out")


def _parsed(task: Task) -> Parsed:
    reading = parsers.read(task.name, task.data)
    known = metadata.over(task.given, reading.metadata)
    if known.language is None:
        known = replace(known, language=language.detect(reading.text))
    title = known.title or reading.title
    # With what is known by now: the language decides where sentences end.
    drafts = chunk(replace(reading, metadata=known), known.title)
    return Parsed(reading.version(), title, known, tuple(drafts), reading.layout, reading.note)
