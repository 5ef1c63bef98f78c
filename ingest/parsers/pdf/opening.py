"""Opening a PDF that may be made to do harm: what is refused, and how much is read."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

import pypdfium2
import pypdfium2.raw as pdfium_c

from index.pages import pdfium
from ingest.errors import SourceRefused

# The largest public reports have about 5,000 pages.
MAX_PAGES = 10_000
MAX_CHARACTERS = 20_000_000
# Of one compressed stream that is no picture, unpacked, and of all of them.
MAX_STREAM_BYTES = 64 << 20
MAX_UNPACKED_BYTES = 2 << 30
# PDFium looks for each piece among all before it: 40,000 take five seconds.
MAX_PIECES = 40_000
# A signature may stand after some rubbish, but within so many bytes (PDF 32000-1, annex H).
HEADER_BYTES = 1024

_REASONS = {
    pdfium_c.FPDF_ERR_PASSWORD: (
        "the PDF is encrypted and asks for a password: save a copy without one"
    ),
    pdfium_c.FPDF_ERR_SECURITY: (
        "the PDF is encrypted in a way that is not supported: save a copy without it"
    ),
}
_DAMAGED = (
    "the PDF is damaged and cannot be opened: get it again, or open and save it with a viewer that "
    "repairs it"
)
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_DICTIONARY_BYTES = 2_000
_CHUNK_BYTES = 1 << 16
_MOST_FILTERS = 8
_PICTURE = re.compile(rb"/Subtype\s*/Image")
_FLATE = re.compile(rb"/Fl(?:ateDecode)?\b")


@contextmanager
def open_pdf(data: bytes) -> Iterator[tuple[pypdfium2.PdfDocument, int]]:
    """Open a PDF with so many pages; refuse what is none, torn, encrypted or beyond a limit."""
    if b"%PDF-" not in data[:HEADER_BYTES]:
        raise SourceRefused(
            "not a PDF, though its name says so (no %PDF- at its start): rename it or get it anew"
        )
    _refuse_bombs(data)
    try:
        with pdfium.open_document(data) as document:
            pages = len(document)
            if pages > MAX_PAGES:
                raise SourceRefused(
                    f"a PDF of {pages:,} pages, up to {MAX_PAGES:,} are read: split it"
                )
            yield document, pages
    except pypdfium2.PdfiumError as error:
        raise SourceRefused(_REASONS.get(error.err_code, _DAMAGED)) from error


def _refuse_bombs(data: bytes) -> None:
    """Refuse a file with a small stream that unpacks to a huge one; pictures are not unpacked."""
    # Looked for in the bytes, not through a parser: a file made to do harm need not be well formed.
    total = 0
    view = memoryview(data)
    for found in _STREAM.finditer(data):
        dictionary = data[max(0, found.start() - _DICTIONARY_BYTES) : found.start()]
        dictionary = dictionary[dictionary.rfind(b" obj") + 1 :]
        times = len(_FLATE.findall(dictionary))
        if times and not _PICTURE.search(dictionary):
            size = _count_unpacked(view[found.end() :], times)
            total += size
            if size > MAX_STREAM_BYTES or total > MAX_UNPACKED_BYTES:
                raise SourceRefused(
                    f"the PDF unpacks to more than {MAX_UNPACKED_BYTES >> 20:,} MB, or "
                    f"{MAX_STREAM_BYTES >> 20:,} MB in one piece, as files made to do harm do: "
                    "print it to a new PDF if you trust it"
                )


def _count_unpacked(packed: memoryview, times: int) -> int:
    """Return the size of a stream packed so many times, or what was counted past the limit."""
    chunks: Iterator[bytes] = (
        bytes(packed[start : start + _CHUNK_BYTES]) for start in range(0, len(packed), _CHUNK_BYTES)
    )
    for _ in range(min(times, _MOST_FILTERS)):
        chunks = _inflate(chunks)
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > MAX_STREAM_BYTES:
            break
    return size


def _inflate(chunks: Iterator[bytes]) -> Iterator[bytes]:
    unpacker = zlib.decompressobj()
    try:
        for chunk in chunks:
            pending = chunk
            while pending and not unpacker.eof:
                yield unpacker.decompress(pending, 1 << 20)
                pending = unpacker.unconsumed_tail
            if unpacker.eof:
                return
    except zlib.error:
        return  # torn, or packed by something else before: PDFium has a limit of its own
