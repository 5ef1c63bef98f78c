"""PDF: text with the place of every character by PDFium, what the file says of itself by pypdf."""

from __future__ import annotations

import pypdfium2

from index.pages import pdfium
from index.types import Metadata
from ingest.errors import SourceRefused
from ingest.parsers.extras import recognises_scans
from ingest.parsers.pdf.about import About, about
from ingest.parsers.pdf.flow.assembly import assembled, page_map
from ingest.parsers.pdf.flow.columns import regions, segments_of
from ingest.parsers.pdf.flow.furniture import furniture
from ingest.parsers.pdf.flow.structure import body_size, elements
from ingest.parsers.pdf.naming import language_of, title_of
from ingest.parsers.pdf.opening import MAX_CHARACTERS, MAX_PIECES, opened
from ingest.parsers.pdf.page import ocr
from ingest.parsers.pdf.page.page_text import PageText, empty_page, listed, page_text
from ingest.parsers.pdf.page.rules import text_pieces
from ingest.text import outline
from ingest.text.blocks import Reading

ID = "pdf@2+ocr" if recognises_scans() else "pdf@2"


def read(data: bytes) -> Reading:
    """Return the text of a PDF as it is read, its structure, and where each character stands.

    Args:
        data: The whole file.

    Returns:
        The reading; running headers, footers and page numbers are left out. Pages without text
        are recognised if the extra `ocr` is installed, and passed over otherwise as long as
        others have text.

    Raises:
        SourceRefused: Not a PDF, torn, encrypted, beyond a limit, or nowhere any text.
    """
    with opened(data) as (document, count):
        pages = ocr.recognised(document, _pages(document, count))
    return _reading(pages, about(data, count))


def _pages(document: pypdfium2.PdfDocument, count: int) -> list[PageText]:
    pages: list[PageText] = []
    characters = 0
    for index in range(count):
        try:
            with pdfium.open_page(document, index) as page:
                _refuse_dust(page, index + 1)
                pages.append(page_text(page, index + 1))
        except pypdfium2.PdfiumError:  # torn: the others are read all the same
            pages.append(empty_page(index + 1, is_torn=True))
        characters += len(pages[-1].codes)
        if characters > MAX_CHARACTERS:
            raise SourceRefused(
                f"a PDF of more than {MAX_CHARACTERS:,} characters, which are all that is read: "
                "split it"
            )
    return pages


def _note(pages: list[PageText]) -> str | None:
    torn = [page.number for page in pages if page.is_torn]
    notes = [f"{listed(torn)} cannot be read and is left out" if torn else None, ocr.note(pages)]
    return "; ".join(note for note in notes if note) or None


def _refuse_dust(page: pypdfium2.PdfPage, number: int) -> None:
    """Refuse a page of so many pieces that PDFium would take minutes over it."""
    pieces = text_pieces(page)
    if pieces > MAX_PIECES:
        raise SourceRefused(
            f"page {number} is made of {pieces:,} pieces of text, up to {MAX_PIECES:,} are read: "
            "leave that page out"
        )


def _reading(pages: list[PageText], said: About) -> Reading:
    segments = [segments_of(page) for page in pages]
    left_out = furniture(segments)
    kept = [[s for s in page if id(s) not in left_out.segments] for page in segments]
    body = body_size(kept)
    ordered = (regions(page, own) for page, own in zip(pages, kept, strict=True))
    made = assembled(elements(ordered, body, said.outline))
    labels = {index + 1: label for index, label in left_out.printed.items()}
    if said.labels:
        labels = {number: label for number, label in enumerate(said.labels, start=1) if label}
    stretches = page_map(made.layout, labels, {page.number for page in pages if page.ocr})
    first_page_end = stretches[0].end if stretches else 0
    title = title_of(made.text, made.blocks, first_page_end, said.title)
    return Reading(
        text=made.text,
        title=title,
        blocks=made.blocks,
        sections=outline.sections(made.text, made.blocks, headings_get_lost=False),
        pages=stretches,
        metadata=Metadata(
            title=title,
            publisher=said.publisher,
            date=said.published,
            language=language_of(made.text, said.language),
        ),
        layout=made.layout,
        note=_note(pages),
    )
