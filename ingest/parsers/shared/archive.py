"""ZIP containers of office files and books, opened only if they hold what they say and no bomb."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

from lxml import etree

from ingest.errors import SourceRefused

# Inflated, all entries together, pictures included.
MOST_BYTES = 512 * 2**20
# Text and XML deflate to a tenth or, in long tables, to a hundredth; a bomb to a thousandth.
MOST_RATIO = 200
# Below this, inflated, a ratio does no harm: an empty sheet compresses well.
RATIO_FROM_BYTES = 16 * 2**20
MOST_ENTRIES = 20_000

_OLE = b"\xd0\xcf\x11\xe0"
_STRICT = b"http://purl.oclc.org/ooxml/"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
# What the office libraries, lxml and zipfile raise on files that are not what they should be.
_DAMAGE = (
    ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, NotImplementedError,
    OSError, RecursionError, TypeError, ValueError, etree.LxmlError, struct.error,
    zipfile.BadZipFile, zlib.error,
    SyntaxError,  # of the XML parser of the standard library, which openpyxl uses
)  # fmt: skip


@contextmanager
def open_archive(data: bytes, kind: str) -> Iterator[zipfile.ZipFile]:
    """Open a ZIP container if it is no bomb; refuse it as `refuse_damage` does, too."""
    archive = _check_archive(data, kind)
    with refuse_damage(kind):
        yield archive


@contextmanager
def refuse_damage(kind: str) -> Iterator[None]:
    """Turn what a library raises on a damaged file into a refusal: it is not "a DOCX file"."""
    try:
        yield
    except _DAMAGE as error:
        cause = " ".join(str(error).split())[:120] or type(error).__name__
        raise SourceRefused(f"damaged, not {kind} ({cause}): open it and save it again") from error


def parse_xml(data: bytes) -> etree._Element:
    """Return the root of an untrusted XML document: no entity is replaced, nothing is fetched."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    return etree.fromstring(data, parser)


def _check_archive(data: bytes, kind: str) -> zipfile.ZipFile:
    # The sizes declared may be lies, but zipfile never gives more of an entry than was declared,
    # and compares the checksum of what it gave.
    if not data:
        raise SourceRefused(f"the file is empty, {kind} was expected: remove it or fill it")
    if data.startswith(_OLE):
        raise SourceRefused(_explain_ole(data, kind))
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except _DAMAGE as error:
        raise SourceRefused(
            f"not {kind} (its ZIP container is damaged or missing): open it and save it again"
        ) from error
    entries = archive.infolist()
    total = sum(entry.file_size for entry in entries)
    packed = max(1, min(len(data), sum(entry.compress_size for entry in entries)))
    if len(entries) > MOST_ENTRIES:
        reason = f"its archive holds {len(entries):,} entries, at most {MOST_ENTRIES:,} are read"
    elif total > MOST_BYTES:
        reason = f"inflated it has {total >> 20:,} MiB, at most {MOST_BYTES >> 20} are read"
    elif total > RATIO_FROM_BYTES and total > MOST_RATIO * packed:
        reason = f"it inflates to {total // packed:,} times its size, as only a ZIP bomb does"
    elif any(entry.flag_bits & 1 for entry in entries):
        raise SourceRefused(f"encrypted, {kind} was expected: save it without a password")
    elif _is_strict(archive):
        raise SourceRefused("it is Strict Open XML: save it in the ordinary format, not the strict")
    else:
        return archive
    raise SourceRefused(f"{reason}: save it without what is not text, or as PDF")


def _is_strict(archive: zipfile.ZipFile) -> bool:
    """Return whether an office file is of the variant with names of its own for everything."""
    with refuse_damage("an archive"):
        return "_rels/.rels" in archive.namelist() and _STRICT in archive.read("_rels/.rels")


def _explain_ole(data: bytes, kind: str) -> str:
    if _ENCRYPTED_PACKAGE in data:
        return f"encrypted with a password, {kind} was expected: save it without a password"
    return f"the bytes are an old Office file, {kind} was expected: save it in the new format"
