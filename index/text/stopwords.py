"""Words that carry no meaning, known without tantivy, which a parser's process must not load."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import regex

from index.text.languages import STEMMERS, base
from index.text.powers import EXPONENT

# tantivy's lists, and its `\w`: unlike that of `re`, with the marks of Indic and other scripts. A
# power of ten and a raised unit are one word; any other raised digit is the mark of a note.
_LISTS = Path(__file__).with_suffix(".json")
WORDS = (
    rf"10{EXPONENT}"
    r"|[0-9]+(?:[.,][0-9]+)*"
    r"|[a-zA-Z]{1,2}(?:[²³]|\^[23]\b)"
    r"|[\w₀-₉]+"
)
_WORD = regex.compile(WORDS)
# What English questions are made of besides their subject; tantivy's list has only the articles,
# prepositions and the like.
_QUESTION_WORDS = frozenset(
    """
    compare define describe explain hello hey hi know summarise summarize thank thanks want
    wanted wonder wondering
    about all also am any been being can could did do does doing done from give had has have
    he her here his how i its just like many may me might more most much must my our please s
    shall she should show so some t tell than them they those too under us very was we were
    what when where whether which while who whom whose why would you your
    """.split()
)


def is_stopword(word: str, language: str) -> bool:
    """Tell whether a lower-case word carries no meaning; never in a language without a list."""
    return word in _stopwords(base(language))


def is_stopword_anywhere(word: str) -> bool:
    """Tell whether a lower-case word carries no meaning in some language with a list."""
    return word in _all_stopwords()


def count_stopwords(text: str, language: str) -> int:
    """Return how many words of a text carry no meaning in a language; 0 without a list for it."""
    known = _stopwords(base(language))
    return sum(match[0].lower() in known for match in _WORD.finditer(text))


@cache
def _stopwords(language: str) -> frozenset[str]:
    own = _load_lists().get(STEMMERS.get(language, ""), "").split()
    return frozenset(own) | (_QUESTION_WORDS if language == "en" else frozenset())


@cache
def _all_stopwords() -> frozenset[str]:
    return frozenset(word for words in _load_lists().values() for word in words.split())


@cache
def _load_lists() -> dict[str, str]:
    """Return the words in one string by the name of the stemmer."""
    lists: dict[str, str] = json.loads(_LISTS.read_text(encoding="utf-8"))["words"]
    return lists
