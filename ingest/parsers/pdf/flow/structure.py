"""The paragraphs of all pages in order: joined across columns and pages, and headings found."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

from ingest.parsers.pdf.flow.columns import PageTable, Region
from ingest.parsers.pdf.flow.lines import PageLine
from ingest.parsers.pdf.flow.paragraphs import (
    LEADERS,
    TITLE_SIZE,
    PageParagraph,
    fills,
    find_paragraphs,
    is_finished,
)
from ingest.parsers.pdf.flow.tables.rows import TableRow, continue_table
from ingest.parsers.pdf.properties import OutlineEntry
from ingest.text.blocks import BlockKind
from ingest.text.outline import find_division_level

# Against the size of most of the text.
NOTE_SIZE = 0.93
HEADING_LINES = 4
HEADING_CHARS = 200
BOLD_HEADING_CHARS = 150
# An outline's entry that is longer is a paragraph. So many bold lines below each other are, too.
OUTLINED_CHARS = 300
BOLD_RUN = 4
DIVISION_CHARS = 60
MAX_LEVEL = 6
# In points: sizes that differ by less are one style.
STYLE_STEP = 0.75

_NOTE = re.compile(r"\(?(?:\d{1,3}|[*†‡§a-z])\)?[\s).]*\S")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(slots=True)
class TextElement:
    """One block of the text before it is text."""

    kind: BlockKind
    level: int  # see `ingest.text.blocks.Block`
    cells: list[list[PageLine]]  # of a row its cells, of anything else one: the lines to be joined


def find_body_size(pages: Iterable[Sequence[PageLine]]) -> float:
    """Return the size in which most characters of a document are set, in points."""
    sizes: Counter[float] = Counter()
    for segments in pages:
        for segment in segments:
            sizes[round(segment.size * 4) / 4] += len(segment.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def find_elements(
    pages: Iterable[Sequence[Region]], body: float, outline: Sequence[OutlineEntry]
) -> list[TextElement]:
    """Return the blocks of a document from the regions of its pages, in order of reading.

    Args:
        pages: The regions of every page.
        body: Size of most of the text, in points.
        outline: The document's own table of contents.

    Returns:
        Blocks in order; those of a note that stands under a paragraph which goes on overleaf
        follow that paragraph.
    """
    blocks = list(_order_paragraphs(pages, body))
    titles = {(entry.page, _strip_heading(entry.title)): entry.level for entry in outline}
    levels = _rank_headings(blocks, body, titles)
    found: list[TextElement] = []
    above: TextElement | None = None
    for block in blocks:
        if isinstance(block, TableRow):
            found.append(TextElement("row", int(block.heads), block.cells))
            above = None
            continue
        level = levels.get(id(block), 0)
        if not level:
            found.append(TextElement(block.kind, int(block.kind == "item"), [block.lines]))
            above = None
            continue
        division = _find_division(block)
        if division:
            level = division
        elif above is not None and above.level >= 10:
            # "Article 5" and, under it, what it is about.
            level = above.level + 1 if above.level % 10 == 0 else above.level
        above = TextElement("heading", level, [block.lines])
        found.append(above)
    return found


def _order_paragraphs(
    pages: Iterable[Sequence[Region]], body: float
) -> Iterator[PageParagraph | TableRow]:
    """Yield paragraphs and rows; a paragraph that goes on elsewhere is held until it ends."""
    held: PageParagraph | None = None
    notes: list[PageParagraph] = []
    table: list[TableRow] = []  # what stands right before
    for regions in pages:
        for region in regions:
            if isinstance(region, PageTable):
                yield from _release(held, notes)
                held, notes = None, []
                rows = continue_table(table, region.rows, region.is_ruled)
                table = [*table, *rows]
                yield from rows
                continue
            table = []
            text, under = _part_notes(find_paragraphs(region.lines, body), body)
            for number, paragraph in enumerate(text):
                if number == 0 and held is not None and _continues(held, paragraph):
                    held.lines += paragraph.lines
                    held.right = paragraph.right
                    continue
                yield from _release(held, notes)
                held, notes = paragraph, []
            notes += under
    yield from _release(held, notes)


def _release(held: PageParagraph | None, notes: Sequence[PageParagraph]) -> Iterator[PageParagraph]:
    if held is not None:
        yield held
    yield from notes


def _part_notes(
    paragraphs: Sequence[PageParagraph], body: float
) -> tuple[list[PageParagraph], list[PageParagraph]]:
    """Return a column's paragraphs and the notes under them."""
    end = len(paragraphs)
    while end and paragraphs[end - 1].size < NOTE_SIZE * body:
        end -= 1
    while end < len(paragraphs) and not _NOTE.match(paragraphs[end].text):
        end += 1
    return list(paragraphs[:end]), list(paragraphs[end:])


