"""`benchmarks.fidelity`: what is told apart, by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.quality.fidelity import compare, run
from benchmarks.quality.references import join_cut_words, list_words
from tests.pdfs import column, make


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        pytest.param("The office is of the harbour master", (0, 0, 0), id="the-same"),
        pytest.param("The OFFICE is of\nthe harbour-master", (0, 0, 0), id="case-and-marks"),
        pytest.param("The ofice is of the harbour master", (0, 0, 1), id="altered"),
        pytest.param("The of fi ce is of the har bour master", (4, 0, 0), id="split"),
        pytest.param("The office isof the harbourmaster", (0, 2, 0), id="joined"),
    ],
)
def test_invented_words(text: str, kinds: tuple[int, int, int]) -> None:
    found = compare("a", text, ["The office is of the harbour master"])
    assert (found.split, found.joined, found.altered) == kinds
    assert found.invented_share == sum(kinds) / found.words


def test_a_word_of_either_reference_is_none_of_our_own() -> None:
    found = compare("a", "wind sea", ["wind sea x", "wind see x"])
    assert (found.altered, found.missing, found.missing_share) == (0, 1, 1 / 3)


def test_what_a_line_s_end_cuts_is_one_word_or_two() -> None:
    reference = "The min-\nistry decides"
    assert join_cut_words(reference) == ["ministry"]
    assert compare("a", "The ministry decides", [reference]).invented_share == 0
    assert compare("a", "The min istry decides", [reference]).invented_share == 0
    assert compare("a", "The ministry decides", [reference]).missing == 0


def test_digits_above_the_line_are_digits() -> None:
    assert list_words("40 × 10⁶ m³") == ["40", "106", "m3"]


def test_a_folder(tmp_path: Path) -> None:
    data = tmp_path / "files"
    data.mkdir()
    (data / "a.pdf").write_bytes(make([column(["The harbour master keeps the lamps burning."])]))
    (data / "b.html").write_text("<html><body><p>Wind is <b>funded</b> here.</p></body></html>")
    (data / "c.xyz").write_text("?")
    result = run(data, tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text())["files"] == 2
    assert (result["refused"], result["unread_by_others"]) == (1, 0)
    assert (result["invented_worst"], result["missing_median"]) == (0, 0)
    assert result["words"] == 11
