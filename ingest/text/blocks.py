"""What a parser makes of a source: canonical text and the structure found in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from index.types import Metadata
from index.version import Page, Section, Version, version_of

if TYPE_CHECKING:
    from index.pages.boxes import Layout  # which imports numpy

BlockKind = Literal["heading", "paragraph", "item", "row"]


@dataclass(frozen=True, slots=True)
class Block:
    """One heading, paragraph, list item or table row of a canonical text.

    Attributes:
        start: First character, never white space (a row's empty first cells, each a tab, stand
            before it); offsets are half-open.
        end: One past the last character, which is never white space.
        kind: What it is.
        level: Of a heading 1 (outermost) and up; of an item its depth from 1; of a row 1 if
            it heads its table; otherwise 0.
    """

    start: int
    end: int
    kind: BlockKind
    level: int


@dataclass(frozen=True, slots=True)
class Omission:
    """Text that a source holds and its canonical text does not.

    Attributes:
        reason: Why it can never be quoted, as people say it: "hidden text", "running header".
        text: What was left out, as the format gives it; "" where only the kind is known.
    """

    reason: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class ParsedText:
    r"""A source as text and structure.

    Attributes:
        text: NFC, newlines as `\n`, no control characters but tabs, furniture left out.
        title: The document's title if its text shows one.
        blocks: In order, not overlapping; every character but white space is in one.
        sections: The outline, in order of start.
        pages: Page map; empty for formats without pages.
        metadata: What the format itself says.
        layout: Where each character of the text stands on its page; None for formats that do not
            say.
        note: One line about what was passed over, for whoever indexes the source.
        omissions: What was left out on purpose, each with its reason.
    """

    text: str
    title: str | None
    blocks: tuple[Block, ...]
    sections: tuple[Section, ...]
    pages: tuple[Page, ...]
    metadata: Metadata
    layout: Layout | None = None
    note: str | None = None
    omissions: tuple[Omission, ...] = ()

    def version(self) -> Version:
        """Return the text as the index stores it."""
        return Version(version_of(self.text), self.text, self.sections, self.pages)
