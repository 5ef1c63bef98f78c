"""What can be quoted by itself: a sentence with what it cannot be understood without."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chat.evidence.structure.lines import Line, read_lines
from chat.evidence.structure.lists import ItemList, find_list
from index.types import Passage

# A sentence that opens with one of these leans on the one before it.
_ANAPHOR = re.compile(
    r"(it|its|they|their|this|these|those|such|he|she|his|her|the former|the latter|moreover|"
    r"furthermore|in addition|however|therefore|thus|instead|nevertheless|in this context)\b",
    re.IGNORECASE,
)
_ITEM = re.compile(r"(?:[-–•*·▪◦]|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)])\s")
# A list longer than this is not quoted whole for one of its items.
_LIST_CHARS = 800
# "Yes." answers a question but says nothing.
_SAYS_NOTHING_WORDS = 3
# What only points elsewhere ("See more on ...") answers nothing, nor does a heading or a menu.
_POINTER = re.compile(
    r"(see|find out|read|click|learn|more information|available here|download|skip|back)\b",
    re.IGNORECASE,
)
_POINTER_WORDS = 14
# What names a source: "Source: Eurostat, 2020.", and a footnote such as "3 Eurostat, 2020. …".
_SOURCE = re.compile(r"(?:sources?|quellen?|zdroje?|źródło|fonte|fuente)\s?:", re.IGNORECASE)
_FOOTNOTE = re.compile(
    r"\d{1,3}\s(?:[^.\n]{2,80}?[,(]\s?(?:19|20)\d\d\)?\.|.*(?:https?://|\[online\]|\bibid\b))",
    re.IGNORECASE,
)
# "Figure 6: Shares by region." stands under a picture, not beside a sentence.
_CAPTION = re.compile(
    r"(?:figure|fig|abbildung|abb|graph|graf|rysunek|rys|obrázek|obr|ábra|table|tabelle|tab|chart)"
    r"\b\.?\s?\d+[.\d]*\s?[:.–—-]\s",
    re.IGNORECASE,
)
_FRAGMENT_WORDS = 4
_SENTENCE = re.compile(r"\w\w[.!]['\"”’)\]]*$")
# A word with a figure behind it, in the same row: not the number of a heading or of an item.
_TELLS = re.compile(r"[^\W\d_]{2}.*\d")
# About a paragraph: six lines on a screen; beyond its own one a quotation grows to four.
PARAGRAPH_CHARS = 600
_BEYOND_CHARS = 400


@dataclass(frozen=True, slots=True)
class Unit:
    """A stretch of whole sentences of one passage; half-open offsets in the version's text."""

    start: int
    end: int
    text: str


def split_into_units(passage: Passage, *, is_plain: bool) -> list[Unit]:
    """Return the units of a passage, in order; they may overlap, and no sentence is left out.

    `is_plain` is that of `chat.evidence.structure.lines.is_plain_text`.

    - A lead-in ("They are designed to:") comes with its items, an item with its lead-in and
      siblings, unless the list is long.
    - "It …" and "Moreover …" come with the sentence before.
    - A question comes with its answer and never alone.
    - Any other sentence is a unit by itself.
    """
    sentences = passage.sentences
    texts = [_cut(passage, start, end).text for start, end in sentences]
    lists = _find_lists(passage, is_plain)
    spans = dict.fromkeys(_find_span(texts, at, lists) for at in range(len(texts)))
    return [_cut(passage, sentences[first][0], sentences[last][1]) for first, last in spans]


