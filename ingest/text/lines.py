"""Lines to paragraphs: most texts have one a line, hard-wrapped ones several lines each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.text.blocks import Kind

# No text is hard-wrapped wider; longer lines are paragraphs.
WRAP_CHARS = 130

_ITEM = re.compile(
    r"(?:[-–—*•▪◦‣·●○■□➢✓]|\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)])(?=\s+\S)|[•▪◦‣●○■□➢✓](?=\S)"
)


@dataclass(slots=True)
class Line:
    """A paragraph, item or heading in the making; mutable, since its kind is found in steps.

    Attributes:
        start: Half-open offsets in the canonical text, white space at both ends left out.
        end: See start.
        text: The text between them.
        after_blank: Whether a blank line, or nothing, stands above.
        kind: What it is taken for.
        level: See `Block`.
    """

    start: int
    end: int
    text: str
    after_blank: bool
    kind: Kind
    level: int = 0


def paragraphs(text: str) -> list[Line]:
    """Return the text's paragraphs: its lines, or several lines where it is hard-wrapped.

    Args:
        text: Canonical text.

    Returns:
        Paragraphs and items, in order; which of them are headings is not decided here.
    """
    found: list[Line] = []
    after_blank = True
    offset = 0
    for raw in text.split("\n"):
        line = raw.strip()
        if line:
            start = offset + len(raw) - len(raw.lstrip())
            kind: Kind = "item" if _ITEM.match(line) else "paragraph"
            found.append(Line(start, start + len(line), line, after_blank, kind, kind == "item"))
        after_blank = not line
        offset += len(raw) + 1
    width = _wrap_width(found)
    return _unwrap(text, found, width) if width else found


def _breaks_forced(line: Line, following: Line, width: int) -> bool:
    first_word = following.text.split(maxsplit=1)[0]
    return len(line.text) + 1 + len(first_word) > width


def _wrap_width(lines: Sequence[Line]) -> int:
    """Return the width in characters at which the text is hard-wrapped, 0 if it is not.

    A line was broken by force if the next line's first word would not have fitted any more.
    """
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
    forced = [following for line, following in pairs if _breaks_forced(line, following, width)]
    lower = sum(1 for line in forced if line.text[0].islower())
    return width if len(forced) >= 0.4 * len(pairs) and lower >= 0.4 * len(forced) else 0


def _unwrap(text: str, lines: Sequence[Line], width: int) -> list[Line]:
    joined: list[Line] = []
    last: Line | None = None
    for line in lines:
        continues = (
            last is not None
            and not line.after_blank
            and line.kind == "paragraph"
            and (_breaks_forced(last, line, width) or line.text[0].islower())
        )
        if continues:
            joined[-1].end = line.end
        else:
            joined.append(line)
        last = line
    return [
        Line(
            line.start,
            line.end,
            text[line.start : line.end],
            line.after_blank,
            line.kind,
            line.level,
        )
        for line in joined
    ]
