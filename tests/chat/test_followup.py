"""Follow-ups are completed from the conversation, and new topics are left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.question.followup import resolve, understand
from chat.types import Turn
from index.embedding.hashing import HashingEmbedder
from index.local import LocalIndex

POLAND = "What is the cluster policy of Poland?"


def after(*questions: str) -> list[Turn]:
    turns = []
    for question in questions:
        turns += [Turn("user", question), Turn("assistant", "An answer about Portugal. [1]")]
    return turns


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        pytest.param("And the Netherlands?", "the Netherlands", id="and"),
        pytest.param("and in Spain?", "Spain", id="preposition"),
        pytest.param("What about Bosnia and Herzegovina?", "Bosnia and Herzegovina", id="about"),
        pytest.param("How about malta", "malta", id="lower case"),
        pytest.param("Norway?", "Norway", id="bare name"),
        pytest.param("Oh, I meant Spain", "Spain", id="correction"),
        pytest.param("And Śląsk?", "Śląsk", id="Polish"),
        pytest.param("Żory?", "Żory", id="Polish, bare"),
        pytest.param("Řecko?", "Řecko", id="Czech"),
        pytest.param("Țara Bârsei?", "Țara Bârsei", id="Romanian"),
        pytest.param("Ελλάδα?", "Ελλάδα", id="Greek"),
    ],
)
def test_another_name_is_put_in_the_place_of_the_last(question: str, expected: str) -> None:
    assert resolve(question, after(POLAND)) == f"What is the cluster policy of {expected}?"


@pytest.mark.parametrize(
    "question",
    [
        "Who runs it?",
        "Since when?",
        "Which agency?",
        "Why?",
        "And who pays for that?",
        "How do I apply?",
        "What is the deadline?",
        "What about the regular one?",
    ],
)
def test_a_question_that_points_back_takes_the_topic_along(question: str) -> None:
    assert resolve(question, after(POLAND)) == f"{question} (cluster policy Poland)"


@pytest.mark.parametrize(
    "question",
    [
        "Which excellence labels can clusters obtain?",
        "What did the expert group publish in February 2021?",
        "How many clusters operate in the EU-27?",
        "What is clustering?",
        "Why do clusters matter?",
        "How are clusters funded?",
        "What do clusters do for their members?",
        "Do clusters help companies find the partners they need?",
        "Speaking of jobs, is it true that clusters create them?",
    ],
)
def test_a_new_topic_is_left_alone(question: str) -> None:
    assert resolve(question, after(POLAND)) == question


def test_a_chain_is_followed_through() -> None:
    history = after(POLAND, "And the Netherlands?")
    assert resolve("And Spain?", history) == "What is the cluster policy of Spain?"


def test_an_adjective_of_a_country_is_swapped_too() -> None:
    history = after("Which agency runs the Polish cluster programmes?")
    assert resolve("And Latvia?", history) == "Which agency runs Latvia cluster programmes?"


@pytest.mark.parametrize(
    ("previous", "question", "expected"),
    [
        pytest.param(
            "Does Poland support the European Cluster Collaboration Platform?",
            "And Germany?",
            "Does Germany support the European Cluster Collaboration Platform?",
            id="place for place",
        ),
        pytest.param(
            "How many clusters were there in Poland in 2020?",
            "And in 2024?",
            "How many clusters were there in Poland in 2024?",
            id="year for year",
        ),
        pytest.param(
            "What does PARP do in Poland?",
            "And KOSGEB?",
            "What does KOSGEB do in Poland?",
            id="name for name",
        ),
        pytest.param(
            "What does Śląski Klaster do in Poland?",
            "And Țara Bârsei?",
            "What does Țara Bârsei do in Poland?",
            id="a name in any alphabet is replaced",
        ),
        pytest.param(
            "What is the cluster policy of Poland?",
            "And in 2024?",
            "And in 2024? (cluster policy Poland)",
            id="no year to replace",
        ),
        pytest.param(
            "What is the cluster policy of Poland?",
            "What about Eurocluster funding in 2024?",
            "What about Eurocluster funding in 2024? (cluster policy Poland)",
            id="more than a name",
        ),
    ],
)
def test_like_is_swapped_for_like(previous: str, question: str, expected: str) -> None:
    assert resolve(question, after(previous)) == expected


def test_the_assistants_words_are_not_searched_for() -> None:
    assert "Portugal" not in resolve("Who runs it?", after(POLAND))


def test_pointing_at_a_time_is_not_pointing_at_the_question_itself() -> None:
    resolved = resolve("When was the first time it was discovered?", after("Where is West Nile?"))
    assert resolved == "When was the first time it was discovered? (West Nile)"


def test_the_words_of_the_turn_before_are_kept_in_mind(corpus_index: LocalIndex) -> None:
    said = "The Agency PARP funds clusters. [1] … continues (3 more items)"
    history = [Turn("user", POLAND), Turn("assistant", said)]
    found = understand("Free training for clusters?", history, corpus_index.embedder)
    assert found.question == "Free training for clusters?"
    assert found.context == "cluster policy Poland Agency PARP funds"


def test_a_swapped_name_leaves_the_old_one_behind() -> None:
    history = [Turn("user", POLAND), Turn("assistant", "The Agency PARP funds clusters. [1]")]
    found = understand("And Portugal?", history, HashingEmbedder())
    assert (found.question, found.context) == ("What is the cluster policy of Portugal?", "")


def test_a_first_question_has_nothing_in_mind() -> None:
    found = understand(f" {POLAND} ", [], HashingEmbedder())
    assert (found.question, found.context) == (POLAND, "")


@pytest.mark.parametrize(
    "question",
    ["How do I bake sourdough bread at home?", "Who painted the ceiling of the Sistine Chapel?"],
)
def test_another_topic_drops_the_history(question: str, corpus_index: LocalIndex) -> None:
    history = [Turn("user", POLAND), Turn("assistant", "The Agency PARP funds clusters. [1]")]
    assert understand(question, history, corpus_index.embedder).context == ""


def test_the_same_topic_in_other_words_keeps_the_history(corpus_index: LocalIndex) -> None:
    history = [Turn("user", POLAND), Turn("assistant", "The Agency PARP funds clusters. [1]")]
    question = "Which ministry in Warsaw finances innovation?"
    assert understand(question, history, corpus_index.embedder).context


@given(question=st.text(max_size=80), earlier=st.lists(st.text(max_size=80), max_size=3))
def test_any_conversation_gives_a_question(question: str, earlier: list[str]) -> None:
    resolved = resolve(question, after(*earlier))
    assert resolved or not question.strip()


@given(question=st.text(max_size=80))
def test_without_history_nothing_changes(question: str) -> None:
    assert resolve(question, []) == question.strip()
