"""One reader per format: bytes to canonical text, structure and language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePath

from index.errors import SourceRefused
from ingest import language
from ingest.readers import (
    book,
    delimited,
    mail,
    markdown,
    opendocument,
    plain,
    slides,
    web,
    word,
    workbook,
)
from ingest.reading import Block, Reading

__all__ = ["Block", "Reading", "read", "reader_id", "suffixes"]

_MODULES = (
    plain,
    markdown,
    web,
    word,
    slides,
    workbook,
    delimited,
    opendocument,
    mail,
    book,
)
_READERS: dict[str, tuple[str, Callable[[bytes], Reading]]] = {
    suffix: (reader.ID, reader.read) for reader in _MODULES for suffix in reader.SUFFIXES
}
# What is not read, and what to save it as instead.
_INSTEAD = {
    **dict.fromkeys((".doc", ".dot", ".docm", ".rtf", ".pages", ".wpd"), "DOCX or PDF"),
    **dict.fromkeys((".ppt", ".pps", ".pptm", ".key"), "PPTX or PDF"),
    **dict.fromkeys((".xls", ".xlsb", ".numbers"), "XLSX or CSV"),
    ".msg": "EML",
}


def suffixes() -> tuple[str, ...]:
    """Return the file name endings that can be read, each with its dot, in lower case."""
    return tuple(_READERS)


def reader_id(name: str) -> str:
    """Return what reads a file of a name: `NAME@VERSION+language@VERSION`.

    Args:
        name: The file's name; only its ending counts.

    Returns:
        The id; it changes when the same bytes may now give another text or another language.

    Raises:
        SourceRefused: No reader takes this kind of file.
    """
    return f"{_reader(name)[0]}+{language.ID}"


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
    reading = _reader(name)[1](data)
    if not reading.blocks:
        raise SourceRefused(
            "the file holds only white space or page furniture, text was expected: "
            "remove it or fill it"
        )
    if reading.metadata.language:
        return reading
    found = replace(reading.metadata, language=language.detect(reading.text))
    return replace(reading, metadata=found)


def _reader(name: str) -> tuple[str, Callable[[bytes], Reading]]:
    suffix = PurePath(name).suffix.lower()
    if suffix in _INSTEAD:
        raise SourceRefused(f"{suffix} files are not read: save it as {_INSTEAD[suffix]}")
    if suffix not in _READERS:
        raise SourceRefused(
            f"no reader for {suffix or 'a file without an ending'}, "
            f"{', '.join(_READERS)} are supported: convert it or leave it out"
        )
    return _READERS[suffix]
