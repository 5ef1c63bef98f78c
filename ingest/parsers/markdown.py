"""Markdown by markdown-it-py: its text without a sign of markup, its structure as blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import unescape

from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.types import Metadata
from ingest.parsers.shared.collector import Collector, Piece
from ingest.parsers.shared.decode import clean, decode
from ingest.parsers.shared.metadata import read_date
from ingest.text.blocks import ParsedText

ID = "markdown@3"

_FRONT_MATTER = re.compile(r"---[^\S\n]*\n(.*?)\n(?:---|\.\.\.)[^\S\n]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(
    r"^(title|date|lang|language|publisher|country|type):[^\S\n]*(\S.*)$", re.MULTILINE
)
_UNSEEN_HTML = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|template|noscript)\b.*?(?:</\1\s*>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_LINE_TAG = re.compile(r"</?(?:br|p|div|li|tr|h[1-6]|ul|ol|table|section)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z!?][^<>]*>")
# markdown-it leaves out what is nested deeper; its own bound of 20 loses lists of ten levels.
NESTING = 60


def parse(data: bytes) -> ParsedText:
    """Return the text of a Markdown file without its signs, and its structure."""
    source = clean(decode(data))
    said = Metadata()
    front = _FRONT_MATTER.match(source)
    if front:
        source = source[front.end() :]
        said = _parse_front_matter(front[1])
    parser = MarkdownIt("commonmark", {"maxNesting": NESTING}).enable(["table", "strikethrough"])
    return Collector().add_all(_walk_tokens(parser.parse(source))).finish(said)


def _parse_front_matter(source: str) -> Metadata:
    """Return title, date and language of a front matter; it is metadata, never text."""
    found = {match[1]: match[2].strip().strip("\"'") for match in _FIELD.finditer(source)}
    published = read_date(found.get("date", ""))
    language = found.get("language") or found.get("lang") or ""
    code = re.match(r"[a-z]{2}\b", language.lower())
    return Metadata(title=found.get("title") or None, date=published, language=code and code[0])


def _walk_tokens(tokens: Sequence[Token]) -> Iterator[Piece]:
    """Yield every block of the parsed document."""
    heading = list_depth = row_level = 0
    marker = ""
    row: list[str] | None = None
    for token in tokens:
        if token.type == "heading_open":
            heading = int(token.tag[1])
        elif token.type == "heading_close":
            heading = 0
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            list_depth += 1
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            list_depth -= 1
        elif token.type == "list_item_open":
            marker = f"{token.info}{token.markup} " if token.info else ""
        elif token.type == "list_item_close":
            marker = ""
        elif token.type in ("thead_open", "thead_close"):
            row_level = int(token.type == "thead_open")
        elif token.type == "tr_open":
            row = []
        elif token.type == "tr_close" and row is not None:
            yield Piece("\t".join(row), "row", row_level)
            row = None
        elif token.type == "inline":
            text = _join_inline(token)
            if row is not None:
                row.append(text.strip())
            elif heading:
                yield Piece(" ".join(text.split()), "heading", heading)
            else:
                yield Piece(marker + text, "item" if list_depth else "paragraph", list_depth)
                marker = ""
        elif token.type in ("fence", "code_block"):
            yield Piece(marker + re.sub(r"\n{2,}", "\n", token.content))
            marker = ""
        elif token.type == "html_block":
            yield Piece(_strip_tags(token.content))


def _join_inline(token: Token) -> str:
    """Return what is read of a run of inline markup: no signs, no addresses, no tags."""
    words: list[str] = []
    for child in token.children or ():
        if child.type in ("text", "code_inline", "text_special"):
            words.append(child.content)
        elif child.type in ("softbreak", "hardbreak") or _LINE_TAG.fullmatch(child.content):
            words.append(" ")
    return "".join(words)


def _strip_tags(source: str) -> str:
    """Return what a browser would show of a piece of HTML."""
    # By patterns that run in one pass: html.parser takes quadratic time over comments that are
    # never closed.
    source = _LINE_TAG.sub("\n", _UNSEEN_HTML.sub("", source))
    lines = map(str.strip, unescape(_TAG.sub("", source)).split("\n"))
    return "\n".join(filter(None, lines))
