"""Plain walks through the trees of web pages, office files, mails and books.

Each gives every word that stands in the file, shown or not, in the order of the tree, and beside
it words that may be read as well: a number in the forms in which its program shows it.
"""

from __future__ import annotations

import email
import email.policy
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal

import lxml.etree
import lxml.html
import openpyxl
from markdown_it import MarkdownIt
from openpyxl.cell.cell import Cell

Walked = tuple[str, str]
_UNSEEN = {"script", "style", "head", "template", "noscript"}
# Text that stands within a line: no white space is at its edges but its own.
_INLINE = set(
    "a abbr b bdi bdo big cite code del dfn em font i ins kbd mark q s samp small span strike "
    "strong sub sup time tt u var wbr".split()
)
_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
# "{ #fees .wide }": names and classes that other dialects give an element, no words.
_ATTRIBUTES = re.compile(r"\{:?\s*[#.][\w#.:=\"' -]*\}")
# The items of a list are counted up to here.
_MOST_ITEMS = 400
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ROMANS = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
_OPEN_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
# What older programs show instead of what stands beside it, and how a word is spoken.
_TWICE = {"{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback", f"{_WORD}rt"}
_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def walk_html(data: bytes) -> Walked:
    """Return the text nodes of a web page, each element but those within a line by itself."""
    parser = lxml.html.HTMLParser(encoding=_find_charset(data))
    root = lxml.html.document_fromstring(data, parser=parser)
    items = sum(1 for _ in root.iter("li"))
    return _walk_tree(root), _count_items(items)


def _find_charset(data: bytes) -> str | None:
    """Return UTF-8 where a page is; else what lxml makes of the page's own statement."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "utf-8"


def _walk_tree(root: lxml.html.HtmlElement) -> str:
    pieces: list[str] = []
    for event, element in lxml.etree.iterwalk(root, events=("start", "end", "comment")):
        seen = isinstance(element.tag, str) and not _is_unseen(element)
        edge = "" if not isinstance(element.tag, str) or element.tag in _INLINE else "\n"
        if event == "start":
            pieces += [edge, element.text or "" if seen else ""]
            continue
        parent = element.getparent()
        pieces += [edge, element.tail or "" if parent is None or not _is_unseen(parent) else ""]
    return "".join(pieces)


def _is_unseen(element: lxml.html.HtmlElement) -> bool:
    return element.tag in _UNSEEN or any(above.tag in _UNSEEN for above in element.iterancestors())


def walk_markdown(data: bytes) -> Walked:
    """Return the text of a page that a plain reading of CommonMark makes."""
    text = data.decode("utf-8", "replace").lstrip("\ufeff")
    front = re.match(r"---\r?\n.*?\n(---|\.\.\.)\r?\n", text, re.DOTALL)
    text = _ATTRIBUTES.sub("", text[front.end() :] if front else text)
    rendered = _MARKDOWN.render(text)
    if not rendered.strip():
        return "", ""
    return walk_html(f"<html><body>{rendered}</body></html>".encode())


def _walk_parts(data: bytes, parts: str, paragraph: str, run: str) -> str:
    """Return the runs of text in the XML parts of an office file, a paragraph a line."""
    lines = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in sorted(archive.namelist(), key=_number_parts):
            if re.fullmatch(parts, name):
                for block in lxml.etree.fromstring(archive.read(name)).iter(paragraph):
                    lines.append(_join_runs(block, run))
    return "\n".join(lines)


def _number_parts(name: str) -> list[tuple[int, str]]:
    """Sort slide10 behind slide9."""
    parts = re.split(r"(\d+)", name)
    return [(int(part), "") if part.isdigit() else (0, part) for part in parts]


def _join_runs(block: lxml.etree._Element, run: str) -> str:
    """Return the text of a paragraph without that of paragraphs inside it, which stand alone."""
    pieces = []
    for found in block.iter():
        above = [found, *found.iterancestors()]
        inside = next(element for element in above if element.tag == block.tag)
        if inside is not block or not isinstance(found.tag, str):
            continue
        if any(element.tag in _TWICE for element in above):
            continue
        if found.tag == run:
            pieces.append(found.text or "")
        elif found.tag.rpartition("}")[2] in ("tab", "br", "cr", "ptab"):
            pieces.append(" ")
        elif found.tag.rpartition("}")[2] == "noBreakHyphen":
            pieces.append("-")
    return "".join(pieces)


def walk_word(data: bytes) -> Walked:
    """Return the paragraphs of a Word document with its notes."""
    text = _walk_parts(
        data, r"word/(document|footnotes|endnotes)\d*\.xml", f"{_WORD}p", f"{_WORD}t"
    )
    diagrams = _walk_parts(data, r"word/diagrams/data\d+\.xml", f"{_DRAWING}p", f"{_DRAWING}t")
    return f"{text}\n{diagrams}", _count_items(text.count("\n") + 1)


def walk_slides(data: bytes) -> Walked:
    """Return the paragraphs of slides, their diagrams and their notes."""
    parts = r"ppt/(slides/slide|notesSlides/notesSlide|diagrams/data)\d+\.xml"
    return _walk_parts(data, parts, f"{_DRAWING}p", f"{_DRAWING}t"), "notes"


def walk_workbook(data: bytes) -> Walked:
    """Return the cells of a workbook, numbers in any form that a format could give them."""
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    lines: list[str] = []
    forms = [sheet.title for sheet in book.worksheets]
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            shown = [cell for cell in row if cell.value is not None]
            lines.append(" ".join(cell.value for cell in shown if isinstance(cell.value, str)))
            forms += [form for cell in shown for form in _list_forms(cell)]
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if re.fullmatch(r"xl/drawings/\w+\.xml", name)]
        boxes = [
            _join_runs(block, f"{_DRAWING}t")
            for name in sorted(names)
            for block in lxml.etree.fromstring(archive.read(name)).iter(f"{_DRAWING}p")
        ]
    return "\n".join(lines + boxes), " ".join(forms)


def _list_forms(cell: Cell) -> Iterator[str]:
    """Yield what a stored number or date may be shown as."""
    value = cell.value
    if isinstance(value, bool):
        yield str(value)
    elif isinstance(value, datetime | date | time):
        yield value.isoformat().replace("T", " ")
        for form in ("%d %B %b %m %Y %y %A %a", "%H %I %M %S %p"):
            yield value.strftime(form)
        yield value.strftime("%d %m %H %I").replace("0", " ")
        yield re.sub(r"\b0", "", value.strftime("%d %m %H %I"))
    elif isinstance(value, int | float):
        yield str(value)
        yield from _list_number_forms(Decimal(repr(value)), str(cell.number_format))


def _list_number_forms(number: Decimal, shape: str) -> Iterator[str]:
    yield from re.findall(r"[^\W\d_]+", shape)
    zeros = max((len(run) for run in re.findall(r"0+", shape)), default=0)
    for scaled in (number, number * 100, number / 1000, number / 1_000_000):
        for places in range(11):
            rounded = abs(scaled).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
            yield f"{rounded:,f}"
            yield f"{rounded:f}".rstrip("0")
            yield f"{rounded:f}".zfill(zeros)


def _count_items(count: int) -> str:
    """Return the numbers that a program counts before so many items."""
    numbers = range(1, min(count, _MOST_ITEMS) + 1)
    romans = [_write_roman(number) for number in numbers[:40]]
    return " ".join([*map(str, numbers), *(_LETTERS if count else ""), *romans])


def _write_roman(number: int) -> str:
    written = ""
    for value, letters in _ROMANS:
        written += letters * (number // value)
        number %= value
    return written


def walk_opendocument(data: bytes) -> Walked:
    """Return the paragraphs and headings of an OpenDocument file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        root = lxml.etree.fromstring(archive.read("content.xml"))
    kinds = (f"{_OPEN_TEXT}p", f"{_OPEN_TEXT}h")
    lines = [_join_open_text(block, kinds) for block in root.iter(*kinds)]
    return "\n".join(lines), _count_items(len(lines))


