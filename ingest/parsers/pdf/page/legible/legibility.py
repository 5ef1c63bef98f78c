"""Whether the letters of a page are those that it shows: fonts may not say, or say it wrongly."""

from __future__ import annotations

import ctypes
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

from ingest.parsers.pdf.page.fragments import Fragment
from ingest.parsers.pdf.page.legible.likelihood import (
    LAST_COUNTED,
    LEAST_LETTERS,
    is_rubbish,
    reads_well,
)
from ingest.parsers.pdf.page.legible.lost_letters import find_controls, find_torn

# Of a page's characters one in so many is asked about, and all where one has no Unicode; those
# that nothing can be drawn for are always.
SAMPLED_EVERY = 4
# See `likelihood`: more excess is asked for where the file is no hint.
MOST_EXCESS_UNPROVEN = 0.35
MOST_EXCESS = 0.4
MOST_EXCESS_ON_PAGE = 0.5  # where other pages in a font of this name read well
MANY_LETTERS = 100
WORD_CHARS = 3
# Of characters without Unicode, letters and figures: rubbish has more signs than that.
WORD_SHARE = 0.6
# Letters in words in a row that Unicode has no meaning for; symbols and bullets stand alone.
PRIVATE_RUN = 3
PRIVATE_DISTINCT = 5
# A page is judged by so many characters at least: a logo or a bullet makes no page unreadable.
LEAST_BAD = 8
MANY_LOST = 20
_NAME_BYTES = 128
_FORMULA = re.compile(r"[^\W\d_]\d|[\\/_.@#=(){}<>]\w")


@dataclass(frozen=True, slots=True)
class Lettering:
    """What the fonts of a page say of its visible characters."""

    fonts: NDArray[np.uint32]  # shape (n,): which font the fragment of each is set in
    unproven: NDArray[np.bool_]  # shape (n,): the font has no Unicode for it, the code was taken
    torn: NDArray[np.bool_]  # shape (n,): a letter of its word is drawn, and nothing says which
    lost: int  # characters without Unicode whose code stands for nothing that can be seen


@dataclass(frozen=True, slots=True)
class Letters:
    """The visible characters of a page as far as this module judges them."""

    codes: NDArray[np.uint32]
    spaced: NDArray[np.bool_]
    said: Lettering


def make_plain_lettering(count: int) -> Lettering:
    """Return that of characters that no font speaks for: none, or recognised ones."""
    none = np.zeros(count, np.bool_)
    return Lettering(np.zeros(count, np.uint32), none, none, 0)


