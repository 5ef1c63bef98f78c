"""Follow-up questions made complete from the conversation, without a language model.

Three rules, in this order: a question that swaps one name for another ("And the Netherlands?")
takes the question before and swaps the name; one that points back ("Who runs it?"), corrects ("I
meant Spain") or says too little to stand alone ("How do I apply?") takes the words of the question
before along; any other stays as typed.

Rules miss a lot ("free viewing", after light pollution). So the words of the turn before also count
when passages are scored, for less than the question's own: see
`chat.retrieval.retrieve`. Unless the topic has changed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import regex

from chat.question.names import CAPITAL
from chat.types import Turn
from index.embedding.base import Embedder
from index.text.analysis import content_terms
from index.text.places import is_place

_OPENER = re.compile(
    r"^\s*(?:(?:and|but|or|so|ok|okay|then|also|oh|no|well|sorry)[\s,]+)*"
    r"(?:(?:what|how)\s+about|what\s+of|and|but|or|same\s+for|the\s+same\s+for|i\s+meant?)[\s,]+",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(r"^(?:in|for|of|to|at|from|about|with|on)\s+", re.IGNORECASE)
_POINTS_BACK = re.compile(
    r"\b(?:it|its|he|him|his|she|her|the same|they|them|their|theirs|these|those|"
    r"that (?:one|country|programme|program|policy|agency|initiative|document|page|cluster)|"
    r"this (?:one|country|programme|program|policy|agency|initiative|document|page|cluster)|"
    r"here|(?:the|a) \w+ ones?)\b|\b(?:this|that|there)\s*[?.]*$",
    re.IGNORECASE,
)
# "the United Kingdom", "Bosnia and Herzegovina", "Pôles de compétitivité": capitalised words, and
# the small ones between them.
_NOT_A_NAME = (
    r"(?!(?:I|Who|What|Which|When|Where|Why|How|Is|Are|Was|Were|Do|Does|Did|Can|Could|Should|Will|"
    r"Would|Has|Have|Had)\b)"
)
_NAME = regex.compile(
    rf"(?:the\s+)?{_NOT_A_NAME}{CAPITAL}[\w’'.-]*(?:\s+(?:(?:and|of|de|the|for|und|et)\s+)?"
    rf"{_NOT_A_NAME}(?:{CAPITAL}|[0-9])[\w’'.-]*)*"
)
_INTERROGATIVE = re.compile(
    r"\b(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|can|could|"
    r"should|will|would|has|have|had)\b",
    re.IGNORECASE,
)
# "What is clustering?" asks for a definition and stands alone; "What is the deadline?" does not.
_DEFINITION = re.compile(
    r"^\s*(?:what|who)(?:\s+(?:is|are|was|were)|['’]s)\s+(?!the\b)|^\s*define\b", re.IGNORECASE
)
# "What do clusters do for their members?", "Is it true that …?": what is pointed at is in the
# question itself, or nothing is.
_POINTS_AT_ITSELF = re.compile(
    r"\b\w{3,}s\b.*\b(?:they|them|their|theirs|these|those)\b|"
    r"\b(?:the|an?)\s+(?!(?:first|last|next|same|time|year|day)\b)\w+\b"
    r".*\b(?:it|its|he|him|his|she|her)\b|"
    r"\b(?:is|was)\s+it\s+\w+\s+(?:that|to|for|if)\b",
    re.IGNORECASE,
)
_YEAR = regex.compile(r"\b(?:19|20)\d\d\b")
_SWAPPED_WORDS = 5
_STANDS_ALONE_TERMS = 2
_UNSURE_WORDS = 2
_TOPIC_WORDS = 8
# Of an answer, as much as says what it is about.
_ANSWER_CHARS = 300
# What an answer has beside the words of documents.
_MARKER = re.compile(r"\[\d+\](?: … continues \(\d+ more items?\))?")
# Below this cosine with the turn before, and without a word in common, the topic has changed:
# measured on conversations and on questions put behind foreign ones, see docs/adr/0015.
_SAME_TOPIC = 0.1


@dataclass(frozen=True, slots=True)
class Understood:
    """A question, complete as far as the rules go, and words of the conversation that count too."""

    question: str
    context: str  # "" for none


def understand(question: str, history: Sequence[Turn], embedder: Embedder) -> Understood:
    """Return what a question means after earlier turns, oldest first.

    As typed and without context where it opens the conversation or a new topic, for which the
    embedder is asked; without context also where one name was swapped for another.
    """
    asked = [turn.text for turn in history if turn.role == "user"]
    if not asked:
        return Understood(question.strip(), "")
    before = resolve(asked[-1], history[: _find_last_question(history)])
    resolved = resolve(question, history)
    answers = [turn.text for turn in history if turn.role == "assistant"]
    answer = _MARKER.sub("", answers[-1])[:_ANSWER_CHARS] if answers else ""
    typed = question.strip()
    # With another name in its place the question is complete, and the old name would mislead; so
    # is one that is asked again.
    complete = not resolved.startswith(typed.rstrip("?. ")) or resolved == before
    if complete or (resolved == typed and _is_new_topic(question, before, answer, embedder)):
        return Understood(resolved, "")
    topic = _drop_repeats([*_extract_topic(before), *_extract_topic(answer)])
    return Understood(resolved, " ".join(topic))


def _find_last_question(history: Sequence[Turn]) -> int:
    return max(number for number, turn in enumerate(history) if turn.role == "user")


def _is_new_topic(question: str, before: str, answer: str, embedder: Embedder) -> bool:
    words = {term.text for term in content_terms(question)}
    if len(words) < _STANDS_ALONE_TERMS:
        return False
    if words & {term.text for text in (before, answer) for term in content_terms(text)}:
        return False
    vectors = embedder.encode([question, before, answer or before], "query")
    return float((vectors[1:] @ vectors[0]).max()) < _SAME_TOPIC


def resolve(question: str, history: Sequence[Turn]) -> str:
    """Return a question, completed by the user's earlier ones if it leans on them."""
    resolved = ""
    for text in [turn.text for turn in history if turn.role == "user"] + [question]:
        resolved = _complete(text.strip(), resolved)
    return resolved


