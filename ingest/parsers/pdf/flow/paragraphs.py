"""Lines of one column to paragraphs: by gaps, indents, sizes, markers, and lines left short."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from ingest.parsers.pdf.flow.lines import PageLine
from ingest.text.blocks import BlockKind

# In pitches (from one line's top to the next one's): a larger step begins a paragraph.
PITCH = 1.25
# Two lines whose sizes differ by more are not of one paragraph.
SIZE_RATIO = 1.09
# In heights of a line.
INDENT = 0.8
FURTHEST_INDENT = 4.0
CENTRED = 0.2
# Against the size of running text.
TITLE_SIZE = 1.12
TERMINALS = ".!?:;…。"
_CLOSING = "\"'”’»)]"

ITEM = re.compile(
    r"(?:[-–—*•▪◦‣·●○■□➢✓➔►❖]|\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)])(?=\s+\S)"
    r"|[•▪◦‣●○■□➢✓➔►❖](?=\S)|[\ue000-\uf8ff](?=\s*\S)"
)
LEADERS = re.compile(r"(?:\.\s?){5,}\s*\S{0,8}$|_{5,}")


@dataclass(slots=True)
class PageParagraph:
    """Lines that are read as one."""

    lines: list[PageLine]  # after joining they may stand in several columns and pages
    kind: BlockKind  # paragraph or item; headings are found later
    right: float  # edge of the column in which its last line stands, in points

    @property
    def text(self) -> str:
        """Its lines with a space between them."""
        return " ".join(line.text for line in self.lines)

    @property
    def size(self) -> float:
        """Height of most of its characters in points."""
        return max(self.lines, key=lambda line: len(line.text)).size

    @property
    def bold(self) -> bool:
        """Whether all of it is bold."""
        return all(line.bold for line in self.lines)


def find_paragraphs(lines: Sequence[PageLine], body: float) -> list[PageParagraph]:
    """Return the paragraphs and items of a column."""
    right = max((line.x1 for line in lines), default=0.0)
    column = _ColumnStyle(_measure_pitch(lines), right, body)
    found: list[PageParagraph] = []
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        is_item = ITEM.match(line.text) is not None
        leads = LEADERS.search(line.text) is not None
        if found and not is_item and not _begins_paragraph(found[-1], line, following, column):
            found[-1].lines.append(line)
        else:
            kind: BlockKind = "item" if is_item or leads else "paragraph"
            found.append(PageParagraph([line], kind, right))
    return found


def is_finished(text: str) -> bool:
    """Tell whether a text ends as a sentence, a clause or a lead-in does."""
    return text.rstrip(_CLOSING + "0123456789").endswith(tuple(TERMINALS))


def fills(line: PageLine, right: float, first_word_chars: int) -> bool:
    """Tell whether a line was broken because the next word did not fit any more."""
    char_points = line.width / max(1, len(line.text))
    return line.x1 + (first_word_chars + 1) * char_points > right - 1.5 * char_points


def _measure_pitch(lines: Sequence[PageLine]) -> float:
    """Return how far one line of a paragraph stands below the other, in heights of a line."""
    steps = [
        (after.y1 - line.y1) / max(line.size, 1.0)
        for line, after in pairwise(lines)
        if line.size / SIZE_RATIO <= after.size <= line.size * SIZE_RATIO
    ]
    near = [step for step in steps if 0.7 <= step <= 2.2]
    return min(median(near), 1.9) if near else 1.2


@dataclass(frozen=True, slots=True)
class _ColumnStyle:
    """What is usual in a column."""

    pitch: float  # from line to line, in heights of a line
    right: float  # its edge in points
    body: float  # size of the document's running text in points


def _begins_paragraph(
    paragraph: PageParagraph, line: PageLine, following: PageLine | None, column: _ColumnStyle
) -> bool:
    last = paragraph.lines[-1]
    size = max(last.size, line.size)
    if size > SIZE_RATIO * min(last.size, line.size) and not _goes_on(last, line):
        return True
    if line.y1 - last.y1 > PITCH * column.pitch * size or line.y1 < last.y0:
        return True
    if line.bold != last.bold and len(line.text) > 3:
        # The first line of a paragraph may be bold to its end, in the middle of a sentence.
        runs_on = line.text[:1].islower() and fills(last, column.right, _count_first_word(line))
        if is_finished(last.text) or (last.bold and not runs_on):
            return True
    if not (line.fragments[0].upright and last.fragments[0].upright):
        return line.fragments[0].upright != last.fragments[0].upright
    if LEADERS.search(last.text) or LEADERS.search(line.text):
        return True
    indent = line.x0 - last.x0
    is_indented = INDENT * size < indent < FURTHEST_INDENT * size
    if paragraph.kind == "paragraph" and is_indented and not _goes_on_centred(last, line):
        # Indented alone it begins a paragraph; with the lines after it, it is another block.
        returns = following is None or following.x0 < line.x0 - 0.5 * INDENT * size
        if len(paragraph.lines) > 1 and (returns or is_finished(last.text)):
            return True
    # Back at the margin after the hanging lines of an item.
    if paragraph.kind == "item" and len(paragraph.lines) > 1 and indent < -INDENT * size:
        return True
    if line.text[:1].islower() or fills(last, column.right, _count_first_word(line)):
        return False
    # Further left than an item's own mark nothing of it goes on.
    if paragraph.kind == "item" and line.x0 < paragraph.lines[0].x0 - INDENT * size:
        return True
    # A title is broken where it reads well, not where the line is full.
    is_title = line.size > TITLE_SIZE * column.body
    return is_finished(last.text) or (not is_title and _is_short(last, column.right))


def _count_first_word(line: PageLine) -> int:
    return len(line.text.split(" ", 1)[0])


def _is_short(line: PageLine, right: float) -> bool:
    """Tell whether a line ends far from the edge, as headings and entries of a list do."""
    return right - line.x1 > 0.45 * max(line.width, 1.0) and len(line.text) < 60


def _goes_on_centred(last: PageLine, line: PageLine) -> bool:
    """Tell whether a line within a sentence stands in the middle under the one before."""
    aside = abs(line.x0 + line.x1 - last.x0 - last.x1) / 2
    return aside < CENTRED * line.size and line.text[:1].islower() and not is_finished(last.text)


def _goes_on(last: PageLine, line: PageLine) -> bool:
    """Tell whether a line of another size is the same sentence all the same."""
    return line.text[:1].islower() and not is_finished(last.text) and line.size > 0.8 * last.size
