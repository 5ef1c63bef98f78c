"""The Library page: what is indexed, adding files and addresses, bringing it up to date."""

from __future__ import annotations

import streamlit as st

from index.base import Index
from index.errors import IndexMissing, PolicyChatError
from index.text.escape import literal
from index.types import Document, Failure, Fetch, Removed
from ingest.errors import SourceRefused
from ingest.parsers import suffixes
from ingest.planning.plan import Plan
from ingest.report import Progress
from ingest.sources.addresses import normalise_address
from ingest.sources.uploads import save
from ingest.ui.background import Runner, plan_everything
from ingest.ui.library_view import (
    PLAN,
    show_addresses,
    show_documents,
    show_failures,
    show_notes,
    show_plan,
    show_saved,
)
from ingest.ui.removal_view import offer_removal, offer_return, tell_removed
from ingest.ui.versions_view import show_versions

_POLL_SECONDS = 0.5
_NOTICE, _PRUNE = "library-notice", "library-prune"


def show(runner: Runner) -> None:
    """Show the page."""
    st.set_page_config(layout="wide")
    st.html("<style>.stMainBlockContainer{max-width:66rem;padding-top:4.5rem}</style>")
    st.title("Library", anchor=False)
    documents, failures, fetches, removed = _known(runner.index)
    _totals(documents, failures)
    _update(runner)
    _add(runner.index)
    _add_address(runner)
    plan: Plan | None = st.session_state.get(PLAN)
    show_documents(documents, plan)
    show_addresses(fetches, {document.id for document in documents})
    show_failures(failures)
    if documents:
        show_versions(runner.index, documents)
    titles = {fetch.url: "Web address, not indexed" for fetch in fetches}
    titles |= {document.id: document.title for document in documents}
    if titles:
        offer_removal(runner.index, titles)
    tell_removed(runner.index)
    if removed:
        offer_return(runner.index, removed)


def _known(index: Index) -> tuple[list[Document], list[Failure], list[Fetch], list[Removed]]:
    try:
        with index.snapshot() as catalog:
            return (
                catalog.documents(),
                catalog.failures(),
                list(catalog.fetches().values()),
                [gone for gone in catalog.list_removed() if gone.is_restorable],
            )
    except IndexMissing:
        st.info("Nothing is indexed yet. “Reindex” reads the files of corpus/ and those added.")
    except PolicyChatError as error:
        st.error(literal(str(error)))
    return [], [], [], []


def _totals(documents: list[Document], failures: list[Failure]) -> None:
    with st.container(horizontal=True, gap="large"):
        st.metric("Documents", f"{len(documents):,}", width="content")
        st.metric("Passages", f"{sum(d.passages for d in documents):,}", width="content")
        st.metric("Refused files", f"{len(failures):,}", width="content")


def _update(runner: Runner) -> None:
    """Preview and run; while a run is on its way every visitor sees its progress instead."""
    st.subheader("Bring the index up to date", anchor=False)
    if runner.running:
        st.fragment(_watch, run_every=_POLL_SECONDS)(runner)
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Preview changes", icon=":material/difference:"):
            _preview(runner.index)
        st.button(
            "Reindex", icon=":material/sync:", type="primary", on_click=_start, args=(runner,)
        )
        st.checkbox(
            "Remove documents whose file has vanished",
            key=_PRUNE,
            help="Without it they stay, and are listed as missing. So do those that sources.toml "
            "names no longer.",
        )
    listed = runner.index.settings.source_list
    if listed.is_file():
        line = f"“Reindex” also keeps in step what {listed} names, as `python -m ingest --sources`."
        st.caption(literal(line))
    if runner.brought:
        st.caption(literal(runner.brought))
    if runner.error:
        st.error(literal(runner.error))
    elif runner.report:
        st.success(runner.report.summary())
        show_notes(runner.report.notes())
    if plan := st.session_state.get(PLAN):
        show_plan(plan)


def _start(runner: Runner) -> None:
    st.session_state.pop(PLAN, None)
    st.session_state.pop(_NOTICE, None)
    runner.start(prune=st.session_state.get(_PRUNE, False))


def _preview(index: Index) -> None:
    try:
        st.session_state[PLAN] = plan_everything(index, st.session_state.get(_PRUNE, False))
    except PolicyChatError as error:
        st.error(literal(str(error)))


def _watch(runner: Runner) -> None:
    if not runner.running:
        st.rerun()
    progress = runner.progress
    line = _describe(progress)
    if runner.asked:
        line = "Asking web servers: {:,} of {:,} addresses".format(*runner.asked)
    st.progress(progress.share if progress else 0.0, text=line)
    st.button("Stop", icon=":material/stop_circle:", on_click=runner.stop, disabled=runner.stopping)
    st.caption(
        "Stopping after the passages at hand."
        if runner.stopping
        else "This goes on while you ask questions; they are answered from what is indexed."
    )


def _describe(progress: Progress | None) -> str:
    if progress is None:
        return "Looking at the files …"
    text = progress.describe()
    left = progress.seconds_left
    if left is None:
        return f"{text} so far"
    minutes, seconds = divmod(round(left), 60)
    return f"{text}, about {f'{minutes} min {seconds} s' if minutes else f'{seconds} s'} left"


def _add(index: Index) -> None:
    st.subheader("Add files", anchor=False)
    endings = ", ".join(suffix.lstrip(".") for suffix in suffixes())
    with st.form("add-files", clear_on_submit=True):
        files = st.file_uploader(
            f"Choose files ({endings})", accept_multiple_files=True, key="library-files"
        )
        submitted = st.form_submit_button("Add to the library", icon=":material/library_add:")
    if submitted and files:
        try:
            given = [(file.name, file.getvalue()) for file in files]
            st.session_state[_NOTICE] = save(index.settings.uploads, given)
        except PolicyChatError as error:
            st.error(literal(str(error)))
        else:
            _preview(index)
            st.rerun()
    elif submitted:
        st.warning("Choose at least one file first.")
    if notice := st.session_state.get(_NOTICE):
        show_saved(notice)


def _add_address(runner: Runner) -> None:
    with st.form("add-address", clear_on_submit=True):
        address = st.text_input(
            "Or a web address",
            key="library-address",
            placeholder="https://example.org/policy",
            help="The page is asked for now, and again with every “Reindex”.",
        )
        submitted = st.form_submit_button("Fetch and index", icon=":material/language:")
    if not submitted:
        return
    try:
        url = normalise_address(address)
    except SourceRefused as error:
        st.error(literal(str(error)))
        return
    if runner.running:
        st.warning("Something is being indexed; add the address when that is done.")
        return
    st.session_state.pop(PLAN, None)
    runner.start(paths=[url])
    st.rerun()
