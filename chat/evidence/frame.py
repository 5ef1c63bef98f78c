"""The step that gives each quotation what it stands in: its list's lead-in, its table's heads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import ClassVar

from chat.account import Account
from chat.evidence.judge import Supported
from chat.evidence.lines import Line, is_plain_text, read_lines
from chat.evidence.lists import ItemList, find_list
from chat.evidence.tables import find_table
from chat.phrases import count
from chat.retrieval.retrieve import Terms, collect_terms
from chat.types import Around, AroundKind, Evidence
from chat.way import Step
from index.base import Catalog
from index.version import Version

# A list up to this length is quoted whole; of a longer one as many items as that holds.
WHOLE_CHARS = 1_600
# A lead-in that is nearer to its item than this is quoted with it and what stands between.
NEAR_CHARS = 600


@dataclass(frozen=True, slots=True)
class _Room:
    """Where a quotation may grow: over what it takes in, and up to what it may not touch.

    Attributes:
        pieces: All that is quoted.
        own: The one that grows.
        fixed: Those that are never taken in, since a difference names them.
        terms: Of the question.
    """

    pieces: Sequence[Evidence]
    own: Evidence
    fixed: Sequence[Evidence]
    terms: Terms

    def find_touched(self, start: int, end: int) -> list[Evidence]:
        """Return the other quotations that a stretch touches."""
        version = self.own.candidate.hit.passage.version
        return [
            piece
            for piece in self.pieces
            if piece is not self.own
            and piece.candidate.hit.passage.version == version
            and piece.start < end
            and start < piece.end
        ]

    def is_free(self, start: int, end: int) -> bool:
        """Tell whether a stretch holds all that it touches, and nothing that is fixed."""
        return all(
            start <= piece.start and piece.end <= end and not any(piece is f for f in self.fixed)
            for piece in self.find_touched(start, end)
        )

    def asks_for_list(self, lead_in: str) -> bool:
        """Tell whether a question asks for what a lead-in announces, not for one of its items."""
        language = self.own.candidate.hit.document.metadata.language
        asked = self.terms.coverage(collect_terms(lead_in, language))
        return asked > self.terms.coverage(collect_terms(self.own.quote, language))


def frame(version: Version, room: _Room) -> Evidence:
    """Return a piece of evidence with what it stands in.

    Rows of a table are quoted whole, with the heads of their columns and the caption beside them.
    An item is quoted with its mark; with its lead-in, or that beside it; a list whole, or with how
    many of its items are left.
    """
    piece = room.own
    lines = _read_lines(version, piece)
    context = piece.candidate.hit.passage.context
    table = find_table(version.text, lines, piece.start, piece.end, context)
    if table is None:
        return _frame_list(version, lines, room)
    start, end = table.rows[0][0], table.rows[-1][1]
    if end - start <= WHOLE_CHARS and room.is_free(start, end):
        piece = _stretch(version, piece, start, end)
    kinds: list[tuple[AroundKind, tuple[int, int] | None]] = [
        ("caption", table.caption),
        ("heads", table.head),
    ]
    return replace(piece, around=_cut(version, [(k, s) for k, s in kinds if s is not None]))


def _read_lines(version: Version, piece: Evidence) -> list[Line]:
    return read_lines(
        version.text,
        piece.start,
        piece.end,
        is_plain=is_plain_text(piece.candidate.hit.document),
        headings=[section.start for section in version.sections],
    )


def _frame_list(version: Version, lines: Sequence[Line], room: _Room) -> Evidence:
    piece = room.own
    touched = [line for line in lines if line.start < piece.end and piece.start < line.end]
    if not touched:
        return piece
    above = find_list(lines, touched[0].start, min(touched[0].end, piece.end))
    start, lead_ins = _begin_list(version.text, room, touched, above)
    # What another quotation has of the same list stands between its items.
    end = max([piece.end, *(one.end for one in _find_joined(room, above, start))])
    last = next(line for line in reversed(lines) if line.start < end)
    # The first sentences of a paragraph do not lead in the list that its last one does.
    below = None if last.leads and end < last.end else _find_list_of_end(lines, start, last)
    end = _end_list(room, lines, (start, end), last, below)
    left = _count_left(below, end, room) if below else 0
    around = _cut(version, [("lead_in", span) for span in lead_ins])
    return replace(_stretch(version, piece, start, end), around=around, items_left=left)


def _begin_list(
    text: str, room: _Room, touched: Sequence[Line], above: ItemList | None
) -> tuple[int, list[tuple[int, int]]]:
    """Return where a quotation is to begin, and the lead-ins that stand further up."""
    piece, first = room.own, touched[0]
    start, end = piece.start, piece.end
    # The list that the quotation begins in: its lead-ins, unless it begins with one.
    lead_ins = [span for span in above.lead_ins if span[1] <= start] if above else []
    if above and first.style and _fits(room, first.start, end, NEAR_CHARS):
        start = min(start, first.start)
    # Several items without those before them would read as all of them.
    is_list = touched[1:] or _find_joined(room, above, start)
    if not is_list and lead_ins:
        is_list = room.asks_for_list(text[slice(*lead_ins[-1])])
    near = WHOLE_CHARS if is_list else NEAR_CHARS
    while lead_ins and _fits(room, lead_ins[-1][0], end, near):
        start = lead_ins.pop()[0]
    return start, lead_ins


def _find_joined(room: _Room, own: ItemList | None, start: int) -> list[Evidence]:
    """Return the quotations of the same list that one of it can take in."""
    if own is None or not own.items:
        return []
    first, last = own.lead_ins[-1][0], own.items[-1][1]
    parts = [piece for piece in room.find_touched(first, last) if piece.end <= last]
    end = max([room.own.end, *(piece.end for piece in parts)])
    begin = min([start, *(max(first, piece.start) for piece in parts)])
    return parts if parts and _fits(room, begin, end, WHOLE_CHARS) else []


def _end_list(
    room: _Room,
    lines: Sequence[Line],
    quoted: tuple[int, int],
    last: Line,
    below: ItemList | None,
) -> int:
    """Return where a quotation is to end: behind the items that it leads in, as far as they fit."""
    start, end = quoted
    items: Sequence[tuple[int, int]] = ()
    if below and start < below.lead_ins[-1][1]:
        items = below.items
    elif below is None and last.leads and end == last.end:
        items = _find_sequel(lines, end)
    leading = {line.end for line in lines if line.leads}
    ends = [item[1] for item in items if item[1] > end and item[1] not in leading]
    if below and last.end > end:
        ends.append(last.end)
    return max([end, *(stop for stop in ends if _fits(room, start, stop, WHOLE_CHARS))])


def _find_sequel(lines: Sequence[Line], end: int) -> list[tuple[int, int]]:
    """Return what a colon announces that no list follows: up to the end of a sentence or table."""
    found: list[tuple[int, int]] = []
    for line in lines:
        if line.start < end:
            continue
        if line.is_heading or (found and line.is_apart and not line.is_row):
            break
        found = [(line.start, line.end)] if not found else [(found[0][0], line.end)]
        if line.is_whole and not line.is_row:
            break
    return found


def _find_list_of_end(lines: Sequence[Line], start: int, last: Line) -> ItemList | None:
    """Return the list that a quotation ends in: the outermost whose lead-in it holds."""
    inner = find_list(lines, last.start, last.end)
    if inner is None:
        return None
    held = [span for span in inner.lead_ins if start < span[1]]
    return find_list(lines, held[0][0], last.end) if held else inner


def _fits(room: _Room, start: int, end: int, most: int) -> bool:
    return end - start <= most and room.is_free(start, end)


def _count_left(found: ItemList, end: int, room: _Room) -> int:
    """Return how many items of a list stand behind a quotation; 0 where another one goes on."""
    left = [item for item in found.items if item[0] >= end]
    if left and room.find_touched(left[0][0], left[-1][1]):
        return 0
    return len(left)


def _stretch(version: Version, piece: Evidence, start: int, end: int) -> Evidence:
    """Return a piece of evidence with a longer quotation, in which the former one is marked."""
    if (start, end) == (piece.start, piece.end):
        return piece
    marks = piece.marks or ((piece.start, piece.end),)
    return replace(piece, start=start, end=end, quote=version.text[start:end], marks=marks)


def _cut(
    version: Version, spans: Sequence[tuple[AroundKind, tuple[int, int]]]
) -> tuple[Around, ...]:
    return tuple(Around(kind, a, b, version.text[a:b]) for kind, (a, b) in spans)


@dataclass(frozen=True)
class Frame(Step[Supported, Supported]):
    """Gives lists whole and with their lead-ins, rows with the heads of their columns."""

    name: ClassVar[str] = "frame"
    catalog: Catalog

    def take(self, known: Supported) -> Supported:
        """Return the evidence framed; what another quotation has taken in is left out."""
        pieces = list(known.evidence)
        fixed = [side for c in known.contrasts for side in (c.first, c.second)]
        contrasts = list(known.contrasts)
        for own in known.evidence:
            if not any(piece is own for piece in pieces):
                continue
            version = self.catalog.version(own.candidate.hit.passage.version)
            room = _Room(pieces, own, fixed, known.retrieved.terms)
            framed = frame(version, room)
            taken = room.find_touched(framed.start, framed.end)
            framed = replace(framed, marks=_join_marks(framed, taken))
            pieces = [
                framed if piece is own else piece
                for piece in pieces
                if not any(piece is one for one in taken)
            ]
            fixed = [framed if piece is own else piece for piece in fixed]
            contrasts = [
                replace(
                    c,
                    first=framed if c.first is own else c.first,
                    second=framed if c.second is own else c.second,
                )
                for c in contrasts
            ]
        return replace(known, evidence=self._sort(pieces), contrasts=tuple(contrasts))

    def _sort(self, pieces: Sequence[Evidence]) -> tuple[Evidence, ...]:
        """Return the quotations, those that stand near each other in one list in its order."""
        lists = [self._find_place(piece) for piece in pieces]
        ordered = list(pieces)
        for place in {place for place in lists if place is not None}:
            numbers = [n for n, other in enumerate(lists) if other == place]
            own = sorted((pieces[n] for n in numbers), key=lambda piece: piece.start)
            if any(b.start - a.end > NEAR_CHARS for a, b in pairwise(own)):
                continue
            for number, piece in zip(numbers, own, strict=True):
                ordered[number] = piece
        return tuple(ordered)

    def _find_place(self, piece: Evidence) -> tuple[str, int] | None:
        """Return which list a quotation stands in: its version and where it is led in."""
        version = self.catalog.version(piece.candidate.hit.passage.version)
        lines = _read_lines(version, piece)
        found = find_list(lines, piece.start, piece.end)
        return (version.id, found.lead_ins[0][0]) if found else None

    def explain(self, known: Supported, found: Supported) -> Account | None:
        """Return which quotations were given more; nothing where none was."""
        before = {(piece.start, piece.end, piece.around) for piece in known.evidence}
        told = [
            _tell_frame(piece)
            for piece in found.evidence
            if (piece.start, piece.end, piece.around) not in before or piece.items_left
        ]
        if not told:
            return None
        return Account(self.name, count(len(known.evidence), "quotation"), "; ".join(told))


def _join_marks(framed: Evidence, taken: Sequence[Evidence]) -> tuple[tuple[int, int], ...]:
    """Return the marks of a quotation and of those that it has taken in."""
    if not taken:
        return framed.marks
    others = {mark for one in taken for mark in (one.marks or ((one.start, one.end),))}
    joined: list[tuple[int, int]] = []
    for start, end in sorted({*framed.marks, *others}):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


_BESIDE: dict[AroundKind, str] = {
    "lead_in": "what leads its list in",
    "caption": "the caption of its table",
    "heads": "the heads of its columns",
}


def _tell_frame(piece: Evidence) -> str:
    beside = " and ".join(dict.fromkeys(_BESIDE[one.kind] for one in piece.around))
    parts = [f"“{' '.join(piece.quote.split())}”"]
    if beside:
        parts.append(f"with {beside}")
    if piece.items_left:
        parts.append(f"whose list goes on for {count(piece.items_left, 'item')}")
    return " ".join(parts)
