"""Names of countries and territories, from the Unicode CLDR through Babel."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from babel import Locale
from babel.core import get_global

# Languages whose country names are tried on a directory's headings, English first.
LOCALES = (
    "en de fr es it pt nl pl cs sk sl hr hu ro bg el da sv fi et lv lt mt ga nb is uk tr sq sr mk"
).split()
# CLDR codes that are no single place: unions, pseudo-locales, "unknown region".
_NOT_ONE_PLACE = frozenset("EU EZ UN QO XA XB ZZ".split())
# CLDR's English names are the formal ones of today.
_OTHER_ENGLISH_NAMES = "czech republic|macedonia|turkey|england|scotland|wales|uk|usa".split("|")


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """The names of places in one language.

    Attributes:
        codes: ISO 3166 code by name.
        names: One name by ISO 3166 code.
        adjectives: ISO 3166 code by adjective ("Danish"), as far as a language is named alike.
    """

    codes: dict[str, str]
    names: dict[str, str]
    adjectives: dict[str, str]
    _name: re.Pattern[str]
    _adjective: re.Pattern[str]

    def find(self, text: str) -> dict[str, str]:
        """Return the places named in a text: name as it stands there, by code."""
        return {self.codes[match[0]]: match[0] for match in self._name.finditer(text)}

    def find_or_guess(self, text: str) -> dict[str, str]:
        """Return the places named in a text or, where none is, those its adjectives point to."""
        return self.find(text) or {code: self.names[code] for code in self.find_described(text)}

    def find_described(self, text: str) -> set[str]:
        """Return the codes of the places whose adjective stands in a text."""
        return {self.adjectives[match[0]] for match in self._adjective.finditer(text)}


@cache
def load_gazetteer(locale: str) -> Gazetteer:
    """Return the gazetteer of a CLDR locale such as "en"."""
    codes = {n: code for n, code in _spellings(locale).items() if code not in _NOT_ONE_PLACE}
    names = {code: n for code, n in _territories(locale).items() if code not in _NOT_ONE_PLACE}
    adjectives = _adjectives(locale, names) if locale == "en" else {}
    return Gazetteer(codes, names, adjectives, _any_of(codes), _any_of(adjectives))


def is_place(words: str) -> bool:
    """Tell whether words are the English name of a country, territory or union, in any case."""
    return words.lower().removeprefix("the ") in _english_names()


@cache
def _english_names() -> frozenset[str]:
    return frozenset([*map(str.lower, _spellings("en")), *_OTHER_ENGLISH_NAMES])


def _territories(locale: str) -> dict[str, str]:
    """Return CLDR's names by code; those of continents and the like have more than two letters."""
    names = Locale.parse(locale).territories
    return {code: name for code, name in names.items() if len(code) == 2}


def _spellings(locale: str) -> dict[str, str]:
    """Return codes by every way to write a name: English "&" is mostly written "and"."""
    codes = {name: code for code, name in _territories(locale).items()}
    if locale == "en":
        codes |= {name.replace("&", "and"): code for name, code in codes.items()}
    return codes


def _adjectives(locale: str, names: dict[str, str]) -> dict[str, str]:
    """Return country codes by the name of the language mostly spoken there.

    The English name of a language is mostly the country's adjective. CLDR's likely subtags give
    the country with most speakers, which is another one for English, Portuguese or Arabic; the
    shared first letter keeps those out.
    """
    likely = get_global("likely_subtags")
    found: dict[str, str] = {}
    for language, name in Locale.parse(locale).languages.items():
        code = str(likely.get(language, "")).split("_")[-1]
        if len(language) == 2 and code in names and name[0] == names[code][0]:
            found[name] = code
    return found


def _any_of(names: dict[str, str]) -> re.Pattern[str]:
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first)) or '(?!)'})(?!\w)")
