"""A second reading of pages: whether the words of ours stand in other extractions, too.

Words are compared as multisets, since the order in which a page is read is ours to choose. PDFium's
own text costs next to nothing and is asked about every page; pypdf, which takes longer than all the
rest, only about pages on which the two differ. Why so, and why this threshold: docs/adr/0020.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pypdf
import pypdfium2

from index.pages.pypdf_reader import attempt, open_reader, silence_pypdf
from ingest.parsers.shared.notation.accents import join_spelled

# A page is read differently if such a share of its words is, in [0, 1], and at least so many.
DIFFERENT_SHARE = 0.02
DIFFERENT_WORDS = 3
# A stamp, a chart with a few labels: of fewer words than this, half of them have to differ.
FEW_WORDS = 20
FEW_SHARE = 0.5
# Of one document pypdf is asked about so many pages, and does so many steps. A page with more
# content than that is a drawing, over which it takes seconds. Where it is not asked, the two have
# to do.
MOST_ASKED = 40
MOST_CONTENT_BYTES = 500_000
MOST_STEPS = 300_000
# What one content stream may hold, and how many forms a page may show, before pypdf gives up.
_MOST_OPERANDS = 500_000
_MOST_FORMS = 200
# Fewer words than such a share of PDFium's are a failure to read, and no opinion.
_LEAST_READ = 0.5

# Written without spaces between words, so that each letter counts as one: where a line ends there
# is chance.
_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\ua4cf\uac00-\ud7af\uf900-\ufaff"
_WORD = re.compile(f"[{_UNSPACED}]|[^\\W{_UNSPACED}]+")
# PDFium has signs of its own for a hyphen at a line's end, and pypdf keeps the one that is there.
_CUT = re.compile("(?<!\\w)(\\w++)[-\u00ad\u2010\u2011\ufffe\u0002][ \t]*[\r\n]*[ \t]*(\\w+)")
# A word and the mark of a note, which is left out where it can be told from the word.
_MARKED = re.compile(r"([^\W\d]{2,})\d{1,3}")
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
Words = Counter[str]


@dataclass(frozen=True, slots=True)
class TwiceRead:
    """One page as we read it, and as PDFium does.

    Attributes:
        number: 1-based.
        ours: Its part of the canonical text.
        left_out: What stands on it and was left out on purpose.
        plain: PDFium's own text, in the order of the page's content.
    """

    number: int
    ours: str
    left_out: str
    plain: str


class _TookTooLong(Exception):
    """More steps than one document is worth."""


def read_plainly(page: pypdfium2.PdfPage, text: pypdfium2.PdfTextpage) -> str | None:
    """Return PDFium's own text of what lies within a page; None if it has none to give."""
    try:
        return str(text.get_text_bounded(*page.get_bbox()))
    except (pypdfium2.PdfiumError, ArithmeticError, ValueError):
        return None


def find_differing(pages: Sequence[TwiceRead], data: bytes) -> set[int]:
    """Return the numbers of the pages of a PDF that others read otherwise than we do."""
    doubted = [page for page in pages if is_different(page, None)]
    asked = [page.number for page in doubted[:MOST_ASKED]]
    third = dict(_read_by_pypdf(asked, data)) if asked else {}
    return {page.number for page in doubted if is_different(page, third.get(page.number))}


def is_different(page: TwiceRead, third: str | None) -> bool:
    """Tell whether a page was read differently by us than by PDFium, and by pypdf if it was asked.

    A word of ours is wrong if nobody else has it, and one of theirs is missing if everybody has it.
    """
    ours, plain = count_words(page.ours), count_words(page.plain)
    if not (_is_much(ours - plain, ours) or _is_much(plain - ours, plain)):
        return False  # as nearly everywhere: what follows only finds more words to be the same
    ours = count_words(page.ours, plain)
    plain = count_words(page.plain, ours)
    # We read once what is printed several times at one place, so each line counts once here.
    most, least = plain, count_words("\n".join(dict.fromkeys(page.plain.splitlines())), ours)
    other = count_words(third, ours) if third is not None else Counter[str]()
    if other.total() > 0 and other.total() >= _LEAST_READ * plain.total():
        most, least = plain | other, least & other
    least -= count_words(page.left_out, least)
    return _is_much(ours - most, ours) or _is_much(least - ours, least)


def _is_much(differing: Words, words: Words) -> bool:
    count, whole = differing.total(), words.total()
    return count >= max(
        DIFFERENT_WORDS, (DIFFERENT_SHARE if whole >= FEW_WORDS else FEW_SHARE) * whole
    )


def count_words(text: str, known: Words | None = None) -> Words:
    """Return the words of a text, folded, in the form in which `known` has them.

    Two around a hyphen may be one there, and a word may be without the mark of a note behind it.
    """
    if text.isascii():
        folded = text.lower()
    else:
        whole = join_spelled(text.replace("\u00ad", "-"))
        folded = _UNSEEN.sub("", unicodedata.normalize("NFKC", whole))
        folded = folded.casefold()
    if known is None:
        return Counter(_WORD.findall(folded))
    words = Counter(_WORD.findall(_CUT.sub(lambda cut: _join_cut(cut, known), folded)))
    for word in [word for word in words if word not in known]:
        marked = _MARKED.fullmatch(word)
        if marked and marked[1] in known:
            words[marked[1]] += words.pop(word)
    return words


def _join_cut(cut: re.Match[str], known: Words) -> str:
    whole = cut[1] + cut[2]
    return whole if whole in known else cut[0]


def _read_by_pypdf(numbers: Sequence[int], data: bytes) -> Iterator[tuple[int, str]]:
    """Yield pages by their number and what pypdf reads on them, until it took too long."""
    steps = 0

    def count_step(*_: object) -> None:
        nonlocal steps
        steps += 1
        if steps > MOST_STEPS:
            raise _TookTooLong

    with (
        silence_pypdf(),
        pypdf.apply_configuration(
            stream_parsing_work_maximum_count=_MOST_OPERANDS,
            xform_maximum_invocations_per_extraction=_MOST_FORMS,
        ),
    ):
        reader = attempt(lambda: open_reader(data), None)
        if reader is None:
            return
        for number in numbers:
            try:
                text = _attempt_page(reader, number, count_step)
            except _TookTooLong:
                return
            if text is not None:
                yield number, text


def _attempt_page(
    reader: pypdf.PdfReader, number: int, count_step: Callable[..., None]
) -> str | None:
    def read() -> str | None:
        page = reader.pages[number - 1]
        content = page.get_contents()
        if content is None or len(content.get_data()) > MOST_CONTENT_BYTES:
            return None
        return page.extract_text(visitor_operand_before=count_step)

    return attempt(read, None)
