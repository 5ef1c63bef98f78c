"""Known texts as office files, made by python-docx, openpyxl and python-pptx."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

import docx
import pptx
from docx.document import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Pt
from docx.text.paragraph import Paragraph
from openpyxl import Workbook
from openpyxl.styles import Font
from pptx.slide import Slide
from pptx.util import Inches

from benchmarks.quality.known_truth import sources
from benchmarks.quality.known_truth.model import (
    Piece,
    Source,
    Truth,
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
    """Write every office file."""
    for source in DOCUMENTS:
        truth = state_truth(source, f"word-{source.name}.docx", "python-docx")
        keep(folder, write_document(source), truth)
    for book in BOOKS:
        keep(folder, write_book(book), _state_book(book))
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


# Each cell as it is stored, with its number format, and as it is shown.
Row = tuple[tuple[float | date | str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Book:
    """A workbook: rows of (value, number format, as shown), and what else is done to it."""

    name: str
    rows: tuple[Row, ...]
    change: Callable[[Workbook], None] = lambda _: None
    unseen: tuple[str, ...] = ()
    hidden_rows: tuple[int, ...] = ()


def _words(*cells: str) -> Row:
    return tuple((cell, "General", cell) for cell in cells)


def _hide(book: Workbook) -> None:
    sheet, secret = book.worksheets[0], book.create_sheet("Secret")
    sheet.row_dimensions[3].hidden = True
    sheet.column_dimensions["C"].hidden = True
    secret["A1"] = "Nobody sees this sheet"
    secret.sheet_state = "hidden"


def _strike(book: Workbook) -> None:
    book.worksheets[0]["B3"].font = Font(strike=True)


def _merge(book: Workbook) -> None:
    book.worksheets[0].merge_cells("A2:A3")


BOOKS = (
    Book("table", tuple(_words(*cells) for cells in sources.TABLE_CELLS)),
    Book(
        "numbers",
        (
            _words("Item", "Amount", "Share", "Code"),
            (
                *_words("Piers"),
                (1234567.5, "#,##0.00", "1,234,567.50"),
                (0.125, "0.0%", "12.5%"),
                (42, "00000", "00042"),
            ),
            (*_words("Lamps"), (2.5, "0", "3"), (1, "0%", "100%"), (7, "000", "007")),
            (
                *_words("Ropes"),
                (-3, "0.00", "-3.00"),
                (1 / 3, "0.00%", "33.33%"),
                (12, "0000", "0012"),
            ),
        ),
    ),
    Book(
        "dates",
        (
            _words("Event", "Day"),
            (*_words("Opening"), (date(2026, 3, 9), "dd.mm.yyyy", "09.03.2026")),
            (*_words("Fair"), (date(2026, 11, 1), "d mmmm yyyy", "1 November 2026")),
            (*_words("Audit"), (date(2027, 1, 31), "yyyy-mm-dd", "2027-01-31")),
        ),
    ),
    Book(
        "hidden",
        (
            _words("Quay", "Fee", "Bribe"),
            _words("North", "forty crowns", "none known"),
            _words("South", "nothing at all", "plenty"),
            _words("East", "fifty crowns", "unknown"),
        ),
        _hide,
        ("Bribe", "none known", "South nothing at all plenty", "unknown", "Nobody sees this sheet"),
        hidden_rows=(2,),
    ),
    Book(
        "struck",
        (
            _words("Rule", "Text"),
            _words("First", "Whoever enters pays the lamp fee."),
            _words("Second", "Pilots are free of charge."),
        ),
        _strike,
        ("Pilots are free of charge.",),
    ),
    Book(
        "merged",
        (
            _words("Port", "Quay", "Depth"),
            _words("Thule", "North", "eleven metres"),
            _words("", "South", "nine metres"),
            _words("Narvik", "Ore quay", "twenty metres"),
        ),
        _merge,
    ),
)


def write_book(book: Book) -> bytes:
    """Return a workbook of one visible sheet."""
    file = io.BytesIO()
    made = Workbook()
    sheet = made.worksheets[0]
    sheet.title = "Quays"
    for row, cells in enumerate(book.rows, start=1):
        for column, (value, shape, _) in enumerate(cells, start=1):
            if value != "":
                sheet.cell(row, column, value).number_format = shape
    book.change(made)
    made.save(file)
    return file.getvalue()


def _state_book(book: Book) -> Truth:
    """Return the cells as shown: without what is hidden, a merged cell on each of its rows."""
    unseen = " ".join(book.unseen)
    body = []
    for number, cells in enumerate(book.rows):
        if number in book.hidden_rows:
            continue
        shown = [text or book.rows[number - 1][at][2] for at, (_, _, text) in enumerate(cells)]
        body.append(" ".join(text for text in shown if not unseen or text not in unseen))
    return Truth(f"book-{book.name}.xlsx", "openpyxl", body, [], ["Quays"], list(book.unseen))
