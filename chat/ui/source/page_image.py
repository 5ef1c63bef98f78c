"""The pages that a quotation stands on, as pictures with its words marked."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import asdict, dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
import pypdfium2
import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from index.citations import Citable
from index.pages import pdfium
from index.pages.boxes import Box, Layout, find_line_boxes

# Pixels for a point: sharp in a column beside the conversation, about 150 kB a page.
SCALE = 1.5
# A poster is drawn smaller, so that it still is a picture for a screen.
SIDE_PIXELS = 2_400
# A passage rarely stands on more than two.
MAX_PAGES = 4
# In points, around the words.
MARGIN_POINTS = 0.5
_HTML = (
    '<div class="pages" data-part="pages" tabindex="0" role="region" '
    'aria-label="Pages of the source"></div>'
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A marked rectangle, in percent of the picture's width and height."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as it is shown, in pixels, with where the words stand on it."""

    png: bytes
    width: int
    height: int
    marks: tuple[Mark, ...]


def show_pages(original: Path, layout: Layout | None, citable: Citable, citation_id: str) -> None:
    """Show the pages of a quotation, or the one line that says why they cannot be shown.

    Args:
        original: The file, which may be gone.
        layout: Where the characters of the text stand on its pages.
        citable: The quotation in its text.
        citation_id: Its id.
    """
    if not original.is_file():
        st.info(
            "The original file is no longer kept here, so its pages cannot be shown. The text is.",
            icon=":material/hide_image:",
        )
        return
    boxes = find_line_boxes(layout, citable.start, citable.end) if layout else []
    numbers = list(dict.fromkeys(box.page for box in boxes))
    labels = {page.number: page.label for page in citable.version.pages}
    shown = []
    try:
        for number in numbers[:MAX_PAGES]:
            own = tuple(box for box in boxes if box.page == number)
            shown.append(_as_data(_picture(str(original), number, own), number, labels[number]))
    except (pypdfium2.PdfiumError, OSError):
        st.info(
            "The original file can no longer be read, so its pages cannot be shown. The text is.",
            icon=":material/hide_image:",
        )
        return
    if len(numbers) > MAX_PAGES:
        st.caption(f"The first {MAX_PAGES} of {len(numbers)} pages.")
    _component()(key="source-pages", data={"id": citation_id, "pages": shown})


def picture(original: Path, number: int, boxes: tuple[Box, ...]) -> Picture:
    """Draw a page (from 1) as it is seen, turned and cropped; raises PdfiumError or OSError."""
    with (
        pdfium.open_document(original.read_bytes()) as document,
        pdfium.open_page(document, number - 1) as page,
    ):
        width, height = page.get_size()
        scale = min(SCALE, SIDE_PIXELS / max(width, height, 1.0))
        bitmap = page.render(scale=scale)
        drawn = bitmap.to_pil()
        file = BytesIO()
        drawn.save(file, "PNG")
        size = drawn.size
        bitmap.close()
        corners = np.array([box[1:] for box in boxes], dtype=np.float32).reshape(-1, 4)
        seen = pdfium.transform_boxes(corners, pdfium.compute_view_matrix(page))
    marks = tuple(
        Mark(
            100 * (left - MARGIN_POINTS) / width,
            100 * (top - MARGIN_POINTS) / height,
            100 * (right - left + 2 * MARGIN_POINTS) / width,
            100 * (bottom - top + 2 * MARGIN_POINTS) / height,
        )
        for left, top, right, bottom in seen.tolist()
    )
    return Picture(file.getvalue(), size[0], size[1], marks)


@st.cache_data(max_entries=32, show_spinner=False)
def _picture(original: str, number: int, boxes: tuple[Box, ...]) -> Picture:
    """Cached by the file's name, which is the sha256 of what is in it."""
    return picture(Path(original), number, boxes)


def _as_data(shown: Picture, number: int, label: str | None) -> dict[str, object]:
    return {
        "caption": f"Page {label or number}",
        "source": f"data:image/png;base64,{b64encode(shown.png).decode('ascii')}",
        "width": shown.width,
        "height": shown.height,
        "marks": [asdict(mark) for mark in shown.marks],
    }


@cache
def _component() -> ComponentRenderer:
    here = Path(__file__)
    return st.components.v2.component(
        "policy_chat_pages",
        html=_HTML,
        css=here.with_suffix(".css").read_text(encoding="utf-8"),
        js=here.with_suffix(".js").read_text(encoding="utf-8"),
    )
