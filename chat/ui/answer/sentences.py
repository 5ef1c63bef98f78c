"""An answer as the component beside this module shows it: sentences, rows, what they stand in."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from chat.phrases import tell_items_left
from chat.types import Answer, Citation

_YEAR = re.compile(r"(?:19|20)\d\d")
Part = dict[str, object]


def list_sentences(answer: Answer) -> list[dict[str, object]]:
    """Take the answer's text apart at its markers, which stand in their order."""
    rest = answer.text or ""
    sentences: list[dict[str, object]] = []
    for citation in answer.citations:
        marker = f" [{citation.marker}]"
        # A quotation may hold "[1]" of its own, as a footnote.
        verbatim = rest.startswith(citation.quote + marker)
        end = len(citation.quote) if verbatim else rest.find(marker)
        if end < 0:
            raise ValueError(f"the answer's text has no marker [{citation.marker}]")
        if verbatim:
            parts = _cut_parts(citation, citation.start, citation.end)
        else:
            parts = [_make_part(rest[:end].strip(), False)]
        left = tell_items_left(citation.items_left) if citation.items_left else ""
        rows = list(_cut_rows(citation)) if verbatim else []
        around = {kind: _find_around(citation, kind) for kind in ("lead_in", "caption", "heads")}
        sentences.append(
            {
                "parts": parts,
                "marker": str(citation.marker),
                "id": citation.id,
                "before": " ".join(around["lead_in"] + around["caption"]),
                "heads": _cut_heads(around["heads"], rows),
                "rows": rows,
                "left": left,
            }
        )
        rest = rest[end + len(marker) :].lstrip().removeprefix(left).lstrip()
    return sentences


def _find_around(citation: Citation, kind: str) -> list[str]:
    return [around.text for around in citation.around if around.kind == kind]


def _cut_heads(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> list[list[str]]:
    """Return the cells of the rows that head columns.

    A text has no white space at the end of a paragraph, so a first row of heads has lost its empty
    cells there; where it begins with a year it stands over figures, not over their labels.
    """
    cut = [[cell.strip() for cell in row.split("\t")] for head in heads for row in head.split("\n")]
    width = max(map(len, rows), default=0)
    if cut and len(cut[0]) < width and _YEAR.fullmatch(cut[0][0]):
        return [["", *cells] if len(cells) < width else cells for cells in cut]
    return cut


def _cut_rows(citation: Citation) -> Iterator[list[list[Part]]]:
    """Yield the cells of a quotation that is only rows of a table, each in its parts."""
    lines = citation.quote.split("\n")
    if not all("\t" in line for line in lines):
        return
    at = citation.start
    for line in lines:
        cells = []
        for cell in line.split("\t"):
            cells.append(_cut_parts(citation, at, at + len(cell)))
            at += len(cell) + 1
        yield cells


def _cut_parts(citation: Citation, start: int, end: int) -> list[Part]:
    """Return a stretch of a quotation in pieces, and of each whether it carries the answer."""
    parts: list[Part] = []
    at = start
    for first, last in (*citation.marks, (end, end)):
        begin, stop = max(first, at), min(last, end)
        for a, b, marked in ((at, min(begin, end), False), (begin, stop, True)):
            if a < b:
                words = citation.quote[a - citation.start : b - citation.start]
                parts.append(_make_part(words, marked))
        at = max(at, stop)
    return parts


def _make_part(text: str, marked: bool) -> Part:
    return {"text": text, "marked": marked}
