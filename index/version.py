"""One state of a document's text, with its outline and its pages; the id of a stretch of it.

Offsets are Unicode characters into that text, half-open.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

VERSION_PREFIX_CHARS = 16
_CITATION_ID = re.compile(r"([0-9a-f]{16,64})-(\d+)-(\d+)")


def version_of(text: str) -> str:
    """Return a version's name: the sha256, in hex, of its canonical text in UTF-8."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def citation_id(version: str, start: int, end: int) -> str:
    """Return the id of text[start:end] of a version: stable for as long as the text is.

    >>> citation_id("ab" * 32, 3, 9)
    'abababababababab-3-9'
    """
    return f"{version[:VERSION_PREFIX_CHARS]}-{start}-{end}"


def parse_citation_id(text: str) -> tuple[str, int, int]:
    """Return (version or a prefix of it, start, end) of a citation id; no text is looked at.

    Raises ValueError if it is not of the form `VERSION-START-END`, as `citation_id` makes it.
    """
    match = _CITATION_ID.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a citation id (VERSION-START-END)")
    return match[1], int(match[2]), int(match[3])


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
        differs: Whether another extraction reads the page differently, and so it should be looked
            at; False as well where nothing was there to compare with.
    """

    number: int
    start: int
    end: int
    label: str | None = None
    ocr: bool = False
    differs: bool = False


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
        before = bisect_right(self.sections, offset, key=lambda section: section.start)
        for section in reversed(self.sections[:before]):
            if offset < section.end:
                return section.path
        return ()

    def page_at(self, offset: int) -> Page | None:
        """Return the page that holds a character, None for formats without pages."""
        for page in self.pages:
            if page.start <= offset < page.end:
                return page
        return None

    def pages_of(self, start: int, end: int) -> tuple[Page, ...]:
        """Return the stretches of pages that share a character with text[start:end]."""
        until = bisect_left(self.pages, end, key=lambda page: page.start)
        since = bisect_right(self.pages, start, hi=until, key=lambda page: page.end)
        return self.pages[since:until]
