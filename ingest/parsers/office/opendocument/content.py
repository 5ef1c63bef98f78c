"""The content of an OpenDocument file in reading order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from lxml.etree import _Element as Element

from ingest.parsers.office.opendocument.inline import LEFT_OUT, InlineReader
from ingest.parsers.office.opendocument.looks import (
    DRAW,
    PRESENTATION,
    TABLE,
    TEXT,
    Looks,
)  # fmt: skip
from ingest.parsers.office.opendocument.numbers import OpenDocumentNumbers
from ingest.parsers.office.opendocument.objects import EmbeddedObjects
from ingest.parsers.office.opendocument.tables import TableReader, find_rows, is_layout
from ingest.parsers.office.slides import head_notes
from ingest.parsers.shared.collector import Piece
from ingest.parsers.shared.left_out import LeftOut
from ingest.parsers.shared.sheet_rows import TableBudget, convert_sheets

# A heading's number is free to choose, and each level makes the paths below it longer.
MOST_LEVELS = 10


class ContentWalker:
    """Reads one content.xml: text, sheets or slides."""

    def __init__(
        self, roots: Sequence[Element], objects: EmbeddedObjects, left_out: LeftOut
    ) -> None:
        self._objects = objects
        self._budget = TableBudget()
        self._numbers = OpenDocumentNumbers(roots)
        self.looks = Looks(roots, left_out)
        self._inline = InlineReader(self.looks, objects, left_out)
        self._tables = TableReader(self.looks, self.walk)

    def walk(self, container: Iterable[Element], depth: int = 0) -> Iterator[Piece]:
        """Yield the blocks in an element; `depth` is that of the lists around it."""
        for child in container:
            if child.tag in LEFT_OUT or self.looks.hides(child):
                continue
            if child.tag in (f"{TEXT}p", f"{TEXT}h"):
                yield from self._walk_paragraph(child, depth)
            elif child.tag == f"{TEXT}list":
                with self._numbers.in_list(child):
                    yield from self.walk(child, depth + 1)
            elif child.tag in (f"{TEXT}list-item", f"{TEXT}list-header"):
                self._numbers.open_item(child if child.tag == f"{TEXT}list-item" else None)
                yield from self.walk(child, depth)
            elif child.tag == f"{TABLE}table":
                yield from self._walk_table(child)
            elif child.tag == f"{DRAW}frame" and (formula := self._objects.read_formula(child)):
                yield Piece(formula)
            else:
                yield from self.walk(child, depth)

    def walk_slide(self, page: Element) -> Iterator[Piece]:
        """Yield a slide's title, its other frames, its notes."""
        frames = [child for child in page if child.tag != f"{PRESENTATION}notes"]
        frames.sort(key=lambda frame: frame.get(f"{PRESENTATION}class") != "title")
        for frame in frames:
            if self.looks.hides(frame):
                continue
            if frame.get(f"{PRESENTATION}class") == "title":
                yield Piece(" ".join(piece.text for piece in self.walk(frame)), "heading", 1)
            else:
                yield from self.walk([frame])
        for notes in page.iterchildren(f"{PRESENTATION}notes"):
            yield from head_notes(self.walk(notes))

    def walk_sheets(self, content: Element) -> Iterator[Piece]:
        """Yield the rows of every visible sheet, each sheet under its name."""
        sheets = [
            (sheet.get(f"{TABLE}name", ""), (row for _, row in self._tables.read_grid(sheet)))
            for sheet in content.iterchildren(f"{TABLE}table")
            if not self.looks.hides_table(sheet)
        ]
        return convert_sheets(sheets, self._budget)

    def _walk_paragraph(self, paragraph: Element, depth: int) -> Iterator[Piece]:
        text, hanging = self._inline.read(paragraph)
        number = self._numbers.take() if depth else ""
        text = f"{number} {text}" if number and text else text
        if self.looks.is_title(paragraph):
            yield Piece(" ".join(text.split()), "heading", 1)
        elif paragraph.tag == f"{TEXT}h":
            level = paragraph.get(f"{TEXT}outline-level", "1")
            depth_below = min(int(level), MOST_LEVELS) if level.isdecimal() else 1
            yield Piece(" ".join(text.split()), "heading", 1 + depth_below)
        else:
            yield Piece(text, "item" if depth else "paragraph", depth)
        for element in hanging:
            yield from self._walk_hanging(element)

    def _walk_hanging(self, element: Element) -> Iterator[Piece]:
        """Yield a note with its number, or what is in a frame."""
        number = (element.findtext(f"{TEXT}note-citation") or "").strip()
        for piece in self.walk(element):
            yield Piece(f"{number} {piece.text}".strip(), piece.kind, piece.level)
            number = ""

    def _walk_table(self, table: Element) -> Iterator[Piece]:
        if self.looks.hides_table(table):
            return
        rows = list(find_rows(table))
        shown = [row for row in rows if not self.looks.hides_row(row)]
        cells = [cell for row in shown for cell in row.iterchildren(f"{TABLE}table-cell")]
        widest = max((len(row) for row in rows), default=0)
        if widest < 2 or any(map(is_layout, cells)):
            for cell in cells:
                yield from self.walk(cell)
            return
        heads = set(table.iterfind(f"{TABLE}table-header-rows/{TABLE}table-row"))
        for row, texts in self._tables.read_grid(table):
            self._budget.spend(texts)
            yield Piece("\t".join(texts), "row", int(row in heads))
