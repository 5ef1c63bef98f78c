"""Lists in canonical text: what leads their items in, how far they go on.

A list is recognised by its lines: by the marks of its items, or, where a web page or a slide has
none, by standing right under a line that ends with a colon.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from chat.evidence.structure.lines import Line


@dataclass(frozen=True, slots=True)
class ItemList:
    """A list, or the part of one that stands under one lead-in.

    Attributes:
        lead_ins: What leads its items in, outermost first; half-open offsets.
        items: Its items and theirs, in order.
        further: Its items behind a paragraph of another kind, known by their numbers.
    """

    lead_ins: tuple[tuple[int, int], ...]
    items: tuple[tuple[int, int], ...]
    further: tuple[tuple[int, int], ...]


def find_list(lines: Sequence[Line], start: int, end: int) -> ItemList | None:
    """Return the list that a stretch stands in.

    Args:
        lines: Around the stretch.
        start: Half-open offsets of the stretch.
        end: See start.

    Returns:
        Of nested lists the outermost whose lead-in the stretch holds; else the innermost. None
        where the stretch is in no list that has a lead-in.
    """
    touched = [n for n, line in enumerate(lines) if line.start < end and start < line.end]
    if not touched:
        return None
    for number in touched:
        line = lines[number]
        if line.leads and line.lead_in >= start and (items := _collect_items(lines, number)):
            above = _find_lead_ins(lines, number) if line.style or not line.is_apart else []
            return _make_list(lines, [*above, number], items)
    above = _find_lead_ins(lines, touched[0])
    if not above:
        return None
    return _make_list(lines, above, _collect_items(lines, above[-1]))


def _make_list(lines: Sequence[Line], lead_ins: Sequence[int], items: Sequence[int]) -> ItemList:
    return ItemList(
        lead_ins=tuple((lines[n].lead_in, lines[n].end) for n in lead_ins),
        items=tuple((lines[n].start, lines[n].end) for n in items),
        further=tuple((lines[n].start, lines[n].end) for n in _find_further(lines, items)),
    )


def _find_further(lines: Sequence[Line], items: Sequence[int]) -> list[int]:
    """Return the lines that go on with the numbers of a list which a paragraph interrupts."""
    if not items or not lines[items[0]].value:
        return []
    style = lines[items[0]].style
    value = next(lines[n].value for n in reversed(items) if lines[n].style == style)
    found: list[int] = []
    for number in range(items[-1] + 1, len(lines)):
        line = lines[number]
        if line.is_heading or (line.style == style and line.value != value + 1):
            break
        if line.style == style:
            found.append(number)
            value = line.value
    return found


def _find_lead_ins(lines: Sequence[Line], number: int) -> list[int]:
    """Return the lines that lead a line in, outermost first."""
    found: list[int] = []
    at = number
    while (above := _find_lead_in(lines, at)) is not None:
        found.insert(0, above)
        if not lines[above].style and lines[above].is_apart:
            break
        at = above
    return found


def _find_lead_in(lines: Sequence[Line], number: int) -> int | None:
    """Return the nearest line above that governs a line."""
    target = lines[number]
    if target.is_heading or target.is_row or (not target.style and target.is_apart):
        return None
    below = number
    for at in range(number - 1, -1, -1):
        line, beneath = lines[at], lines[at + 1]
        if line.is_heading or line.is_row:
            return None
        if beneath.is_apart and not (beneath.style and (line.style or line.leads)):
            return None
        if line.style and line.style == target.style:
            if target.value and line.value >= lines[below].value:
                return None  # another list: its numbers begin anew
            below = at
        elif line.leads and not _is_closed(lines, at, number):
            return at
        elif not line.style and target.style:
            # "Members shall" right over "(a) report" leads in without a colon.
            opens = below == at + 1 and lines[below].value == 1 and not lines[below].is_apart
            return at if opens and not line.is_whole else None
        elif line.style and _is_outer(lines, at, line.style, target.style):
            return None if line.is_whole else at  # "2. Costs" over "(a) staff"
    return None


def _is_outer(lines: Sequence[Line], number: int, one: str, other: str) -> bool:
    """Tell whether marks of one style stand above those of another in the same list."""
    first = number
    while first and not _is_start(lines[first]):
        first -= 1
    first = min(first, _find_first_number(lines, number))
    for line in lines[first : number + 1]:
        if line.style in (one, other):
            return line.style == one
    return False


def _find_first_number(lines: Sequence[Line], number: int) -> int:
    """Return the line from which the numbers count up to a line; that line where none does."""
    first = number
    for at in range(number - 1, -1, -1):
        line = lines[at]
        if lines[first].value <= 1 or line.is_heading or line.is_row:
            break
        if line.style == lines[number].style:
            if line.value != lines[first].value - 1:
                break
            first = at
    return first


def _is_start(line: Line) -> bool:
    return line.is_heading or line.is_row or (line.is_apart and not line.style)


def _is_closed(lines: Sequence[Line], lead_in: int, number: int) -> bool:
    """Tell whether the list under a line is over before another line."""
    opener, target = lines[lead_in], lines[number]
    if opener.style:
        return any(line.style == opener.style for line in lines[lead_in + 1 : number + 1])
    # Under an unmarked item with a colon the marked ones are its own, an unmarked one is not.
    first = lines[lead_in + 1]
    return bool(first.style) and not target.style


def _collect_items(lines: Sequence[Line], lead_in: int) -> list[int]:
    """Return the items under a lead-in, with theirs."""
    opener = lines[lead_in]
    found: list[int] = []
    for number in range(lead_in + 1, len(lines)):
        line, above = lines[number], lines[number - 1]
        if line.is_heading or line.is_row or _is_level_with(lines, lead_in, line.style):
            break
        first = lines[found[0]] if found else line
        if line.is_apart and not (line.style and (above.style or above.leads)):
            break
        # "9. …" below "— the last item." and a blank line goes on with what is around the list.
        is_known = not found or any(lines[n].style == line.style for n in found)
        if line.is_apart and above.is_whole and not is_known:
            break
        # A date below the last item says since when a rule stands.
        if line.is_date and found and not first.is_date:
            break
        # Unmarked lines are items right under a paragraph only.
        if not line.style and (first.style or not opener.is_apart):
            break
        if _begins_anew(lines, found, line):
            break
        found.append(number)
    return found


def _is_level_with(lines: Sequence[Line], lead_in: int, style: str) -> bool:
    """Tell whether a mark is of the level of an item that leads in, or above it."""
    own = lines[lead_in].style
    if not own or not style:
        return False
    return style == own or _is_outer(lines, lead_in, style, own)


def _begins_anew(lines: Sequence[Line], items: Sequence[int], line: Line) -> bool:
    """Tell whether the numbers of a list's own items begin again: another list."""
    if not items or not line.value or line.style != lines[items[0]].style:
        return False
    before = [lines[n].value for n in items if lines[n].style == line.style]
    return line.value <= before[-1]
