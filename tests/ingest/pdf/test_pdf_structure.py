"""What is a heading of a PDF, an item, a paragraph."""

from __future__ import annotations

from pypdf import PdfWriter

from ingest.parsers import ParsedText, parse
from tests.pdfs import Text, column, make

BODY = [
    "The harbour master keeps the lamps burning at night and writes",
    "down who passes the gate.",
]


def read_kinds(found: ParsedText) -> list[tuple[str, str]]:
    return [(block.kind, found.text[block.start : block.end]) for block in found.blocks]


def test_a_paragraph_further_left_than_an_items_mark_is_no_part_of_it() -> None:
    """The item ends in no full stop, and is too long to be left short of the edge."""
    items = column(
        [
            "1. the towns along the river",
            "2. the keepers of every gate and of each bridge along the river",
        ],
        x=90,
    )
    lines = [
        "A lamp that fails is lit again within the hour by whoever sees it, and written down,",
        "or by the master.",
    ]
    found = parse("a.pdf", make([[*items, *column(lines, top=760 - 28)]]))
    assert read_kinds(found) == [
        ("item", "1. the towns along the river"),
        ("item", "2. the keepers of every gate and of each bridge along the river"),
        ("paragraph", " ".join(lines)),
    ]


def test_bold_lines_in_a_row_are_no_headings() -> None:
    names = [
        "Lamps of the harbour",
        "Gates of the river",
        "Bridges of the town",
        "Roads by the sea",
    ]
    bold = [Text(72, 700 - 24.0 * n, name, bold=True) for n, name in enumerate(names)]
    marks = [*column(BODY), *bold, *column(BODY, top=580)]
    assert "heading" not in [kind for kind, _ in read_kinds(parse("a.pdf", make([marks])))]
    # One above a paragraph is.
    marks = [*column(BODY), bold[0], *column(BODY, top=676)]
    assert ("heading", names[0]) in read_kinds(parse("a.pdf", make([marks])))


def test_large_lines_with_bullets_are_items() -> None:
    large = [
        Text(72, 620 - 40.0 * n, f"• {word} burn", 15) for n, word in enumerate(["Lamps", "Gates"])
    ]
    found = read_kinds(parse("a.pdf", make([[*column(BODY * 3), *large]])))
    assert found[-2:] == [("item", "• Lamps burn"), ("item", "• Gates burn")]


def test_a_sentence_in_the_outline_is_no_heading() -> None:
    """Some programs list every paragraph there."""

    def finish(writer: PdfWriter) -> None:
        writer.add_outline_item(title="Lamps", page_number=0)
        writer.add_outline_item(title=" ".join(BODY), page_number=0)

    marks = [Text(72, 790, "Lamps"), *column(BODY)]
    found = read_kinds(parse("a.pdf", make([marks], finish=finish)))
    assert found == [("heading", "Lamps"), ("paragraph", " ".join(BODY))]
