"""The body of a Word document in reading order: changes accepted, hidden text left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ingest.parsers.office.word_numbers import Element, Numbers, W, value
from ingest.parsers.office.word_styles import Style, Styles
from ingest.parsers.shared.collector import Piece
from ingest.parsers.shared.superscript import power, raised

# A cell with more text than this in several paragraphs was made for layout.
LAYOUT_CELL_CHARS = 600
# What stands before a raised character is looked at, not the whole line again for each.
LAST_PARTS = 3
# Below a title every heading stands one level deeper.
_TITLE_LEVEL = 1

_MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_LEFT_OUT = frozenset(
    f"{W}{name}"
    for name in (
        [
            "del",
            "moveFrom",
            "delText",
            "instrText",
            "pPr",
            "rPr",
            "rt",
            "sdtPr",
            "sdtEndPr",
            "tblPr",
            "tblGrid",
            "trPr",
            "tcPr",
            "footnoteRef",
            "endnoteRef",
        ]
    )
)
_SIGNS = {"tab": " ", "ptab": " ", "cr": "\n", "noBreakHyphen": "-"}


class Notes:
    """Footnotes and endnotes by kind and id."""

    def __init__(self, footnotes: Element | None, endnotes: Element | None) -> None:
        self._notes: dict[tuple[str, str], Element] = {}
        for kind, part in (("footnote", footnotes), ("endnote", endnotes)):
            for note in () if part is None else part.iter(f"{W}{kind}"):
                self._notes[kind, note.get(f"{W}id", "")] = note
        self._counts = {"footnote": 0, "endnote": 0}

    def next(self, kind: str, name: str) -> tuple[int, Element] | None:
        """Return a note that is referred to now and its number; None if it is not there."""
        note = self._notes.pop((kind, name), None)
        if note is None:
            return None
        self._counts[kind] += 1
        return self._counts[kind], note


@dataclass(slots=True)
class _Line:
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
                self._add_power(child)
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
        if properties is not None and value(properties, "vertAlign") == "superscript":
            self._add_raised(run)
        else:
            self.add(run)

    def _add_power(self, element: Element) -> None:
        inner = _Line()
        inner.add(element)
        self.parts.append(power(inner.text))

    def _add_raised(self, element: Element) -> None:
        inner = _Line()
        inner.add(element)
        self.parts.append(raised(inner.text, "".join(self.parts[-LAST_PARTS:]), linked=False))
        self.notes += inner.notes


class Body:
    """Reads one document.

    Args:
        styles: Its paragraph styles.
        numbers: Its lists, not counted yet.
        notes: Its notes, none of them referred to yet.

    Attributes:
        title: The text of the first paragraph in the style Title, once it was read.
    """

    def __init__(self, styles: Styles, numbers: Numbers, notes: Notes) -> None:
        self.title: str | None = None
        self._styles = styles
        self._numbers = numbers
        self._notes = notes
        # Of a paragraph whose end mark was deleted, which joins it to the next one.
        self._unfinished = ""

    def pieces(self, container: Element) -> Iterator[Piece]:
        """Yield the blocks in a body, cell, text box or note, in order."""
        for element in _blocks(container):
            if element.tag == f"{W}p":
                yield from self._paragraph(element)
            else:
                yield from self._unjoined()
                yield from self._table(element)
        yield from self._unjoined()

    def _unjoined(self) -> Iterator[Piece]:
        """Yield the text of a paragraph that no other one follows to join it."""
        if text := self._unfinished.strip():
            yield Piece(text)
        self._unfinished = ""

    def _paragraph(self, paragraph: Element) -> Iterator[Piece]:
        style = self._styles.of(paragraph)
        if style.is_contents:
            return
        line = _Line()
        line.add(paragraph)
        text = self._unfinished + line.text
        self._unfinished = ""
        if paragraph.find(f"{W}pPr/{W}rPr/{W}del") is not None:
            self._unfinished = text
        elif text.strip():
            yield self._piece(text.strip(), style)
        elif paragraph.find(f"{W}pPr/{W}rPr/{W}moveFrom") is None:
            self._number(style)  # Word shows it, and counts on
        for box in line.boxes:
            yield from self.pieces(box)
        yield from self._notes_of(line)

    def _piece(self, text: str, style: Style) -> Piece:
        if style.is_title:
            self.title = self.title or " ".join(text.split())
            return Piece(" ".join(text.split()), "heading", _TITLE_LEVEL)
        number, depth = self._number(style)
        numbered = f"{number} {text}" if number else text
        if style.outline:
            return Piece(" ".join(numbered.split()), "heading", style.outline + _TITLE_LEVEL)
        if number is None and not style.name.startswith("list "):
            return Piece(text)
        return Piece(numbered, "item", depth + 1)

    def _number(self, style: Style) -> tuple[str | None, int]:
        """Return what stands before a paragraph, "" for a bullet, and its depth from 0."""
        if style.number in ("", "0"):
            return None, 0
        depth = style.depth
        if depth is None:
            depth = self._numbers.depth(style.number, style.id)
        return self._numbers.next(style.number, depth), depth

    def _notes_of(self, line: _Line) -> Iterator[Piece]:
        for kind, name in line.notes:
            found = self._notes.next(kind, name)
            if found is None:
                continue
            number, note = found
            for piece in self.pieces(note):
                yield Piece(f"{number} {piece.text}" if number else piece.text)
                number = 0

    def _table(self, table: Element) -> Iterator[Piece]:
        rows = [list(_below(row, "tc")) for row in _below(table, "tr") if not _is_deleted(row)]
        every_cell = [cell for cells in rows for cell in cells]
        if max(map(len, rows), default=0) < 2 or any(map(self._is_layout, every_cell)):
            for cell in every_cell:
                yield from self.pieces(cell)
            return
        for position, cells in enumerate(rows):
            notes: list[Piece] = []
            texts = [self._cell(cell, notes) for cell in cells]
            heads = position == 0 and len(rows) > 1 and _heads(table, cells, texts)
            yield Piece("\t".join(texts), "row", int(heads))
            yield from notes

    def _is_layout(self, cell: Element) -> bool:
        if cell.find(f".//{W}tbl") is not None:
            return True
        paragraphs = list(cell.iter(f"{W}p"))
        if any(self._styles.of(paragraph).outline for paragraph in paragraphs):
            return True
        chars = sum(len(text.text or "") for text in cell.iter(f"{W}t"))
        return len(paragraphs) > 1 and chars > LAYOUT_CELL_CHARS

    def _cell(self, cell: Element, notes: list[Piece]) -> str:
        """Return a cell's text on one line; a cell merged into the one above has none."""
        merged = cell.find(f"{W}tcPr/{W}vMerge")
        if merged is not None and merged.get(f"{W}val") != "restart":
            return ""
        texts = []
        for paragraph in _blocks(cell):
            line = _Line()
            line.add(paragraph)
            style = self._styles.of(paragraph)
            texts.append(self._piece(line.text, style).text if line.text.strip() else "")
            texts += [piece.text for box in line.boxes for piece in self.pieces(box)]
            notes += self._notes_of(line)
        return " ".join(" ".join(texts).split())


