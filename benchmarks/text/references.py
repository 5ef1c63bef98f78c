"""What others read in a file: plain extractions that ours is compared with, word by word."""

from __future__ import annotations

import io
import logging
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pypdf
import pypdfium2

from benchmarks.text import tree_walks
from index.pages import pdfium

# A word in a reference that a line's end cuts in two stands there in both forms. PDFium writes
# U+FFFE for a hyphen at a line's end, and the next line right behind it.
_CUT = re.compile(r"(\w+)(?:[-\u2010\u2011\u0002]\s*\n|[\u00ad\ufffe\u0002])\s*(\w+)")
_WORD = re.compile(r"\w+")
# Fields of a form lie in one another so deep at most.
_DEPTH = 8
_MARKED = re.compile(r"^([^\W\d_]{2,})(\d{1,2})$")


@dataclass(frozen=True, slots=True)
class Reference:
    """What one other extraction reads in a file.

    Attributes:
        text: Its words, all of which a reader could ask for.
        also: Words that may be read beside them and need not be: the forms in which a program
            shows a stored number, the numbers that it counts before list items.
    """

    text: str
    also: str = ""


def list_words(text: str) -> list[str]:
    """Return the words of a text, in order: compatibility forms and case folded.

    The mark of a note is a word by itself, whether it stands at a word or behind it.
    """
    folded = unicodedata.normalize("NFKC", text).replace("\u00ad", "").casefold()
    return [
        word
        for found in _WORD.findall(folded)
        for word in (_MARKED.findall(found) or [(found,)])[0]
    ]


def list_cut_words(text: str) -> list[tuple[str, str]]:
    """Return the words that line ends cut in two, each as its halves."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return [(match[1], match[2]) for match in _CUT.finditer(folded)]


def join_cut_words(text: str) -> list[str]:
    """Return the words that line ends cut in two, each as one."""
    return [before + after for before, after in list_cut_words(text)]


def read_references(path: Path) -> Sequence[Reference]:
    """Return what others read in a file; () for a format that nobody else reads here.

    Raises whatever the libraries raise for a file that they cannot read.
    """
    data, suffix = path.read_bytes(), path.suffix.lower()
    if suffix == ".pdf":
        logging.getLogger("pypdf").setLevel(logging.ERROR)  # it mends small faults and says so
        reader = pypdf.PdfReader(io.BytesIO(data))
        written = " ".join([*_list_written(reader), _read_by_pdfium(data, is_flat=True)])
        return [
            Reference(_read_by_pdfium(data), written),
            Reference("\n".join(page.extract_text() for page in reader.pages), written),
        ]
    walk = tree_walks.WALKS.get(suffix)
    return [Reference(*walk(data))] if walk else []


def _read_by_pdfium(data: bytes, *, is_flat: bool = False) -> str:
    with pdfium.open_document(data) as document:
        return "\n".join(_read_pages(document, is_flat))


def _read_pages(document: pypdfium2.PdfDocument, is_flat: bool) -> Iterator[str]:
    """Yield the text of each page, with what lies on it (stamps, fields, notes) if it is flat."""
    with pdfium.LOCK:
        for number in range(len(document)):
            page = document[number]
            if is_flat:
                pypdfium2.raw.FPDFPage_Flatten(page.raw, pypdfium2.raw.FLAT_NORMALDISPLAY)
                page.close()
                page = document[number]
            text = page.get_textpage()
            yield text.get_text_range()
            text.close()
            page.close()


def _list_written(reader: pypdf.PdfReader) -> Iterator[str]:
    """Yield what was filled in or typed on the pages, which neither extraction reads."""
    for page in reader.pages:
        for reference in page.get("/Annots") or ():
            annotation = reference.get_object()
            holders = [annotation]
            while (above := holders[-1].get("/Parent")) is not None and len(holders) < _DEPTH:
                holders.append(above.get_object())
            values = [holder.get(key) for holder in holders for key in ("/V", "/Opt", "/Contents")]
            yield from _list_strings([*values, annotation.get("/MK", {}).get("/CA")])


def _list_strings(values: object) -> Iterator[str]:
    """Yield the strings in values of a PDF, which may be lists of them."""
    if isinstance(values, str):
        yield values
    elif isinstance(values, list):
        for value in values:
            yield from _list_strings(value)
