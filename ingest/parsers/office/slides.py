"""PowerPoint presentations (PPTX): a slide is a page, its title a heading, its notes below it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import groupby
from typing import Any, NamedTuple

import pptx
from lxml.etree import _Element as Element
from pptx.enum.shapes import PP_PLACEHOLDER as Placeholder
from pptx.slide import Slide

from index.types import Metadata
from ingest.parsers.office.charts import walk_chart
from ingest.parsers.office.formulas import MATH, FormulaReader
from ingest.parsers.office.slide_numbers import SlideNumbers
from ingest.parsers.shared.archive import open_archive, parse_xml
from ingest.parsers.shared.collector import Collector, Piece
from ingest.parsers.shared.left_out import STRUCK, LeftOut, close_gap
from ingest.parsers.shared.notation.subscript import render_subscript
from ingest.parsers.shared.notation.superscript import render_superscript
from ingest.parsers.shared.row_groups import repeat_groups
from ingest.parsers.shared.sheet_rows import Merge, expand_row, join_heads, repeat_merged
from ingest.parsers.shared.titles import pick_title
from ingest.text.blocks import ParsedText

ID = "slides@4"

_KIND = "a PPTX file"
_FURNITURE = {
    Placeholder.DATE, Placeholder.FOOTER, Placeholder.HEADER, Placeholder.SLIDE_NUMBER,
    Placeholder.SLIDE_IMAGE,
}  # fmt: skip
_TITLES = {Placeholder.TITLE, Placeholder.CENTER_TITLE, Placeholder.VERTICAL_TITLE}
_LISTS = {Placeholder.BODY, Placeholder.OBJECT, Placeholder.VERTICAL_BODY}
_SLIDE = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_TREES = (f"{_SLIDE}spTree", f"{_SLIDE}grpSp")
_MARKUP = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_DATA = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}dm"


def parse(data: bytes) -> ParsedText:
    """Return the text of a presentation, slide by slide; hidden ones are counted but left out."""
    with open_archive(data, _KIND):
        presentation = pptx.Presentation(BytesIO(data))
        collector, left_out = Collector(), LeftOut()
        for number, slide in enumerate(presentation.slides, start=1):
            if slide._element.get("show") in ("0", "false"):
                left_out.add("hidden slides", _join_texts(slide._element))
            else:
                _take_choices(slide._element)
                page = (presentation.slide_width or 0, presentation.slide_height or 0)
                collector.add_page(number, _walk_slide(slide, page, left_out))
        title = pick_title(presentation.core_properties.title)
        return left_out.say_on(collector.finish(Metadata(), title))


def _take_choices(slide: Element) -> None:
    """Put the shapes that newer programs show, those with formulas in them, into the slide."""
    for choices in list(slide.iter(f"{_MARKUP}AlternateContent")):
        around, chosen = choices.getparent(), choices.find(f"{_MARKUP}Choice")
        if around is None or around.tag not in _TREES or chosen is None:
            continue
        at = around.index(choices)
        around[at : at + 1] = list(chosen)


def _walk_slide(slide: Slide, page: tuple[int, int], left_out: LeftOut) -> Iterator[Piece]:
    inside = []
    for shape in slide.shapes:
        if _is_beside(shape, page):
            left_out.add("shapes beside the slide", _join_texts(shape._element))
        else:
            inside.append(shape)
    shapes = list(_flatten_groups(inside, left_out))
    titles = [shape for shape in shapes if _placeholder(shape) in _TITLES]
    for shape in titles:
        lines = [read_line(line._p, left_out) for line in shape.text_frame.paragraphs]
        yield Piece(_line(" ".join(lines)), "heading", 1)
    for shape in shapes:
        if shape not in titles and _placeholder(shape) not in _FURNITURE:
            yield from _walk_shape(shape, left_out)
    if slide.has_notes_slide and (frame := slide.notes_slide.notes_text_frame):
        yield from head_notes(Piece(read_line(line._p, left_out)) for line in frame.paragraphs)


def head_notes(notes: Iterable[Piece]) -> Iterator[Piece]:
    """Yield a speaker's notes under a heading, so that they are never taken for the slide."""
    said = [piece for piece in notes if piece.text.strip()]
    if said:
        yield Piece("Notes", "heading", 2)  # as PowerPoint calls them
        yield from said


def _is_beside(shape: Any, page: tuple[int, int]) -> bool:  # noqa: ANN401
    """Tell whether a shape lies wholly outside the slide, where it is never shown."""
    place = (shape.left, shape.top, shape.width, shape.height)
    if None in place or not all(page) or not _join_texts(shape._element).strip():
        return False
    left, top, width, height = place
    return bool(left >= page[0] or top >= page[1] or left + width <= 0 or top + height <= 0)


# python-pptx has a class for each kind of shape and no common one that says what it holds.
def _flatten_groups(shapes: Any, left_out: LeftOut) -> Iterator[Any]:  # noqa: ANN401
    for shape in shapes:
        if shape._element._nvXxPr.cNvPr.get("hidden") in ("1", "true"):
            left_out.add("hidden shapes", _join_texts(shape._element))
        elif hasattr(shape, "shapes"):
            yield from _flatten_groups(shape.shapes, left_out)
        else:
            yield shape


def _join_texts(element: Element) -> str:
    return " ".join(part.text or "" for part in element.iter(f"{_A}t"))


