"""The source of a quotation: where it is from, the text around it, and how to quote it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from chat.types import Citation
from chat.ui.source.look_view import show_look
from chat.ui.source.page_image import show_pages
from chat.writing.verify import reopen
from index.base import Catalog, Index
from index.citations import Citable, Standing
from index.errors import PolicyChatError
from index.text.escape import literal
from index.version import citation_id

# Text shown on each side of a quotation; more of it makes a page slow and nobody reads it here.
WINDOW_CHARS = 6_000
_TEXT, _PAGE = "Text", "Page"
# Without white space between the tags: line breaks are shown here.
_HTML = (
    '<div class="text" data-part="text" tabindex="0" role="region" aria-label="Text of the source">'
    '<div class="more" data-part="above"></div><span data-part="before"></span>'
    '<mark data-part="quote"></mark><span data-part="after"></span>'
    '<div class="more" data-part="below"></div></div>'
)
_STATES = {
    "stands": "This document has changed since; these words stand in today’s text.",
    "moved": "This document has changed since; these words stand under another heading today.",
    "gone": "This document has changed since; these words are not in today’s text.",
    "removed": "This document has been removed from the library.",
}


@dataclass(frozen=True, slots=True)
class Window:
    """A quotation inside as much of its text as is shown, which is one stretch."""

    before: str
    quote: str
    after: str
    lines_above: int
    lines_below: int


@dataclass(frozen=True, slots=True)
class Source:
    """What is shown of a citation, as of one moment.

    Attributes:
        citable: The text as it was when cited.
        standing: What has become of the words since.
        nearest: What comes nearest in today's text where they are gone; else None.
        original: sha256 of the file whose pages can be shown; None for formats without pages.
    """

    citable: Citable
    standing: Standing
    nearest: Citable | None
    original: str | None


def window(text: str, start: int, end: int, around_chars: int = WINDOW_CHARS) -> Window:
    """Return text[start:end] with the lines around it; a longer line than that is cut."""
    first, last = max(0, start - around_chars), min(len(text), end + around_chars)
    if first > 0:
        newline = text.find("\n", first, start)
        first = newline + 1 if newline >= 0 else first
    if last < len(text):
        newline = text.rfind("\n", end, last)
        last = newline if newline >= 0 else last
    return Window(
        text[first:start],
        text[start:end],
        text[end:last],
        text.count("\n", 0, first),
        text.count("\n", last),
    )


def show_source(
    index: Index, opened: str, citation: Citation | None, open_citation: Callable[[str], None]
) -> None:
    """Show a citation's source, or the one line that says why it cannot be shown."""
    try:
        with index.snapshot() as catalog:
            source = _read_source(catalog, opened, citation)
            _head(source.citable)
            _state(source, open_citation)
            # Only for the pages: what places every character of a long document is large.
            layout = None
            paged = source.original is not None and _choose_view() == _PAGE
            if paged:
                layout = catalog.layout_of(source.citable.version.id)
    except PolicyChatError as error:
        st.error(literal(str(error)))
        return
    if source.original is not None and paged:
        show_pages(index.settings.originals / source.original, layout, source.citable, opened)
    else:
        _show_text(source.citable, opened)
    if source.original is not None:
        show_look(index, source.citable, source.original)
    with st.expander("Quotation with its reference", icon=":material/content_copy:"):
        st.code(reference(source.citable, st.context.url or ""), language=None, wrap_lines=True)


def _read_source(catalog: Catalog, opened: str, citation: Citation | None) -> Source:
    citable = reopen(catalog, citation) if citation else catalog.citable(opened)
    standing = catalog.standing(citable)
    nearest = None
    if standing.state == "gone" and standing.start is not None and standing.end is not None:
        nearest = catalog.citable(citation_id(standing.version, standing.start, standing.end))
    return Source(citable, standing, nearest, catalog.layout_source(citable.version.id))


def _choose_view() -> str | None:
    # Remembered for the next source: who checks on the page wants to see pages.
    return st.segmented_control(
        "View", [_TEXT, _PAGE], default=_TEXT, key="source-view", label_visibility="collapsed"
    )


def _show_text(citable: Citable, opened: str) -> None:
    shown = window(citable.version.text, citable.start, citable.end)
    _component()(
        key="source-text",
        data={
            "id": opened,
            "above": _more(shown.lines_above, "above"),
            "before": _lines(citable, citable.start - len(shown.before), shown.before),
            "quote": shown.quote,
            "after": _lines(citable, citable.end, shown.after),
            "below": _more(shown.lines_below, "below"),
        },
    )


