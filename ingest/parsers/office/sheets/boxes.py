"""Text boxes and shapes that lie on a workbook's sheet."""

from __future__ import annotations

from collections.abc import Iterator
from zipfile import ZipFile

from lxml.etree import _Element as Element
from openpyxl.packaging.relationship import get_dependents, get_rels_path

from ingest.parsers.office.slides import read_line
from ingest.parsers.shared.archive import parse_xml
from ingest.parsers.shared.left_out import LeftOut

_SHEET = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def read_boxes(archive: ZipFile, sheet: str, left_out: LeftOut) -> Iterator[str]:
    """Yield the paragraphs in the text boxes of a sheet, in the order in which they lie."""
    relations = get_rels_path(sheet)  # type: ignore[no-untyped-call]
    if relations not in archive.namelist():
        return
    for relation in get_dependents(archive, relations):
        if relation.Type.endswith("/drawing") and relation.target in archive.namelist():
            for shape in parse_xml(archive.read(relation.target)).iter(f"{_SHEET}sp"):
                yield from _read_shape(shape, left_out)


def _read_shape(shape: Element, left_out: LeftOut) -> Iterator[str]:
    properties = shape.find(f"{_SHEET}nvSpPr/{_SHEET}cNvPr")
    if properties is not None and properties.get("hidden") in ("1", "true"):
        left_out.add("hidden shapes")
        return
    for paragraph in shape.iterfind(f"{_SHEET}txBody/{_A}p"):
        if text := read_line(paragraph, left_out).strip():
            yield text
