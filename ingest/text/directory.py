"""Directory pages: paragraphs under a list of names, some of which lost their heading.

A web page's accordion or map copied as text often loses single headings. The paragraph then
stands below its neighbour's heading, and citing it under that heading would be false. So a
heading is believed only as far as nothing speaks against it. A menu or a list of addresses, which
has names over names, is no directory, nor are the sections of a report, which do not say their
headings again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from index.text import places
from index.version import Section
from ingest.text.blocks import Block
from ingest.text.sentences import split

NAME_CHARS = 40
NAME_WORDS = 5
# A paragraph has at least so many words and ends as a sentence does.
PROSE_WORDS = 4
# How many entries in a row make a directory, and which share of them has one paragraph. Names
# that no gazetteer knows could be any document's headings, so more is asked of them.
HEADINGS_TRIED = 200
PLACE_ENTRIES, PLACE_SHARE = 5, 0.7
# Of entries that no gazetteer knows, so many speak of their own name.
OWN_NAME_SHARE = 0.5
NAME_ENTRIES, NAME_SHARE = 8, 0.85

_LINK = re.compile(
    r"(?:see|read|find out|learn|discover|more (?:on|about|information)|mehr|weitere|siehe"
    r"|voir|en savoir|více|viac|więcej|zobacz|leer|scopri)\b.{0,150}",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")

Group = list[Block]


@dataclass(frozen=True, slots=True)
class _DirectoryEntry:
    heading: Block
    groups: list[Group]


@dataclass(frozen=True, slots=True)
class _Directory:
    entries: list[_DirectoryEntry]
    names: dict[str, str]
    gazetteer: places.Gazetteer | None

    def key_of(self, name: str) -> str:
        """Return what a heading names: a country's code, else the name itself."""
        found = self.gazetteer.find_or_guess(name) if self.gazetteer else {}
        return next(iter(found)) if len(found) == 1 else name

    def find_keys(self, text: str) -> set[str]:
        """Return the keys of all places and entries that a text names."""
        found = set(self.gazetteer.find(text)) if self.gazetteer else set()
        # Word by word through a dictionary: a register may have thousands of names.
        words = [match.span() for match in _WORD.finditer(text)]
        for position, (start, _) in enumerate(words):
            for _, end in words[position : position + NAME_WORDS]:
                key = self.names.get(text[start:end])
                if key is not None:
                    found.add(key)
        return found

    def is_about(self, text: str, key: str) -> bool:
        """Return whether a text speaks of the entry, by its name or a word made of it."""
        if key in self.find_keys(text):
            return True
        if self.gazetteer is None:
            return False
        # "Austrian", "Belgian": CLDR has no adjectives but those that are languages too.
        name = self.gazetteer.names.get(key, key)
        stem = name[: max(5, len(name) - 2)]
        derived = any(
            word.startswith(stem) and word not in self.gazetteer.codes
            for word in _WORD.findall(text)
        )
        return derived or key in self.gazetteer.find_described(text)


def find_heading_ends(text: str, blocks: Sequence[Block]) -> dict[int, int]:
    """Return where headings stop governing although no other heading follows.

    Args:
        text: Canonical text.
        blocks: Its blocks, in order.

    Returns:
        By start of the heading: the start of the first block that it does not govern.
    """
    entries = list(_split_into_entries(text, blocks))
    cuts: dict[int, int] = {}
    for entry in entries:
        for before, after in zip(entry.groups, entry.groups[1:], strict=False):
            if _closes(text, before, entry.heading) and _is_prose(text, after):
                cuts[entry.heading.start] = after[0].start
                break
    for directory in _find_directories(text, entries):
        for entry in directory.entries:
            key = directory.key_of(_text_of(text, entry.heading))
            for group in entry.groups[1:]:
                words = text[group[0].start : group[-1].end]
                if not _is_prose(text, group):
                    continue
                last = entry is directory.entries[-1]
                if (last or directory.find_keys(words)) and not directory.is_about(words, key):
                    cut = cuts.get(entry.heading.start, len(text))
                    cuts[entry.heading.start] = min(cut, group[0].start)
                    break
    return cuts


def find_loose_paragraphs(
    text: str, blocks: Sequence[Block], sections: Sequence[Section]
) -> dict[int, str]:
    """Return the paragraphs that stand on their own because their heading was lost.

    Args:
        text: Canonical text.
        blocks: Its blocks, in order.
        sections: Its sections, cut as `find_heading_ends` says.

    Returns:
        By start of the paragraph: the one place that its first sentence names, "" if that is
        none or several. Items under such a paragraph belong to it and are not listed.
    """
    entries = list(_split_into_entries(text, blocks))
    ends = {section.start: section.end for section in sections}
    directories = _find_directories(text, entries)
    gazetteer = next((found.gazetteer for found in directories if found.gazetteer), None)
    found: dict[int, str] = {}
    for entry in entries:
        for group in entry.groups:
            if ends.get(entry.heading.start, len(text)) <= group[0].start:
                found[group[0].start] = _find_only_place(text, group, gazetteer)
    for directory in directories:
        found |= _find_leading(text, blocks, directory)
    return found


