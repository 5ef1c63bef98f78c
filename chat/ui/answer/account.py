"""How an answer was found: what each step on the way did, folded away under the answer."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from chat.account import Account


def show_accounts(accounts: Sequence[Account]) -> None:
    """Offer what each step did; words of documents are shown as they stand."""
    with st.expander("How this answer was found", icon=":material/route:"):
        st.html(f'<ol class="account">{"".join(map(_make_item, accounts))}</ol>')


def _make_item(account: Account) -> str:
    lines = "".join(f"<dt>{label}</dt><dd>{escape(text)}</dd>" for label, text in account.lines)
    return f"<li><strong>{account.step.capitalize()}</strong><dl>{lines}</dl></li>"
