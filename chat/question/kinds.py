"""What kind of thing a question asks for, and whether a text names one.

A sentence about the right subject that holds no number does not answer "How many …?".
"""

from __future__ import annotations

import re
from typing import Literal

import regex

from chat.question.names import CAPITAL
from index.text.stopwords import is_stopword

QuestionKind = Literal["date", "number", "name", "other"]

_DATE_QUESTION = re.compile(
    r"\b(?:when(?!\s(?:may|can|could|should)\b)|since when|how long ago|"
    r"(?:what|which|in what|in which) (?:year|date|month|decade|century))\b",
    re.IGNORECASE,
)
# "Who has to prove it when …?": what the question begins with is asked, and "when" says in which
# case; in "What is known of when …?" it is asked all the same.
_OTHER_QUESTION = re.compile(r"(?:who|whom|whose|what|which|where|why|how)\b", re.IGNORECASE)
_WHEN_IS_ASKED = re.compile(
    r"\b(?:of|on|about|since|until|know|known|say|says|said|tell|tells|state|states) when\b",
    re.IGNORECASE,
)
# "Which programme pays, and what for?" asks two things: no one sentence answers both.
_SECOND_QUESTION = re.compile(
    r"\w\S*,? and (?:what|which|who|whom|whose|where|when|why|how|whether|under what)\b",
    re.IGNORECASE,
)
# "Which duties …", "Under which conditions …", "What are the pillars …".
_SEVERAL_QUESTION = re.compile(
    r"(?:\w+\s)?(?:which|what)\s(?:are|were|"
    r"(?:(?!(?:is|was|does|did|do|has|had|can|shall|must|may|will)\b)[\w’'-]+\s){0,3}?"
    r"(?!(?:is|was|does|has|this|its)\b)[\w’'-]+[^\Wsiu]s)\b",
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
# "It may march" names no month.
_MONTHS = (
    "january|february|(?-i:March|May)|april|june|july|august|september|october|november|december"
)
_DATE = re.compile(
    rf"\b(?:1[0-9]|20)\d\d(?:s|\b)|"
    rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)?\s)?(?:{_MONTHS})\b(?:\s\d{{4}}\b)?|"
    r"\b\d{1,2}(?:st|nd|rd|th)? century\b",
    re.IGNORECASE,
)
_NUMBER_WORDS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|twenty|thirty|forty|"
    "fifty|hundred|thousand|million|billion|half|(?:a|one|two) thirds?|"
    "(?:a|one|three) quarters?|twice|none|no"
)
# "1,500", "25 %", "€ 2.5 million", "two": with what makes a figure of it. The 27 of "EU-27", the
# 5 of "Article 5" and the year of "in 2011" count nothing.
_QUANTITY = re.compile(
    r"(?:[€$£]\s?)?"
    r"(?P<number>(?<![\w.])(?<![^\W\d_][-–])\d+(?:[.,]\d+|[ \u00a0\u202f]\d{3}\b)*|"
    rf"\b(?:{_NUMBER_WORDS})\b)"
    r"(?P<share>\s?(?:%|per\s?cent\b))?(?:\s(?:million|billion|thousand)\b)?",
    re.IGNORECASE,
)
_NO_QUANTITY_AFTER = re.compile(
    r"\b(?:articles?|sections?|chapters?|annex|paragraphs?|tables?|figures?|no\.?|nr\.?)\s$",
    re.IGNORECASE,
)
_YEAR_AFTER = re.compile(
    r"\b(?:in|since|from|until|till|by|during|between|and|to|before|after)\s$|"
    r"\d{4}\s?[-–/]\s?$",
    re.IGNORECASE,
)
_SHARE_QUESTION = re.compile(
    r"\b(?:what|which) (?:share|percent\w*|proportion|rate)\b", re.IGNORECASE
)
_NEGATION = re.compile(
    r"\b(?:not|never|no|none|nor|neither|without|cannot|fail(?:s|ed)?|unable|unlikely|except|"
    r"refus\w+|lack\w*)\b|n['’]t\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:1[89]|20)\d\d")
_INSIDE_NAME = re.compile(r"\s(?:(?:of|for|and|de|und|et)\s(?:the\s)?)?")
_NEW_SENTENCE = re.compile(r"[.!?:;][\"'”’)\]]*\s+$")
_CAPITALISED = regex.compile(rf"\b{CAPITAL}[\w’'-]+")


def classify_question(question: str) -> QuestionKind:
    """Return what an English question asks for; "other" where nothing can be said.

    "When may …?" asks for conditions and no date.
    """
    if _SECOND_QUESTION.search(question):
        return "other"
    if _NUMBER_QUESTION.search(question):
        return "number"
    if _asks_for_date(question):
        return "date"
    if _NAME_QUESTION.search(question):
        return "name"
    return "other"


def asks_for_several(question: str) -> bool:
    """Tell whether an English question asks for things that may be a list."""
    return _SEVERAL_QUESTION.match(question.strip()) is not None


def _asks_for_date(question: str) -> bool:
    found = _DATE_QUESTION.search(question)
    if found is None or found[0].lower() != "when" or _WHEN_IS_ASKED.search(question):
        return found is not None
    return _OTHER_QUESTION.match(question.strip()) is None


def find_named(kind: QuestionKind, text: str, question: str) -> list[tuple[int, int]]:
    """Return where a text names things of a kind that the question does not name itself.

    Half-open offsets in the text, in order; none for the kind "other".
    """
    asked = question.lower()
    if kind == "date":
        found = [match for match in _DATE.finditer(text) if match[0].lower() not in asked]
    elif kind == "number":
        found = _find_quantities(text, question)
    elif kind == "name":
        capitalised = [m.span() for m in _CAPITALISED.finditer(text) if _may_name(text, m)]
        names = _join_names(text, capitalised)
        return [name for name in names if not _holds_words_of(asked, text[slice(*name)])]
    else:
        found = []
    return [match.span() for match in found]


def _find_quantities(text: str, question: str) -> list[re.Match[str]]:
    """Return the numbers of a text that count something; of a question for a share, the shares."""
    words = question.lower().split()
    found = [
        match
        for match in _QUANTITY.finditer(text)
        if match["number"] not in words
        and not _NO_QUANTITY_AFTER.search(text, 0, match.start())
        and not (_YEAR.fullmatch(match[0]) and _YEAR_AFTER.search(text, 0, match.start()))
    ]
    shares = [match for match in found if match["share"]]
    return shares if shares and _SHARE_QUESTION.search(question) else found


def _may_name(text: str, word: regex.Match[str]) -> bool:
    """Tell whether a capitalised word may be of a name: not what a text or sentence opens with."""
    opens = _NEW_SENTENCE.search(text, max(0, word.start() - 4), word.start()) is not None
    return word.start() > 0 and not (opens and is_stopword(word[0].lower(), "en"))


def _holds_words_of(asked: str, name: str) -> bool:
    return all(word in asked for word in re.findall(r"\w+", name.lower()))


def _join_names(text: str, words: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the words of a name as one stretch: "Ministry of the Economy"."""
    names: list[tuple[int, int]] = []
    for start, end in words:
        if names and _INSIDE_NAME.fullmatch(text, names[-1][1], start):
            names[-1] = (names[-1][0], end)
        else:
            names.append((start, end))
    return names


def is_negated(text: str) -> bool:
    """Tell whether a text denies something: "not", "never", "without", "fail"; English only."""
    return _NEGATION.search(text) is not None
