"""A quotation read again from the picture of its page, and compared with its letters."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
import pypdfium2
from numpy.typing import NDArray

from index.pages import pdfium
from index.pages.boxes import Layout
from index.pages.letters import LetterDifference, compare_letters, find_lacking, pick_compared
from index.pages.line_reader import ReadLine
from index.pages.marked_lines import MarkedLine, draw_marked_lines

LookStatus = Literal["same", "differs", "cannot tell"]
# Lower letters are guessed at by models, and by people.
LEAST_PIXELS = 8.0
# A line is read for about 0.2 seconds on two cores, and twice where it seems to differ.
MOST_LINES = 24
_MOST_NAMED, _LONGEST_NAMED = 6, 60
# How far the second reading's picture is from the first's, of its height.
_SECOND_PAPER = 0.12


@dataclass(frozen=True, slots=True)
class Look:
    """What came of reading a quotation from the picture of its page.

    Attributes:
        status: `same` if every letter and digit, and every sign within a number, was read from the
            picture; `differs` if it surely shows other ones; else `cannot tell`.
        reason: Why it cannot be told, in people's words; "" otherwise.
        differences: Where it differs, or may: in the order of the quotation, certain ones only
            for `differs`. None for `same`.
    """

    status: LookStatus
    reason: str
    differences: tuple[LetterDifference, ...]

    def describe(self) -> str:
        """Return it as one line; what is quoted in it is anybody's text, to be escaped."""
        if self.status == "same":
            return "Read again from the picture: the same words."
        if self.status == "cannot tell":
            return f"Read again from the picture: cannot tell: {self.reason}."
        named = [_describe(difference) for difference in self.differences[:_MOST_NAMED]]
        more = len(self.differences) - len(named)
        rest = f"; and {more} more" if more else ""
        return f"Read again from the picture: differs: {'; '.join(named)}{rest}."


class Reader(Protocol):
    """Reads pictures of lines, as `index.pages.line_reader.LineReader` does."""

    @property
    def known(self) -> Set[str]:
        """The letters that it can read at all."""
        ...

    def read(self, pictures: list[NDArray[np.uint8]]) -> list[ReadLine]:
        """Return what stands on each."""
        ...


def look_at_quotation(
    original: Path, text: str, layout: Layout | None, start: int, end: int, reader: Reader
) -> Look:
    """Read the picture under the marks of a quotation and compare it with the quotation.

    Args:
        original: The PDF that the text was read from.
        text: The canonical text.
        layout: Where its characters stand.
        start: Half-open offsets of the quotation in the text.
        end: See start.
        reader: The model, from `index.pages.line_reader.load_line_reader`.

    Returns:
        Never `same` where a letter was not read, nor `differs` where the model is not sure twice.
    """
    if lacking := find_lacking(text[start:end], reader.known):
        return _cannot_tell(f"the model cannot read {' '.join(lacking[:_MOST_NAMED])}")
    if not pick_compared(text[start:end]):
        return _cannot_tell("there are no letters in it")
    if layout is None or _count_unplaced(text, layout, start, end):
        return _cannot_tell("it is not known where all of it stands")
    try:
        with pdfium.open_document(original.read_bytes()) as document:
            # A quotation over many pages is not drawn to its end to be told that it is too long.
            drawn = draw_marked_lines(document, text, layout, start, end)
            lines = list(islice(drawn, MOST_LINES + 1))
    except (OSError, pypdfium2.PdfiumError):
        return _cannot_tell("the page cannot be drawn")
    if len(lines) > MOST_LINES:
        return _cannot_tell(f"it has more than {MOST_LINES} lines")
    if min(line.letter_pixels for line in lines) < LEAST_PIXELS:
        return _cannot_tell(f"letters are under {LEAST_PIXELS:.0f} pixels high")
    return judge([found for line in lines for found in compare_line(line, reader)])


def compare_line(line: MarkedLine, reader: Reader) -> list[LetterDifference]:
    """Return where a line differs from its picture; certain only if two readings say so."""
    return [*_read_line(line, reader), *_find_raised(line)]


def _find_raised(line: MarkedLine) -> list[LetterDifference]:
    """Return digits whose height differs, which is measured once and so never certain."""
    words = [word for word in line.text.split() for _ in word]
    letters = "".join(line.text.split())
    return [
        LetterDifference(letters[found.at], found.seen, certain=False, within=words[found.at])
        for found in line.raised
    ]


def _read_line(line: MarkedLine, reader: Reader) -> list[LetterDifference]:
    if line.is_bare:
        letters = "".join(letter for _, letter in pick_compared(line.text))
        return [LetterDifference(letters, "", certain=True, within="")] if letters else []
    first = compare_letters(line.text, *reader.read([line.picture]))
    if not first:
        return []
    second = compare_letters(line.text, *reader.read([_draw_otherwise(line)]))
    if second:
        return [replace(found, certain=found.certain and found in second) for found in first]
    # What the second reading, which looks at the marks only, does not find stands beside them: a
    # word that the quotation lacks where its lines break, or something else altogether.
    return (
        [replace(found, certain=False) for found in first if found.seen and not found.quoted]
        if line.is_wider
        else []
    )


def judge(differences: list[LetterDifference]) -> Look:
    """Return what differences come to, all of a quotation's together."""
    if certain := tuple(found for found in differences if found.certain):
        return Look("differs", "", certain)
    if not differences:
        return Look("same", "", ())
    named = "; ".join(_describe(found) for found in differences[:2])
    return Look("cannot tell", f"the picture is not clear enough ({named})", tuple(differences))


def _draw_otherwise(line: MarkedLine) -> NDArray[np.uint8]:
    """Return the marks only, a little smaller within their frame, so that they are read anew."""
    left, right = line.own
    paper = max(1, round(_SECOND_PAPER * line.picture.shape[0]))
    frame = ((paper, paper), (paper, paper), (0, 0))
    return np.pad(line.picture[:, left:right], frame, mode="edge")


def _count_unplaced(text: str, layout: Layout, start: int, end: int) -> int:
    return sum(
        not letter.isspace() and page == 0
        for letter, page in zip(text[start:end], layout.pages[start:end].tolist(), strict=True)
    )


def _describe(difference: LetterDifference) -> str:
    quoted, seen, within = difference.quoted, difference.seen, difference.within
    # A digit by itself says little; a word that is missing says all.
    place = (
        f" in “{within}”" if within not in ("", quoted) and len(within) <= _LONGEST_NAMED else ""
    )
    if not seen:
        return f"“{quoted}” is not seen{place}"
    if not quoted:
        return f"“{seen}” is seen besides{place}"
    return f"“{seen}” is seen for “{quoted}”{place}"


def _cannot_tell(reason: str) -> Look:
    return Look("cannot tell", reason, ())
