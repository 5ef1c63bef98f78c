"""Letters of a quotation beside letters that were read from its picture."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Set
from dataclasses import dataclass, field, replace
from itertools import groupby

from index.pages.line_reader import ReadLetter, ReadLine

# In [0, 1], of the model. A letter is certain from the first on; another letter is ruled out that
# nowhere near is likelier than the second.
CERTAIN, RULED_OUT = 0.9, 0.02
# One shape in many typefaces, which a picture cannot tell apart; a digit beside them is told by
# its context only, and is never taken for one of them.
_ONE_SHAPE = ("Il|", "cC", "oO", "sS", "vV", "wW", "xX×", "zZ", "uU", "kK", "pP", "µμ")
_SHAPES = {letter: shape[0] for shape in _ONE_SHAPE for letter in shape}
_DOUBTED = (set("0oO"), set("1Il|i!"), set("5sS"), set("8B"), set("2zZ"), set("6b"), set("9gq"))
# Runs that look like each other when letters stand close.
_RUNS = (("rn", "m"), ("cl", "d"), ("vv", "w"), ("ii", "u"), ("nn", "m"), ("li", "h"), ("ri", "n"))
_WITHIN_NUMBERS = re.compile(r"(?<=\d)[.,:/'](?=\d)|-(?=\d)|[%€$£§°+×=<>&@]")
_NOTE_MARK = re.compile(r"\d{1,3}")
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u00ad"), "-")
_QUOTES = dict.fromkeys(map(ord, "’‘‚‛`´′"), "'")
_UNSEEN = ("Cc", "Cf", "Cn", "Co", "Cs", "Zs", "Zl", "Zp")


@dataclass(frozen=True, slots=True)
class LetterDifference:
    """A place where a quotation and its picture differ.

    Attributes:
        quoted: The letters of the quotation; "" where the picture has more.
        seen: Those of the picture; "" where it has none.
        certain: Whether it is a difference. If not, it may be a misreading.
        within: The words of the quotation that it is in, with what stands beside them; "" where
            the whole line differs.
    """

    quoted: str
    seen: str
    certain: bool
    within: str = field(compare=False)  # of two readings, which may begin and end otherwise


def find_lacking(text: str, known: Set[str]) -> list[str]:
    """Return the letters and digits of a text that a model does not know, each once."""
    folded = (letter for letter in _fold(text) if letter.isalnum())
    return [letter for letter in dict.fromkeys(folded) if letter not in known]


def pick_compared(text: str) -> list[tuple[int, str]]:
    """Return what is compared of a text, each letter with the offset of what it stands for.

    Letters and digits, and signs within numbers: what stops and quotation marks look like at a
    line's height is not for a model to judge, and which words were written does not hang on them.
    Ligatures and raised digits are the letters and digits that they show.
    """
    placed = [(at, folded) for at, letter in enumerate(text) for folded in _fold(letter)]
    # White space does not count, but it keeps a number's sign from the number before.
    spaced = "".join(folded for _, folded in placed)
    signs = {match.start() for match in _WITHIN_NUMBERS.finditer(spaced)}
    return [
        (at, letter)
        for number, (at, letter) in enumerate(placed)
        if letter.isalnum() or number in signs
    ]


def compare_letters(quoted: str, read: ReadLine) -> list[LetterDifference]:
    """Return where a line of a quotation differs from what was read, in order."""
    places = pick_compared(quoted)
    wanted = [letter for _, letter in places]
    # A ligature that was read is two letters of one.
    seen = [(letter, read.letters[at]) for at, letter in pick_compared(read.text)]
    pairs = _align(wanted, [letter for letter, _ in seen])
    same = [
        one is not None and other is not None and _is_alike(wanted[one], seen[other][0])
        for one, other in pairs
    ]
    found, first = [], 0
    for is_same, group in groupby(same):
        last = first + len(list(group))
        if not is_same:
            place = _Place(wanted, seen, pairs, first, last)
            within = _find_words(quoted, [places[one][0] for one in place.find_quoted()])
            found.append(replace(_judge(place, read), within=within))
        first = last
    return found


_Pair = tuple[int | None, int | None]


def _is_alike(one: str, other: str) -> bool:
    return _SHAPES.get(one, one) == _SHAPES.get(other, other)


def _align(wanted: list[str], seen: list[str]) -> list[_Pair]:
    """Return pairs of positions, None where one side has no letter: Levenshtein's alignment."""
    rows, columns = len(wanted) + 1, len(seen) + 1
    costs = [list(range(columns))]
    for row in range(1, rows):
        above, line = costs[-1], [row]
        for column in range(1, columns):
            step = 0 if _is_alike(wanted[row - 1], seen[column - 1]) else 1
            line.append(min(above[column - 1] + step, above[column] + 1, line[-1] + 1))
        costs.append(line)
    pairs: list[_Pair] = []
    row, column = rows - 1, columns - 1
    while row or column:
        step = 1
        if row and column and _is_alike(wanted[row - 1], seen[column - 1]):
            step = 0
        if row and column and costs[row][column] == costs[row - 1][column - 1] + step:
            row, column = row - 1, column - 1
            pairs.append((row, column))
        elif row and costs[row][column] == costs[row - 1][column] + 1:
            row -= 1
            pairs.append((row, None))
        else:
            column -= 1
            pairs.append((None, column))
    return pairs[::-1]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a line and its picture differ: pairs[first:last] of their alignment."""

    wanted: list[str]
    seen: list[tuple[str, ReadLetter]]
    pairs: list[_Pair]
    first: int
    last: int

    def pick_sides(self) -> tuple[str, list[tuple[str, ReadLetter]]]:
        """Return what stands there on either side."""
        pairs = self.pairs[self.first : self.last]
        quoted = "".join(self.wanted[one] for one, _ in pairs if one is not None)
        return quoted, [self.seen[other] for _, other in pairs if other is not None]

    def find_quoted(self) -> list[int]:
        """Return which letters of the quotation stand there; where none does, those beside it."""
        own = [one for one, _ in self.pairs[self.first : self.last] if one is not None]
        beside = [*self.pairs[max(0, self.first - 1) : self.first], *self.pairs[self.last :][:1]]
        return own or [one for one, _ in beside if one is not None]

    def find_neighbours(self) -> tuple[ReadLetter | None, ReadLetter | None]:
        """Return the letters that were read before and after it."""
        before = self.pairs[self.first - 1][1] if self.first else None
        after = self.pairs[self.last][1] if self.last < len(self.pairs) else None
        return (
            None if before is None else self.seen[before][1],
            None if after is None else self.seen[after][1],
        )


def _judge(place: _Place, read: ReadLine) -> LetterDifference:
    """Tell a difference from what may be misread: the model must be sure, and rule ours out."""
    quoted, seen = place.pick_sides()
    shown = "".join(letter for letter, _ in seen)
    before, after = place.find_neighbours()
    around = [letter for letter in (before, after) if letter is not None]
    judged = [letter for _, letter in seen] or around
    certain = (
        bool(judged)
        and min(letter.confidence for letter in judged) >= CERTAIN
        and not _may_be_misread(quoted, shown, {letter.letter for letter in around})
        # At an edge it may be of what stands beside the marks.
        and (quoted != "" or len(around) == 2)
    )
    if certain and quoted:
        first = before.step + 1 if before else 0
        last = after.step if after else None
        certain = any(_find_support(read, own, first, last) <= RULED_OUT for own in quoted)
    return LetterDifference(quoted, shown, certain, "")


def _find_words(text: str, offsets: list[int]) -> str:
    """Return the words that some letters are in."""
    if not offsets:
        return ""
    first, last = min(offsets), max(offsets)
    while first > 0 and not text[first - 1].isspace():
        first -= 1
    while last < len(text) and not text[last].isspace():
        last += 1
    return text[first:last]


def _find_support(read: ReadLine, letter: str, first: int, last: int | None) -> float:
    """Return how likely a letter is at its likeliest step between others."""
    steps = [
        rival[first:last]
        for known, rival in read.rivals.items()
        if any(_is_alike(letter, folded) for folded in _fold(known))
    ]
    return max((float(part.max()) for part in steps if len(part)), default=0.0)


def _may_be_misread(quoted: str, shown: str, around: Set[str]) -> bool:
    """Tell whether two readings are of the kinds that a model takes for each other."""
    one, other = (_strip_accents(text).casefold() for text in (quoted, shown))
    if one == other or not (quoted or shown):
        return True
    for run, letter in _RUNS:
        if one.replace(run, letter) == other.replace(run, letter):
            return True
    if len(quoted) == len(shown) and all(
        _is_alike(a, b) or any({a, b} <= shape for shape in _DOUBTED)
        for a, b in zip(quoted, shown, strict=True)
    ):
        return True
    # The small mark of a note is left out of what is quoted, or overlooked by models.
    if _NOTE_MARK.fullmatch(quoted + shown) and not (quoted and shown):
        return not any(map(str.isdigit, around))
    # A letter beside its like: models lose or double it.
    return (not quoted or not shown) and set(quoted + shown) <= around


def _strip_accents(text: str) -> str:
    parts = unicodedata.normalize("NFD", text)
    return "".join(part for part in parts if not unicodedata.combining(part))


def _fold(letter: str) -> str:
    """Return a letter as it looks: its ligature resolved, raised digits on the line, one dash."""
    folded = unicodedata.normalize("NFKC", letter).translate(_DASHES).translate(_QUOTES)
    return "".join(part for part in folded if unicodedata.category(part) not in _UNSEEN)
