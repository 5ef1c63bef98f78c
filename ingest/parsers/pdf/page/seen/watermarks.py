"""Watermarks: large letters that lie across a page's text and are no part of it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from ingest.parsers.pdf.page.fragments import Fragment

WATERMARK = "watermark"
# In sizes of most of the page's characters: aslant, and along the lines where it lies over them.
ASLANT_SIZES, UPRIGHT_SIZES = 1.8, 2.2
# Letters, fewer are an initial; and how many other pieces of text lie under the upright one.
LEAST_LETTERS, LEAST_UNDER = 3, 2
# Of the lower of two pieces, what they have in common if one lies over the other.
SHARED_HEIGHT = 0.5
# It is a word or a few.
MOST_LETTERS = 60
# What is as large again and again is no watermark, but the page's text in two sizes.
MOST_LARGE = 500
# What a page says beside its watermark, in characters; a cover may have its title aslant.
LEAST_BESIDE = 40


def find_watermarks(fragments: Sequence[Fragment]) -> list[list[Fragment]]:
    """Return the pieces of text that lie across the others, each as its fragments in order."""
    usual = _find_usual_size(fragments)
    found = [
        list(group)
        for aslant, group in groupby(
            fragments, lambda f: f.aslant and f.size > ASLANT_SIZES * usual
        )
        if aslant
    ]
    large = [f for f in fragments if not f.aslant and f.size > UPRIGHT_SIZES * usual]
    if len(large) > MOST_LARGE:
        large = []
    boxes: NDArray[np.float64] = np.array([(f.x0, f.y0, f.x1, f.y1) for f in fragments])
    found += [[f] for f in large if f.last - f.first >= LEAST_LETTERS and _lies_over(f, boxes)]
    found = [piece for piece in found if _count(piece) <= MOST_LETTERS]
    beside = _count(fragments) - sum(map(_count, found))
    return found if beside >= LEAST_BESIDE else []


def _count(fragments: Sequence[Fragment]) -> int:
    return sum(fragment.last - fragment.first for fragment in fragments)


def _find_usual_size(fragments: Sequence[Fragment]) -> float:
    """Return the size of the character in the middle, of all by size."""
    if not fragments:
        return 0.0
    sizes = np.array([fragment.size for fragment in fragments])
    counts = np.array([fragment.last - fragment.first for fragment in fragments])
    order = np.argsort(sizes)
    reached = np.cumsum(counts[order])
    return float(sizes[order][np.searchsorted(reached, reached[-1] / 2)])


def _lies_over(large: Fragment, boxes: NDArray[np.float64]) -> bool:
    across = np.minimum(boxes[:, 2], large.x1) - np.maximum(boxes[:, 0], large.x0)
    shared = np.minimum(boxes[:, 3], large.y1) - np.maximum(boxes[:, 1], large.y0)
    under = (across > 0) & (shared > SHARED_HEIGHT * (boxes[:, 3] - boxes[:, 1]))
    return int(np.count_nonzero(under)) > LEAST_UNDER  # itself is one of them
