"""HTML elements to headings, paragraphs, items and rows, without losing or joining a word."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree
from lxml.html import HtmlElement

from ingest.parsers.shared.collector import Piece
from ingest.parsers.shared.numerals import letters, roman
from ingest.parsers.shared.superscript import raised

# Elements that begin and end a line of text; every other one is part of a line.
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "html",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "title",
        "tr",
        "ul",
    ]
)
_UNSEEN = frozenset(
    [
        "area",
        "audio",
        "base",
        "canvas",
        "datalist",
        "embed",
        "frame",
        "frameset",
        "head",
        "iframe",
        "input",
        "link",
        "map",
        "meta",
        "noframes",
        "noscript",
        "object",
        "option",
        "optgroup",
        "param",
        "picture",
        "script",
        "select",
        "source",
        "style",
        "svg",
        "template",
        "textarea",
        "track",
        "video",
        "math",
    ]
)
_LISTS = frozenset(["ol", "ul", "menu", "dir"])
# What stands before a raised character is looked at, not the whole line again for each.
LAST_PARTS = 3
# A cell that holds one of these, or several paragraphs of this length, was made for layout.
_LAYOUT = ("h1", "h2", "h3", "h4", "h5", "h6", "table", "dl", "article", "section")
LAYOUT_CELL_CHARS = 600
# "1.2A", "§ 3", "(a)" or "b." as a line of its own is the number of what follows it.
_NUMBER = re.compile(
    r"(?:§\s*)?\d{1,3}[A-Z]{0,2}(?:\.\d{1,3}[A-Z]{0,2})*[.)]?"
    r"|\((?:\d{1,3}|[a-z]|[ivxlc]{1,5})\)|(?:[A-Za-z]|[ivxlc]{1,5})[.)]"
)


def pieces(root: HtmlElement) -> Iterator[Piece]:
    """Yield the blocks of an element in reading order.

    Args:
        root: An element; what stands behind its end tag is not part of it.

    Yields:
        Pieces whose text is as a browser shows it: white space is one space, `<br>` a newline.
    """
    number = ""
    for piece in _Walker().walk(root):
        text = piece.text.strip()
        if not text:
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


def text_of(element: HtmlElement) -> str:
    """Return all text of an element on one line; blocks in it are set apart by a space."""
    return " ".join(" ".join(piece.text for piece in _Walker(tables=False).walk(element)).split())


class _Walker:
    """One walk over a tree; iterative, since nothing bounds how deep pages are nested."""

    def __init__(self, tables: bool = True) -> None:
        self._tables = tables
        self._line: list[str] = []
        self._numbers: list[int | None] = []
        self._marker = ""
        self._in_item: list[bool] = []
        self._heading = 0
        self._preformatted = 0

    def walk(self, root: HtmlElement) -> Iterator[Piece]:
        events = etree.iterwalk(root, events=("start", "end"))
        for event, element in events:
            tag = element.tag if isinstance(element.tag, str) else ""
            if event == "start":
                if not tag or tag in _UNSEEN:
                    events.skip_subtree()
                elif tag in ("table", "dl") and self._tables and _is_data(element):
                    yield from self._flushed()
                    yield from _rows(element) if tag == "table" else _terms(element)
                    events.skip_subtree()
                elif tag == "sup":
                    self._add(_raised(element, "".join(self._line[-LAST_PARTS:])))
                    events.skip_subtree()
                else:
                    yield from self._opened(element, tag)
            else:
                if tag in _BLOCKS:
                    yield from self._closed(tag)
                if element is not root:
                    self._add(element.tail)
        yield from self._flushed()

    def _opened(self, element: HtmlElement, tag: str) -> Iterator[Piece]:
        if tag in _BLOCKS:
            yield from self._flushed()
        if tag == "br":
            self._line.append("\n")
        elif tag in _LISTS:
            self._numbers.append(_first_number(element) if tag == "ol" else None)
        elif tag == "li":
            self._marker = self._next_marker(element)
            self._in_item.append(True)
        elif re.fullmatch("h[1-6]", tag):
            self._heading = int(tag[1])
        elif tag == "pre":
            self._preformatted += 1
        self._add(element.text)

    def _closed(self, tag: str) -> Iterator[Piece]:
        yield from self._flushed()
        if tag in _LISTS and self._numbers:
            self._numbers.pop()
        elif tag == "li" and self._in_item:
            self._in_item.pop()
            self._marker = ""
        elif re.fullmatch("h[1-6]", tag):
            self._heading = 0
        elif tag == "pre":
            self._preformatted -= 1

    def _next_marker(self, item: HtmlElement) -> str:
        if not self._numbers or self._numbers[-1] is None:
            return ""
        value = item.get("value", "")
        number = int(value) if re.fullmatch(r"\d{1,6}", value) else self._numbers[-1]
        self._numbers[-1] = number + 1
        return _numeral(number, item)

    def _add(self, text: str | None) -> None:
        if text:
            self._line.append(text if self._preformatted else re.sub(r"[ \t\r\n\f]+", " ", text))

    def _flushed(self) -> Iterator[Piece]:
        """Yield the line so far; an empty line inside it, made by `<br><br>`, ends a paragraph."""
        raw, self._line = "".join(self._line), []
        if self._preformatted:
            raw = re.sub(r"\n\s*\n", "\n", raw)
        for part in re.split(r"\n[^\S\n]*(?:\n[^\S\n]*)+", raw):
            text = part.strip()
            if not text:
                continue
            if self._heading:
                yield Piece(" ".join(text.split()), "heading", self._heading)
            elif self._in_item:
                yield Piece(_marked(self._marker, text), "item", len(self._in_item))
                self._marker = ""
            else:
                yield Piece("\n".join(line.strip(" ") for line in text.split("\n")))


def _raised(element: HtmlElement, before: str) -> str:
    linked = element.find(".//a") is not None or any(
        parent.tag == "a" for parent in element.iterancestors()
    )
    return raised(element.text_content(), before, linked)


def _first_number(element: HtmlElement) -> int:
    start = element.get("start", "1")
    return int(start) if re.fullmatch(r"\d{1,6}", start) else 1


def _numeral(number: int, item: HtmlElement) -> str:
    """Return the number of an item as the list's `type` asks for it."""
    parent = item.getparent()
    kind = item.get("type") or (parent.get("type", "1") if parent is not None else "1")
    shown = str(number)
    if kind in ("a", "A") and 1 <= number <= 26:
        shown = letters(number)
    elif kind in ("i", "I"):
        shown = roman(number)
    return f"{shown.upper() if kind.isupper() else shown}. "


