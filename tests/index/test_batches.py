"""Which texts go through a model together."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.computing.batches import SIZES, START_TOKENS, STEP_TOKENS, pad_length, plan_batches


def cost(split: list[list[int]], lengths: list[int]) -> int:
    longest = [max(lengths[i] for i in batch) for batch in split]
    return sum(
        START_TOKENS + len(batch) * pad_length(most)
        for batch, most in zip(split, longest, strict=True)
    )


def cheapest(lengths: list[int]) -> int:
    """Return the cost of the best split of the texts in order of length, by trying every one."""
    order = sorted(range(len(lengths)), key=lambda position: lengths[position])
    costs = []
    for count in range(len(order)):
        for cuts in combinations(range(1, len(order)), count):
            edges = [0, *cuts, len(order)]
            split = [order[a:b] for a, b in pairwise(edges)]
            if all(len(batch) in SIZES for batch in split):
                costs.append(cost(split, lengths))
    return min(costs)


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        pytest.param([], [], id="none"),
        pytest.param([7], [[0]], id="one"),
        pytest.param([100, 90, 99, 110], [[1, 2, 0, 3]], id="alike"),
        pytest.param([500, 20, 30], [[1, 2], [0]], id="one is long"),
        pytest.param([5, 5, 5], [[0, 1], [2]], id="three come in two sizes"),
        pytest.param([9] * 17, [[0], list(range(1, 17))], id="no more than the largest size"),
    ],
)
def test_batches(lengths: list[int], expected: list[list[int]]) -> None:
    found = plan_batches(lengths)
    assert sorted(map(len, found)) == sorted(map(len, expected))
    assert cost(found, lengths) == cost(expected, lengths)


@given(st.lists(st.integers(0, 600), min_size=1, max_size=9))
@settings(max_examples=60, deadline=None)
def test_no_split_is_cheaper_and_no_text_is_lost(lengths: list[int]) -> None:
    split = plan_batches(lengths)
    assert sorted(position for batch in split for position in batch) == list(range(len(lengths)))
    assert all(len(batch) in SIZES for batch in split)
    assert cost(split, lengths) == cheapest(lengths)


@pytest.mark.parametrize(("tokens", "padded"), [(0, 16), (1, 16), (16, 16), (17, 32), (256, 256)])
def test_lengths_come_in_steps(tokens: int, padded: int) -> None:
    assert STEP_TOKENS == 16
    assert pad_length(tokens) == padded
