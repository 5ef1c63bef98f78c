"""Accents that are drawn by themselves over their letters, as LaTeX does."""

from __future__ import annotations

import pytest

from ingest.parsers import parse
from ingest.parsers.pdf.second_reading import count_words
from tests.pdfs import Mark, Text, make

# Of Helvetica, in thousandths of its size.
_WIDTHS = {"u": 556, "e": 556, "c": 500, "A": 667}
_SIGN_WIDTH = 333
_SIZE = 11


def _draw(letter: str, sign: str, up: float = 0.0, aside: float = 0.0) -> list[Mark]:
    """Return "m", a letter with a sign over its middle, and "n" behind it."""
    width = _WIDTHS[letter] * _SIZE / 1000
    over = (width - _SIGN_WIDTH * _SIZE / 1000) / 2 + aside
    start = 72 + 0.833 * _SIZE
    return [
        Text(72, 730, "m"),
        Text(start + over, 730 + up, sign),
        Text(start, 730, letter),
        Text(start + width + max(0, aside), 730, "n is the word here."),
        Text(72, 700, "The harbour authority publishes its plan before March."),
    ]


@pytest.mark.parametrize(
    ("letter", "sign", "up", "word"),
    [
        pytest.param("u", "¨", 0, "mün", id="diaeresis"),
        pytest.param("e", "´", 0, "mén", id="acute"),
        pytest.param("c", "¸", 0, "mçn", id="below"),
        pytest.param("A", "`", 2.5, "mÀ", id="over-a-capital"),
    ],
)
def test_a_sign_over_a_letter_is_part_of_it(letter: str, sign: str, up: float, word: str) -> None:
    parsed = parse("a.pdf", make([_draw(letter, sign, up)]))
    assert parsed.text.startswith(word)
    assert sign not in parsed.text


def test_a_sign_beside_a_letter_stays() -> None:
    parsed = parse("a.pdf", make([_draw("u", "´", aside=6)]))
    assert "ú" not in parsed.text
    assert "´" in parsed.text


def test_another_reader_s_signs_before_letters_are_the_same_words() -> None:
    assert count_words("die Geb¨uhr caf´e") == count_words("die Gebühr café")
