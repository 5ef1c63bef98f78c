"""The way of a question: its steps, what is kept of it, and the one moment of the index it sees."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import pytest

from chat.answer import DURATIONS, Answerer, make_answerer
from chat.evidence.choose import Choices
from chat.evidence.judge import NotFound, Supported
from chat.question.check import Check, Refused
from chat.question.complete import Complete
from chat.retrieval.rerank import Rerank
from chat.retrieval.retrieve import Retrieved
from chat.session import Session
from chat.types import Evidence, Question, Turn
from chat.way import Way
from chat.writing.verify import Verified
from chat.writing.writer import Sentence
from index.embedding.hashing import HashingEmbedder
from index.local import LocalIndex
from index.types import Filter
from tests.connections import is_closed, listening

POLAND = "What is the cluster policy of Poland?"
ELSEWHERE = "What is the cluster policy of Croatia?"
HISTORY = (Turn("user", POLAND), Turn("assistant", "The Polish Government recognises …"))
FOLLOW_UP = "Which programmes support innovation?"


@pytest.fixture
def opened() -> Iterator[list[sqlite3.Connection]]:
    """The connections that this test opens."""
    with listening() as connections:
        yield connections


@pytest.fixture(scope="module")
def answerer(corpus_index: LocalIndex) -> Answerer:
    return make_answerer(corpus_index)


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda a: a.answer(Question(POLAND)), id="question"),
        pytest.param(lambda a: a.answer(Question(FOLLOW_UP, HISTORY)), id="with history"),
        pytest.param(lambda a: a.answer(Question(ELSEWHERE)), id="not found"),
        pytest.param(lambda a: a.answer(Question("How many clusters?")), id="figures"),
        pytest.param(lambda a: a.retrieve(Question(FOLLOW_UP, HISTORY)), id="retrieve"),
        pytest.param(lambda a: a.search("Corallia Greece", 4, Filter()), id="search"),
    ],
)
def test_a_question_opens_the_catalog_once_and_closes_it(
    answerer: Answerer, opened: list[sqlite3.Connection], ask: Callable[[Answerer], object]
) -> None:
    ask(answerer)
    assert len(opened) == 1
    assert is_closed(opened[0])


def test_a_question_that_is_refused_leaves_nothing_open(
    answerer: Answerer, opened: list[sqlite3.Connection]
) -> None:
    with pytest.raises(Exception, match="the question is empty"):
        answerer.answer(Question(" "))
    assert all(map(is_closed, opened))


def test_opening_an_old_citation_opens_the_catalog_once(
    corpus_index: LocalIndex, answerer: Answerer, opened: list[sqlite3.Connection]
) -> None:
    citation = answerer.answer(Question(POLAND)).citations[0]
    with Session(corpus_index.settings.home) as session:
        opened.clear()
        assert session.cite(citation.id).citable.quote == citation.quote
    assert len(opened) == 1
    assert is_closed(opened[0])


def test_every_step_is_taken_in_the_order_of_the_list(answerer: Answerer) -> None:
    with answerer.index.snapshot() as catalog:
        listed = [step.name for step in answerer.list_steps(catalog).steps]
    reply = answerer.reply(Question(POLAND))
    assert [taken.step.name for taken in reply.trail.taken] == listed
    assert len(set(listed)) == len(listed)
    counted = [name for names in DURATIONS.values() for name in names]
    assert counted == listed
    assert set(reply.answer.milliseconds) == {*DURATIONS, "total"}


def test_what_one_step_gives_the_next_one_takes(answerer: Answerer) -> None:
    taken = answerer.reply(Question(FOLLOW_UP, HISTORY)).trail.taken
    assert taken[0].known == Question(FOLLOW_UP, HISTORY)
    for before, after in pairwise(taken):
        assert after.known is before.found


def test_what_is_not_found_ends_the_way_at_the_judge(answerer: Answerer) -> None:
    trail = answerer.reply(Question(ELSEWHERE)).trail
    assert trail.taken[-1].step.name == "judge"
    assert isinstance(trail.end, NotFound)
    assert trail.find(Choices).evidence == trail.end.evidence
    with pytest.raises(LookupError, match="before there was a Verified"):
        trail.find(Verified)


def test_what_was_known_is_kept(answerer: Answerer) -> None:
    reply = answerer.reply(Question(POLAND))
    found = answerer.retrieve(Question(POLAND)).candidates
    assert reply.trail.find(Retrieved).candidates == found
    assert isinstance(reply.trail.end, Verified)
    assert reply.trail.end.citations == reply.answer.citations
    quotes = [piece.quote for piece in reply.trail.find(Supported).evidence]
    assert quotes == [citation.quote for citation in reply.answer.citations]


def test_a_way_is_cut_behind_a_step(answerer: Answerer) -> None:
    with answerer.index.snapshot() as catalog:
        way = answerer.list_steps(catalog)
        names = [step.name for step in way.until(Rerank).steps]
        assert names == [step.name for step in way.steps][: len(names)]
    assert names[-1] == "rerank"
    with pytest.raises(ValueError, match="not in list"):
        Way.of(Question).may_end_at(Check()).until(Rerank)


def test_a_way_ends_at_the_first_step_that_ends_it() -> None:
    way = Way.of(Question).may_end_at(Check()).then(Complete(HashingEmbedder()))
    refused = way.follow(Question(""))
    assert isinstance(refused.end, Refused)
    assert [taken.step.name for taken in refused.taken] == ["check"]
    assert way.follow(Question("Who?")).taken[-1].step.name == "complete"


class FirstOnly:
    """A writer that leaves all but the first piece of evidence out."""

    def write(self, question: str, evidence: Sequence[Evidence]) -> list[Sentence]:
        return [Sentence("In other words.", 0)]


def test_another_writer_is_another_step(corpus_index: LocalIndex, answerer: Answerer) -> None:
    answer = Answerer(corpus_index, writer=FirstOnly(), reader=answerer.reader).answer(
        Question(POLAND)
    )
    assert answer.text == "In other words. [1]"
    assert answer.citations == answerer.answer(Question(POLAND)).citations[:1]
