"""Example questions come from the documents at hand, and are answered by them."""

from __future__ import annotations

from pathlib import Path

import pytest

from chat.answer import make_answerer
from chat.types import Question
from chat.ui.examples import MOST, suggest_questions
from index.local import LocalIndex
from tests.library import Library

BODY = "The {} is paid by the ministry once a year, and every firm of the region may ask for it. "


def document(title: str, *headings: str, body: str = BODY) -> str:
    """Return a Markdown text in which something stands under each heading about it."""
    parts = [f"## {heading}\n\n{body.format(heading) * 3}" for heading in headings]
    return "\n\n".join([f"# {title}", *parts])


def ask_of(folder: Path, *texts: str, language: str = "en") -> list[str]:
    library = Library(folder)
    for number, text in enumerate(texts):
        path = library.write(f"{number}.md", text)
        path.with_name(f"{path.name}.meta.toml").write_text(f'language = "{language}"\n')
    library.ingest()
    return suggest_questions(library.reader())


def test_the_five_pages_answer_their_examples(corpus_index: LocalIndex) -> None:
    questions = suggest_questions(corpus_index)
    assert len(set(questions)) == MOST
    assert suggest_questions(corpus_index) == questions
    answers = [make_answerer(corpus_index).answer(Question(text)) for text in questions]
    assert all(answer.citations for answer in answers)
    assert len({answer.citations[0].document for answer in answers}) == MOST


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        pytest.param("Who may apply for a grant?", "Who may apply for a grant?", id="question"),
        pytest.param("2.1 Who may apply?", "Who may apply?", id="numbered question"),
        pytest.param("Poland", "What is there to know about Poland?", id="place"),
        pytest.param(
            "Innovation grant", "What should I know about “Innovation grant”?", id="other"
        ),
        pytest.param("Part II: Śląsk Fund", "What should I know about “Śląsk Fund”?", id="part"),
        pytest.param("3.2 Żory region:", "What should I know about “Żory region”?", id="number"),
        pytest.param(
            "European Cluster Alliance (ECA)",
            "What is the European Cluster Alliance (ECA)?",
            id="acronym",
        ),
    ],
)
def test_a_heading_is_asked_about_in_its_own_form(
    heading: str, question: str, tmp_path: Path
) -> None:
    assert ask_of(tmp_path, document("Some report", heading)) == [question]


def test_a_heading_of_common_words_stands_in_the_question_like_them(tmp_path: Path) -> None:
    text = document("Some report", "Cluster mapping", body="As {} shows, cluster mapping pays. ")
    assert ask_of(tmp_path, text * 3) == ["What should I know about cluster mapping?"]


def test_a_place_has_the_article_that_the_text_gives_it(tmp_path: Path) -> None:
    body = "In the {}, clusters have been quite common for a long time. "
    text = document("Some report", "Netherlands", body=body)
    assert ask_of(tmp_path, text) == ["What is there to know about the Netherlands?"]


@pytest.mark.parametrize(
    "heading",
    [
        "1. Introduction", "Table of contents", "Definitions", "Figure 2 Supply chains",
        "HISTORY OF CHANGES", "Explore the", "Article 5", "{ #anchor } Notes on it",
        "A heading that is far too long to be asked about by anybody at all here",
        "First sentence ends. The second begins", "See you on 21/01/2026 again",
    ],
)  # fmt: skip
def test_a_heading_that_names_nothing_is_not_asked_about(heading: str, tmp_path: Path) -> None:
    body = f"{heading} is paid by the ministry once a year. " * 6
    questions = ask_of(tmp_path, f"# Some report\n\n## {heading}\n\n{body}")
    assert questions == ["What is “Some report” about?"]


def test_what_several_documents_have_is_not_asked_about(tmp_path: Path) -> None:
    texts = [
        document("Alpha report", "Related links here", "Wind subsidies"),
        document("Beta report", "1 Related links here", "Solar loans"),
    ]
    questions = ask_of(tmp_path, *texts)
    assert sorted(questions) == [
        "What should I know about “Solar loans”?",
        "What should I know about “Wind subsidies”?",
    ]


def test_little_text_or_text_about_something_else_is_not_asked_about(tmp_path: Path) -> None:
    text = (
        f"# Some report\n\n## Wind subsidies\n\nSoon.\n\n## Solar loans\n\n{'Nothing yet. ' * 30}"
    )
    assert ask_of(tmp_path, text) == ["What is “Some report” about?"]


def test_at_most_four_each_of_another_document_in_different_forms(tmp_path: Path) -> None:
    headings = ["Poland", "Who may apply for a grant?", "Innovation {} grant"]
    texts = [
        document(f"Report {number}", *(heading.format(number) for heading in headings))
        + f"\n\n## Country {number} Fund\n\n{BODY.format(f'Country {number} Fund') * 3}"
        for number in range(6)
    ]
    questions = ask_of(tmp_path, *texts)
    assert len(questions) == MOST
    assert len(set(questions)) == MOST


def test_german_documents_are_asked_in_german(tmp_path: Path) -> None:
    body = "Die {} fördert das Ministerium jedes Jahr, und jede Firma kann sie beantragen. "
    text = document("Ein Bericht", "4.1 Pflanzenproduktion und Nutztiere", body=body)
    questions = ask_of(tmp_path, text, language="de")
    assert questions == ["Was sollte ich über „Pflanzenproduktion und Nutztiere“ wissen?"]


def test_copies_are_asked_about_once_and_an_empty_index_not_at_all(tmp_path: Path) -> None:
    text = document("Some report", "Wind subsidies")
    library = Library(tmp_path)
    paths = [library.write(name, text) for name in ("a.md", "b.md")]
    library.ingest()
    assert suggest_questions(library.reader()) == ["What should I know about “Wind subsidies”?"]
    for path in paths:
        path.unlink()
    library.ingest(prune=True)
    assert suggest_questions(library.reader()) == []
