"""What Markdown is written with beyond CommonMark: notes, definition lists, lists of tasks."""

from __future__ import annotations

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline

from ingest.parsers.html.list_tables import OWN_MARK

_NOTE = re.compile(r"\[\^([^\]\s]{1,80})\]:[ \t]*(.*)")
_NOTE_MARK = re.compile(r"\[\^([^\]\s]{1,80})\]")
_MEANING = re.compile(r":[ \t]+(?=\S)(.*)")
_TASK = re.compile(r"\A\[[ xX]\][ \t]+")
# What begins another block is no term.
_NO_TERM = re.compile(r"[#>|<*+\-:`~]|\d{1,9}[.)]\s")


def add_rules(parser: MarkdownIt) -> None:
    """Have a parser read notes, definition lists and lists of tasks."""
    # mdit-py-plugins has these too; one package more for a hundred lines.
    parser.block.ruler.before("reference", "note", _read_note, {"alt": ["paragraph", "reference"]})
    parser.block.ruler.before("paragraph", "definitions", _read_definitions)
    parser.inline.ruler.before("link", "note_mark", _skip_note_mark)
    parser.core.ruler.after("block", "tasks", _strip_tasks)


def _read_note(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read `[^1]: what the note says`, where it stands, as an item with its number or name."""
    first = state.bMarks[start] + state.tShift[start]
    said = _NOTE.match(_get_line(state, start)) if state.src.startswith("[^", first) else None
    if said is None or state.is_code_block(start) or state.parentType == "note":
        return False
    if not silent:
        notes = state.env.setdefault("notes", set())
        notes.add(said[1])
        mark = said[1] if said[1].isdigit() else str(len(notes))
        _push_nested(state, start, end, said[2], ("ol", "li"), f"{mark}. ")
    return True


def _read_definitions(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Read a line with what it means below it, `:   like this`; there may be several."""
    first = None if silent else _find_meaning(state, start + 1, end)
    if first is None:
        return False
    term = _get_line(state, start)
    if not term or _NO_TERM.match(term):
        return False
    line: int | None = first
    state.push("dl_open", "dl", 1)
    state.push("dt_open", "dt", 1)
    words = state.push("inline", "", 0)
    words.content, words.children = term, []
    state.push("dt_close", "dt", -1)
    while line is not None:
        said = _MEANING.match(_get_line(state, line))
        _push_nested(state, line, end, said[1] if said else "", ("dd",), "")
        line = _find_meaning(state, state.line, end)
    state.push("dl_close", "dl", -1)
    return True


def _find_meaning(state: StateBlock, line: int, end: int) -> int | None:
    """Return the line, this or the one after an empty one, that says what a term means."""
    if line < end and state.isEmpty(line):
        line += 1
    if line >= end or not state.src.startswith(":", state.bMarks[line] + state.tShift[line]):
        return None
    if state.is_code_block(line):
        return None
    return line if _MEANING.match(_get_line(state, line)) else None


def _push_nested(
    state: StateBlock, start: int, end: int, first: str, tags: tuple[str, ...], mark: str
) -> None:
    """Push what begins on a line and goes on below it: lines that follow, and what is indented."""
    lines = [first]
    line = last = start + 1
    while line < end:
        if state.isEmpty(line):
            lines.append("")
        elif state.sCount[line] - state.blkIndent >= 2:
            lines.append(state.getLines(line, line + 1, state.blkIndent + 4, False))
            last = line + 1
        elif lines[-1] and not _begins_another(_get_line(state, line)):
            lines.append(_get_line(state, line))
            last = line + 1
        else:
            break
        line += 1
    for tag in tags:
        opened = state.push(f"{tag}_open", tag, 1)
        if tag == "li":
            opened.attrSet(OWN_MARK, mark)
    # Not deeper: a note in a note in a note has no end.
    inner = StateBlock("\n".join(lines[: last - start]), state.md, state.env, state.tokens)
    inner.parentType = "note"
    inner.level = state.level
    state.md.block.tokenize(inner, inner.line, inner.lineMax)
    for tag in reversed(tags):
        state.push(f"{tag}_close", tag, -1)
    state.line = last


def _begins_another(line: str) -> bool:
    return bool(_MEANING.match(line) or _NOTE.match(line) or line.startswith(("#", "```", "<")))


def _skip_note_mark(state: StateInline, silent: bool) -> bool:
    """Leave out the mark of a note that the document has; any other is text."""
    is_mark = state.src.startswith("[^", state.pos)
    mark = _NOTE_MARK.match(state.src, state.pos) if is_mark else None
    if mark is None or mark[1] not in state.env.get("notes", ()):
        return False
    state.pos = mark.end()
    if not silent:
        state.env["marks"].append(mark[0])
    return True


def _strip_tasks(state: StateCore) -> None:
    """Take `[x]` from items: a sign of markup."""
    for opened, paragraph, inline in zip(
        state.tokens, state.tokens[1:], state.tokens[2:], strict=False
    ):
        if (opened.type, paragraph.type) == ("list_item_open", "paragraph_open"):
            inline.content = _TASK.sub("", inline.content)


def _get_line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].rstrip()
