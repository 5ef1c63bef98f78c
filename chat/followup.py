"""Follow-up questions made complete from the conversation, without a language model.

Three rules, in this order: a question that swaps one name for another ("And the Netherlands?")
takes the question before and swaps the name; one that points back ("Who runs it?") or is too
short to stand alone takes the words of the question before along; any other is a new topic.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from chat.types import Turn
from index.lexical import content_terms

_OPENER = re.compile(
    r"^\s*(?:(?:and|but|or|so|ok|okay|then|also)[\s,]+)*"
    r"(?:(?:what|how)\s+about|what\s+of|and|but|or|same\s+for|the\s+same\s+for)[\s,]+",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(r"^(?:in|for|of|to|at|from|about|with|on)\s+", re.IGNORECASE)
_POINTS_BACK = re.compile(
    r"\b(?:it|its|they|them|their|theirs|these|those|he|him|his|she|her|the same|"
    r"that (?:one|country|programme|program|policy|agency|initiative|document|page|cluster)|"
    r"this (?:one|country|programme|program|policy|agency|initiative|document|page|cluster)|"
    r"(?:that|this|there)\s*\?*$)\b|\b(?:this|that|there)\s*\?*$",
    re.IGNORECASE,
)
# "the United Kingdom", "Bosnia and Herzegovina", "Pôles de compétitivité": capitalised words, and
# the small ones between them.
_NAME = re.compile(
    r"(?:the\s+)?[A-ZÀ-ÞŠŽČĆĐŁ][\w’'.-]*(?:\s+(?:(?:and|of|de|the|for|und|et)\s+)?"
    r"[A-ZÀ-ÞŠŽČĆĐŁ0-9][\w’'.-]*)*"
)
_INTERROGATIVE = re.compile(
    r"\b(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|can|could|"
    r"should|will|would|has|have|had)\b",
    re.IGNORECASE,
)
_PARTICLE = re.compile(
    r"(?:since|until|by|with|for|from|at|in|on|to|of|under|between|not|yes|no)\b", re.IGNORECASE
)
_VERB = re.compile(r"\b(?:is|are|was|were|do|does|did|has|have|had|can|will)\b", re.IGNORECASE)
_SWAPPED_WORDS = 5
_FRAGMENT_WORDS = 3
_STANDS_ALONE_TERMS = 2


def resolve(question: str, history: Sequence[Turn]) -> str:
    """Return a question that can be searched for by itself.

    Args:
        question: As typed.
        history: Earlier turns, oldest first; only the user's are used.

    Returns:
        The question, completed if it leans on an earlier one; otherwise as typed.
    """
    resolved = ""
    for text in [turn.text for turn in history if turn.role == "user"] + [question]:
        resolved = _complete(text.strip(), resolved)
    return resolved


def _complete(question: str, previous: str) -> str:
    if not previous:
        return question
    opener = _OPENER.match(question)
    rest = question[opener.end() :].strip() if opener else question
    if opener or len(content_terms(question)) <= _STANDS_ALONE_TERMS:
        swapped = _swap_name(rest, previous)
        if swapped:
            return swapped
    if opener or _POINTS_BACK.search(question) or _is_fragment(question):
        return f"{question.rstrip('?. ')}? ({_topic(previous)})"
    return question


def _swap_name(rest: str, previous: str) -> str | None:
    """Return the question before with its last name replaced by the one that is all of `rest`."""
    name = _PREPOSITION.sub("", rest).strip(" ?.!,")
    short = 0 < len(name.split()) <= _SWAPPED_WORDS
    if not short or _INTERROGATIVE.search(name) or _POINTS_BACK.search(name):
        return None
    names = [match for match in _NAME.finditer(previous) if not _opens_sentence(match, previous)]
    if not names:
        return None
    last = names[-1]
    return previous[: last.start()] + name + previous[last.end() :]


def _opens_sentence(match: re.Match[str], text: str) -> bool:
    """Tell whether a capital is there only because a sentence begins ("Which agency …")."""
    return match.start() == 0 and bool(_INTERROGATIVE.match(text) or _PARTICLE.match(text))


def _is_fragment(question: str) -> bool:
    """Tell whether a question names nothing that could be searched for ("Since when?")."""
    has_name = any(not _opens_sentence(m, question) for m in _NAME.finditer(question))
    short = len(question.split()) <= _FRAGMENT_WORDS
    return short and not has_name and not _VERB.search(question)


def _topic(previous: str) -> str:
    """Return the words of a question that carry its meaning, as typed and in order."""
    terms = content_terms(previous)
    return " ".join(dict.fromkeys(previous[term.start : term.end] for term in terms))
