"""Plain text, above all the text of web pages: lines are paragraphs, headings are short lines."""

from __future__ import annotations

import re

from index.types import Metadata
from ingest.parsers.shared.decode import clean, decode
from ingest.text import outline
from ingest.text.blocks import ParsedText

ID = "plain@2"

# Only what cannot be anything else: a whole line of a page's skeleton, never a part of one.
_FURNITURE = re.compile(
    r"""
    (?:skip|jump)\ to\ (?:the\ )?(?:main\ )?(?:content|navigation|search|footer)
    | back\ to\ top
    | zum\ (?:haupt)?inhalt(?:\ springen)? | aller\ au\ contenu(?:\ principal)?
    | přejít\ k\ (?:hlavnímu\ )?obsahu | przejdź\ do\ (?:głównej\ )?treści
    | (?:home|startseite|accueil|inicio|domů|strona\ główna)(?:\ *[>›»→]\ *[^>›»→\n]+)+
    """,
    re.VERBOSE | re.IGNORECASE,
)


def parse(data: bytes) -> ParsedText:
    """Return the text of a plain text file with the headings, items and sections found in it."""
    lines = clean(decode(data)).split("\n")
    text = clean("\n".join(line for line in lines if not _is_furniture(line)))
    blocks, title = outline.find_blocks(text)
    sections = outline.find_sections(text, blocks, headings_get_lost=True)
    return ParsedText(text, title, blocks, sections, (), Metadata(title=title))


def _is_furniture(line: str) -> bool:
    return len(line) < 300 and _FURNITURE.fullmatch(line.strip()) is not None
