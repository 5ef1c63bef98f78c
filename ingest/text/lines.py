"""Lines to paragraphs: most texts have one a line, hard-wrapped ones several lines each."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from index.text.stopwords import is_stopword_anywhere
from ingest.text.blocks import BlockKind

# No text is hard-wrapped wider; longer lines are paragraphs.
WRAP_CHARS = 130
# Of the lines of a wrapped text, so many are broken by force, and so many of those that follow
# begin in lower case, as shares of 1; of fewer lines than this nothing can be told.
FORCED_SHARE = 0.4
LOWER_SHARE = 0.4
LEAST_LINES = 3
# Lines this short are items of a menu, or verses, however alike they are in length.
LEAST_WRAP_CHARS = 40
# One line by itself goes on in the next where it is no entry of a menu ("Sign in").
LEAST_CUT_CHARS = 20

_ITEM = re.compile(
    r"(?:[-–—*•▪◦‣·●○■□➢✓]|\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)])(?=\s+\S)|[•▪◦‣●○■□➢✓](?=\S)"
)


@dataclass(slots=True)
class TextLine:
    """A paragraph, item or heading in the making; mutable, since its kind is found in steps."""

    start: int
    end: int
    text: str
    after_blank: bool  # a blank line, or nothing, stands above
    kind: BlockKind
    level: int  # see `Block`


def find_paragraphs(text: str) -> list[TextLine]:
    """Return the text's paragraphs: its lines, or several lines where it is hard-wrapped."""
    found: list[TextLine] = []
    after_blank, offset = True, 0
    for raw in text.split("\n"):
        line = raw.strip()
        if line:
            start = offset + len(raw) - len(raw.lstrip())
            is_item = _ITEM.match(line) is not None
            kind: BlockKind = "item" if is_item else "paragraph"
            found.append(TextLine(start, start + len(line), line, after_blank, kind, int(is_item)))
        after_blank = not line
        offset += len(raw) + 1
    return _unwrap(text, found, _find_wrap_width(found))


def _is_forced_break(line: TextLine, following: TextLine, width: int) -> bool:
    first_word = following.text.split(maxsplit=1)[0]
    return len(line.text) + 1 + len(first_word) > width


def _find_wrap_width(lines: Sequence[TextLine]) -> int:
    """Return the width in characters at which the text is hard-wrapped, 0 if it is not."""
    # A line was broken by force if the next line's first word would not have fitted any more.
    pairs = [
        (line, following)
        for line, following in pairwise(lines)
        if not following.after_blank and following.kind == "paragraph"
    ]
    if len(pairs) < LEAST_LINES:
        return 0
    lengths = sorted(len(line.text) for line in lines)
    width = lengths[int(0.95 * (len(lengths) - 1))]
    if width > WRAP_CHARS:
        return 0
    forced = [
        following
        for line, following in pairs
        if len(line.text) <= width and _is_forced_break(line, following, width)
    ]
    lower = sum(line.text[0].islower() for line in forced)
    if len(forced) < FORCED_SHARE * len(pairs) or lower < LOWER_SHARE * len(forced):
        return 0
    return width


def _unwrap(text: str, lines: Sequence[TextLine], width: int) -> list[TextLine]:
    joined: list[TextLine] = []
    for group in _group(lines):
        own = _find_own_width(group)
        joined.append(group[0])
        for last, line in pairwise(group):
            lower = line.text[0].islower()
            forced = (width and _is_forced_break(last, line, width)) or own
            if forced or (lower and (width or _goes_on(last))):
                joined[-1].end = line.end
            else:
                joined.append(line)
    return [replace(line, text=text[line.start : line.end]) for line in joined]


def _group(lines: Sequence[TextLine]) -> Iterator[list[TextLine]]:
    """Yield lines that may be one paragraph: no blank between them, and no item but the first."""
    group: list[TextLine] = []
    for line in lines:
        if group and (line.after_blank or line.kind != "paragraph"):
            yield group
            group = []
        group.append(line)
    if group:
        yield group


def _find_own_width(group: Sequence[TextLine]) -> int:
    """Return the width at which all of a few lines are wrapped, 0 if any could have gone on."""
    width = max(len(line.text) for line in group)
    if len(group) < LEAST_LINES or not LEAST_WRAP_CHARS <= width <= WRAP_CHARS:
        return 0
    pairs = list(pairwise(group))
    lower = sum(following.text[0].islower() for _, following in pairs)
    if lower < LOWER_SHARE * len(pairs):
        return 0
    return width if all(_is_forced_break(*pair, width) for pair in pairs) else 0


def _goes_on(line: TextLine) -> bool:
    """Tell whether a line ends where no sentence does: behind "the", a comma, half a word."""
    if not LEAST_CUT_CHARS <= len(line.text) <= WRAP_CHARS:
        return False
    last = line.text.rsplit(maxsplit=1)[-1]
    return last.endswith((",", "-", "\u2010", "\u00ad")) or is_stopword_anywhere(last.lower())
