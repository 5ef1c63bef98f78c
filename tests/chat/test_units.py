"""What can be quoted by itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.evidence.units import (
    PARAGRAPH_CHARS,
    Unit,
    grow,
    join,
    only_names_source,
    says_little,
    split_into_units,
)
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
        pytest.param(
            ["Figure 1: Fees by club.", "Clubs are free for all.", "Fig. 2 – Fees by town.", "x."],
            1,
            [],
            "Clubs are free for all.",
            id="no caption at its ends",
        ),
        pytest.param(
            ["You apply in May each year.", "Figure 2: Fees by town.", "Fees are due in June."],
            2,
            [],
            "You apply in May each year. Figure 2: Fees by town. Fees are due in June.",
            id="a caption within",
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


def read_passage(text: str, *starts: str) -> Passage:
    """Return a passage whose sentences begin with these words."""
    begins = [text.index(start) for start in starts]
    spans = [
        (first, first + len(text[first:last].rstrip()))
        for first, last in zip(begins, [*begins[1:], len(text)], strict=True)
    ]
    return Passage("v", 0, len(text), text, "", (), tuple(spans), ())


FUND = "The port was the Quay Board's. " + "Since 2014 it has been run by the Fund. " * 10
DUTIES = "The Fund pays for quays in all towns. They are:\n- old quays,\n- new quays."


def test_a_paragraph_is_quoted_whole() -> None:
    """In 400 characters the first sentence would have no room behind those that follow."""
    made = read_passage(FUND.strip(), "The port", "Since 2014 it has been run by the Fund.")
    assert len(made.text) > 400
    grown = grow(made, unit(made, 1), [], is_plain=True)
    assert grown.text == made.text


def test_a_paragraph_is_quoted_with_the_lead_in_that_ends_it() -> None:
    """The step `frame` adds the list."""
    made = read_passage(DUTIES, "The Fund", "They are:", "- old", "- new")
    grown = grow(made, unit(made, 0), [], is_plain=True)
    assert grown.text == "The Fund pays for quays in all towns. They are:"


@pytest.mark.parametrize(
    ("text", "first", "second", "expected"),
    [
        pytest.param("3. A is.\n\n4. B is.", "3. A is.", "4. B is.", True, id="next paragraph"),
        pytest.param("(e) A is.\n2. B is.", "(e) A is.", "2. B is.", False, id="another level"),
        pytest.param("A is.\n\nNo.\n\nB is.", "A is.", "B is.", False, id="not over another"),
    ],
)
def test_units_side_by_side_are_joined(text: str, first: str, second: str, expected: bool) -> None:
    made = read_passage(text, first, second)
    units = [Unit(text.index(one), text.index(one) + len(one), one) for one in (first, second)]
    joined = join(made, units[1], units[0], is_plain=True)
    assert (joined.text if joined else None) == (text if expected else None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Source: Eurostat, 2020 edition of the tables.", True, id="source"),
        pytest.param("3 European Commission, 2020. The Green Deal.", True, id="footnote"),
        pytest.param("12 See https://example.org/deal for more of it.", True, id="address"),
        pytest.param("27 Member States agreed in 2020 to pay.", False, id="a sentence"),
        pytest.param("The source: a spring in the hills.", False, id="a word"),
    ],
)
def test_notes_name_sources(text: str, expected: bool) -> None:
    made = passage(text)
    assert only_names_source(made, unit(made, 0)) == expected
