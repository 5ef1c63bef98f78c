"""Figures in a text, and what they count."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from math import inf

from index.text.analysis import content_terms
from index.text.powers import EXPONENT, read_exponent

_COUNTED_WORDS = 4
_SAME_VALUE = 0.01
_FIGURE = re.compile(
    # A number right behind a word or a bracket is a note's.
    r"(?<![\w.)\]])(?:(?P<currency>[€$£]|\b(?:EUR|USD|GBP)\b)\s?)?"
    r"(?P<number>\d+(?:[.,]\d+|[ \u00a0\u202f]\d{3}(?!\d))*)"
    # "10⁶", "4 × 10⁶"; what is raised behind another number is the mark of a note.
    rf"(?P<raised>{EXPONENT})?"
    rf"(?:\s?[×·*x]\s?10(?P<power>{EXPONENT}))?"
    r"(?:\s?(?P<percent>%|per\s?cent\b)|\s(?P<scale>thousand|million|billion)\b)?",
)
_LARGEST_POWER, _POWER_CHARS = 300, 4
_SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9}
# "2000" is a year unless something is said to number as much.
_YEAR = re.compile(r"(?:19|20)\d\d")
_COUNTS = re.compile(
    r"\b(?:about|over|than|around|some|nearly|almost|approximately|roughly|least|most|are|were|has|"
    r"have)\s*$",
    re.IGNORECASE,
)
# What a figure counts stands right after it, in the same clause.
_FOLLOWING = re.compile(r"(?:[^\S\n]+[^\s.,;:()]+){1,7}")


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in a text and what it counts; half-open offsets, to the last word of that."""

    start: int
    end: int
    value: float  # with its scale: "2 million" is 2,000,000
    unit: str  # "%", a currency, or ""
    counted: str  # the words after it, as they stand: "statistical clusters in Europe"
    ends: Mapping[str, int]  # of each analysed word among them, where it ends in the text

    @property
    def terms(self) -> Set[str]:
        """The analysed words of what is counted."""
        return self.ends.keys()

    def find_span(self, other: Figure) -> tuple[int, int]:
        """Return where the number stands with what it counts, to be shown beside another figure.

        Up to the last word that both count: "1,500 clusters" and not "1,500 clusters operate
        across over", beside "2000 statistical clusters".
        """
        shared = self.terms & other.terms
        return self.start, max((self.ends[term] for term in shared), default=self.end)


def find_figures(text: str, language: str) -> Iterator[Figure]:
    """Yield the figures of a text that count something, in order; years do not."""
    for match in _FIGURE.finditer(text):
        value = _parse_value(match["number"])
        if match["number"] == "10" and match["raised"]:
            value = _parse_power(match["raised"])
        if match["power"]:
            value = value * _parse_power(match["power"]) if value else 0.0
        unit = "%" if match["percent"] else match["currency"] or ""
        if match["scale"]:
            value *= _SCALES[match["scale"]]
        elif not unit and _is_year(match["number"]) and not _COUNTS.search(text[: match.start()]):
            continue
        tail = _FOLLOWING.match(text, match.end())
        terms = content_terms(tail[0], language)[:_COUNTED_WORDS] if tail else []
        if terms:
            end = match.end() + terms[-1].end
            counted = text[match.end() : end].strip()
            ends = {term.text: match.end() + term.end for term in terms}
            yield Figure(match.start(), end, value, unit, counted, ends)


def differ(one: Figure, other: Figure) -> bool:
    """Tell whether two figures of the same unit have values more than a hundredth apart."""
    largest = max(one.value, other.value)
    return one.unit == other.unit and abs(one.value - other.value) > _SAME_VALUE * largest


def _is_year(number: str) -> bool:
    return _YEAR.fullmatch(number) is not None


def _parse_power(exponent: str) -> float:
    """Return ten to the power of what is written raised, or behind "^"; inf beyond all figures."""
    power = read_exponent(exponent)
    if len(power) > _POWER_CHARS or abs(int(power)) > _LARGEST_POWER:
        return inf
    return float(10.0 ** int(power))


def _parse_value(number: str) -> float:
    """Return a number's value: groups of three digits are thousands, anything else decimals.

    >>> _parse_value("1,500"), _parse_value("2 000"), _parse_value("2.5"), _parse_value("1.234.567")
    (1500.0, 2000.0, 2.5, 1234567.0)
    """
    groups = re.split(r"[., \u00a0\u202f]", number)
    thousands = len(groups) > 1 and all(len(group) == 3 for group in groups[1:])
    if thousands and groups[0] != "0":
        return float("".join(groups))
    return float(".".join(["".join(groups[:-1]), groups[-1]])) if len(groups) > 1 else float(number)
