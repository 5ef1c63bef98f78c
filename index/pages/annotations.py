"""What is put onto a page after it was made: values of form fields, notes typed on it, stamps.

PDFium keeps them apart from the page's own content. Drawn into it they are read with the text,
each character with its place, and stand on the page's picture.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pypdfium2
import pypdfium2.raw as pdfium_c

from index.pages.unseen_notes import read_words

# Links and what pops up are not seen on the page; the sign of a note has no words.
_NOT_DRAWN = (pdfium_c.FPDF_ANNOT_LINK, pdfium_c.FPDF_ANNOT_POPUP, pdfium_c.FPDF_ANNOT_TEXT)
_UNSEEN_FLAGS = pdfium_c.FPDF_ANNOT_FLAG_HIDDEN | pdfium_c.FPDF_ANNOT_FLAG_NOVIEW
# A page with more is a drawing with a comment at every stroke.
_MOST = 2_000
# Without an appearance of its own a note is set in a plain face, as viewers do.
_FACE, _SIZE, _LEADING, _PADDING = b"Helvetica", 10.0, 1.2, 2.0
_ROUNDING = 0.1
# Of one note: a longer one is no note.
_MOST_WORDS = 5_000


_TICK, _TICK_FACE, _TICK_SHARE = "\u2713", b"ZapfDingbats", 0.8


@dataclass(slots=True)
class PageNotes:
    """What annotations say of a page that is not drawn onto it."""

    undrawn: list[str] = field(default_factory=list)  # words that the plain face has no letters for
    hidden: list[str] = field(default_factory=list)  # words that viewers do not show
    # What is crossed out: left, bottom, right, top in the page's user space.
    struck: list[tuple[float, float, float, float]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that is set onto a page, its origin in the page's user space."""

    words: str
    x: float
    y: float
    size: float = _SIZE
    face: bytes = _FACE


def draw_annotations(
    document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage, index: int, notes: PageNotes | None
) -> bool:
    """Draw what is put onto a page into its content, in memory, with PDFium's lock held.

    Args:
        document: Opened with its forms, see `pdfium.open_document`.
        page: One of its pages.
        index: Which.
        notes: Gets what is not drawn, if somebody asks for it.

    Returns:
        Whether anything was drawn; the page must then be loaded again.
    """
    lines: list[_Line] = []
    drawn, said = False, notes or PageNotes()
    hidden: list[int] = []
    for position, annotation in _open_annotations(page):
        if pdfium_c.FPDFAnnot_GetSubtype(annotation) in _NOT_DRAWN:
            continue
        drawn = True
        if _asks_password(document, annotation) or not _is_viewed(annotation):
            _hide(annotation)
            if not _asks_password(document, annotation):
                hidden.append(position)
                said.hidden += filter(None, [" ".join(_read_bare_note(annotation))])
            continue
        if pdfium_c.FPDFAnnot_GetSubtype(annotation) == pdfium_c.FPDF_ANNOT_STRIKEOUT:
            said.struck += _read_marked(annotation)[: _MOST - len(said.struck)]
        lines += _tick(document, annotation)
        words = _read_bare_note(annotation)
        if all(word.encode("cp1252", "ignore").decode("cp1252") == word for word in words):
            own, rest = _typeset(document, annotation, words)
            lines += own
            said.undrawn += filter(None, [" ".join(rest)])
        else:
            said.undrawn.append(" ".join(words))
    if notes is not None and hidden:
        notes.hidden += filter(None, [read_words(document, page, index, hidden)])
    if not drawn:
        return False
    for line in lines:
        pdfium_c.FPDFPage_InsertObject(page.raw, _make_object(document, line))
    if lines:
        pdfium_c.FPDFPage_GenerateContent(page.raw)
    _keep_bounds(page)
    flat = pdfium_c.FPDFPage_Flatten(page.raw, pdfium_c.FLAT_NORMALDISPLAY)
    return bool(lines) or flat == pdfium_c.FLATTEN_SUCCESS


