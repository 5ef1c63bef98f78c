"""Web pages: the main part as text, what the page says about itself as metadata."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace
from datetime import date

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from trafilatura.metadata import extract_metadata

from index.types import Metadata
from ingest.errors import SourceRefused
from ingest.parsers.html.blocks import flatten_text, walk_blocks
from ingest.parsers.html.formulas import write_formulas
from ingest.parsers.html.main_content import extract_main
from ingest.parsers.shared.archive import refuse_damage
from ingest.parsers.shared.collector import Collector
from ingest.parsers.shared.decode import decode_declared
from ingest.parsers.shared.left_out import LeftOut
from ingest.parsers.shared.metadata import read_date, read_language
from ingest.parsers.shared.titles import pick_title
from ingest.text.blocks import ParsedText

ID = "web@6"

_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{2,40})""", re.IGNORECASE)
_HEAD_BYTES = 4_096
_ARCHIVE = re.compile(rb"\A(?:[\w-]+:[^\n]*\n(?:[ \t][^\n]*\n)*)*?MIME-Version:", re.IGNORECASE)
# Only fields that say when the page was published; a date somewhere in its text is another one.
_DATE_FIELDS = (
    "//meta[@property='article:published_time' or @name='article:published_time']/@content",
    "//meta[translate(@name, 'DCTERMSIU', 'dctermsiu')='dcterms.issued']/@content",
    "//meta[translate(@name, 'DCTERMSIU', 'dctermsiu')='dc.date.issued']/@content",
    "//meta[@itemprop='datePublished' or @name='datePublished']/@content",
    "//meta[@name='citation_publication_date']/@content",
    "//*[@itemprop='datePublished']/@datetime",
)
# What is shown until a script shows the page.
SHELL_CHARS = 300
_WANTS_SCRIPTS = re.compile(
    r"(?:enabl|activ|aktiv|habilit|abilit|włącz|povol|zapn|inschakel|schakel|requir|benötig|need"
    r"|disabled|deaktiv)\w*\W+(?:\w+\W+){0,6}javascript"
    r"|javascript\W+(?:\w+\W+){0,6}(?:enabl|activ|aktiv|requir|disabled|deaktiv|erforderlich)",
    re.IGNORECASE,
)
_WAITING = re.compile(
    r"(?:loading|please wait|just a moment|(?:wird |bitte )?(?:laden|geladen|warten)|chargement"
    r"|cargando|caricamento|ładowanie|načítání|a carregar)(?:\W|\Z)*",
    re.IGNORECASE,
)
_DATE_PUBLISHED = re.compile(r'"datePublished"\s*:\s*"(\d{4}-\d{2}-\d{2})')


def parse(data: bytes) -> ParsedText:
    """Return the content of a web page, saved as HTML or as one file with its pictures (MHTML)."""
    tree = parse_html(_extract_page(data))
    metadata = _read_metadata(tree)
    body = tree.find("body")
    left_out = LeftOut()
    main = extract_main(body if body is not None else tree, left_out)
    headings = main.xpath(".//h1")
    if len(headings) == 1 and (title := flatten_text(headings[0], LeftOut())):
        metadata = replace(metadata, title=title)
    parsed = Collector().add_all(walk_blocks(main, left_out)).finish(metadata)
    if _is_shell(parsed.text):
        raise SourceRefused(
            "the page shows its text by a script only, text was expected: "
            "save it from a browser, or as PDF"
        )
    return left_out.say_on(parsed)


def _is_shell(text: str) -> bool:
    """Tell whether a page holds only what is shown until a script shows the rest."""
    if len(text) > SHELL_CHARS:
        return False
    return bool(_WANTS_SCRIPTS.search(text) or _WAITING.fullmatch(text.strip()))


def parse_html(data: bytes) -> HtmlElement:
    """Return the tree of HTML in any encoding, whatever is wrong with it; nothing is fetched."""
    return parse_markup(_decode_page(data))


def parse_markup(page: str) -> HtmlElement:
    """Return the tree of HTML that is decoded already, whatever it says of its encoding."""
    # The parser takes bytes only where the text declares an encoding itself.
    text = page.replace("\0", "").encode("utf-8", "replace")
    parser = HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True)
    try:
        tree = document_fromstring(text, parser=parser)
    except etree.ParserError as error:
        raise SourceRefused("the page is empty, text was expected: save it again") from error
    if any("XML_PARSE_HUGE" in entry.message for entry in parser.error_log):
        raise SourceRefused(
            "it is nested more than 250 deep or has a line of over 10 MB, as no page is and has: "
            "save it as text"
        )
    write_formulas(tree)
    return tree


def _extract_page(data: bytes) -> bytes:
    """Return the page of a saved web page, the bytes themselves if it is not an archive."""
    if not _ARCHIVE.match(data[:_HEAD_BYTES]):
        return data
    with refuse_damage("a saved web page"):
        for part in email.message_from_bytes(data, policy=email.policy.default).walk():
            if part.get_content_type() in ("text/html", "application/xhtml+xml"):
                page = part.get_payload(decode=True)
                return page if isinstance(page, bytes) else b""
    raise SourceRefused("the web archive holds no HTML page: save the page as HTML")


def _decode_page(data: bytes) -> str:
    """Return the text in the encoding that the page declares, where that fits its bytes."""
    declared = _CHARSET.search(data[:_HEAD_BYTES])
    return decode_declared(data, declared[1].decode("ascii", "ignore") if declared else None)


def _read_metadata(tree: HtmlElement) -> Metadata:
    found = extract_metadata(tree, date_config={"extensive_search": False, "original_date": True})
    url = found.url if found.url and re.match(r"https?://[^\s/]+", found.url) else None
    return Metadata(
        title=pick_title(found.title),
        publisher=found.sitename,
        url=url,
        date=_find_date(tree),
        language=_find_language(tree),
    )


def _find_date(tree: HtmlElement) -> date | None:
    said = [str(value) for field in _DATE_FIELDS for value in tree.xpath(field)]
    for script in tree.xpath("//script[@type='application/ld+json']/text()"):
        said += _DATE_PUBLISHED.findall(str(script))
    dates = (read_date(value.strip()[:10].replace("/", "-")) for value in said)
    return next((found for found in dates if found), None)


def _find_language(tree: HtmlElement) -> str | None:
    said = tree.get("lang") or tree.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
    return read_language(said.strip().replace("_", "-"))
