"""What stands on the pages of a PDF beside the text, and letters apart from their words."""

from __future__ import annotations

import re
from textwrap import wrap

import pytest

from ingest.parsers import ParsedText, parse
from tests.pdfs import Mark, Raw, Text, column, make

SENTENCES = [
    "The harbour authority shall publish its dredging plan before the first of March of each year.",
    "A licence is granted for five years and may be renewed once upon a written request.",
    "Vessels longer than 24 metres must register with the port office two days before arrival.",
    "The fee for a mooring permit amounts to 350 euros and is paid in advance to the treasury.",
    "Appeals against a refusal are lodged with the regional court within thirty days of notice.",
]
LINES = wrap(" ".join(SENTENCES * 3), 78)


def parse_pages(*pages: list[Mark]) -> ParsedText:
    return parse("rules.pdf", make(pages))


def read_omissions(parsed: ParsedText, reason: str) -> list[str]:
    return [omission.text for omission in parsed.omissions if omission.reason == reason]


def flatten(parsed: ParsedText) -> str:
    return " ".join(parsed.text.split())


@pytest.mark.parametrize(
    ("words", "turn"),
    [
        ("DRAFT", "0.7 0.7 -0.7 0.7"),
        ("N O T  A D O P T E D", "0.8 0.6 -0.6 0.8"),
        ("Entwurf", "0.87 0.5 -0.5 0.87"),
        ("CONFIDENTIAL", "1 0 0 1"),
    ],
)
@pytest.mark.parametrize("comes_first", [True, False])
def test_a_watermark_stands_in_no_sentence_and_is_no_title(
    words: str, turn: str, comes_first: bool
) -> None:
    mark = Raw(f"0.85 g BT /F2 36 Tf {turn} 120 550 Tm ({words}) Tj ET 0 g")
    text: list[Mark] = [Text(72, 790, "Harbour rules", 18, bold=True), *column(LINES)]
    parsed = parse_pages([mark, *text] if comes_first else [*text, mark])
    assert flatten(parsed).endswith(" ".join(SENTENCES * 3))
    assert parsed.title == "Harbour rules"
    assert ["".join(said.split()) for said in read_omissions(parsed, "watermark")] == [
        "".join(words.split())
    ]
    assert parsed.note is None


def test_a_small_watermark_at_one_place_of_pages_is_left_out() -> None:
    mark = Raw("0.85 g BT /F2 20 Tf 1 0 0 1 200 600 Tm (CONFIDENTIAL) Tj ET 0 g")
    pages = [
        [Text(72, 790, f"Rules of town {'abc'[n]}", 18, bold=True), *column(LINES[n:]), mark]
        for n in range(3)
    ]
    parsed = parse_pages(*pages)
    assert parsed.title == "Rules of town a"
    assert "CONFIDENTIAL" not in parsed.text
    assert all(" ".join(LINES[n:]) in flatten(parsed) for n in range(3))
    assert read_omissions(parsed, "watermark") == ["CONFIDENTIAL"] * 3


def test_a_word_all_over_a_page_is_a_watermark_and_one_beside_the_text_is_not() -> None:
    tiles = [
        Raw(f"0.85 g BT /F2 16 Tf 1 0 0 1 {x} {y} Tm (DRAFT) Tj ET 0 g")
        for x, y in ((90, 740), (300, 700), (120, 650), (330, 620))
    ]
    parsed = parse_pages([*column(LINES), *tiles])
    assert flatten(parsed) == " ".join(SENTENCES * 3)
    assert read_omissions(parsed, "watermark") == ["DRAFT"] * 4
    beside = [Text(72, 700 - 60 * place, "DRAFT", 16) for place in range(4)]
    rows = [Text(200, 700 - 60 * place, LINES[place]) for place in range(4)]
    assert flatten(parse_pages([*beside, *rows])).count("DRAFT") == 4


@pytest.mark.parametrize("words", ["Page 1 of 1", "- 1/1 -", "Seite 1"])
def test_the_number_of_an_only_page_is_left_out(words: str) -> None:
    parsed = parse_pages([*column(LINES), Text(280, 30, words)])
    assert words not in parsed.text
    assert read_omissions(parsed, "page number") == [words]


def test_a_title_aslant_on_a_cover_is_read() -> None:
    cover: list[Mark] = [Raw("BT /F2 40 Tf 0.8 0.6 -0.6 0.8 120 300 Tm (Harbour plan) Tj ET")]
    assert "Harbourplan" in "".join(parse_pages(cover, [*column(LINES)]).text.split())


