"""What small office files may ask of a reader: work grows with what they hold, not with its square.

Times are only compared with each other: what is large is a hundred times the small one.
"""

from __future__ import annotations

import pytest
from lxml import etree

from ingest.errors import SourceRefused
from ingest.parsers.office.opendocument.looks import TABLE, Columns
from ingest.parsers.office.sheets.grid import _find_hidden_columns
from ingest.parsers.shared import sheet_rows
from ingest.parsers.shared.sheet_rows import Merge, repeat_merged
from tests.growth import measure


def test_a_merge_costs_what_it_holds_not_what_it_names() -> None:
    def repeat(bottom: int) -> None:
        rows = {1: {1: "x", 2: "y"}, 5: {2: "z"}}
        repeat_merged(rows, [Merge(1, bottom, 1, 1)] * 20, (), ())
        assert rows[5] == {1: "x", 2: "z"}

    assert measure(lambda: repeat(1_048_576)) < 20 * measure(lambda: repeat(10))


def test_a_merge_below_a_hidden_row_is_said_in_the_first_row_that_is_shown() -> None:
    """A long text once, a label on each row that has cells."""
    rows = {1: {1: "label", 2: "long " * 50}, 2: {3: "b"}, 4: {3: "c"}, 5: {}}
    repeat_merged(rows, [Merge(1, 5, 1, 1), Merge(1, 5, 2, 2)], {1}, ())
    assert rows[2] == {1: "label", 2: "long " * 50, 3: "b"}
    assert rows[4] == {1: "label", 3: "c"}
    assert rows[5] == {}


def test_merges_over_each_other_are_refused_when_they_repeat_too_much(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sheet_rows, "MOST_CELLS", 1_000)
    rows = {number: {1: "x", 2: "y"} for number in range(100)}
    with pytest.raises(SourceRefused, match="1,000 cells"):
        repeat_merged(rows, [Merge(n, 99, 1, 1) for n in range(99)], (), ())


def test_the_style_of_a_column_is_found_without_looking_at_those_before_it() -> None:
    def table(count: int) -> Columns:
        element = etree.Element(f"{TABLE}table")
        for number in range(count):
            column = etree.SubElement(element, f"{TABLE}table-column")
            column.set(f"{TABLE}default-cell-style-name", f"s{number}")
            column.set(f"{TABLE}number-columns-repeated", "2")
        return Columns(element)

    few, many = table(40), table(4_000)
    assert [few.find_style(at) for at in (1, 2, 3, 80, 81)] == ["s0", "s0", "s1", "s39", ""]
    ask = measure(lambda: [few.find_style(80) for _ in range(5_000)])
    assert measure(lambda: [many.find_style(8_000) for _ in range(5_000)]) < 20 * ask


def test_hidden_columns_that_are_named_again_and_again_are_gone_through_once() -> None:
    def find(count: int) -> set[int]:
        named = ({"min": str(n + 2), "max": "16384", "hidden": "1"} for n in range(count))
        return _find_hidden_columns(named)

    assert find(3) == set(range(2, 16_385))
    assert measure(lambda: find(1_000)) < 20 * measure(lambda: find(1))
