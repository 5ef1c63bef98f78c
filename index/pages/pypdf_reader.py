"""pypdf, which knows of a PDF what PDFium does not tell: opened silently, trouble left out."""

from __future__ import annotations

import logging
import struct
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import TypeVar

from pypdf import PdfReader
from pypdf.errors import DependencyError, PyPdfError

# What pypdf raises over files that are torn or made to do harm. PDFium reads more of them: nothing
# that pypdf tells is worth a document.
_TROUBLE = (
    PyPdfError, DependencyError, ArithmeticError, AssertionError, AttributeError, LookupError,
    NotImplementedError, OSError, RecursionError, TypeError, ValueError, struct.error, zlib.error,
)  # fmt: skip

T = TypeVar("T")


@contextmanager
def silence_pypdf() -> Iterator[None]:
    """Keep pypdf from telling the log about every oddity of a file."""
    logger = logging.getLogger("pypdf")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)


def open_reader(data: bytes) -> PdfReader:
    """Open the bytes of a PDF, without a password if it is encrypted."""
    reader = PdfReader(BytesIO(data))
    if reader.is_encrypted:
        reader.decrypt("")
    return reader


def attempt(wanted: Callable[[], T], otherwise: T) -> T:
    """Return what is wanted of pypdf, or something else where the file is in trouble."""
    try:
        return wanted()
    except _TROUBLE:
        return otherwise
