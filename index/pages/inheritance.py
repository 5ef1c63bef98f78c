"""What pages inherit from the tree above them, written onto the pages themselves.

PDFium gives a page that notes are drawn onto fonts of its own, and forgets those that it inherited:
its letters would be set, and read, in others.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, IndirectObject, NameObject

from index.pages.pypdf_reader import attempt, open_reader, silence_pypdf

_RESOURCES, _DRAWN = "/Resources", "/Annots"
# Other objects may hold the name of annotations packed within them.
_MAY_BE_DRAWN_ONTO = (b"/Annots", b"/ObjStm")
# As many parts as a tree of pages is followed through.
_MOST_NODES = 100_000


def own_resources(data: bytes) -> bytes:
    """Return a PDF of which no page with annotations inherits its fonts and pictures.

    Args:
        data: The bytes of a PDF.

    Returns:
        The bytes as they are if no page does, or if pypdf cannot read them.
    """
    if not any(name in data for name in _MAY_BE_DRAWN_ONTO):
        return data
    with silence_pypdf():
        return attempt(lambda: _own_resources(open_reader(data), data), data)


def _own_resources(reader: PdfReader, data: bytes) -> bytes:
    if not any(_find_inheriting(reader.root_object["/Pages"], None)):
        return data
    writer = PdfWriter(clone_from=reader)
    for page, resources in list(_find_inheriting(writer.root_object["/Pages"], None)):
        page[NameObject(_RESOURCES)] = resources
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def _find_inheriting(
    tree: Any,  # noqa: ANN401 - whatever a file has in this place
    inherited: Any,  # noqa: ANN401
) -> Iterator[tuple[DictionaryObject, Any]]:
    """Yield the pages with annotations that inherit their resources, and those."""
    waiting = [(tree, inherited)]
    met: set[int] = set()
    while waiting and len(met) < _MOST_NODES:
        node, above = waiting.pop()
        node = node.get_object()
        own = node.raw_get(_RESOURCES) if _RESOURCES in node else None
        if "/Kids" in node:
            for kid in node["/Kids"]:
                # A tree that is made to do harm names a part within itself.
                number = kid.idnum if isinstance(kid, IndirectObject) else id(kid)
                if number not in met:
                    met.add(number)
                    waiting.append((kid, own or above))
        elif own is None and above is not None and _DRAWN in node:
            yield node, above
