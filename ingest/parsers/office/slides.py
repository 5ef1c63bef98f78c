"""PowerPoint presentations (PPTX): a slide is a page, its title a heading, its notes below it."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pptx
from lxml import etree
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.slide import Slide

from index.types import Metadata
from ingest.parsers.office.titles import useful_title
from ingest.parsers.shared.archive import damage_refused, opened, xml
from ingest.parsers.shared.collector import Collector, Piece
from ingest.text.blocks import Reading

ID = "slides@1"
# As PowerPoint calls it; a heading, so that what is said there is never taken for the slide.
NOTES = "Notes"

_KIND = "a PPTX file"
_FURNITURE = frozenset(
    [
        PP_PLACEHOLDER.DATE,
        PP_PLACEHOLDER.FOOTER,
        PP_PLACEHOLDER.HEADER,
        PP_PLACEHOLDER.SLIDE_NUMBER,
        PP_PLACEHOLDER.SLIDE_IMAGE,
    ]
)
_TITLES = frozenset(
    [PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE, PP_PLACEHOLDER.VERTICAL_TITLE]
)
_LISTS = frozenset([PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT, PP_PLACEHOLDER.VERTICAL_BODY])
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_DATA = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}dm"


def read(data: bytes) -> Reading:
    """Return the text of a presentation, slide by slide.

    Args:
        data: The whole file.

    Returns:
        The reading; page numbers are those of the slides, hidden ones counted but left out.

    Raises:
        SourceRefused: Not a PPTX file, encrypted, damaged or a ZIP bomb.
    """
    opened(data, _KIND)
    with damage_refused(_KIND):
        presentation = pptx.Presentation(BytesIO(data))
        collector = Collector()
        for number, slide in enumerate(presentation.slides, start=1):
            if slide._element.get("show") not in ("0", "false"):
                collector.add_page(number, _slide(slide))
        return collector.reading(Metadata(), useful_title(presentation.core_properties.title))


def _slide(slide: Slide) -> Iterator[Piece]:
    shapes = list(_flat(slide.shapes))
    titles = [shape for shape in shapes if _placeholder(shape) in _TITLES]
    for shape in titles:
        yield Piece(_line(shape.text_frame.text), "heading", 1)
    for shape in shapes:
        if shape not in titles and _placeholder(shape) not in _FURNITURE:
            yield from _shape(shape)
    if slide.has_notes_slide and (frame := slide.notes_slide.notes_text_frame):
        notes = [Piece(paragraph.text) for paragraph in frame.paragraphs if paragraph.text.strip()]
        if notes:
            yield Piece(NOTES, "heading", 2)
            yield from notes


# python-pptx has a class for each kind of shape and no common one that says what it holds.
def _flat(shapes: Any) -> Iterator[Any]:  # noqa: ANN401
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _flat(shape.shapes)
        else:
            yield shape


def _placeholder(shape: Any) -> PP_PLACEHOLDER | None:  # noqa: ANN401
    return shape.placeholder_format.type if shape.is_placeholder else None


def _shape(shape: Any) -> Iterator[Piece]:  # noqa: ANN401
    if getattr(shape, "has_table", False):
        table = shape.table
        for position, row in enumerate(table.rows):
            cells = ["" if cell.is_spanned else _line(cell.text) for cell in row.cells]
            yield Piece("\t".join(cells), "row", int(table.first_row and position == 0))
    elif shape.has_text_frame:
        listed = _placeholder(shape) in _LISTS
        for paragraph in shape.text_frame.paragraphs:
            if listed or paragraph.level or _has_bullet(paragraph):
                yield Piece(paragraph.text, "item", paragraph.level + 1)
            else:
                yield Piece(paragraph.text)
    elif (relations := shape._element.find(f".//{_DIAGRAM}relIds")) is not None:
        yield from _diagram(shape.part.related_part(relations.get(_DATA)).blob)


def _has_bullet(paragraph: Any) -> bool:  # noqa: ANN401
    properties = paragraph._p.find(f"{_A}pPr")
    return properties is not None and any(
        properties.find(f"{_A}{name}") is not None for name in ("buChar", "buAutoNum")
    )


def _diagram(data: bytes) -> Iterator[Piece]:
    """Yield the texts of SmartArt, in the order in which they were written."""
    points: Iterator[etree._Element] = xml(data).iter(f"{_DIAGRAM}t")
    for point in points:
        for paragraph in point.iter(f"{_A}p"):
            yield Piece("".join(text.text or "" for text in paragraph.iter(f"{_A}t")), "item", 1)


def _line(text: str) -> str:
    return " ".join(text.split())
