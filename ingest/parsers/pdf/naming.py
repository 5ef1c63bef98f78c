"""What a PDF's metadata say, believed only where the text says so too."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.text.languages import DEFAULT_LANGUAGE, base
from index.text.stopwords import count_stopwords
from ingest.text.blocks import Block

# The title stands somewhere in so many characters; most of its words at least.
TITLE_WITHIN_CHARS = 6_000
TITLE_CHARS = 300
# "EN", "FR": large on a title page, and no title.
TITLE_LEAST_CHARS = 8
TITLE_SHARE = 0.75
LANGUAGE_SAMPLE_CHARS = 10_000

_WORD = re.compile(r"\w+")
_CODE = re.compile(r"[a-z]{2}")


def title_of(
    text: str, blocks: Sequence[Block], first_page_end: int, said: str | None
) -> str | None:
    """Return a document's title.

    Args:
        text: Canonical text.
        blocks: Its blocks.
        first_page_end: Where the text of the first page with any text ends.
        said: What the file says its title is: often a file's name, or another document's title.

    Returns:
        What the file says if the beginning of the text bears it out, else the first of the
        highest headings on the first page, or else there, else None.
    """
    beginning = text[:TITLE_WITHIN_CHARS]
    words = _WORD.findall(said.lower()) if said and len(said) <= TITLE_CHARS else []
    known = set(_WORD.findall(beginning.lower()))
    if words and sum(map(known.__contains__, words)) >= TITLE_SHARE * len(words):
        return said
    headings = [
        block
        for block in blocks
        if block.kind == "heading"
        and block.end - block.start >= TITLE_LEAST_CHARS
        and block.end <= len(beginning)
    ]
    if not headings:
        return None
    # Where the first page has any, a chapter's heading on the next one is not the title.
    headings = [block for block in headings if block.end <= first_page_end] or headings
    highest = min(headings, key=lambda block: (block.level, block.start))
    return text[highest.start : highest.end]


def language_of(text: str, said: str | None) -> str | None:
    """Return the language that a file says it is in, if the text has the small words of it.

    Args:
        text: Canonical text.
        said: A language tag, `en-GB`.

    Returns:
        Two letters, or None if the file does not say, is mistaken, or nobody here can tell.
    """
    code = base(said) if said else ""
    if not _CODE.fullmatch(code):
        return None
    sample = text[:LANGUAGE_SAMPLE_CHARS]
    english = count_stopwords(sample, DEFAULT_LANGUAGE)
    if code == DEFAULT_LANGUAGE or count_stopwords(sample, code) > english:
        return code
    return None
