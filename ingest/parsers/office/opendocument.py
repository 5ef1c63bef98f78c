"""OpenDocument files (ODT, ODS, ODP): text, sheets or slides from their one content.xml."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from zipfile import ZipFile

from lxml.etree import _Element as Element

from index.types import Metadata
from ingest.parsers.office.slides import head_notes
from ingest.parsers.office.titles import pick_title
from ingest.parsers.shared.archive import open_archive, parse_xml
from ingest.parsers.shared.collector import LAYOUT_CELL_CHARS, Collector, Piece
from ingest.parsers.shared.sheet_rows import TableBudget, convert_sheets
from ingest.text.blocks import ParsedText

ID = "opendocument@2"

_KIND = "an OpenDocument file"
_URN = "urn:oasis:names:tc:opendocument:xmlns"
_OFFICE, _TEXT, _TABLE, _DRAW, _STYLE, _PRESENTATION = (
    f"{{{_URN}:{name}:1.0}}"
    for name in ("office", "text", "table", "drawing", "style", "presentation")
)
# Changes that were deleted are kept here; indexes repeat the headings.
_LEFT_OUT_TEXT = (
    "tracked-changes note-citation ruby-text alphabetical-index illustration-index table-index "
    "user-index table-of-content bibliography page-number"
).split()
_LEFT_OUT = frozenset(
    [
        *(f"{_TEXT}{name}" for name in _LEFT_OUT_TEXT),
        *(f"{_PRESENTATION}{name}" for name in ("footer", "date-time")),
        *(f"{_OFFICE}{name}" for name in ("annotation", "forms")),
    ]
)
# Rows and columns are stored once with how often they come; styled ones up to the grid's end.
MOST_REPEATED = 1_000
MOST_EMPTY = 50
# A heading's number is free to choose, and each level makes the paths below it longer.
MOST_LEVELS = 10


def parse(data: bytes) -> ParsedText:
    """Return the text of an OpenDocument text, spreadsheet or presentation."""
    # Numbers that the program counts by itself before paragraphs are not in the file.
    with open_archive(data, _KIND) as archive:
        root = parse_xml(archive.read("content.xml"))
        walker = _ContentWalker(root)
        collector = Collector()
        body = root.find(f"{_OFFICE}body")
        (content, *_) = list(body) if body is not None else [root]
        kind = str(content.tag).removeprefix(_OFFICE)
        if kind == "presentation":
            for number, page in enumerate(content.iter(f"{_DRAW}page"), start=1):
                collector.add_page(number, walker.walk_slide(page))
        elif kind == "spreadsheet":
            collector.add_all(walker.walk_sheets(content))
        else:
            collector.add_all(walker.walk(content))
        spare_title = pick_title(_read_title(archive))
        return collector.finish(Metadata(), spare_title, kind != "spreadsheet")


def _read_title(archive: ZipFile) -> str | None:
    if "meta.xml" not in archive.namelist():
        return None
    found = parse_xml(archive.read("meta.xml")).find(".//{http://purl.org/dc/elements/1.1/}title")
    return None if found is None else found.text


class _ContentWalker:
    """Reads one content.xml."""

    def __init__(self, root: Element) -> None:
        self._budget = TableBudget()
        styles = list(root.iter(f"{_STYLE}style"))
        self._titles = {"Title"} | {
            style.get(f"{_STYLE}name", "")
            for style in styles
            if style.get(f"{_STYLE}parent-style-name") == "Title"
        }
        self._hidden = {
            style.get(f"{_STYLE}name", "")
            for style in styles
            if any(part.get(f"{_TABLE}display") == "false" for part in style)
        }

    def walk(self, container: Iterable[Element], depth: int = 0) -> Iterator[Piece]:
        """Yield the blocks in an element; `depth` is that of the lists around it."""
        for child in container:
            if child.tag in _LEFT_OUT:
                continue
            if child.tag in (f"{_TEXT}p", f"{_TEXT}h"):
                yield from self._walk_paragraph(child, depth)
            elif child.tag == f"{_TEXT}list":
                yield from self.walk(child, depth + 1)
            elif child.tag == f"{_TABLE}table":
                yield from self._walk_table(child)
            else:
                yield from self.walk(child, depth)

    def walk_slide(self, page: Element) -> Iterator[Piece]:
        """Yield a slide's title, its other frames, its notes."""
        frames = [child for child in page if child.tag != f"{_PRESENTATION}notes"]
        frames.sort(key=lambda frame: frame.get(f"{_PRESENTATION}class") != "title")
        for frame in frames:
            if frame.get(f"{_PRESENTATION}class") == "title":
                yield Piece(" ".join(piece.text for piece in self.walk(frame)), "heading", 1)
            elif frame.tag not in _LEFT_OUT:
                yield from self.walk([frame])
        for notes in page.iterchildren(f"{_PRESENTATION}notes"):
            yield from head_notes(self.walk(notes))

    def walk_sheets(self, content: Element) -> Iterator[Piece]:
        """Yield the rows of every visible sheet, each sheet under its name."""
        sheets = [
            (sheet.get(f"{_TABLE}name", ""), self._read_rows(sheet))
            for sheet in content.iterchildren(f"{_TABLE}table")
            if sheet.get(f"{_TABLE}style-name") not in self._hidden
        ]
        return convert_sheets(sheets, self._budget)

    def _walk_paragraph(self, paragraph: Element, depth: int) -> Iterator[Piece]:
        hanging: list[Element] = []
        text = _join_inline(paragraph, hanging).strip()
        if paragraph.get(f"{_TEXT}style-name") in self._titles:
            yield Piece(" ".join(text.split()), "heading", 1)
        elif paragraph.tag == f"{_TEXT}h":
            level = paragraph.get(f"{_TEXT}outline-level", "1")
            depth_below = min(int(level), MOST_LEVELS) if level.isdecimal() else 1
            yield Piece(" ".join(text.split()), "heading", 1 + depth_below)
        else:
            yield Piece(text, "item" if depth else "paragraph", depth)
        for element in hanging:
            yield from self._walk_hanging(element)

    def _walk_hanging(self, element: Element) -> Iterator[Piece]:
        """Yield a note with its number, or what is in a frame."""
        number = (element.findtext(f"{_TEXT}note-citation") or "").strip()
        for piece in self.walk(element):
            yield Piece(f"{number} {piece.text}".strip(), piece.kind, piece.level)
            number = ""

    def _walk_table(self, table: Element) -> Iterator[Piece]:
        rows = list(_find_rows(table))
        cells = [cell for row in rows for cell in row.iterchildren(f"{_TABLE}table-cell")]
        widest = max((len(row) for row in rows), default=0)
        if widest < 2 or any(map(_is_layout, cells)):
            for cell in cells:
                yield from self.walk(cell)
            return
        heads = set(table.iterfind(f"{_TABLE}table-header-rows/{_TABLE}table-row"))
        for row in rows:
            for texts in self._expand_row(row):
                self._budget.spend(texts)
                yield Piece("\t".join(texts), "row", int(row in heads))

    def _read_rows(self, table: Element) -> Iterator[list[str]]:
        for row in _find_rows(table):
            yield from self._expand_row(row)

    def _expand_row(self, row: Element) -> Iterator[list[str]]:
        """Yield a row's cells as often as the row is shown."""
        texts: list[str] = []
        for cell in row.iterchildren(f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            parts = [piece.text for piece in self.walk(cell) if piece.text]
            times = _read_repeats(cell, "columns")
            text = " ".join(" ".join(parts).split())
            texts += [text] * (times if text else min(times, MOST_EMPTY))
        yield from [texts] * (_read_repeats(row, "rows") if any(texts) else 1)


def _find_rows(container: Element) -> Iterator[Element]:
    """Yield the rows of a table, not those of a table in one of its cells."""
    for child in container:
        if child.tag == f"{_TABLE}table-row":
            yield child
        elif str(child.tag).startswith(f"{_TABLE}table-") and "row" in str(child.tag):
            yield from _find_rows(child)


def _read_repeats(element: Element, what: str) -> int:
    times = element.get(f"{_TABLE}number-{what}-repeated", "1")
    return min(int(times), MOST_REPEATED) if times.isdigit() else 1


def _is_layout(cell: Element) -> bool:
    if cell.find(f".//{_TABLE}table") is not None or cell.find(f".//{_TEXT}h") is not None:
        return True
    return len(cell) > 1 and sum(map(len, cell.itertext())) > LAYOUT_CELL_CHARS


def _join_inline(element: Element, hanging: list[Element]) -> str:
    """Return the text of a paragraph; notes and frames in it are put aside."""
    parts = [re.sub(r"\s+", " ", element.text or "")]
    for child in element:
        name = str(child.tag).removeprefix(_TEXT)
        if child.tag in _LEFT_OUT:
            pass
        elif name == "s":
            count = child.get(f"{_TEXT}c", "1")
            parts.append(" " * min(int(count) if count.isdigit() else 1, 100))
        elif name == "tab":
            parts.append(" ")
        elif name == "line-break":
            parts.append("\n")
        elif name == "note" or str(child.tag).startswith(_DRAW):
            hanging.append(child)
        else:
            parts.append(_join_inline(child, hanging))
        parts.append(re.sub(r"\s+", " ", child.tail or ""))
    return "".join(parts)
