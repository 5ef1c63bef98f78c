"""One outcome of a question: the answer with its sources, or what was searched."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Literal

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from chat.phrases import count, excerpt
from chat.types import Answer, Citation, Support
from chat.ui.answer.sentences import list_sentences
from index.text.escape import literal

_EXCERPT_CHARS = 240
_SUPPORT: dict[Support, tuple[str, Literal["green", "blue", "orange"]]] = {
    "strong": ("Strong support", "green"),
    "fair": ("Fair support", "blue"),
    "weak": ("Weak support", "orange"),
}

Open = Callable[[str], None]


def show_answer(answer: Answer, number: int, opened: str | None, open_source: Open) -> None:
    """Show an answer."""
    if answer.status == "not_found":
        _not_found(answer, number, opened, open_source)
        _unread(answer)
        return
    key = f"answer-{number}"

    def chosen() -> None:
        citation_id = st.session_state[key].get("chosen")
        if citation_id in {citation.id for citation in answer.citations}:
            open_source(citation_id)

    _component()(
        key=key,
        data={"sentences": list_sentences(answer), "opened": opened},
        on_chosen_change=chosen,
    )
    _differences(answer)
    _support(answer)
    for place, group in groupby(answer.citations, key=_place):
        _row(list(group), place, number, opened, open_source)
    _unread(answer)


def _differences(answer: Answer) -> None:
    """Say where the sources differ, each side with who says so and when."""
    cited = {citation.marker: citation for citation in answer.citations}
    for difference in answer.differences:
        sides = []
        for figure, marker in zip(difference.figures, difference.markers, strict=True):
            citation = cited[marker]
            known = [
                citation.title,
                citation.publisher or "",
                citation.date.isoformat() if citation.date else "undated",
            ]
            source = escape(", ".join(part for part in known if part))
            sides.append(
                f"<li><strong>{escape(figure)}</strong> [{marker}] <span>{source}</span></li>"
            )
        st.html(
            '<div class="difference" role="note"><p>The sources differ</p>'
            f"<ul>{''.join(sides)}</ul></div>"
        )


def _support(answer: Answer) -> None:
    label, colour = _SUPPORT[answer.support]
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if answer.status == "partial":
            st.badge("Answered in part", icon=":material/contrast:", color="orange")
        st.badge(label, icon=":material/format_quote:", color=colour)
    _unmatched(answer)


def _unmatched(answer: Answer) -> None:
    if answer.unmatched:
        words = ", ".join(f"“{word}”" for word in answer.unmatched)
        st.caption(f"In none of the passages found: {literal(words)}")


def _unread(answer: Answer) -> None:
    if answer.receipt.unread:
        st.caption(f"Found by search alone, not read: {literal(answer.receipt.unread)}")


def _place(citation: Citation) -> str:
    """Return where a citation stands, as HTML."""
    section = [part for part in citation.section if part != citation.title]
    page = citation.page_label or citation.page
    known = [
        " › ".join(section),
        f"page {page}" if page else "",
        "text recognised from a scan" if citation.ocr else "",
        "this page reads differently in two extractions" if citation.reads_differently else "",
        citation.publisher or "",
        citation.date.isoformat() if citation.date else "",
    ]
    details = " · ".join(escape(part) for part in known if part)
    return f"<strong>{escape(citation.title)}</strong> <span>{details}</span>"


def _row(
    citations: list[Citation], place: str, number: int, opened: str | None, open_source: Open
) -> None:
    """Show one place and a button for each of the quotations from it."""
    first = citations[0].marker
    with st.container(key=f"source-row-{number}-{first}", horizontal=True, gap="small"):
        for citation in citations:
            st.button(
                str(citation.marker),
                key=f"source-{number}-{citation.marker}",
                help="Open the source",
                type="primary" if citation.id == opened else "secondary",
                on_click=open_source,
                args=(citation.id,),
            )
        st.html(f'<div class="source-place">{place}</div>')


def _not_found(answer: Answer, number: int, opened: str | None, open_source: Open) -> None:
    receipt = answer.receipt
    st.markdown("**Not found.** No passage that answers the question was found.")
    within = " that pass your filter" if receipt.restriction else ""
    beside = f" The first {receipt.read} were read." if receipt.read else ""
    st.caption(
        f"Searched {count(receipt.documents, 'document')} with "
        f"{count(receipt.passages, 'passage')}{within}, by meaning and by words.{beside}"
    )
    _unmatched(answer)
    if not receipt.nearest:
        return
    with st.expander("Nearest passages (these do not answer the question)"):
        for citation in receipt.nearest:
            st.html(
                f'<div class="source-place">{_place(citation)}</div>'
                f'<div class="excerpt">{escape(excerpt(citation.quote, _EXCERPT_CHARS))}</div>'
            )
            st.button(
                "Open this passage",
                key=f"nearest-{number}-{citation.marker}",
                type="primary" if citation.id == opened else "tertiary",
                on_click=open_source,
                args=(citation.id,),
            )


@cache
def _component() -> ComponentRenderer:
    here = Path(__file__)
    return st.components.v2.component(
        "policy_chat_answer",
        html='<div class="answer"></div>',
        css=here.with_suffix(".css").read_text(encoding="utf-8"),
        js=here.with_suffix(".js").read_text(encoding="utf-8"),
    )
