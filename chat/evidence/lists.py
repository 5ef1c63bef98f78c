"""Lists in canonical text: which lines are items, what leads them in, how far they go on.

An index keeps no blocks, so a list is recognised by its lines: by the marks of its items, or,
where a web page or a slide has none, by standing right under a line that ends with a colon.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from index.types import Document

# How far around a quotation a list is followed.
BEFORE_CHARS = 8_000
AFTER_CHARS = 12_000
# A lead-in is a sentence or two; what is longer and ends with a colon is a paragraph.
LEAD_IN_CHARS = 500

_MARK = re.compile(
    r"(?P<bullet>[-–—*•▪◦‣·●○■□➢✓])(?=\s|$)"
    r"|(?P<open>\(?)(?P<word>\d{1,3}|[a-z]{1,2}|[ivxl]{1,6}|[A-Z]{1,2}|[IVXL]{1,6})(?P<close>[.)])"
    r"(?=\s|$)"
    r"|(?P<glued>[•▪◦‣●○■□➢✓])(?=\S)"
)
_ROMAN = re.compile(r"[ivxl]+$", re.IGNORECASE)
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50}
_WHOLE = re.compile(r"[.!?;…][\"'”’)\]]*$")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a text, with what follows it by force of wrapping.

    Attributes:
        start: Half-open offsets in the text, without white space around.
        end: See start.
        is_apart: Whether a blank line, or nothing, stands above.
        style: What its mark looks like: "(a)", "1.", "•"; "" for none.
        value: The number that the mark counts, from 1; 0 for a bullet or none.
        leads: Whether it ends with a colon.
        is_whole: Whether it ends as a sentence does.
        is_heading: Whether it heads a section.
        is_row: Whether it has cells.
    """

    start: int
    end: int
    is_apart: bool
    style: str
    value: int
    leads: bool
    is_whole: bool
    is_heading: bool
    is_row: bool


@dataclass(frozen=True, slots=True)
class ItemList:
    """A list, or the part of one that stands under one lead-in.

    Attributes:
        lead_ins: What leads its items in, outermost first; half-open offsets.
        items: Its items and theirs, in order.
    """

    lead_ins: tuple[tuple[int, int], ...]
    items: tuple[tuple[int, int], ...]


def read_lines(
    text: str, start: int, end: int, *, is_plain: bool, headings: Iterable[int] = ()
) -> list[Line]:
    """Return the lines around a stretch of a text.

    Args:
        text: Canonical text, or a passage of one.
        start: Half-open offsets of the stretch.
        end: See start.
        is_plain: Whether a line may be wrapped, or a paragraph: see `is_plain_text`.
        headings: Where headings start.

    Returns:
        In order; the marks of items are told apart as far as the lines before them tell.
    """
    begin = text.rfind("\n", 0, max(0, start - BEFORE_CHARS)) + 1
    stop = text.find("\n", min(len(text), end + AFTER_CHARS))
    known = set(headings)
    lines: list[Line] = []
    is_apart, offset = True, begin
    for raw in text[begin : stop if stop >= 0 else len(text)].split("\n"):
        words = raw.strip()
        if words:
            first = offset + len(raw) - len(raw.lstrip())
            line = _read_line(words, first, is_apart, first in known)
            # What goes on in lower case right below a colon is an item that lost its mark.
            if lines and lines[-1].leads and words[0].islower():
                line = replace(line, is_apart=False)
            lines.append(_tell_apart(line, words, lines))
        is_apart = not words
        offset += len(raw) + 1
    lines = _join_wrapped(text, lines, is_plain)
    if not is_plain:
        return lines
    return [line if line.style or line.is_row else replace(line, is_apart=True) for line in lines]


def is_plain_text(document: Document) -> bool:
    """Tell whether a document's lines are as somebody broke them.

    All other formats say what an item is, and their texts have a blank line before each paragraph.
    """
    return document.source.reader.startswith(("plain@", "mail@"))


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
        if line.leads and line.start >= start and (items := _collect_items(lines, number)):
            above = _find_lead_ins(lines, number) if line.style or not line.is_apart else []
            return _make_list(lines, [*above, number], items)
    above = _find_lead_ins(lines, touched[0])
    if not above:
        return None
    return _make_list(lines, above, _collect_items(lines, above[-1]))


def _make_list(lines: Sequence[Line], lead_ins: Sequence[int], items: Sequence[int]) -> ItemList:
    def stretch(numbers: Sequence[int]) -> tuple[tuple[int, int], ...]:
        return tuple((lines[n].start, lines[n].end) for n in numbers)

    return ItemList(stretch(lead_ins), stretch(items))


def _read_line(words: str, start: int, is_apart: bool, is_heading: bool) -> Line:
    mark = _MARK.match(words)
    style, value = "", 0
    if mark and mark["word"]:
        kind = "1" if mark["word"].isdigit() else "a" if mark["word"].islower() else "A"
        style = f"{mark['open']}{kind}{mark['close']}"
        value = int(mark["word"]) if kind == "1" else _count_letters(mark["word"])
    elif mark:
        style = mark["bullet"] or mark["glued"]
    leads = words.endswith(":") and len(words) <= LEAD_IN_CHARS
    end = start + len(words)
    is_whole = _WHOLE.search(words) is not None
    is_row = "\t" in words
    return Line(start, end, is_apart, style, value, leads, is_whole, is_heading, is_row)


def _count_letters(word: str) -> int:
    """Return which letter a mark is: 1 for a, 27 for aa."""
    return 26 * (len(word) - 1) + ord(word[-1].lower()) - ord("a") + 1


def _tell_apart(line: Line, words: str, before: Sequence[Line]) -> Line:
    """Return a line whose "(i)" is known as a Roman number where it does not follow "(h)"."""
    if line.value == 0 or line.style.strip("().") not in ("a", "A"):
        return line
    mark = _MARK.match(words)
    if mark is None or not _ROMAN.match(mark["word"]):
        return line
    same = [one for one in before[-60:] if one.style == line.style]
    if same and len(mark["word"]) == 1 and same[-1].value == line.value - 1:
        return line
    roman = line.style.replace("a", "i").replace("A", "I")
    opened = any(one.style == roman for one in before[-60:])
    if mark["word"].lower() != "i" and not opened:
        return line
    return replace(line, style=roman, value=_count_roman(mark["word"].lower()))


def _count_roman(word: str) -> int:
    values = [_ROMAN_VALUES[letter] for letter in word]
    following = [*values[1:], 0]
    return sum(-a if a < b else a for a, b in zip(values, following, strict=True))


def _join_wrapped(text: str, lines: Sequence[Line], is_plain: bool) -> list[Line]:
    """Return the lines, each with those that only go on with it: below a lone mark, or wrapped."""
    joined: list[Line] = []
    for line in lines:
        last = joined[-1] if joined else None
        goes_on = last is not None and not (line.is_apart or line.style or line.is_row)
        if last is not None and goes_on:
            lone = last.style and _MARK.fullmatch(text[last.start : last.end])
            wrapped = is_plain and not last.leads and text[line.start].islower()
            if lone or wrapped:
                joined[-1] = replace(last, end=line.end, leads=line.leads, is_whole=line.is_whole)
                continue
        joined.append(line)
    return joined


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
            return at  # "2. Costs" over "(a) staff"
    return None


def _is_outer(lines: Sequence[Line], number: int, one: str, other: str) -> bool:
    """Tell whether marks of one style stand above those of another in the same list."""
    first = number
    while first and not _is_start(lines[first]):
        first -= 1
    for line in lines[first : number + 1]:
        if line.style in (one, other):
            return line.style == one
    return False


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