def reference(citable: Citable, address: str) -> str:
    """Return a quotation with all that somebody needs to find it again."""
    document = citable.document
    known = document.metadata
    place = _section(citable)
    page = citable.version.page_at(citable.start)
    parts = [
        document.title,
        known.publisher or "",
        known.date.isoformat() if known.date else "",
        f"section “{place}”" if place else "",
        f"page {page.label or page.number}" if page else "",
        known.url if known.url and is_web_address(known.url) else "",
    ]
    return (
        f"“{citable.quote}”\n"
        f"— {', '.join(part for part in parts if part)}\n"
        f"Document {document.id}, version {citable.version.id[:16]}, "
        f"characters {citable.start:,}–{citable.end:,}\n"
        f"{address.rstrip('/')}/?cite={citation_id(citable.version.id, citable.start, citable.end)}"
    )


def is_web_address(url: str) -> bool:
    """Tell whether a link may be offered: `http` and `https` only, never `javascript:`."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _head(citable: Citable) -> None:
    document, known = citable.document, citable.document.metadata
    page = citable.version.page_at(citable.start)
    rows = [
        ("Section", escape(_section(citable))),
        ("Page", escape(str(page.label or page.number)) if page else ""),
        ("Text", _describe_text(citable)),
        ("Publisher", escape(known.publisher or "")),
        ("Date", known.date.isoformat() if known.date else ""),
        ("Link", _link(known.url)),
        ("Document", f"{escape(document.id)}, {len(citable.version.text):,} characters"),
    ]
    listed = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows if value)
    st.html(f'<div class="source-head"><h3>{escape(document.title)}</h3><dl>{listed}</dl></div>')


def _section(citable: Citable) -> str:
    """Return the heading path, without the title that it mostly begins with."""
    path = citable.version.section_at(citable.start)
    return " › ".join(path[1:] if path[:1] == (citable.document.title,) else path)


def _describe_text(citable: Citable) -> str:
    """Return why the words should be compared with the page, if they should."""
    pages = citable.version.pages_of(citable.start, citable.end)
    reasons = [
        "recognised from a scan, so it may have mistakes" if any(p.ocr for p in pages) else "",
        "this page reads differently in two extractions: compare the words with its picture"
        if any(p.differs for p in pages)
        else "",
    ]
    return "; ".join(filter(None, reasons))


def _link(url: str | None) -> str:
    if not url or not is_web_address(url):
        return ""
    shown = escape(url)
    return f'<a href="{shown}" target="_blank" rel="noopener noreferrer nofollow">{shown}</a>'


def _state(source: Source, open_citation: Callable[[str], None]) -> None:
    """Say what has become of the quotation since; nothing while its text is today's."""
    standing = source.standing
    if standing.state == "current":
        return
    icon = ":material/delete:" if standing.state == "removed" else ":material/history:"
    show = st.info if standing.state == "stands" else st.warning
    show(f"{_STATES[standing.state]} Below is its text as it was cited.", icon=icon)
    if standing.start is None or standing.end is None:
        return
    today = citation_id(standing.version, standing.start, standing.end)
    label = "Open it in today’s text"
    if source.nearest is not None:
        st.caption(f"Nearest in today’s text, {standing.likeness:.0%} alike:")
        st.text(source.nearest.quote)
        label = "Open the nearest sentence"
    st.button(label, icon=":material/open_in_new:", on_click=open_citation, args=(today,))


def _lines(citable: Citable, start: int, text: str) -> list[dict[str, str | bool]]:
    """Return the lines of a stretch of the version's text, and which of them are headings."""
    headings = {section.start: section.path[-1] for section in citable.version.sections}
    lines: list[dict[str, str | bool]] = []
    for line in text.split("\n"):
        lines.append({"text": line, "heading": headings.get(start) == line.strip() != ""})
        start += len(line) + 1
    return lines


def _more(lines: int, where: str) -> str:
    return f"… {lines:,} more {'line' if lines == 1 else 'lines'} {where}" if lines else ""


@cache
def _component() -> ComponentRenderer:
    here = Path(__file__)
    return st.components.v2.component(
        "policy_chat_source",
        html=_HTML,
        css=here.with_suffix(".css").read_text(encoding="utf-8"),
        js=here.with_suffix(".js").read_text(encoding="utf-8"),
    )
