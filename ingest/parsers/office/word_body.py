"""The body of a Word document in reading order: changes accepted, hidden text left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ingest.parsers.office.word_numbers import Element, ListNumbers, W, read_value
from ingest.parsers.office.word_styles import ParagraphStyle, ParagraphStyles
from ingest.parsers.shared.collector import LAYOUT_CELL_CHARS, Piece
from ingest.parsers.shared.superscript import LAST_PARTS, render_power, render_superscript

# Below a title every heading stands one level deeper.
_TITLE_LEVEL = 1

_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_LEFT_OUT_NAMES = (
    "del moveFrom delText instrText pPr rPr rt sdtPr sdtEndPr tblPr tblGrid trPr tcPr footnoteRef "
    "endnoteRef"
)
_LEFT_OUT = frozenset(f"{W}{name}" for name in _LEFT_OUT_NAMES.split())
_SIGNS = {"tab": " ", "ptab": " ", "cr": "\n", "noBreakHyphen": "-"}


class WordNotes:
    """Footnotes and endnotes by kind and id."""

    def __init__(self, footnotes: Element | None, endnotes: Element | None) -> None:
        self._notes: dict[tuple[str, str], Element] = {}
        for kind, part in (("footnote", footnotes), ("endnote", endnotes)):
            for note in () if part is None else part.iter(f"{W}{kind}"):
                self._notes[kind, note.get(f"{W}id", "")] = note
        self._counts = {"footnote": 0, "endnote": 0}

    def take(self, kind: str, name: str) -> tuple[int, Element] | None:
        """Return a note that is referred to now and its number; None if it is not there."""
        note = self._notes.pop((kind, name), None)
        if note is None:
            return None
        self._counts[kind] += 1
        return self._counts[kind], note


@dataclass(slots=True)
class _ParagraphText:
    """A paragraph's text with what hangs on it: notes that it refers to, and text boxes."""

    parts: list[str] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.parts)

    def add(self, children: Iterable[Element]) -> None:
        """Append what stands in an element, which is the iterable of its children."""
        for child in children:
            name = str(child.tag).removeprefix(W)
            if child.tag in _LEFT_OUT:
                continue
            if name == "t" or child.tag == f"{_MATH}t":
                self.parts.append(child.text or "")
            elif name in _SIGNS:
                self.parts.append(_SIGNS[name])
            elif name == "br":
                self.parts.append("\n")
            elif name == "r":
                self._add_run(child)
            elif name in ("footnoteReference", "endnoteReference"):
                self.notes.append((name.removesuffix("Reference"), child.get(f"{W}id", "")))
            elif child.tag == f"{_MATH}sup":
                self.parts.append(render_power(_read_text(child).text))
            elif child.tag == f"{_MATH}den":
                self.parts.append("/")
                self.add(child)
            elif name == "txbxContent":
                self.boxes.append(child)
            elif str(child.tag).endswith("}AlternateContent"):
                # The same once more for older programs.
                self.add([child[0]] if len(child) else [])
            else:
                self.add(child)

    def _add_run(self, run: Element) -> None:
        properties = run.find(f"{W}rPr")
        if properties is not None and _is_on(properties, "vanish"):
            return
        if properties is not None and read_value(properties, "vertAlign") == "superscript":
            inner, before = _read_text(run), "".join(self.parts[-LAST_PARTS:])
            self.parts.append(render_superscript(inner.text, before, linked=False))
            self.notes += inner.notes
        else:
            self.add(run)


def _read_text(element: Iterable[Element]) -> _ParagraphText:
    read = _ParagraphText()
    read.add(element)
    return read


