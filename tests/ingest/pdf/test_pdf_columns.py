"""Columns of PDFs: what is drawn out to fill one, what stands on top of one, tables within one."""

from __future__ import annotations

import pytest

from index.pages.boxes import find_line_boxes
from ingest.parsers import parse
from ingest.text.blocks import ParsedText
from tests.pdfs import LEADING, Mark, Raw, Rule, Text, column, make

LONG = [
    "Intergovernmental administrations",
    "systematically underestimate",
    "infrastructural dependencies,",
    "notwithstanding comprehensive",
    "environmental responsibilities and",
    "counterproductive interpretations.",
]
QUAYS = [
    "The fund pays for the quays and",
    "for the piers of the coast when",
    "the council has agreed to it in",
    "a sitting that is open to those",
    "who live there and pay the toll",
    "of the year that is now at end.",
]
GATES = [
    "The gates of the lock stay shut",
    "as long as the tide comes in or",
    "a ship lies within, unless the",
    "watch has seen a fire on board.",
    "A ship that waits for the gates",
    "to open shows a green lantern.",
]


def parse_page(marks: list[Mark]) -> ParsedText:
    return parse("plan.pdf", make([marks]))


def texts(parsed: ParsedText, kind: str) -> list[str]:
    return [parsed.text[b.start : b.end] for b in parsed.blocks if b.kind == kind]


def right_edge(*marks: Mark) -> float:
    parsed = parse_page(list(marks))
    assert parsed.layout is not None
    return max(box.x1 for box in find_line_boxes(parsed.layout, 0, len(parsed.text)))


def draw_out(lines: list[str], right: float, x: float = 72.0, top: float = 760.0) -> list[Mark]:
    """Lines of which all but the last are drawn out, word from word, to end at one edge."""
    marks: list[Mark] = []
    for number, words in enumerate(lines):
        y = top - LEADING * number
        spare = right - right_edge(Text(x, y, words)) if number < len(lines) - 1 else 0.0
        wider = spare / max(1, words.count(" "))
        marks.append(Raw(f"BT /F1 11 Tf {wider:.3f} Tw 1 0 0 1 {x} {y} Tm ({words}) Tj 0 Tw ET"))
    return marks


def test_lines_that_are_drawn_out_to_fill_a_narrow_column_are_no_rows() -> None:
    marks = draw_out(LONG, right_edge(*column(LONG)))
    parsed = parse_page([Text(72, 790, "Rules of the harbour", 18), *marks])
    assert texts(parsed, "paragraph") == [" ".join(LONG)]
    assert texts(parsed, "row") == []


def test_lines_are_drawn_out_though_none_of_them_fills_the_column_by_itself() -> None:
    lines = [LONG[1], LONG[2], LONG[3], LONG[4][:-4], LONG[5]]
    marks = draw_out(lines, right_edge(*column(lines)) + 24)
    assert texts(parse_page(marks), "paragraph") == [" ".join(lines)]


def test_a_column_beside_another_is_drawn_out_too() -> None:
    edge = right_edge(*column(LONG))
    right = column(GATES, x=edge + 14)
    parsed = parse_page([*draw_out(LONG, edge), *right])
    assert texts(parsed, "paragraph") == [" ".join(LONG), " ".join(GATES)]


def test_figures_at_the_right_edge_of_a_text_stay_in_rows() -> None:
    edge = right_edge(*column(QUAYS))
    cells = [("Piers", "1,200"), ("Lamps", "640"), ("Ropes", "85")]
    rows: list[Mark] = []
    for number, (name, figure) in enumerate(cells):
        y = 660 - LEADING * number
        x = 72 + edge - right_edge(Text(72, y, figure))
        rows += [Text(72, y, name), Text(x, y, figure)]
    parsed = parse_page([*draw_out([*QUAYS, "x"], edge)[:-1], *rows])
    assert texts(parsed, "row") == ["\t".join(pair) for pair in cells]


@pytest.mark.parametrize("heading", [pytest.param(17.0, id="heading"), pytest.param(0.0, id="not")])
def test_a_column_may_begin_higher_than_the_first_one(heading: float) -> None:
    """A heading leaves white above itself in the first one, not in the second."""
    title: list[Mark] = [Text(72, 738, "Fees", heading)] if heading else []
    left = column(QUAYS, top=718)
    right = column(["that is due in May.", "", *GATES], x=320, top=760)
    parsed = parse_page([*title, *left, *right])
    assert texts(parsed, "heading") == (["Fees"] if heading else [])
    assert parsed.text.endswith("at end.\n\nthat is due in May.\n\n" + " ".join(GATES))


def test_the_end_of_a_sentence_on_top_of_the_next_column_goes_with_its_beginning() -> None:
    left = column([*QUAYS[:5], "of the year in which"], top=718)
    right = column(["it was raised.", "", *GATES], x=320, top=746)
    parsed = parse_page([Text(72, 738, "Fees", 17), *left, *right])
    assert "the toll of the year in which it was raised." in parsed.text


def test_a_title_in_the_middle_above_columns_is_none_of_theirs() -> None:
    edge = right_edge(*column(GATES, x=320))
    middle = (72 + edge - (right_edge(Text(72, 790, "Fees of 2030", 18)) - 72)) / 2
    columns = [*column(QUAYS, top=760), *column(GATES, x=320, top=766)]
    parsed = parse_page([Text(middle + 60, 790, "of 2030", 18), *columns])
    assert parsed.text.startswith("of 2030\n")


def test_a_few_lines_on_top_of_the_next_column_are_a_column() -> None:
    parsed = parse_page(
        [
            *column([*QUAYS, *GATES[:-1], "to open shows a lantern which"]),
            *column(["is green by night and", "white by day."], x=320),
        ]
    )
    assert parsed.text.endswith("to open shows a lantern which is green by night and white by day.")


def test_a_table_in_one_column_does_not_cut_the_other() -> None:
    rows: list[Mark] = [Rule(72, 230, 700 - 18 * n) for n in range(4)]
    for number, cells in enumerate([("Piers", "12"), ("Lamps", "640"), ("Ropes", "85")]):
        y = 687 - 18 * number
        rows += [Text(76, y, cells[0]), Text(180, y, cells[1])]
    left = [*column(QUAYS[:4], top=760), *rows, *column(QUAYS, top=630)]
    parsed = parse_page([*left, *column([*GATES, *GATES], x=320)])
    assert texts(parsed, "row") == ["Piers\t12", "Lamps\t640", "Ropes\t85"]
    assert parsed.text.endswith(" ".join([*QUAYS, "", *GATES, *GATES]).replace(" " * 2, "\n\n"))


@pytest.mark.parametrize("gutter", [6.0, 8.0])
def test_columns_drawn_one_by_one_are_told_by_a_gutter_of_half_a_line(gutter: float) -> None:
    left, right = [*QUAYS, *GATES], [*GATES, *QUAYS]
    edge = right_edge(*column(left))
    drawn = [*draw_out(left, edge), *draw_out(right, 2 * edge - 72 + gutter, x=edge + gutter)]
    parsed = parse_page(drawn)
    assert texts(parsed, "paragraph") == [" ".join(left), " ".join(right)]