def _is_viewed(annotation: pdfium_c.FPDF_ANNOTATION) -> bool:
    """Tell whether viewers show an annotation, and have PDFium draw it then.

    It leaves out what only viewers that do not know its kind should.
    """
    flags = pdfium_c.FPDFAnnot_GetFlags(annotation)
    if flags & _UNSEEN_FLAGS:
        return False
    if flags & pdfium_c.FPDF_ANNOT_FLAG_INVISIBLE:
        pdfium_c.FPDFAnnot_SetFlags(annotation, flags & ~pdfium_c.FPDF_ANNOT_FLAG_INVISIBLE)
    return True


def _hide(annotation: pdfium_c.FPDF_ANNOTATION) -> None:
    """Keep PDFium from drawing an annotation: it draws what is not to be viewed, and passwords."""
    flags = pdfium_c.FPDFAnnot_GetFlags(annotation)
    pdfium_c.FPDFAnnot_SetFlags(annotation, flags | pdfium_c.FPDF_ANNOT_FLAG_HIDDEN)


def _asks_password(document: pypdfium2.PdfDocument, annotation: pdfium_c.FPDF_ANNOTATION) -> bool:
    forms = document.formenv
    if forms is None:
        return False
    kind = pdfium_c.FPDFAnnot_GetFormFieldType(forms.raw, annotation)
    flags = pdfium_c.FPDFAnnot_GetFormFieldFlags(forms.raw, annotation)
    return kind == pdfium_c.FPDF_FORMFIELD_TEXTFIELD and bool(
        flags & pdfium_c.FPDF_FORMFLAG_TEXT_PASSWORD
    )


def _keep_bounds(page: pypdfium2.PdfPage) -> None:
    """Write down what is shown of a page, which PDFium else loses as it draws annotations into it.

    It takes a page that has its size from the page tree for one of letter paper.
    """
    bounds = page.get_bbox()
    page.set_mediabox(*bounds)
    page.set_cropbox(*bounds)


def _open_annotations(page: pypdfium2.PdfPage) -> Iterator[tuple[int, pdfium_c.FPDF_ANNOTATION]]:
    count = min(max(0, pdfium_c.FPDFPage_GetAnnotCount(page.raw)), _MOST)
    for position in range(count):
        annotation = pdfium_c.FPDFPage_GetAnnot(page.raw, position)
        if annotation:
            try:
                yield position, annotation
            finally:
                pdfium_c.FPDFPage_CloseAnnot(annotation)


