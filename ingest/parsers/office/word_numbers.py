"""The numbers that Word shows before paragraphs without their being in the text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from ingest.parsers.shared.numerals import letters, roman

Element = etree._Element
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


@dataclass(frozen=True, slots=True)
class _Level:
    """How one level of a list is numbered.

    Attributes:
        form: `decimal`, `lowerLetter`, `bullet`, …
        text: Pattern such as `%1.%2.`.
        start: First number.
        legal: Whether the numbers of the levels above are shown as decimals too.
    """

    form: str
    text: str
    start: int
    legal: bool


@dataclass(slots=True)
class _List:
    """One list, with its counters as they stand.

    Attributes:
        levels: By depth from 0.
        counters: Last number given, by depth.
    """

    levels: dict[int, _Level]
    counters: dict[int, int] = field(default_factory=dict)


class Numbers:
    """Counts through a document's lists, in document order."""

    def __init__(self, numbering: Element | None) -> None:
        self._lists: dict[str, _List] = {}
        self._of_number: dict[str, str] = {}
        self._restarts: dict[str, dict[int, int]] = {}
        self._depths: dict[tuple[str, str], int] = {}
        for abstract in () if numbering is None else numbering.iter(f"{W}abstractNum"):
            self._add_list(abstract)
        for number in () if numbering is None else numbering.iter(f"{W}num"):
            name = number.get(f"{W}numId", "")
            self._of_number[name] = value(number, "abstractNumId")
            self._restarts[name] = {
                _integer(override.get(f"{W}ilvl")): _integer(value(override, "startOverride"))
                for override in number.iter(f"{W}lvlOverride")
                if override.find(f"{W}startOverride") is not None
            }

    def depth(self, number: str, style: str) -> int:
        """Return the depth from 0 at which a list numbers the paragraphs of a style."""
        return self._depths.get((self._of_number.get(number, ""), style), 0)

    def next(self, number: str, depth: int) -> str | None:
        """Count one paragraph.

        Args:
            number: The `numId` that the paragraph or its style names.
            depth: Depth in the list, from 0.

        Returns:
            What Word shows before it, "" for a bullet, None where there is no such list.
        """
        listed = self._lists.get(self._of_number.get(number, ""))
        if listed is None or depth not in listed.levels:
            return None
        level = listed.levels[depth]
        restart = self._restarts[number].pop(depth, None)
        before = listed.counters.get(depth)
        if restart is not None or before is None:
            listed.counters[depth] = level.start if restart is None else restart
        else:
            listed.counters[depth] = before + 1
        for deeper in [known for known in listed.counters if known > depth]:
            del listed.counters[deeper]
        if level.form == "bullet":
            return ""
        return re.sub(
            r"%([1-9])", lambda match: _shown(listed, int(match[1]) - 1, level), level.text
        )

    def _add_list(self, abstract: Element) -> None:
        name = abstract.get(f"{W}abstractNumId", "")
        levels = {}
        for level in abstract.iter(f"{W}lvl"):
            depth = _integer(level.get(f"{W}ilvl"))
            levels[depth] = _Level(
                value(level, "numFmt") or "decimal",
                value(level, "lvlText"),
                _integer(value(level, "start") or "1"),
                level.find(f"{W}isLgl") is not None,
            )
            self._depths[name, value(level, "pStyle")] = depth
        self._lists[name] = _List(levels)


def value(element: Element, name: str) -> str:
    """Return the `w:val` of a child, "" where there is none."""
    child = element.find(f"{W}{name}")
    return "" if child is None else child.get(f"{W}val", "")


def _shown(listed: _List, depth: int, at: _Level) -> str:
    level = listed.levels.get(depth, at)
    number = listed.counters.get(depth, level.start)
    if at.legal or number < 1:
        return str(number)
    if level.form in ("lowerLetter", "upperLetter"):
        text = letters(min(number, 780))
    elif level.form in ("lowerRoman", "upperRoman"):
        text = roman(number)
    elif level.form == "decimalZero":
        text = f"{number:02}"
    elif level.form == "none":
        text = ""
    else:
        text = str(number)
    return text.upper() if level.form.startswith("upper") else text


def _integer(text: str | None) -> int:
    return int(text) if text and re.fullmatch(r"\d{1,6}", text) else 0
