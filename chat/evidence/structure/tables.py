"""Tables in canonical text: the heads of their columns, and their captions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from chat.evidence.structure.lines import Line, read_lines

CAPTION_CHARS = 300
HEAD_CHARS = 120

# "Table 3: …" in the languages of the texts.
_CAPTION = re.compile(
    r"(?:table|tab|tabelle|tableau|tabla|tabela|tabella|tabel|tabell|tabulka|tabuľka|taulukko|"
    r"táblázat|lentelė|πίνακας|annex|anhang|annexe|bijlage|chart|box)\b\.?\s*"
    r"(?:\d|[ivxlc]+\b|[A-Z]\b)",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d(?:\s?[-/–]\s?\d\d(?:\d\d)?)?")
_FIGURE = re.compile(r"[-+(<>≈~]*\s?[€$£]?\s?\d[\d.,:/\s%€$£)(–-]*(?:%|[^\W\d_]{1,3}\.?)?")


@dataclass(frozen=True, slots=True)
class TableAround:
    """What stands around rows of a table; half-open offsets.

    Attributes:
        rows: The rows that a stretch touches, whole.
        head: The row that names the columns, with the one below where that names parts of them;
            None where none does or it is among `rows`.
        caption: The paragraph that names the table; None where there is none.
    """

    rows: tuple[tuple[int, int], ...]
    head: tuple[int, int] | None
    caption: tuple[int, int] | None


def find_table(
    text: str, lines: Sequence[Line], start: int, end: int, context: str
) -> TableAround | None:
    """Return the table of a stretch whose lines are all rows.

    Args:
        text: Canonical text.
        lines: Around the stretch.
        start: Half-open offsets of the stretch.
        end: See start.
        context: Of the passage: it ends with the table's head where that stands further up.

    Returns:
        None where the stretch is not only rows.
    """
    touched = [n for n, line in enumerate(lines) if line.start < end and start < line.end]
    if not touched or not all(lines[n].is_row for n in touched):
        return None
    first, last = touched[0], touched[-1]
    while first and lines[first - 1].is_row and not lines[first].is_apart:
        first -= 1
    while last + 1 < len(lines) and lines[last + 1].is_row and not lines[last + 1].is_apart:
        last += 1
    table = lines[first : last + 1]
    head = _find_head(text, table, touched[0] - first, context)
    head_end = _find_end_of_heads(text, table, head) if head is not None else 0
    return TableAround(
        rows=tuple((_find_start(text, lines[n]), lines[n].end) for n in touched),
        head=None
        if head is None or head_end > lines[touched[0]].start
        else (_find_start(text, head), head_end),
        caption=_find_caption(text, lines, first, last),
    )


def find_heads(text: str, context: str) -> list[tuple[int, int]]:
    """Return the rows of a passage that only name the columns of those below; half-open offsets."""
    lines = read_lines(text, 0, len(text), is_plain=False)
    found: list[tuple[int, int]] = []
    for first, line in enumerate(lines):
        opens = line.is_row and (first == 0 or not lines[first - 1].is_row or line.is_apart)
        if not opens:
            continue
        rows = list(takewhile(lambda one: one.is_row, lines[first:]))
        # A passage may begin in the middle of a table, whose heads are its context then.
        head = None if first == 0 and _has_heads(context) else _find_head(text, rows, 0, context)
        if head is not None and (first or _names_figures(text, rows)):
            found.append((head.start, head.end))
    return found


def split_cells(row: str) -> list[str]:
    """Return the cells of a row, without white space around."""
    return [cell.strip() for cell in row.split("\t")]


def _split_row(text: str, row: Line) -> list[str]:
    return split_cells(text[_find_start(text, row) : row.end])


def _find_start(text: str, row: Line) -> int:
    """Return where the cells of a row begin: the first ones may be empty."""
    start = row.start
    while start and text[start - 1] == "\t":
        start -= 1
    return start


def _has_heads(context: str) -> bool:
    return " | " in context.rpartition(" › ")[2]


def _find_head(text: str, rows: Sequence[Line], number: int, context: str) -> Line | None:
    """Return the row of a table that names the columns of one of its rows, as far as is known."""

    def cells_of(row: Line) -> list[str]:
        return _split_row(text, row)

    own = len(cells_of(rows[number]))
    for row in reversed(rows[: number + 1]):
        if _has_heads(context) and context.endswith(" | ".join(cells_of(row)).lstrip(" |")):
            return row
    if _has_heads(context):
        return None
    named = [cell for cell in cells_of(rows[0]) if cell]
    if len(rows) < 2 or len(named) < 2 or len(cells_of(rows[0])) < own:
        return None
    if any(_is_figure(cell) or len(cell) > HEAD_CHARS for cell in named):
        return None
    # A list of terms has no head: of two columns one must hold figures.
    several = len(cells_of(rows[0])) > 2
    return rows[0] if several or _names_figures(text, rows) else None


def _find_end_of_heads(text: str, table: Sequence[Line], head: Line) -> int:
    """Return where the heads end: below "2020 … 2030" may stand what each year has."""
    rows = [row for row in table if row.start >= head.start]
    if len(rows) < 3 or rows[0] is not head or not _names_figures(text, rows[1:]):
        return head.end
    above, below = ([cell for cell in _split_row(text, row) if cell] for row in rows[:2])
    names = len(below) > len(above) and not any(_is_figure(c) or _YEAR.fullmatch(c) for c in below)
    return rows[1].end if names else head.end


def _names_figures(text: str, rows: Sequence[Line]) -> bool:
    """Tell whether most rows below the first hold figures."""
    below = [_split_row(text, row)[1:] for row in rows[1:]]
    return 2 * sum(any(map(_is_figure, cells)) for cells in below) > len(below)


def _is_figure(cell: str) -> bool:
    return bool(_FIGURE.fullmatch(cell)) and not _YEAR.fullmatch(cell)


def _find_caption(
    text: str, lines: Sequence[Line], first: int, last: int
) -> tuple[int, int] | None:
    """Return the line right above a table, or right below, that names it."""
    above = lines[first - 1] if first else None
    below = lines[last + 1] if last + 1 < len(lines) else None
    # Where captions stand below, the one above this table is of the table above it.
    belongs_above = first > 1 and lines[first - 2].is_row
    candidates = (below, above) if belongs_above else (above, below)
    for line in candidates:
        if line is None or line.is_row or line.end - line.start > CAPTION_CHARS:
            continue
        words = text[line.start : line.end]
        if _CAPTION.match(words) or (line is above and line.leads):
            return line.start, line.end
    return None
