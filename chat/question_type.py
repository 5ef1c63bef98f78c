"""What kind of thing a question asks for, and whether a text names one.

A sentence about the right subject that holds no number does not answer "How many …?".
"""

from __future__ import annotations

import re
from typing import Literal

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
