"""One reader per format: bytes to canonical text and structure."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import PurePath
from typing import Protocol, cast

from ingest.errors import SourceRefused
from ingest.parsers.extras import recognises_scans
from ingest.text import language
from ingest.text.blocks import Block, Reading

__all__ = ["Block", "Reading", "read", "reader_id", "suffixes"]

# What reads each ending: NAME@VERSION. Its module is imported when the first file is read by it:
# the libraries of all formats together take half a second, and a plan needs the version only. Names
# are stored with every document, so they stay, whatever becomes of the module.
_READERS = {
    ".txt": "plain@1",
    **dict.fromkeys((".md", ".markdown"), "markdown@3"),
    **dict.fromkeys((".html", ".htm", ".xhtml", ".mhtml", ".mht"), "web@2"),
    ".docx": "word@2",
    ".pptx": "slides@1",
    **dict.fromkeys((".xlsx", ".xlsm"), "workbook@2"),
    **dict.fromkeys((".csv", ".tsv"), "delimited@1"),
    **dict.fromkeys((".odt", ".ods", ".odp"), "opendocument@2"),
    ".eml": "mail@2",
    ".epub": "book@2",
    # Other text comes of the same bytes with the extra: what was refused without it is read again.
    ".pdf": "pdf@2+ocr" if recognises_scans() else "pdf@2",
}
# Where the module of a name is, if not under that name.
_MODULES = {
    "web": "html.document",
    "word": "office.word",
    "slides": "office.slides",
    "workbook": "office.workbook",
    "opendocument": "office.opendocument",
}
# What is not read, and what to save it as instead.
_INSTEAD = {
    **dict.fromkeys((".doc", ".dot", ".docm", ".rtf", ".pages", ".wpd"), "DOCX or PDF"),
    **dict.fromkeys((".ppt", ".pps", ".pptm", ".key"), "PPTX or PDF"),
    **dict.fromkeys((".xls", ".xlsb", ".numbers"), "XLSX or CSV"),
    ".msg": "EML",
}


class _Reader(Protocol):
    """What a module of this package offers."""

    def read(self, data: bytes) -> Reading:
        """Return what the module makes of a file."""


def suffixes() -> tuple[str, ...]:
    """Return the file name endings that can be read, each with its dot, in lower case."""
    return tuple(_READERS)


def reader_id(name: str) -> str:
    """Return what a file of a name is read by: `NAME@VERSION+language@VERSION`.

    Args:
        name: The file's name; only its ending counts.

    Returns:
        The id; it changes when the same bytes may now give another text or another language.

    Raises:
        SourceRefused: No reader takes this kind of file.
    """
    return f"{_reader(name)}+{language.ID}"


def read(name: str, data: bytes) -> Reading:
    """Return the text and structure of a file.

    Args:
        name: The file's name; its ending chooses the reader.
        data: The whole file.

    Returns:
        A reading with at least one block; its language is the one that the format states.

    Raises:
        SourceRefused: Unsupported, empty, binary or undecodable; one line, without the path.
    """
    reading = _in_plain_lines(load_parser(_reader(name)).read(data))
    if not reading.blocks:
        raise SourceRefused(
            "the file holds only white space or page furniture, text was expected: "
            "remove it or fill it"
        )
    return reading


def load_parser(parser_id: str) -> _Reader:
    name = parser_id.partition("@")[0]
    return cast(_Reader, importlib.import_module(f"{__name__}.{_MODULES.get(name, name)}"))


def _in_plain_lines(reading: Reading) -> Reading:
    """Return a reading whose title and publisher are lines of text, whatever the file says."""
    from ingest.parsers.shared.decode import line_of

    said = reading.metadata
    said = replace(said, title=line_of(said.title), publisher=line_of(said.publisher))
    return replace(reading, title=line_of(reading.title), metadata=said)


def _reader(name: str) -> str:
    suffix = PurePath(name).suffix.lower()
    if suffix in _INSTEAD:
        raise SourceRefused(f"{suffix} files are not read: save it as {_INSTEAD[suffix]}")
    if suffix not in _READERS:
        raise SourceRefused(
            f"no reader for {suffix or 'a file without an ending'}, "
            f"{', '.join(_READERS)} are supported: convert it or leave it out"
        )
    return _READERS[suffix]
