"""Formulas in an OpenDocument file: objects in its frames, in files of their own."""

from __future__ import annotations

from zipfile import ZipFile

from lxml.etree import _Element as Element

from ingest.parsers.office.opendocument.looks import DRAW
from ingest.parsers.shared.archive import parse_xml
from ingest.parsers.shared.notation.mathml import name_of, read_mathml

_LINK = "{http://www.w3.org/1999/xlink}href"


class EmbeddedObjects:
    """Reads the objects of one file, each once."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self._names = set(archive.namelist())
        self._known: dict[str, str] = {}

    def read_formula(self, frame: Element) -> str:
        """Return the formula in a frame, "" where there is none."""
        found = frame.find(f"{DRAW}object")
        if found is None:
            return ""
        for inside in found:
            if name_of(inside) == "math":
                return read_mathml(inside)
        name = f"{found.get(_LINK, '').removeprefix('./')}/content.xml"
        if name not in self._known:
            self._known[name] = self._read_part(name) if name in self._names else ""
        return self._known[name]

    def _read_part(self, name: str) -> str:
        root = parse_xml(self._archive.read(name))
        return read_mathml(root) if name_of(root) == "math" else ""
