"""The body of a Word document in reading order: changes accepted, hidden text left out."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.parsers.office.word.headings import BOLD, may_head
from ingest.parsers.office.word.numbers import (
    Element,
    W,
    WordNumbers,
)  # fmt: skip
from ingest.parsers.office.word.parts import OtherParts
from ingest.parsers.office.word.runs import RunLook, RunStyles, read_switch
from ingest.parsers.office.word.styles import ParagraphStyle, ParagraphStyles
from ingest.parsers.office.word.tables import (
    find_children,
    find_merges,
    find_spans,
    is_header,
    place_cells,
    read_merge,
)  # fmt: skip
from ingest.parsers.office.word.text import LEFT_OUT, ParagraphText, is_placeholder, read_text
from ingest.parsers.shared.collector import LAYOUT_CELL_CHARS, Piece
from ingest.parsers.shared.left_out import HIDDEN
from ingest.parsers.shared.row_groups import repeat_groups
from ingest.parsers.shared.sheet_rows import expand_row, join_heads, repeat_merged

# Below a title every heading stands one level deeper.
_TITLE_LEVEL = 1
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


class WordNotes:
    """Footnotes and endnotes by kind and id."""

    def __init__(self, footnotes: Element | None, endnotes: Element | None) -> None:
        self._notes: dict[tuple[str, str], Element] = {}
        for kind, part in (("footnote", footnotes), ("endnote", endnotes)):
            for note in () if part is None else part.iter(f"{W}{kind}"):
                self._notes[kind, note.get(f"{W}id", "")] = note
        self._counts = {"footnote": 0, "endnote": 0}

    def take(self, kind: str, name: str, is_counted: bool) -> tuple[int, Element] | None:
        """Return a note that is referred to now and its number, 0 if it has a sign of its own."""
        note = self._notes.pop((kind, name), None)
        if note is None:
            return None
        self._counts[kind] += is_counted
        return self._counts[kind] if is_counted else 0, note


class WordBody:
    """Reads one document."""

    def __init__(
        self,
        styles: ParagraphStyles,
        runs: RunStyles,
        numbers: WordNumbers,
        notes: WordNotes,
        parts: OtherParts,
    ) -> None:
        self.title: str | None = None  # of the first paragraph in the style Title that was read
        self._styles = styles
        self._runs = runs
        self._parts = parts
        self._numbers = numbers
        self._notes = notes
        # Of a paragraph whose end mark was deleted, which joins it to the next one.
        self._unfinished = ""

    def walk(self, container: Element) -> Iterator[Piece]:
        """Yield the blocks in a body, cell, text box or note, in order."""
        for element in _find_blocks(container):
            if element.tag == f"{W}p":
                yield from self._walk_paragraph(element)
                continue
            yield from self._flush()
            if element.tag == f"{W}tbl":
                yield from self._walk_table(element)
            else:
                yield from self._parts.walk_chunk(element.get(RELATION, ""))
        yield from self._flush()

    def _flush(self) -> Iterator[Piece]:
        """Yield the text of a paragraph that no other one follows to join it."""
        if text := self._unfinished.strip():
            yield Piece(text)
        self._unfinished = ""

    def _walk_paragraph(self, paragraph: Element) -> Iterator[Piece]:
        style = self._styles.find(paragraph)
        if style.is_contents:
            return
        look = self._runs.at(paragraph)
        line = read_text(paragraph, look)
        text = self._unfinished + line.text
        self._unfinished = ""
        if paragraph.find(f"{W}pPr/{W}rPr/{W}del") is not None:
            self._unfinished = text
        elif text.strip():
            piece = self._make_piece(text.strip(), style)
            is_bold = line.is_bold and piece.kind == "paragraph" and may_head(piece.text)
            yield piece._replace(level=BOLD) if is_bold else piece
        elif not _is_gone(paragraph, look):
            self._count(style)  # Word shows it, and counts on
        for box in line.boxes:
            yield from self.walk(box)
        for diagram in line.diagrams:
            yield from self._parts.walk_diagram(diagram)
        for chart in line.charts:
            yield from self._parts.walk_chart(chart)
        yield from self._walk_notes(line)

    def _make_piece(self, text: str, style: ParagraphStyle) -> Piece:
        if style.is_title:
            self.title = self.title or " ".join(text.split())
            return Piece(" ".join(text.split()), "heading", _TITLE_LEVEL)
        number, depth = self._count(style)
        numbered = f"{number} {text}" if number else text
        if style.outline:
            return Piece(" ".join(numbered.split()), "heading", style.outline + _TITLE_LEVEL)
        if number is None and not style.name.startswith("list "):
            return Piece(text)
        return Piece(numbered, "item", depth + 1)

    def _count(self, style: ParagraphStyle) -> tuple[str | None, int]:
        """Return what stands before a paragraph, "" for a bullet, and its depth from 0."""
        if style.number in ("", "0"):
            return None, 0
        depth = style.depth
        if depth is None:
            depth = self._numbers.find_depth(style.number, style.id)
        return self._numbers.count(style.number, depth), depth

    def _walk_notes(self, line: ParagraphText) -> Iterator[Piece]:
        for mark in line.notes:
            found = self._notes.take(mark.kind, mark.name, not mark.has_own_sign)
            if found is None or mark.is_struck:
                continue
            number, note = found
            for piece in self.walk(note):
                yield Piece(f"{number} {piece.text}" if number else piece.text)
                number = 0

    def _walk_table(self, table: Element) -> Iterator[Piece]:
        rows = [
            [cell for cell in find_children(row, "tc") if cell.find(f"{W}tcPr/{W}cellDel") is None]
            for row in self._find_rows(table)
        ]
        every_cell = [cell for cells in rows for cell in cells]
        rows = [cells for cells in rows if cells]
        if max(map(len, rows), default=0) < 2 or any(map(self._is_layout, every_cell)):
            for cell in every_cell:
                yield from self.walk(cell)
            return
        notes: list[list[Piece]] = [[] for _ in rows]
        grid = {
            number: {at: self._join_cell(cell, notes[number]) for at, cell in place_cells(cells)}
            for number, cells in enumerate(rows)
        }
        first = list(grid[0].values())
        heads = len(rows) > 1 and is_header(table, rows[0], first)
        repeat_merged(grid, find_merges(rows), (), ())
        join_heads(grid, find_spans(rows), ())
        repeat_groups(grid, find_spans(rows), ())
        top = min(grid)
        for number in range(len(rows)):
            if number in grid:
                row = expand_row(grid[number], ())
                yield Piece("\t".join(row), "row", int(heads and number == top))
            # Those of a row that was joined with the one below stand before it.
            yield from notes[number]

    def _find_rows(self, table: Element) -> Iterator[Element]:
        """Yield the rows that are shown: not deleted, not hidden."""
        hides = self._runs.hides_rows(self._runs.find_table_style(table))
        for row in find_children(table, "tr"):
            properties = row.find(f"{W}trPr")
            hidden = None if properties is None else read_switch(properties, "hidden")
            deleted = properties is not None and properties.find(f"{W}del") is not None
            if hides if hidden is None else hidden:
                words = (part.text or "" for part in row.iter(f"{W}t"))
                self._runs.left_out.add(HIDDEN, " ".join(words))
            elif not deleted:
                yield row

    def _is_layout(self, cell: Element) -> bool:
        if cell.find(f".//{W}tbl") is not None:
            return True
        paragraphs = list(cell.iter(f"{W}p"))
        if any(self._styles.find(paragraph).outline for paragraph in paragraphs):
            return True
        chars = sum(len(text.text or "") for text in cell.iter(f"{W}t"))
        return len(paragraphs) > 1 and chars > LAYOUT_CELL_CHARS

    def _join_cell(self, cell: Element, notes: list[Piece]) -> str:
        """Return a cell's text on one line; a cell merged into the one above has none."""
        if read_merge(cell) == "continue":
            return ""
        texts = []
        for paragraph in _find_blocks(cell):
            if paragraph.tag == f"{W}altChunk":
                chunk = self._parts.walk_chunk(paragraph.get(RELATION, ""))
                texts += [piece.text for piece in chunk]
                continue
            line = read_text(paragraph, self._runs.at(paragraph))
            style = self._styles.find(paragraph)
            texts.append(self._make_piece(line.text, style).text if line.text.strip() else "")
            texts += [piece.text for box in line.boxes for piece in self.walk(box)]
            for diagram in line.diagrams:
                texts += [piece.text for piece in self._parts.walk_diagram(diagram)]
            for chart in line.charts:
                texts += [piece.text for piece in self._parts.walk_chart(chart)]
            notes += self._walk_notes(line)
        return " ".join(" ".join(texts).split())


def _find_blocks(container: Element) -> Iterator[Element]:
    """Yield paragraphs and tables, also those in content controls and inserted ranges."""
    for child in container:
        is_contents = child.tag == f"{W}sdt" and _is_contents(child)
        if child.tag in (f"{W}p", f"{W}tbl", f"{W}altChunk"):
            yield child
        elif not (is_contents or _is_passed_over(child)):
            yield from _find_blocks(child)


def _is_passed_over(element: Element) -> bool:
    tag = str(element.tag)
    return tag in LEFT_OUT or tag.endswith("}Fallback") or is_placeholder(element)


def _is_contents(control: Element) -> bool:
    gallery = control.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
    return gallery is not None and gallery.get(f"{W}val") == "Table of Contents"


def _is_gone(paragraph: Element, look: RunLook) -> bool:
    """Return whether the mark at a paragraph's end was moved away or is hidden."""
    mark = paragraph.find(f"{W}pPr/{W}rPr")
    moved = mark is not None and mark.find(f"{W}moveFrom") is not None
    return moved or look.see(mark).is_hidden
