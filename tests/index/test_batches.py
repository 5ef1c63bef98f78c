"""Which texts are embedded together."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.embedding.batches import START_CHARACTERS, plan_batches


def cost(split: list[list[int]], lengths: list[int]) -> int:
    return sum(START_CHARACTERS + len(batch) * max(lengths[i] for i in batch) for batch in split)


def cheapest(lengths: list[int], most: int) -> int:
    """Return the cost of the best split of the texts in order of length, by trying every one."""
    order = sorted(range(len(lengths)), key=lambda position: lengths[position])
    costs = []
    for count in range(len(order)):
        for cuts in combinations(range(1, len(order)), count):
            edges = [0, *cuts, len(order)]
            split = [order[a:b] for a, b in pairwise(edges)]
            if all(len(batch) <= most for batch in split):
                costs.append(cost(split, lengths))
    return min(costs)


@pytest.mark.parametrize(
    ("lengths", "most", "expected"),
    [
        pytest.param([], 4, [], id="none"),
        pytest.param([7], 4, [[0]], id="one"),
        pytest.param([100, 90, 110], 4, [[1, 0, 2]], id="alike"),
        pytest.param([2000, 100, 120], 4, [[1, 2], [0]], id="one is long"),
        pytest.param([5, 5, 5], 2, [[0], [1, 2]], id="no more than fit"),
    ],
)
def test_batches(lengths: list[int], most: int, expected: list[list[int]]) -> None:
    assert plan_batches(lengths, most) == expected


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=8), st.integers(1, 8))
@settings(max_examples=60, deadline=None)
def test_no_split_is_cheaper_and_no_text_is_lost(lengths: list[int], most: int) -> None:
    split = plan_batches(lengths, most)
    assert sorted(position for batch in split for position in batch) == list(range(len(lengths)))
    assert all(len(batch) <= most for batch in split)
    assert cost(split, lengths) == cheapest(lengths, most)
