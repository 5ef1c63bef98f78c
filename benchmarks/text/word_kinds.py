"""The words of one file, told apart: ours and wrong, left out, lost, or in another order."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from benchmarks.text.references import Reference, list_cut_words, list_words
from ingest.text.blocks import Omission

# Words that are told of each file, the most frequent first.
_EXAMPLES = 12
_LONGEST_JOIN = 4
# So many words in a row, met once in each text, are a place that both have.
_ANCHOR_WORDS = 3


@dataclass(frozen=True, slots=True)
class ComparedFile:
    """The words of one file.

    Attributes:
        name: Below the folder.
        words: Of ours.
        split: Pieces of words that stand whole in the others.
        joined: Words that are several in the others.
        altered: Words of no other.
        missing: Words that all the others have and we do not, each as often as it is missing.
        left_out: Those of them that were left out on purpose, by reason.
        lost: The rest of them.
        out_of_order: Words that follow another than they do in each of the others.
        ordered: Words whose order could be compared.
        reference_words: Of the reference with the fewest.
        examples: Invented words, the most frequent first.
        lost_examples: Lost words, the most frequent first.
    """

    name: str
    words: int
    split: int
    joined: int
    altered: int
    missing: int
    left_out: Mapping[str, int]
    lost: int
    out_of_order: int
    ordered: int
    reference_words: int
    examples: tuple[str, ...]
    lost_examples: tuple[str, ...]

    @property
    def invented(self) -> int:
        """Words of ours that are none of the file's."""
        return self.split + self.joined + self.altered

    @property
    def invented_share(self) -> float:
        """Share of our words that are none of the file's, in [0, 1]."""
        return self.invented / max(1, self.words)

    @property
    def wrong_share(self) -> float:
        """Share of words invented or lost among ours and those that are lost, in [0, 1]."""
        return (self.invented + self.lost) / max(1, self.words + self.lost)

    @property
    def missing_share(self) -> float:
        """Share of the file's words that we leave out or lose, in [0, 1]."""
        return self.missing / max(1, self.reference_words)

    @property
    def left_out_share(self) -> float:
        """Share of the file's words that we leave out on purpose, in [0, 1]."""
        return sum(self.left_out.values()) / max(1, self.reference_words)

    @property
    def disorder(self) -> float:
        """Share of the words that could be compared which stand in another order, in [0, 1]."""
        return self.out_of_order / max(1, self.ordered)


def compare(
    name: str, text: str, references: Sequence[Reference], omissions: Iterable[Omission] = ()
) -> ComparedFile:
    """Compare the words of a text with those of at least one reference."""
    ours = list_words(text)
    known = [list_words(reference.text) for reference in references]
    cut = [_count_cut_words(reference.text) for reference in references]
    also = {word for reference in references for word in list_words(reference.also)}
    either = also.union(*known, *cut)
    invented, kinds = _sort_invented(ours, known, either)
    missing = _count_missing(ours, known, cut)
    left_out, lost = _split_missing(missing, omissions)
    astray, ordered = _count_astray(ours, known)
    return ComparedFile(
        name=name,
        words=len(ours),
        split=kinds["split"],
        joined=kinds["joined"],
        altered=kinds["altered"],
        missing=missing.total(),
        left_out=left_out,
        lost=lost.total(),
        out_of_order=astray,
        ordered=ordered,
        reference_words=min(map(len, known)),
        examples=_most_frequent(Counter(invented)),
        lost_examples=_most_frequent(lost),
    )


def _most_frequent(words: Counter[str]) -> tuple[str, ...]:
    return tuple(word for word, _ in words.most_common(_EXAMPLES))


def _count_cut_words(text: str) -> dict[str, Counter[tuple[str, str]]]:
    """Return the words that line ends cut in two, with their halves and how often."""
    found: dict[str, Counter[tuple[str, str]]] = {}
    for halves in list_cut_words(text):
        found.setdefault("".join(halves), Counter())[halves] += 1
    return found


