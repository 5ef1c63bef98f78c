"""The PDF parser: order, paragraphs, furniture, hyphens, tables, headings, places of text."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import numpy as np
import pytest
from pypdf import PdfWriter
from pypdf.constants import PageLabelStyle

from index.pages import pdfium
from index.pages.boxes import Layout, find_line_boxes, pack, unpack
from ingest.parsers import ParsedText, parse, pdf
from ingest.text.chunk import chunk
from tests.pdfs import HEIGHT, Mark, Rule, Text, column, make

LAMPS = [
    "The harbour master keeps the lamps of the outer quay burning through",
    "the night, and every ship that passes pays a toll for the oil that is",
    "burnt. Ships of the realm pay half of what foreign ships have to pay.",
]
TOLLS = [
    "The toll is set by the council once a year, after the guild of pilots",
    "was heard. No toll is due from boats that carry nothing but their own",
    "nets, and none from ships that seek shelter from a storm at the quay.",
]


def texts(parsed: ParsedText, kind: str) -> list[str]:
    return [parsed.text[b.start : b.end] for b in parsed.blocks if b.kind == kind]


def parse_pages(*pages: list[Mark], **options: object) -> ParsedText:
    parsed = parse("a.pdf", make(pages, **options))  # type: ignore[arg-type]
    assert_whole(parsed)
    return parsed


def assert_whole(parsed: ParsedText) -> None:
    """What holds of every parsed text: NFC, blocks, a page and a box for each visible character."""
    text, layout = parsed.text, parsed.layout
    assert unicodedata.is_normalized("NFC", text)
    assert layout is not None
    assert len(layout.pages) == len(text) == len(layout.boxes)
    placed = layout.pages > 0
    assert [c.isspace() for c in text] == (~placed).tolist()
    position = 0
    for block in parsed.blocks:
        assert not text[position : block.start].strip()
        assert text[block.start : block.end] == text[block.start : block.end].strip() != ""
        position = block.end
    assert not text[position:].strip()
    assert "".join(text[page.start : page.end] for page in parsed.pages) == text
    for page in parsed.pages:
        numbers = layout.pages[page.start : page.end]
        assert set(numbers[numbers > 0].tolist()) <= {page.number}


def test_lines_become_paragraphs() -> None:
    parsed = parse_pages(column([*LAMPS, "", *TOLLS]))
    assert texts(parsed, "paragraph") == [" ".join(LAMPS), " ".join(TOLLS)]


def test_two_columns_are_read_one_after_the_other_though_drawn_line_by_line() -> None:
    left = [
        "The lamps of the outer quay",
        "are lit at dusk by the men of",
        "the watch and put out when",
        "the sun has risen above it.",
    ]
    right = [
        "The toll of the harbour is",
        "raised by the clerks who sit",
        "in the old customs house at",
        "the end of the inner quay.",
    ]
    lines = [
        mark
        for n in range(4)
        for mark in (Text(72, 700 - 14 * n, left[n]), Text(320, 700 - 14 * n, right[n]))
    ]
    parsed = parse_pages([Text(150, 740, "A title across both columns", 18), *lines])
    assert texts(parsed, "heading") == ["A title across both columns"]
    assert texts(parsed, "paragraph") == [" ".join(left), " ".join(right)]


def right_edge(marks: list[Mark]) -> float:
    parsed = parse_pages(marks)
    assert parsed.layout is not None
    return max(box.x1 for box in find_line_boxes(parsed.layout, 0, len(parsed.text)))


@pytest.mark.parametrize("line_by_line", [True, False])
def test_columns_with_a_narrow_gutter_are_read_apart(line_by_line: bool) -> None:
    """The gutter is narrower than a gap that parts a line wherever it stands."""
    left, right = [*LAMPS, *TOLLS], [*TOLLS, *LAMPS]
    first = column(left)
    second = column(right, x=right_edge(first) + 11)
    marks = [mark for pair in zip(first, second, strict=True) for mark in pair]
    title = Text(72, 790, "The Harbour Act, a title set across both of the columns of it", 18)
    page = [title, *(marks if line_by_line else [*first, *second])]
    parsed = parse_pages(page, size=(900, HEIGHT))
    assert parsed.text.split("\n", 1)[1].split() == " ".join([*left, *right]).split()


def test_long_cells_with_a_narrow_gap_between_them_stay_rows() -> None:
    first = [Text(72, 600 - 40 * n, f"The ship of captain number {n}") for n in range(4)]
    x = right_edge([*first]) + 11
    second = [Text(x, 600 - 40 * n, f"Pays {n + 3} marks to the harbour") for n in range(4)]
    rows = [f"{one.words}\t{two.words}" for one, two in zip(first, second, strict=True)]
    marks: list[Mark] = [*column(LAMPS), *first, *second]
    assert texts(parse_pages(marks), "row") == rows


def test_a_wide_space_within_a_line_is_no_gutter() -> None:
    words, others = LAMPS[0][:28], LAMPS[0][29:]
    assert f"{words} {others}" == LAMPS[0]
    first = Text(72, 760, words)
    second = Text(right_edge([first]) + 11, 760, others)
    parsed = parse_pages([first, second, *column(LAMPS[1:], top=746)])
    assert texts(parsed, "paragraph") == [" ".join(LAMPS)]


def test_a_sentence_that_crosses_a_page_is_one_with_boxes_on_both() -> None:
    note = Text(72, 60, "1 The oil is bought from the whalers of the north.", 8)
    parsed = parse_pages([*column(LAMPS[:2], top=100), note], column(LAMPS[2:]))
    whole = " ".join(LAMPS)
    assert texts(parsed, "paragraph") == [whole, note.words]
    assert parsed.layout is not None
    end = whole.index("burnt.") + len("burnt.")
    boxes = find_line_boxes(parsed.layout, 0, end)
    assert [box.page for box in boxes] == [1, 1, 2]
    # The note stands on the first page, though its text comes after what is overleaf.
    at = parsed.text.index("whalers")
    page = parsed.version().page_at(at)
    assert page is not None
    assert page.number == 1
    drafts = chunk(parsed)
    assert any((0, end) in draft.sentences for draft in drafts)


def test_running_headers_footers_and_page_numbers_are_left_out() -> None:
    pages = [
        [
            Text(72, HEIGHT - 40, f"Harbour Act {2020 + n}"),
            Text(300, 30, f"- {n + 4} -"),
            *column(LAMPS if n % 2 else TOLLS),
        ]
        for n in range(3)
    ]
    parsed = parse_pages(*pages)
    assert "Harbour" not in parsed.text
    assert "-" not in parsed.text
    assert {page.number: page.label for page in parsed.pages} == {1: "4", 2: "5", 3: "6"}


def test_articles_on_top_of_pages_are_headings_and_no_headers() -> None:
    pages = [
        [Text(72, HEIGHT - 60, f"Article {n}", bold=True), *column(LAMPS if n % 2 else TOLLS)]
        for n in (2, 5, 9, 14)
    ]
    parsed = parse_pages(*pages)
    assert texts(parsed, "heading") == [f"Article {n}" for n in (2, 5, 9, 14)]


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(["4 Harbours", "5 Harbours", "6 Harbours"], id="counting"),
        pytest.param(["Chapter 1 – 8", "Chapter 1 – 9", "Chapter 2 – 10"], id="chapter-and-page"),
        pytest.param(["78 Harbours", "79 Harbours", "83 Harbours"], id="pages-left-out"),
        pytest.param(["Chapter 1", "CHAPTER  1", "Chapter 1"], id="always-the-same"),
    ],
)
def test_headers_with_numbers_are_headers(headers: list[str]) -> None:
    pages = [[Text(72, HEIGHT - 40, header), *column(LAMPS, top=640)] for header in headers]
    assert texts(parse_pages(*pages), "paragraph") == [" ".join(LAMPS)] * 3


def test_a_marker_at_the_top_of_each_page_is_no_header() -> None:
    pages = [
        [Text(72, HEIGHT - 60, f"({n})"), Text(110, HEIGHT - 60, f"The {ship} pays no toll.")]
        for n, ship in enumerate(["cog", "hulk", "galley"])
    ]
    parsed = parse_pages(*pages)
    assert [text[:7] for text in texts(parsed, "item")] == ["(0) The", "(1) The", "(2) The"]


@pytest.mark.parametrize(
    ("elsewhere", "expected"),
    [
        pytest.param("The nonexhaustive list is long.", "nonexhaustive", id="joined-elsewhere"),
        pytest.param("Nothing of the kind is said.", "non-exhaustive", id="nowhere-else"),
        pytest.param(
            "A nonexhaustive, a non-exhaustive and a non-exhaustive list.",
            "non-exhaustive",
            id="parted-more-often",
        ),
    ],
)
def test_a_hyphen_at_a_lines_end_goes_only_if_the_word_stands_elsewhere(
    elsewhere: str, expected: str
) -> None:
    lines = ["The council keeps a list of tolls at the quay, which is a non-", "exhaustive one."]
    parsed = parse_pages(column([*lines, "", elsewhere]))
    assert texts(parsed, "paragraph")[0].endswith(f"which is a {expected} one.")


def test_a_suspended_hyphen_keeps_its_space() -> None:
    lines = ["Die Mittel des Landes gehen vor allem in die Forschungs-", "und Entwicklungspolitik."]
    assert "Forschungs- und" in parse_pages(column(lines)).text


def test_a_ruled_table_keeps_its_rows_and_its_header_is_their_context() -> None:
    cells = [
        ("Ship", "Toll in marks"),
        ("Cog of the realm", "12"),
        ("Foreign hulk", "24"),
        ("Boat with nets", "none"),
    ]
    marks: list[Mark] = [*column(LAMPS)]
    for n, (ship, toll) in enumerate(cells):
        y = 600 - 20 * n
        marks.append(Rule(72, 400, y + 14))
        marks += [Text(76, y, ship, bold=n == 0), Text(260, y, toll, bold=n == 0)]
    parsed = parse_pages([*marks, Rule(72, 400, 600 - 66), *column(TOLLS, top=480)])
    rows = [block for block in parsed.blocks if block.kind == "row"]
    assert [parsed.text[b.start : b.end] for b in rows] == ["\t".join(row) for row in cells]
    assert [row.level for row in rows] == [1, 0, 0, 0]
    assert texts(parsed, "paragraph") == [" ".join(LAMPS), " ".join(TOLLS)]


def test_underlined_words_of_a_list_are_no_table() -> None:
    marks: list[Mark] = []
    lines = [*LAMPS, *TOLLS]
    for n in range(4):
        top = 700 - 100 * n
        marks.append(Text(72, top, f"-  {lines[0]}"))
        marks += [Text(86, top - 14 * m, line) for m, line in enumerate(lines) if m]
        marks.append(Rule(72, 420, top - 2))
    assert texts(parse_pages(marks), "item") == ["- " + " ".join(lines)] * 4


def test_a_first_line_in_bold_is_no_heading_of_its_sentence() -> None:
    marks = [Text(72, 760 - 14 * n, line, bold=n == 0) for n, line in enumerate(LAMPS)]
    parsed = parse_pages([*marks, *column(TOLLS, top=690)])
    assert texts(parsed, "heading") == []
    assert texts(parsed, "paragraph") == [" ".join(LAMPS), " ".join(TOLLS)]


def test_a_heading_in_lines_that_are_centred_is_one() -> None:
    lines = ["Vision for", "the harbour of Norland", "future and plan"]
    marks: list[Mark] = []
    for place, words in enumerate(lines):
        width = right_edge([Text(0, 700, words, 14)])
        marks.append(Text(297 - width / 2, 760 - 17 * place, words, 14, bold=True))
    parsed = parse_pages([*marks, *column(LAMPS, top=680)])
    assert texts(parsed, "heading") == [" ".join(lines)]


def test_an_entry_of_a_table_of_contents_is_no_heading() -> None:
    entry = Text(
        72, 780, f"How the tolls of the harbour are set, and by whom {'.' * 9} 4", bold=True
    )
    parsed = parse_pages([entry, *column(LAMPS, top=740), *column(TOLLS, top=680)])
    assert texts(parsed, "heading") == []
    assert texts(parsed, "item") == [entry.words]


def test_a_table_without_lines_is_found_by_its_columns() -> None:
    cells = [("Cog", "12", "24"), ("Hulk", "24", "48"), ("Hoy", "6", "12")]
    marks = [
        Text(x, 500 - 16 * n, word)
        for n, row in enumerate(cells)
        for x, word in zip((72, 220, 330), row, strict=True)
    ]
    assert texts(parse_pages([*column(LAMPS), *marks]), "row") == ["\t".join(row) for row in cells]


def test_headings_by_size_and_weight_make_sections() -> None:
    parsed = parse_pages(
        [
            Text(72, 780, "Harbour Act of Freedonia", 20),
            Text(72, 750, "Lamps", 14),
            *column(LAMPS, top=730),
            Text(72, 660, "Tolls", 14),
            Text(72, 640, "How they are set", 11, bold=True),
            *column(TOLLS, top=620),
        ]
    )
    top = "Harbour Act of Freedonia"
    assert [section.path for section in parsed.sections] == [
        (top,), (top, "Lamps"), (top, "Tolls"), (top, "Tolls", "How they are set"),
    ]  # fmt: skip
    assert parsed.title == top


def test_the_outline_makes_headings_and_their_levels() -> None:
    def outline(writer: PdfWriter) -> None:
        above = writer.add_outline_item(title="Lamps", page_number=0)
        writer.add_outline_item(title="Oil", page_number=0, parent=above)

    page = [Text(72, 780, "Lamps"), Text(72, 750, "Oil"), *column(LAMPS, top=720)]
    parsed = parse_pages(page, finish=outline)
    assert [section.path for section in parsed.sections] == [("Lamps",), ("Lamps", "Oil")]


def test_what_the_file_says_of_itself() -> None:
    def say(writer: PdfWriter) -> None:
        made = datetime(2031, 5, 6, tzinfo=UTC).strftime("D:%Y%m%d%H%M%S")
        writer.add_metadata({"/Title": "Harbour  Act", "/Author": "jdoe", "/CreationDate": made})
        writer.set_page_label(0, 1, style=PageLabelStyle.LOWERCASE_ROMAN)

    title = Text(72, 780, "The Harbour Act", 18)
    parsed = parse_pages([title, *column(LAMPS)], [Text(72, 700, "More.")], finish=say)
    assert parsed.metadata.title == "Harbour Act"
    assert str(parsed.metadata.date) == "2031-05-06"
    assert parsed.metadata.publisher is None  # an author is somebody else
    assert [page.label for page in parsed.pages] == ["i", "ii"]


def test_a_title_that_the_text_does_not_bear_out_is_not_believed() -> None:
    def say(writer: PdfWriter) -> None:
        writer.add_metadata({"/Title": "Microsoft Word - draft7_FINAL.doc"})

    page = [Text(72, 780, "The Harbour Act", 18), *column(LAMPS)]
    assert parse_pages(page, finish=say).title == "The Harbour Act"


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_turned_pages_are_read_and_their_boxes_fit(rotation: int) -> None:
    """On a page turned by 90 degrees and text that is not, lines run down the page as shown."""
    data = make([column(LAMPS)], rotation=rotation)
    parsed = parse("a.pdf", data)
    assert_whole(parsed)
    assert parsed.layout is not None
    with pdfium.open_document(data) as document, pdfium.open_page(document, 0) as page:
        width, height = page.get_size()
        seen = pdfium.transform_boxes(
            parsed.layout.boxes[parsed.layout.pages > 0], pdfium.compute_view_matrix(page)
        )
    assert seen[:, [0, 1]].min() >= 0
    assert seen[:, 2].max() <= width
    assert seen[:, 3].max() <= height


@pytest.mark.parametrize(("turns", "step"), [(1, (14, 0)), (2, (0, 14)), (3, (-14, 0))])
def test_text_set_sideways_or_upside_down_is_read_in_its_lines(
    turns: int, step: tuple[int, int]
) -> None:
    lines = [
        Text(300 + step[0] * n, 400 + step[1] * n, line, 8, turns=turns)
        for n, line in enumerate(LAMPS)
    ]
    assert texts(parse_pages(lines), "paragraph") == [" ".join(LAMPS)]


def test_words_up_the_margin_do_not_disturb_the_text() -> None:
    margin = Text(30, 300, "Draft of the council", turns=1)
    assert texts(parse_pages([margin, *column(LAMPS)]), "paragraph") == [
        " ".join(LAMPS),
        margin.words,
    ]


def test_boxes_stand_where_the_words_were_put() -> None:
    parsed = parse_pages([Text(100, 500, "lamps and tolls", 20)])
    assert parsed.layout is not None
    (box,) = find_line_boxes(parsed.layout, 0, 5)
    assert box.page == 1
    assert box.x0 == pytest.approx(100, abs=1)
    assert box.y0 < 500 < box.y1
    assert 18 < box.y1 - box.y0 < 26
    (whole,) = find_line_boxes(parsed.layout, 0, len(parsed.text))
    assert whole.x1 > box.x1


def test_ligatures_are_letters_that_share_a_box() -> None:
    from ingest.parsers.pdf.flow.assembly import PlacedText, normalise

    boxes = np.array([[0, 0, 5, 10], [5, 0, 9, 10], [9, 0, 9, 10]], dtype=np.float32)
    piece = normalise(PlacedText("ﬁe\u0301", np.ones(3, dtype=np.int32), boxes))
    assert piece.text == "fi\u00e9"
    assert piece.boxes.tolist() == [[0, 0, 5, 10], [0, 0, 5, 10], [5, 0, 9, 10]]


def test_a_layout_survives_packing() -> None:
    generator = np.random.default_rng(5)
    pages = generator.integers(0, 4, 500).astype(np.int32)
    low = generator.uniform(-900, 900, (500, 2))
    boxes = np.hstack([low, low + generator.uniform(0, 40, (500, 2))]).astype(np.float32)
    boxes[pages == 0] = 0
    back = unpack(pack(Layout(pages, boxes)))
    assert np.array_equal(back.pages, pages)
    assert np.abs(back.boxes - boxes).max() <= 0.051


def test_a_box_beyond_all_bounds_is_cut_off() -> None:
    boxes = np.array([[-1e12, 0, 1e12, 10], [20, 0, 30, 10]], dtype=np.float32)
    back = unpack(pack(Layout(np.ones(2, dtype=np.int32), boxes))).boxes
    assert back[0].tolist() == [-1e7, 0, 1e7, 10]
    assert back[1].tolist() == [20, 0, 30, 10]


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9])
def test_layouts_of_any_length_survive_packing(count: int) -> None:
    layout = Layout(np.ones(count, dtype=np.int32), np.ones((count, 4), dtype=np.float32))
    assert unpack(pack(layout)).pages.tolist() == [1] * count


def test_reading_twice_gives_the_same() -> None:
    data = make([column(LAMPS), column(TOLLS)])
    one, two = pdf.parse(data), pdf.parse(data)
    assert one.text == two.text
    assert one.blocks == two.blocks
    assert one.pages == two.pages


def write_raised(*parts: str, size: float = 7.0) -> list[Mark]:
    """One line in 11 points; every second part of it is raised."""
    from itertools import cycle

    marks: list[Mark] = []
    x = 72.0
    for words, up in zip(parts, cycle([False, True]), strict=False):
        marks.append(Text(x, 704.0 if up else 700.0, words, size if up else 11.0))
        x = right_edge([Text(x, 700, f"{words}|", size if up else 11.0)])
        x -= right_edge([Text(0, 700, "|", size if up else 11.0)])
    return marks


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        pytest.param(
            ["The sum is 40 x 10", "6", " euros."], "The sum is 40 x 10⁶ euros.", id="power"
        ),
        pytest.param(["A dose of 10", "-3", " gram."], "A dose of 10⁻³ gram.", id="negative"),
        pytest.param(["A tank of 5 m", "3", " of oil."], "A tank of 5 m³ of oil.", id="unit"),
        pytest.param(
            ["It may add 12 000", "8", " euros."], "It may add 12 000⁸ euros.", id="figure"
        ),
        pytest.param(["The office", "7", " may pay."], "The office may pay.", id="word"),
        pytest.param(["The office", "7", ", and", "12", " we."], "The office, and we.", id="comma"),
        pytest.param(["The office", "7,8", " may pay."], "The office may pay.", id="two-notes"),
        pytest.param(["It pays.", "9", " Others do."], "It pays. Others do.", id="sentence"),
        pytest.param(["By law", "7)", " it pays."], "By law it pays.", id="closing-bracket"),
        pytest.param(["Notes (", "1", ") stay."], "Notes (1) stay.", id="brackets"),
        pytest.param(["The IEA", "42", "and others."], "The IEA and others.", id="two-words"),
        pytest.param(["On the 7", "th", " of May."], "On the 7th of May.", id="letters"),
    ],
)
def test_raised_digits_are_powers_or_marks(parts: list[str], text: str) -> None:
    assert parse_pages(write_raised(*parts)).text == text


def test_the_number_of_a_note_stays_before_it() -> None:
    marks: list[Mark] = [*column(LAMPS), Text(72, 104, "7", 5), Text(76, 100, "As of 2020.", 8)]
    assert parse_pages(marks).text.endswith("7 As of 2020.")


@pytest.mark.parametrize(
    ("number", "words", "text"),
    [
        pytest.param("1", "See the order on berths.", "1 See the order on berths.", id="word"),
        pytest.param("12", "A ship pays once.", "12 A ship pays once.", id="letter"),
        pytest.param("14", "C is found in wood.", "14C is found in wood.", id="element"),
    ],
)
def test_a_note_begins_apart_from_its_raised_number(number: str, words: str, text: str) -> None:
    fill = right_edge([Text(72, 104, f"{number}|", 5)]) - right_edge([Text(0, 104, "|", 5)])
    marks: list[Mark] = [*column(LAMPS), Text(72, 104, number, 5), Text(fill, 100, words, 8)]
    assert parse_pages(marks).text.endswith(text)


@pytest.mark.parametrize("is_closed", [True, False], ids=["closed", "open"])
def test_a_table_goes_on_overleaf(is_closed: bool) -> None:
    def draw(top: float, rows: list[tuple[str, str, str]]) -> list[Mark]:
        marks: list[Mark] = []
        for place, row in enumerate(rows):
            y = top - 22 * place
            marks.append(Rule(70, 520, y))
            marks += [
                Text(x, y - 15, words)
                for x, words in zip((75, 220, 380), row, strict=True)
                if words
            ]
        return [*marks, Rule(70, 520, top - 22 * len(rows))] if is_closed else marks

    head = ("Port", "Fee", "Condition")
    rows = [(f"Port {n}", f"{n}00 euros for", "paid before the ship") for n in range(2, 10)]
    first = draw(690, [head, *rows])
    second = draw(775, [head, ("", "each vessel", "is let go"), *rows[:3]])
    parsed = parse_pages([*column(LAMPS), *first], second)
    assert [parsed.text[b.start : b.end] for b in parsed.blocks if b.kind == "row" and b.level] == [
        "\t".join(head)
    ] * 2
    own = ["\t".join(row) for row in rows]
    assert texts(parsed, "row") == [
        "\t".join(head),
        *own[:-1],
        "Port 9\t900 euros for each vessel\tpaid before the ship is let go",
        "\t".join(head),
        *own[:3],
    ]
    assert_whole(parsed)


def test_a_row_without_a_name_stays_a_row_where_others_have_none() -> None:
    marks: list[Mark] = []
    for place, row in enumerate([("Kind", "Goods"), ("wood", "oak"), ("", "pine"), ("", "ash")]):
        marks.append(Rule(70, 520, 300 - 22 * place))
        marks += [Text(x, 285 - 22 * place, t) for x, t in zip((75, 220), row, strict=True) if t]
    more: list[Mark] = [Rule(70, 520, 775), Text(220, 760, "beech"), Rule(70, 520, 753)]
    more += [Text(75, 738, "stone"), Text(220, 738, "slate"), Rule(70, 520, 731)]
    rows = texts(parse_pages([*marks, Rule(70, 520, 212)], more), "row")
    assert rows == ["Kind\tGoods", "wood\toak", "pine", "ash", "beech", "stone\tslate"]
