"""Citations: the id of a stretch of a version, and the stored text that it names."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.types import Document
from index.version import Version

VERSION_PREFIX_CHARS = 16
_CITATION_ID = re.compile(r"([0-9a-f]{16,64})-(\d+)-(\d+)")


def citation_id(version: str, start: int, end: int) -> str:
    """Return the id of text[start:end] of a version: stable for as long as the text is.

    >>> citation_id("ab" * 32, 3, 9)
    'abababababababab-3-9'
    """
    return f"{version[:VERSION_PREFIX_CHARS]}-{start}-{end}"


def parse_citation_id(text: str) -> tuple[str, int, int]:
    """Return (version or a prefix of it, start, end) of a citation id.

    Args:
        text: `VERSION-START-END`, as `citation_id` makes it.

    Returns:
        16 to 64 hexadecimal digits and half-open offsets; not checked against any text.

    Raises:
        ValueError: The text is not of the form VERSION-START-END.
    """
    match = _CITATION_ID.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is not a citation id (VERSION-START-END)")
    return match[1], int(match[2]), int(match[3])


@dataclass(frozen=True, slots=True)
class Citable:
    """A stored text and the passage of it that a citation id names.

    Attributes:
        version: The text as it was when cited.
        start: Half-open offsets of the quote.
        end: See start.
        document: The document that shows or showed this version.
        current: Whether the document still shows this version.
        removed: Whether the document has left the index since.
    """

    version: Version
    start: int
    end: int
    document: Document
    current: bool
    removed: bool

    @property
    def quote(self) -> str:
        """The cited words."""
        return self.version.text[self.start : self.end]
