"""How far a quotation of a list goes: from its lead-in, over as many items as there is room for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chat.evidence.structure.lines import Line
from chat.evidence.structure.lists import ItemList, find_list
from chat.retrieval.retrieve import Terms, collect_terms
from chat.types import Evidence

# A list up to this length is quoted whole; of a longer one as many items as that holds.
WHOLE_CHARS = 1_600
# A lead-in that is nearer to its item than this is quoted with it and what stands between; two
# quotations of a list that are nearer are read one after the other.
NEAR_CHARS = 600


@dataclass(frozen=True, slots=True)
class Room:
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


@dataclass(frozen=True, slots=True)
class Extent:
    """What is to be quoted of a list; half-open offsets.

    Attributes:
        start: Where the quotation begins.
        end: Where it ends.
        lead_ins: What leads it in further up, outermost first.
    """

    start: int
    end: int
    lead_ins: tuple[tuple[int, int], ...]


def find_extent(text: str, lines: Sequence[Line], room: Room) -> Extent:
    """Return how far a quotation is to go that may stand in a list; `lines` are those around it."""
    piece = room.own
    touched = [line for line in lines if line.start < piece.end and piece.start < line.end]
    if not touched:
        return Extent(piece.start, piece.end, ())
    above = find_list(lines, touched[0].start, min(touched[0].end, piece.end))
    start, lead_ins = _begin_list(text, room, touched, above)
    # What another quotation has of the same list stands between its items.
    end = max([piece.end, *(one.end for one in _find_joined(room, above, start))])
    end = _end_list(room, lines, (start, end))
    return Extent(start, end, tuple(lead_ins))


def count_items_left(lines: Sequence[Line], piece: Evidence, others: Sequence[Evidence]) -> int:
    """Return how many items of its list stand behind a quotation, up to the next one of it."""
    touched = [line for line in lines if line.start < piece.end and piece.start < line.end]
    own = _find_list_of_end(lines, piece.start, piece.end) if touched else None
    if own is None:
        return 0
    if left := _list_behind(own, piece, others):
        return len(left)
    # Of "(b) … including:" with all that it includes, "(c)" of the list around it is left.
    above = [(one.start, one.end) for one in piece.around if one.kind == "lead_in"]
    first = touched[0]
    outer = find_list(lines, *(above or [(first.start, min(first.end, piece.end))])[-1])
    return len(_list_behind(outer, piece, others)) if outer else 0


def _list_behind(
    own: ItemList, piece: Evidence, others: Sequence[Evidence]
) -> list[tuple[int, int]]:
    """Return the items of a list that stand between a quotation of it and the next one."""
    next_one = min((one.start for one in others if one.start >= piece.end), default=None)
    behind = [item for item in (*own.items, *own.further) if item[0] >= piece.end]
    return [item for item in behind if next_one is None or item[0] < next_one]


def _begin_list(
    text: str, room: Room, touched: Sequence[Line], above: ItemList | None
) -> tuple[int, list[tuple[int, int]]]:
    """Return where a quotation is to begin, and the lead-ins that stand further up."""
    piece, first = room.own, touched[0]
    start, end = piece.start, piece.end
    # The list that the quotation begins in: its lead-ins, unless it begins with one.
    lead_ins = [span for span in above.lead_ins if span[1] <= start] if above else []
    if first.style and _fits(room, first.start, end, NEAR_CHARS):
        start = min(start, first.start)
    # Several items without those before them would read as all of them.
    is_list = bool(touched[1:] or _find_joined(room, above, start))
    if not is_list and lead_ins:
        is_list = room.asks_for_list(text[slice(*lead_ins[-1])])
    near = WHOLE_CHARS if is_list else NEAR_CHARS
    for number, span in enumerate(lead_ins):
        if _fits(room, span[0], end, near):
            return span[0], lead_ins[:number]
    return start, lead_ins


def _find_joined(room: Room, own: ItemList | None, start: int) -> list[Evidence]:
    """Return the quotations of the same list that one of it can take in."""
    if own is None or not own.items:
        return []
    first, last = own.lead_ins[-1][0], own.items[-1][1]
    parts = [piece for piece in room.find_touched(first, last) if piece.end <= last]
    end = max([room.own.end, *(piece.end for piece in parts)])
    begin = min([start, *(piece.start for piece in parts)])
    return parts if parts and _fits(room, begin, end, WHOLE_CHARS) else []


def _end_list(room: Room, lines: Sequence[Line], quoted: tuple[int, int]) -> int:
    """Return where a quotation is to end: behind the items that it leads in, as far as they fit."""
    start, end = quoted
    last = _find_last(lines, end)
    below = _find_list_of_end(lines, start, end)
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


def _find_last(lines: Sequence[Line], end: int) -> Line:
    return next(line for line in reversed(lines) if line.start < end)


def _find_list_of_end(lines: Sequence[Line], start: int, end: int) -> ItemList | None:
    """Return the list that a quotation ends in: the outermost whose lead-in it holds."""
    last = _find_last(lines, end)
    if last.leads and end < last.end:
        return None  # the first sentences of a paragraph do not lead in the list that its last does
    inner = find_list(lines, last.start, last.end)
    if inner is None:
        return None
    held = [span for span in inner.lead_ins if start < span[1]]
    return find_list(lines, held[0][0], last.end) if held else inner


def _fits(room: Room, start: int, end: int, most: int) -> bool:
    return end - start <= most and room.is_free(start, end)
