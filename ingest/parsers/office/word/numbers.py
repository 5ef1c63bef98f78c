"""The numbers that Word shows before paragraphs without their being in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from ingest.parsers.shared.notation.numerals import to_letters, to_roman

Element = etree._Element
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(frozen=True, slots=True)
class _ListLevel:
    """How one level of a list is numbered."""

    form: str  # `decimal`, `lowerLetter`, `bullet`, …
    text: str  # a pattern such as `%1.%2.`
    start: int
    legal: bool  # the numbers of the levels above are shown as decimals too


@dataclass(slots=True)
class _NumberedList:
    """One list, with its counters as they stand."""

    levels: dict[int, _ListLevel]  # by depth from 0
    counters: dict[int, int] = field(default_factory=dict)  # the last number given, by depth


class WordNumbers:
    """Counts through a document's lists, in document order."""

    def __init__(self, numbering: Element | None) -> None:
        self._lists: dict[str, _NumberedList] = {}
        self._of_number: dict[str, str] = {}
        self._restarts: dict[str, dict[int, int]] = {}
        self._depths: dict[tuple[str, str], int] = {}
        for abstract in () if numbering is None else numbering.iter(f"{W}abstractNum"):
            self._add_list(abstract)
        for number in () if numbering is None else numbering.iter(f"{W}num"):
            name = number.get(f"{W}numId", "")
            self._of_number[name] = read_value(number, "abstractNumId")
            self._restarts[name] = {
                parse_integer(override.get(f"{W}ilvl")): parse_integer(
                    read_value(override, "startOverride")
                )
                for override in number.iter(f"{W}lvlOverride")
                if override.find(f"{W}startOverride") is not None
            }

    def find_depth(self, number: str, style: str) -> int:
        """Return the depth from 0 at which a list numbers the paragraphs of a style."""
        return self._depths.get((self._of_number.get(number, ""), style), 0)

    def count(self, number: str, depth: int) -> str | None:
        """Return what stands before the next paragraph: "" for a bullet, None without a list."""
        listed = self._lists.get(self._of_number.get(number, ""))
        if listed is None or depth not in listed.levels:
            return None
        level = listed.levels[depth]
        restart = self._restarts[number].pop(depth, None)
        if restart is None:
            restart = listed.counters.get(depth, level.start - 1) + 1
        listed.counters[depth] = restart
        for deeper in [known for known in listed.counters if known > depth]:
            del listed.counters[deeper]
        if level.form == "bullet":
            return ""
        return re.sub(
            r"%([1-9])", lambda match: _format_number(listed, int(match[1]) - 1, level), level.text
        )

    def _add_list(self, abstract: Element) -> None:
        name = abstract.get(f"{W}abstractNumId", "")
        levels = {}
        for level in abstract.iter(f"{W}lvl"):
            depth = parse_integer(level.get(f"{W}ilvl"))
            levels[depth] = _ListLevel(
                read_value(level, "numFmt") or "decimal",
                read_value(level, "lvlText"),
                parse_integer(read_value(level, "start") or "1"),
                level.find(f"{W}isLgl") is not None,
            )
            self._depths[name, read_value(level, "pStyle")] = depth
        self._lists[name] = _NumberedList(levels)


def read_value(element: Element, name: str) -> str:
    """Return the `w:val` of a child, "" where there is none."""
    child = element.find(f"{W}{name}")
    return "" if child is None else child.get(f"{W}val", "")


def _format_number(listed: _NumberedList, depth: int, at: _ListLevel) -> str:
    level = listed.levels.get(depth, at)
    number = listed.counters.get(depth, level.start)
    if at.legal or number < 1:
        return str(number)
    if level.form in ("lowerLetter", "upperLetter"):
        text = to_letters(min(number, 780))
    elif level.form in ("lowerRoman", "upperRoman"):
        text = to_roman(number)
    elif level.form == "decimalZero":
        text = f"{number:02}"
    else:
        text = "" if level.form == "none" else str(number)
    return text.upper() if level.form.startswith("upper") else text


def parse_integer(text: str | None) -> int:
    """Return a number as an attribute says it, 0 for what is none."""
    return int(text) if text and re.fullmatch(r"\d{1,6}", text) else 0
