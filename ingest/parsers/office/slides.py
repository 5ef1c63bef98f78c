"""PowerPoint presentations (PPTX): a slide is a page, its title a heading, its notes below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

import pptx
from pptx.enum.shapes import PP_PLACEHOLDER as Placeholder
from pptx.slide import Slide

from index.types import Metadata
from ingest.parsers.office.titles import pick_title
from ingest.parsers.shared.archive import open_archive, parse_xml
from ingest.parsers.shared.collector import Collector, Piece
from ingest.text.blocks import ParsedText

ID = "slides@1"

_KIND = "a PPTX file"
_FURNITURE = {
    Placeholder.DATE, Placeholder.FOOTER, Placeholder.HEADER, Placeholder.SLIDE_NUMBER,
    Placeholder.SLIDE_IMAGE,
}  # fmt: skip
_TITLES = {Placeholder.TITLE, Placeholder.CENTER_TITLE, Placeholder.VERTICAL_TITLE}
_LISTS = {Placeholder.BODY, Placeholder.OBJECT, Placeholder.VERTICAL_BODY}
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_DATA = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}dm"


def parse(data: bytes) -> ParsedText:
    """Return the text of a presentation, slide by slide; hidden ones are counted but left out."""
    with open_archive(data, _KIND):
        presentation = pptx.Presentation(BytesIO(data))
        collector = Collector()
        for number, slide in enumerate(presentation.slides, start=1):
            if slide._element.get("show") not in ("0", "false"):
                collector.add_page(number, _walk_slide(slide))
        return collector.finish(Metadata(), pick_title(presentation.core_properties.title))


def _walk_slide(slide: Slide) -> Iterator[Piece]:
    shapes = list(_flatten_groups(slide.shapes))
    titles = [shape for shape in shapes if _placeholder(shape) in _TITLES]
    for shape in titles:
        yield Piece(_line(shape.text_frame.text), "heading", 1)
    for shape in shapes:
        if shape not in titles and _placeholder(shape) not in _FURNITURE:
            yield from _walk_shape(shape)
    if slide.has_notes_slide and (frame := slide.notes_slide.notes_text_frame):
        yield from head_notes(Piece(paragraph.text) for paragraph in frame.paragraphs)


def head_notes(notes: Iterable[Piece]) -> Iterator[Piece]:
    """Yield a speaker's notes under a heading, so that they are never taken for the slide."""
    said = [piece for piece in notes if piece.text.strip()]
    if said:
        yield Piece("Notes", "heading", 2)  # as PowerPoint calls them
        yield from said


# python-pptx has a class for each kind of shape and no common one that says what it holds.
def _flatten_groups(shapes: Any) -> Iterator[Any]:  # noqa: ANN401
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _flatten_groups(shape.shapes)
        else:
            yield shape


def _placeholder(shape: Any) -> Placeholder | None:  # noqa: ANN401
    return shape.placeholder_format.type if shape.is_placeholder else None


def _walk_shape(shape: Any) -> Iterator[Piece]:  # noqa: ANN401
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
        yield from _walk_diagram(shape.part.related_part(relations.get(_DATA)).blob)


def _has_bullet(paragraph: Any) -> bool:  # noqa: ANN401
    properties = paragraph._p.find(f"{_A}pPr")
    return properties is not None and any(
        properties.find(f"{_A}{name}") is not None for name in ("buChar", "buAutoNum")
    )


def _walk_diagram(data: bytes) -> Iterator[Piece]:
    """Yield the texts of SmartArt, in the order in which they were written."""
    for point in parse_xml(data).iter(f"{_DIAGRAM}t"):
        for paragraph in point.iter(f"{_A}p"):
            yield Piece("".join(text.text or "" for text in paragraph.iter(f"{_A}t")), "item", 1)


def _line(text: str) -> str:
    return " ".join(text.split())
