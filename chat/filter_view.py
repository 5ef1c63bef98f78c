"""Which documents a question is asked of."""

from __future__ import annotations

import streamlit as st

from index.store import Index
from index.types import Filter


def choose_filter(index: Index, generation: int, chosen: Filter) -> Filter:
    """Offer publishers and documents to choose from.

    Args:
        index: Must exist.
        generation: Of the index; the choice is read anew when it moves.
        chosen: What was chosen before.

    Returns:
        What is chosen now.
    """
    titles, publishers = _known(index, str(index.settings.home), generation)
    count = len(chosen.documents) + len(chosen.publishers)
    label = f"Searching {count} chosen" if count else "Searching everything"
    with st.popover(label, icon=":material/filter_alt:"):
        wanted_publishers = st.multiselect(
            "Publishers",
            publishers,
            default=[name for name in chosen.publishers if name in publishers],
            placeholder="Any publisher",
        )
        wanted_documents = st.multiselect(
            "Documents",
            list(titles),
            default=[name for name in chosen.documents if name in titles],
            format_func=lambda name: f"{titles[name]} ({name})",
            placeholder="Any document",
        )
    return Filter(documents=tuple(wanted_documents), publishers=tuple(wanted_publishers))


@st.cache_data(max_entries=20, show_spinner=False)
def _known(_index: Index, home: str, generation: int) -> tuple[dict[str, str], list[str]]:
    """Home and generation are what the documents depend on, so they are the cache's key."""
    documents = _index.documents()
    titles = {document.id: document.title for document in documents}
    return titles, sorted({d.metadata.publisher for d in documents if d.metadata.publisher})
