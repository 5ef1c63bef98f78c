"""Whether a quotation's picture shows the same words: one line under its source."""

from __future__ import annotations

import streamlit as st

from chat.ui.source.background_look import BackgroundLook
from index.base import Index
from index.citations import Citable
from index.pages.look import Look
from index.pages.recognise import recognises_pictures
from index.settings import Settings
from index.text.escape import literal

_POLL_SECONDS = 0.5
_ICONS = {"same": ":material/check:", "differs": ":material/warning:", "cannot tell": ""}


def show_look(index: Index, citable: Citable, original: str) -> None:
    """Show what came of reading it; nothing without the extra `ocr`, nor for scans.

    The words of a scan were read from that very picture: reading it again proves nothing.
    """
    scanned = any(page.ocr for page in citable.version.pages_of(citable.start, citable.end))
    if scanned or not recognises_pictures():
        return
    if not (index.settings.originals / original).is_file():
        return
    looks = _make_looks(index.settings, index)
    if look := looks.ask(citable, original):
        _show(look)
    else:
        st.fragment(_watch, run_every=_POLL_SECONDS)(looks, citable, original)


def _watch(looks: BackgroundLook, citable: Citable, original: str) -> None:
    if looks.ask(citable, original):
        st.rerun()
    st.caption("Reading it again from the picture …")


def _show(look: Look) -> None:
    line = literal(look.describe())
    if look.status == "differs":
        st.warning(line, icon=_ICONS[look.status])
    else:
        st.caption(f"{_ICONS[look.status]} {line}".strip())


@st.cache_resource(show_spinner=False)
def _make_looks(settings: Settings, _index: Index) -> BackgroundLook:
    return BackgroundLook(_index)