def grow(passage: Passage, unit: Unit, taken: Iterable[tuple[int, int]], *, is_plain: bool) -> Unit:
    """Return a unit with the sentences around it: its paragraph, up to PARAGRAPH_CHARS.

    Where that is short or too long, as many as _BEYOND_CHARS hold: first those after it, then
    those before, until one only points elsewhere or is `taken`: in a half-open stretch of the
    version that is quoted already. A row stays by itself, and so does a paragraph beside a list:
    half a list says something else than the whole.
    """
    blocked = list(taken)
    unit = _take_paragraph(passage, unit, blocked, is_plain)
    kinds = _name_surroundings(passage, is_plain)
    own = {kinds[span] for span in passage.sentences if unit.start <= span[0] < unit.end}

    def may_join(start: int, end: int) -> bool:
        free = not any(a < end and start < b for a, b in blocked)
        text = _cut(passage, start, end).text
        says = not says_little(text) and len(text.split()) > _FRAGMENT_WORDS
        return free and says and kinds[start, end] in own and not is_row(unit.text)

    start, end = unit.start, unit.end
    for first, last in passage.sentences:
        if first >= end:
            if last - start > _BEYOND_CHARS or not may_join(first, last):
                break
            end = last
    for first, last in reversed(passage.sentences):
        if last <= start:
            if end - first > _BEYOND_CHARS or not may_join(first, last):
                break
            start = first
    return _leave_captions(passage, unit, start, end)


def _leave_captions(passage: Passage, unit: Unit, start: int, end: int) -> Unit:
    """Return what a unit has grown to, without captions at its ends."""
    added = [s for s in passage.sentences if start <= s[0] < unit.start or unit.end <= s[0] < end]
    captions = {s for s in added if _CAPTION.match(_cut(passage, *s).text)}
    while (first := next((s for s in added if s[0] == start), None)) in captions:
        added.remove(first)
        start = min((s[0] for s in added if s[0] < unit.start), default=unit.start)
    while (last := next((s for s in added if s[1] == end), None)) in captions:
        added.remove(last)
        end = max((s[1] for s in added if s[1] > unit.end), default=unit.end)
    return _cut(passage, start, end)


def join(passage: Passage, one: Unit, other: Unit, *, is_plain: bool) -> Unit | None:
    """Return two units as one, up to PARAGRAPH_CHARS.

    None where they do not touch, or where their marks are of different levels: "(e)" and "2.".
    """
    first, second = sorted((one, other), key=lambda unit: unit.start)
    between = passage.text[first.end - passage.start : second.start - passage.start]
    is_far = second.start < first.end or between.strip() or is_row(one.text) or is_row(other.text)
    if is_far or second.end - first.start > PARAGRAPH_CHARS:
        return None
    lines = read_lines(passage.text, 0, len(passage.text), is_plain=is_plain)
    styles = {
        line.style
        for line in lines
        for unit in (first, second)
        if line.start <= unit.start - passage.start < line.end
    }
    return _cut(passage, first.start, second.end) if len(styles) == 1 else None


def _take_paragraph(
    passage: Passage, unit: Unit, blocked: Iterable[tuple[int, int]], is_plain: bool
) -> Unit:
    """Return a unit of one paragraph with the rest of it, if that is short and free."""
    lines = read_lines(passage.text, 0, len(passage.text), is_plain=is_plain)
    first, last = unit.start - passage.start, unit.end - passage.start
    line = next((line for line in lines if line.start <= first and last <= line.end), None)
    if line is None or line.style or line.is_row or line.end - line.start > PARAGRAPH_CHARS:
        return unit
    start, end = passage.start + line.start, passage.start + line.end
    if any(a < end and start < b for a, b in blocked):
        return unit
    inside = [(a, b) for a, b in passage.sentences if start <= a and b <= end]
    others = [_cut(passage, a, b).text for a, b in inside if not unit.start <= a < unit.end]
    # What leads in a list says little only by itself.
    mute = any(says_little(text) for text in others if not text.endswith(":"))
    return unit if mute else _cut(passage, start, end)


def _cut(passage: Passage, start: int, end: int) -> Unit:
    return Unit(start, end, passage.text[start - passage.start : end - passage.start])


def says_little(text: str) -> bool:
    """Tell whether a text only points elsewhere, asks, or is a fragment such as a menu's.

    Few words may say all: a sentence, or a label with its figure or date as in a row of a table.
    """
    words = text.split()
    points = len(words) <= _POINTER_WORDS and _POINTER.match(text)
    whole = _SENTENCE.search(text) or _TELLS.search(text)
    is_fragment = len(words) <= _FRAGMENT_WORDS and not (len(words) > 1 and whole)
    return bool(points) or is_fragment or text.endswith("?")