def _marked(marker: str, text: str) -> str:
    """Return an item with its number, unless the page has written one itself: "(1) every firm"."""
    own = re.match(r"\(?(?:\d{1,3}[A-Z]{0,2}|[a-zA-Z]|[ivxlcIVXLC]{1,5})[.)]\s", text)
    return text if own else marker + text


def _is_data(element: HtmlElement) -> bool:
    """Return whether a table holds data; one that lays out a page is read as its blocks."""
    if next(element.iterdescendants(*_LAYOUT), None) is not None:
        return False
    if element.tag == "dl":
        return all(len(meaning.findall("p")) < 2 for meaning in element.iterdescendants("dd"))
    rows = _own_rows(element)
    if element.get("role") in ("presentation", "none") or max(map(len, rows), default=0) < 2:
        return False
    return not any(
        len(cell.text_content()) > LAYOUT_CELL_CHARS and len(cell.xpath("p|div|ul|ol")) > 1
        for row in rows
        for cell in row
    )


def _own_rows(table: HtmlElement) -> list[list[HtmlElement]]:
    rows = table.xpath("tr|thead/tr|tbody/tr|tfoot/tr")
    return [[cell for cell in row if cell.tag in ("td", "th")] for row in rows]


def _rows(table: HtmlElement) -> Iterator[Piece]:
    for caption in table.xpath("caption"):
        yield Piece(text_of(caption))
    for position, cells in enumerate(_own_rows(table)):
        row = "\t".join(text_of(cell) for cell in cells)
        in_head = bool(cells) and cells[0].getparent().getparent().tag == "thead"
        names = all(cell.tag == "th" for cell in cells)
        yield Piece(row, "row", int(in_head or (position == 0 and names)))


def _terms(element: HtmlElement) -> Iterator[Piece]:
    """Yield a row for each term of a definition list with what it means."""
    terms: list[str] = []
    meant: list[str] = []
    for part in element.iter("dt", "dd"):
        if part.tag == "dt" and meant:
            yield Piece("\t".join([", ".join(terms), " ".join(meant)]), "row")
            terms, meant = [], []
        (terms if part.tag == "dt" else meant).append(text_of(part))
    if terms or meant:
        yield Piece("\t".join([", ".join(terms), " ".join(meant)]), "row")
