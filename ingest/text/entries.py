"""Sections that read like the entries of a directory: names over a paragraph each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from index.text import places
from ingest.text.blocks import Block

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
WORD = re.compile(r"\w+")

Group = list[Block]


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """A heading, and each paragraph below it with what belongs to it."""

    heading: Block
    groups: list[Group]


@dataclass(frozen=True, slots=True)
class Directory:
    """Sibling sections, what they name, and the gazetteer that knows those; None for none."""

    entries: list[DirectoryEntry]
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
        words = [match.span() for match in WORD.finditer(text)]
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
            for word in WORD.findall(text)
        )
        return derived or key in self.gazetteer.find_described(text)


def split_into_entries(text: str, blocks: Sequence[Block]) -> Iterator[DirectoryEntry]:
    """Yield each heading with what stands below it, up to the next one."""
    heading: Block | None = None
    body: list[Block] = []
    for block in (*blocks, None):
        if block is not None and block.kind != "heading":
            body.append(block)
            continue
        if heading is not None:
            yield DirectoryEntry(heading, list(group_blocks(text, body)))
        heading, body = block, []


def group_blocks(text: str, body: Iterable[Block]) -> Iterator[Group]:
    """Yield each paragraph with the items and link lines that belong to it."""
    group: Group = []
    for block in body:
        if group and block.kind == "paragraph" and not is_link(text, block):
            yield group
            group = []
        group.append(block)
    if group:
        yield group


def find_directories(text: str, entries: Sequence[DirectoryEntry]) -> list[Directory]:
    """Return every run of sibling sections that reads like a directory."""
    found: list[Directory] = []
    run: list[DirectoryEntry] = []
    for entry in (*entries, None):
        fits = entry is not None and _is_name(text_of(text, entry.heading))
        if fits and (not run or (entry and run[-1].heading.level == entry.heading.level)):
            run += [entry] if entry else []
            continue
        directory = _as_directory(text, run)
        if directory:
            found.append(directory)
        run = [entry] if entry and fits else []
    return found


def _as_directory(text: str, run: Sequence[DirectoryEntry]) -> Directory | None:
    if len(run) < PLACE_ENTRIES:
        return None
    headings = [text_of(text, entry.heading) for entry in run]
    gazetteer = _choose_gazetteer(headings)
    if gazetteer is not None:
        known = [bool(gazetteer.find_or_guess(heading)) for heading in headings]
        last = len(known) - known[::-1].index(True)
        run = run[known.index(True) : last]
    least, share = (PLACE_ENTRIES, PLACE_SHARE) if gazetteer else (NAME_ENTRIES, NAME_SHARE)
    # The last entry does not count: nothing marks where it ends.
    single = sum(
        1 for entry in run[:-1] if len(entry.groups) == 1 and is_prose(text, entry.groups[0])
    )
    if len(run) < least or single < share * (len(run) - 1):
        return None
    unnamed = Directory(list(run), {}, gazetteer)
    names = {_trim(heading): unnamed.key_of(heading) for heading in dict.fromkeys(headings)}
    if gazetteer is None and _count_own_names(text, run) < OWN_NAME_SHARE * len(run):
        return None
    return Directory(list(run), names, gazetteer)


def _count_own_names(text: str, run: Sequence[DirectoryEntry]) -> int:
    """Return how many entries say their heading again in what stands below it."""
    return sum(
        _trim(text_of(text, entry.heading))
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


def is_prose(text: str, group: Group) -> bool:
    """Return whether a group begins with a paragraph: a menu or an address has names over lines."""
    first = text_of(text, group[0])
    return len(first.split()) >= PROSE_WORDS and first[-1] in ".:!?…"


def _is_name(heading: str) -> bool:
    return len(heading) <= NAME_CHARS and len(heading.split()) <= NAME_WORDS and heading[-1] != "?"


def is_link(text: str, block: Block) -> bool:
    """Tell whether a block only points elsewhere: "See more on X"."""
    return block.end - block.start < 160 and bool(_LINK.fullmatch(text_of(text, block)))


def _trim(name: str) -> str:
    """Return a name from its first word character to its last: "European Alliance (ECA"."""
    words = [match.span() for match in WORD.finditer(name)]
    return name[words[0][0] : words[-1][1]] if words else name


def text_of(text: str, block: Block) -> str:
    """Return the words of a block."""
    return text[block.start : block.end]
