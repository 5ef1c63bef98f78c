"""Fonts of PDFs: letters without Unicode, and small letters set lower or higher than the line."""

from __future__ import annotations

import pytest

from ingest.parsers.shared.subscript import render_subscript


@pytest.mark.parametrize(
    ("lowered", "rendered"),
    [
        pytest.param("2", "₂", id="H2O"),
        pytest.param("2.5", "₂.₅", id="PM2.5"),
        pytest.param("x", "ₓ", id="NOx"),
        pytest.param("n-1", "ₙ₋₁", id="an index with a sign"),
        pytest.param("2-eq", "₂-eq", id="a unit behind a figure"),
        pytest.param("max", "max", id="a word"),
        pytest.param("T", "T", id="a letter that Unicode has not lowered"),
        pytest.param(" 2 ", " ₂ ", id="spaces stay"),
    ],
)
def test_what_is_lowered_never_reads_as_a_number(lowered: str, rendered: str) -> None:
    assert render_subscript(lowered) == rendered