def _join_open_text(block: lxml.etree._Element, kinds: tuple[str, str]) -> str:
    pieces = [block.text or ""]
    for element in block:
        if element.tag not in kinds:  # a paragraph inside it stands alone
            name = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
            pieces += [" "] if name in ("tab", "s", "line-break") else []
            pieces.append(_join_open_text(element, kinds) if name else "")
        pieces.append(element.tail or "")
    return "".join(pieces)


def walk_mail(data: bytes) -> Walked:
    """Return subject and text parts of a mail, its plain and its HTML form once."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    head = [str(message.get(name, "")) for name in ("Subject", "From", "To", "Date")]
    body = message.get_body(("plain", "html"))
    text = str(body.get_content()) if body else ""
    if body is not None and body.get_content_subtype() == "html":
        text = walk_html(text.encode())[0]
    names = [part.get_filename() or "" for part in message.walk()]
    return re.sub(r"^[> ]+", "", text, flags=re.MULTILINE), " ".join([*head, *names])


def walk_book(data: bytes) -> Walked:
    """Return the pages of a book in the order of their names."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [n for n in archive.namelist() if n.lower().endswith((".xhtml", ".html", ".htm"))]
        pages = [walk_html(archive.read(name)) for name in sorted(names, key=_number_parts)]
    return "\n".join(page[0] for page in pages), " ".join(page[1] for page in pages)


def walk_plain(data: bytes) -> Walked:
    """Return a file of text as it is."""
    return data.decode("utf-8-sig", "replace"), ""


WALKS: dict[str, Callable[[bytes], Walked]] = {
    **dict.fromkeys((".html", ".htm", ".xhtml"), walk_html),
    **dict.fromkeys((".md", ".markdown"), walk_markdown),
    **dict.fromkeys((".txt", ".csv", ".tsv"), walk_plain),
    **dict.fromkeys((".xlsx", ".xlsm"), walk_workbook),
    **dict.fromkeys((".odt", ".ods", ".odp"), walk_opendocument),
    ".docx": walk_word,
    ".pptx": walk_slides,
    ".eml": walk_mail,
    ".epub": walk_book,
}
