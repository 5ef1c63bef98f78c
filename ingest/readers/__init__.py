"""One reader per format: bytes to canonical text and structure."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath

from index.errors import SourceRefused
from ingest.readers import markdown, pdf, plain
from ingest.reading import Block, Reading

__all__ = ["Block", "Reading", "read", "reader_id", "suffixes"]

_READERS: dict[str, tuple[str, Callable[[bytes], Reading]]] = {
    suffix: (reader.ID, reader.read)
    for reader in (plain, markdown, pdf)
    for suffix in reader.SUFFIXES
}


def suffixes() -> tuple[str, ...]:
    """Return the file name endings that can be read, each with its dot, in lower case."""
    return tuple(_READERS)


def reader_id(name: str) -> str:
    """Return `name@version` of the reader for a file name.

    Args:
        name: The file's name; only its ending counts.

    Returns:
        The reader's id; it changes when the reader gives other text for the same bytes.

    Raises:
        SourceRefused: No reader takes this kind of file.
    """
    return _reader(name)[0]


def read(name: str, data: bytes) -> Reading:
    """Return the text and structure of a file.

    Args:
        name: The file's name; its ending chooses the reader.
        data: The whole file.

    Returns:
        A reading with at least one block.

    Raises:
        SourceRefused: Unsupported, empty, binary or undecodable; one line, without the path.
    """
    reading = _reader(name)[1](data)
    if not reading.blocks:
        raise SourceRefused(
            "the file holds only white space or page furniture, text was expected: "
            "remove it or fill it"
        )
    return reading


def _reader(name: str) -> tuple[str, Callable[[bytes], Reading]]:
    suffix = PurePath(name).suffix.lower()
    if suffix not in _READERS:
        raise SourceRefused(
            f"no reader for {suffix or 'a file without an ending'}, "
            f"{', '.join(_READERS)} are supported: convert it or leave it out"
        )
    return _READERS[suffix]
