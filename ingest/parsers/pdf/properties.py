"""What a PDF says about itself, by pypdf: title, publisher, date, outline, page labels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from pypdf import PdfReader
from pypdf.generic import Destination

from index.pages.pypdf_reader import attempt, open_reader, silence_pypdf
from ingest.parsers.shared.decode import clean_line

# An outline with more entries is no table of contents.
MAX_OUTLINE_ENTRIES = 5_000
# Nor has one more levels: each makes the paths of the sections below it longer. From 10 on levels
# are those of legal divisions (`ingest.text.outline`).
MAX_OUTLINE_LEVELS = 9
MAX_LABEL_CHARS = 20


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """One line of a document's own table of contents."""

    title: str
    level: int  # 1 is outermost, MAX_OUTLINE_LEVELS the deepest
    page: int  # 1-based


@dataclass(frozen=True, slots=True)
class PdfProperties:
    """What a PDF says about itself; what it does not say is None or empty."""

    title: str | None  # often wrong, so to be compared with the text
    publisher: str | None  # `dc:publisher`; an author is somebody else
    published: date | None  # when the file was made
    language: str | None  # a tag, `en-GB`; often wrong, so to be compared with the text
    outline: tuple[OutlineEntry, ...]
    labels: tuple[str, ...]  # what is printed on each page as its number, or () at all
    has_layers: bool  # some of what is drawn may be switched off; true where that is not known


def read_properties(data: bytes, pages: int) -> PdfProperties:
    """Return what a PDF of so many pages says about itself, as far as it can be read."""
    with silence_pypdf():
        reader = attempt(lambda: open_reader(data), None)
        if reader is None:
            return PdfProperties(None, None, None, None, (), (), has_layers=True)
        return PdfProperties(
            title=attempt(lambda: _line(reader.metadata and reader.metadata.title), None),
            publisher=attempt(lambda: _read_publisher(reader), None),
            published=attempt(lambda: _read_date(reader), None),
            language=attempt(lambda: str(reader.root_object.get("/Lang") or "") or None, None),
            outline=attempt(lambda: tuple(_read_outline(reader)), ()),
            labels=attempt(lambda: _read_labels(reader, pages), ()),
            has_layers=attempt(lambda: "/OCProperties" in reader.root_object, True),
        )


def _line(text: object) -> str | None:
    return clean_line(str(text or ""))


def _read_publisher(reader: PdfReader) -> str | None:
    known = reader.xmp_metadata
    return _line(", ".join(known.dc_publisher or [])) if known else None


def _read_date(reader: PdfReader) -> date | None:
    made = reader.metadata and reader.metadata.creation_date
    return made.date() if made else None


def _read_outline(reader: PdfReader) -> Iterator[OutlineEntry]:
    waiting: list[tuple[Any, int]] = [(entry, 1) for entry in reversed(reader.outline)]
    for _ in range(MAX_OUTLINE_ENTRIES):
        if not waiting:
            return
        entry, level = waiting.pop()
        if not isinstance(entry, Destination):
            waiting += [(below, level + 1) for below in reversed(entry)]
            continue
        number = reader.get_destination_page_number(entry)
        title = _line(entry.title)
        if title and number is not None:
            yield OutlineEntry(title, min(level, MAX_OUTLINE_LEVELS), number + 1)


def _read_labels(reader: PdfReader, pages: int) -> tuple[str, ...]:
    if "/PageLabels" not in reader.root_object:
        return ()
    labels = [_line(label) or "" for label in reader.page_labels]
    usable = len(labels) == pages and all(len(label) <= MAX_LABEL_CHARS for label in labels)
    return tuple(labels) if usable else ()