def _find_leading(text: str, blocks: Sequence[Block], directory: _Directory) -> dict[int, str]:
    """Return the paragraphs right before a directory of places that are entries of it too."""
    first = directory.entries[0].heading.start
    before: list[Block] = []
    for block in blocks:
        if block.start >= first:
            break
        before = [] if block.kind == "heading" else [*before, block]
    found: dict[int, str] = {}
    for group in reversed(list(_group_blocks(text, before))):
        place = _find_only_place(text, group, directory.gazetteer)
        if not place or directory.key_of(place) in directory.names.values():
            break
        found[group[0].start] = place
    return found


def _find_only_place(text: str, group: Group, gazetteer: places.Gazetteer | None) -> str:
    if gazetteer is None:
        return ""
    start, end = split(text, group[0].start, group[0].end)[0]
    found = gazetteer.find_or_guess(text[start:end])
    return next(iter(found.values())) if len(found) == 1 else ""


def _split_into_entries(text: str, blocks: Sequence[Block]) -> Iterator[_DirectoryEntry]:
    heading: Block | None = None
    body: list[Block] = []
    for block in (*blocks, None):
        if block is not None and block.kind != "heading":
            body.append(block)
            continue
        if heading is not None:
            yield _DirectoryEntry(heading, list(_group_blocks(text, body)))
        heading, body = block, []


def _group_blocks(text: str, body: Iterable[Block]) -> Iterator[Group]:
    """Yield each paragraph with the items and link lines that belong to it."""
    group: Group = []
    for block in body:
        if group and block.kind == "paragraph" and not _is_link(text, block):
            yield group
            group = []
        group.append(block)
    if group:
        yield group


def _find_directories(text: str, entries: Sequence[_DirectoryEntry]) -> list[_Directory]:
    """Return every run of sibling sections that reads like a directory."""
    found: list[_Directory] = []
    run: list[_DirectoryEntry] = []
    for entry in (*entries, None):
        fits = entry is not None and _is_name(_text_of(text, entry.heading))
        if fits and (not run or (entry and run[-1].heading.level == entry.heading.level)):
            run += [entry] if entry else []
            continue
        directory = _as_directory(text, run)
        if directory:
            found.append(directory)
        run = [entry] if entry and fits else []
    return found


def _as_directory(text: str, run: Sequence[_DirectoryEntry]) -> _Directory | None:
    if len(run) < PLACE_ENTRIES:
        return None
    headings = [_text_of(text, entry.heading) for entry in run]
    gazetteer = _choose_gazetteer(headings)
    if gazetteer is not None:
        known = [bool(gazetteer.find_or_guess(heading)) for heading in headings]
        last = len(known) - known[::-1].index(True)
        run = run[known.index(True) : last]
    least, share = (PLACE_ENTRIES, PLACE_SHARE) if gazetteer else (NAME_ENTRIES, NAME_SHARE)
    # The last entry does not count: nothing marks where it ends.
    single = sum(
        1 for entry in run[:-1] if len(entry.groups) == 1 and _is_prose(text, entry.groups[0])
    )
    if len(run) < least or single < share * (len(run) - 1):
        return None
    unnamed = _Directory(list(run), {}, gazetteer)
    names = {_trim(heading): unnamed.key_of(heading) for heading in dict.fromkeys(headings)}
    if gazetteer is None and _count_own_names(text, run) < OWN_NAME_SHARE * len(run):
        return None
    return _Directory(list(run), names, gazetteer)


def _count_own_names(text: str, run: Sequence[_DirectoryEntry]) -> int:
    """Return how many entries say their heading again in what stands below it."""
    return sum(
        _trim(_text_of(text, entry.heading))
        in text[entry.groups[0][0].start : entry.groups[0][-1].end]
        for entry in run
        if entry.groups
    )


def _choose_gazetteer(headings: Sequence[str]) -> places.Gazetteer | None:
    """Return the gazetteer that knows most headings, if that is at least half of them."""
    best, most = None, 0
    headings = list(dict.fromkeys(headings))[:HEADINGS_TRIED]
    for locale in places.LOCALES:
        gazetteer = places.load_gazetteer(locale)
        known = sum(1 for heading in headings if gazetteer.find_or_guess(heading))
        if known > most:
            best, most = gazetteer, known
        if most >= 0.8 * len(headings):
            break
    return best if most >= 0.5 * len(headings) else None


def _is_prose(text: str, group: Group) -> bool:
    """Return whether a group begins with a paragraph: a menu or an address has names over lines."""
    first = _text_of(text, group[0])
    return len(first.split()) >= PROSE_WORDS and first[-1] in ".:!?…"


def _is_name(heading: str) -> bool:
    return len(heading) <= NAME_CHARS and len(heading.split()) <= NAME_WORDS and heading[-1] != "?"


def _is_link(text: str, block: Block) -> bool:
    return block.end - block.start < 160 and bool(_LINK.fullmatch(_text_of(text, block)))


def _closes(text: str, group: Group, heading: Block) -> bool:
    """Return whether a group ends with a link line that repeats the heading: "See more on X"."""
    if len(group) < 2 or not _is_link(text, group[-1]):
        return False
    words = set(_WORD.findall(_text_of(text, group[-1]).lower()))
    return words.issuperset(_WORD.findall(_text_of(text, heading).lower()))


def _trim(name: str) -> str:
    """Return a name from its first word character to its last: "European Alliance (ECA"."""
    words = [match.span() for match in _WORD.finditer(name)]
    return name[words[0][0] : words[-1][1]] if words else name


def _text_of(text: str, block: Block) -> str:
    return text[block.start : block.end]