def _placeholder(shape: Any) -> Placeholder | None:  # noqa: ANN401
    return shape.placeholder_format.type if shape.is_placeholder else None


def _walk_shape(shape: Any, left_out: LeftOut) -> Iterator[Piece]:  # noqa: ANN401
    if getattr(shape, "has_table", False):
        yield from _walk_table(shape.table, left_out)
    elif getattr(shape, "has_chart", False):
        yield from walk_chart(shape.chart.part.blob)
    elif shape.has_text_frame:
        listed = _placeholder(shape) in _LISTS
        numbers = SlideNumbers()
        for paragraph in shape.text_frame.paragraphs:
            text = read_line(paragraph._p, left_out)
            if text.strip():
                text = f"{numbers.count(paragraph._p.find(f'{_A}pPr'), paragraph.level)}{text}"
            if listed or paragraph.level or _has_bullet(paragraph):
                yield Piece(text, "item", paragraph.level + 1)
            else:
                yield Piece(text)
    elif (relations := shape._element.find(f".//{_DIAGRAM}relIds")) is not None:
        yield from walk_diagram(shape.part.related_part(relations.get(_DATA)).blob, left_out)


def _has_bullet(paragraph: Any) -> bool:  # noqa: ANN401
    properties = paragraph._p.find(f"{_A}pPr")
    return properties is not None and any(
        properties.find(f"{_A}{name}") is not None for name in ("buChar", "buAutoNum")
    )


def walk_diagram(data: bytes, left_out: LeftOut) -> Iterator[Piece]:
    """Yield the texts of SmartArt, in the order in which they were written."""
    for point in parse_xml(data).iter(f"{_DIAGRAM}t"):
        for paragraph in point.iter(f"{_A}p"):
            yield Piece(read_line(paragraph, left_out), "item", 1)


def _walk_table(table: Any, left_out: LeftOut) -> Iterator[Piece]:  # noqa: ANN401
    grid: dict[int, dict[int, str]] = {}
    merges = []
    for number, row in enumerate(table.rows):
        grid[number] = {}
        for column, cell in enumerate(row.cells, start=1):
            if text := _read_cell(cell, left_out):
                grid[number][column] = text
            if cell.is_merge_origin:
                bottom, right = number + cell.span_height - 1, column + cell.span_width - 1
                merges.append(Merge(number, bottom, column, right))
    repeat_merged(grid, merges, (), ())
    join_heads(grid, merges, ())
    repeat_groups(grid, merges, ())
    for number, texts in grid.items():
        cells = expand_row(texts, ())
        yield Piece("\t".join(cells), "row", int(table.first_row and number == min(grid)))


def _read_cell(cell: Any, left_out: LeftOut) -> str:  # noqa: ANN401
    if cell.is_spanned:
        return ""
    lines = [read_line(line._p, left_out) for line in cell.text_frame.paragraphs]
    return _line(" ".join(lines))


def read_line(paragraph: Element, left_out: LeftOut) -> str:
    """Return the text of a paragraph of DrawingML, without what is crossed out in it."""
    text = ""
    has_gap = False
    runs = list(_join_runs(paragraph))
    following = [*(added for added, _ in runs), ""][1:]
    for (added, look), after in zip(runs, following, strict=True):
        if added.strip() and look.is_struck:
            left_out.add(STRUCK, added)
            has_gap = True
            continue
        if look.baseline < 0:
            added = render_subscript(added)
        elif look.baseline > 0:
            raised = added
            added = render_superscript(raised, text, linked=False, after=after)
            left_out.add_mark(raised, added)
        if has_gap:
            added = close_gap(text, added)
        has_gap = has_gap and not added
        text += added
    return text


class _RunLook(NamedTuple):
    is_struck: bool
    baseline: int  # 1 of what is raised, -1 of what is lowered


_PLAIN = _RunLook(is_struck=False, baseline=0)


def _join_runs(paragraph: Element) -> Iterator[tuple[str, _RunLook]]:
    """Yield the runs of a paragraph; those that look alike are one, "2" and "−" of an ion too."""
    runs = (run for run in paragraph if not str(run.tag).endswith("Pr"))
    for look, alike in groupby(runs, _read_look):
        yield "".join(_read_run(run) for run in alike), look


def _read_run(run: Element) -> str:
    if run.tag in (f"{_A}r", f"{_A}fld"):
        return run.findtext(f"{_A}t") or ""
    return "\n" if run.tag == f"{_A}br" else _read_formulas(run)


def _read_formulas(element: Element) -> str:
    """Return the formulas in a part of a paragraph, which older programs have a picture of."""
    reader = FormulaReader(lambda run: run.findtext(f"{MATH}t") or "")
    return "\n".join(map(reader.read_formula, element.iter(f"{MATH}oMath")))


def _read_look(run: Element) -> _RunLook:
    properties = run.find(f"{_A}rPr")
    if properties is None or run.tag == f"{_A}br":
        return _PLAIN
    said = properties.get("baseline", "0")
    is_shifted = said.strip("0%-").isdecimal()
    baseline = 0 if not is_shifted else -1 if said.startswith("-") else 1
    return _RunLook(properties.get("strike", "noStrike") != "noStrike", baseline)


def _line(text: str) -> str:
    return " ".join(text.split())
