"""What the Library page shows of a document's versions; their text is written by strangers."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from index.base import Index
from index.errors import PolicyChatError
from index.text.escape import literal
from index.types import Document, ShownVersion
from ingest.upkeep.versions import SHOWN_CHARS, diff_versions, list_versions

# A page with more of a diff is slow, and who wants all of it has `python -m ingest diff`.
_MOST_LINES = 400


def show_versions(index: Index, documents: Sequence[Document]) -> None:
    """Offer the versions of a document, and what changed between two of them."""
    st.subheader("Versions of a document", anchor=False)
    titles = {document.id: document.title for document in documents}
    chosen = st.selectbox(
        "Document with versions",
        list(titles),
        index=None,
        key="library-versions",
        format_func=lambda name: f"{titles.get(name, '')} ({name})",
        placeholder="Choose a document",
        label_visibility="collapsed",
    )
    if not chosen:
        return
    try:
        known = list_versions(index, chosen)
        _table(known)
        if len(known) > 1:
            _difference(index, known)
    except PolicyChatError as error:
        st.error(literal(str(error)))


def _table(known: Sequence[ShownVersion]) -> None:
    st.dataframe(
        {
            "Version": [shown.version[:SHOWN_CHARS] for shown in known],
            "Shown since": [_moment(shown.since) for shown in known],
            "Until": [_moment(shown.until) if shown.until else "today" for shown in known],
            "Characters": [shown.characters for shown in known],
        },
        hide_index=True,
    )


def _moment(time: str) -> str:
    return f"{time[:16].replace('T', ' ')} UTC"


def _difference(index: Index, known: Sequence[ShownVersion]) -> None:
    older = st.selectbox(
        "What changed since",
        known[1:],
        format_func=lambda shown: (
            f"{shown.version[:SHOWN_CHARS]}, shown since {_moment(shown.since)}"
        ),
        key="library-older",
    )
    lines = diff_versions(index, older.document, older.version, known[0].version)
    if not lines:
        st.caption("Only white space or line breaks differ.")
        return
    st.code("\n".join(lines[:_MOST_LINES]), language="diff", wrap_lines=True)
    if len(lines) > _MOST_LINES:
        st.caption(f"and {len(lines) - _MOST_LINES:,} more lines")
