"""Word documents (DOCX): paragraphs with their numbers, headings, lists, tables, notes."""

from __future__ import annotations

from io import BytesIO

import docx
from docx.document import Document
from docx.opc.constants import RELATIONSHIP_TYPE

from index.types import Metadata
from ingest.parsers.office.titles import useful_title
from ingest.parsers.office.word_body import Body, Notes
from ingest.parsers.office.word_numbers import Element, Numbers
from ingest.parsers.office.word_styles import Styles
from ingest.parsers.shared.archive import damage_refused, opened, xml
from ingest.parsers.shared.collector import Collector
from ingest.text.blocks import Reading

ID = "word@2"

_KIND = "a DOCX file"


def read(data: bytes) -> Reading:
    """Return the text of a Word document as it reads with all changes accepted.

    Args:
        data: The whole file.

    Returns:
        The reading. Its title is the paragraph in the style Title, else the heading that opens
        the text, else the title among the file's properties. Authors and dates in the
        properties say who saved the file and when, not who published the text: they are left out.

    Raises:
        SourceRefused: Not a DOCX file, encrypted, damaged or a ZIP bomb.
    """
    opened(data, _KIND)
    with damage_refused(_KIND):
        document = docx.Document(BytesIO(data))
        body = Body(
            Styles(document.styles.element),
            Numbers(_part(document, RELATIONSHIP_TYPE.NUMBERING)),
            Notes(
                _part(document, RELATIONSHIP_TYPE.FOOTNOTES),
                _part(document, RELATIONSHIP_TYPE.ENDNOTES),
            ),
        )
        collector = Collector()
        collector.add_all(body.pieces(document.element.body))
        spare_title = useful_title(document.core_properties.title)
        return collector.reading(Metadata(title=body.title), spare_title)


def _part(document: Document, kind: str) -> Element | None:
    try:
        part = document.part.part_related_by(kind)
    except KeyError:
        return None
    return xml(part.blob)
