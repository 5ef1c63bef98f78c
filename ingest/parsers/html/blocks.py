"""HTML elements to headings, paragraphs, items and rows, without losing or joining a word."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from lxml import etree
from lxml.html import HtmlElement

from ingest.parsers.html.list_tables import OWN_MARK, name_lists
from ingest.parsers.html.loose_cells import mend_tables
from ingest.parsers.html.tables import convert_table, is_data
from ingest.parsers.shared.collector import Piece
from ingest.parsers.shared.left_out import LeftOut
from ingest.parsers.shared.notation.numerals import to_letters, to_roman
from ingest.parsers.shared.notation.subscript import render_subscript
from ingest.parsers.shared.notation.superscript import LAST_PARTS, render_superscript

# Elements that begin and end a line of text; every other one is part of a line.
_BLOCKS = frozenset(
    (
        "address article aside blockquote body caption center dd details dialog dir div dl "
        "dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main "
        "menu nav ol p pre section summary table tbody td tfoot th thead title tr ul"
    ).split()
)
_UNSEEN = frozenset(
    (
        "area audio base canvas datalist embed frame frameset head iframe input link map meta "
        "noframes noscript object option optgroup param picture script select source style svg "
        "template textarea track video math"
    ).split()
)
_LISTS = frozenset(["ol", "ul", "menu", "dir"])
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
# What a browser shows as one space; a space by itself is one already.
_SPACE = re.compile(r"[ \t\r\n\f]{2,}|[\t\r\n\f]")
_EMPTY_LINES = re.compile(r"\n[^\S\n]*(?:\n[^\S\n]*)+")
# Between a label and its value; not inside a word of which a letter has a style of its own.
_APART = re.compile(r"[^\W\d_A-Z]\d|[^\W\d_A-Z][A-ZÀ-Þ]|\d[^\W\d_]|[:;?!.]\w|\w[€$£]")
# The same where nothing but the two stands in their element: "12." and "5" may be one number, "Mc"
# and "Kay" one name if no other element says that they differ.
_SURELY_APART = re.compile(r"[^\W\d_A-Z]\d|[:;?!]\w|\w[€$£]")
_NAMED_APART = re.compile(r"[^\W\d_A-Z][A-ZÀ-Þ]")
_LABELS = frozenset("a b em i small span strong time".split())
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b")
# "1.2A", "§ 3", "(a)" or "b." as a line of its own is the number of what follows it.
_NUMBER = re.compile(
    r"(?:§\s*)?\d{1,3}[A-Z]{0,2}(?:\.\d{1,3}[A-Z]{0,2})*[.)]?"
    r"|\((?:\d{1,3}|[a-z]|[ivxlc]{1,5})\)|(?:[A-Za-z]|[ivxlc]{1,5})[.)]"
)


def walk_blocks(root: HtmlElement, left_out: LeftOut) -> Iterator[Piece]:
    """Yield the blocks of an element in reading order, their text as a browser shows it."""
    mend_tables(root)
    name_lists(root)
    number = ""
    for piece in _HtmlWalker(left_out).walk(root):
        text = piece.text.strip(" \n" if piece.kind == "row" else None)
        if not text.strip():
            continue
        if piece.kind == "paragraph" and _NUMBER.fullmatch(text) and not number:
            number = text
            continue
        if number and piece.kind in ("item", "row"):
            yield Piece(number)
            number = ""
        yield Piece(f"{number} {text}" if number else text, piece.kind, piece.level)
        number = ""
    if number:
        yield Piece(number)


def flatten_text(element: HtmlElement, left_out: LeftOut) -> str:
    """Return all text of an element on one line; blocks in it are set apart by a space."""
    if not len(element):
        return " ".join((element.text or "").split())
    pieces = _HtmlWalker(left_out, tables=False).walk(element)
    return " ".join(" ".join(piece.text for piece in pieces).split())


class _HtmlWalker:
    """One walk over a tree; iterative, since nothing bounds how deep pages are nested."""

    def __init__(self, left_out: LeftOut, tables: bool = True) -> None:
        self._left_out = left_out
        self._tables = tables
        self._line: list[str] = []
        self._numbers: list[int | None] = []
        self._marker = ""
        self._is_own_mark = False
        self._item_depth = 0
        self._heading = 0
        self._preformatted = 0

    def walk(self, root: HtmlElement) -> Iterator[Piece]:
        events = etree.iterwalk(root, events=("start", "end"))
        for event, element in events:
            tag = element.tag if isinstance(element.tag, str) else ""
            if event == "start":
                if not tag or tag in _UNSEEN:
                    events.skip_subtree()
                elif tag in ("table", "dl") and self._tables and is_data(element):
                    yield from self._flush()
                    if tag == "table":
                        yield from convert_table(
                            element, partial(flatten_text, left_out=self._left_out)
                        )
                    else:
                        yield from _walk_terms(element, self._left_out)
                    events.skip_subtree()
                elif _read_role(element) in ("pagebreak", "backlink"):
                    events.skip_subtree()
                elif _is_raised(element):
                    if not _is_next_raised(element):  # read with the one before it
                        self._add_raised(element)
                    events.skip_subtree()
                elif tag == "sub":
                    self._add(render_subscript(element.text_content()))
                    events.skip_subtree()
                else:
                    yield from self._open(element, tag)
            else:
                if tag in _BLOCKS:
                    yield from self._close(tag)
                if element is not root and (tail := element.tail):
                    self._add(tail)
        yield from self._flush()

    def _open(self, element: HtmlElement, tag: str) -> Iterator[Piece]:
        if tag in _BLOCKS and self._line:
            yield from self._flush()
        if tag == "br":
            self._line.append("\n")
        elif tag in _LISTS:
            self._numbers.append(_read_start(element) if tag == "ol" else None)
        elif tag == "li":
            self._marker = self._count_item(element)
            self._item_depth += 1
        elif tag in _HEADINGS:
            self._heading = _HEADINGS[tag]
        elif tag == "pre":
            self._preformatted += 1
        elif tag in _LABELS and _is_value(element, "".join(self._line[-1:])):
            self._line.append(" ")
        self._add(element.text)

    def _close(self, tag: str) -> Iterator[Piece]:
        if self._line:
            yield from self._flush()
        if tag in _LISTS and self._numbers:
            self._numbers.pop()
        elif tag == "li" and self._item_depth:
            self._item_depth -= 1
            self._marker = ""
        elif tag in _HEADINGS:
            self._heading = 0
        elif tag == "pre":
            self._preformatted -= 1

    def _count_item(self, item: HtmlElement) -> str:
        own = item.get(OWN_MARK)
        self._is_own_mark = own is not None
        if own is not None:
            return str(own)
        if not self._numbers or self._numbers[-1] is None:
            return ""
        value = item.get("value", "")
        number = int(value) if re.fullmatch(r"\d{1,6}", value) else self._numbers[-1]
        self._numbers[-1] = number + 1
        return _format_number(number, item)

    def _add(self, text: str | None) -> None:
        if text:
            self._line.append(text if self._preformatted else _SPACE.sub(" ", text))

    def _add_raised(self, element: HtmlElement) -> None:
        """Add what is raised here and in the elements that follow at once."""
        raised = [element]
        while (following := raised[-1].getnext()) is not None and _is_raised(following):
            if raised[-1].tail:
                break
            raised.append(following)
        after = raised[-1].tail or ("" if following is None else following.text_content()[:1])
        text, before = "".join(e.text_content() for e in raised), "".join(self._line[-LAST_PARTS:])
        rendered = render_superscript(text, before, any(map(_is_linked, raised)), after)
        self._left_out.add_mark(text, rendered)
        self._add(rendered)

    def _flush(self) -> Iterator[Piece]:
        """Yield the line so far; an empty line inside it, made by `<br><br>`, ends a paragraph."""
        raw, self._line = "".join(self._line), []
        if not raw.strip():
            return
        if self._preformatted:
            raw = re.sub(r"\n\s*\n", "\n", raw)
        for part in _EMPTY_LINES.split(raw) if "\n" in raw else (raw,):
            text = part.strip()
            if not text:
                continue
            if self._heading:
                yield Piece(" ".join(text.split()), "heading", self._heading)
            elif self._item_depth:
                marker, self._marker = self._marker, ""
                text = marker + text if self._is_own_mark else _add_marker(marker, text)
                yield Piece(text, "item", self._item_depth)
            else:
                yield Piece("\n".join(line.strip(" ") for line in text.split("\n")))


def _is_value(value: HtmlElement, before: str) -> bool:
    """Tell whether an element stands apart from the one before it: "Fee" and "12 euros"."""
    label = value.getprevious()
    if label is None or label.tag not in _LABELS or label.tail or not before[-1:].strip():
        return False
    words = value.text_content()
    where, are_spans = before[-1:] + words[:1], label.tag == value.tag == "span"
    if are_spans and label.get("class") and label.get("class") != value.get("class"):
        return bool(_APART.fullmatch(where)) and not _ORDINAL.match(words)
    if label.getprevious() is not None or value.getnext() is not None:
        return False
    around = value.getparent()
    if around is None or (around.text or "").strip() or (value.tail or "").strip():
        return False
    named = label.tag != value.tag and _NAMED_APART.fullmatch(where)
    return bool(named or _SURELY_APART.fullmatch(where))


def _is_raised(element: HtmlElement) -> bool:
    return element.tag == "sup" or _read_role(element) == "noteref"


def _is_next_raised(element: HtmlElement) -> bool:
    """Tell whether what is raised goes on here: "2" and "−" of an ion, in an element each."""
    before = element.getprevious()
    return before is not None and _is_raised(before) and not before.tail


def _is_linked(element: HtmlElement) -> bool:
    """Tell whether what is raised is a link by itself, not part of the words of one."""
    if element.tag == "a" or element.find(".//a") is not None:
        return True
    around = next(element.iterancestors("a"), None)
    return around is not None and around.text_content().strip() == element.text_content().strip()


def _read_role(element: HtmlElement) -> str:
    """Return what a book says that an element is: "noteref" of the mark of a note."""
    said = element.get("role") or element.get("epub:type") or ""
    return said.removeprefix("doc-") if said else ""


def _read_start(element: HtmlElement) -> int:
    start = element.get("start", "1")
    return int(start) if re.fullmatch(r"\d{1,6}", start) else 1


def _format_number(number: int, item: HtmlElement) -> str:
    """Return the number of an item as the list's `type` asks for it."""
    parent = item.getparent()
    kind = item.get("type") or (parent.get("type", "1") if parent is not None else "1")
    shown = str(number)
    if kind in ("a", "A") and 1 <= number <= 26:
        shown = to_letters(number)
    elif kind in ("i", "I"):
        shown = to_roman(number)
    return f"{shown.upper() if kind.isupper() else shown}. "


def _add_marker(marker: str, text: str) -> str:
    """Return an item with its number, unless the page has written one itself: "(1) every firm"."""
    own = re.match(r"\(?(?:\d{1,3}[A-Z]{0,2}|[a-zA-Z]|[ivxlcIVXLC]{1,5})[.)]\s", text)
    return text if own else marker + text


def _walk_terms(element: HtmlElement, left_out: LeftOut) -> Iterator[Piece]:
    """Yield a row for each term of a definition list with what it means."""
    terms: list[str] = []
    meant: list[str] = []
    for part in element.iter("dt", "dd"):
        if part.tag == "dt" and meant:
            yield Piece("\t".join([", ".join(terms), " ".join(meant)]), "row")
            terms, meant = [], []
        (terms if part.tag == "dt" else meant).append(flatten_text(part, left_out))
    if terms or meant:
        yield Piece("\t".join([", ".join(terms), " ".join(meant)]), "row")
