"""Lowered digits and letters: those of a formula or a name stay lowered ("CO₂", "NOₓ")."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ingest.parsers.pdf.page.characters import VisibleCharacters
from ingest.parsers.pdf.page.shifted import find_lowered, join_line, set_on_line
from ingest.parsers.shared.notation.subscript import render_subscript


def set_lowered(found: VisibleCharacters, seen: NDArray[np.float32]) -> VisibleCharacters:
    """Return a page's characters with lowered digits and single letters as such.

    Args:
        found: The characters of the page in the order of its content.
        seen: float32, shape (n, 4): their boxes with the text upright, y downwards; those of
            lowered ones are set on their line in place.

    Returns:
        As many characters, in the same places.
    """
    codes, spaced, broken = found.codes.copy(), found.spaced.copy(), found.broken.copy()
    for start, end, base in find_lowered(codes, seen, spaced):
        mark = "".join(map(chr, codes[start:end].tolist()))
        rendered = render_subscript(mark)
        if rendered == mark:
            continue
        codes[start:end] = [*map(ord, rendered)]
        join_line(seen, spaced, broken, start, base)
        if base != start - 1:
            set_on_line(seen, start, end, base)
        if end < len(codes) and broken[end]:
            join_line(seen, spaced, broken, end, base)
    return replace(found, codes=codes, spaced=spaced, broken=broken)
