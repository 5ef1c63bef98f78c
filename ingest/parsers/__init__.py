"""One parser per format: bytes to canonical text and structure."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import PurePath
from typing import Protocol, cast

from ingest.errors import SourceRefused
from ingest.parsers.extras import recognises_scans
from ingest.text import language
from ingest.text.blocks import Block, ParsedText

__all__ = ["PARSERS", "Block", "ParsedText", "parse", "parser_id", "suffixes"]

# The parser of each file name ending: NAME@VERSION. Its module is imported with the first file: the
# libraries of all formats together take half a second, and a plan needs the version only. Names are
# stored with every document, so they stay, whatever becomes of the module.
PARSERS = {
    ".txt": "plain@1",
    **dict.fromkeys((".md", ".markdown"), "markdown@7"),
    **dict.fromkeys((".html", ".htm", ".xhtml", ".mhtml", ".mht"), "web@6"),
    ".docx": "word@4",
    ".pptx": "slides@3",
    **dict.fromkeys((".xlsx", ".xlsm"), "workbook@4"),
    **dict.fromkeys((".csv", ".tsv"), "delimited@2"),
    **dict.fromkeys((".odt", ".ods", ".odp"), "opendocument@4"),
    ".eml": "mail@6",
    ".epub": "book@6",
    # The extra gives other text for the same bytes: what was refused without it is read again.
    ".pdf": "pdf@4+ocr" if recognises_scans() else "pdf@4",
}
# The module of a name, where it is called otherwise.
_MODULES = {
    "web": "html.document",
    "word": "office.word",
    "slides": "office.slides",
    "workbook": "office.sheets",
    "opendocument": "office.opendocument",
}
# What is text in an encoding; a web page in one file with its pictures has several.
_ENCODED = frozenset([".txt", ".md", ".markdown", ".html", ".htm", ".xhtml", ".csv", ".tsv"])
# What is not read, and what to save it as instead.
_INSTEAD = {
    **dict.fromkeys((".doc", ".dot", ".docm", ".rtf", ".pages", ".wpd"), "DOCX or PDF"),
    **dict.fromkeys((".ppt", ".pps", ".pptm", ".key"), "PPTX or PDF"),
    **dict.fromkeys((".xls", ".xlsb", ".numbers"), "XLSX or CSV"),
    ".msg": "EML",
}


class Parser(Protocol):
    """What a module of this package offers."""

    def parse(self, data: bytes) -> ParsedText:
        """Return what the module makes of a whole file; raises `SourceRefused`."""


def suffixes() -> tuple[str, ...]:
    """Return the file name endings that can be parsed, each with its dot, in lower case."""
    return tuple(PARSERS)


def parser_id(name: str) -> str:
    """Return what a file of a name is parsed by: `NAME@VERSION+language@VERSION`.

    Args:
        name: The file's name; only its ending counts.

    Returns:
        The id; it changes when the same bytes may now give another text or another language.

    Raises:
        SourceRefused: No parser takes this kind of file.
    """
    return f"{_find_parser(name)}+{language.ID}"


def parse(name: str, data: bytes, charset: str = "") -> ParsedText:
    """Return the text and structure of a file.

    Args:
        name: The file's name; its ending chooses the parser.
        data: The whole file.
        charset: The encoding that a web server named for it, "" if none did. It goes before what
            the file says of itself; a byte order mark, and bytes that are UTF-8, go before it.

    Returns:
        A text with at least one block; its language is the one that the format states.

    Raises:
        SourceRefused: Unsupported, empty, binary or undecodable; one line, without the path.
    """
    from ingest.parsers.shared.decode import clean_line, recode

    parser = _find_parser(name)
    if charset and PurePath(name).suffix.lower() in _ENCODED:
        data = recode(data, charset)
    parsed = load_parser(parser).parse(data)
    if not parsed.blocks:
        raise SourceRefused(
            "the file holds only white space or page furniture, text was expected: "
            "remove it or fill it"
        )
    known = parsed.metadata
    known = replace(known, title=clean_line(known.title), publisher=clean_line(known.publisher))
    return replace(parsed, title=clean_line(parsed.title), metadata=known)


def load_parser(name: str) -> Parser:
    """Import the module of a parser; of `NAME@VERSION` the version does not count."""
    name = name.partition("@")[0]
    return cast(Parser, importlib.import_module(f"{__name__}.{_MODULES.get(name, name)}"))


def _find_parser(name: str) -> str:
    suffix = PurePath(name).suffix.lower()
    if suffix in _INSTEAD:
        raise SourceRefused(f"{suffix} files are not read: save it as {_INSTEAD[suffix]}")
    if suffix not in PARSERS:
        raise SourceRefused(  # in words that refusals of earlier releases are remembered by
            f"no reader for {suffix or 'a file without an ending'}, "
            f"{', '.join(PARSERS)} are supported: convert it or leave it out"
        )
    return PARSERS[suffix]