def number_lines(text: list[str], every: int, x: float, first: int) -> list[Mark]:
    lines: list[Mark] = [*column(text, x=100)]
    for place in range(len(text)):
        if (place + first) % every == 0:
            lines.append(Text(x, 760 - 14 * place, str(place + first), 9))
    return lines


@pytest.mark.parametrize(
    ("every", "x"), [(1, 84.0), (1, 540.0), (5, 60.0)], ids=["left", "right", "every-fifth"]
)
def test_the_numbers_of_lines_are_left_out(every: int, x: float) -> None:
    lines = wrap(" ".join(SENTENCES[n % 5] for n in range(70)), 79)
    pages = [lines[start : start + 34] for start in range(0, len(lines), 34)]
    parsed = parse_pages(*(number_lines(p, every, x, 34 * n + 1) for n, p in enumerate(pages)))
    assert flatten(parsed) == " ".join(lines)
    numbers = " ".join(read_omissions(parsed, "line number")).split()
    assert numbers == [str(number) for number in range(every, len(lines) + 1, every)]


def test_the_numbers_of_a_list_and_of_rows_stay() -> None:
    rows: list[Mark] = []
    for place, town in enumerate(["Norland", "Southmark", "Eastholm", "Westby", "Midtown"] * 2):
        y = 700 - 18 * place
        rows += [Text(72, y, str(place + 1)), Text(100, y, town), Text(220, y, f"{place}7 euros")]
    text = flatten(parse_pages(rows))
    assert all(str(number) in text.split() for number in range(1, 11))


GOODS = [
    "apples from the valley", "pears and quinces", "timber, sawn", "coal, by the tonne",
    "salt in sacks", "wine in casks", "oil of olives", "wool, washed", "hides of oxen",
    "tin in bars",
]  # fmt: skip
VESSELS = [
    "vessels that carry grain or flour", "barges of more than twelve metres",
    "boats that are rowed by one person", "ferries between the two islands",
    "ships under the flag of a neighbour", "tugs that wait outside the mole",
    "yachts of members of the harbour club", "vessels in distress or under repair",
]  # fmt: skip


@pytest.mark.parametrize("entries", [GOODS, VESSELS], ids=["ragged", "of-one-width"])
@pytest.mark.parametrize(
    ("number_x", "entry_x", "figure_x"),
    [(72, 100, 300), (72, 100, None), (320, 72, None)],
    ids=["rows", "left", "right"],
)
def test_the_numbers_of_entries_in_lower_case_stay(
    entries: list[str], number_x: float, entry_x: float, figure_x: float | None
) -> None:
    marks: list[Mark] = []
    for place, entry in enumerate(entries):
        y = 700 - 14 * place
        marks += [Text(number_x, y, str(place + 1)), Text(entry_x, y, entry)]
        marks += [Text(figure_x, y, f"{3 * place + 7}0 euros")] if figure_x else []
    parsed = parse_pages(marks)
    assert {str(number) for number in range(1, len(entries) + 1)} <= set(parsed.text.split())
    assert not parsed.omissions


@pytest.mark.parametrize(
    "write",
    [
        pytest.param("Page {0} of 4", id="words"),
        pytest.param("- {0} -", id="dashes"),
        pytest.param("{0}/4", id="of-all"),
        pytest.param("EN {0} EN", id="language"),
        pytest.param("{0}. oldal", id="behind"),
    ],
)
@pytest.mark.parametrize("y", [150.0, 690.0], ids=["below", "above"])
def test_page_numbers_in_high_margins_stand_in_no_sentence(write: str, y: float) -> None:
    pages: list[list[Mark]] = []
    for number in range(1, 5):
        lines = [*LINES[number : number + 9], "The board decides on what concerns more than one"]
        opening = [f"municipality after hearing town {'abcd'[number - 1]} and its mayor."]
        body = column([*(opening if number > 1 else []), *lines], top=640)
        pages.append([*body, Text(280, y, write.format(number))])
    text = flatten(parse_pages(*pages))
    assert "more than one municipality after hearing town b" in text
    assert write.format(2) not in text


def test_points_that_open_pages_are_no_page_numbers() -> None:
    pages: list[list[Mark]] = [
        [*column([f"{number}. {LINES[number]}", *LINES[:8]], top=650)] for number in range(1, 5)
    ]
    text = parse_pages(*pages).text
    assert all(f"{number}. " in text for number in range(1, 5))


