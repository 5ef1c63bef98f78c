"""Text and structure to passages: whole sentences, one section each, about 140 tokens."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from index.text.languages import DEFAULT_LANGUAGE
from index.types import Passage, cut_passage
from index.version import Section
from ingest.text.blocks import Block, ParsedText
from ingest.text.directory import find_loose_paragraphs
from ingest.text.sentences import split

REMAINDER_TOKENS = 25
MONSTER_TOKENS = 400
ITEM_TOKENS = 60
# White space may be missing altogether (base64, a table of digits); no passage is longer than this.
UNBROKEN_CHARS = 2_000
LEAD_IN_CHARS = 200
TABLE_HEADER_CHARS = 400

# "Table 3: …", "Tab. 3", "Tabelle 3", "Tabulka 3": it belongs to the rows below.
_CAPTION = re.compile(r"[^\W\d_]{3,10}\.?\s\d{1,3}(?:[.:–-]|\s|$)")

_PARAGRAPH, _ITEM, _SENTENCE, _NEVER = range(4)
# One ideograph is about one token; other scripts are words.
_PIECE = re.compile(r"[぀-ヿ㐀-鿿가-힯]|[^\W぀-ヿ㐀-鿿가-힯]+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Size:
    """How long passages are, in estimated tokens.

    Attributes:
        limit: No passage is longer, but for one sentence that is and a short remainder.
        least: From here on a passage may end: at a paragraph's, an item's or a sentence's end.
    """

    limit: int = 160
    least: tuple[int, int, int] = (60, 90, 100)


SIZE = Size()


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence and how good a place the boundary before it is for ending a passage."""

    start: int
    end: int
    tokens: int
    boundary: int  # _PARAGRAPH, _ITEM, _SENTENCE or _NEVER
    lead_in: str


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Blocks that may share a passage: one section's, or one entry's of a directory."""

    blocks: list[Block]
    path: tuple[str, ...]
    place: str


def estimate_tokens(text: str) -> int:
    """Return about how many word pieces a tokenizer makes of a text, without one."""
    # Passage ids must not change with the embedder, so no tokenizer is asked. Measured against the
    # one of all-MiniLM-L6-v2 on stretches of 120 tokens or more: 1 % too low on the five pages
    # (mean absolute error 2 %), 2 % on EU law, 3 to 7 % on doc2dial, MTRAG and SQuAD, 15 % on
    # biomedicine. Its vocabulary was made for English: on Czech and German text the estimate is
    # about a third too low, on Greek 60 %.
    return sum(
        1 + (max(0, len(piece) - 7) // 5 if piece.isascii() else len(piece) // 4)
        for piece in _PIECE.findall(text)
    )


def chunk(parsed: ParsedText, title: str | None = None, size: Size = SIZE) -> list[Passage]:
    """Return the passages of a document, in order.

    Args:
        parsed: What a parser made of the source.
        title: What the document is called if its text does not say; searched with every passage.
        size: How long passages are.

    Returns:
        Passages that do not overlap; together with the headings in their contexts they hold every
        character of the text but white space.
    """
    version = parsed.version()
    passages: list[Passage] = []
    for stretch in _cut_stretches(parsed):
        context = _make_context(title or parsed.title, stretch)
        for packed in _pack(list(_find_sentences(parsed, stretch.blocks, size)), size):
            first, last = packed[0], packed[-1]
            spans = tuple((sentence.start, sentence.end) for sentence in packed)
            path = " › ".join([*context, first.lead_in] if first.lead_in else context)
            passages.append(cut_passage(version, first.start, last.end, spans, path))
    return passages


def _make_context(title: str | None, stretch: _Stretch) -> list[str]:
    parts = list(stretch.path)
    if title and (not parts or parts[0] != title):
        parts.insert(0, title)
    return [*parts, stretch.place] if stretch.place else parts


def _cut_stretches(parsed: ParsedText) -> Iterator[_Stretch]:
    alone = find_loose_paragraphs(parsed.text, parsed.blocks, parsed.sections)
    idle = _find_idle_headings(parsed)
    paths = _find_paths(parsed.sections, parsed.blocks)
    current = _Stretch([], (), "")
    for block, path in zip(parsed.blocks, paths, strict=True):
        starts_entry = block.start in alone
        if block.kind == "heading" or starts_entry or path != current.path:
            if current.blocks:
                yield current
            current = _Stretch([], path, alone.get(block.start, ""))
        if block.kind != "heading":
            current.blocks.append(block)
        elif block.start in idle:
            yield _Stretch([block], path[:-1], "")
    if current.blocks:
        yield current


def _find_idle_headings(parsed: ParsedText) -> set[int]:
    """Return where headings start that no passage has in its context: they become passages."""
    text = parsed.text
    idle: set[int] = set()
    following: Block | None = None
    for block in reversed(parsed.blocks):
        if block.kind == "heading":
            if following is None:
                idle.add(block.start)
            elif following.kind == "heading" and following.level <= block.level:
                # One that is said twice, with the text below the second, is not idle.
                same_words = text[block.start : block.end] == text[following.start : following.end]
                twice = same_words and following.level == block.level
                if not twice or following.start in idle:
                    idle.add(block.start)
        following = block
    return idle


def _find_paths(sections: Sequence[Section], blocks: Sequence[Block]) -> Iterator[tuple[str, ...]]:
    """Yield each block's heading path: `Version.section_at`, in one pass for all."""
    opened: list[Section] = []
    upcoming = iter(sections)
    following = next(upcoming, None)
    for block in blocks:
        while following is not None and following.start <= block.start:
            opened.append(following)
            following = next(upcoming, None)
        while opened and opened[-1].end <= block.start:
            opened.pop()
        yield opened[-1].path if opened else ()


