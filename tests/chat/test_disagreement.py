"""Figures in texts, and sources that give different ones."""

from __future__ import annotations

from math import inf

import pytest

from chat.answer import Answerer, make_answerer
from chat.evidence.figures import find_figures
from chat.types import Answer, Question
from index.local import LocalIndex


@pytest.fixture(scope="module")
def answerer(corpus_index: LocalIndex) -> Answerer:
    return make_answerer(corpus_index)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("There are over 1,500 clusters.", [(1500, "", "clusters")], id="thousands"),
        pytest.param("Some 2 000 firms took part.", [(2000, "", "firms took part")], id="space"),
        pytest.param("It is 38% of jobs.", [(38, "%", "of jobs")], id="per cent sign"),
        pytest.param("It is 2.5 per cent of jobs.", [(2.5, "%", "of jobs")], id="per cent"),
        pytest.param("€3 million grants.", [(3e6, "€", "grants")], id="currency and scale"),
        pytest.param("In 2011 clusters grew.", [], id="a year"),
        pytest.param("There are about 2000 clusters.", [(2000, "", "clusters")], id="not a year"),
        pytest.param("Porter defines (p. 213)1 a cluster.", [], id="a footnote"),
        pytest.param("It has 40. Clusters grew.", [], id="counts nothing"),
        pytest.param("About 10⁶ euros.", [(1e6, "", "euros")], id="power"),
        pytest.param("Some 40 × 10⁶ euros.", [(4e7, "", "euros")], id="times a power"),
        pytest.param("Some 4 x 10^3 euros.", [(4e3, "", "euros")], id="times a power with a caret"),
        pytest.param("Some 4 x 10^+3 euros.", [(4e3, "", "euros")], id="a power with its plus"),
        pytest.param(
            f"Some 10{'¹' * 5_000} euros.", [(inf, "", "euros")], id="a power beyond all figures"
        ),
        pytest.param("Some 0 × 10^999 euros.", [(0, "", "euros")], id="nothing times that"),
        pytest.param("About 12 000⁸ euros.", [(12000, "", "euros")], id="mark of a note"),
    ],
)
def test_figures(text: str, expected: list[tuple[float, str, str]]) -> None:
    assert [(f.value, f.unit, f.counted) for f in find_figures(text, "en")] == expected
    for figure in find_figures(text, "en"):
        assert text[figure.start : figure.end].endswith(figure.counted)


def test_the_pages_differ_on_how_many_clusters_there_are(answerer: Answerer) -> None:
    answer = answerer.answer(Question("How many clusters are there in Europe?"))
    assert sides(answer) == {("2000 statistical clusters", "1,500 clusters")}


def test_the_pages_differ_on_the_share_of_jobs(answerer: Answerer) -> None:
    answer = answerer.answer(Question("What share of employment do clusters account for?"))
    assert sides(answer) == {("25% of total EU employment", "38% of European jobs are based")}


def sides(answer: Answer) -> set[tuple[str, str]]:
    """Return the first words of both sides, having checked that both are quoted and verified."""
    cited = {citation.marker: citation for citation in answer.citations}
    for difference in answer.differences:
        first, second = (cited[marker] for marker in difference.markers)
        assert first.document != second.document
        assert all(c.verified for c in (first, second))
        for citation, figure in zip((first, second), difference.figures, strict=True):
            assert figure in citation.quote
            marked = [
                citation.quote[a - citation.start : b - citation.start] for a, b in citation.marks
            ]
            assert any(figure in words or words in figure for words in marked)
    return {difference.figures for difference in answer.differences}


@pytest.mark.parametrize(
    "question",
    [
        # Denmark's 40 clusters are no other figure for the 1,500 of the EU.
        "What is the cluster policy of Denmark?",
        "Which agency runs the Polish cluster programmes?",
        "What is the ECCP?",
    ],
)
def test_other_things_are_not_held_against_each_other(answerer: Answerer, question: str) -> None:
    answer = answerer.answer(Question(question))
    assert answer.citations
    assert answer.differences == ()