def _read_bare_note(annotation: pdfium_c.FPDF_ANNOTATION) -> list[str]:
    """Return the lines of a typed note for which the file draws nothing; [] for all others."""
    if pdfium_c.FPDFAnnot_GetSubtype(
        annotation
    ) != pdfium_c.FPDF_ANNOT_FREETEXT or _read_appearance(annotation):
        return []
    key = b"Contents"
    length = pdfium_c.FPDFAnnot_GetStringValue(annotation, key, None, 0)
    buffer = (pdfium_c.FPDF_WCHAR * (length // 2 + 1))()
    pdfium_c.FPDFAnnot_GetStringValue(annotation, key, buffer, length)
    return _decode(buffer).splitlines()


def _typeset(
    document: pypdfium2.PdfDocument,
    annotation: pdfium_c.FPDF_ANNOTATION,
    words: Sequence[str],
) -> tuple[list[_Line], list[str]]:
    """Return lines within the frame of a note, as viewers draw them, and those that do not fit."""
    frame = _read_frame(annotation)
    if not words or frame is None:
        return [], list(words)
    left, bottom, right, top = frame
    width = max(right - left - 2 * _PADDING, 4 * _SIZE)
    wrapped = [*_wrap(document, words, width)]
    # The first is always seen, even in a frame that is lower than a line.
    room = max(1, int((top - bottom - 2 * _PADDING - _SIZE) / (_LEADING * _SIZE) + _ROUNDING) + 1)
    lines = [
        _Line(line, left + _PADDING, top - _PADDING - _SIZE - number * _LEADING * _SIZE)
        for number, line in enumerate(wrapped[:room])
    ]
    return lines, wrapped[room:]


def _tick(document: pypdfium2.PdfDocument, annotation: pdfium_c.FPDF_ANNOTATION) -> list[_Line]:
    """Return the sign for a box that is ticked by a drawing, which is no text."""
    forms, frame = document.formenv, _read_frame(annotation)
    if (
        forms is None
        or frame is None
        or not pdfium_c.FPDFAnnot_IsChecked(forms.raw, annotation)
        or " Tj" in _read_appearance(annotation)
    ):
        return []
    left, bottom, _, top = frame
    size = _TICK_SHARE * (top - bottom)
    return [_Line(_TICK, left, bottom + (top - bottom - size) / 2, size, _TICK_FACE)]


def _read_frame(annotation: pdfium_c.FPDF_ANNOTATION) -> tuple[float, float, float, float] | None:
    frame = pdfium_c.FS_RECTF()
    if not pdfium_c.FPDFAnnot_GetRect(annotation, ctypes.byref(frame)):
        return None
    low, high = sorted((frame.bottom, frame.top))
    return frame.left, low, frame.right, high


def _read_marked(
    annotation: pdfium_c.FPDF_ANNOTATION,
) -> list[tuple[float, float, float, float]]:
    """Return what is around each stretch of text that an annotation marks."""
    count = min(pdfium_c.FPDFAnnot_CountAttachmentPoints(annotation), _MOST)
    found = []
    points = pdfium_c.FS_QUADPOINTSF()
    for position in range(count):
        if pdfium_c.FPDFAnnot_GetAttachmentPoints(annotation, position, ctypes.byref(points)):
            xs = (points.x1, points.x2, points.x3, points.x4)
            ys = (points.y1, points.y2, points.y3, points.y4)
            found.append((min(xs), min(ys), max(xs), max(ys)))
    frame = _read_frame(annotation)
    return found or ([frame] if frame else [])


def _read_appearance(annotation: pdfium_c.FPDF_ANNOTATION) -> str:
    """Return what draws an annotation, "" if nothing does."""
    mode = pdfium_c.FPDF_ANNOT_APPEARANCEMODE_NORMAL
    length = pdfium_c.FPDFAnnot_GetAP(annotation, mode, None, 0)
    buffer = (pdfium_c.FPDF_WCHAR * (length // 2 + 1))()
    pdfium_c.FPDFAnnot_GetAP(annotation, mode, buffer, length)
    return _decode(buffer)


def _decode(buffer: ctypes.Array[ctypes.c_ushort]) -> str:
    return bytes(buffer).decode("utf-16-le", errors="replace").rstrip("\0")


def _wrap(
    document: pypdfium2.PdfDocument, paragraphs: Sequence[str], width: float
) -> Iterator[str]:
    space = _measure(document, "a a") - _measure(document, "aa")
    widths: dict[str, float] = {}
    left = _MOST_WORDS
    for paragraph in paragraphs:
        line: list[str] = []
        taken = 0.0
        for word in paragraph.split():
            left -= 1
            if word not in widths:
                # Beyond so many words it counts only that none is lost.
                widths[word] = _measure(document, word) if left >= 0 else width
            if line and taken + space + widths[word] > width:
                yield " ".join(line)
                line, taken = [], 0.0
            taken += widths[word] + (space if line else 0.0)
            line.append(word)
        yield " ".join(line)


def _measure(document: pypdfium2.PdfDocument, words: str) -> float:
    made = _make_object(document, _Line(words, 0.0, 0.0))
    edges = [ctypes.c_float() for _ in range(4)]
    pdfium_c.FPDFPageObj_GetBounds(made, *(ctypes.byref(edge) for edge in edges))
    pdfium_c.FPDFPageObj_Destroy(made)
    return float(edges[2].value - edges[0].value)


def _make_object(document: pypdfium2.PdfDocument, line: _Line) -> pdfium_c.FPDF_PAGEOBJECT:
    made = pdfium_c.FPDFPageObj_NewTextObj(document.raw, line.face, line.size)
    units = f"{line.words}\0".encode("utf-16-le")
    words = (pdfium_c.FPDF_WCHAR * (len(units) // 2)).from_buffer_copy(units)
    pdfium_c.FPDFText_SetText(made, words)
    pdfium_c.FPDFPageObj_Transform(made, 1, 0, 0, 1, line.x, line.y)
    return made
