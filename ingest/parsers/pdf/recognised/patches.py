"""Lines that were recognised in a picture, set where a page's fonts do not say their letters."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby

import numpy as np
import pypdfium2
from numpy.typing import NDArray

from index.pages import pdfium
from ingest.parsers.pdf.page.fragments import Fragment
from ingest.parsers.pdf.page.legible.legibility import Lettering, make_plain_lettering
from ingest.parsers.pdf.page.page_text import PageText
from ingest.parsers.pdf.recognised.sentences_around import add_rest_of_sentences
from ingest.text.blocks import Omission

WRONG_LETTERS = "letters without Unicode"
# Of a page, from which on it is recognised whole: the lines between are few.
MOST_SHARE = 0.5
# Of a page's characters, from which on nothing of it is read if that much cannot be.
MOST_LOST = 0.3
# In heights of a line: recognised boxes are as tight as the ink, or a little wider.
ROUND = 0.35


def patch_lines(
    document: pypdfium2.PdfDocument,
    page: PageText,
    bad: NDArray[np.bool_],
    recognised: PageText,
) -> PageText:
    """Return a page with its illegible lines as they were recognised, or without any text.

    Args:
        document: What the page is of.
        page: As its fonts say.
        bad: bool, shape (n,): which of its characters are not what it shows.
        recognised: The same page from its picture; the page itself if it could not be looked at.

    Returns:
        The page. If nothing was recognised it has only its other sentences, for one without some of
        its lines would not be what it shows; none at all if too much is lost.
    """
    lines = [f for f in page.fragments if bad[f.first : f.last].any()]
    if not recognised.ocr or not len(recognised.codes):
        return _leave_out(page, lines)
    page = _say(page, lines)
    if bad.mean() > MOST_SHARE or not _is_shown_upright(page, recognised):
        return replace(recognised, is_illegible=True, is_scan=False, omissions=page.omissions)
    kept = _keep(page, [f for f in page.fragments if not bad[f.first : f.last].any()])
    with pdfium.open_page(document, page.number - 1) as loaded:
        seen = pdfium.transform_boxes(recognised.boxes, pdfium.compute_view_matrix(loaded))
    inside = _find_inside(seen, lines)
    patches = _keep(recognised, _cut(recognised.fragments, seen, inside))
    return _append(kept, patches)


def _leave_out(page: PageText, lines: list[Fragment]) -> PageText:
    """Return a page without the sentences that some of its lines stand in."""
    texts = [_write(page, fragment) for fragment in page.fragments]
    left_out = add_rest_of_sentences(page.fragments, texts, lines)
    lost = sum(fragment.last - fragment.first for fragment in left_out)
    if lost > MOST_LOST * len(page.codes):
        return _keep(_say(page, lines), [])
    gone = {id(fragment) for fragment in left_out}
    return _keep(_say(page, left_out), [f for f in page.fragments if id(f) not in gone])


def _say(page: PageText, lines: list[Fragment]) -> PageText:
    said = Omission(WRONG_LETTERS, "\n".join(_write(page, line) for line in lines))
    return replace(page, is_illegible=True, is_scan=False, omissions=(*page.omissions, said))


def _is_shown_upright(page: PageText, recognised: PageText) -> bool:
    same = np.isclose([page.width, page.height], [recognised.width, recognised.height])
    return bool(same.all()) and not page.right_to_left


def _write(page: PageText, line: Fragment) -> str:
    places = range(line.first, line.last)
    return "".join(
        f"{' ' if page.spaced[p] else ''}{chr(int(page.codes[p]))}" for p in places
    ).strip()


def _find_inside(seen: NDArray[np.float32], lines: list[Fragment]) -> NDArray[np.bool_]:
    """Tell which characters stand in one of the lines."""
    x, y = (seen[:, 0] + seen[:, 2]) / 2, (seen[:, 1] + seen[:, 3]) / 2
    inside = np.zeros(len(seen), dtype=np.bool_)
    for line in lines:
        edge = ROUND * line.size
        inside |= (x > line.x0 - edge) & (x < line.x1 + edge) & (y > line.y0) & (y < line.y1)
    return inside


def _cut(
    fragments: list[Fragment], seen: NDArray[np.float32], inside: NDArray[np.bool_]
) -> list[Fragment]:
    """Return of each fragment the stretches that are inside."""
    cut = []
    for fragment in fragments:
        places = range(fragment.first, fragment.last)
        for is_inside, stretch in groupby(places, key=lambda place: bool(inside[place])):
            if is_inside:
                own = list(stretch)
                box = seen[own]
                x0, y0 = box[:, :2].min(axis=0).tolist()
                x1, y1 = box[:, 2:].max(axis=0).tolist()
                last = own[-1] + 1
                cut.append(replace(fragment, first=own[0], last=last, x0=x0, y0=y0, x1=x1, y1=y1))
    return cut


def _keep(page: PageText, fragments: list[Fragment]) -> PageText:
    """Return a page of some of its fragments."""
    numbers = [np.arange(f.first, f.last) for f in fragments]
    places = np.concatenate([np.zeros(0, dtype=np.intp), *numbers])
    moved, start = [], 0
    for fragment in fragments:
        end = start + fragment.last - fragment.first
        moved.append(replace(fragment, first=start, last=end))
        start = end
    said = page.lettering
    return replace(
        page,
        codes=page.codes[places],
        boxes=page.boxes[places],
        spaced=page.spaced[places],
        fragments=moved,
        lettering=Lettering(
            said.fonts[places], said.unproven[places], said.torn[places], said.lost
        ),
    )


def _append(page: PageText, other: PageText) -> PageText:
    """Return a page with the characters of another after its own; those were recognised."""
    count = len(page.codes)
    moved = [replace(f, first=f.first + count, last=f.last + count) for f in other.fragments]
    return replace(
        page,
        codes=np.concatenate([page.codes, other.codes]),
        boxes=np.concatenate([page.boxes, other.boxes]),
        spaced=np.concatenate([page.spaced, other.spaced]),
        fragments=[*page.fragments, *moved],
        lettering=make_plain_lettering(count + len(other.codes)),
        ocr=True,
    )