def read_lettering(
    text: pdfium_c.FPDF_TEXTPAGE, positions: NDArray[np.intp], fragments: Sequence[Fragment]
) -> Lettering:
    """Return what a page's fonts say of the characters that were kept, with PDFium's lock held."""
    fonts = np.zeros(len(positions), dtype=np.uint32)
    name, flags = ctypes.create_string_buffer(_NAME_BYTES), ctypes.c_int()
    for fragment in fragments:
        middle = int(positions[(fragment.first + fragment.last) // 2])
        pdfium_c.FPDFText_GetFontInfo(text, middle, name, _NAME_BYTES, ctypes.byref(flags))
        fonts[fragment.first : fragment.last] = zlib.crc32(name.value)
    count = max(0, pdfium_c.FPDFText_CountChars(text))
    controls = find_controls(text, count)
    is_unproven = pdfium_c.FPDFText_HasUnicodeMapError
    asked = {*range(0, count, SAMPLED_EVERY), *controls}
    if not any(is_unproven(text, place) == 1 for place in asked):
        return replace(make_plain_lettering(len(positions)), fonts=fonts)
    found = np.array([is_unproven(text, place) == 1 for place in range(count)], dtype=np.bool_)
    lost = np.zeros(count, dtype=np.bool_)
    lost[controls] = found[controls]
    torn = find_torn(text, lost, positions)
    return Lettering(fonts, found[positions], torn, int(lost.sum()))


def find_illegible(pages: Sequence[Letters]) -> list[NDArray[np.bool_] | None]:
    """Tell of each page which of its characters are not the letters that it shows.

    A font is judged by all that is set in it: a table of codes is in the font of other text. None
    for a page that can be read.
    """
    unlikely = _find_unlikely(pages)
    found: list[NDArray[np.bool_] | None] = []
    for number, page in enumerate(pages):
        bad = _find_private(page) | _find_unproven(page)
        bad |= np.isin(page.said.fonts, [font for n, font in unlikely if n == number])
        lost = page.said.lost
        if lost >= MANY_LOST and lost > len(bad) - bad.sum():
            bad[:] = True
        torn = page.said.torn
        enough = torn.any() or (bad.any() and bad.sum() + lost >= LEAST_BAD)
        bad |= torn
        found.append(bad if enough or lost >= max(MANY_LOST, len(bad)) else None)
    return found


def _find_unlikely(pages: Sequence[Letters]) -> set[tuple[int, int]]:
    """Return on which pages which fonts say what their letters are, and yet it is no text."""
    set_in: dict[int, list[int]] = {}
    for number, page in enumerate(pages):
        for font in np.unique(page.said.fonts).tolist():
            set_in.setdefault(font, []).append(number)
    found: set[tuple[int, int]] = set()
    for font, numbers in set_in.items():
        codes = {n: pages[n].codes[pages[n].said.fonts == font] for n in numbers}
        if is_rubbish(np.concatenate([*codes.values()]), MOST_EXCESS, MANY_LETTERS):
            if _has_no_words([pages[n] for n in numbers], font, MOST_EXCESS):
                legible = (n for n in numbers if reads_well(codes[n]))
                found.update((n, font) for n in set(numbers).difference(legible))
            continue
        # Files are put together of others, whose fonts have the same names.
        odd = (n for n in numbers if is_rubbish(codes[n], MOST_EXCESS_ON_PAGE, MANY_LETTERS))
        found.update((n, font) for n in odd if _has_no_words([pages[n]], font, MOST_EXCESS_ON_PAGE))
    return found


def _has_no_words(pages: Sequence[Letters], font: int, most_excess: float) -> bool:
    """Tell whether the different words in a font are rubbish, whatever is repeated among them."""
    # Formulas, codes with digits, commands and names of axes say nothing.
    words = {word for page in pages for word in _read_words(page, page.said.fonts == font)}
    usual = [word for word in words if len(word) >= WORD_CHARS and not _FORMULA.search(word)]
    codes = np.array([ord(letter) for word in usual for letter in word], dtype=np.uint32)
    return is_rubbish(codes, most_excess, MANY_LETTERS)


def _read_words(page: Letters, own: NDArray[np.bool_]) -> list[str]:
    return "".join(
        f"{' ' if space else ''}{chr(code)}"
        for code, space in zip(page.codes[own].tolist(), page.spaced[own].tolist(), strict=True)
    ).split()


def _find_unproven(page: Letters) -> NDArray[np.bool_]:
    """Return characters that have no Unicode, if their codes do not happen to be the letters."""
    bad = np.zeros(len(page.codes), dtype=np.bool_)
    unproven = page.said.unproven
    for font in np.unique(page.said.fonts[unproven]).tolist():
        own = unproven & (page.said.fonts == font)
        words = sum(chr(code).isalnum() for code in page.codes[own].tolist())
        few = words < WORD_SHARE * int(own.sum())
        # Only codes of glyphs are as high as that, and among them are low ones that show nothing.
        glyphs = page.said.lost > 0 and bool((page.codes[own] > LAST_COUNTED).mean() > 0.5)
        if few or glyphs or is_rubbish(page.codes[own], MOST_EXCESS_UNPROVEN, LEAST_LETTERS):
            bad |= own
    if bad.any():
        bad |= unproven  # a heading of a few letters is in the same state
    return bad


def _find_private(page: Letters) -> NDArray[np.bool_]:
    """Return words of characters that Unicode leaves open or says to be unknown."""
    private = (page.codes >= 0xE000) & (page.codes < 0xF900)
    private |= (page.codes == 0xFFFD) | (page.codes >= 0xF0000)
    bad = np.zeros(len(private), dtype=np.bool_)
    if private.sum() < PRIVATE_RUN:
        return bad
    begins = np.flatnonzero(np.append(True, (private[1:] != private[:-1]) | page.spaced[1:]))
    for first, last in zip(begins.tolist(), [*begins[1:].tolist(), len(private)], strict=True):
        bad[first:last] = private[first] and last - first >= PRIVATE_RUN
    unknown = np.unique(page.codes[bad])
    return bad if len(unknown) >= PRIVATE_DISTINCT or 0xFFFD in unknown else bad & False
