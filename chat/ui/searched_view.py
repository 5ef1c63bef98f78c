"""What was searched for, where that is not what was typed; and how to change it."""

from __future__ import annotations

from typing import Protocol

import streamlit as st

from chat.types import Answer
from index.text.escape import literal


class Ask(Protocol):
    """Puts a question next: see `Conversation.ask`."""

    def __call__(self, question: str, alone: bool) -> None:
        """Ask a question, without the turns before it if `alone`."""


def show_searched(answer: Answer, number: int, ask: Ask) -> None:
    """Show what a follow-up was taken to mean, with a way to search for something else."""
    understood = answer.searched_for != answer.question.strip()
    if not (understood or answer.context):
        return
    key = f"searched-{number}"

    def again() -> None:
        wanted = str(st.session_state[key]).strip()
        if wanted:
            ask(wanted, alone=True)

    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        known = [f"Searched for: {literal(answer.searched_for)}"] if understood else []
        if answer.context:
            words = ", ".join(answer.context.split())
            known.append(f"In mind from before: {literal(words)}")
        st.caption("  \n".join(known), width="stretch")
        with st.popover("Change", icon=":material/edit:", type="tertiary"):
            st.text_input("Search for", answer.searched_for, key=key, max_chars=2_000)
            st.caption("It is searched for as it stands, without the turns before.")
            st.button("Search", key=f"{key}-again", type="primary", on_click=again)
