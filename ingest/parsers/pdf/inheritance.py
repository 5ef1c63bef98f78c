"""What pages inherit from the tree above them, written onto the pages themselves.

PDFium gives a page that notes are drawn onto fonts of its own, and forgets those that it inherited:
its letters would be set, and read, in others.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject

_RESOURCES, _DRAWN = "/Resources", "/Annots"
# As many parts as a tree of pages is followed through.
_MOST_NODES = 100_000


def own_resources(reader: PdfReader, data: bytes) -> bytes:
    """Return a PDF of which no page with annotations inherits its fonts and pictures.

    Args:
        reader: The PDF, opened; whatever pypdf raises over what it cannot read is raised.
        data: Its bytes.

    Returns:
        The bytes as they are if no page does.
    """
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
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        node, above = waiting.pop()
        node = node.get_object()
        own = node.raw_get(_RESOURCES) if _RESOURCES in node else None
        if "/Kids" in node:
            waiting += [(kid, own or above) for kid in node["/Kids"]]
        elif own is None and above is not None and _DRAWN in node:
            yield node, above