def _complete(question: str, previous: str) -> str:
    if not previous:
        return question
    opener = _OPENER.match(question)
    rest = question[opener.end() :].strip() if opener else question
    swapped = _swap_name(rest, previous, surely=opener is not None)
    if swapped:
        return swapped
    points_back = _POINTS_BACK.search(question) and not _POINTS_AT_ITSELF.search(question)
    if opener or points_back or _says_too_little(question):
        return f"{question.rstrip('?. ')}? ({' '.join(_extract_topic(previous))})"
    return question


def _swap_name(rest: str, previous: str, surely: bool) -> str | None:
    """Return the question before with another name in it: `rest`, without "What about".

    Where such an opener was there, `surely`, it need not look like a name.
    """
    name = _PREPOSITION.sub("", rest).strip(" ?.!,")
    short = 0 < len(name.split()) <= _SWAPPED_WORDS
    if not short or _INTERROGATIVE.search(name) or _POINTS_BACK.search(name):
        return None
    looks_like_one = _NAME.fullmatch(name) or _YEAR.fullmatch(name) or is_place(name)
    if not looks_like_one and not (surely and len(name.split()) <= _UNSURE_WORDS):
        return None
    last = _find_counterpart(name, previous)
    return previous[: last.start()] + name + previous[last.end() :] if last else None


def _find_counterpart(name: str, previous: str) -> regex.Match[str] | None:
    """Return what a name replaces: a year a year, a place the last place, else the last name."""
    years = list(_YEAR.finditer(previous))
    if _YEAR.fullmatch(name):
        return years[-1] if years else None
    names = _find_names(previous)
    places = [match for match in names if is_place(match[0])]
    if is_place(name) and places:
        return places[-1]
    others = [match for match in names if match not in places]
    if not is_place(name) and others:
        return others[-1]
    return names[-1] if names else None


def _find_names(text: str) -> list[regex.Match[str]]:
    """Return the names in a text; a capital that only opens the sentence makes none."""
    found = list(_NAME.finditer(text))
    if found and found[0].start() == 0 and " " not in found[0][0]:
        alone = len(text.split()) == 1
        if not alone or _INTERROGATIVE.fullmatch(found[0][0]):
            del found[0]
    return found


def _says_too_little(question: str) -> bool:
    """Tell whether a question names nothing that could be searched for ("Since when?")."""
    if _find_names(question) or _DEFINITION.match(question):
        return False
    return len(content_terms(question)) < _STANDS_ALONE_TERMS


def _extract_topic(previous: str) -> list[str]:
    """Return the words of a text that carry its meaning, as typed and in order."""
    words = [previous[term.start : term.end] for term in content_terms(previous)]
    # The oldest part of a long chain stands last, in brackets: it goes first.
    return list(dict.fromkeys(words))[:_TOPIC_WORDS]


def _drop_repeats(words: Sequence[str]) -> list[str]:
    """Return the words without those that come again in another form, and without numbers."""
    known: dict[str, str] = {}
    for word in words:
        if not word.isdigit():
            known.setdefault("".join(term.text for term in content_terms(word)), word)
    return list(known.values())
