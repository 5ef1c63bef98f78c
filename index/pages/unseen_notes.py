"""The words of annotations that viewers do not show, read from a copy of their page."""

from __future__ import annotations

from collections.abc import Sequence

import pypdfium2
import pypdfium2.raw as pdfium_c

# Copying a page takes its parts away one by one.
_MOST_OBJECTS = 20_000
_SHOWN = pdfium_c.FPDF_ANNOT_FLAG_PRINT
_HIDDEN = pdfium_c.FPDF_ANNOT_FLAG_HIDDEN


def read_words(
    document: pypdfium2.PdfDocument, page: pypdfium2.PdfPage, index: int, positions: Sequence[int]
) -> str:
    """Return what some annotations of a page would say if shown, "" if that is nothing."""
    if pdfium_c.FPDFPage_CountObjects(page.raw) > _MOST_OBJECTS:
        return ""
    copy = pypdfium2.PdfDocument.new()
    try:
        copy.import_pages(document, [index])
        alone = copy[0]
        for number in reversed(range(max(0, pdfium_c.FPDFPage_CountObjects(alone.raw)))):
            drawn = pdfium_c.FPDFPage_GetObject(alone.raw, number)
            if pdfium_c.FPDFPage_RemoveObject(alone.raw, drawn):
                pdfium_c.FPDFPageObj_Destroy(drawn)
        pdfium_c.FPDFPage_GenerateContent(alone.raw)
        for position in range(max(0, pdfium_c.FPDFPage_GetAnnotCount(alone.raw))):
            _set_flags(alone, position, _SHOWN if position in positions else _HIDDEN)
        pdfium_c.FPDFPage_Flatten(alone.raw, pdfium_c.FLAT_NORMALDISPLAY)
        alone.close()
        alone = copy[0]
        text = alone.get_textpage()
        words = " ".join(text.get_text_range().split())
        text.close()
        alone.close()
        return words
    except pypdfium2.PdfiumError:
        return ""
    finally:
        copy.close()


def _set_flags(page: pypdfium2.PdfPage, position: int, flags: int) -> None:
    annotation = pdfium_c.FPDFPage_GetAnnot(page.raw, position)
    pdfium_c.FPDFAnnot_SetFlags(annotation, flags)
    pdfium_c.FPDFPage_CloseAnnot(annotation)
