"""Which texts go through a model together: a batch is padded to the longest text in it.

Kernels are compiled for every shape of a batch, which takes some milliseconds. So batches come in
few shapes: of `SIZES` texts, padded to a multiple of `STEP_TOKENS`.
"""

from __future__ import annotations

from collections.abc import Sequence

SIZES = (1, 2, 4, 8, 16)
STEP_TOKENS = 16
# Starting a batch costs about as much as this many tokens do, on 2 cores with all-MiniLM-L6-v2 in
# bfloat16.
START_TOKENS = 125


def pad_length(tokens: int) -> int:
    """Return the length that a batch is padded to whose longest text has so many tokens."""
    return max(STEP_TOKENS, -(-tokens // STEP_TOKENS) * STEP_TOKENS)


def plan_batches(lengths: Sequence[int]) -> list[list[int]]:
    """Return the cheapest split of texts into batches: start plus padded length, summed.

    Args:
        lengths: Tokens of each text, or an estimate.

    Returns:
        Positions in `lengths`, each once; in a batch the shortest first, and one of `SIZES` of
        them. None for no texts.
    """
    order = sorted(range(len(lengths)), key=lambda position: lengths[position])
    # cost[end]: of the first `end` texts; start[end]: where the last batch among them begins.
    cost, start = [0], [0]
    for end in range(1, len(order) + 1):
        padded = pad_length(lengths[order[end - 1]])
        cost_of = {
            end - size: cost[end - size] + START_TOKENS + size * padded
            for size in SIZES
            if size <= end
        }
        begin = min(cost_of, key=cost_of.__getitem__)
        cost.append(cost_of[begin])
        start.append(begin)
    found = []
    end = len(order)
    while end:
        found.append(order[start[end] : end])
        end = start[end]
    return found[::-1]