def _blocks(container: Element) -> Iterator[Element]:
    """Yield paragraphs and tables, also those in content controls and inserted ranges."""
    for child in container:
        if child.tag in (f"{W}p", f"{W}tbl"):
            yield child
        elif child.tag == f"{W}sdt" and _is_contents(child):
            continue
        elif child.tag not in _LEFT_OUT and not str(child.tag).endswith("}Fallback"):
            yield from _blocks(child)


def _below(element: Element, name: str) -> Iterator[Element]:
    """Yield rows of a table or cells of a row, also those in content controls."""
    for child in element:
        if child.tag == f"{W}{name}":
            yield child
        elif str(child.tag).removeprefix(W) in ("sdt", "sdtContent", "ins", "moveTo", "customXml"):
            yield from _below(child, name)


def _heads(table: Element, cells: list[Element], texts: list[str]) -> bool:
    """Return whether the first row names the columns: marked as such, and no cell is empty."""
    row = cells[0].getparent() if cells else None
    if row is not None and row.find(f"{W}trPr/{W}tblHeader") is not None:
        return True
    look = table.find(f"{W}tblPr/{W}tblLook")
    marked = look is not None and (
        look.get(f"{W}firstRow") == "1" or _hexadecimal(look.get(f"{W}val", "")) & 0x20 > 0
    )
    return marked and all(texts) and len(texts) > 1


def _hexadecimal(text: str) -> int:
    try:
        return int(text or "0", 16)
    except ValueError:
        return 0


def _is_deleted(row: Element) -> bool:
    return row.find(f"{W}trPr/{W}del") is not None


def _is_contents(control: Element) -> bool:
    gallery = control.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
    return gallery is not None and gallery.get(f"{W}val") == "Table of Contents"


def _is_on(properties: Element, name: str) -> bool:
    switch = properties.find(f"{W}{name}")
    return switch is not None and switch.get(f"{W}val", "1") not in ("0", "false", "off")
