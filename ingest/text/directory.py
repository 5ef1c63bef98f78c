"""Directory pages: paragraphs under a list of names, some of which lost their heading.

A web page's accordion or map copied as text often loses single headings. The paragraph then
stands below its neighbour's heading, and citing it under that heading would be false. So a
heading is believed only as far as nothing speaks against it. A menu or a list of addresses, which
has names over names, is no directory, nor are the sections of a report, which do not say their
headings again.
"""

from __future__ import annotations

from collections.abc import Sequence

from index.text import places
from index.version import Section
from ingest.text.blocks import Block
from ingest.text.entries import (
    WORD,
    Directory,
    Group,
    find_directories,
    group_blocks,
    is_link,
    is_prose,
    split_into_entries,
    text_of,
)
from ingest.text.sentences import split


def find_heading_ends(text: str, blocks: Sequence[Block]) -> dict[int, int]:
    """Return where headings stop governing although no other heading follows.

    Args:
        text: Canonical text.
        blocks: Its blocks, in order.

    Returns:
        By start of the heading: the start of the first block that it does not govern.
    """
    entries = list(split_into_entries(text, blocks))
    cuts: dict[int, int] = {}
    for entry in entries:
        for before, after in zip(entry.groups, entry.groups[1:], strict=False):
            if _closes(text, before, entry.heading) and is_prose(text, after):
                cuts[entry.heading.start] = after[0].start
                break
    for directory in find_directories(text, entries):
        for entry in directory.entries:
            key = directory.key_of(text_of(text, entry.heading))
            for group in entry.groups[1:]:
                words = text[group[0].start : group[-1].end]
                if not is_prose(text, group):
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
    entries = list(split_into_entries(text, blocks))
    ends = {section.start: section.end for section in sections}
    directories = find_directories(text, entries)
    gazetteer = next((found.gazetteer for found in directories if found.gazetteer), None)
    found: dict[int, str] = {}
    for entry in entries:
        for group in entry.groups:
            if ends.get(entry.heading.start, len(text)) <= group[0].start:
                found[group[0].start] = _find_only_place(text, group, gazetteer)
    for directory in directories:
        found |= _find_leading(text, blocks, directory)
    return found


def _find_leading(text: str, blocks: Sequence[Block], directory: Directory) -> dict[int, str]:
    """Return the paragraphs right before a directory of places that are entries of it too."""
    first = directory.entries[0].heading.start
    before: list[Block] = []
    for block in blocks:
        if block.start >= first:
            break
        before = [] if block.kind == "heading" else [*before, block]
    found: dict[int, str] = {}
    for group in reversed(list(group_blocks(text, before))):
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


def _closes(text: str, group: Group, heading: Block) -> bool:
    """Return whether a group ends with a link line that repeats the heading: "See more on X"."""
    if len(group) < 2 or not is_link(text, group[-1]):
        return False
    words = set(WORD.findall(text_of(text, group[-1]).lower()))
    return words.issuperset(WORD.findall(text_of(text, heading).lower()))
