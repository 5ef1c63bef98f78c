"""PDF: text with the place of every character by PDFium, what the file says of itself by pypdf."""

from __future__ import annotations

from dataclasses import replace

import pypdfium2

from index.pages import pdfium
from index.pages.annotations import PageNotes
from index.types import Metadata
from ingest.errors import SourceRefused
from ingest.parsers.extras import recognises_scans
from ingest.parsers.pdf.flow.assembly import assemble, map_pages
from ingest.parsers.pdf.flow.columns import find_regions
from ingest.parsers.pdf.flow.furniture import find_furniture
from ingest.parsers.pdf.flow.segments import find_segments
from ingest.parsers.pdf.flow.structure import find_body_size, find_elements
from ingest.parsers.pdf.naming import language_of, title_of
from ingest.parsers.pdf.opening import MAX_CHARACTERS, MAX_PIECES, open_pdf
from ingest.parsers.pdf.page.page_text import (
    PageText,
    Surroundings,
    list_pages,
    make_empty_page,
    read_page,
)
from ingest.parsers.pdf.page.seen.content import count_text_pieces
from ingest.parsers.pdf.properties import PdfProperties, read_properties
from ingest.parsers.pdf.recognised import ocr
from ingest.parsers.pdf.second_reading import TwiceRead, find_differing
from ingest.parsers.shared.left_out import HIDDEN, STRUCK
from ingest.text import outline
from ingest.text.blocks import Omission, ParsedText

ID = "pdf@5+ocr" if recognises_scans() else "pdf@5"

_UNDRAWN = "notes that cannot be drawn"
# What whoever indexes a file is told; of watermarks and line numbers nobody wants to know.
_SAID = (HIDDEN, STRUCK, _UNDRAWN)


def parse(data: bytes) -> ParsedText:
    """Return the text of a PDF as it is read, its structure, and where each character stands."""
    # Pages without text, or with other letters than they show, are recognised if the extra `ocr` is
    # installed, and passed over otherwise as long as others have text.
    with open_pdf(data) as (document, count):
        said = read_properties(data, count)
        pages = ocr.recognise_pictures(
            document, _read_pages(document, count, Surroundings(said.has_layers))
        )
    parsed, furniture = _assemble_pages(pages, said)
    return _compare_readings(parsed, pages, furniture, data)


def _read_pages(
    document: pypdfium2.PdfDocument, count: int, around: Surroundings
) -> list[PageText]:
    pages: list[PageText] = []
    characters = 0
    for index in range(count):
        notes = PageNotes()
        try:
            with pdfium.open_page(document, index, notes) as page:
                _refuse_dust(page, index + 1)
                read = read_page(page, index + 1, around, notes.struck)
            passed_over = [Omission(_UNDRAWN, words) for words in notes.undrawn]
            passed_over += [Omission(HIDDEN, words) for words in notes.hidden]
            pages.append(replace(read, omissions=(*read.omissions, *passed_over)))
        except pypdfium2.PdfiumError:  # torn: the others are read all the same
            pages.append(make_empty_page(index + 1, is_torn=True))
        characters += len(pages[-1].codes)
        if characters > MAX_CHARACTERS:
            raise SourceRefused(
                f"a PDF of more than {MAX_CHARACTERS:,} characters, which are all that is read: "
                "split it"
            )
    return pages


def _write_note(pages: list[PageText]) -> str | None:
    torn = [page.number for page in pages if page.is_torn]
    parts = [f"{list_pages(torn)} cannot be read and is left out"] if torn else []
    drawings = [page.number for page in pages if not page.is_searched and len(page.codes)]
    if drawings:
        one = len(drawings) == 1
        parts.append(
            f"{list_pages(drawings)} {'has' if one else 'have'} too many objects to be searched "
            "for hidden text"
        )
    where: dict[str, list[int]] = {}
    for page in pages:
        for reason in dict.fromkeys(omission.reason for omission in page.omissions):
            if reason in _SAID:
                where.setdefault(reason, []).append(page.number)
    left_out = [f"{reason} on {list_pages(numbers)}" for reason, numbers in where.items()]
    parts += [f"left out: {', '.join(left_out)}"] if left_out else []
    return "; ".join(filter(None, (*parts, ocr.write_note(pages)))) or None


def _refuse_dust(page: pypdfium2.PdfPage, number: int) -> None:
    """Refuse a page of so many pieces that PDFium would take minutes over it."""
    pieces = count_text_pieces(page, MAX_PIECES)
    if pieces > MAX_PIECES:
        raise SourceRefused(
            f"page {number} is made of {pieces:,} pieces of text, up to {MAX_PIECES:,} are read: "
            "leave that page out"
        )


def _compare_readings(
    parsed: ParsedText, pages: list[PageText], furniture: list[str], data: bytes
) -> ParsedText:
    """Mark the pages that others read otherwise; of a recognised one there is no other reading."""
    ours: dict[int, list[str]] = {}
    for page in parsed.pages:
        ours.setdefault(page.number, []).append(parsed.text[page.start : page.end])
    read = [
        TwiceRead(
            page.number,
            "\n".join(ours[page.number]),
            "\n".join([running, *(omission.text for omission in page.omissions)]),
            page.plain,
        )
        for page, running in zip(pages, furniture, strict=True)
        if page.plain is not None and not page.ocr and page.number in ours
    ]
    differing = find_differing(read, data)
    marked = (replace(page, differs=page.number in differing) for page in parsed.pages)
    return replace(parsed, pages=tuple(marked)) if differing else parsed


def _assemble_pages(pages: list[PageText], said: PdfProperties) -> tuple[ParsedText, list[str]]:
    """Return the text of pages, and the furniture that was left out of each."""
    segments = [find_segments(page) for page in pages]
    left_out = find_furniture(segments)
    kept = [[s for s in page if id(s) not in left_out.segments] for page in segments]
    furniture = ["\n".join(s.text for s in page if id(s) in left_out.segments) for page in segments]
    body = find_body_size(kept)
    ordered = (find_regions(page, own) for page, own in zip(pages, kept, strict=True))
    made = assemble(find_elements(ordered, body, said.outline))
    labels = {index + 1: label for index, label in left_out.printed.items()}
    if said.labels:
        labels = {number: label for number, label in enumerate(said.labels, start=1) if label}
    stretches = map_pages(made.layout, labels, {page.number for page in pages if page.ocr})
    first_page_end = stretches[0].end if stretches else 0
    title = title_of(made.text, made.blocks, first_page_end, said.title)
    parsed = ParsedText(
        text=made.text,
        title=title,
        blocks=made.blocks,
        sections=outline.find_sections(made.text, made.blocks, headings_get_lost=False),
        pages=stretches,
        metadata=Metadata(
            title=title,
            publisher=said.publisher,
            date=said.published,
            language=language_of(made.text, said.language),
        ),
        layout=made.layout,
        note=_write_note(pages),
        omissions=(*(o for page in pages for o in page.omissions), *left_out.segments.values()),
    )
    return parsed, furniture
