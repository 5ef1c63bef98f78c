"""Electronic books (EPUB): the chapters in the order in which they are read."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from urllib.parse import unquote
from zipfile import ZipFile

from lxml import etree

from index.types import Metadata
from ingest.errors import SourceRefused
from ingest.parsers.html.blocks import walk_blocks
from ingest.parsers.html.document import parse_html
from ingest.parsers.html.hidden import drop_unseen
from ingest.parsers.shared.archive import open_archive, parse_xml
from ingest.parsers.shared.collector import Collector
from ingest.parsers.shared.left_out import LeftOut
from ingest.parsers.shared.metadata import read_date, read_language
from ingest.text.blocks import ParsedText

ID = "book@6"

_KIND = "an EPUB book"
_PAGE_TYPES = ("application/xhtml+xml", "text/html")


def parse(data: bytes) -> ParsedText:
    """Return the chapters of a book; its own table of contents is left out."""
    with open_archive(data, _KIND) as archive:
        container = parse_xml(archive.read("META-INF/container.xml"))
        package_path = str(container.xpath("string(//*[local-name()='rootfile']/@full-path)"))
        package = parse_xml(archive.read(package_path))
        collector, left_out = Collector(), LeftOut()
        for path in _list_chapters(package, posixpath.dirname(package_path)):
            if _is_protected(archive, path):
                raise SourceRefused("the book is protected against reading: ask for another copy")
            page = parse_html(archive.read(path))
            drop_unseen(page, left_out)
            body = page.find("body")
            collector.add_all(walk_blocks(page if body is None else body))
        return left_out.say_on(collector.finish(_read_metadata(package)))


def _list_chapters(package: etree._Element, folder: str) -> Iterator[str]:
    items = {item.get("id"): item for item in package.iter("{*}manifest/{*}item", "{*}item")}
    for reference in package.iter("{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or item.get("media-type") not in _PAGE_TYPES:
            continue
        if "nav" not in (item.get("properties") or "").split():
            yield posixpath.normpath(posixpath.join(folder, unquote(item.get("href") or "")))


def _is_protected(archive: ZipFile, path: str) -> bool:
    if "META-INF/encryption.xml" not in archive.namelist():
        return False
    encrypted = parse_xml(archive.read("META-INF/encryption.xml")).iter("{*}CipherReference")
    return any(unquote(element.get("URI", "")) == path for element in encrypted)


def _read_metadata(package: etree._Element) -> Metadata:
    def read(name: str) -> str:
        element = next(package.iter(f"{{http://purl.org/dc/elements/1.1/}}{name}"), None)
        return "" if element is None else " ".join((element.text or "").split())

    return Metadata(
        title=read("title") or None,
        publisher=read("publisher") or None,
        date=read_date(read("date")),
        language=read_language(read("language")),
    )
