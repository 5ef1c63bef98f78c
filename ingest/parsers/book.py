"""Electronic books (EPUB): the chapters in the order in which they are read."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import unquote
from zipfile import ZipFile

from lxml import etree

from index.text.languages import base
from index.types import Metadata
from ingest.errors import SourceRefused
from ingest.parsers.html.blocks import pieces
from ingest.parsers.html.document import parse
from ingest.parsers.html.main_content import drop_unseen
from ingest.parsers.shared.archive import damage_refused, opened, xml
from ingest.parsers.shared.collector import Collector
from ingest.text.blocks import Reading

ID = "book@2"

_KIND = "an EPUB book"
_CONTAINER = "META-INF/container.xml"
_PAGE_TYPES = ("application/xhtml+xml", "text/html")


def read(data: bytes) -> Reading:
    """Return the chapters of a book.

    Args:
        data: The whole file.

    Returns:
        The reading; the book's own table of contents is left out.

    Raises:
        SourceRefused: Not an EPUB file, protected, damaged or a ZIP bomb.
    """
    archive = opened(data, _KIND)
    with damage_refused(_KIND):
        container = xml(archive.read(_CONTAINER))
        package_path = str(container.xpath("string(//*[local-name()='rootfile']/@full-path)"))
        package = xml(archive.read(package_path))
        collector = Collector()
        for path in _chapters(package, posixpath.dirname(package_path)):
            if _is_protected(archive, path):
                raise SourceRefused("the book is protected against reading: ask for another copy")
            page = parse(archive.read(path))
            drop_unseen(page)
            body = page.find("body")
            collector.add_all(pieces(page if body is None else body))
        return collector.reading(_metadata(package))


def _chapters(package: etree._Element, folder: str) -> Iterator[str]:
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
    encrypted = xml(archive.read("META-INF/encryption.xml"))
    return any(
        unquote(element.get("URI", "")) == path for element in encrypted.iter("{*}CipherReference")
    )


def _metadata(package: etree._Element) -> Metadata:
    def said(name: str) -> str:
        texts = (
            element.text for element in package.iter(f"{{http://purl.org/dc/elements/1.1/}}{name}")
        )
        return " ".join((next(texts, None) or "").split())

    language = base(said("language"))
    try:
        published = date.fromisoformat(said("date")[:10])
    except ValueError:
        published = None
    return Metadata(
        title=said("title") or None,
        publisher=said("publisher") or None,
        date=published,
        language=language if re.fullmatch("[a-z]{2}", language) else None,
    )
