"""Small PDFs that tests make themselves, with the standard fonts that every reader has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO

from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

WIDTH, HEIGHT = 595.0, 842.0
LEADING = 14.0


@dataclass(frozen=True)
class Text:
    """Words at a place; y counts from the bottom, as in PDF, quarter turns against the clock."""

    x: float
    y: float
    words: str
    size: float = 11.0
    bold: bool = False
    turns: int = 0


@dataclass(frozen=True)
class Rule:
    """A drawn line from left to right."""

    x0: float
    x1: float
    y: float


@dataclass(frozen=True)
class Raw:
    """Operators as they stand in the content."""

    operators: str


Mark = Text | Rule | Raw


def column(lines: Iterable[str], x: float = 72.0, top: float = 760.0) -> list[Mark]:
    """Lines of running text below each other; an empty one leaves a gap."""
    return [Text(x, top - LEADING * n, line) for n, line in enumerate(lines) if line]


def make(
    pages: Sequence[Sequence[Mark]],
    *,
    rotation: int = 0,
    size: tuple[float, float] = (WIDTH, HEIGHT),
    finish: Callable[[PdfWriter], object] = lambda _: None,
) -> bytes:
    """Return a PDF of pages; `finish` may add what else is in it."""
    writer = PdfWriter()
    for marks in pages:
        page = writer.add_blank_page(*size)
        fonts = DictionaryObject()
        for name, face in (("/F1", "/Helvetica"), ("/F2", "/Helvetica-Bold")):
            fonts[NameObject(name)] = DictionaryObject(
                {
                    NameObject("/Type"): NameObject("/Font"),
                    NameObject("/Subtype"): NameObject("/Type1"),
                    NameObject("/BaseFont"): NameObject(face),
                    NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
                }
            )
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        content = DecodedStreamObject()
        content.set_data(b"\n".join(map(_drawn, marks)))
        page[NameObject("/Contents")] = writer._add_object(content)
        page.rotation = rotation
    finish(writer)
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def _drawn(mark: Mark) -> bytes:
    if isinstance(mark, Raw):
        return mark.operators.encode("cp1252")
    if isinstance(mark, Rule):
        return f"{mark.x0} {mark.y} m {mark.x1} {mark.y} l S".encode()
    words = mark.words.encode("cp1252").replace(b"\\", b"\\\\")
    words = words.replace(b"(", b"\\(").replace(b")", b"\\)")
    font = "F2" if mark.bold else "F1"
    a, b = [(1, 0), (0, 1), (-1, 0), (0, -1)][mark.turns]
    matrix = f"{a} {b} {-b} {a} {mark.x} {mark.y} Tm"
    return f"BT /{font} {mark.size} Tf {matrix} (".encode() + words + b") Tj ET"


def squeeze(lines: Sequence[str], x: float = 72.0, top: float = 600.0) -> bytes:
    """Return content in which letters stand so near that readers of PDF take two for one."""
    return "\n".join(
        f"BT /F1 11 Tf -4.5 Tc 1 0 0 1 {x} {top - LEADING * n} Tm ({line}) Tj ET"
        for n, line in enumerate(lines)
    ).encode()


def add_content(writer: PdfWriter, page: int, content: bytes) -> None:
    """Draw more on a page, by its 0-based index."""
    stream = writer.pages[page]["/Contents"].get_object()
    stream.set_data(stream.get_data() + b"\n" + content)
