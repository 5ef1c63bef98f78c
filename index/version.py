"""One state of a document's text, with its outline and its pages.

Offsets are Unicode characters into that text, half-open.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


def version_of(text: str) -> str:
    """Return a version's name: the sha256, in hex, of its canonical text in UTF-8."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


@dataclass(frozen=True, slots=True)
class Section:
    """One heading of a version and the text it governs.

    Attributes:
        start: First character of the heading's reach.
        end: One past its last character; the next section that is not below it starts here.
        path: Heading texts from the outermost to this one.
    """

    start: int
    end: int
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of a version that stands on one page.

    Mostly a page is one stretch. It is several where a note at its foot follows a paragraph that
    ends overleaf.

    Attributes:
        number: 1-based.
        start: Half-open offsets in the version's text.
        end: See start.
        label: What is printed on the page as its number, None if that is not known.
        ocr: Whether the text was recognised in a picture of the page, and so may have mistakes.
    """

    number: int
    start: int
    end: int
    label: str | None = None
    ocr: bool = False


@dataclass(frozen=True, slots=True)
class Version:
    r"""One state of a document's text, immutable.

    Attributes:
        id: sha256 of `text` in UTF-8.
        text: Canonical text: NFC, newlines as `\n`, running headers and navigation left out.
        sections: Outline, in order of start; empty where the text has no headings.
        pages: Page map in order; empty for formats without pages.
    """

    id: str
    text: str
    sections: tuple[Section, ...] = ()
    pages: tuple[Page, ...] = ()

    def section_at(self, offset: int) -> tuple[str, ...]:
        """Return the heading path that governs a character; () where there is none."""
        path: tuple[str, ...] = ()
        for section in self.sections:
            if section.start > offset:
                break
            if offset < section.end:
                path = section.path
        return path

    def page_at(self, offset: int) -> Page | None:
        """Return the page that holds a character, None for formats without pages."""
        for page in self.pages:
            if page.start <= offset < page.end:
                return page
        return None

    def pages_of(self, start: int, end: int) -> tuple[Page, ...]:
        """Return the stretches of pages that share a character with text[start:end]."""
        return tuple(page for page in self.pages if page.start < end and start < page.end)
