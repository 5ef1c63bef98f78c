"""What a question asks for, and whether a text names one."""

from __future__ import annotations

import pytest

from chat.question.kinds import asks_for_several, classify_question, find_named
from chat.question.names import is_name


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("When was PARP founded?", "date"),
        ("In which year did it start?", "date"),
        ("Since when do districts exist?", "date"),
        ("When may a fee be charged?", "other"),
        ("Who has to prove it when a woman was treated worse?", "name"),
        ("What happens when a permit expires?", "other"),
        ("What is known of when the port was built?", "date"),
        ("The port was built when?", "date"),
        ("Which programme funds ports, and what are they meant to do?", "other"),
        ("Which ports and which towns pay?", "other"),
        ("How many clusters are there?", "number"),
        ("What share of jobs is in clusters?", "number"),
        ("Who runs the programme?", "name"),
        ("Which agency runs the Polish cluster programmes?", "name"),
        ("Where are the clusters?", "name"),
        ("What is a cluster?", "other"),
        ("Wie viele Cluster gibt es?", "other"),
        ("", "other"),
    ],
)
def test_kind_of_question(question: str, kind: str) -> None:
    assert classify_question(question) == kind


@pytest.mark.parametrize(
    ("question", "text", "expected"),
    [
        pytest.param("When was it founded?", "It was founded in 2011.", ["2011"], id="year"),
        pytest.param(
            "When was it passed?",
            "Act No 5 of 17 June 2008, in force from May 2009 and 3rd July.",
            ["17 June 2008", "May 2009", "3rd July"],
            id="days and months",
        ),
        pytest.param("When was it passed?", "It may pass in May.", ["May"], id="a verb"),
        pytest.param("When was it founded?", "It was founded late.", [], id="no date"),
        pytest.param("When was the 2011 act passed?", "The 2011 act.", [], id="asked year"),
        pytest.param("How many clusters?", "There are 2,000 clusters.", ["2,000"], id="digits"),
        pytest.param("How many clusters?", "There are four clusters.", ["four"], id="word"),
        pytest.param("How many?", "Up to 25 % of 3 million.", ["25 %", "3 million"], id="units"),
        pytest.param("How many?", "In 2011 20 of 25 000.", ["20", "25 000"], id="gap"),
        pytest.param("How many?", "Of the EU-27 5 left in 2011-2013.", ["5"], id="years, name"),
        pytest.param("How many?", "Article 5 lets third states join.", [], id="counts nothing"),
        pytest.param("How many?", "A third of 2000 firms.", ["A third", "2000"], id="fraction"),
        pytest.param("What share?", "40 firms hold 25 % of it.", ["25 %"], id="share"),
        pytest.param("How many clusters?", "There are some clusters.", [], id="no number"),
        pytest.param("Who runs PARP?", "It is run by the Ministry.", ["Ministry"], id="new name"),
        pytest.param(
            "Who runs PARP?",
            "It is run by the Ministry of the Economy, not Spain.",
            ["Ministry of the Economy", "Spain"],
            id="names of several words",
        ),
        pytest.param(
            "Where is it?",
            "It is in Śląsk, Żory, Řecko, Țara and Ελλάδα.",
            ["Śląsk", "Żory", "Řecko", "Țara and Ελλάδα"],
            id="capitals of other alphabets",
        ),
        pytest.param(
            "Who runs PARP?", "Two do. These are Oak and Elm.", ["Oak and Elm"], id="opens"
        ),
        pytest.param("Who runs PARP?", "Everybody runs PARP.", [], id="asked name"),
        pytest.param("What is a cluster?", "A cluster is 1 Thing.", [], id="other"),
    ],
)
def test_named(question: str, text: str, expected: list[str]) -> None:
    spans = find_named(classify_question(question), text, question)
    assert [text[start:end] for start, end in spans] == expected


@pytest.mark.parametrize(
    ("word", "question", "expected"),
    [
        ("Croatia", "What is the policy of Croatia?", True),
        ("croatia", "what is the policy of croatia", True),
        ("2024", "What was said in 2024?", True),
        ("1000", "Is a claim of 1000 euros valid?", False),
        ("NASA", "NASA funds what?", True),
        ("Explain", "Explain the policy.", False),
        ("Hello", "Who? Hello there, what is it?", False),
        ("policy", "What is the policy?", False),
        ("Warsaw", "What happens in Warsaw?", True),
        ("Żory", "What happens in Żory?", True),
        ("Ελλάδα", "What happens in Ελλάδα?", True),
        ("Behörde", "Welche Behörde ist zuständig?", False),
    ],
)
def test_is_name(word: str, question: str, expected: bool) -> None:
    assert is_name(word, question.index(word), question) is expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Which duties do towns have?", True),
        ("Under which conditions is a port shut?", True),
        ("What are the pillars of the plan?", True),
        ("What does the act say?", False),
        ("What is the status of the standard?", False),
        ("Which process is it?", False),
        ("Who pays?", False),
    ],
)
def test_a_question_for_several_things(question: str, expected: bool) -> None:
    assert asks_for_several(question) is expected
