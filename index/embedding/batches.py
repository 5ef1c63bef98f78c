"""Which texts go through a model together: a batch is padded to the longest text in it."""

from __future__ import annotations

from collections.abc import Sequence

# Starting a batch costs about as much as this many characters of text do, on 2 cores with
# all-MiniLM-L6-v2 in bfloat16.
START_CHARACTERS = 350


def plan_batches(lengths: Sequence[int], most: int) -> list[list[int]]:
    """Return the cheapest split of texts into batches: start plus padded length, summed.

    Args:
        lengths: Characters of each text.
        most: Texts in a batch at most, at least 1.

    Returns:
        Positions in `lengths`, each once; in a batch the shortest first. None for no texts.
    """
    order = sorted(range(len(lengths)), key=lambda position: lengths[position])
    # cost[end]: of the first `end` texts; start[end]: where the last batch among them begins.
    cost, start = [0], [0]
    for end in range(1, len(order) + 1):
        padded = lengths[order[end - 1]]
        cost_of = {
            begin: cost[begin] + START_CHARACTERS + (end - begin) * padded
            for begin in range(max(0, end - most), end)
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
