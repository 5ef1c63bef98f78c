"""Known texts as documents and slides, made by python-docx and python-pptx."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import docx
import pptx
from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph
from pptx.slide import Slide
from pptx.util import Inches

from benchmarks.text.known_truth import sources
from benchmarks.text.known_truth.model import (
    Piece,
    Source,
    keep,
    split_marked,
    state_truth,
)

DOCUMENTS = (
    sources.LIGATURES,
    sources.RAISED,
    sources.TABLE,
    sources.COLUMNS,
    sources.LISTS,
    sources.LATIN,
    sources.SCRIPTS,
    sources.FURNITURE,
    sources.BILL,
    sources.HIDDEN,
)
SLIDES = (sources.LIGATURES, sources.RAISED, sources.TABLE, sources.SCRIPTS, sources.HIDDEN)
_PIECES_A_SLIDE = 5
_STYLES = {"heading": "Heading 1", "bullet": "List Bullet", "number": "List Number"}


def make(folder: Path) -> None:
    """Write every document and every deck of slides."""
    for source in DOCUMENTS:
        truth = state_truth(source, f"word-{source.name}.docx", "python-docx")
        keep(folder, write_document(source), truth)
    for source in SLIDES:
        truth = state_truth(source, f"slides-{source.name}.pptx", "python-pptx")
        keep(folder, write_slides(source), truth)


def write_document(source: Source) -> bytes:
    """Return a source as a Word document."""
    document = docx.Document()
    document.styles["Normal"].font.size = Pt(11)
    rows = [piece.cells for piece in source.pieces if piece.kind == "row"]
    for piece in source.pieces:
        if piece.kind != "row":
            _fill(document.add_paragraph(style=_STYLES.get(piece.kind)), piece)
        elif rows:
            table = document.add_table(0, len(rows[0]), "Table Grid")
            for cells in rows:
                for cell, words in zip(table.add_row().cells, cells, strict=True):
                    cell.text = words
            rows = []
    _dress(document, source)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _fill(paragraph: Paragraph, piece: Piece) -> None:
    for how, words in split_marked(piece.words):
        if how != "note":
            run = paragraph.add_run(words)
            run.font.superscript = True if how == "raised" else None
            run.font.hidden = True if piece.kind == "hidden" else None


def _dress(document: Document, source: Source) -> None:
    """Give a document's only section its header, columns and line numbers."""
    section, look = document.sections[0], source.look
    settings = section._sectPr
    if look.header:
        section.header.paragraphs[0].text = look.header
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), "PAGE")
        section.footer.paragraphs[0]._p.append(field)
    if look.columns > 1:
        for columns in settings.iter(qn("w:cols")):
            columns.set(qn("w:num"), str(look.columns))
    if look.numbers_lines:
        for columns in settings.iter(qn("w:cols")):
            counted = OxmlElement("w:lnNumType")
            counted.set(qn("w:countBy"), "1")
            columns.addprevious(counted)


def write_slides(source: Source) -> bytes:
    """Return a source as slides: a table or up to four paragraphs on each, hidden slides too."""
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    for kind, run in groupby(source.pieces, key=lambda piece: piece.kind):
        pieces = list(run)
        if kind == "heading":
            slide.shapes.title.text = pieces[0].words
            continue
        for at in range(0, len(pieces), _PIECES_A_SLIDE):
            _fill_slide(slide, pieces[at : at + _PIECES_A_SLIDE])
            slide = deck.slides.add_slide(deck.slide_layouts[6])
    file = io.BytesIO()
    deck.save(file)
    return file.getvalue()


def _fill_slide(slide: Slide, pieces: Sequence[Piece]) -> None:
    if pieces[0].kind == "row":
        rows = [piece.cells for piece in pieces]
        place = map(Inches, (1, 2, 8, 3))
        table = slide.shapes.add_table(len(rows), len(rows[0]), *place).table
        for row, cells in enumerate(rows):
            for column, words in enumerate(cells):
                table.cell(row, column).text = words
        return
    frame = slide.shapes.add_textbox(*map(Inches, (1, 2, 8, 3))).text_frame
    frame.word_wrap = True
    for number, piece in enumerate(pieces):
        paragraph = frame.add_paragraph() if number else frame.paragraphs[0]
        for how, words in split_marked(piece.words):
            run = paragraph.add_run()
            run.text = words
            if how == "raised":
                run.font._element.set("baseline", "30000")
    if pieces[0].kind == "hidden":
        slide._element.set("show", "0")
