"""What kind of thing a question asks for, and whether a text names one.

A sentence about the right subject that holds no number does not answer "How many …?".
"""

from __future__ import annotations

import functools
import re
from typing import Literal

from babel import Locale

Kind = Literal["date", "number", "name", "other"]

_DATE_QUESTION = re.compile(
    r"\b(?:when|since when|(?:what|which|in what|in which) (?:year|date|month|decade|century)|"
    r"how long ago)\b",
    re.IGNORECASE,
)
_NUMBER_QUESTION = re.compile(
    r"\bhow (?:many|much|long|old|far|large|big|high|often|few)\b|"
    r"\b(?:what|which) (?:share|percentage|percent|proportion|number|amount|rate|fraction)\b",
    re.IGNORECASE,
)
_NAME_QUESTION = re.compile(
    r"\b(?:who|whom|whose|where)\b|"
    r"\b(?:what|which) (?:\w+ )?(?:agency|agencies|ministry|organi[sz]ation|body|authority|country|"
    r"countries|city|programme|program|institution|company|person|fund|university)\b",
    re.IGNORECASE,
)
_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_DATE = re.compile(
    rf"\b(?:1[0-9]|20)\d\d(?:s|\b)|\b(?:{_MONTHS})\b|\b\d{{1,2}}(?:st|nd|rd|th)? century\b",
    re.IGNORECASE,
)
_NUMBER_WORDS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|twenty|thirty|forty|"
    "fifty|hundred|thousand|million|billion|half|third|quarter|twice|none|no"
)
_NUMBER = re.compile(rf"\d|\b(?:{_NUMBER_WORDS})\b", re.IGNORECASE)
_ENGLISH = re.compile(
    r"\b(?:the|what|which|who|when|where|why|how|is|are|does|do|of|and|to)\b", re.IGNORECASE
)
_YEAR = re.compile(r"(?:1[89]|20)\d\d")
# CLDR's English names are the formal ones of today.
_OTHER_PLACE_NAMES = frozenset(
    ["czech republic", "macedonia", "turkey", "england", "scotland", "wales", "uk", "usa"]
)
_CAPITALISED = re.compile(r"\b[A-ZÀ-ÞŠŽČĆĐŁ][\w’'-]+")


def kind_of(question: str) -> Kind:
    """Return what a question asks for.

    Args:
        question: In English; any other gives "other".

    Returns:
        The kind; "other" where nothing can be said.
    """
    if _NUMBER_QUESTION.search(question):
        return "number"
    if _DATE_QUESTION.search(question):
        return "date"
    if _NAME_QUESTION.search(question):
        return "name"
    return "other"


def names_one(kind: Kind, text: str, question: str) -> bool:
    """Tell whether a text names a thing of a kind that the question does not name itself.

    Args:
        kind: What is asked for.
        text: May hold the answer.
        question: As asked.

    Returns:
        False for the kind "other".
    """
    asked = question.lower()
    if kind == "date":
        return any(found.lower() not in asked for found in _DATE.findall(text))
    if kind == "number":
        return any(match[0].lower() not in asked.split() for match in _NUMBER.finditer(text))
    if kind == "name":
        # The first word of a sentence is capitalised whatever it is.
        return any(
            match.start() > 0 and match[0].lower() not in asked
            for match in _CAPITALISED.finditer(text)
        )
    return False


def is_name(word: str, start: int, question: str) -> bool:
    """Tell whether a word of a question names one thing: a place, a year, or by its capital.

    Args:
        word: As typed.
        start: Where it stands in the question.
        question: In which a capital that only opens a sentence says nothing.

    Returns:
        False for an ordinary word.
    """
    if is_place(word) or _YEAR.fullmatch(word):
        return True
    opens = not question[:start].strip(" \t\n\"'“‘(¿¡") or re.search(
        r"[.!?:;]\s*[\"'“‘(]*$", question[:start]
    )
    # German writes every noun with a capital: only English questions are read this way.
    return (
        word[:1].isupper()
        and _reads_english(question)
        and (not opens or any(letter.isupper() for letter in word[1:]))
    )


def is_place(words: str) -> bool:
    """Tell whether words are the English name of a country or territory, in any case."""
    return words.lower().removeprefix("the ") in _places()


@functools.cache
def _places() -> frozenset[str]:
    # Codes of more than two characters are continents and the like.
    names = {name.lower() for code, name in Locale("en").territories.items() if len(code) == 2}
    return frozenset(names | {name.replace("&", "and") for name in names} | _OTHER_PLACE_NAMES)


def _reads_english(question: str) -> bool:
    return bool(_ENGLISH.search(question))
