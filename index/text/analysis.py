"""Lexical analysis: how words of texts and questions become the terms that are searched."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from index.text.languages import STEMMERS, base
from index.text.powers import EXPONENT, read_exponent
from index.text.stopwords import WORDS, count_stopwords, is_stopword

if TYPE_CHECKING:
    import tantivy

_ACCENTS = re.compile("[\u0300-\u036f]")
# A words store is filled by these rules: another number, and the next writer fills it anew.
RULES = 2
_POWER = re.compile(f"10{EXPONENT}")
_GROUPED_NUMBER = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*")


@dataclass(frozen=True, slots=True)
class Term:
    """A word as it is indexed: lower case, accents folded, stemmed; and where it stands.

    Attributes:
        text: The indexed form; `1,500` and `1.500` become `1500`, `10⁶` becomes `10^6`, `m³` and
            `CO₂` become `m3` and `co2`.
        start: Half-open character offsets of the word in the analysed text.
        end: See start.
    """

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class QueryWord:
    """A word of a question that carries meaning.

    Attributes:
        text: As typed.
        start: Where it stands in the question, in characters.
        forms: Its indexed form by the rules of each language of the index.
    """

    text: str
    start: int
    forms: tuple[str, ...]


def analyse(text: str, language: str = "en") -> list[Term]:
    """Return the terms of a text in order.

    Args:
        text: Any text.
        language: ISO 639-1, a region is ignored; one without a stemmer is lower-cased and
            folded only.

    Returns:
        One term for each word or number, in order, not overlapping.
    """
    tokens = _analyser(base(language)).pre_tokenize(text).tokens
    places = [(t.text, t.char_offset_from, t.char_offset_to) for t in tokens]
    # tantivy folds what is raised, too: 10⁶ would be 106.
    return [
        Term(_normalise_power(text[start:end]) or _normalise(token), start, end)
        for token, start, end in places
    ]


def content_terms(text: str, language: str = "en") -> list[Term]:
    """Return the terms that carry meaning: stop words and question words left out.

    A text of nothing else keeps them all.
    """
    terms = analyse(text, language)
    kept = [t for t in terms if not is_stopword(text[t.start : t.end].lower(), language)]
    return kept or terms


def query_words(question: str, languages: Sequence[str]) -> list[QueryWord]:
    """Return what to look for in an index of several languages: each word once.

    The question is analysed by the rules of every language, but what is a stop word is decided
    once, by the language with most of them in the question: English "what is" would otherwise be
    searched for wherever the index also holds Czech, which has no list of stop words.

    Args:
        question: Plain language.
        languages: ISO 639-1, those of the index; without one nothing is looked for.

    Returns:
        Words in the order of the question; two with the same forms are one.
    """
    if not languages:
        return []
    likeliest = max(sorted(languages), key=lambda language: count_stopwords(question, language))
    kept = {term.start: term for term in content_terms(question, likeliest)}
    forms: dict[int, list[str]] = {start: [] for start in kept}
    for language in languages:
        for term in analyse(question, language):
            if term.start in kept:
                forms[term.start].append(term.text)
    found: dict[tuple[str, ...], QueryWord] = {}
    for start, term in sorted(kept.items()):
        key = tuple(dict.fromkeys(forms[start]))
        found.setdefault(key, QueryWord(question[start : term.end], start, key))
    return list(found.values())


@cache
def _analyser(language: str) -> tantivy.TextAnalyzer:
    import tantivy  # not before somebody analyses: both sides import this module

    builder = (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.regex(WORDS))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
    )
    if language in STEMMERS:
        builder = builder.filter(tantivy.Filter.stemmer(STEMMERS[language]))
    return builder.build()


def _normalise_power(word: str) -> str:
    """Return a power of ten as "10^6", and "" for any other word."""
    if not _POWER.fullmatch(word):
        return ""
    return f"10^{read_exponent(word[2:])}"


def _normalise(token: str) -> str:
    """Take the grouping out of a number, and the accents that tantivy folds only in Latin."""
    if not token.isascii():
        bare = _ACCENTS.sub("", unicodedata.normalize("NFD", _lower_modifiers(token)))
        return unicodedata.normalize("NFC", bare) or token
    if "^" in token:  # "m^3"
        return token.replace("^", "")
    if token[:1].isdigit() and _GROUPED_NUMBER.fullmatch(token):
        return re.sub("[.,]", "", token)
    return token


def _lower_modifiers(token: str) -> str:
    """Return a word with its raised and lowered letters as ordinary ones: "Mᵐᵉ", "NOₓ"."""
    return "".join(
        unicodedata.normalize("NFKC", letter) if unicodedata.category(letter) == "Lm" else letter
        for letter in token
    )
