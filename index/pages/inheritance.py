"""What pages inherit from the tree above them, written onto the pages themselves.

PDFium gives a page that notes are drawn onto fonts of its own, and forgets those that it inherited:
its letters would be set, and read, in others. It forgets the layer that a note is on, but
not that of what draws it.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, IndirectObject, NameObject, StreamObject

from index.pages.pypdf_reader import attempt, open_reader, silence_pypdf

_RESOURCES, _DRAWN, _LAYER, _LAYERS = "/Resources", "/Annots", "/OC", "/OCProperties"
# Other objects may hold the name of annotations packed within them.
_MAY_BE_DRAWN_ONTO = (b"/Annots", b"/ObjStm")
# As many parts as a tree of pages is followed through.
_MOST_NODES = 100_000
_MOST_NOTES = 2_000  # on one page


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
    has_layers = _LAYERS in reader.root_object
    pages = _find_annotated(reader.root_object["/Pages"], None)
    if not any(above or (has_layers and any(_find_layered(page))) for page, above in pages):
        return data
    writer = PdfWriter(clone_from=reader)
    for page, resources in list(_find_annotated(writer.root_object["/Pages"], None)):
        if resources is not None:
            page[NameObject(_RESOURCES)] = resources
        for drawing, layer in _find_layered(page) if has_layers else ():
            drawing[NameObject(_LAYER)] = layer
    written = BytesIO()
    writer.write(written)
    return written.getvalue()


def _find_annotated(
    tree: Any,  # noqa: ANN401 - whatever a file has in this place
    inherited: Any,  # noqa: ANN401
) -> Iterator[tuple[DictionaryObject, Any]]:
    """Yield the pages with annotations, and what each inherits of resources, None for nothing."""
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
        elif _DRAWN in node:
            yield node, above if own is None else None


def _find_layered(page: DictionaryObject) -> Iterator[tuple[DictionaryObject, Any]]:
    """Yield what draws the annotations of a page that are on a layer, and that layer."""
    notes: Any = page[_DRAWN]
    for note in list(notes)[:_MOST_NOTES]:
        annotation = note.get_object()
        if _LAYER not in annotation or "/AP" not in annotation:
            continue
        shown = annotation["/AP"].get("/N", DictionaryObject()).get_object()
        # Of a box, one drawing for each of its states.
        states = [shown] if isinstance(shown, StreamObject) else [*shown.values()]
        for state in states:
            drawing = state.get_object()
            if isinstance(drawing, StreamObject) and _LAYER not in drawing:
                yield drawing, annotation.raw_get(_LAYER)