def only_names_source(passage: Passage, unit: Unit) -> bool:
    """Tell whether a unit's paragraph only says where something comes from."""
    at = unit.start - passage.start
    begin = passage.text.rfind("\n", 0, at) + 1
    line = passage.text[begin:].split("\n", 1)[0]
    return bool(_SOURCE.match(line) or _FOOTNOTE.match(line))


def is_row(text: str) -> bool:
    """Tell whether a text is a row of a table."""
    return "\t" in text


def _find_span(
    texts: Sequence[str], at: int, lists: Sequence[tuple[int, int] | None]
) -> tuple[int, int]:
    """Return the first and last sentence of the unit of a sentence."""
    listed = lists[at] or _find_inline_list(texts, at)
    if listed:
        first, last = _shorten_list(texts, at, *listed)
        leans = first and first != at and _ANAPHOR.match(texts[first])
        return (first - 1 if leans else first), last
    first, last = at, at
    if texts[at].endswith("?"):
        last = _find_end_of_answer(texts, at)
    elif at and texts[at - 1].endswith("?"):
        first, last = at - 1, _find_end_of_answer(texts, at - 1)
    elif at and _ANAPHOR.match(texts[at]):
        first = at - 1
    return first, last


def _find_lists(passage: Passage, is_plain: bool) -> list[tuple[int, int] | None]:
    """Return for each sentence the first and last one of its list, lead-in and items."""
    lines = read_lines(passage.text, 0, len(passage.text), is_plain=is_plain)
    found: list[tuple[int, int] | None] = []
    for at, (start, end) in enumerate(passage.sentences):
        around = _find_own_list(lines, start - passage.start, end - passage.start)
        if around is None:
            found.append(None)
            continue
        lead_in, items = around.lead_ins[-1][1] + passage.start, around.items
        stop = items[-1][1] + passage.start if items else lead_in
        first = max((n for n, s in enumerate(passage.sentences) if s[1] <= lead_in), default=at)
        last = max((n for n, s in enumerate(passage.sentences) if s[1] <= stop), default=at)
        found.append((first, last) if first <= at <= last else None)
    return found


def _find_own_list(lines: Sequence[Line], start: int, end: int) -> ItemList | None:
    """Return the list of an item, or of a lead-in whose line ends with the sentence."""
    line = next((line for line in lines if line.start <= start < line.end), None)
    if line is None or line.is_row or (line.leads and not line.style and end < line.end):
        return None
    return find_list(lines, start, end)


def _name_surroundings(passage: Passage, is_plain: bool) -> dict[tuple[int, int], str]:
    """Return for each sentence whether it stands in a table, in which list, or in neither."""
    lines = read_lines(passage.text, 0, len(passage.text), is_plain=is_plain)
    kinds: dict[tuple[int, int], str] = {}
    for start, end in passage.sentences:
        first, last = start - passage.start, end - passage.start
        line = next((line for line in lines if line.start <= first < line.end), None)
        found = _find_own_list(lines, first, last)
        if found:
            kinds[start, end] = f"list at {found.lead_ins[0][0]}"
        elif line is not None and (line.is_row or line.style):
            kinds[start, end] = "row" if line.is_row else f"item {line.style}"
        else:
            kinds[start, end] = "paragraph"
    return kinds


def _shorten_list(texts: Sequence[str], at: int, first: int, last: int) -> tuple[int, int]:
    """Return a list's sentences, or only the item where the list is long."""
    is_long = sum(map(len, texts[first : last + 1])) > _LIST_CHARS
    return (at, at) if is_long and at != first else (first, last)


def _find_inline_list(texts: Sequence[str], at: int) -> tuple[int, int] | None:
    """Return the first and last sentence of a list whose items stand in a line."""
    first = at
    while first and _ITEM.match(texts[first]):
        first -= 1
    if not texts[first].endswith(":"):
        return None
    last = at
    while last + 1 < len(texts) and _ITEM.match(texts[last + 1]):
        last += 1
    return first, last


def _find_end_of_answer(texts: Sequence[str], question: int) -> int:
    last = min(question + 1, len(texts) - 1)
    while last + 1 < len(texts) and len(texts[last].split()) <= _SAYS_NOTHING_WORDS:
        last += 1
    return last