class _Surroundings:
    """What items and rows stand under: the lead-ins above them, a table's caption and heads."""

    def __init__(self) -> None:
        self._lead_ins: list[
            tuple[int, str]
        ] = []  # each with the depth of its own item, 0 for none
        self._caption = ""
        self._header = ""
        self.are_new = False  # nothing stands between them and the next block

    def write_context(self, block: Block) -> str:
        """Return what a block stands under, in one line."""
        if block.kind not in ("item", "row"):
            return ""
        is_row = block.kind == "row"
        above = [words for depth, words in self._lead_ins if is_row or depth < block.level]
        table = [self._caption, self._header] if is_row and not block.level else []
        return " › ".join(part for part in (*above, *table) if part)

    def add(self, block: Block, words: str) -> None:
        """Take note of a block for those below it."""
        leads = words.endswith(":")
        line = " ".join(words.split())
        if block.kind != "row" or block.level:
            self._header = ""
        if block.kind == "row":
            self.are_new = bool(block.level)
            if block.level:
                self._header = " | ".join(words.split("\t"))[:TABLE_HEADER_CHARS]
            return
        is_caption = block.kind == "paragraph" and _CAPTION.match(words) is not None
        self._caption = line[:LEAD_IN_CHARS] if is_caption else ""
        self.are_new = leads or is_caption
        depth = block.level if block.kind == "item" else 0
        self._lead_ins = [one for one in self._lead_ins if depth and one[0] < depth]
        if leads:
            self._lead_ins.append((depth, line[-LEAD_IN_CHARS:]))


def _find_sentences(parsed: ParsedText, blocks: Iterable[Block], size: Size) -> Iterator[_Sentence]:
    text = parsed.text
    language = parsed.metadata.language or DEFAULT_LANGUAGE
    surroundings = _Surroundings()
    for block in blocks:
        words = text[block.start : block.end]
        listed = block.kind in ("item", "row")
        boundary = _NEVER if surroundings.are_new else _ITEM if listed else _PARAGRAPH
        of = surroundings.write_context(block)
        surroundings.add(block, words)
        whole = listed and estimate_tokens(words) <= ITEM_TOKENS
        found = [(block.start, block.end)]
        if not whole:
            found = split(text, block.start, block.end, language)
        for start, end in _bound(text, found, size):
            yield _Sentence(start, end, estimate_tokens(text[start:end]), boundary, of)
            boundary = _SENTENCE


def _pack(sentences: Sequence[_Sentence], size: Size) -> Iterator[Sequence[_Sentence]]:
    """Yield runs of sentences up to the limit, ending where the text itself pauses."""
    start = 0
    while start < len(sentences):
        end, tokens, best, rank = start, 0, 0, _NEVER
        while end < len(sentences):
            boundary = sentences[end].boundary
            if end > start:
                if boundary <= rank and boundary != _NEVER and tokens >= size.least[boundary]:
                    best, rank = end, boundary
                if tokens + sentences[end].tokens > size.limit:
                    break
            tokens += sentences[end].tokens
            end += 1
        rest, stop = 0, end
        while stop < len(sentences) and rest < REMAINDER_TOKENS:
            rest += sentences[stop].tokens
            stop += 1
        if stop == len(sentences) and rest < REMAINDER_TOKENS:
            end = stop
        elif best:
            end = best
        yield sentences[start:end]
        start = end


def _bound(
    text: str, sentences: Iterable[tuple[int, int]], size: Size
) -> Iterator[tuple[int, int]]:
    """Yield the sentences; one that no passage can hold comes in pieces."""
    for start, end in sentences:
        if end - start <= MONSTER_TOKENS or estimate_tokens(text[start:end]) <= MONSTER_TOKENS:
            yield start, end
        else:
            yield from _cut_clauses(text, start, end, size)


def _cut_clauses(text: str, start: int, end: int, size: Size) -> Iterator[tuple[int, int]]:
    """Yield the clauses of a monstrous sentence, joined up to the limit."""
    # A clause over the limit is cut at white space, and what has none after so many characters.
    first, tokens, last = start, 0, start
    for word in re.finditer(r"\S+", text[start:end]):
        for cut in range(word.start(), word.end(), UNBROKEN_CHARS):
            begin, stop = start + cut, start + min(word.end(), cut + UNBROKEN_CHARS)
            cost = estimate_tokens(text[begin:stop])
            clause_ends = last > first and text[last - 1] in ",;:" and tokens >= size.least[2]
            if last > first and (clause_ends or tokens + cost > size.limit):
                yield first, last
                first, tokens = begin, 0
            last = stop
            tokens += cost
    yield first, last
