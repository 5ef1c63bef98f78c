"""The lines of a page that make whole sentences with some of its lines, as far as that is seen."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.parsers.pdf.page.fragments import Fragment

# In heights of a line: what is nearer, above or below or beside, may be the same paragraph.
_NEAR = 0.9
_BESIDE = 1.2
_SIZE_RATIO = 1.15
_ENDS = (".", "!", "?", ":", ";", "…", "。")
_CLOSING = "\"'”’»)]"


def add_rest_of_sentences(
    fragments: Sequence[Fragment], texts: Sequence[str], chosen: Sequence[Fragment]
) -> list[Fragment]:
    """Return the chosen lines with those before and behind them, up to where sentences end.

    Args:
        fragments: Of one page.
        texts: What stands in each.
        chosen: Some of them.

    Returns:
        In the order of the page.
    """
    ends = {
        id(f): t.rstrip(_CLOSING).endswith(_ENDS) for f, t in zip(fragments, texts, strict=True)
    }
    taken = {id(fragment) for fragment in chosen}
    asked = list(chosen)
    while asked:
        line = asked.pop()
        for other in fragments:
            if id(other) not in taken and _goes_on(line, other, ends):
                taken.add(id(other))
                asked.append(other)
    return [fragment for fragment in fragments if id(fragment) in taken]


def _goes_on(line: Fragment, other: Fragment, ends: dict[int, bool]) -> bool:
    """Tell whether one of two lines may go on with a sentence of the other."""
    size = max(line.size, other.size)
    shared_height = min(line.y1, other.y1) - max(line.y0, other.y0)
    across = min(line.x1, other.x1) - max(line.x0, other.x0)
    if shared_height > 0.5 * min(line.size, other.size):
        return across > -_BESIDE * size
    if across <= 0 or size > _SIZE_RATIO * min(line.size, other.size):
        return False
    upper, lower = (line, other) if line.y0 < other.y0 else (other, line)
    return lower.y0 - upper.y1 < _NEAR * size and not ends[id(upper)]
