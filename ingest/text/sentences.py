"""Sentence boundaries: sentencex, corrected where it takes a legal abbreviation for an end."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sentencex import get_sentence_boundaries

TAIL_CHARS = 40

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
# To sentencex, what begins with one of these is one sentence, however many there are.
_MARKS = re.compile(r"\s*(?:(?:\((?:\d{1,3}|[a-z]|[ivx]{1,5})\)|[•▪◦‣●○■□])\s+)+", re.IGNORECASE)
# "Article 5 (1)": no end without a stop, but for a note's number and before an item in the line.
_NO_END = re.compile(r"(?<![.!?]\d)(?<![.!?]\d\d)(?<=[\w,])$")
_BULLET = re.compile(r"[•▪◦‣●○■□]")
_FOOTNOTE = re.compile(r"(?<=[^\W\d_]{2}\.)(\d{1,2})\s+(?=[A-ZÀ-Þ“\"])")
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
    for begin, stop in _find_boundaries(paragraph, language):
        raw = paragraph[begin:stop]
        piece = raw.strip()
        if not piece:
            continue
        first = start + begin + len(raw) - len(raw.lstrip())
        last = first + len(piece)
        begun, ended = found[-1] if found else (0, 0)
        # The end of the sentence before is enough: all of a long run would take quadratic time.
        if found and _goes_on(text[max(begun, ended - TAIL_CHARS) : ended], piece):
            found[-1] = (begun, last)
        else:
            found.append((first, last))
    return found


def _find_boundaries(paragraph: str, language: str) -> Iterator[tuple[int, int]]:
    """Yield sentencex's pieces, cut also behind a footnote's number: "in SMEs.6 They"."""
    begin = 0
    for stop in _find_ends(paragraph, 0, len(paragraph), language):
        for note in _FOOTNOTE.finditer(paragraph, begin, stop):
            before = paragraph[max(begin, note.start() - TAIL_CHARS) : note.start(1)]
            if not _BEFORE_NUMBER.search(before):
                yield begin, note.end()
                begin = note.end()
        yield begin, stop
        begin = stop


def _find_ends(paragraph: str, begin: int, stop: int, language: str) -> Iterator[int]:
    """Yield where sentencex's pieces of a stretch end, without the marks that it begins with."""
    marks = _MARKS.match(paragraph, begin, stop)
    start = marks.end() if marks else begin
    for boundary in get_sentence_boundaries(language, paragraph[start:stop]):
        first, last = start + boundary["start_index"], start + boundary["end_index"]
        if first > start and _MARKS.match(paragraph, first, last):
            yield from _find_ends(paragraph, first, last, language)
        else:
            yield last


def _goes_on(before: str, after: str) -> bool:
    """Return whether two pieces are one sentence."""
    word = _WORD.search(after)
    if word is None or word[0].islower():
        return True
    if _NO_END.search(before) and not _BULLET.match(after):
        return True
    if _ENUMERATOR.fullmatch(before) or _NEVER_LAST.search(before):
        return True
    # "Art. 5", "1. 2. 2004"
    digit = after[0].isdigit() or re.match(r"[IVXLC]+\b", after) is not None
    return digit and bool(_BEFORE_NUMBER.search(before) or _ORDINAL.search(before))
