"""What houses write Markdown with: admonitions, tabs, attributes, marks of pandoc and MkDocs."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

# `!!! warning "Title"`, `??? note` and `=== "Tab"`, with what is in them indented below.
_BOX = re.compile(
    r"(?:!!!|\?\?\?\+?|===[!+]?)[ \t]+(?:([\w-][\w -]*?)[ \t]*)?(?:\"([^\"]*)\")?[ \t]*"
)
# `::: note` and `:::`, around what is in them.
_FENCE = re.compile(
    r":{3,}[ \t]*(?:\{([^{}]*)\}|([\w-]*))[ \t]*(?:\[([^\]]*)\]|([^:{}\n]*?))[ \t]*:*"
)
_TITLE = re.compile(r"(?:\btitle|\blabel)=\"([^\"]*)\"")
# `> [!WARNING]`
_ALERT = re.compile(r"\A\[!(\w+)\][+-]?[ \t]*")
# `{#fees .wide data-x="1"}`, `{: .lead }`, `{-}`
_ATTRIBUTES = re.compile(r"[ \t]*\{(?::?[ \t]*[#.][A-Za-z][^{}\n]*|:[ \t]*[\w-]+=[^{}\n]*|-)\}")
_SPAN = re.compile(r"\[([^\[\]\n]*)\]\{[.#][A-Za-z][^{}\n]*\}")
_CONTENTS = re.compile(r"\[TOC\]|\[\[_?TOC_?\]\]", re.IGNORECASE)
# Raised and lowered: figures and ends of ordinals; `x^2 + y^2` is none.
_RAISED = re.compile(r"\^([-+−]?\d{1,4}|st|nd|rd|th|er|e|[a-z])\^")
_LOWERED = re.compile(r"~([\d.,+−-]{1,6}|[a-z]{1,3})~")
# GitHub crosses out between single signs too.
_STRUCK = re.compile(r"~(?=[^\s~])([^~\n]*[^\s~])~(?![~\w])")
# Changes that were proposed in the text: what is gone, what is new; and what was marked.
_CHANGE = re.compile(
    r"\{--(.+?)--\}|\{\+\+(.+?)\+\+\}|\{~~(.*?)~>(.*?)~~\}|\{?==(\w(?:[^=\n]*[^=\s])?)==\}?"
)
_GONE = (1, 3)
# What ends where one of them begins.
_ENDING = ("paragraph", "reference", "blockquote", "list")
_NAMES = ("title", "author", "date")


def read_title_block(source: str) -> tuple[str, str | None]:
    """Return a text without the lines that begin with "%" at its top, and the title in them."""
    lines = source.split("\n")
    count = 0
    while count < min(len(lines), len(_NAMES)) and lines[count].startswith("%"):
        count += 1
    if not count:
        return source, None
    return "\n".join(lines[count:]), lines[0].strip("% \t") or None


def add_dialects(parser: MarkdownIt) -> None:
    """Have a parser read what pandoc, MkDocs and GitHub add to Markdown."""
    parser.block.ruler.before("fence", "box", _read_box, {"alt": [*_ENDING]})
    parser.block.ruler.before("fence", "fenced_div", _read_fence, {"alt": [*_ENDING]})
    parser.core.ruler.after("block", "attributes", _strip_attributes)
    parser.inline.ruler.before("strikethrough", "changes", _read_changes)
    parser.inline.ruler.before("strikethrough", "raised_or_lowered", _read_raised_or_lowered)


def _read_box(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a box with its title and what is indented below it."""
    said = _BOX.fullmatch(_get_line(state, start))
    if said is None or not (said[1] or said[2]) or state.is_code_block(start):
        return False
    if silent:
        return True
    line = last = start + 1
    while line < end and (state.isEmpty(line) or state.sCount[line] - state.blkIndent >= 4):
        line += 1
        last = line if not state.isEmpty(line - 1) else last
    _push_title(state, said[2] if said[2] is not None else _name(said[1]))
    around, state.blkIndent = state.blkIndent, state.blkIndent + 4
    state.md.block.tokenize(state, start + 1, last)
    state.blkIndent = around
    state.line = last
    return True


def _read_fence(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a line of colons: what begins there has a title, or only a class."""
    line = _get_line(state, start)
    said = _FENCE.fullmatch(line) if line.startswith(":::") else None
    if said is None or state.is_code_block(start):
        return False
    if not silent:
        titled = _TITLE.search(said[1] or "")
        _push_title(state, titled[1] if titled else (said[3] or said[4] or "").strip())
        state.line = start + 1
    return True


def _push_title(state: StateBlock, title: str) -> None:
    if title:
        state.push("paragraph_open", "p", 1)
        words = state.push("inline", "", 0)
        words.content, words.children = title, []
        state.push("paragraph_close", "p", -1)


def _name(kind: str | None) -> str:
    return (kind or "").split(" ")[0].capitalize()


def _strip_attributes(state: StateCore) -> None:
    """Take attributes and `[TOC]` from the lines of a text, and the name of an alert before it."""
    kept: list[Token] = []
    for token in state.tokens:
        if token.type == "inline":
            is_quoted = [one.type for one in kept[-2:]] == ["blockquote_open", "paragraph_open"]
            alert = _ALERT.match(token.content) if is_quoted else None
            if alert is not None:
                name = Token("inline", "", 0, content=_name(alert[1].lower()), children=[])
                kept += [name, Token("paragraph_close", "p", -1), Token("paragraph_open", "p", 1)]
                token.content = token.content[alert.end() :].lstrip()
            if _CONTENTS.fullmatch(token.content.strip()):
                token.content = ""
            if "{" in token.content and "`" not in token.content:
                token.content = _SPAN.sub(r"\1", token.content)
                token.content = _ATTRIBUTES.sub("", token.content).rstrip()
        kept.append(token)
    state.tokens = kept


def _read_changes(state: StateInline, silent: bool) -> bool:
    """Read `{--old--}`, `{++new++}`, `{~~old~>new~~}` and `==marked==`."""
    if state.src[state.pos] not in "{=":
        return False
    found = _CHANGE.match(state.src, state.pos)
    if found is None or found.end() > state.posMax:
        return False
    if not silent:
        for part in range(1, len(found.groups()) + 1):
            if found[part]:
                tag = "s" if part in _GONE else "ins"
                _push_part(state, tag, found.start(part), found.end(part))
    state.pos = found.end()
    return True


def _push_part(state: StateInline, tag: str, start: int, end: int) -> None:
    state.push(f"{tag}_open", tag, 1)
    after, state.pos, state.posMax = state.posMax, start, end
    state.md.inline.tokenize(state)
    state.posMax = after
    state.push(f"{tag}_close", tag, -1)


def _read_raised_or_lowered(state: StateInline, silent: bool) -> bool:
    """Read `10^6^`, `H~2~O` and `~what GitHub crosses out~`."""
    sign = state.src[state.pos]
    if sign not in "^~" or state.src.startswith("~~", state.pos):
        return False
    before = state.src[state.pos - 1] if state.pos else " "
    pattern, tag = (_RAISED, "sup") if sign == "^" else (_LOWERED, "sub")
    found = None if before.isspace() else pattern.match(state.src, state.pos)
    if found is None and sign == "~" and not (before.isalnum() or before == "~"):
        found, tag = _STRUCK.match(state.src, state.pos), "s"
    if found is None or found.end() > state.posMax:
        return False
    if not silent:
        _push_part(state, tag, found.start(1), found.end(1))
    state.pos = found.end()
    return True


def _get_line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()
