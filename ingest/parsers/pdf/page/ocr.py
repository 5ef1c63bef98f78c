"""Text of scanned pages, by RapidOCR if the extra `ocr` is installed; it brings its models."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
from ingest.parsers.pdf.page.page_text import PageText, list_pages

# About two seconds each on one core: more is a job for a program that is made for it.
MAX_SCANNED_PAGES = 200
# RapidOCR makes larger pictures smaller itself.
SIDE_PIXELS = 2_000
DOTS_PER_POINT = 200 / 72
# Of a word, in [0, 1]: what is recognised with less confidence is rubbish.
LEAST_CONFIDENCE = 0.5

# Text, confidence, four corners in pixels.
_RecognisedWord = tuple[str, float, list[list[float]]]


def recognise_scans(document: pypdfium2.PdfDocument, pages: Sequence[PageText]) -> list[PageText]:
    """Return pages of which those that are pictures of text have its words, if it can be read."""
    scans = [page.number for page in pages if page.is_scan]
    if not scans:
        return list(pages)
    if not recognises_scans():
        if not any(len(page.codes) for page in pages):
            raise SourceRefused(f"{_describe(scans)}, or give a PDF with text")
        return list(pages)
    if len(scans) > MAX_SCANNED_PAGES:
        raise SourceRefused(
            f"{len(scans):,} pages are pictures of text, up to {MAX_SCANNED_PAGES:,} are "
            "recognised: split the PDF, or give one with text"
        )
    return [_recognise_page(document, page) if page.is_scan else page for page in pages]


def write_note(pages: Iterable[PageText]) -> str | None:
    """Return the line that says which pages were passed over, None if none were."""
    missed = [page.number for page in pages if page.is_scan and not page.ocr]
    return None if not missed or recognises_scans() else _describe(missed)


def _describe(numbers: Sequence[int]) -> str:
    return (
        f"no text in {list_pages(numbers)}, only pictures: install the extra that recognises it, "
        '`pip install -e ".[ocr]"`'
    )


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
