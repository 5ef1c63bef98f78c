"""The app: navigation, and what its two pages share."""

from __future__ import annotations

import streamlit as st

import chat.ui.page
import ingest.ui.page
from chat.answer import Answerer, make_answerer
from index.embedding.base import Embedder
from index.errors import SettingsError
from index.opening import make_embedder, make_index
from index.settings import EmbedderSettings, Settings, load_settings
from index.text.escape import literal
from ingest.ui.background import Runner

# Drawn here: a Material icon or an emoji would be fetched from somebody's server.
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" '
    'rx="3" fill="#1d5b8f"/><path d="M4 5h8M4 8h8M4 11h5" stroke="#fff" stroke-width="1.6"/></svg>'
)


@st.cache_resource(show_spinner=False)
def _embedder(settings: EmbedderSettings) -> Embedder:
    return make_embedder(settings)


@st.cache_resource(show_spinner=False)
def _answerer(settings: Settings) -> Answerer:
    index = make_index(settings, _embedder(settings.embedder))
    answerer = make_answerer(index)
    # Importing the models takes seconds: begun with the first visit, so that no page waits for it.
    answerer.warm()
    return answerer


@st.cache_resource(show_spinner=False)
def _runner(settings: Settings) -> Runner:
    return Runner(_answerer(settings).index)


def main() -> None:
    """Show the page that the address names."""
    # Not the layout, which each page sets: it would jump with each run.
    st.set_page_config(page_title="Policy chat", page_icon=_ICON)
    try:
        settings = load_settings()
    except SettingsError as error:
        st.error(literal(str(error)))
        return
    answerer, runner = _answerer(settings), _runner(settings)
    library = st.Page(
        lambda: ingest.ui.page.show(runner),
        title="Library",
        icon=":material/library_books:",
        url_path="library",
    )
    ask = st.Page(
        lambda: chat.ui.page.show(answerer, library),
        title="Ask",
        icon=":material/forum:",
        url_path="ask",
        default=True,
    )
    st.navigation([ask, library], position="top").run()


if __name__ == "__main__":
    main()
