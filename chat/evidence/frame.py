"""The step that gives each quotation what it stands in: its list's lead-in, its table's heads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from chat.account import Account
from chat.evidence.judge import Supported
from chat.evidence.lines import Line, is_plain_text, read_lines
from chat.evidence.lists import ItemList, find_list
from chat.evidence.tables import find_table
from chat.phrases import count
from chat.types import Around, AroundKind, Evidence
from chat.way import Step
from index.base import Catalog
from index.version import Version

# A list up to this length is quoted whole.
WHOLE_CHARS = 1_200
# A lead-in that is nearer to its item than this is quoted with it and what stands between.
NEAR_CHARS = 600


@dataclass(frozen=True, slots=True)
class _Room:
    """Where a quotation may grow: over what it takes in, and up to what it may not touch.

    Attributes:
        pieces: All that is quoted.
        own: The one that grows.
        fixed: Those that are never taken in, since a difference names them.
    """

    pieces: Sequence[Evidence]
    own: Evidence
    fixed: Sequence[Evidence]

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


def frame(version: Version, room: _Room) -> Evidence:
    """Return a piece of evidence with what it stands in.

    Rows of a table are quoted whole, with the heads of their columns and the caption beside them.
    An item is quoted with its mark; with its lead-in, or that beside it; a list whole, or with how
    many of its items are left.
    """
    piece = room.own
    headings = [section.start for section in version.sections]
    hit = piece.candidate.hit
    lines = read_lines(
        version.text,
        piece.start,
        piece.end,
        is_plain=is_plain_text(hit.document),
        headings=headings,
    )
    context = hit.passage.context
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


def _frame_list(version: Version, lines: Sequence[Line], room: _Room) -> Evidence:
    piece = room.own
    touched = [line for line in lines if line.start < piece.end and piece.start < line.end]
    if not touched:
        return piece
    first, last = touched[0], touched[-1]
    above = find_list(lines, first.start, min(first.end, piece.end))
    start, end = piece.start, piece.end
    # The list that the quotation begins in: its lead-ins, unless it begins with one.
    lead_ins = [span for span in above.lead_ins if span[1] <= piece.start] if above else []
    if above and first.style and _fits(room, first.start, end, NEAR_CHARS):
        start = min(start, first.start)
    while lead_ins and _fits(room, lead_ins[-1][0], end, NEAR_CHARS):
        start = lead_ins.pop()[0]
    # The first sentences of a paragraph do not lead in the list that its last one does.
    below = None if last.leads and end < last.end else _find_list_of_end(lines, start, last)
    if below is not None:
        whole = below.items[-1][1] if below.items else end
        if start < below.lead_ins[-1][1] and _fits(room, start, whole, WHOLE_CHARS):
            end = max(end, whole)
        elif _fits(room, start, last.end, WHOLE_CHARS):
            end = max(end, last.end)
    left = _count_left(below, end, room) if below else 0
    around = _cut(version, [("lead_in", span) for span in lead_ins])
    return replace(_stretch(version, piece, start, end), around=around, items_left=left)


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
            room = _Room(pieces, own, fixed)
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
        return replace(known, evidence=tuple(pieces), contrasts=tuple(contrasts))

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
