"""Known texts as reportlab and fpdf2 draw them: runs in the environment that holds those.

`python -m benchmarks.text.known_truth.draw FOLDER reportlab|fpdf2`
"""

from __future__ import annotations

import io
import sys
import textwrap
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from benchmarks.text.known_truth import sources
from benchmarks.text.known_truth.model import (
    Piece,
    Source,
    keep,
    show,
    split_marked,
    state_truth,
)

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
BY_REPORTLAB = (
    sources.LIGATURES,
    sources.RAISED,
    sources.TABLE,
    sources.COLUMNS,
    sources.LISTS,
    sources.LATIN,
    sources.SCRIPTS,
    sources.FURNITURE,
    sources.WATERMARK,
    sources.BILL,
    sources.FORM,
    sources.HIDDEN,
)
BY_FPDF = (
    sources.LIGATURES,
    sources.RAISED,
    sources.TABLE,
    sources.NARROW,
    sources.LATIN,
    sources.SCRIPTS,
    sources.FURNITURE,
    sources.HIDDEN,
)


def draw_with_reportlab(source: Source) -> bytes:
    """Return a source as reportlab lays it out."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate

    pdfmetrics.registerFont(TTFont("Body", str(FONT)))
    file = io.BytesIO()
    width, height = A4
    count = source.look.columns
    room = (width - 120 - 20 * (count - 1)) / count
    frames = [Frame(60 + at * (room + 20), 70, room, height - 150) for at in range(count)]
    document = BaseDocTemplate(file, pagesize=A4)
    template = PageTemplate(frames=frames, onPage=lambda canvas, _: _dress(canvas, source))
    document.addPageTemplates([template])
    document.build(_list_flowables(source))
    return file.getvalue()


def _dress(canvas: Canvas, source: Source) -> None:
    """Draw what stands on every page and is no text of it."""
    look = source.look
    canvas.saveState()
    canvas.setFont("Body", 9)
    if look.header:
        canvas.drawString(60, 800, look.header)
        canvas.drawCentredString(297, 30, str(canvas.getPageNumber()))
    if look.watermark:
        canvas.setFont("Helvetica", 120)
        canvas.setFillGray(0.88)
        canvas.translate(300, 420)
        canvas.rotate(45)
        canvas.drawCentredString(0, 0, look.watermark)
    canvas.restoreState()


def _list_flowables(source: Source) -> list[object]:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Flowable, Paragraph, Spacer, Table

    body = ParagraphStyle("body", fontName="Body", fontSize=10, leading=14, spaceAfter=6)
    head = ParagraphStyle("head", fontName="Body", fontSize=16, leading=22, spaceAfter=8)

    class Drawn(Flowable):  # type: ignore[misc]
        """Something drawn by hand in its place."""

        def __init__(self, height: float, drawing: Callable[[Canvas], None]) -> None:
            super().__init__()
            self.width, self.height, self._drawing = 400.0, height, drawing

        def draw(self) -> None:
            self._drawing(self.canv)

    flowables: list[object] = []
    rows = [piece.cells for piece in source.pieces if piece.kind == "row"]
    number = line = 0
    for piece in source.pieces:
        number = number + 1 if piece.kind == "number" else 0
        if piece.kind == "row":
            if rows:
                flowables.append(Table(rows, style=[("GRID", (0, 0), (-1, -1), 0.5, "black")]))
                flowables.append(Spacer(1, 10))
                rows = []
        elif piece.kind == "field":
            flowables.append(Drawn(26, partial(_draw_field, piece)))
        elif piece.kind == "hidden":
            flowables.append(Drawn(14, partial(_draw_unseen, piece)))
        elif source.look.numbers_lines and piece.kind == "text":
            for words in _cut_lines(show(piece.words)):
                line += 1
                flowables.append(Drawn(15, partial(_draw_line, words, line)))
        else:
            bullet = {"bullet": "•", "number": f"{number}."}.get(piece.kind)
            style = head if piece.kind == "heading" else body
            flowables.append(Paragraph(_write_marked(piece), style, bulletText=bullet))
    return flowables


def _write_marked(piece: Piece) -> str:
    shapes = {"plain": "{}", "raised": "<super>{}</super>", "note": ""}
    return "".join(shapes[how].format(escape(words)) for how, words in split_marked(piece.words))


def _cut_lines(words: str) -> list[str]:
    return textwrap.wrap(words, 70)


def _draw_line(words: str, number: int, canvas: Canvas) -> None:
    canvas.setFont("Body", 10)
    canvas.drawString(0, 2, words)
    canvas.setFont("Body", 8)
    canvas.drawRightString(-12, 2, str(number))


def _draw_field(piece: Piece, canvas: Canvas) -> None:
    label, value = piece.cells
    canvas.setFont("Body", 10)
    canvas.drawString(0, 6, label)
    canvas.acroForm.textfield(
        name=label, value=value, x=150, y=0, width=220, height=20, relative=True
    )


def _draw_unseen(piece: Piece, canvas: Canvas) -> None:
    text = canvas.beginText(0, 2)
    text.setFont("Body", 10)
    text.setTextRenderMode(3)
    text.textOut(piece.words)
    canvas.drawText(text)


def draw_with_fpdf(source: Source) -> bytes:
    """Return a source as fpdf2 lays it out."""
    from fpdf import FPDF

    look = source.look

    class Pages(FPDF):  # type: ignore[misc]
        """Pages with a header and a number."""

        def header(self) -> None:
            if look.header:
                self.set_font("Body", size=9)
                self.cell(0, 8, look.header, align="C", new_x="LMARGIN", new_y="NEXT")
                self.ln(4)

        def footer(self) -> None:
            if look.header:
                self.set_y(-15)
                self.set_font("Body", size=9)
                self.cell(0, 8, f"Page {self.page_no()}", align="C")

    pages = Pages()
    pages.add_font("Body", fname=str(FONT))
    pages.add_page()
    rows = [piece.cells for piece in source.pieces if piece.kind == "row"]
    for piece in source.pieces:
        pages.set_font("Body", size=15 if piece.kind == "heading" else 11)
        if piece.kind == "row":
            if rows:
                with pages.table(first_row_as_headings=False) as table:
                    for cells in rows:
                        table.row(cells)
                pages.ln(5)
                rows = []
        elif piece.kind == "hidden":
            pages.set_text_color(255, 255, 255)
            pages.multi_cell(0, 6, piece.words, new_x="LMARGIN", new_y="NEXT")
            pages.set_text_color(0, 0, 0)
        elif "^" in piece.words:
            for how, words in split_marked(piece.words):
                pages.char_vpos = "SUP" if how == "raised" else "LINE"
                pages.write(6, words)
            pages.char_vpos = "LINE"
            pages.ln(9)
        else:
            words = _soften(piece.words) if look.narrow else piece.words
            width = 60 if look.narrow else 0
            pages.multi_cell(width, 6, words, new_x="LMARGIN", new_y="NEXT")
            pages.ln(3)
    return bytes(pages.output())


def _soften(words: str) -> str:
    """Return words that may be cut behind every fifth letter (soft hyphens)."""
    return " ".join(
        "\u00ad".join(word[at : at + 5] for at in range(0, len(word), 5)) if len(word) > 9 else word
        for word in words.split()
    )


DRAWERS = {"reportlab": (draw_with_reportlab, BY_REPORTLAB), "fpdf2": (draw_with_fpdf, BY_FPDF)}


def main(folder: str, producer: str) -> None:
    """Write every file of a producer."""
    draw, texts = DRAWERS[producer]
    for source in texts:
        truth = state_truth(source, f"{producer}-{source.name}.pdf", producer)
        keep(Path(folder), draw(source), truth)


if __name__ == "__main__":
    main(*sys.argv[1:3])
