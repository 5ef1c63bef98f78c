"""Word documents (DOCX): paragraphs with their numbers, headings, lists, tables, notes."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn

from index.types import Metadata
from ingest.parsers.office.word.body import WordBody, WordNotes
from ingest.parsers.office.word.headings import find_bold_headings
from ingest.parsers.office.word.numbers import Element, WordNumbers
from ingest.parsers.office.word.parts import OtherParts
from ingest.parsers.office.word.runs import RunStyles
from ingest.parsers.office.word.styles import ParagraphStyles
from ingest.parsers.shared.archive import open_archive, parse_xml
from ingest.parsers.shared.collector import Collector
from ingest.parsers.shared.left_out import LeftOut
from ingest.parsers.shared.titles import pick_title
from ingest.text.blocks import ParsedText

ID = "word@5"

_KIND = "a DOCX file"


def parse(data: bytes) -> ParsedText:
    """Return the text of a Word document as it reads with all changes accepted."""
    return _parse(data, _parse_inserted)


def _parse_inserted(data: bytes) -> ParsedText:
    return _parse(data, None)


def _parse(data: bytes, parse_inserted: Callable[[bytes], ParsedText] | None) -> ParsedText:
    # Authors and dates in the properties say who saved the file and when, not who published the
    # text: they are left out.
    with open_archive(data, _KIND):
        document = docx.Document(BytesIO(data))
        footnotes = _load_part(document, RELATIONSHIP_TYPE.FOOTNOTES)
        endnotes = _load_part(document, RELATIONSHIP_TYPE.ENDNOTES)
        numbers = WordNumbers(_load_part(document, RELATIONSHIP_TYPE.NUMBERING))
        styles = ParagraphStyles(document.styles.element)
        left_out = LeftOut()
        has_background = document.element.find(qn("w:background")) is not None
        runs = RunStyles(document.styles.element, left_out, has_background)
        parts = OtherParts(document.part.rels, left_out, parse_inserted)
        body = WordBody(styles, runs, numbers, WordNotes(footnotes, endnotes), parts)
        collector = Collector()
        collector.add_all(find_bold_headings(body.walk(document.element.body)))
        spare_title = pick_title(document.core_properties.title)
        return left_out.say_on(collector.finish(Metadata(title=body.title), spare_title))


def _load_part(document: Document, kind: str) -> Element | None:
    try:
        part = document.part.part_related_by(kind)
    except KeyError:
        return None
    return parse_xml(part.blob)
