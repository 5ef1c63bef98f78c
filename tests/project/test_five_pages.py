"""What counts as a right citation on the five pages."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from benchmarks.quality.five_pages import COUNTRIES, Case, is_right, load_cases, paragraph_of
from chat.types import Answer, Citation, Receipt
from index.settings import CORPUS
from index.types import Filter

PAGES = {path.name: path.read_text(encoding="utf-8") for path in sorted(CORPUS.glob("*.txt"))}
CASES = {case.question: case for case in load_cases()}
CZECH = CASES["What is the cluster policy of the Czech Republic?"]
CZECH_PAGE = "czech-nca-cluster-policy.txt"


def answer(case: Case, *quotes: tuple[str, str]) -> Answer:
    """Return an answer that cites these words of these pages."""
    citations = []
    for marker, (page, words) in enumerate(quotes, start=1):
        start = PAGES[page].index(words)
        citations.append(
            Citation(
                marker=marker,
                document=f"corpus/{page}",
                path=page,
                title=page,
                version="v",
                section=(),
                page=None,
                page_label=None,
                ocr=False,
                reads_differently=False,
                start=start,
                end=start + len(words),
                quote=words,
                marks=(),
                score=1.0,
                support="strong",
                verified=True,
                publisher=None,
                date=date(2026, 1, 1),
                url=None,
                also_in=(),
            )
        )
    receipt = Receipt(5, 82, Filter(), (), read=0, unread="")
    return Answer(
        status="answered",
        question=case.question,
        searched_for=case.question,
        context="",
        text="",
        citations=tuple(citations),
        differences=(),
        receipt=receipt,
        support="strong",
        support_score=1.0,
        unmatched=(),
        milliseconds={},
    )


def test_each_kind_has_as_many_questions_as_it_says() -> None:
    assert len(CASES) == len(load_cases())
    kinds = Counter(case.kind for case in CASES.values())
    assert kinds == {"country": 40, "fact": 30, "elsewhere": 10, "near": 20}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_right_stands_in_the_pages(case: Case) -> None:
    assert bool(case.right) is (case.kind in ("country", "fact"))
    pages = [" ".join(text.split()) for text in PAGES.values()]
    for words in case.right:
        # One word or a number stands in many a sentence that answers something else.
        assert len(words.split()) >= 2
        assert any(words in page for page in pages), words


@pytest.mark.parametrize(
    ("quotes", "expected"),
    [
        pytest.param([], (False, False), id="nothing"),
        pytest.param(
            [(CZECH_PAGE, "Clusters are defined as groups of firms")], (False, False), id="page"
        ),
        pytest.param(
            [(COUNTRIES, "The Polish Government recognises")], (False, False), id="other country"
        ),
        pytest.param(
            [(COUNTRIES, "In 2004, Czech cluster initiatives")], (True, True), id="its paragraph"
        ),
        pytest.param(
            [
                (CZECH_PAGE, "Clusters act as a motor of development"),
                (
                    CZECH_PAGE,
                    "crucial national strategic document approved by the Czech government",
                ),
            ],
            (False, True),
            id="its policy on the other page",
        ),
    ],
)
def test_a_citation_about_the_czech_republic(
    quotes: list[tuple[str, str]], expected: tuple[bool, bool]
) -> None:
    paragraph = paragraph_of(CZECH, PAGES[COUNTRIES])
    assert is_right(CZECH, answer(CZECH, *quotes), paragraph) == expected


def test_a_country_of_two_paragraphs_is_right_with_both() -> None:
    case = CASES["What is the cluster policy of Kosovo?"]
    page = PAGES[COUNTRIES]
    paragraph = paragraph_of(case, page)
    whole = page[slice(*paragraph)] if paragraph else ""
    assert whole.count("\n") == 1
    assert is_right(case, answer(case, (COUNTRIES, whole)), paragraph) == (True, True)
    longer = page[slice(page.index(whole), page.index(whole) + len(whole) + 20)]
    assert is_right(case, answer(case, (COUNTRIES, longer)), paragraph) == (False, False)


def test_a_fact_is_right_in_its_own_words_only() -> None:
    case = CASES["When was Cluster House founded?"]
    assert is_right(case, answer(case, (COUNTRIES, "lasted from 2003 to 2011")), None)[1] is False
    assert is_right(case, answer(case, (COUNTRIES, "It was founded in 2011on")), None)[1] is True