def test_a_large_heading_on_top_of_a_column_keeps_the_columns_apart() -> None:
    left = wrap(" ".join(SENTENCES[:3] * 3), 44)
    right = wrap(" ".join(SENTENCES[3:] * 4), 44)
    marks: list[Mark] = [Text(72, 700, "Abstract", 14, bold=True)]
    for place, words in enumerate(left):
        squeezed = f"{100 * 228 / (len(words) * 4.4):.1f} Tz"
        marks.append(
            Raw(f"BT /F1 9 Tf {squeezed} 1 0 0 1 72 {680 - 12 * place} Tm ({words}) Tj ET")
        )
    for place, words in enumerate(right):
        squeezed = f"{100 * 228 / (len(words) * 4.4):.1f} Tz"
        marks.append(
            Raw(f"BT /F1 9 Tf {squeezed} 1 0 0 1 313 {701 - 12 * place} Tm ({words}) Tj ET")
        )
    text = flatten(parse_pages(marks))
    assert " ".join(SENTENCES[:3]) in text
    assert " ".join(SENTENCES[3:]) in text


@pytest.mark.parametrize(
    ("letter", "rest", "right"),
    [
        ("T", "he harbour authority publishes a plan in March of", "The harbour authority"),
        ("A", "licence is granted for five years and may be renewed", "A licence is granted"),
        ("A", "bout five years after it was granted it is renewed by", "About five years"),
    ],
)
def test_a_large_initial_belongs_to_its_word(letter: str, rest: str, right: str) -> None:
    marks: list[Mark] = [
        Text(72, 722, letter, 40),
        Text(101, 738, rest),
        Text(101, 724, "every year and sends it to the ministry of transport for"),
        *column(["approval by June. The licence is then sent to the towns.", *LINES[:4]], top=710),
    ]
    assert parse_pages(marks).text.startswith(right)


def test_letters_set_apart_are_a_word_and_those_of_an_alphabet_are_not() -> None:
    marks: list[Mark] = [
        Text(72, 790, "S U M M A R Y", 16, bold=True),
        *column(LINES[:4]),
        Text(72, 640, "a A b B c C d D"),
    ]
    text = parse_pages(marks).text
    assert text.startswith("SUMMARY\n")
    assert "a A b B c C d D" in text


def test_a_space_as_narrow_as_the_gaps_of_spaced_letters_is_none() -> None:
    # A space is drawn, and what follows is set back over it.
    parts = "[(The independent st ) 362 (atus of the board)]"
    heading = Raw(f"BT /F2 10 Tf 1 Tc 1 0 0 1 72 790 Tm {parts} TJ ET")
    assert parse_pages([heading, *column(LINES[:4])]).text.startswith(
        "The independent status of the board"
    )


@pytest.mark.parametrize("leading", [14.0, 24.0])
@pytest.mark.parametrize("wraps", [False, True])
def test_rows_of_a_table_on_top_of_pages_are_no_running_headers(
    leading: float, wraps: bool
) -> None:
    """They differ in figures that grow from page to page, or in one line of a cell in none."""
    pages: list[list[Mark]] = []
    for page in range(3):
        marks: list[Mark] = [Text(72, 800, "Region"), Text(250, 800, "Note")]
        y = 800 - leading
        for row in range(18):
            number = 18 * page + row + 1
            words = f"paid in part {number}" if wraps else f"{11 * number}"
            marks += [Text(72, y, f"Region{number} {7 * number}"), Text(250, y, words)]
            if wraps:
                y -= 13
                marks.append(Text(250, y, "and the rest in the year after it"))
            y -= leading
        pages.append(marks)
    text = parse_pages(*pages).text
    assert [int(number) for number in re.findall(r"Region(\d+)", text)] == list(range(1, 55))
    assert text.count("and the rest in the year after it") == 54 * wraps


@pytest.mark.parametrize("numbers", [(3, 7, 12), (3, 4, 5)])
def test_a_header_whose_numbers_run_ahead_of_the_pages_is_left_out(
    numbers: tuple[int, ...],
) -> None:
    """Of an extract pages are missing."""
    pages = [[Text(72, 810, f"Harbour rules {n} of 40"), *column(LINES)] for n in numbers]
    parsed = parse_pages(*pages)
    assert "of 40" not in parsed.text
    assert len(read_omissions(parsed, "running header")) == len(numbers)
