"""Headings, items and paragraphs in text that has only lines, and the sections headings open."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from index.version import Section
from ingest.text.blocks import Block
from ingest.text.directory import find_heading_ends
from ingest.text.lines import TextLine, find_paragraphs

HEADING_CHARS = 90
HEADING_WORDS = 12
# A heading stands over something: a line this long, a sentence or a list.
BODY_CHARS = 60
# So many headings with nothing between them are a menu or a list without bullets.
EMPTY_RUN = 3

_NUMBERED = re.compile(r"(\d{1,2}(?:\.\d{1,2})*)[.)]?\s+(?=[^\W\d_])")
_DATE = re.compile(
    r"\d{1,4}\s?[./ -]\s?\w+\.?\s?[./ -]\s?\d{1,4}|[^\W\d_]{3,9}\.?\s\d{1,2},?\s\d{4}"
)
_ADDRESS = re.compile(r"https?://|www\.|\S@\S")
# Lines that break off at one of these are unfinished sentences.
_UNFINISHED = frozenset(
    "a an and as at by for from in including into is of on or our that the their to with".split()
)
_GENERIC = frozenset(
    (
        "introduction summary abstract overview background contents foreword preface conclusion "
        "conclusions einleitung zusammenfassung inhalt überblick úvod obsah shrnutí wstęp spis "
        "streszczenie résumé sommaire introducción resumen introduzione sommario"
    ).split()
)
_DIVISIONS = (
    (10, "part title annex teil titel anhang partie titre annexe část příloha część załącznik"),
    (20, "chapter kapitel chapitre kapitola rozdział capítulo capitolo hlava"),
    (30, "section abschnitt oddíl oddział sección sezione"),
    (40, "article artikel článek artykuł artículo articolo art."),
)
_DIVISION_LEVEL = {word: level for level, words in _DIVISIONS for word in words.split()}
_DIVISION = re.compile(r"(\S+)\s+(?:\d+[a-z]{0,3}|[IVXLC]+|[A-Z])(?:\b|$)")
_PLAIN_LEVEL = 2


def find_blocks(text: str) -> tuple[tuple[Block, ...], str | None]:
    """Return the blocks of a text whose only structure is its lines, and its title."""
    lines = find_paragraphs(text)
    _mark_headings(lines)
    title = _set_levels(lines)
    return tuple(Block(line.start, line.end, line.kind, line.level) for line in lines), title


def find_sections(
    text: str, blocks: Sequence[Block], *, headings_get_lost: bool
) -> tuple[Section, ...]:
    """Return the sections that headings open.

    Args:
        text: Canonical text.
        blocks: Its blocks, in order.
        headings_get_lost: Whether the format may have dropped headings, so that a heading's
            reach ends where the text under it is visibly about something else.

    Returns:
        Sections in order of start; each ends at the next heading that is not below it.
    """
    ends = find_heading_ends(text, blocks) if headings_get_lost else {}
    opened: list[tuple[Block, tuple[str, ...], int]] = []
    done: list[Section] = []
    for block in (*blocks, Block(len(text), len(text), "heading", 0)):
        if block.kind != "heading":
            continue
        while opened and opened[-1][0].level >= block.level:
            heading, path, cut = opened.pop()
            done.append(Section(heading.start, min(block.start, cut), path))
        parent = opened[-1][1] if opened else ()
        name = " ".join(text[block.start : block.end].split())
        opened.append((block, (*parent, name), ends.get(block.start, len(text))))
    return tuple(sorted(done, key=lambda section: (section.start, -section.end)))


def _mark_headings(lines: list[TextLine]) -> None:
    """Turn the lines that head something into headings, from the last line up."""
    for position in range(len(lines) - 2, -1, -1):
        line, following = lines[position], lines[position + 1]
        previous = lines[position - 1] if position else None
        if not _has_heading_shape(line, previous, following):
            continue
        trails = (
            previous is not None
            and not line.after_blank
            and following.after_blank
            and not _reads_as_heading(previous.text)
        )
        if not trails and (following.kind == "heading" or _is_body(following)):
            line.kind, line.level = "heading", _PLAIN_LEVEL
    _demote_menus(lines)


def _has_heading_shape(line: TextLine, previous: TextLine | None, following: TextLine) -> bool:
    if not _reads_as_heading(line.text):
        return False
    if line.kind == "paragraph":
        return True
    # "1. Scope" over a paragraph is a heading; among other numbers it is an item.
    alone = following.kind != "item" and (previous is None or previous.kind != "item")
    return alone and _NUMBERED.match(line.text) is not None


def _reads_as_heading(text: str) -> bool:
    """Return whether a line is short, starts like a title and does not end like a sentence."""
    if len(text) > HEADING_CHARS or text[-1] in ".,;:!…|":
        return False
    words = text.split()
    if len(words) > HEADING_WORDS or words[-1].lower() in _UNFINISHED:
        return False
    first = text.lstrip("\"'“„«‘([")[:1]
    starts = first.isdigit() or (first.isalpha() and not first.islower())
    # A telephone number or a row of figures has no more letters than digits.
    has_words = sum(map(str.isalpha, text)) > sum(map(str.isdigit, text))
    return starts and has_words and not _DATE.fullmatch(text) and not _ADDRESS.search(text)


def _is_body(line: TextLine) -> bool:
    return line.kind == "item" or len(line.text) >= BODY_CHARS or line.text[-1] in ".:;!?…"


def _demote_menus(lines: list[TextLine]) -> None:
    start = 0
    while start < len(lines):
        end = start
        while end < len(lines) and lines[end].kind == "heading":
            end += 1
        run = lines[start:end]
        if len(run) > EMPTY_RUN and not any(find_division_level(line.text) for line in run):
            for line in run[:-1] if run[-1].after_blank else run:
                line.kind, line.level = "item", 1
        start = end + 1


def find_division_level(text: str) -> int:
    """Return how deep a legal division such as "Article 5" stands, 0 for any other heading."""
    match = _DIVISION.match(text)
    return _DIVISION_LEVEL.get(match[1].lower(), 0) if match else 0


def mark_divisions(text: str, blocks: Sequence[Block]) -> list[Block]:
    """Return blocks of a format with headings of its own, where paragraphs head divisions, too.

    A paragraph that says "Article 5" and nothing else is the heading of one, whatever the format
    calls it, and so is a short one right below that says what the article is about.
    """
    marked: list[Block] = []
    above = 0  # the level of a division whose heading stands right above
    for number, block in enumerate(blocks):
        said = text[block.start : block.end].strip()
        level = find_division_level(said) if _DIVISION.fullmatch(said) else 0
        if block.kind != "paragraph":
            above = level if block.kind == "heading" else 0
        elif level and number + 1 < len(blocks):
            block, above = replace(block, kind="heading", level=level), level
        elif above and _reads_as_heading(said) and number + 1 < len(blocks):
            block, above = replace(block, kind="heading", level=above + 1), 0
        else:
            above = 0
        marked.append(block)
    return marked


def _set_levels(lines: Sequence[TextLine]) -> str | None:
    """Give every heading its level and return the title."""
    # Where the text opens with one heading (perhaps twice), it is the title and all else stands
    # below it. Of several different ones nothing tells which is the title and which a site's name
    # or the first section, so the last is taken as the title and none is put above the others.
    opening: list[TextLine] = []
    for line in lines:
        generic = line.text.lower() in _GENERIC or _NUMBERED.match(line.text)
        if line.kind != "heading" or generic or find_division_level(line.text):
            break
        opening.append(line)
    above: TextLine | None = None
    for line in lines:
        if line.kind != "heading":
            above = None
            continue
        division = find_division_level(line.text)
        number = _NUMBERED.match(line.text)
        if division:
            line.level = division
        elif above is not None and find_division_level(above.text):
            line.level = above.level + 1
        else:
            line.level = _PLAIN_LEVEL + (number[1].count(".") if number else 0)
        above = line
    if len({line.text for line in opening}) == 1:
        for line in opening:
            line.level = 1
    return opening[-1].text if opening else None
