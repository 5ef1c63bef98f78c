"""The step that gives each quotation what it stands in: its list's lead-in, its table's heads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import ClassVar

from chat.account import Account
from chat.evidence.extent import NEAR_CHARS, WHOLE_CHARS, Room, find_extent
from chat.evidence.judge import Supported
from chat.evidence.lines import Line, is_plain_text, read_lines
from chat.evidence.lists import find_list
from chat.evidence.tables import find_table
from chat.phrases import count
from chat.question.kinds import asks_for_several
from chat.retrieval.retrieve import Terms, collect_terms
from chat.types import Around, AroundKind, Evidence
from chat.way import Step
from index.base import Catalog
from index.version import Version

# A list is shown first whose lead-in holds this share of what is asked for, with so many items.
ANNOUNCED = 0.5
LEAST_ITEMS = 2


def frame(version: Version, room: Room) -> Evidence:
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


def _frame_list(version: Version, lines: Sequence[Line], room: Room) -> Evidence:
    extent = find_extent(version.text, lines, room)
    around = _cut(version, [("lead_in", span) for span in extent.lead_ins])
    framed = _stretch(version, room.own, extent.start, extent.end)
    return replace(framed, around=around, items_left=extent.items_left)


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
        ordered = self._sort(pieces)
        if not contrasts and asks_for_several(known.retrieved.question):
            ordered = self._put_list_first(ordered, known.retrieved.terms)
        return replace(known, evidence=ordered, contrasts=tuple(contrasts))

    def _put_list_first(self, pieces: Sequence[Evidence], terms: Terms) -> tuple[Evidence, ...]:
        """Return the quotations, first the list whose lead-in announces what is asked for."""
        announced = [self._rate_list(piece, terms) for piece in pieces]
        best = max(range(len(pieces)), key=lambda number: (announced[number], -number))
        if announced[best] < ANNOUNCED:
            return tuple(pieces)
        return (pieces[best], *pieces[:best], *pieces[best + 1 :])

    def _rate_list(self, piece: Evidence, terms: Terms) -> float:
        """Return how much of what is asked for the lead-in of a quoted list holds; 0 for none."""
        text = self.catalog.version(piece.candidate.hit.passage.version).text
        found = find_list(self._read_lines(piece), piece.start, piece.end)
        if found is None:
            return 0.0
        start, end = found.lead_ins[-1]
        if start < piece.start or sum(a < piece.end for a, _ in found.items) < LEAST_ITEMS:
            return 0.0
        language = piece.candidate.hit.document.metadata.language
        return terms.coverage(collect_terms(text[start:end], language))

    def _read_lines(self, piece: Evidence) -> list[Line]:
        return _read_lines(self.catalog.version(piece.candidate.hit.passage.version), piece)

    def _sort(self, pieces: Sequence[Evidence]) -> tuple[Evidence, ...]:
        """Return the quotations, those that stand near each other in one list in its order."""
        lists = [self._find_place(piece) for piece in pieces]
        ordered = list(pieces)
        for place in {place for place in lists if place is not None}:
            own = sorted(
                (n for n, other in enumerate(lists) if other == place),
                key=lambda number: pieces[number].start,
            )
            for first, second in pairwise(own):
                near = pieces[second].start - pieces[first].end <= NEAR_CHARS
                if near and ordered.index(pieces[first]) > ordered.index(pieces[second]):
                    ordered.remove(pieces[first])
                    ordered.insert(ordered.index(pieces[second]), pieces[first])
        return tuple(ordered)

    def _find_place(self, piece: Evidence) -> tuple[str, int] | None:
        """Return which list a quotation stands in: its version and where it is led in."""
        found = find_list(self._read_lines(piece), piece.start, piece.end)
        return (piece.candidate.hit.passage.version, found.lead_ins[0][0]) if found else None

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
