"""What a PDF says about itself, by pypdf: title, publisher, date, outline, page labels."""

from __future__ import annotations

import logging
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any, TypeVar

from pypdf import PdfReader
from pypdf.errors import DependencyError, PyPdfError
from pypdf.generic import Destination

from ingest.parsers.pdf.inheritance import own_resources
from ingest.parsers.shared.decode import clean_line

# An outline with more entries is no table of contents.
MAX_OUTLINE_ENTRIES = 5_000
# Nor has one more levels: each makes the paths of the sections below it longer. From 10 on levels
# are those of legal divisions (`ingest.text.outline`).
MAX_OUTLINE_LEVELS = 9
MAX_LABEL_CHARS = 20
# What pypdf raises over files that are torn or made to do harm. Nothing of this is needed to read
# the text, so it is left out and the file is read all the same.
_TROUBLE = (
    PyPdfError, DependencyError, ArithmeticError, AssertionError, AttributeError, LookupError,
    NotImplementedError, OSError, RecursionError, TypeError, ValueError, struct.error, zlib.error,
)  # fmt: skip

T = TypeVar("T")


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
        reader = _attempt(lambda: open_reader(data), None)
        if reader is None:
            return PdfProperties(None, None, None, None, (), (), has_layers=True)
        return PdfProperties(
            title=_attempt(lambda: _line(reader.metadata and reader.metadata.title), None),
            publisher=_attempt(lambda: _read_publisher(reader), None),
            published=_attempt(lambda: _read_date(reader), None),
            language=_attempt(lambda: str(reader.root_object.get("/Lang") or "") or None, None),
            outline=_attempt(lambda: tuple(_read_outline(reader)), ()),
            labels=_attempt(lambda: _read_labels(reader, pages), ()),
            has_layers=_attempt(lambda: "/OCProperties" in reader.root_object, True),
        )


def prepare(data: bytes) -> bytes:
    """Return a PDF of which each page has what it inherits, as far as it can be read."""
    with silence_pypdf():
        return _attempt(lambda: own_resources(open_reader(data), data), data)


@contextmanager
def silence_pypdf() -> Iterator[None]:
    """Keep pypdf from telling the log about every oddity of a file."""
    logger = logging.getLogger("pypdf")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)


def _attempt(wanted: Callable[[], T], otherwise: T) -> T:
    try:
        return wanted()
    except _TROUBLE:
        return otherwise


def open_reader(data: bytes) -> PdfReader:
    """Open the bytes of a PDF, without a password if it is encrypted."""
    reader = PdfReader(BytesIO(data))
    if reader.is_encrypted:
        reader.decrypt("")
    return reader


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
