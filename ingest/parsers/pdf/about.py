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

from ingest.parsers.shared.decode import line_of

# An outline with more entries is no table of contents.
MAX_OUTLINE_ENTRIES = 5_000
# Nor has one more levels: each makes the paths of the sections below it longer. From 10 on levels
# are those of legal divisions (`ingest.text.outline`).
MAX_OUTLINE_LEVELS = 9
MAX_LABEL_CHARS = 20
# What pypdf raises over files that are torn or made to do harm. Nothing of this is needed to read
# the text, so it is left out and the file is read all the same.
_TROUBLE = (
    PyPdfError,
    DependencyError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    NotImplementedError,
    OSError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OutlineEntry:
    """One line of a document's own table of contents.

    Attributes:
        title: As the file says.
        level: 1 is outermost, MAX_OUTLINE_LEVELS the deepest.
        page: 1-based page that it leads to.
    """

    title: str
    level: int
    page: int


@dataclass(frozen=True, slots=True)
class About:
    """What a PDF says about itself; what it does not say is None or empty.

    Attributes:
        title: Of its metadata; often wrong, so to be compared with the text.
        publisher: `dc:publisher`; an author is somebody else.
        published: When the file was made.
        language: As the file says, `en-GB`; often wrong, so to be compared with the text.
        outline: In order.
        labels: What is printed on each page as its number, or nothing at all.
    """

    title: str | None
    publisher: str | None
    published: date | None
    language: str | None
    outline: tuple[OutlineEntry, ...]
    labels: tuple[str, ...]


def about(data: bytes, pages: int) -> About:
    """Return what a PDF says about itself.

    Args:
        data: The whole file.
        pages: How many pages PDFium counts.

    Returns:
        Whatever could be read; nothing of it is an error.
    """
    with _quiet():
        reader = _or(None, lambda: _reader(data))
        if reader is None:
            return About(None, None, None, None, (), ())
        return About(
            title=_or(None, lambda: _title(reader)),
            publisher=_or(None, lambda: _publisher(reader)),
            published=_or(None, lambda: _published(reader)),
            language=_or(None, lambda: str(reader.root_object.get("/Lang") or "") or None),
            outline=_or((), lambda: tuple(_outline(reader))),
            labels=_or((), lambda: _labels(reader, pages)),
        )


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep pypdf from telling the log about every oddity of a file."""
    logger = logging.getLogger("pypdf")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)


def _or(otherwise: T, wanted: Callable[[], T]) -> T:
    try:
        return wanted()
    except _TROUBLE:
        return otherwise


def _reader(data: bytes) -> PdfReader:
    reader = PdfReader(BytesIO(data))
    if reader.is_encrypted:
        reader.decrypt("")
    return reader


def _line(text: object) -> str | None:
    """Return a text of the metadata on one line, None if there is nothing in it."""
    return line_of(str(text or ""))


def _title(reader: PdfReader) -> str | None:
    return _line(reader.metadata.title if reader.metadata else None)


def _publisher(reader: PdfReader) -> str | None:
    known = reader.xmp_metadata
    return _line(", ".join(known.dc_publisher or [])) if known else None


def _published(reader: PdfReader) -> date | None:
    known = reader.metadata
    made = known.creation_date if known else None
    return made.date() if made else None


def _outline(reader: PdfReader) -> Iterator[OutlineEntry]:
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


def _labels(reader: PdfReader, pages: int) -> tuple[str, ...]:
    if "/PageLabels" not in reader.root_object:
        return ()
    labels = [_line(label) or "" for label in reader.page_labels]
    usable = len(labels) == pages and all(len(label) <= MAX_LABEL_CHARS for label in labels)
    return tuple(labels) if usable else ()
