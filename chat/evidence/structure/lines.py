"""Lines of canonical text: the mark of an item, whether one leads in what is below, rows.

An index keeps no blocks, so what a line is has to be read from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from index.types import Document

# How far around a quotation a list is followed.
BEFORE_CHARS = 8_000
AFTER_CHARS = 12_000
# A lead-in is a sentence or two; of a longer paragraph only the last sentence leads in.
LEAD_IN_CHARS = 300

_MARK = re.compile(
    r"(?P<bullet>[-–—*•▪◦‣·●○■□➢✓])(?=\s|$)"
    r"|(?P<open>\(?)(?P<word>\d{1,3}|[a-z]{1,2}|[ivxl]{1,6}|[A-Z]{1,2}|[IVXL]{1,6})(?P<close>[.)])"
    r"(?=\s|$)"
    r"|(?P<glued>[•▪◦‣●○■□➢✓])(?=\S)"
)
_ROMAN = re.compile(r"[ivxl]+$", re.IGNORECASE)
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50}
# Where a line break got lost: "… State.3. A concentration", "and/or— by contract", "to:- whether".
_LOST_BREAK = re.compile(
    r"(?<=[^\W\d_][.;:])(?=\d{1,2}\.\s[^\W\d_])|(?:(?<=[;:,])|(?<=/or))(?=[-–—]\s)"
)
_NEXT_SENTENCE = re.compile(r"(?<=[^\W\d_]{3})[.!?][\"'”’)\]]*\s+")
_WHOLE = re.compile(r"[.!?;…][\"'”’)\]]*$")
_DATE = re.compile(r"\d{1,2}([./-])\d{1,2}\1\d{4}|\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a text, with what follows it by force of wrapping; or a part that was one.

    Attributes:
        start: Half-open offsets in the text, without white space around.
        end: See start.
        is_apart: Whether a blank line, or nothing, stands above.
        style: What its mark looks like: "(a)", "1.", "•"; "" for none.
        value: The number that the mark counts, from 1; 0 for a bullet or none.
        leads: Whether it ends with a colon.
        lead_in: Where the sentence begins that leads in; of a short line its start.
        is_whole: Whether it ends as a sentence does.
        is_heading: Whether it heads a section.
        is_row: Whether it has cells.
        is_date: Whether it is a date in figures and nothing else.
    """

    start: int
    end: int
    is_apart: bool
    style: str
    value: int
    leads: bool
    lead_in: int
    is_whole: bool
    is_heading: bool
    is_row: bool
    is_date: bool


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
        for words, at in _split_glued(raw):
            line = _read_line(words, offset + at, is_apart, offset + at in known)
            # What goes on in lower case right below a colon is an item that lost its mark.
            if lines and lines[-1].leads and words[0].islower():
                line = replace(line, is_apart=False)
            lines.append(_tell_apart(line, words, lines))
            is_apart = False
        is_apart = not raw.strip()
        offset += len(raw) + 1
    lines = _join_wrapped(text, lines, is_plain)
    if not is_plain:
        return lines
    return [line if line.style or line.is_row else replace(line, is_apart=True) for line in lines]


def leave_marks(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return a stretch of a text without the marks of items at its ends; None where that is all."""
    offset = 0
    for raw in text.split("\n"):
        for _, at in _split_glued(raw):
            mark = _MARK.match(text, offset + at)
            if mark is not None and mark.start() <= start < mark.end():
                start = mark.end()
            if mark is not None and mark.start() < end <= mark.end():
                end = mark.start()
        offset += len(raw) + 1
    words = text[start:end]
    start += len(words) - len(words.lstrip())
    end -= len(words) - len(words.rstrip())
    return (start, end) if start < end else None


def is_plain_text(document: Document) -> bool:
    """Tell whether a document's lines are as somebody broke them.

    All other formats say what an item is, and their texts have a blank line before each paragraph.
    """
    return document.source.reader.startswith(("plain@", "mail@"))


def _split_glued(raw: str) -> list[tuple[str, int]]:
    """Return the lines of a line whose breaks got lost, each with where it begins."""
    cuts = [] if "\t" in raw else [match.start() for match in _LOST_BREAK.finditer(raw)]
    parts = zip([0, *cuts], [*cuts, len(raw)], strict=True)
    pieces = [(raw[first:last], first) for first, last in parts]
    return [(p.strip(), at + len(p) - len(p.lstrip())) for p, at in pieces if p.strip()]


def _find_lead_in(words: str) -> int:
    """Return where in a line the sentence begins that leads in what is below."""
    if len(words) <= LEAD_IN_CHARS:
        return 0
    ends = [match.end() for match in _NEXT_SENTENCE.finditer(words)]
    return max((end for end in ends if words[end : end + 1].isupper()), default=0)


def _read_line(words: str, start: int, is_apart: bool, is_heading: bool) -> Line:
    mark = _MARK.match(words)
    style, value = "", 0
    if mark and mark["word"]:
        kind = "1" if mark["word"].isdigit() else "a" if mark["word"].islower() else "A"
        style = f"{mark['open']}{kind}{mark['close']}"
        value = int(mark["word"]) if kind == "1" else _count_letters(mark["word"])
    elif mark:
        style = mark["bullet"] or mark["glued"]
    leads = words.endswith(":")
    lead_in = start + _find_lead_in(words)
    end = start + len(words)
    is_whole = _WHOLE.search(words) is not None
    return Line(
        start,
        end,
        is_apart,
        style,
        value,
        leads,
        lead_in,
        is_whole,
        is_heading,
        is_row="\t" in words,
        is_date=_DATE.fullmatch(words) is not None,
    )


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
                joined[-1] = replace(
                    last,
                    end=line.end,
                    leads=line.leads,
                    lead_in=last.start + _find_lead_in(text[last.start : line.end]),
                    is_whole=line.is_whole,
                )
                continue
        joined.append(line)
    return joined
