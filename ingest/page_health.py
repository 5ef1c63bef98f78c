"""`doctor`, the part about pages: those with something on them from which no text came."""

from __future__ import annotations

from pathlib import Path

import pypdfium2

from index.pages import pdfium
from index.types import Document
from index.version import Page, Version


def empty_pages(document: Document, version: Version, originals: Path) -> tuple[list[str], int]:
    """Return the pages of a document without text, and how many pages it has.

    The page map of a PDF names pages with text only, so the file itself is looked at: of the other
    pages those count that are pictures of something or cannot be read, and blank ones do not, nor
    those whose only words are a running header. Where pictures were recognised and held no words,
    there is nothing to be mended.

    Args:
        document: A live one.
        version: Its text.
        originals: Where the source bytes are; if they are gone, nothing is known of a PDF's pages.

    Returns:
        What is printed on the pages as their numbers, else their numbers; 0 pages for formats that
        have none.
    """
    written = {p.number for p in version.pages if version.text[p.start : p.end].strip()}
    if document.source.reader.startswith("pdf@"):
        return _of_pdf(document, written, originals / document.source.sha256)
    pages = {page.number: page for page in version.pages}
    return [_label(page) for n, page in pages.items() if n not in written], len(pages)


def _of_pdf(document: Document, written: set[int], original: Path) -> tuple[list[str], int]:
    recognised = "+ocr" in document.source.reader
    try:
        with pdfium.opened(original.read_bytes()) as pdf:
            with pdfium.LOCK:
                count = len(pdf)
            unread = [n for n in range(1, count + 1) if n not in written]
            return [str(n) for n in unread if _is_lost(pdf, n, recognised)], count
    except (OSError, pypdfium2.PdfiumError):
        return [], 0  # another line says that it is missing


def _is_lost(pdf: pypdfium2.PdfDocument, number: int, recognised: bool) -> bool:
    from ingest.parsers.pdf.page.page_text import (
        page_text,  # imports what the other commands do not need
    )

    try:
        with pdfium.opened_page(pdf, number - 1) as page:
            return page_text(page, number).is_scan and not recognised
    except pypdfium2.PdfiumError:
        return True


def _label(page: Page) -> str:
    return page.label or str(page.number)
