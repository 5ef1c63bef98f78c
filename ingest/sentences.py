"""Sentence boundaries: sentencex, mended where it takes a legal abbreviation for an end."""

from __future__ import annotations

import re

from sentencex import get_sentence_boundaries

# Ends of a piece after which the sentence goes on.
_BEFORE_NUMBER = re.compile(
    r"(?:^|[\s(\[])(?:paras?|arts?|nos?|nrs?|n°|sec|sect|ch|chap|cl|fig|tab|vol|pp?|rec|pt|reg|dir|dec"
    r"|annex|abs|ziff|lit|čl|odst|písm|č|str|poz|pkt|ust|rozp)\.$",
    re.IGNORECASE,
)
_NEVER_LAST = re.compile(
    r"(?:^|[\s(\[])(?:e\.\s?g|i\.\s?e|cf|viz|incl|approx|ca|resp|vs|ibid|prof|dr|mr|mrs|ms|ing|mgr"
    r"|bzw|vgl|z\.\s?b|d\.\s?h|tj|tzv|np|tzn|m\.\s?in)\.$",
    re.IGNORECASE,
)
_ENUMERATOR = re.compile(r"\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)]", re.IGNORECASE)
_ORDINAL = re.compile(r"(?:^|\s)\d{1,2}\.$")
_WORD = re.compile(r"\w")


def split(text: str, start: int, end: int, language: str = "en") -> list[tuple[int, int]]:
    """Return the sentences of one paragraph or item.

    Args:
        text: Canonical text.
        start: Half-open offsets of the paragraph; a newline inside it is a line break that hard
            wrapping made, and no boundary.
        end: See start.
        language: ISO 639-1 code; what sentencex does not know is treated as English.

    Returns:
        Half-open offsets into `text`, trimmed of white space; they cover all other characters.
    """
    paragraph = text[start:end].replace("\n", " ")
    found: list[tuple[int, int]] = []
    for boundary in get_sentence_boundaries(language, paragraph):
        raw = paragraph[boundary["start_index"] : boundary["end_index"]]
        piece = raw.strip()
        if not piece:
            continue
        first = start + boundary["start_index"] + len(raw) - len(raw.lstrip())
        last = first + len(piece)
        if found and _goes_on(text[found[-1][0] : found[-1][1]], piece):
            found[-1] = (found[-1][0], last)
        else:
            found.append((first, last))
    return found


def _goes_on(before: str, after: str) -> bool:
    """Return whether two pieces are one sentence."""
    word = _WORD.search(after)
    if word is None or word[0].islower() or _ENUMERATOR.fullmatch(before):
        return True
    tail = before[-40:]
    if _NEVER_LAST.search(tail):
        return True
    # "Art. 5", "1. 2. 2004"
    digit = after[0].isdigit() or re.match(r"[IVXLC]+\b", after) is not None
    return digit and bool(_BEFORE_NUMBER.search(tail) or _ORDINAL.search(tail))
