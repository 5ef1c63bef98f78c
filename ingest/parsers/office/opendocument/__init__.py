"""OpenDocument files (ODT, ODS, ODP): text, sheets or slides from their one content.xml."""

from __future__ import annotations

from zipfile import ZipFile

from index.types import Metadata
from ingest.parsers.office.opendocument.content import ContentWalker
from ingest.parsers.office.opendocument.looks import DRAW, OFFICE
from ingest.parsers.office.opendocument.objects import EmbeddedObjects
from ingest.parsers.shared.archive import open_archive, parse_xml
from ingest.parsers.shared.collector import Collector
from ingest.parsers.shared.left_out import LeftOut
from ingest.parsers.shared.titles import pick_title
from ingest.text.blocks import ParsedText

ID = "opendocument@5"

_KIND = "an OpenDocument file"


def parse(data: bytes) -> ParsedText:
    """Return the text of an OpenDocument text, spreadsheet or presentation."""
    with open_archive(data, _KIND) as archive:
        root = parse_xml(archive.read("content.xml"))
        roots = [root]
        if "styles.xml" in archive.namelist():
            roots.append(parse_xml(archive.read("styles.xml")))
        left_out = LeftOut()
        walker = ContentWalker(roots, EmbeddedObjects(archive), left_out)
        collector = Collector()
        body = root.find(f"{OFFICE}body")
        (content, *_) = list(body) if body is not None else [root]
        kind = str(content.tag).removeprefix(OFFICE)
        if kind == "presentation":
            for number, page in enumerate(content.iter(f"{DRAW}page"), start=1):
                if walker.looks.hides_slide(page):
                    left_out.add("hidden slides")
                else:
                    collector.add_page(number, walker.walk_slide(page))
        elif kind == "spreadsheet":
            collector.add_all(walker.walk_sheets(content))
        else:
            collector.add_all(walker.walk(content))
        spare_title = pick_title(_read_title(archive))
        parsed = collector.finish(Metadata(), spare_title, kind != "spreadsheet")
        return left_out.say_on(parsed)


def _read_title(archive: ZipFile) -> str | None:
    if "meta.xml" not in archive.namelist():
        return None
    found = parse_xml(archive.read("meta.xml")).find(".//{http://purl.org/dc/elements/1.1/}title")
    return None if found is None else found.text
