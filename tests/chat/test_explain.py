"""The account of an answer: it says what was decided, by the code that decided it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from benchmarks.quality.five_pages import load_cases
from chat.account import Account
from chat.answer import Answerer, Reply, make_answerer
from chat.evidence.choice import MOST_UNITS, NEAR_BEST, NEAR_BEST_ELSEWHERE, Unquoted
from chat.evidence.choose import Choices
from chat.evidence.judge import NotFound, Supported
from chat.reader.reader import Reader
from chat.retrieval.rerank import Scores
from chat.settings import RerankerSettings
from chat.types import Question, Turn
from index.local import LocalIndex
from index.types import Filter

QUESTIONS = [case.question for case in load_cases()]
JARGON = r"(?i:logit|ndcg|rrf|cosine|idf|vector|embedding|token|softmax|threshold|rerank)|None"


@pytest.fixture(scope="module")
def answerer(corpus_index: LocalIndex) -> Answerer:
    return make_answerer(corpus_index)


@pytest.fixture(scope="module")
def replies(answerer: Answerer, corpus_index: LocalIndex) -> list[Reply]:
    """The questions about the five pages, answered without the reader, and half of them with it."""
    unread = Answerer(corpus_index)
    read = [answerer.reply(Question(text)) for text in QUESTIONS[::2]]
    return read + [unread.reply(Question(text)) for text in QUESTIONS]


def tell(reply: Reply, step: str) -> Account:
    (account,) = [account for account in reply.explain() if account.step == step]
    return account


def test_nothing_gets_lost_between_what_was_found_and_what_is_quoted(
    replies: Sequence[Reply],
) -> None:
    for reply in replies:
        choices = reply.trail.find(Choices)
        listed = choices.shortlist
        assert len(choices.evidence) + len(choices.unquoted) == len(listed.units)
        given = [*listed.passages, *(passage for passage, _ in listed.passed_over)]
        assert len(given) == len(choices.retrieved.candidates)
        assert {c.hit.number for c in given} == {c.hit.number for c in choices.retrieved.candidates}


def test_every_reason_is_true_of_what_it_is_given_for(replies: Sequence[Reply]) -> None:
    seen = set()
    for reply in replies:
        choices = reply.trail.find(Choices)
        for one in choices.unquoted:
            seen.add(one.why)
            assert is_true(one, choices), (reply.answer.question, one)
    assert seen >= {"enough", "low", "low_elsewhere", "not_of_kind", "overlaps", "subject"}


def is_true(one: Unquoted, choices: Choices) -> bool:
    quotes = [piece.quote for piece in choices.evidence]
    if one.why == "enough":
        return len(quotes) == MOST_UNITS
    if one.why == "low":
        return one.share < NEAR_BEST
    if one.why == "low_elsewhere":
        return NEAR_BEST <= one.share < NEAR_BEST_ELSEWHERE
    if one.why == "not_of_kind":
        return choices.evidence[0].of_kind
    if one.why == "subject":
        return one.beside in choices.retrieved.question
    if one.why == "joined":
        return any(one.text in quote for quote in quotes)
    if one.why == "overlaps":
        return one.beside in quotes and not set(one.text.split()).isdisjoint(one.beside.split())
    return one.why == "passage" or one.beside in quotes


def test_an_account_is_in_words_that_anybody_can_follow(replies: Sequence[Reply]) -> None:
    for reply in replies:
        for account in reply.explain():
            words = " ".join(text for _, text in account.lines)
            unquoted = re.sub(r"“[^“]*?”", "", words)
            assert not re.search(JARGON, unquoted), unquoted
            assert account.saw
            assert account.kept


def test_a_share_is_never_rounded_up_to_what_is_asked_for(replies: Sequence[Reply]) -> None:
    whys = [one.why for reply in replies for one in tell(reply, "choose").dropped]
    shares = [re.match(r"(-?\d+)% as good .+ at least (\d+)%", why) for why in whys]
    found = [(int(match[1]), int(match[2])) for match in shares if match]
    assert found
    assert all(share < least for share, least in found)


def test_what_is_not_found_names_the_name_that_stands_nowhere(answerer: Answerer) -> None:
    reply = answerer.reply(Question("What is the cluster policy of Croatia?"))
    judged = tell(reply, "judge")
    assert judged.kept == "nothing: the answer is “not found”"
    assert judged.note.startswith("No passage that was found holds “Croatia”")
    assert len(judged.dropped) == len(reply.trail.find(Choices).evidence)
    assert isinstance(reply.trail.end, NotFound)
    assert f"{reply.answer.support_score:.2f}" in judged.note


def test_another_language_is_told_by_what_the_passage_holds(answerer: Answerer) -> None:
    reply = answerer.reply(Question("welche behörde unterstützt die zusammenarbeit?"))
    assert "holds 0% of what is asked for" in tell(reply, "judge").note


def test_a_filter_that_lets_nothing_through(answerer: Answerer) -> None:
    reply = answerer.reply(Question("What is the ECCP?", (), Filter(languages=("fi",))))
    assert [account.step for account in reply.explain()] == ["search", "choose", "judge"]
    found = tell(reply, "search")
    assert found.saw == "0 documents with 0 passages that your filter lets through"
    assert {tell(reply, step).kept for step in ("search", "choose")} == {"nothing"}


def test_a_follow_up_says_what_it_was_taken_to_mean(answerer: Answerer) -> None:
    history = (Turn("user", "What is the cluster policy of Poland?"), Turn("assistant", "…"))
    swapped = tell(answerer.reply(Question("And Norway?", history)), "complete")
    assert swapped.saw == "“And Norway?”, asked after 1 other question"
    assert "“What is the cluster policy of Norway?”" in swapped.kept
    alone = answerer.reply(Question("Which programmes support innovation?", history))
    assert tell(alone, "complete").kept == "the question as it was typed"
    assert "cluster, policy, Poland" in tell(alone, "complete").note


def test_the_words_of_a_link_are_told_though_nothing_was_asked_before(answerer: Answerer) -> None:
    reply = answerer.reply(Question("Who runs it?", (), Filter(), "Polish programmes"))
    assert tell(reply, "complete").saw == "“Who runs it?”"
    assert "Polish, programmes" in tell(reply, "complete").note


def test_without_its_weights_the_reader_is_told_not_to_have_read(
    corpus_index: LocalIndex, tmp_path: Path
) -> None:
    reply = Answerer(corpus_index, reader=Reader(tmp_path)).reply(Question("What is the ECCP?"))
    assert tell(reply, "read").kept == "all of them, unread"
    assert tell(reply, "read").note == reply.answer.receipt.unread
    unread = Answerer(corpus_index).reply(Question("What is the ECCP?"))
    assert "read" not in [account.step for account in unread.explain()]


class Prefers:
    """Scores a passage 1 if it holds a word, else 0."""

    def __init__(self, word: str) -> None:
        self.word = word

    def score(self, question: str, passages: Sequence[str]) -> Scores:
        return np.array([float(self.word in text) for text in passages], dtype=np.float32)


def test_a_reranker_says_what_it_put_first(corpus_index: LocalIndex) -> None:
    question = Question("What is the cluster policy of Poland?")
    settings = corpus_index.settings.with_table(RerankerSettings("x", depth=30, weight=1.0))
    index = LocalIndex(settings, corpus_index.embedder)
    last = Answerer(index).retrieve(question).candidates[-1]
    reply = Answerer(index, reranker=Prefers(last.hit.passage.text)).reply(question)
    note = tell(reply, "rerank").note
    assert note == f"“{last.place}” now stands first (1.00 on the same scale)."


def test_figures_that_differ_are_told_with_where_they_stand(answerer: Answerer) -> None:
    question = Question("What share of EU employment do clusters account for?")
    reply = answerer.reply(question)
    compared = tell(reply, "compare")
    assert reply.trail.find(Supported).contrasts
    for difference in reply.answer.differences:
        for figure in difference.figures:
            assert f"“{figure}” in “" in compared.note
    assert compared.kept.startswith(f"{len(reply.answer.citations)} quotations")


def test_an_account_changes_nothing(answerer: Answerer) -> None:
    reply = answerer.reply(Question("What are Euroclusters?"))
    assert reply.explain() == reply.explain()
    again = answerer.answer(Question("What are Euroclusters?"))
    assert again.citations == reply.answer.citations
