"""Line numbers of bills and drafts: figures beside the lines that count them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

LINE_NUMBER = "line number"
MOST_DIGITS = 4
# So many on a page are no list, and such a share of what stands there counts along.
LEAST_NUMBERS = 6
LEAST_AGAIN = 2
COUNTING_SHARE = 0.8
STEPS = (1, 2, 5, 10)
# Points within which numbers stand below each other.
ALIGNED = 2.5
# Share of the page's other characters that may stand on the far side of the numbers.
BEYOND_SHARE = 0.03
# Share of the numbered lines that go on with a sentence, and of those that end where the next word
# did not fit: the entries of a list begin in lower case too, but end anywhere.
GOING_ON_SHARE = 0.25
FILLED_SHARE = 0.5
# In heights: lines of running text are at least so wide, and gaps within them narrower than cells'.
LEAST_WIDTH = 12.0
CELL_GAP = 2.0
# Of a character's width: so much nearer to the edge a word might still have stood.
EDGE_CHARS = 2.0
_ENDS = np.array([ord(sign) for sign in ".!?:;"])
_DIGITS = np.array([ord(digit) for digit in "0123456789"])


@dataclass(frozen=True, slots=True)
class _Number:
    """A word of digits only."""

    first: int  # half-open range of characters
    last: int
    value: int
    x0: float
    x1: float
    y: float  # its middle


@dataclass(slots=True)
class NumberedEdges:
    """Where line numbers stood on the pages before: there two are enough, as on a last page."""

    edges: dict[str, list[float]] = field(default_factory=lambda: {"x0": [], "x1": []})

    def count_needed(self, column: Sequence[_Number], edge: str) -> int:
        """Return how many numbers a column needs."""
        here = float(getattr(column[0], edge))
        known = any(abs(here - there) <= ALIGNED for there in self.edges[edge])
        return LEAST_AGAIN if known else LEAST_NUMBERS

    def add(self, column: Sequence[_Number], edge: str) -> None:
        """Remember where a column of line numbers stands."""
        self.edges[edge].append(float(getattr(column[0], edge)))


def find_line_numbers(
    codes: NDArray[np.uint32],
    seen: NDArray[np.float32],
    starts: NDArray[np.bool_],
    before: NumberedEdges,
) -> NDArray[np.bool_]:
    """Tell of each character whether it is part of a line's number.

    Args:
        codes: Shape (n,), Unicode.
        seen: Shape (n, 4): left, top, right, bottom with the text upright.
        starts: Shape (n,): whether a word begins with the character.
        before: What the pages before this one had; gets what this one has.

    Returns:
        Shape (n,). Numbers count lines if they stand in a column outside the text, rise by one
        step, and are as many lines apart as the step says, and if those lines run on; those of a
        table's rows or of a list stand beside what begins anew each time.
    """
    marked = np.zeros(len(codes), dtype=np.bool_)
    numbers = _find_numbers(codes, seen, starts)
    for edge in ("x0", "x1"):
        for column in _align(numbers, edge):
            needed = before.count_needed(column, edge)
            counted = _keep_counting(column, needed)
            if counted and _counts_lines(counted, codes, seen, starts, needed == LEAST_AGAIN):
                before.add(counted, edge)
                for number in counted:
                    marked[number.first : number.last] = True
    return marked


def _find_numbers(
    codes: NDArray[np.uint32], seen: NDArray[np.float32], starts: NDArray[np.bool_]
) -> list[_Number]:
    begins = starts.copy()
    begins[:1] = True
    # What stands on another line is another word.
    height = np.maximum(seen[:, 3] - seen[:, 1], 0.1)
    begins[1:] |= np.abs(seen[1:, 3] - seen[:-1, 3]) > 0.5 * height[1:]
    begins[1:] |= np.abs(seen[1:, 0] - seen[:-1, 2]) > height[1:]
    bounds = np.append(np.flatnonzero(begins), len(codes))
    is_digit = np.isin(codes, _DIGITS)
    digits = np.concatenate([[0], np.cumsum(is_digit)])
    first, last = bounds[:-1], bounds[1:]
    whole = (digits[last] - digits[first] == last - first) & (last - first <= MOST_DIGITS)
    return [
        _Number(
            start,
            end,
            int("".join(map(chr, codes[start:end].tolist()))),
            float(seen[start:end, 0].min()),
            float(seen[start:end, 2].max()),
            float(seen[start:end, 1].min() + seen[start:end, 3].max()) / 2,
        )
        for start, end in zip(first[whole].tolist(), last[whole].tolist(), strict=True)
    ]


def _align(numbers: Sequence[_Number], edge: str) -> list[list[_Number]]:
    columns: list[list[_Number]] = []
    for number in sorted(numbers, key=lambda n: float(getattr(n, edge))):
        here = float(getattr(number, edge))
        if columns and here - float(getattr(columns[-1][-1], edge)) <= ALIGNED:
            columns[-1].append(number)
        else:
            columns.append([number])
    return [sorted(column, key=lambda n: n.y) for column in columns]


def _keep_counting(column: Sequence[_Number], least: int) -> list[_Number]:
    """Return at least so many numbers that rise by one step from each to the next, else []."""
    if len(column) < least:
        return []
    steps = [below.value - above.value for above, below in pairwise(column)]
    step, times = Counter(steps).most_common(1)[0]
    if step not in STEPS or times < COUNTING_SHARE * len(steps):
        return []
    offsets = Counter(number.value % step for number in column)
    rest = offsets.most_common(1)[0][0]
    counted = [number for number in column if number.value % step == rest]
    return counted if len(counted) >= least else []


def _counts_lines(
    numbers: Sequence[_Number],
    codes: NDArray[np.uint32],
    seen: NDArray[np.float32],
    starts: NDArray[np.bool_],
    known: bool,
) -> bool:
    others = np.ones(len(codes), dtype=np.bool_)
    for number in numbers:
        others[number.first : number.last] = False
    top, bottom = numbers[0].y, numbers[-1].y
    middle = (seen[:, 1] + seen[:, 3]) / 2
    others &= (middle >= top - 1) & (middle <= bottom + 1)
    if not others.any():
        return False
    left = min(number.x0 for number in numbers)
    right = max(number.x1 for number in numbers)
    is_left = np.mean(seen[others, 0] < left) <= BEYOND_SHARE
    is_right = np.mean(seen[others, 2] > right) <= BEYOND_SHARE
    if is_left == is_right:
        return False
    step = Counter(below.value - above.value for above, below in pairwise(numbers)).most_common(1)[
        0
    ][0]
    if step > 1:
        return _match_lines(numbers, middle[others], seen[others], step)
    lines = _read_lines(numbers, codes, seen, starts, np.flatnonzero(others))
    return _run_on(lines, known)


def _match_lines(
    numbers: Sequence[_Number], middle: NDArray[np.floating], seen: NDArray[np.float32], step: int
) -> bool:
    """Tell whether there are as many lines between two numbers as their difference says."""
    height = float(np.median(seen[:, 3] - seen[:, 1]))
    rows = np.sort(middle)
    lines = rows[np.concatenate([[True], np.diff(rows) > height / 2])]
    right = 0
    for above, below in pairwise(numbers):
        between = np.count_nonzero((lines > above.y + height / 2) & (lines <= below.y + height / 2))
        right += between == step
    return right >= COUNTING_SHARE * (len(numbers) - 1)


@dataclass(frozen=True, slots=True)
class _NumberedLine:
    """What stands beside a number."""

    x0: float
    x1: float
    char_width: float
    first_word: float  # width
    has_cells: bool  # a gap as between two cells is in it
    begins_small: bool
    is_finished: bool
    ends_sentence: bool  # somewhere in it
    height: float


def _read_lines(
    numbers: Sequence[_Number],
    codes: NDArray[np.uint32],
    seen: NDArray[np.float32],
    starts: NDArray[np.bool_],
    others: NDArray[np.intp],
) -> list[_NumberedLine]:
    middle = (seen[others, 1] + seen[others, 3]) / 2
    ends, closes = np.isin(codes, _ENDS), np.append(starts[1:], True)
    lines: list[_NumberedLine] = []
    for number in numbers:
        height = float(seen[number.first, 3] - seen[number.first, 1])
        line = others[np.abs(middle - number.y) < height / 2]
        if not len(line):
            continue
        line = line[np.argsort(seen[line, 0], kind="stable")]
        x0, x1 = seen[line, 0], np.maximum.accumulate(seen[line, 2])
        tall = float(np.median(seen[line, 3] - seen[line, 1]))
        later = np.flatnonzero(starts[line[1:]])
        word_end = int(later[0]) if len(later) else len(line) - 1
        lines.append(
            _NumberedLine(
                float(x0[0]),
                float(x1[-1]),
                float(x1[-1] - x0[0]) / len(line),
                float(x1[word_end] - x0[0]),
                bool((x0[1:] - x1[:-1] > CELL_GAP * tall).any()),
                chr(int(codes[line[0]])).islower(),
                bool(ends[line[-1]]),
                bool((ends[line] & closes[line]).any()),
                tall,
            )
        )
    return lines


def _run_on(lines: Sequence[_NumberedLine], known: bool) -> bool:
    """Tell whether lines are those of running text, broken where the measure ends."""
    if not lines:
        return False
    right = max(line.x1 for line in lines)
    width = right - min(line.x0 for line in lines)
    small = sum(line.begins_small and not line.has_cells for line in lines)
    if known:
        return small >= GOING_ON_SHARE * len(lines)
    filled = going_on = 0
    for line, after in pairwise(lines):
        if line.has_cells or after.has_cells:
            continue
        edge = right - EDGE_CHARS * line.char_width
        is_full = line.x1 + line.char_width + after.first_word > edge
        filled += is_full
        going_on += is_full and after.begins_small and not line.is_finished
    # Entries of about one width end where lines of text do, but no sentence ends among them.
    return (
        any(line.ends_sentence for line in lines[:-1])
        and width >= LEAST_WIDTH * lines[0].height
        and filled >= FILLED_SHARE * (len(lines) - 1)
        and going_on >= GOING_ON_SHARE * (len(lines) - 1)
    )
