"""The step that gives each quotation what it stands in: its list's lead-in, its table's heads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from chat.account import Account
from chat.evidence.judge import Supported
from chat.evidence.structure.extent import WHOLE_CHARS, Room, count_items_left, find_extent
from chat.evidence.structure.lines import Line, is_plain_text, read_lines
from chat.evidence.structure.lists import find_list
from chat.evidence.structure.order import Listed, order_lists, put_list_first
from chat.evidence.structure.tables import find_table
from chat.phrases import count
from chat.question.kinds import asks_for_several
from chat.types import Around, AroundKind, Evidence
from chat.way import Step
from index.base import Catalog
from index.version import Version


def frame(version: Version, room: Room) -> Evidence:
    """Return a piece of evidence with what it stands in.

    Rows of a table are quoted whole, with the heads of their columns and the caption beside them.
    An item is quoted with its mark; with its lead-in, or that beside it; a list as far as there is
    room.
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


def _frame_list(version: Version, lines: Sequence[Line], room: Room) -> Evidence:
    extent = find_extent(version.text, lines, room)
    around = _cut(version, [("lead_in", span) for span in extent.lead_ins])
    return replace(_stretch(version, room.own, extent.start, extent.end), around=around)


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
            room = Room(pieces, own, fixed, known.retrieved.terms)
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
        pieces = [p for p in pieces if p in fixed or not any(_shows(one, p) for one in pieces)]
        ordered = order_lists(self._stand_in_lists(pieces), known.retrieved.terms)
        if not contrasts and asks_for_several(known.retrieved.question):
            ordered = put_list_first(ordered, known.retrieved.terms)
        evidence = tuple(one.piece for one in ordered)
        return replace(known, evidence=evidence, contrasts=tuple(contrasts))

    def _stand_in_lists(self, pieces: Sequence[Evidence]) -> list[Listed]:
        """Return quotations with the list that each stands in, and what is left of it told."""
        found = []
        for piece in pieces:
            version = self.catalog.version(piece.candidate.hit.passage.version)
            lines = _read_lines(version, piece)
            same = [p for p in pieces if p.candidate.hit.passage.version == version.id]
            told = replace(piece, items_left=count_items_left(lines, piece, same))
            own = find_list(lines, piece.start, piece.end)
            if own is None:
                found.append(Listed(told, None, "", 0))
                continue
            start, end = own.lead_ins[-1]
            announced = version.text[start:end] if start >= piece.start else ""
            items = sum(first < piece.end for first, _ in own.items)
            found.append(Listed(told, (version.id, own.lead_ins[0][0]), announced, items))
        return found

    def explain(self, known: Supported, found: Supported) -> Account | None:
        """Return which quotations were given more; nothing where none was."""
        before = {(piece.start, piece.end, piece.around) for piece in known.evidence}
        told = [
            _tell_frame(piece)
            for piece in found.evidence
            if (piece.start, piece.end, piece.around) not in before or piece.items_left
        ]
        moved = not _holds(found.evidence[0], known.evidence[0])
        if not told and not moved:
            return None
        quotations = count(len(found.evidence), "quotation")
        saw, kept = count(len(known.evidence), "quotation"), "; ".join(told) or quotations
        return Account(self.name, saw, kept, note=_MOVED if moved else "")


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


def _shows(one: Evidence, other: Evidence) -> bool:
    """Tell whether what answers in a quotation stands around another one, as a caption does."""
    if one.candidate.hit.passage.version != other.candidate.hit.passage.version:
        return False
    marks = other.marks or ((other.start, other.end),)
    return all(any(a.start <= x and y <= a.end for a in one.around) for x, y in marks)


def _holds(one: Evidence, other: Evidence) -> bool:
    """Tell whether a quotation holds another one of the same text."""
    same = one.candidate.hit.passage.version == other.candidate.hit.passage.version
    return same and one.start <= other.start and other.end <= one.end


_MOVED = (
    "Quotations of one list stand in its order, and a list whose lead-in names what is asked for "
    "stands first."
)
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
