"""Text of scanned pages, by RapidOCR if the extra `ocr` is installed; it brings its models."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pypdfium2
from numpy.typing import NDArray

from index.pages import pdfium
from ingest.errors import SourceRefused
from ingest.parsers.extras import recognises_scans
from ingest.parsers.pdf.page.fragments import Fragment
from ingest.parsers.pdf.page.page_text import PageText, listed

if TYPE_CHECKING:
    from rapidocr import RapidOCR

# About two seconds each on one core: more is a job for a program that is made for it.
MAX_SCANNED_PAGES = 200
# RapidOCR makes larger pictures smaller itself.
SIDE_PIXELS = 2_000
DOTS_PER_POINT = 200 / 72
# Of a word, in [0, 1]: what is recognised with less confidence is rubbish.
LEAST_CONFIDENCE = 0.5

# Not one for each core: files are read beside each other, and each thread takes address space, of
# which a worker process has a limited amount.
_THREADS = 2
_KINDS = ("intra", "inter")

_INSTALL = 'install the extra that recognises it, `pip install -e ".[ocr]"`'

_Word = tuple[str, float, list[list[float]]]


def recognised(document: pypdfium2.PdfDocument, pages: Sequence[PageText]) -> list[PageText]:
    """Return pages of which those that are pictures of text have its words.

    Args:
        document: A `pypdfium2.PdfDocument`.
        pages: Its pages, as PDFium reads them.

    Returns:
        The same pages if nothing is to be recognised, or cannot be here.

    Raises:
        SourceRefused: No page has text and the extra is not installed, or too many are pictures.
    """
    scans = [page.number for page in pages if page.is_scan]
    if not scans:
        return list(pages)
    if not recognises_scans():
        if not any(len(page.codes) for page in pages):
            raise SourceRefused(
                f"no text in {listed(scans)}, only pictures: {_INSTALL}, or give a PDF with text"
            )
        return list(pages)
    if len(scans) > MAX_SCANNED_PAGES:
        raise SourceRefused(
            f"{len(scans):,} pages are pictures of text, up to {MAX_SCANNED_PAGES:,} are "
            "recognised: split the PDF, or give one with text"
        )
    return [_recognised_page(document, page) if page.is_scan else page for page in pages]


def note(pages: Iterable[PageText]) -> str | None:
    """Return the line that says which pages were passed over, None if none were.

    Args:
        pages: From `recognised`.

    Returns:
        One line, None also where pictures can be recognised here.
    """
    missed = [page.number for page in pages if page.is_scan and not page.ocr]
    if not missed or recognises_scans():
        return None
    return f"no text in {listed(missed)}, only pictures: {_INSTALL}"


@cache
def _engine() -> RapidOCR:
    from rapidocr import RapidOCR

    threads = {f"EngineConfig.onnxruntime.{kind}_op_num_threads": _THREADS for kind in _KINDS}
    return RapidOCR(params={"Global.log_level": "critical", **threads})


def _recognised_page(document: pypdfium2.PdfDocument, page: PageText) -> PageText:
    scale = min(DOTS_PER_POINT, SIDE_PIXELS / max(page.width, page.height))
    try:
        with pdfium.open_page(document, page.number - 1) as loaded:
            matrix, (width, height) = pdfium.compute_view_matrix(loaded), loaded.get_size()
            bitmap = loaded.render(scale=scale)
            picture = bitmap.to_numpy().copy()
            bitmap.close()
    except pypdfium2.PdfiumError:
        return page
    result = _result(picture)
    blank = replace(page, width=width, height=height)
    found = _page_of(blank, result.word_results if result.txts else (), scale, matrix)
    # What little text the page has stays where nothing else is recognised on it.
    return found if len(found.codes) or not len(page.codes) else page


def _result(picture: NDArray[np.uint8]) -> Any:  # noqa: ANN401 - whatever any of its stages gives
    try:
        return _engine()(picture, return_word_box=True)
    except Exception as error:
        if "std::bad_alloc" in str(error):  # which comes wrapped by two libraries
            raise MemoryError from error
        raise


def _page_of(
    page: PageText, lines: Sequence[Sequence[_Word]], scale: float, matrix: NDArray[np.float64]
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
                seen.append(
                    (edges[position], min(ys) / scale, edges[position + 1], max(ys) / scale)
                )
                spaced.append(position == 0 or word[position - 1].isspace())
        if len(codes) > first:
            fragments.append(_fragment(first, seen[first:]))
    boxes = np.array(seen, dtype=np.float32).reshape(-1, 4)
    return replace(
        page,
        codes=np.array(codes, dtype=np.uint32),
        boxes=_unturned(boxes, matrix),
        spaced=np.array(spaced, dtype=np.bool_),
        fragments=fragments,
        ocr=True,
    )


def _fragment(first: int, boxes: Sequence[tuple[float, float, float, float]]) -> Fragment:
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    size = float(np.median(np.subtract(y1, y0)))
    return Fragment(
        first, first + len(boxes), min(x0), min(y0), max(x1), max(y1), size, False, True
    )


def _unturned(seen: NDArray[np.float32], matrix: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return boxes of the shown page in the page's user space."""
    back = np.linalg.inv(matrix[:, :2])
    return pdfium.transform_boxes(seen, np.column_stack([back, -back @ matrix[:, 2]]))
