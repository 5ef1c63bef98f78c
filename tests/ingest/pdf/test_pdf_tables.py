"""Tables of PDFs whose cells have frames: what stands between drawn lines is one cell."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.parsers import ParsedText, parse
from tests.pdfs import Mark, Raw, Rule, Text, make

SENTENCE = "The harbour authority publishes what each region was paid in the year before."
PLACES = (72.0, 180.0, 300.0, 520.0)


def rows_of(parsed: ParsedText) -> list[list[str]]:
    """The cells of rows; the first ones may be empty, and stand before their block."""
    text = parsed.text
    starts = [(text.rfind("\n", 0, b.start) + 1, b.end) for b in parsed.blocks if b.kind == "row"]
    return [text[start:end].split("\t") for start, end in starts]


def draw_frame(places: Sequence[float], heights: Sequence[float]) -> list[Mark]:
    """Lines from left to right at heights, and upright ones at places."""
    upright = [Raw(f"{x} {heights[0]} m {x} {heights[-1]} l 0.5 w S") for x in places]
    return [*(Rule(places[0], places[-1], y) for y in heights), *upright]


def parse_page(*marks: Mark) -> ParsedText:
    return parse("rules.pdf", make([list(marks)]))


def test_what_is_wrapped_in_a_cell_stays_in_it() -> None:
    """Its lines begin with capitals and stand beside the lines of other cells."""
    marks: list[Mark] = [Text(72, 780, SENTENCE), *draw_frame(PLACES, (750, 730, 690, 650))]
    marks += [Text(75, 736, "Region"), Text(183, 736, "Body"), Text(303, 736, "Duty")]
    for top, region, body in ((718, "North", "Port"), (678, "South", "Quay")):
        marks += [Text(75, top, region), Text(183, top, body), Text(183, top - 13, "Office")]
        marks += [Text(303, top, f"Licences of {region}"), Text(303, top - 13, "Fees of berths")]
    assert rows_of(parse_page(*marks)) == [
        ["Region", "Body", "Duty"],
        ["North", "Port Office", "Licences of North Fees of berths"],
        ["South", "Quay Office", "Licences of South Fees of berths"],
    ]


def test_a_cell_in_the_middle_of_its_height_belongs_to_its_row() -> None:
    marks: list[Mark] = [Text(72, 780, SENTENCE), *draw_frame(PLACES, (750, 730, 700, 670))]
    marks += [Text(75, 736, "Region"), Text(183, 736, "Share"), Text(303, 736, "Note")]
    for top, region in ((719, "North"), (689, "South")):
        marks += [Text(75, top - 6.5, region), Text(183, top - 6.5, "12")]
        marks += [Text(303, top, f"Paid to {region}"), Text(303, top - 13, "Once a year")]
    assert rows_of(parse_page(*marks))[1:] == [
        ["North", "12", "Paid to North Once a year"],
        ["South", "12", "Paid to South Once a year"],
    ]


def test_a_line_parts_words_that_are_a_space_apart() -> None:
    marks: list[Mark] = [Text(72, 780, SENTENCE), *draw_frame((72, 122, 300), (750, 730, 710, 690))]
    for y, region in ((736, "Region11"), (716, "Region12"), (696, "Region13")):
        marks.append(Text(75, y, f"{region} {region[-2:]}00 euros"))
    rows = rows_of(parse_page(*marks))
    assert rows == [[f"Region{n}", f"{n}00 euros"] for n in (11, 12, 13)]


def test_text_above_a_table_is_no_row_of_it_though_a_line_is_drawn_over_it() -> None:
    marks: list[Mark] = [Rule(72, 520, 800), Text(72, 780, SENTENCE)]
    marks += [*draw_frame(PLACES, (750, 730, 710, 690)), Rule(72, 520, 640)]
    marks.append(Text(72, 660, SENTENCE.replace("harbour", "coast")))
    for y, region in ((736, "North"), (716, "South"), (696, "West")):
        marks += [Text(75, y, region), Text(183, y, "Quay"), Text(303, y, "12 euros")]
    parsed = parse_page(*marks)
    assert rows_of(parsed) == [[name, "Quay", "12 euros"] for name in ("North", "South", "West")]
    assert [parsed.text[b.start : b.end] for b in parsed.blocks if b.kind == "paragraph"] == [
        SENTENCE, SENTENCE.replace("harbour", "coast")
    ]  # fmt: skip


def test_empty_cells_keep_their_columns() -> None:
    marks: list[Mark] = [Text(72, 780, SENTENCE)]
    marks += draw_frame((72, 180, 220, 260, 300), (750, 730, 710, 690, 670))
    ticks = {"Grants": (0, 2), "Loans": (1,), "Rebates": (0, 1, 2), "Fees": (2,)}
    for y, (name, columns) in zip((736, 716, 696, 676), ticks.items(), strict=True):
        marks += [Text(75, y, name), *(Text(197 + 40 * n, y, "x") for n in columns)]
    assert rows_of(parse_page(*marks)) == [
        ["Grants", "x", "", "x"], ["Loans", "", "x"], ["Rebates", "x", "x", "x"],
        ["Fees", "", "", "x"],
    ]  # fmt: skip


def test_an_underlined_line_beside_another_is_no_line_of_a_table() -> None:
    """Rules that stand beside each other and do not touch are two."""
    marks: list[Mark] = [Text(72, 780, SENTENCE), *draw_frame(PLACES, (750, 700, 650, 600))]
    for top, region in ((738, "North"), (688, "South"), (638, "West")):
        marks += [Text(75, top, region), Text(183, top, "Quay"), Text(303, top, "Licences of all")]
        marks += [Text(303, top - 13, "Berths"), Rule(75, 150, top - 2), Rule(303, 510, top - 2.5)]
    assert rows_of(parse_page(*marks)) == [
        [name, "Quay", "Licences of all Berths"] for name in ("North", "South", "West")
    ]


def test_a_cell_beside_several_rows_is_in_the_first_of_them() -> None:
    """The lines between these begin behind it; the names of columns in two rows stay one row."""
    marks: list[Mark] = [Text(72, 780, SENTENCE)]
    places, heights = (72, 200, 330, 380, 430), (750, 710, 650, 590)
    marks += draw_frame(places, heights)
    marks += [Rule(330, 430, 730), Text(75, 736, "Aim"), Text(203, 736, "Means")]
    marks += [Text(333, 736, "Applies to"), Text(333, 716, "Heat"), Text(383, 716, "Power")]
    for top, aim, first in ((710, "Investment in new quays", 1), (650, "Generation", 2)):
        marks.append(Text(75, top - 14, aim))
        for row in range(3):
            y = top - 14 - 20 * row
            marks += [Rule(200, 430, y - 6)] if row < 2 else []
            marks += [Text(203, y, f"Means {row}"), Text(345 + 50 * ((row + first) % 2), y, "x")]
    assert rows_of(parse_page(*marks)) == [
        ["Aim", "Means", "Applies to Heat", "Power"],
        ["Investment in new quays", "Means 0", "", "x"],
        ["", "Means 1", "x"],
        ["", "Means 2", "", "x"],
        ["Generation", "Means 0", "x"],
        ["", "Means 1", "", "x"],
        ["", "Means 2", "x"],
    ]
