"""The Ask page: a conversation, with the source of any sentence beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from chat.answer import Answerer
from chat.errors import QuestionRefused
from chat.phrases import count
from chat.types import Question
from chat.ui.answer.account import show_accounts
from chat.ui.answer.view import show_answer
from chat.ui.conversation import Conversation, Exchange
from chat.ui.examples import suggest_questions
from chat.ui.filter_view import choose_filter, forget_choice, unknown_names
from chat.ui.searched_view import show_searched
from chat.ui.source.view import show_source
from index.base import Index
from index.errors import IndexMissing, PolicyChatError
from index.text.escape import literal
from index.types import Filter

_PLACEHOLDER = "Ask about these documents"


def show(answerer: Answerer, library: StreamlitPage) -> None:
    """Show the page."""
    try:
        _show(answerer, library)
    except IndexMissing:
        _nothing_to_ask(library)
    except PolicyChatError as error:
        st.error(literal(str(error)))
        st.page_link(library, label="Open the Library", icon=":material/library_books:")


def _show(answerer: Answerer, library: StreamlitPage) -> None:
    conversation = _conversation()
    linked = Filter(
        documents=tuple(st.query_params.get_all("document")),
        publishers=tuple(st.query_params.get_all("publisher")),
    )
    asked = (st.query_params.get(name) for name in ("q", "cite", "context"))
    question, citation, context = asked
    if conversation.follow(question, linked, citation, context):
        forget_choice()
    has_turns = bool(conversation.exchanges) or conversation.pending is not None
    beside = has_turns and conversation.opened is not None
    st.set_page_config(layout="wide" if beside else "centered")
    st.html(f"<style>{Path(__file__).with_suffix('.css').read_text(encoding='utf-8')}</style>")
    with answerer.index.snapshot() as catalog:
        moment, searchable = catalog.moment.key, catalog.manifest().passages > 0
    if not searchable and conversation.opened is None:
        _nothing_to_ask(library)
        return
    if not has_turns and conversation.opened is None:
        _welcome(answerer.index, moment, conversation)
    else:
        _talk(answerer, conversation, moment, beside)
    wanted = conversation.link()
    if {name: st.query_params.get_all(name) for name in st.query_params} != wanted:
        st.query_params.from_dict(wanted)


def _conversation() -> Conversation:
    state: Conversation = st.session_state.setdefault("conversation", Conversation())
    return state


def _typed() -> None:
    _conversation().ask(st.session_state["question"])


def _welcome(index: Index, moment: str, conversation: Conversation) -> None:
    st.space("large")
    st.title("What do the policies say?", text_alignment="center", anchor=False)
    st.markdown(
        "Answers are quotations. Choose a number to check one in its document.",
        text_alignment="center",
    )
    with st.container():
        st.chat_input(_PLACEHOLDER, key="question", on_submit=_typed)
    for number, example in enumerate(_examples(index, moment)):
        st.button(
            literal(example),
            key=f"example-{number}",
            width="stretch",
            on_click=conversation.ask,
            args=(example,),
        )
    with st.container(horizontal=True, horizontal_alignment="center"):
        conversation.restriction = choose_filter(index, moment, conversation.restriction)


def _talk(answerer: Answerer, conversation: Conversation, moment: str, beside: bool) -> None:
    wanted = conversation.restriction
    unknown = unknown_names(answerer.index, moment, wanted)
    left = right = st.container()
    if beside:
        left, right = st.columns([11, 10], gap="large")
    with left:
        with st.container(horizontal=True, gap="small"):
            st.button(
                "New conversation",
                icon=":material/add_comment:",
                on_click=conversation.clear,
            )
            conversation.restriction = choose_filter(
                answerer.index, moment, conversation.restriction
            )
        for number, exchange in enumerate(conversation.exchanges):
            _show_exchange(exchange, number, conversation)
        if conversation.pending is not None:
            # The choice offers only what there is: what a link names beyond that is not dropped.
            _ask(answerer, conversation, wanted if unknown else conversation.restriction, unknown)
    if conversation.opened is not None:
        with right, st.container(key="source-panel"):
            _source(answerer.index, conversation, conversation.opened)
    st.chat_input(_PLACEHOLDER, key="question", on_submit=_typed)


def _ask(
    answerer: Answerer, conversation: Conversation, restriction: Filter, unknown: Sequence[str]
) -> None:
    text = conversation.pending or ""
    with st.chat_message("user", avatar=":material/person:"):
        st.text(text)
    waiting = st.empty()

    def tell(before: int) -> None:
        waiting.caption(_tell_place(before))

    with st.spinner("Looking through the documents …"):
        try:
            _refuse(unknown)
            history = () if conversation.alone else conversation.history()
            question = Question(text, history, restriction, conversation.context)
            reply = answerer.reply(question, tell)
            exchange = Exchange(text, reply.answer, reply.explain(), None, restriction)
        except PolicyChatError as error:
            exchange = Exchange(text, None, (), str(error), restriction)
    waiting.empty()
    # Only now: a visitor who interrupts the search finds the question asked again, not lost.
    conversation.pending = None
    conversation.exchanges.append(exchange)
    _show_reply(exchange, len(conversation.exchanges) - 1, conversation)


def _tell_place(before: int) -> str:
    return f"{count(before, 'question')} of other readers {'is' if before == 1 else 'are'} first."


def _refuse(unknown: Sequence[str]) -> None:
    if unknown:
        more = f" and {len(unknown) - 1:,} more" if unknown[1:] else ""
        raise QuestionRefused(
            f"this was to be asked only of “{unknown[0]}”{more}, which the library does not hold; "
            "choose what to search and ask again"
        )


def _show_exchange(exchange: Exchange, number: int, conversation: Conversation) -> None:
    with st.chat_message("user", avatar=":material/person:"):
        st.text(exchange.question)
    _show_reply(exchange, number, conversation)


def _show_reply(exchange: Exchange, number: int, conversation: Conversation) -> None:
    with st.chat_message("assistant", avatar=":material/menu_book:"):
        if exchange.answer is None:
            st.error(literal(exchange.error or ""))
        else:
            show_searched(exchange.answer, number, conversation.ask)
            show_answer(exchange.answer, number, conversation.opened, conversation.open)
            show_accounts(exchange.accounts)


def _source(index: Index, conversation: Conversation, opened: str) -> None:
    citation = conversation.citation(opened)
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.markdown(f"**Source {citation.marker}**" if citation else "**Source**")
        st.button("Close", icon=":material/close:", type="tertiary", on_click=conversation.close)
    show_source(index, opened, citation, conversation.open)


def _nothing_to_ask(library: StreamlitPage) -> None:
    st.title("What do the policies say?", anchor=False)
    st.info("There is nothing to ask yet: no document is indexed. The Library indexes them.")
    st.page_link(library, label="Open the Library", icon=":material/library_books:")


@st.cache_data(max_entries=20, show_spinner=False)
def _examples(_index: Index, moment: str) -> list[str]:
    """The moment is what the examples depend on, so it is the cache's key."""
    return suggest_questions(_index)
