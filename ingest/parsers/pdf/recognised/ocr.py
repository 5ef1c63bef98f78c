"""Text of scanned pages and of letters without Unicode, by RapidOCR from the extra `ocr`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pypdfium2
from numpy.typing import NDArray

from index.pages import pdfium
from index.pages.recognise import load_engine
from ingest.errors import SourceRefused
from ingest.parsers.extras import recognises_scans
from ingest.parsers.pdf.page.fragments import Fragment
from ingest.parsers.pdf.page.legible.legibility import Letters, find_illegible, make_plain_lettering
from ingest.parsers.pdf.page.page_text import PageText, list_pages
from ingest.parsers.pdf.recognised.patches import patch_lines

# About two seconds each on one core: more is a job for a program that is made for it.
MAX_SCANNED_PAGES = 200
# RapidOCR makes larger pictures smaller itself.
SIDE_PIXELS = 2_000
DOTS_PER_POINT = 200 / 72
# Of a word, in [0, 1]: what is recognised with less confidence is rubbish.
LEAST_CONFIDENCE = 0.5

# Text, confidence, four corners in pixels.
_RecognisedWord = tuple[str, float, list[list[float]]]


def recognise_pictures(
    document: pypdfium2.PdfDocument, pages: Sequence[PageText]
) -> list[PageText]:
    """Return pages with the words of those whose text is a picture, or has other letters."""
    letters = [Letters(page.codes, page.spaced, page.lettering) for page in pages]
    illegible = {
        page.number: bad
        for page, bad in zip(pages, find_illegible(letters), strict=True)
        if bad is not None
    }
    wanted = {page.number for page in pages if page.is_scan or page.number in illegible}
    if not wanted:
        return list(pages)
    is_there = recognises_scans()
    if is_there and len(wanted) > MAX_SCANNED_PAGES:
        raise SourceRefused(
            f"{len(wanted):,} pages are pictures of text, up to {MAX_SCANNED_PAGES:,} are "
            "recognised: split the PDF, or give one with text"
        )
    read: list[PageText] = []
    for page in pages:
        bad = illegible.get(page.number)
        if page.number not in wanted:
            read.append(page)
        elif bad is None:
            read.append(_recognise_page(document, page) if is_there else page)
        else:
            recognised = _recognise_page(document, page) if is_there else page
            read.append(patch_lines(document, page, bad, recognised))
    if not is_there and not any(len(page.codes) for page in read):
        raise SourceRefused(f"{_describe(read)}, or give a PDF with text")
    return read


def write_note(pages: Sequence[PageText]) -> str | None:
    """Return the line that says which pages were passed over, None if none were."""
    passed_over = [page for page in pages if not page.ocr]
    if recognises_scans():
        missed = [page.number for page in passed_over if page.is_illegible]
        return f"the letters of {list_pages(missed)} cannot be read" if missed else None
    return _describe(passed_over) or None


def _describe(pages: Sequence[PageText]) -> str:
    """Return why pages are not read and what helps; "" if there are none."""
    scans = [page.number for page in pages if page.is_scan]
    illegible = [page.number for page in pages if page.is_illegible and not len(page.codes)]
    partly = [page.number for page in pages if page.is_illegible and len(page.codes)]
    reasons = [f"no text in {list_pages(scans)}, only pictures"] if scans else []
    if illegible:
        reasons.append(f"the letters of {list_pages(illegible)} have no Unicode, or a wrong one")
    if partly:
        reasons.append(f"letters without Unicode on {list_pages(partly)}, in sentences left out")
    remedy = 'install the extra that recognises it, `pip install -e ".[ocr]"`'
    return f"{'; '.join(reasons)}: {remedy}" if reasons else ""


def _recognise_page(document: pypdfium2.PdfDocument, page: PageText) -> PageText:
    scale = min(DOTS_PER_POINT, SIDE_PIXELS / max(page.width, page.height))
    try:
        with pdfium.open_page(document, page.number - 1) as loaded:
            matrix, (width, height) = pdfium.compute_view_matrix(loaded), loaded.get_size()
            bitmap = loaded.render(scale=scale)
            picture = bitmap.to_numpy().copy()
            bitmap.close()
    except pypdfium2.PdfiumError:
        return page
    result = _run_engine(picture)
    blank = replace(page, width=width, height=height)
    found = _make_page(blank, result.word_results if result.txts else (), scale, matrix)
    # What little text the page has stays where nothing else is recognised on it.
    return found if len(found.codes) or not len(page.codes) else page


def _run_engine(picture: NDArray[np.uint8]) -> Any:  # noqa: ANN401 - whatever any of its stages gives
    try:
        return load_engine()(picture, return_word_box=True)
    except Exception as error:
        if "std::bad_alloc" in str(error):  # which comes wrapped by two libraries
            raise MemoryError from error
        raise


def _make_page(
    page: PageText,
    lines: Sequence[Sequence[_RecognisedWord]],
    scale: float,
    matrix: NDArray[np.float64],
) -> PageText:
    codes: list[int] = []
    seen: list[tuple[float, float, float, float]] = []
    spaced: list[bool] = []
    fragments: list[Fragment] = []
    for line in lines:
        first = len(codes)
        for word, confidence, corners in line:
            if confidence < LEAST_CONFIDENCE or not word.strip():
                continue
            xs, ys = zip(*corners, strict=True)
            edges = np.linspace(min(xs), max(xs), len(word) + 1) / scale
            for position, letter in enumerate(word):
                if letter.isspace():
                    continue
                codes.append(ord(letter))
                left, right = edges[position : position + 2]
                seen.append((left, min(ys) / scale, right, max(ys) / scale))
                spaced.append(position == 0 or word[position - 1].isspace())
        if len(codes) > first:
            fragments.append(_make_fragment(first, seen[first:]))
    boxes = np.array(seen, dtype=np.float32).reshape(-1, 4)
    return replace(
        page,
        codes=np.array(codes, dtype=np.uint32),
        boxes=_turn_back(boxes, matrix),
        spaced=np.array(spaced, dtype=np.bool_),
        fragments=fragments,
        lettering=make_plain_lettering(len(codes)),
        ocr=True,
    )


def _make_fragment(first: int, boxes: Sequence[tuple[float, float, float, float]]) -> Fragment:
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    last, size = first + len(boxes), float(np.median(np.subtract(y1, y0)))
    return Fragment(first, last, min(x0), min(y0), max(x1), max(y1), size, bold=False, upright=True)


def _turn_back(seen: NDArray[np.float32], matrix: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return boxes of the shown page in the page's user space."""
    back = np.linalg.inv(matrix[:, :2])
    return pdfium.transform_boxes(seen, np.column_stack([back, -back @ matrix[:, 2]]))
