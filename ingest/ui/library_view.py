"""The lists of the Library page. Names and reasons are written by strangers: shown as text."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from html import escape

import streamlit as st

from index.types import Document, Failure, Fetch
from ingest.planning.compare import Action
from ingest.planning.plan import Plan
from ingest.sources.uploads import Saved

# Where the page keeps the plan that it shows.
PLAN = "library-plan"
_MOST_LINES = 200
_PLANNED: dict[Action, str] = {
    "add": "New",
    "change": "Changed",
    "move": "Moved",
    "remove": "To be removed",
    "missing": "File missing (kept)",
    "fail": "Cannot be read",
    "check": "Web address to ask",
}
_SAVED = {
    "added": "added",
    "replaced": "replaced the file of that name",
    "unchanged": "is here already, with the same content",
}


def show_documents(documents: Sequence[Document], plan: Plan | None) -> None:
    """Show the table of documents."""
    if not documents:
        return
    st.subheader("Documents", anchor=False)
    actions = {step.id: step.action for step in plan.steps} if plan else {}
    st.dataframe(
        {
            "Title": [document.title for document in documents],
            "Document": [document.id for document in documents],
            "Passages": [document.passages for document in documents],
            "Size": [document.source.size_bytes for document in documents],
            "Date": [str(document.metadata.date or "") for document in documents],
            "Indexed at": [datetime.fromisoformat(d.indexed_at) for d in documents],
            "Status": [_PLANNED.get(actions.get(d.id, "unchanged"), "Indexed") for d in documents],
        },
        hide_index=True,
        column_config={
            "Size": st.column_config.NumberColumn(format="bytes"),
            "Indexed at": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
        },
    )


def show_addresses(fetches: Sequence[Fetch], indexed: Collection[str]) -> None:
    """Show which web servers were asked, when, and what they said."""
    if not fetches:
        return
    st.subheader("Web addresses", anchor=False)
    st.dataframe(
        {
            "Address": [fetch.url for fetch in fetches],
            "Indexed": [fetch.url in indexed for fetch in fetches],
            "Last asked": [datetime.fromisoformat(fetch.checked_at) for fetch in fetches],
            "Last answer": [fetch.outcome for fetch in fetches],
        },
        hide_index=True,
        column_config={
            "Last asked": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
        },
    )


def show_notes(notes: Sequence[str]) -> None:
    """Show what a run had to say beyond its numbers."""
    if notes:
        with st.container(border=True):
            _list((note, "") for note in notes)


def show_failures(failures: Sequence[Failure]) -> None:
    """Show which files and addresses were refused, and why."""
    if failures:
        st.subheader("Refused files", anchor=False)
        _list((failure.id, failure.reason) for failure in failures)


def show_plan(plan: Plan) -> None:
    """Show what a run would do."""
    with st.container(border=True):
        st.markdown("**Preview**")
        if not plan.of("add", "change", "move", "remove", "check", "touch"):
            st.text("There is nothing to do.")
        st.text(plan.summary().replace("--prune removes them", "tick the box to remove them"))
        for action, label in _PLANNED.items():
            steps = plan.of(action)
            if steps:
                st.caption(f"{label}: {len(steps):,}")
                _list((step.id, step.reason) for step in steps)


def show_saved(saved: Sequence[Saved]) -> None:
    """Show what became of uploaded files."""
    with st.container(border=True):
        _list((entry.name, _SAVED[entry.outcome]) for entry in saved)
        st.caption("Reindex to make them searchable.")


def _list(entries: Iterable[tuple[str, str]]) -> None:
    lines = [
        f'<li><code style="overflow-wrap:anywhere">{escape(name)}</code> {escape(note)}</li>'
        for name, note in entries
    ]
    shown = "".join(lines[:_MOST_LINES])
    if len(lines) > _MOST_LINES:
        shown += f"<li>and {len(lines) - _MOST_LINES:,} more</li>"
    st.html(f'<ul style="margin:0;padding-left:1.2rem;font-size:0.9rem">{shown}</ul>')
