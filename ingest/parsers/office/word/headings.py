"""Headings that nobody marked as such: a short bold paragraph of its own above a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ingest.parsers.shared.collector import Piece

# The level of a paragraph that may be a heading, until it is known what follows it.
BOLD = -1
_MOST_CHARS = 80
_SENTENCE = re.compile(r"[.,;:!]$|\n")


def may_head(text: str) -> bool:
    """Return whether a bold paragraph is short enough, and no sentence or label."""
    return (
        len(text) <= _MOST_CHARS and any(map(str.isalpha, text)) and _SENTENCE.search(text) is None
    )


def find_bold_headings(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """Yield pieces, those of the level `BOLD` as headings if a text follows them.

    Of several below each other only the last is one; what opens the document is one in any case,
    its title. A bold line above a table is the table's caption.
    """
    held: Piece | None = None
    is_first, has_title = True, False
    level = 0  # of the last heading with a style
    for piece in pieces:
        if held is not None:
            heads = is_first or (piece.kind in ("paragraph", "item") and piece.level != BOLD)
            yield _settle(held, heads, level + 1 + has_title)
            has_title = has_title or (is_first and level == 0)
            is_first = False
        held = piece if piece.kind == "paragraph" and piece.level == BOLD else None
        if held is not None:
            continue
        if piece.kind == "heading":
            level, has_title = piece.level, False
        yield piece
        is_first = False
    if held is not None:
        yield _settle(held, False, 0)


def _settle(piece: Piece, heads: bool, level: int) -> Piece:
    return Piece(piece.text, "heading", level) if heads else Piece(piece.text)
