"""The content of an OpenDocument file in reading order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from lxml.etree import _Element as Element

from ingest.parsers.office.opendocument.looks import (
    DRAW,
    LAST_COLUMN,
    MOST_REPEATED,
    OFFICE,
    PRESENTATION,
    TABLE,
    TEXT,
    Columns,
    Looks,
    TextLook,
    read_repeats,
)  # fmt: skip
from ingest.parsers.office.opendocument.numbers import OpenDocumentNumbers
from ingest.parsers.office.opendocument.objects import EmbeddedObjects
from ingest.parsers.office.slides import head_notes
from ingest.parsers.shared.collector import LAYOUT_CELL_CHARS, Piece
from ingest.parsers.shared.left_out import HIDDEN, STRUCK, LeftOut, close_gap
from ingest.parsers.shared.sheet_rows import (
    Merge,
    TableBudget,
    convert_sheets,
    expand_row,
    join_heads,
    repeat_merged,
)  # fmt: skip
from ingest.parsers.shared.subscript import render_subscript
from ingest.parsers.shared.superscript import LAST_PARTS, render_superscript

# Changes that were deleted are kept here; indexes repeat the headings.
_LEFT_OUT_TEXT = (
    "tracked-changes note-citation ruby-text alphabetical-index illustration-index table-index "
    "user-index table-of-content bibliography page-number"
).split()
_LEFT_OUT = frozenset(
    [
        *(f"{TEXT}{name}" for name in _LEFT_OUT_TEXT),
        *(f"{PRESENTATION}{name}" for name in ("footer", "date-time")),
        *(f"{OFFICE}{name}" for name in ("annotation", "forms")),
    ]
)
# A heading's number is free to choose, and each level makes the paths below it longer.
MOST_LEVELS = 10


class ContentWalker:
    """Reads one content.xml: text, sheets or slides."""

    def __init__(
        self, roots: Sequence[Element], objects: EmbeddedObjects, left_out: LeftOut
    ) -> None:
        self._objects = objects
        self._budget = TableBudget()
        self._left_out = left_out
        self._numbers = OpenDocumentNumbers(roots)
        self.looks = Looks(roots, left_out)

    def walk(self, container: Iterable[Element], depth: int = 0) -> Iterator[Piece]:
        """Yield the blocks in an element; `depth` is that of the lists around it."""
        for child in container:
            if child.tag in _LEFT_OUT or self.looks.hides(child):
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
            (sheet.get(f"{TABLE}name", ""), self._read_rows(sheet))
            for sheet in content.iterchildren(f"{TABLE}table")
            if not self.looks.hides_table(sheet)
        ]
        return convert_sheets(sheets, self._budget)

    def _walk_paragraph(self, paragraph: Element, depth: int) -> Iterator[Piece]:
        hanging: list[Element] = []
        look = self.looks.at(paragraph)
        text = self._join_inline(paragraph, hanging, look, "").strip()
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
        rows = list(_find_rows(table))
        shown = [row for row in rows if not self.looks.hides_row(row)]
        cells = [cell for row in shown for cell in row.iterchildren(f"{TABLE}table-cell")]
        widest = max((len(row) for row in rows), default=0)
        if widest < 2 or any(map(_is_layout, cells)):
            for cell in cells:
                yield from self.walk(cell)
            return
        heads = set(table.iterfind(f"{TABLE}table-header-rows/{TABLE}table-row"))
        for row, texts in self._read_grid(table):
            self._budget.spend(texts)
            yield Piece("\t".join(texts), "row", int(row in heads))

    def _read_rows(self, table: Element) -> Iterator[list[str]]:
        for _, texts in self._read_grid(table):
            yield texts

    def _read_grid(self, table: Element) -> Iterator[tuple[Element, list[str]]]:
        """Yield the rows that are shown, each as often as it is, with what is merged into it."""
        columns = Columns(table)
        budget = TableBudget()  # of what is kept, since the cells below are changed by those above
        grid: dict[int, dict[int, str]] = {}
        origins: dict[int, Element] = {}
        merges: list[Merge] = []
        hidden: set[int] = set()
        number = 0
        for row in _find_rows(table):
            texts, spans = self._read_row(row, columns)
            merges += [Merge(number, number + down - 1, at, right) for at, right, down in spans]
            times = read_repeats(row, "rows", MOST_REPEATED)
            if self.looks.hides_row(row):
                hidden.update(range(number, number + times))
            for again in range(number, number + (times if texts else 1)):
                budget.spend(list(texts.values()))
                grid[again], origins[again] = dict(texts), row
            number += times
        repeat_merged(grid, merges, hidden, columns.hidden)
        join_heads(grid, merges, hidden)
        for at, found in grid.items():
            if at not in hidden:
                shown = {column: text for column, text in found.items() if text}
                yield origins[at], expand_row(shown, columns.hidden)

    def _read_row(
        self, row: Element, columns: Columns
    ) -> tuple[dict[int, str], list[tuple[int, int, int]]]:
        """Return a row's texts by column, and of cells over several rows left, right and height."""
        texts: dict[int, str] = {}
        spans = []
        at = 1
        for cell in row.iterchildren(f"{TABLE}table-cell", f"{TABLE}covered-table-cell"):
            times = read_repeats(cell, "columns", MOST_REPEATED)
            if text := self._read_cell(cell, row, columns.find_style(at)):
                texts.update(dict.fromkeys(range(at, min(at + times, LAST_COLUMN)), text))
            down, right = _read_span(cell, "rows"), _read_span(cell, "columns")
            if down > 1 or right > 1:
                spans.append((at, at + min(right, LAST_COLUMN) - 1, min(down, MOST_REPEATED)))
            at += times
        return texts, spans

    def _read_cell(self, cell: Element, row: Element, column_style: str) -> str:
        row_style = row.get(f"{TABLE}default-cell-style-name", "")
        with self.looks.in_cell(cell.get(f"{TABLE}style-name") or row_style or column_style):
            parts = [piece.text for piece in self.walk(cell) if piece.text]
        return " ".join(" ".join(parts).split())

    def _join_inline(
        self, element: Element, hanging: list[Element], look: TextLook, before: str
    ) -> str:
        """Return the text of a paragraph or, behind `before`, of a part of one.

        Notes and frames in it are put aside.
        """
        parts: list[str] = []
        has_gap = self._add_inline(parts, element.text, look, has_gap=False)
        raised = ""  # goes on in the next one: "2" and "−" of an ion
        for child in element:
            name = str(child.tag).removeprefix(TEXT)
            if child.tag in _LEFT_OUT or self.looks.hides(child):
                pass
            elif name == "s":
                count = child.get(f"{TEXT}c", "1")
                spaces = " " * min(int(count) if count.isdigit() else 1, 100)
                parts += [] if look.is_unseen else [spaces]
            elif name == "tab":
                parts.append(" ")
            elif name == "line-break":
                parts.append("\n")
            elif name == "note" or str(child.tag).startswith(DRAW):
                if look.is_unseen:
                    pass
                elif formula := self._objects.read_formula(child):
                    has_gap = self._add_inline(parts, formula, None, has_gap)
                else:
                    hanging.append(child)
            else:
                inside = self.looks.inside(child, look)
                line = before + "".join(parts[-LAST_PARTS:])
                inner = self._join_inline(child, hanging, inside, line)
                if inside.is_raised and not look.is_raised:
                    following = child.getnext()
                    if not child.tail and self._is_raised(following, look):
                        raised += inner
                        continue
                    after = child.tail or ("" if following is None else following.text or "")
                    raised += inner
                    inner = render_superscript(raised, line, linked=False, after=after)
                    self._left_out.add_mark(raised, inner)
                    raised = ""
                elif inside.is_lowered and not look.is_lowered:
                    inner = render_subscript(inner)
                has_gap = self._add_inline(parts, inner, None, has_gap or not inner)
            has_gap = self._add_inline(parts, child.tail, look, has_gap)
        return "".join(parts)

    def _is_raised(self, element: Element | None, look: TextLook) -> bool:
        """Tell whether what follows is raised and seen."""
        if element is None or element.tag != f"{TEXT}span":
            return False
        inside = self.looks.inside(element, look)
        return inside.is_raised and not inside.is_unseen

    def _add_inline(
        self, parts: list[str], text: str | None, look: TextLook | None, has_gap: bool
    ) -> bool:
        """Append text if it is seen, and return whether there is a gap behind it."""
        if not text:
            return has_gap
        if look is not None:
            if look.is_unseen:
                if text.strip():
                    self._left_out.add(HIDDEN if look.is_hidden else STRUCK, text)
                return True
            text = re.sub(r"\s+", " ", text)
        if has_gap:
            text = close_gap("".join(parts[-1:]), text)
        if text:
            parts.append(text)
        return has_gap and not text


def _find_rows(container: Element) -> Iterator[Element]:
    """Yield the rows of a table, not those of a table in one of its cells."""
    for child in container:
        if child.tag == f"{TABLE}table-row":
            yield child
        elif str(child.tag).startswith(f"{TABLE}table-") and "row" in str(child.tag):
            yield from _find_rows(child)


def _is_layout(cell: Element) -> bool:
    if cell.find(f".//{TABLE}table") is not None or cell.find(f".//{TEXT}h") is not None:
        return True
    return len(cell) > 1 and sum(map(len, cell.itertext())) > LAYOUT_CELL_CHARS


def _read_span(cell: Element, what: str) -> int:
    said = cell.get(f"{TABLE}number-{what}-spanned", "1")
    return int(said) if said.isdigit() else 1
