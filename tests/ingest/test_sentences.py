"""Sentence boundaries."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.text.sentences import split


@pytest.mark.parametrize(
    ("sentences", "language"),
    [
        pytest.param(["One thing.", "Another thing."], "en", id="plain"),
        pytest.param(["See para. 3 of it.", "Then go."], "en", id="para"),
        pytest.param(["Under Art. 5 and No. 7 it holds.", "Yes."], "en", id="art-no"),
        pytest.param(["See Art. IV of the Treaty."], "en", id="roman"),
        pytest.param(["1. Cluster initiatives are efforts.", "They work."], "en", id="enumerator"),
        pytest.param(["a) The first point.", "It counts."], "en", id="letter"),
        pytest.param(["(a) The first point.", "It counts."], "en", id="letter-in-brackets"),
        pytest.param(["(12) It is so.", "It stays so."], "de", id="number-in-brackets"),
        pytest.param(["● Avoid new dams.", "They cost."], "en", id="bullet"),
        pytest.param(["As in Article 5a (4) (d) (iii) of it.", "That is so."], "en", id="no-stop"),
        pytest.param(
            ["Firmen im Sinne von Artikel 2 (Nummer 83) AGVO sind es.", "Gut."],
            "de",
            id="no-stop-in-brackets",
        ),
        pytest.param(["It has 13.000 firms (1998, p. 213) in it.", "Good."], "en", id="numbers"),
        pytest.param(["It helps, e.g. Firms do.", "Good."], "en", id="eg"),
        pytest.param(["It grew in 2004.", "In 2005 it fell."], "en", id="year"),
        pytest.param(["Available here. (in the Czech language)"], "en", id="bracket-goes-on"),
        pytest.param(["It works in SMEs.6", "They are actors."], "en", id="footnote"),
        pytest.param(["Is it?", "It is!", "Good."], "en", id="other-ends"),
        pytest.param(["Podle odst. 3 to platí.", "Ano."], "cs", id="czech"),
        pytest.param(["Das gilt nach Abs. 2 nicht.", "Doch."], "de", id="german"),
        pytest.param(["One thing.", "Two things."], "xx", id="unknown-language"),
    ],
)
def test_worked_examples(sentences: list[str], language: str) -> None:
    text = "  " + " ".join(sentences) + " "
    assert [text[a:b] for a, b in split(text, 0, len(text), language)] == sentences


def test_a_hard_wrapped_line_is_no_boundary() -> None:
    text = "A sentence that goes\non here. And another\none."
    assert [text[a:b] for a, b in split(text, 0, len(text))] == [
        "A sentence that goes\non here.",
        "And another\none.",
    ]


def test_offsets_are_into_the_whole_text() -> None:
    text = "Skipped. One 😀 é. Two."
    assert split(text, 9, len(text)) == [(9, 17), (18, 22)]


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from('aBé .!?1\n\t("”😀。'), max_size=80) | st.text(max_size=60))
def test_nothing_lost_nothing_doubled(text: str) -> None:
    position = 0
    for start, end in split(text, 0, len(text)):
        assert position <= start < end <= len(text)
        assert not text[position:start].strip()
        assert text[start:end] == text[start:end].strip()
        position = end
    assert not text[position:].strip()