def _sort_invented(
    ours: Sequence[str], known: Sequence[Sequence[str]], either: set[str]
) -> tuple[list[str], Counter[str]]:
    """Return our words that no reference has, and how many were cut, run together or altered."""
    runs = {run for words in known for run in _list_runs(words)}
    halves = set(_find_halves(ours, either))
    invented = [word for word in ours if word not in either]
    kinds: Counter[str] = Counter()
    for word in invented:
        kinds["joined" if word in runs else "split" if word in halves else "altered"] += 1
    return invented, kinds


def _list_runs(words: Sequence[str]) -> Iterator[str]:
    """Yield what a few words in a row make together."""
    for length in range(2, _LONGEST_JOIN + 1):
        for start in range(len(words) - length + 1):
            yield "".join(words[start : start + length])


def _find_halves(words: Sequence[str], whole: set[str]) -> Iterator[str]:
    """Yield words of ours that make one of theirs with a neighbour or two."""
    for one, other in pairwise(words):
        if one + other in whole:
            yield from (one, other)
    for first, second, third in zip(words, words[1:], words[2:], strict=False):
        if first + second + third in whole:
            yield from (first, second, third)


def _count_missing(
    ours: Sequence[str],
    known: Sequence[Sequence[str]],
    cut: Sequence[Mapping[str, Counter[tuple[str, str]]]],
) -> Counter[str]:
    """Return the words that every reference has more often than we do, and how much more often."""
    counts = [Counter(words) for words in known]
    common = Counter({word: min(count[word] for count in counts) for word in counts[0]})
    held = Counter(ours)
    # A word that a line's end cuts in a reference is whole in ours, and its halves are not missing.
    for word in set(held).intersection(*cut):
        spare = held[word] - common[word]
        for (before, after), times in cut[0][word].most_common():
            healed = min(spare, times)
            held[before] += healed
            held[after] += healed
            spare -= healed
    return common - held


def _split_missing(
    missing: Counter[str], omissions: Iterable[Omission]
) -> tuple[dict[str, int], Counter[str]]:
    """Return how many of the missing words were left out for each reason, and the others."""
    lost = missing.copy()
    left_out: Counter[str] = Counter()
    for omission in omissions:
        told = Counter(list_words(omission.text)) & lost
        lost -= told
        left_out[omission.reason] += told.total()
    return {reason: count for reason, count in left_out.most_common() if count}, lost


def _count_astray(ours: Sequence[str], known: Sequence[Sequence[str]]) -> tuple[int, int]:
    """Return how many words stand in another order than in each reference, and of how many.

    Places that both texts have once are compared; the fewest that would have to move for the
    others to be in order are astray. Who reads columns otherwise is right if one reference is.
    """
    places = _locate(ours)
    astray: set[str] | None = None
    for words in known:
        theirs = _locate(words)
        common = [place for place in places if place in theirs]
        moved = set(common) - _longest_in_order(common, theirs)
        astray = moved if astray is None else astray & moved
        places = {place: places[place] for place in common}
    return len(astray or ()), len(places)


def _locate(words: Sequence[str]) -> dict[str, int]:
    """Return where runs of words stand that are met once, in order."""
    length = _ANCHOR_WORDS
    runs = [" ".join(words[at : at + length]) for at in range(len(words) - length + 1)]
    times = Counter(runs)
    return {run: at for at, run in enumerate(runs) if times[run] == 1}


def _longest_in_order(places: Sequence[str], theirs: Mapping[str, int]) -> set[str]:
    """Return the most places that both texts have in the same order (patience sorting)."""
    ends: list[int] = []  # the lowest last position of a row of each length
    last: list[int] = []  # the number of the place that has it
    before: list[int] = []
    for number, place in enumerate(places):
        position = theirs[place]
        length = bisect_left(ends, position)
        before.append(last[length - 1] if length else -1)
        ends[length : length + 1] = [position]
        last[length : length + 1] = [number]
    kept = set()
    number = last[-1] if last else -1
    while number >= 0:
        kept.add(places[number])
        number = before[number]
    return kept