class WordBody:
    """Reads one document."""

    def __init__(self, styles: ParagraphStyles, numbers: ListNumbers, notes: WordNotes) -> None:
        self.title: str | None = None  # of the first paragraph in the style Title that was read
        self._styles = styles
        self._numbers = numbers
        self._notes = notes
        # Of a paragraph whose end mark was deleted, which joins it to the next one.
        self._unfinished = ""

    def walk(self, container: Element) -> Iterator[Piece]:
        """Yield the blocks in a body, cell, text box or note, in order."""
        for element in _find_blocks(container):
            if element.tag == f"{W}p":
                yield from self._walk_paragraph(element)
            else:
                yield from self._flush()
                yield from self._walk_table(element)
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
        line = _read_text(paragraph)
        text = self._unfinished + line.text
        self._unfinished = ""
        if paragraph.find(f"{W}pPr/{W}rPr/{W}del") is not None:
            self._unfinished = text
        elif text.strip():
            yield self._make_piece(text.strip(), style)
        elif paragraph.find(f"{W}pPr/{W}rPr/{W}moveFrom") is None:
            self._count(style)  # Word shows it, and counts on
        for box in line.boxes:
            yield from self.walk(box)
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

    def _walk_notes(self, line: _ParagraphText) -> Iterator[Piece]:
        for kind, name in line.notes:
            if (found := self._notes.take(kind, name)) is None:
                continue
            number, note = found
            for piece in self.walk(note):
                yield Piece(f"{number} {piece.text}" if number else piece.text)
                number = 0

    def _walk_table(self, table: Element) -> Iterator[Piece]:
        kept = [row for row in _find_children(table, "tr") if row.find(f"{W}trPr/{W}del") is None]
        rows = [list(_find_children(row, "tc")) for row in kept]
        every_cell = [cell for cells in rows for cell in cells]
        if max(map(len, rows), default=0) < 2 or any(map(self._is_layout, every_cell)):
            for cell in every_cell:
                yield from self.walk(cell)
            return
        for position, cells in enumerate(rows):
            notes: list[Piece] = []
            texts = [self._join_cell(cell, notes) for cell in cells]
            heads = position == 0 and len(rows) > 1 and _is_header(table, cells, texts)
            yield Piece("\t".join(texts), "row", int(heads))
            yield from notes

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
        merged = cell.find(f"{W}tcPr/{W}vMerge")
        if merged is not None and merged.get(f"{W}val") != "restart":
            return ""
        texts = []
        for paragraph in _find_blocks(cell):
            line = _read_text(paragraph)
            style = self._styles.find(paragraph)
            texts.append(self._make_piece(line.text, style).text if line.text.strip() else "")
            texts += [piece.text for box in line.boxes for piece in self.walk(box)]
            notes += self._walk_notes(line)
        return " ".join(" ".join(texts).split())


def _find_blocks(container: Element) -> Iterator[Element]:
    """Yield paragraphs and tables, also those in content controls and inserted ranges."""
    for child in container:
        is_contents = child.tag == f"{W}sdt" and _is_contents(child)
        if child.tag in (f"{W}p", f"{W}tbl"):
            yield child
        elif not (is_contents or child.tag in _LEFT_OUT or str(child.tag).endswith("}Fallback")):
            yield from _find_blocks(child)


def _find_children(element: Element, name: str) -> Iterator[Element]:
    """Yield rows of a table or cells of a row, also those in content controls."""
    for child in element:
        if child.tag == f"{W}{name}":
            yield child
        elif str(child.tag).removeprefix(W) in ("sdt", "sdtContent", "ins", "moveTo", "customXml"):
            yield from _find_children(child, name)


def _is_header(table: Element, cells: list[Element], texts: list[str]) -> bool:
    """Return whether the first row names the columns: marked as such, and no cell is empty."""
    row = cells[0].getparent() if cells else None
    if row is not None and row.find(f"{W}trPr/{W}tblHeader") is not None:
        return True
    look = table.find(f"{W}tblPr/{W}tblLook")
    marked = look is not None and (
        look.get(f"{W}firstRow") == "1" or _parse_hexadecimal(look.get(f"{W}val", "")) & 0x20 > 0
    )
    return marked and all(texts) and len(texts) > 1


def _parse_hexadecimal(text: str) -> int:
    try:
        return int(text or "0", 16)
    except ValueError:
        return 0


def _is_contents(control: Element) -> bool:
    gallery = control.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
    return gallery is not None and gallery.get(f"{W}val") == "Table of Contents"


def _is_on(properties: Element, name: str) -> bool:
    switch = properties.find(f"{W}{name}")
    return switch is not None and switch.get(f"{W}val", "1") not in ("0", "false", "off")
