"""Lines to paragraphs: most texts have one a line, hard-wrapped ones several lines each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from ingest.text.blocks import BlockKind

# No text is hard-wrapped wider; longer lines are paragraphs.
WRAP_CHARS = 130

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
    width = _find_wrap_width(found)
    return _unwrap(text, found, width) if width else found


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
    if len(pairs) < 3:
        return 0
    lengths = sorted(len(line.text) for line in lines)
    width = lengths[int(0.95 * (len(lengths) - 1))]
    if width > WRAP_CHARS:
        return 0
    forced = [following for line, following in pairs if _is_forced_break(line, following, width)]
    lower = sum(line.text[0].islower() for line in forced)
    return width if len(forced) >= 0.4 * len(pairs) and lower >= 0.4 * len(forced) else 0


def _unwrap(text: str, lines: Sequence[TextLine], width: int) -> list[TextLine]:
    joined = list(lines[:1])
    for last, line in pairwise(lines):
        continues = not line.after_blank and line.kind == "paragraph"
        if continues and (_is_forced_break(last, line, width) or line.text[0].islower()):
            joined[-1].end = line.end
        else:
            joined.append(line)
    return [replace(line, text=text[line.start : line.end]) for line in joined]
