"""Counts and excerpts as every face words them."""

from __future__ import annotations

# Of a quotation, as much as tells it from others.
QUOTED_CHARS = 160


def count(number: int, noun: str) -> str:
    """Return a number with its noun.

    >>> count(1, "passage"), count(1200, "passage")
    ('1 passage', '1,200 passages')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def tell_items_left(number: int) -> str:
    """Return that a list goes on behind a quotation.

    >>> tell_items_left(3)
    '… continues (3 more items)'
    """
    return f"… continues ({count(number, 'more item')})"


def excerpt(text: str, most_chars: int) -> str:
    """Return the beginning of a text on one line, cut between words."""
    line = " ".join(text.split())
    if len(line) <= most_chars:
        return line
    return f"{line[:most_chars].rsplit(' ', 1)[0]} …"
