"""Taking a document out of the library, and bringing it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from index.base import Index
from index.errors import PolicyChatError
from index.text.escape import literal
from index.types import Removed
from ingest.ui.library_view import PLAN
from ingest.upkeep.removal import remove_document, restore_document

_REMOVED = "library-removed"


@dataclass(frozen=True, slots=True)
class _Notice:
    """What became of a removal or a return; `removed` can be undone, "" for nothing."""

    well: bool
    line: str
    removed: str


def offer_removal(index: Index, titles: Mapping[str, str]) -> None:
    """Offer to take a document out."""
    st.subheader("Remove a document", anchor=False)
    chosen = st.selectbox(
        "Document",
        list(titles),
        index=None,
        key="library-remove",
        format_func=lambda name: f"{titles.get(name, '')} ({name})",
        placeholder="Choose a document",
    )
    if chosen and st.button("Remove …", icon=":material/delete:"):
        st.dialog("Remove this document?")(_confirm)(index, chosen, titles[chosen])


def tell_removed(index: Index) -> None:
    """Say what became of a removal or a return; a removal can be undone at once."""
    if notice := st.session_state.pop(_REMOVED, None):
        (st.success if notice.well else st.error)(literal(notice.line))
        if notice.removed:
            st.button(
                "Undo",
                icon=":material/undo:",
                key="library-undo",
                on_click=_restore,
                args=(index, notice.removed),
            )


def offer_return(index: Index, removed: Sequence[Removed]) -> None:
    """Offer to bring a removed document back."""
    with st.expander(f"Removed documents ({len(removed):,})", icon=":material/restore_from_trash:"):
        st.caption("They are kept for old quotations, until they are pruned.")
        titles = {gone.document.id: gone for gone in removed}
        chosen = st.selectbox(
            "Removed document",
            list(titles),
            index=None,
            key="library-return",
            format_func=lambda name: (
                f"{titles[name].document.title} ({name}), removed {titles[name].at[:10]}"
                if name in titles
                else ""
            ),
            placeholder="Choose a document",
        )
        if chosen:
            st.button(
                "Bring it back",
                icon=":material/undo:",
                key="library-bring-back",
                on_click=_restore,
                args=(index, chosen),
            )


def _confirm(index: Index, name: str, title: str) -> None:
    st.text(f"{title}\n{name}")
    st.write(
        "It will not be found any more. Quotations made from it still open, and say that it was "
        "removed; it can be brought back until it is pruned. A file that was added here is "
        "deleted; a file in corpus/ stays and is not indexed again; a web address is not asked any "
        "more."
    )
    if st.button(
        "Remove", type="primary", key="library-confirm", on_click=_remove, args=(index, name)
    ):
        st.rerun()


def _remove(index: Index, name: str) -> None:
    try:
        removed = remove_document(index, name)
    except PolicyChatError as error:
        st.session_state[_REMOVED] = _Notice(False, str(error), "")
    else:
        st.session_state.pop(PLAN, None)
        st.session_state["library-remove"] = None
        st.session_state[_REMOVED] = _Notice(True, f"Removed {removed}.", removed)


def _restore(index: Index, name: str) -> None:
    try:
        restored = restore_document(index, name)
    except PolicyChatError as error:
        st.session_state[_REMOVED] = _Notice(False, str(error), "")
    else:
        st.session_state.pop(PLAN, None)
        st.session_state["library-return"] = None
        st.session_state[_REMOVED] = _Notice(True, f"{restored} is back.", "")
