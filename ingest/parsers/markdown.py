"""Markdown by markdown-it-py: its text without a sign of markup, its structure as blocks."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.types import Metadata
from ingest.errors import SourceRefused
from ingest.parsers.html.blocks import walk_blocks
from ingest.parsers.html.document import parse_markup
from ingest.parsers.html.hidden import drop_unseen
from ingest.parsers.html.list_tables import OWN_MARK
from ingest.parsers.markdown_dialects import add_dialects, read_title_block
from ingest.parsers.markdown_rules import add_rules
from ingest.parsers.shared.collector import Collector
from ingest.parsers.shared.decode import clean, decode
from ingest.parsers.shared.left_out import NOTE_MARK, LeftOut
from ingest.parsers.shared.metadata import read_date
from ingest.text.blocks import ParsedText

ID = "markdown@7"

_FRONT_MATTER = re.compile(r"---[^\S\n]*\n(.*?)\n(?:---|\.\.\.)[^\S\n]*(?:\n|\Z)", re.DOTALL)
_FIELD = re.compile(
    r"^(title|date|lang|language|publisher|country|type):[^\S\n]*(\S.*)$", re.MULTILINE
)
# Unless they are closed, a browser takes all that follows for what is in them.
_SWALLOWING = re.compile(
    r"<(title|textarea|style|script|xmp|iframe|noembed|noframes|noscript|template|plaintext"
    r"|select|option|object|svg|math|video|audio|canvas|head|body|html|frameset)\b",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[A-Za-z!?][^<>]*>")
_LINE_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
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
    else:
        source, title = read_title_block(source)
        said = Metadata(title=title)
    # As the page that it becomes: a tag opens in one place and closes in another, with Markdown
    # between them, and only a browser's rules say what is in it.
    try:
        rendered, marks = _render(source, with_tags=True)
        page = parse_markup(f"<html><body>{rendered}")
    except SourceRefused:  # nested without an end
        rendered, marks = _render(source, with_tags=False)
        page = parse_markup(f"<html><body>{rendered}")
    left_out = LeftOut()
    for mark in marks:
        left_out.add(NOTE_MARK, mark)
    # What Markdown itself makes hides nothing else.
    if any(sign in source for sign in ("<", "~", "{--")):
        drop_unseen(page, left_out)
    collector = Collector().add_all(walk_blocks(page, left_out))
    return left_out.say_on(collector.finish(said))


def _parse_front_matter(source: str) -> Metadata:
    """Return title, date and language of a front matter; it is metadata, never text."""
    found = {match[1]: match[2].strip().strip("\"'") for match in _FIELD.finditer(source)}
    published = read_date(found.get("date", ""))
    language = found.get("language") or found.get("lang") or ""
    code = re.match(r"[a-z]{2}\b", language.lower())
    return Metadata(title=found.get("title") or None, date=published, language=code and code[0])


def _render(source: str, with_tags: bool) -> tuple[str, list[str]]:
    """Return the page that a text becomes, and the marks of notes that are left out of it.

    With the tags in it, or only what is between them.
    """
    parser = MarkdownIt("commonmark", {"maxNesting": NESTING, "html": True})
    parser.enable(["table", "strikethrough"])
    add_rules(parser)
    add_dialects(parser)
    marks: list[str] = []
    env = {"marks": marks}
    tokens = parser.parse(source, env)
    for token in tokens:
        if token.type == "html_block" and not with_tags:
            token.content = f"<p>{_TAG.sub(' ', token.content)}</p>"
        if token.type == "list_item_open" and token.info:
            token.attrSet(OWN_MARK, f"{token.info}{token.markup} ")
        elif token.type == "inline":
            token.children = [
                _tame(child, token.content if with_tags else "") for child in token.children or ()
            ]
    return str(parser.renderer.render(tokens, parser.options, env)), marks


def _tame(token: Token, line: str) -> Token:
    """Return a part of a line as it is read: `<title>` in it is no element without its end."""
    # Lines that are wrapped in the source, by whatever means, are one sentence.
    if token.type == "hardbreak" or (
        token.type == "html_inline" and _LINE_BREAK.fullmatch(token.content)
    ):
        return Token("softbreak", "", 0)
    if token.type == "html_inline":
        swallowing = _SWALLOWING.match(token.content)
        if not line or (swallowing and f"</{swallowing[1]}".lower() not in line.lower()):
            token.content = ""
    return token
