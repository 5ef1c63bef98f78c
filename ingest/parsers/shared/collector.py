"""Pieces of text put one after another into a canonical text, with where each one lies."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import NamedTuple, Self

from index.types import Metadata
from index.version import Page
from ingest.parsers.shared.decode import clean
from ingest.text import outline
from ingest.text.blocks import Block, BlockKind, ParsedText

# A cell with more text than this in several paragraphs was made for layout.
LAYOUT_CELL_CHARS = 600


class Piece(NamedTuple):
    """One heading, paragraph, item or row on its way into a canonical text."""

    text: str  # as the format gives it: what is unseen in it goes
    kind: BlockKind = "paragraph"
    level: int = 0


@dataclass(slots=True)
class Collector:
    """A canonical text in the making."""

    parts: list[str] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    length: int = 0

    def add(self, raw: str, kind: BlockKind = "paragraph", level: int = 0) -> None:
        """Append a block; paragraphs are set apart by a blank line, items and rows are not."""
        cleaned = clean(raw)
        text = cleaned.strip()
        if not text:
            return
        # Empty cells before a row's first words keep these in their column; no block has them.
        empty = "\t" * _count_empty(cleaned) if kind == "row" else ""
        if self.blocks:
            close = kind in ("item", "row") and self.blocks[-1].kind != "heading"
            gap = "\n" if close else "\n\n"
            self.parts.append(gap)
            self.length += len(gap)
        self.parts += [empty, text]
        self.length += len(empty)
        self.blocks.append(Block(self.length, self.length + len(text), kind, level))
        self.length += len(text)

    def add_all(self, pieces: Iterable[Piece]) -> Self:
        """Append pieces in order."""
        for kind, run in groupby(pieces, lambda piece: piece.kind):
            for piece in _close_up(list(run)) if kind == "row" else run:
                self.add(*piece)
        return self

    def add_page(self, number: int, pieces: Iterable[Piece]) -> None:
        """Append pieces that stand on one page; a page without text is not in the page map."""
        before = len(self.blocks)
        self.add_all(pieces)
        if len(self.blocks) > before:
            self.pages.append(Page(number, self.blocks[before].start, self.length))

    def finish(
        self, metadata: Metadata, spare_title: str | None = None, opens_with_title: bool = True
    ) -> ParsedText:
        """Return what was collected.

        Args:
            metadata: What the format says of the document.
            spare_title: A title that is less to be trusted than a heading, such as the one
                among an office file's properties.
            opens_with_title: Whether a heading that opens the text is its title; the name of a
                first sheet is not.

        Returns:
            The text; its title is the metadata's, else the opening heading, else the spare one.
        """
        text = "".join(self.parts)
        blocks = tuple(outline.mark_divisions(text, self.blocks))
        title = metadata.title
        if not title and opens_with_title and blocks and self.blocks[0].kind == "heading":
            title = " ".join(text[blocks[0].start : blocks[0].end].split())
        metadata = replace(metadata, title=title or spare_title)
        sections = outline.find_sections(text, blocks, headings_get_lost=False)
        return ParsedText(text, metadata.title, blocks, sections, tuple(self.pages), metadata)


def _close_up(rows: list[Piece]) -> list[Piece]:
    """Return the rows of a table without the columns at its left that none of them has words in."""
    counts = [_count_empty(row.text) for row in rows]
    empty = min((n for n, row in zip(counts, rows, strict=True) if row.text.strip()), default=0)
    return [row._replace(text=row.text[empty:]) for row in rows] if empty else rows


def _count_empty(row: str) -> int:
    """Return how many empty cells a row begins with."""
    return len(row) - len(row.lstrip("\t")) if row.strip() else 0
