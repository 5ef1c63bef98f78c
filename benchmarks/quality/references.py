"""What others read in a file: plain extractions that ours is compared with, word by word."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import lxml.etree
import lxml.html
import openpyxl
import pypdf
import pypdfium2

from index.pages import pdfium

# A word in a reference that a line's end cuts in two stands there in both forms.
_CUT = re.compile(r"(\w+)(?:[-\u00ad\u2010\u2011\ufffe\u0002]\s*\n\s*|\u00ad)(\w+)")
_WORD = re.compile(r"\w+")
_UNSEEN = {"script", "style", "head", "template", "noscript"}
Extract = Callable[[bytes], str]


def list_words(text: str) -> list[str]:
    """Return the words of a text, in order: compatibility forms and case folded."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def join_cut_words(text: str) -> list[str]:
    """Return the words that line ends cut in two, each as one."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return [f"{match[1]}{match[2]}" for match in _CUT.finditer(folded)]


def read_references(path: Path) -> list[str]:
    """Return the texts that others read in a file; [] for a format that nobody else reads here.

    Raises whatever the libraries raise for a file that they cannot read.
    """
    data = path.read_bytes()
    return [extract(data) for extract in _EXTRACTORS.get(path.suffix.lower(), ())]


def _read_by_pdfium(data: bytes) -> str:
    with pdfium.open_document(data) as document:
        return "\n".join(_read_pages(document))


def _read_pages(document: pypdfium2.PdfDocument) -> Iterator[str]:
    with pdfium.LOCK:
        for page in document:
            text = page.get_textpage()
            yield text.get_text_range()
            text.close()
            page.close()


def _read_by_pypdf(data: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def _walk_html(data: bytes) -> str:
    root = lxml.html.document_fromstring(data)
    pieces: list[str] = []
    for element in root.iter():
        if isinstance(element.tag, str) and element.tag not in _UNSEEN:
            pieces += [element.text or ""]
        parent = element.getparent()
        if parent is None or parent.tag not in _UNSEEN:
            pieces.append(element.tail or "")
    return "\n".join(pieces)


def _walk_parts(data: bytes, parts: str, paragraph: str, run: str) -> str:
    """Return the runs of text in the XML parts of an office file, a paragraph a line."""
    lines = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in sorted(archive.namelist()):
            if re.fullmatch(parts, name):
                for block in lxml.etree.fromstring(archive.read(name)).iter(paragraph):
                    lines.append("".join(found.text or "" for found in block.iter(run)))
    return "\n".join(lines)


def _walk_word(data: bytes) -> str:
    space = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    return _walk_parts(data, r"word/(document|footnotes|endnotes)\.xml", f"{space}p", f"{space}t")


def _walk_slides(data: bytes) -> str:
    space = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
    return _walk_parts(data, r"ppt/slides/slide\d+\.xml", f"{space}p", f"{space}t")


def _walk_workbook(data: bytes) -> str:
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True, read_only=True)
    rows = (row for sheet in book.worksheets for row in sheet.iter_rows(values_only=True))
    return "\n".join(" ".join(str(cell) for cell in row if cell is not None) for row in rows)


_EXTRACTORS: dict[str, tuple[Extract, ...]] = {
    ".pdf": (_read_by_pdfium, _read_by_pypdf),
    ".html": (_walk_html,),
    ".htm": (_walk_html,),
    ".docx": (_walk_word,),
    ".pptx": (_walk_slides,),
    ".xlsx": (_walk_workbook,),
}
