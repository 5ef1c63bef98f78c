"""What can be quoted by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.evidence.units import PARAGRAPH_CHARS, Unit, grow, says_little, split_into_units
from index.types import Passage


def passage(*sentences: str, start: int = 0) -> Passage:
    """Return a passage of these sentences, one blank between two."""
    spans, at = [], start
    for sentence in sentences:
        spans.append((at, at + len(sentence)))
        at += len(sentence) + 1
    text = " ".join(sentences)
    return Passage(
        version="v",
        start=start,
        end=start + len(text),
        text=text,
        context="",
        section=(),
        sentences=tuple(spans),
        pages=(),
    )


def texts(*sentences: str) -> list[str]:
    return [unit.text for unit in split_into_units(passage(*sentences), is_plain=True)]


@pytest.mark.parametrize(
    ("sentences", "expected"),
    [
        pytest.param(["One stands.", "Two stands."], ["One stands.", "Two stands."], id="plain"),
        pytest.param(
            ["PARP leads.", "It was founded in 2000.", "Poland joined."],
            ["PARP leads.", "PARP leads. It was founded in 2000.", "Poland joined."],
            id="pronoun",
        ),
        pytest.param(["It is first."], ["It is first."], id="pronoun without antecedent"),
        pytest.param(
            ["They aim to:", "- grow,", "- export.", "Done."],
            ["They aim to: - grow, - export.", "Done."],
            id="list",
        ),
        pytest.param(["- grow,", "- export."], ["- grow,", "- export."], id="list without lead-in"),
        pytest.param(
            ["Do I need a licence?", "Yes.", "You must have one.", "Fees apply."],
            ["Do I need a licence? Yes. You must have one.", "You must have one.", "Fees apply."],
            id="question and answer",
        ),
        pytest.param(["Who pays?"], ["Who pays?"], id="question alone"),
    ],
)
def test_units(sentences: list[str], expected: list[str]) -> None:
    assert texts(*sentences) == expected


def test_an_item_of_a_long_list_stands_alone() -> None:
    items = [f"- item {n} " + "word " * 20 for n in range(20)]
    found = texts("They are:", *items)
    assert items[3] in found


@given(
    st.lists(st.sampled_from(["A is b.", "It is c.", "Which?", "Yes.", "They are:", "- d,"])),
    st.integers(0, 1000),
)
def test_units_are_verbatim_and_leave_no_sentence_out(sentences: list[str], start: int) -> None:
    made = passage(*sentences, start=start)
    units = split_into_units(made, is_plain=True)
    for unit in units:
        assert made.text[unit.start - start : unit.end - start] == unit.text
    for first, last in made.sentences:
        assert any(unit.start <= first and last <= unit.end for unit in units)
    assert len({(unit.start, unit.end) for unit in units}) == len(units)


def unit(made: Passage, number: int) -> Unit:
    start, end = made.sentences[number]
    return Unit(start, end, made.text[start - made.start : end - made.start])


@pytest.mark.parametrize(
    ("sentences", "number", "taken", "expected"),
    [
        pytest.param(
            ["Clubs are free for all.", "You apply in May each year.", "Fees are due in June."],
            1,
            [],
            "Clubs are free for all. You apply in May each year. Fees are due in June.",
            id="both sides",
        ),
        pytest.param(
            ["You apply in May each year.", "See more on our pages.", "Fees are due in June."],
            0,
            [],
            "You apply in May each year.",
            id="not over what points elsewhere",
        ),
        pytest.param(
            ["Clubs are free for all.", "You apply in May each year.", "Fees are due in June."],
            1,
            [0],
            "You apply in May each year. Fees are due in June.",
            id="not into what is quoted already",
        ),
        pytest.param(
            ["x" * PARAGRAPH_CHARS + " y z a b.", "You apply in May each year."],
            1,
            [],
            "You apply in May each year.",
            id="not beyond a paragraph",
        ),
    ],
)
def test_grown(sentences: list[str], number: int, taken: list[int], expected: str) -> None:
    made = passage(*sentences, start=70)
    spans = [made.sentences[other] for other in taken]
    assert grow(made, unit(made, number), spans, is_plain=True).text == expected


@given(
    st.lists(st.text("ab .", min_size=1, max_size=150), min_size=1, max_size=9), st.integers(0, 8)
)
def test_a_grown_unit_is_verbatim_and_holds_the_unit(sentences: list[str], number: int) -> None:
    made = passage(*sentences, start=11)
    small = unit(made, number % len(sentences))
    large = grow(made, small, [], is_plain=True)
    assert large.start <= small.start < small.end <= large.end
    assert made.text[large.start - made.start : large.end - made.start] == large.text
    assert len(large.text) <= max(PARAGRAPH_CHARS, len(small.text))


@pytest.mark.parametrize(
    ("text", "little"),
    [
        pytest.param("Revocation cannot be undone.", False, id="a-short-sentence"),
        pytest.param("Locks: 3 June 2026", False, id="a-label-with-its-date"),
        pytest.param("Norland\t12", False, id="a-row-of-a-table"),
        pytest.param("Oakquay\t438\t94,200", False, id="a-row-of-figures"),
        pytest.param("Fine: €500", False, id="an-amount"),
        pytest.param("“It cannot be undone.”", False, id="a-quoted-sentence"),
        pytest.param("Home", True, id="one-word"),
        pytest.param("Contact us", True, id="an-entry-of-a-menu"),
        pytest.param("Town\tQuay length\tGrant", True, id="the-head-of-a-table"),
        pytest.param("3.", True, id="a-number"),
        pytest.param("12 Scope", True, id="a-numbered-heading"),
        pytest.param("No.", True, id="an-abbreviation"),
        pytest.param("See page 12.", True, id="what-points-elsewhere"),
        pytest.param("Who may apply?", True, id="a-question"),
    ],
)
def test_few_words_may_say_all(text: str, little: bool) -> None:
    assert says_little(text) is little
