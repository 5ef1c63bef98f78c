"""Names in questions and texts: by their capital, or because they are a country's."""

from __future__ import annotations

import regex

from index.text.places import is_place

# A capital of any script: Żory, Țara, Ελλάδα, Košice.
CAPITAL = r"[\p{Lu}\p{Lt}]"

_ENGLISH = regex.compile(
    r"\b(?:the|what|which|who|when|where|why|how|is|are|does|do|of|and|to)\b", regex.IGNORECASE
)
_YEAR = regex.compile(r"(?:1[89]|20)\d\d")
_OPENS_SENTENCE = regex.compile(r"[.!?:;]\s*[\"'“‘(]*$")


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
    before = question[:start]
    opens = not before.strip(" \t\n\"'“‘(¿¡") or _OPENS_SENTENCE.search(before)
    # German writes every noun with a capital: only English questions are read this way.
    return (
        word[:1].isupper()
        and _reads_english(question)
        and (not opens or any(letter.isupper() for letter in word[1:]))
    )


def _reads_english(question: str) -> bool:
    return _ENGLISH.search(question) is not None
