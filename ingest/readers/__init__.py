"""One reader per format: bytes to canonical text, structure and language."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import PurePath
from typing import Protocol, cast

from index.errors import SourceRefused
from ingest import language
from ingest.reading import Block, Reading

__all__ = ["Block", "Reading", "read", "reader_id", "suffixes"]

# Modules of this package by the endings that they read. Each is imported when a file asks for it:
# the libraries of all formats together take half a second, and most commands read no file.
_MODULES = {
    ".txt": "plain",
    **dict.fromkeys((".md", ".markdown"), "markdown"),
    **dict.fromkeys((".html", ".htm", ".xhtml", ".mhtml", ".mht"), "web"),
    ".docx": "word",
    ".pptx": "slides",
    **dict.fromkeys((".xlsx", ".xlsm"), "workbook"),
    **dict.fromkeys((".csv", ".tsv"), "delimited"),
    **dict.fromkeys((".odt", ".ods", ".odp"), "opendocument"),
    ".eml": "mail",
    ".epub": "book",
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

    ID: str

    def read(self, data: bytes) -> Reading:
        """Return what the module makes of a file."""


def suffixes() -> tuple[str, ...]:
    """Return the file name endings that can be read, each with its dot, in lower case."""
    return tuple(_MODULES)


def reader_id(name: str) -> str:
    """Return what reads a file of a name: `NAME@VERSION+language@VERSION`.

    Args:
        name: The file's name; only its ending counts.

    Returns:
        The id; it changes when the same bytes may now give another text or another language.

    Raises:
        SourceRefused: No reader takes this kind of file.
    """
    return f"{_reader(name).ID}+{language.ID}"


def read(name: str, data: bytes) -> Reading:
    """Return the text and structure of a file.

    Args:
        name: The file's name; its ending chooses the reader.
        data: The whole file.

    Returns:
        A reading with at least one block; its language is the one the format states, else the
        one found in the text.

    Raises:
        SourceRefused: Unsupported, empty, binary or undecodable; one line, without the path.
    """
    reading = _reader(name).read(data)
    if not reading.blocks:
        raise SourceRefused(
            "the file holds only white space or page furniture, text was expected: "
            "remove it or fill it"
        )
    if reading.metadata.language:
        return reading
    found = replace(reading.metadata, language=language.detect(reading.text))
    return replace(reading, metadata=found)


def _reader(name: str) -> _Reader:
    suffix = PurePath(name).suffix.lower()
    if suffix in _INSTEAD:
        raise SourceRefused(f"{suffix} files are not read: save it as {_INSTEAD[suffix]}")
    if suffix not in _MODULES:
        raise SourceRefused(
            f"no reader for {suffix or 'a file without an ending'}, "
            f"{', '.join(_MODULES)} are supported: convert it or leave it out"
        )
    return cast(_Reader, importlib.import_module(f"{__name__}.{_MODULES[suffix]}"))