def _continues(held: PageParagraph, paragraph: PageParagraph) -> bool:
    """Tell whether a paragraph at the top of a column is the rest of the one before."""
    last = held.lines[-1]
    small, large = sorted([last.size, paragraph.lines[0].size])
    if paragraph.kind != "paragraph" or large > 1.09 * small or held.bold != paragraph.bold:
        return False
    if is_finished(last.text) and not last.text.endswith("-"):
        return False
    first = paragraph.text[:1]
    if first.islower() or last.text.endswith("-"):
        return True
    word = paragraph.text.split(" ", 1)[0]
    return len(held.lines) > 1 and len(last.text) > 20 and fills(last, held.right, len(word))


def _rank_headings(
    blocks: Sequence[PageParagraph | TableRow], body: float, titles: dict[tuple[int, str], int]
) -> dict[int, int]:
    """Return the level of every heading, by `id` of its paragraph."""
    paragraphs = [block for block in blocks if isinstance(block, PageParagraph)]
    chars = sum(len(p.text) for p in paragraphs)
    mostly_bold = sum(len(p.text) for p in paragraphs if p.bold) > 0.4 * chars
    given: dict[int, int] = {}
    styled: dict[int, tuple[float, bool]] = {}
    for paragraph in paragraphs:
        known = titles.get((paragraph.lines[0].page.number, _strip_heading(paragraph.text)))
        if known is not None and not _reads_as_sentence(paragraph.text):
            given[id(paragraph)] = known
        elif _reads_as_heading(paragraph, body, mostly_bold):
            styled[id(paragraph)] = _read_style(paragraph)
    for paragraph in _find_bold_runs(blocks, styled, body):
        del styled[id(paragraph)]
    deepest: dict[tuple[float, bool], int] = {}
    for paragraph in paragraphs:
        if id(paragraph) in given:
            style = _read_style(paragraph)
            deepest[style] = max(given[id(paragraph)], deepest.get(style, 0))
    # From the largest style down, each is one deeper than the one before, unless the outline
    # says how deep the headings of that style stand.
    ranks: dict[tuple[float, bool], int] = {}
    level = 0
    for style in sorted({*styled.values(), *deepest}, reverse=True):
        level = deepest.get(style, min(level + 1, MAX_LEVEL))
        ranks[style] = level
    return given | {name: ranks[style] for name, style in styled.items()}


def _reads_as_sentence(text: str) -> bool:
    """Tell whether a text is no heading, even if the outline has it: some list every paragraph."""
    ends = text.rstrip().endswith((".", ",", ";", ":", "?", "!"))
    return len(text) > OUTLINED_CHARS or (ends and len(text) > DIVISION_CHARS)


def _find_bold_runs(
    blocks: Sequence[PageParagraph | TableRow], styled: Container[int], body: float
) -> list[PageParagraph]:
    """Return what is only bold and stands in a row: a paragraph or a list that is set so."""
    found: list[PageParagraph] = []
    run: list[PageParagraph] = []
    for block in (*blocks, None):
        if (
            isinstance(block, PageParagraph)
            and id(block) in styled
            and block.size < TITLE_SIZE * body
            and not _find_division(block)
        ):
            run.append(block)
            continue
        found += run if len(run) >= BOLD_RUN else []
        run = []
    return found


def _read_style(paragraph: PageParagraph) -> tuple[float, bool]:
    return round(paragraph.size / STYLE_STEP) * STYLE_STEP, paragraph.bold


def _reads_as_heading(paragraph: PageParagraph, body: float, mostly_bold: bool) -> bool:
    text = paragraph.text
    if len(paragraph.lines) > HEADING_LINES or not 2 < len(text) <= HEADING_CHARS:
        return False
    if len(_LETTER.findall(text)) < 0.4 * len(text) or not paragraph.lines[0].fragments[0].upright:
        return False
    if paragraph.kind == "item" and not (text[0].isalnum() or text[0] == "("):
        return False  # a bullet
    if LEADERS.search(text):  # an entry of a table of contents
        return False
    if _find_division(paragraph):
        return True
    if text[-1] in ".,;:" or text[:1].islower():
        return False
    if paragraph.size >= TITLE_SIZE * body:
        return True
    bold = paragraph.bold and not mostly_bold and paragraph.size >= NOTE_SIZE * body
    return bold and len(text) <= BOLD_HEADING_CHARS


def _find_division(paragraph: PageParagraph) -> int:
    """Return how deep a line such as "Article 5" or "CHAPTER II" stands, 0 for any other."""
    text = paragraph.text
    if len(paragraph.lines) > 2 or len(text) > DIVISION_CHARS or text[-1] in ".,;:":
        return 0
    return find_division_level(text)


def _strip_heading(text: str) -> str:
    """Return a heading's letters and digits: outlines have other spaces and no numbers."""
    return re.sub(r"^[\d.\s]+|\W+", "", text.lower()) or text.strip()
