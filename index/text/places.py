"""Names of countries and territories in running text, from the Unicode CLDR through Babel."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from babel import Locale
from babel.core import get_global

# Languages whose country names are tried on a directory's headings, English first.
LOCALES = [
    "en",
    "de",
    "fr",
    "es",
    "it",
    "pt",
    "nl",
    "pl",
    "cs",
    "sk",
    "sl",
    "hr",
    "hu",
    "ro",
    "bg",
    "el",
    "da",
    "sv",
    "fi",
    "et",
    "lv",
    "lt",
    "mt",
    "ga",
    "nb",
    "is",
    "uk",
    "tr",
    "sq",
    "sr",
    "mk",
]
# CLDR codes that are no single place: unions, pseudo-locales, "unknown region".
_NOT_PLACES = frozenset(["EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"])


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
    _named: re.Pattern[str]
    _described: re.Pattern[str]

    def find(self, text: str) -> dict[str, str]:
        """Return the places named in a text: name as it stands there, by code."""
        return {self.codes[match[0]]: match[0] for match in self._named.finditer(text)}

    def find_or_guess(self, text: str) -> dict[str, str]:
        """Return the places named in a text or, where none is, those its adjectives point to."""
        return self.find(text) or {code: self.names[code] for code in self.described(text)}

    def described(self, text: str) -> set[str]:
        """Return the codes of the places whose adjective stands in a text."""
        return {self.adjectives[match[0]] for match in self._described.finditer(text)}


@cache
def gazetteer(locale: str) -> Gazetteer:
    """Return the gazetteer of a CLDR locale such as "en"."""
    known = Locale.parse(locale)
    names = {
        code: name
        for code, name in known.territories.items()
        if len(code) == 2 and code not in _NOT_PLACES
    }
    codes = {name: code for code, name in names.items()}
    if locale == "en":
        codes |= {
            name.replace(" & ", " and "): code for name, code in codes.items() if " & " in name
        }
    adjectives = _adjectives(known, names) if locale == "en" else {}
    return Gazetteer(codes, names, adjectives, _any_of(codes), _any_of(adjectives))


def _adjectives(locale: Locale, names: dict[str, str]) -> dict[str, str]:
    """Return country codes by the name of the language mostly spoken there.

    The English name of a language is mostly the country's adjective. CLDR's likely subtags give
    the country with most speakers, which is another one for English, Portuguese or Arabic; the
    shared first letter keeps those out.
    """
    likely = get_global("likely_subtags")
    found: dict[str, str] = {}
    for language, name in locale.languages.items():
        code = str(likely.get(language, "")).split("_")[-1]
        if len(language) == 2 and code in names and name[0] == names[code][0]:
            found[name] = code
    return found


def _any_of(names: dict[str, str]) -> re.Pattern[str]:
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first)) or '(?!)'})(?!\w)")
