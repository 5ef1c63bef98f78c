"""What a Word document shows from other parts of its file: inserted documents and diagrams."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from docx.opc.part import Part
from docx.opc.rel import Relationships

from ingest.parsers.office.charts import walk_chart
from ingest.parsers.office.slides import walk_diagram
from ingest.parsers.shared.collector import Piece
from ingest.parsers.shared.decode import decode
from ingest.parsers.shared.left_out import LeftOut
from ingest.text.blocks import ParsedText

_WORD = "wordprocessingml"
_ARCHIVES = ("message/rfc822", "application/x-mimearchive", "multipart/related")


class OtherParts:
    """Reads parts that a document refers to by relationship."""

    def __init__(
        self,
        relations: Relationships,
        left_out: LeftOut,
        parse_document: Callable[[bytes], ParsedText] | None,
    ) -> None:
        self._relations = relations
        self._left_out = left_out
        self._parse_document = parse_document  # None where inserted documents go too deep

    def walk_chunk(self, name: str) -> Iterator[Piece]:
        """Yield the blocks of a document that was inserted whole (`w:altChunk`)."""
        part = self._find(name)
        if part is None or not part.blob:
            return
        kind, suffix = part.content_type, str(part.partname.ext).lower()
        if "html" in kind or suffix in ("htm", "html", "xhtml"):
            yield from _walk_page(part.blob, self._left_out)
        elif kind in _ARCHIVES or suffix in ("mht", "mhtml"):
            yield from _take_pieces(_parse_archive(part.blob))
        elif kind == "text/plain" or suffix == "txt":
            yield from map(Piece, decode(part.blob).splitlines())
        elif (_WORD in kind or suffix == "docx") and self._parse_document is not None:
            inserted = self._parse_document(part.blob)
            self._left_out.repeat(inserted)
            yield from _take_pieces(inserted)
        else:
            self._left_out.add(f"an inserted document ({suffix or kind})")

    def walk_diagram(self, name: str) -> Iterator[Piece]:
        """Yield the texts of a diagram (SmartArt)."""
        part = self._find(name)
        if part is not None:
            yield from walk_diagram(part.blob, self._left_out)

    def walk_chart(self, name: str) -> Iterator[Piece]:
        """Yield what stands on a chart."""
        part = self._find(name)
        if part is not None:
            yield from walk_chart(part.blob)

    def _find(self, name: str) -> Part | None:
        relation = self._relations.get(name)
        return None if relation is None or relation.is_external else relation.target_part


def _walk_page(data: bytes, left_out: LeftOut) -> Iterator[Piece]:
    # What reads web pages takes longer to import than a Word document to read: few insert one.
    from ingest.parsers.html.blocks import walk_blocks
    from ingest.parsers.html.document import parse_html
    from ingest.parsers.html.hidden import drop_unseen

    root = parse_html(data)
    drop_unseen(root, left_out)
    yield from walk_blocks(root, left_out)


def _parse_archive(data: bytes) -> ParsedText:
    from ingest.parsers.html.document import parse

    return parse(data)


def _take_pieces(parsed: ParsedText) -> Iterator[Piece]:
    end = 0
    for block in parsed.blocks:
        # Between two blocks are line ends, and tabs for the empty cells that a row begins with.
        text = parsed.text[end : block.end].lstrip("\n")
        yield Piece(text, block.kind, block.level)
        end = block.end
