"""Which documents a question is asked of."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import streamlit as st

from index.base import Index
from index.types import Filter

_PUBLISHERS, _DOCUMENTS = "filter-publishers", "filter-documents"


def choose_filter(index: Index, moment: str, chosen: Filter) -> Filter:
    """Offer publishers and documents; return what is chosen now."""
    titles, publishers = _known(index, moment)
    # Kept here as well as in the widgets: Streamlit forgets those when another page is shown.
    _keep(_PUBLISHERS, chosen.publishers, publishers)
    _keep(_DOCUMENTS, chosen.documents, titles)
    count = len(st.session_state[_PUBLISHERS]) + len(st.session_state[_DOCUMENTS])
    label = f"{count} chosen" if count else "All documents"
    with st.popover(label, icon=":material/filter_alt:"):
        wanted_publishers = st.multiselect(
            "Publishers", publishers, key=_PUBLISHERS, placeholder="Any publisher"
        )
        wanted_documents = st.multiselect(
            "Documents",
            list(titles),
            key=_DOCUMENTS,
            format_func=lambda name: f"{titles.get(name, '')} ({name})",
            placeholder="Any document",
        )
    return Filter(documents=tuple(wanted_documents), publishers=tuple(wanted_publishers))


def unknown_names(index: Index, moment: str, restriction: Filter) -> list[str]:
    """Return the documents and publishers of a filter that the index does not hold."""
    titles, publishers = _known(index, moment)
    documents = [name for name in restriction.documents if name not in titles]
    return documents + [name for name in restriction.publishers if name not in publishers]


def forget_choice() -> None:
    """Let the next `choose_filter` begin with what it is told was chosen, say by a link."""
    for key in (_PUBLISHERS, _DOCUMENTS):
        st.session_state.pop(key, None)


def _keep(key: str, chosen: Sequence[str], options: Collection[str]) -> None:
    known = st.session_state.get(key, chosen)
    st.session_state[key] = [name for name in known if name in options]


@st.cache_data(max_entries=20, show_spinner=False)
def _known(_index: Index, moment: str) -> tuple[dict[str, str], list[str]]:
    """The moment is what the documents depend on, so it is the cache's key."""
    documents = _index.documents()
    titles = {document.id: document.title for document in documents}
    return titles, sorted({d.metadata.publisher for d in documents if d.metadata.publisher})
