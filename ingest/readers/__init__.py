"""One reader per format: bytes to canonical text and structure."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import PurePath
from typing import Protocol, cast

from index.errors import SourceRefused
from ingest import language
from ingest.readers.extras import recognises_scans
from ingest.reading import Block, Reading

__all__ = ["Block", "Reading", "read", "reader_id", "suffixes"]

# What reads each ending: MODULE@VERSION, the module one of this package. A module is imported when
# the first file is read by it: the libraries of all formats together take half a second, and a plan
# needs the version only.
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
    """Return what a file of a name is read by: `MODULE@VERSION+language@VERSION`.

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
    module = _reader(name).partition("@")[0]
    reader = cast(_Reader, importlib.import_module(f"{__name__}.{module}"))
    reading = _in_plain_lines(reader.read(data))
    if not reading.blocks:
        raise SourceRefused(
            "the file holds only white space or page furniture, text was expected: "
            "remove it or fill it"
        )
    return reading


def _in_plain_lines(reading: Reading) -> Reading:
    """Return a reading whose title and publisher are lines of text, whatever the file says."""
    from ingest.readers.decode import line_of

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
