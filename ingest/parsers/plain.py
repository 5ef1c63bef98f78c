"""Plain text, above all the text of web pages: lines are paragraphs, headings are short lines."""

from __future__ import annotations

import re

from index.types import Metadata
from ingest.parsers.shared.decode import clean, decode
from ingest.text import outline
from ingest.text.blocks import Reading

ID = "plain@1"

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


def read(data: bytes) -> Reading:
    """Return the text of a plain text file with the headings, items and sections found in it.

    Args:
        data: The whole file.

    Returns:
        The reading; it has no metadata, since plain text says nothing about itself.

    Raises:
        SourceRefused: Empty, binary or undecodable.
    """
    lines = clean(decode(data)).split("\n")
    text = clean("\n".join(line for line in lines if not _is_furniture(line)))
    blocks, title = outline.of_lines(text)
    sections = outline.sections(text, blocks, headings_get_lost=True)
    return Reading(text, title, blocks, sections, (), Metadata(title=title))


def _is_furniture(line: str) -> bool:
    return len(line) < 300 and _FURNITURE.fullmatch(line.strip()) is not None
