"""Presentations, workbooks and OpenDocument files: what is shown, in its order."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from io import BytesIO

import pptx
import pytest
import xlsxwriter  # type: ignore[import-untyped]
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Font, NamedStyle, PatternFill
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from ingest.errors import SourceRefused
from ingest.parsers import ParsedText, parse
from ingest.parsers.office.formats.values import format_cell
from ingest.parsers.shared.left_out import close_gap
from ingest.parsers.shared.titles import pick_title
from tests.office_files import opendocument


def blocks(found: ParsedText) -> list[tuple[str, int, str]]:
    return [(b.kind, b.level, found.text[b.start : b.end]) for b in found.blocks]


def presentation() -> bytes:
    deck = pptx.Presentation()
    first = deck.slides.add_slide(deck.slide_layouts[1])
    first.shapes.title.text = "Cluster\vpolicy"
    body = first.placeholders[1].text_frame
    body.text = "Clusters get money"
    inner = body.add_paragraph()
    inner.text, inner.level = "in two parts", 1
    first.notes_slide.notes_text_frame.text = "Say that the first part is paid in March."
    hidden = deck.slides.add_slide(deck.slide_layouts[5])
    hidden.shapes.title.text = "Not shown"
    hidden._element.set("show", "0")
    deck.slides.add_slide(deck.slide_layouts[6])
    last = deck.slides.add_slide(deck.slide_layouts[5])
    last.shapes.title.text = "Rates"
    group = last.shapes.add_group_shape()
    group.shapes.add_textbox(0, 0, Inches(1), Inches(1)).text_frame.text = "In a group"
    table = last.shapes.add_table(3, 2, 0, 0, Inches(4), Inches(2)).table
    for row, cells in enumerate([("Size", "Rate"), ("small", "50 %"), ("all sizes", "")]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    table.cell(2, 0).merge(table.cell(2, 1))
    file = BytesIO()
    deck.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("before", "added", "kept"),
    [
        ("", " was", "was"),
        ("it ", " was", "was"),
        ("it", " was", " was"),
        ("it ", "was", "was"),
        ("it ", "", ""),
    ],
)
def test_one_space_stays_around_what_is_left_out(before: str, added: str, kept: str) -> None:
    assert close_gap(before, added) == kept


def test_slides_are_pages_and_their_notes_are_called_notes() -> None:
    found = parse("a.pptx", presentation())
    assert blocks(found) == [
        ("heading", 1, "Cluster policy"),
        ("item", 1, "Clusters get money"),
        ("item", 2, "in two parts"),
        ("heading", 2, "Notes"),
        ("paragraph", 0, "Say that the first part is paid in March."),
        ("heading", 1, "Rates"),
        ("paragraph", 0, "In a group"),
        ("row", 1, "Size\tRate"),
        ("row", 0, "small\t50 %"),
        ("row", 0, "all sizes"),
    ]
    assert [page.number for page in found.pages] == [1, 4]
    version = found.version()
    spoken = version.page_at(found.text.index("Say that"))
    assert spoken is not None
    assert spoken.number == 1
    assert version.section_at(found.text.index("Say that")) == ("Cluster policy", "Notes")
    assert found.title == "Cluster policy"


def workbook() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Rates"
    rows: list[list[object]] = [
        ["Support by size of company"],
        [],
        ["Size", "Share", 2024, "From"],
        ["Firms"],
        ["small", 0.5, 1234567.5, date(2024, 3, 31)],
        ["large", 0.255, 80, datetime(2024, 3, 31, 14, 30)],
        [],
        ["A note on it all."],
    ]
    for row in rows:
        sheet.append(row)
    for cell, code in (("B5", "0%"), ("B6", "0.0%"), ("C5", '#,##0.00 "EUR"'), ("C6", "[$€-407]0")):
        sheet[cell].number_format = code
    second = book.create_sheet("Contacts")
    second["C3"], second["D3"] = "Agency", "Town"
    second["C4"], second["D4"] = "PARP", "Warszawa"
    second["XFD4"].style = NamedStyle("far away")
    second["XFC5"] = "Far"
    hidden = book.create_sheet("Lists")
    hidden["A1"] = "yes"
    hidden.sheet_state = "hidden"
    book.properties.title = "rates.xlsx"
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def test_sheets_are_sections_and_values_are_as_shown() -> None:
    found = parse("a.xlsx", workbook())
    assert blocks(found) == [
        ("heading", 1, "Rates"),
        ("paragraph", 0, "Support by size of company"),
        ("row", 1, "Size\tShare\t2024\tFrom"),
        ("row", 0, "Firms"),
        ("row", 0, "small\t50%\t1,234,567.50 EUR\t2024-03-31"),
        ("row", 0, "large\t25.5%\t€80\t2024-03-31 14:30:00"),
        ("paragraph", 0, "A note on it all."),
        ("heading", 1, "Contacts"),
        ("row", 1, "Agency\tTown"),
        ("row", 0, "PARP\tWarszawa"),
        ("row", 0, "Far"),
    ]
    assert found.title is None


MOMENT = datetime(2024, 3, 5, 14, 30, 9)


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (None, "General", ""),
        (True, "General", "TRUE"),
        (3.0, "General", "3"),
        (0.1 + 0.2, "General", "0.3"),
        (12345678901234, "General", "12345678901234"),
        (2024, "0", "2024"),
        (1234.5, "#,##0", "1,235"),
        (2.5, "0", "3"),
        (1.005, "0.00", "1.01"),
        (-0.2, "0", "-0"),
        (-0.001, "0.00", "-0.00"),
        (-1, '"sold"', "sold"),
        (0.000015, "General", "1.5E-05"),
        (123456789012.5, "General", "1.23457E+11"),
        (-1 / 3, "General", "-0.333333333"),
        (1e20, "General", "1E+20"),
        (1e-5, 'General" m"', "1E-05 m"),
        (7, "[>=1E]0", "7"),
        ("x", "[>=1E]0", "x"),
        (2e9, "[>1E9]0.0,,,;0", "2.0"),
        (1e300, "0." + "0" * 150, "1E+300"),
        (10**400, "0.0", "1E+400"),
        (-5, "[Red][<0]-0.0;[>=0]0.0", "-5.0"),
        (-5, "[>=0]0.0;(0.0)", "(5.0)"),
        (-5, "[>100]0.0;0", "-5"),
        (-1.5, "_-* 0.0_-;-* 0.0_-", "-1.5"),
        (60, "0.0##E+00", "6.0E+01"),
        (60, '0.00 E+00" t"', "6.00 E+01 t"),
        (1.2, "0.0E+0%", "1.2E+2%"),
        (2, "0 0/8", "2 0/8"),
        (0.5, "0 00/00", "0 01/02"),
        (725, "00000", "00725"),
        (5551234, "000-0000", "555-1234"),
        (1234567, "#\\ ###\\ ##0", "1 234 567"),
        (12345.678, "#,##0.###", "12,345.678"),
        (1e20, "#,##0.00", "100,000,000,000,000,000,000.00"),
        (0.125, "0%", "13%"),
        (0.475, "0.0 %", "47.5 %"),
        (-2.5, "0.00;[Red]-0.00", "-2.50"),
        (-12500, "#,##0;(#,##0)", "(12,500)"),
        (-5, '_(* #,##0_);_(* \\(#,##0\\);_(* "-"_);_(@_)', "(5)"),
        (0, '_(* #,##0_);_(* \\(#,##0\\);_(* "-"_);_(@_)', "-"),
        (0, '0;-0;"none"', "none"),
        (5, ";;;", ""),
        ("x", ";;;", ""),
        ("x", '"Nr. "@', "Nr. x"),
        (7, '"Art." 0', "Art. 7"),
        (3.5, '0.0" m"', "3.5 m"),
        (-1234.5, '"$"#,##0.00_);("$"#,##0.00)', "($1,234.50)"),
        (1500, "#,##0 €;-#,##0 €", "1,500 €"),
        (5, 'General" m"', "5 m"),
        (5, "@", "5"),
        (0.00000000015, "0.00E+00", "1.50E-10"),
        (12345, "##0.0E+0", "12.3E+3"),
        (0.5, "# ?/?", "1/2"),
        (3.25, "# ?/?", "3 1/4"),
        (3.25, "# ?/8", "3 2/8"),
        (1_250_000, '#,##0.0,,"M"', "1.3M"),
        (5, '[>=1000000]0.0,,"M";0', "5"),
        (2_500_000, '[>=1000000]0.0,,"M";0', "2.5M"),
        (MOMENT, "d mmmm yyyy", "5 March 2024"),
        (MOMENT, "dd\\.mm\\.yyyy;@", "05.03.2024"),
        (MOMENT, "[$-809]dddd, d mmm yy", "Tuesday, 5 Mar 24"),
        (MOMENT, "h:mm AM/PM", "2:30 PM"),
        (MOMENT, "yyyy-mm-dd hh:mm:ss", "2024-03-05 14:30:09"),
        (MOMENT, "mm-dd-yy", "2024-03-05 14:30"),
        (MOMENT, "[$-407]d. mmmm yyyy", "2024-03-05 14:30"),
        (timedelta(hours=30), "[h]:mm", "30:00"),
        (time(6, 5, 3), "mm:ss", "05:03"),
        (time(6, 5), "h:mm", "6:05"),
    ],
)
def test_values_as_shown(value: object, code: str, text: str) -> None:
    assert format_cell(value, code) == text


def test_one_strange_format_costs_no_workbook() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["B1"] = 1e300, 2.5
    sheet["A1"].number_format = "0." + "0" * 150
    sheet["B1"].number_format = "[>=1E]0.0"
    assert parse("a.xlsx", save(book)).text == "1E+300\t2.5"


@pytest.mark.parametrize(
    ("title", "useful"),
    [
        ("Cluster strategy 2030", True),
        ("Microsoft Word - strategy_v3_final", False),
        ("strategy.docx", False),
        ("PowerPoint Presentation", False),
        ("Document1", False),
        ("  ", False),
        (None, False),
    ],
)
def test_titles_that_nobody_wrote(title: str | None, useful: bool) -> None:
    assert pick_title(title) == (title if useful else None)


def test_an_opendocument_text() -> None:
    found = parse(
        "a.odt",
        opendocument(
            "text",
            "<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes>"
            '<text:p text:style-name="P1">Cluster   policy</text:p>'
            '<text:h text:outline-level="1">Aims</text:h>'
            '<text:p>We<text:s text:c="2"/>grow<text:note>'
            "<text:note-citation>1</text:note-citation><text:note-body><text:p>Slowly.</text:p>"
            "</text:note-body></text:note> in<text:tab/>"
            "<text:span>size</text:span>.<office:annotation><text:p>really?</text:p>"
            "</office:annotation></text:p>"
            "<text:list><text:list-item><text:p>first</text:p><text:list><text:list-item>"
            "<text:p>inner</text:p></text:list-item></text:list></text:list-item></text:list>"
            "<table:table><table:table-header-rows><table:table-row>"
            "<table:table-cell><text:p>Size</text:p></table:table-cell>"
            "<table:table-cell><text:p>Rate</text:p></table:table-cell></table:table-row>"
            "</table:table-header-rows><table:table-row>"
            '<table:table-cell table:number-columns-spanned="2"><text:p>all</text:p>'
            "</table:table-cell><table:covered-table-cell/></table:table-row></table:table>",
            '<style:style style:family="paragraph" style:name="P1" '
            'style:parent-style-name="Title"/>',
        ),
    )
    assert blocks(found) == [
        ("heading", 1, "Cluster policy"),
        ("heading", 2, "Aims"),
        ("paragraph", 0, "We  grow in size."),
        ("paragraph", 0, "1 Slowly."),
        ("item", 1, "first"),
        ("item", 2, "inner"),
        ("row", 1, "Size\tRate"),
        ("row", 0, "all"),
    ]


def test_a_repeated_row_of_a_table_hides_no_other() -> None:
    cells = "<table:table-cell><text:p>{0}</text:p></table:table-cell>" * 2
    table = (
        '<table:table><table:table-row table:number-rows-repeated="2">'
        f"{cells.format('x')}</table:table-row>"
        f"<table:table-row>{cells.format('y')}</table:table-row></table:table>"
    )
    assert parse("a.odt", opendocument("text", table)).text == "x\tx\nx\tx\ny\ty"


def test_cells_and_levels_of_a_text_are_bounded() -> None:
    cell = '<table:table-cell table:number-columns-repeated="1000"><text:p>{}</text:p>'
    cells = f"{cell.format('x' * 10_000)}</table:table-cell>" * 2
    row = f"<table:table-row>{cells}</table:table-row>"
    with pytest.raises(SourceRefused, match="more than 5,000,000 characters"):
        parse("a.odt", opendocument("text", f"<table:table>{row}</table:table>"))
    headings = "".join(f'<text:h text:outline-level="{n}">h</text:h>' for n in range(1, 2_000))
    found = parse("a.odt", opendocument("text", f"{headings}<text:p>x</text:p>"))
    assert max(len(section.path) for section in found.sections) == 10


def test_an_opendocument_spreadsheet_of_a_million_rows() -> None:
    def sheet(name: str, style: str = "") -> str:
        return (
            f'<table:table table:name="{name}" table:style-name="{style}"><table:table-row>'
            f"<table:table-cell><text:p>{name}</text:p></table:table-cell>"
            '<table:table-cell table:number-columns-repeated="2"><text:p>x</text:p>'
            '</table:table-cell><table:table-cell table:number-columns-repeated="16000"/>'
            '</table:table-row><table:table-row table:number-rows-repeated="1048576">'
            '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
            "</table:table>"
        )

    off = '<style:table-properties table:display="false"/>'
    hidden = f'<style:style style:family="table" style:name="h">{off}</style:style>'
    data = opendocument("spreadsheet", sheet("One") + sheet("Two", "h") + sheet("Three"), hidden)
    assert parse("a.ods", data).text == "One\n\nOne\tx\tx\n\nThree\n\nThree\tx\tx"


def test_an_opendocument_presentation() -> None:
    def frame(text: str, kind: str = "outline") -> str:
        return (
            f'<draw:frame presentation:class="{kind}"><draw:text-box><text:p>{text}</text:p>'
            "</draw:text-box></draw:frame>"
        )

    notes = f"<presentation:notes>{frame('Spoken.', 'notes')}</presentation:notes>"
    data = opendocument(
        "presentation",
        f"<draw:page>{frame('Body.')}{frame('Aims', 'title')}{notes}</draw:page>"
        f"<draw:page/><draw:page>{frame('More.')}</draw:page>",
    )
    found = parse("a.odp", data)
    assert found.text == "Aims\n\nBody.\n\nNotes\n\nSpoken.\n\nMore."
    assert [page.number for page in found.pages] == [1, 3]


def test_slides_shapes_and_words_that_are_not_shown_are_left_out() -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    frame = slide.shapes.add_textbox(0, 0, Inches(1), Inches(1)).text_frame
    for text, strike in (("The fee is ", ""), ("4 euros", "sngStrike"), (" 6 euros.", "noStrike")):
        run = frame.paragraphs[0].add_run()
        run.text = text
        if strike:
            run._r.get_or_add_rPr().set("strike", strike)
    box = slide.shapes.add_textbox(0, 0, Inches(1), Inches(1))
    box.text_frame.text = "Put away."
    box._element.nvSpPr.cNvPr.set("hidden", "1")
    table = slide.shapes.add_table(1, 2, 0, 0, Inches(4), Inches(2)).table
    table.cell(0, 0).text, table.cell(0, 1).text = "old", "new"
    table.cell(0, 0).text_frame.paragraphs[0].runs[0]._r.get_or_add_rPr().set("strike", "dblStrike")
    file = BytesIO()
    deck.save(file)
    found = parse("a.pptx", file.getvalue())
    assert found.text.split() == "The fee is 6 euros. new".split()
    assert "is 6 euros" in found.text
    assert found.note == "left out: hidden shapes, crossed-out text"


TEXT_STYLES = """
<style:style style:family="text" style:name="up">
  <style:text-properties style:text-position="super 58%"/></style:style>
<style:style style:family="text" style:name="up2">
  <style:text-properties style:text-position="33% 58%"/></style:style>
<style:style style:family="text" style:name="down">
  <style:text-properties style:text-position="-33% 58%"/></style:style>
<style:style style:family="text" style:name="H"><style:text-properties text:display="none"/>
</style:style>
<style:style style:family="text" style:name="H2" style:parent-style-name="H"/>
<style:style style:family="text" style:name="S">
  <style:text-properties style:text-line-through-style="solid"/></style:style>
<style:style style:family="text" style:name="N">
  <style:text-properties style:text-line-through-style="none"/></style:style>
<style:style style:family="paragraph" style:name="P">
  <style:text-properties style:text-line-through-type="double"/></style:style>
<style:style style:family="table-cell" style:name="C">
  <style:text-properties style:text-line-through-style="solid"/></style:style>
<style:style style:family="drawing-page" style:name="off">
  <style:drawing-page-properties presentation:visibility="hidden"/></style:style>
"""


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ('<text:p>Pay <text:span text:style-name="S">4</text:span> 6.</text:p>', "Pay 6."),
        ('<text:p>Pay <text:span text:style-name="H2">4</text:span> 6.</text:p>', "Pay 6."),
        ('<text:p text:style-name="P">a<text:span text:style-name="N">b</text:span></text:p>', "b"),
        ('<text:section text:display="none"><text:p>a</text:p></text:section>', ""),
        ('<text:section text:display="condition" text:is-hidden="true"><text:p>a</text:p>'
         "</text:section>", ""),
        ('<text:section text:display="condition"><text:p>a</text:p></text:section>', "a"),
        ('<text:p><text:hidden-paragraph text:is-hidden="true"/>a</text:p>', ""),
        ('<text:p>a<text:hidden-text text:is-hidden="true">b</text:hidden-text></text:p>', "a"),
    ],
)  # fmt: skip
def test_an_opendocument_text_that_hides_and_crosses_out(content: str, text: str) -> None:
    data = opendocument("text", f"{content}<text:p>End.</text:p>", TEXT_STYLES)
    found = parse("a.odt", data)
    assert found.text == f"{text}\n\nEnd.".strip()
    assert (found.note is None) == (text == "a" and "conditi" in content)


def test_rows_and_columns_of_an_opendocument_that_are_put_away() -> None:
    cells = "<table:table-cell><text:p>{}</text:p></table:table-cell>"
    row = "<table:table-row{}>{}</table:table-row>"

    def fill(prefix: str, properties: str = "") -> str:
        inside = "".join(cells.format(f"{prefix}{number}") for number in range(4))
        return row.format(properties, inside)

    table = (
        '<table:table><table:table-column/><table:table-column table:visibility="collapse" '
        'table:number-columns-repeated="2"/><table:table-column '
        'table:default-cell-style-name="C"/>'
        + fill("a") + fill("b", ' table:visibility="filter"') +
        '<table:table-row-group table:display="false">' + fill("c") + "</table:table-row-group>"
        + row.format("", cells.format("d0") + '<table:table-cell table:style-name="D" '
        'table:number-columns-repeated="3"><text:p>x</text:p></table:table-cell>')
        + "</table:table>"
    )  # fmt: skip
    shown = '<style:style style:family="table-cell" style:name="D"/>'
    data = opendocument("spreadsheet", table, TEXT_STYLES + shown)
    found = parse("a.ods", data)
    assert found.text == "a0\nd0\tx"
    assert found.note == "left out: crossed-out text, hidden text"


def test_hidden_slides_and_layers_of_an_opendocument() -> None:
    frame = "<draw:frame {}><draw:text-box><text:p>{}</text:p></draw:text-box></draw:frame>"
    slides = (
        f'<draw:page draw:style-name="off">{frame.format("", "Skipped.")}</draw:page>'
        f"<draw:page>{frame.format('', 'Seen.')}"
        f"{frame.format('draw:display=' + chr(34) + 'none' + chr(34), 'Off.')}</draw:page>"
    )
    found = parse("a.odp", opendocument("presentation", slides, TEXT_STYLES))
    assert found.text == "Seen."
    assert [page.number for page in found.pages] == [2]


def save(book: Workbook) -> bytes:
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def test_rows_columns_and_words_of_a_workbook_that_are_not_shown_are_left_out() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Town", "Draft", "Fee"],
        ["Norland", "x", "4"],
        ["Estmark", "y", "5"],
        ["Sudavia"],
    ):
        sheet.append(row)
    sheet.column_dimensions["B"].hidden = True
    sheet.row_dimensions[3].hidden = True
    sheet["C4"] = CellRichText(TextBlock(InlineFont(strike=True), "7 euros"), " 8 euros")
    sheet["A4"].font = Font(strike=False)
    sheet["D4"] = "gone"
    sheet["D4"].font = Font(strike=True)
    book.create_sheet("More")["A1"] = "far"
    found = parse("a.xlsx", save(book))
    assert found.text == "Sheet\n\nTown\tFee\nNorland\t4\nSudavia\t8 euros\n\nMore\n\nfar"
    assert found.note == "left out: crossed-out text, hidden text"


def test_a_merged_cell_of_a_workbook_stands_on_each_of_its_rows_that_is_shown() -> None:
    """The cell above the second table is merged over two rows without cells: said once."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    rows = [["Land", "Task", "Sum"], ["Norland", "Quays", "5 m"], ["", "Lights", "6 m"]]
    for row in [*rows, ["", "Cranes", "7 m"], [], ["A note on it."], [], ["", "Both", "", "One"]]:
        sheet.append(row)
    sheet.merge_cells("A2:A4")
    sheet.merge_cells("A6:C7")
    sheet.merge_cells("B8:C8")
    sheet.row_dimensions[2].hidden = True
    assert parse("a.xlsx", save(book)).text == (
        "Land\tTask\tSum\nNorland\tLights\t6 m\nNorland\tCranes\t7 m\n\nA note on it.\nBoth\t\tOne"
    )


def test_formulas_without_a_value_are_said() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Town", "Fee"], ["Norland", "=2+3"], ["Estmark", "=B2"]):
        sheet.append(row)
    found = parse("a.xlsx", save(book))
    assert found.text == "Town\tFee\nNorland\nEstmark"
    assert found.note is not None
    assert "2 formulas without a stored value" in found.note


def test_merged_cells_of_opendocument_and_slides_stand_on_each_row() -> None:
    cell = "<table:table-cell{}><text:p>{}</text:p></table:table-cell>"
    tall = ' table:number-rows-spanned="2"'
    covered = "<table:covered-table-cell/>"
    table = (
        "<table:table>"
        f"<table:table-row>{cell.format(tall, 'Norland')}{cell.format('', 'Quays')}"
        f"{cell.format(tall, 'late')}</table:table-row>"
        f"<table:table-row>{covered}{cell.format('', 'Lights')}{covered}</table:table-row>"
        "</table:table>"
    )
    expected = "Norland\tQuays\tlate\nNorland\tLights\tlate"
    assert parse("a.odt", opendocument("text", table)).text == expected
    assert parse("a.ods", opendocument("spreadsheet", table)).text == expected
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    grid = slide.shapes.add_table(2, 3, 0, 0, Inches(4), Inches(2)).table
    for column, text in enumerate(["Norland", "Quays", "late"]):
        grid.cell(0, column).text = text
    grid.cell(1, 1).text = "Lights"
    for column in (0, 2):
        grid.cell(0, column).merge(grid.cell(1, column))
    file = BytesIO()
    deck.save(file)
    assert parse("a.pptx", file.getvalue()).text == expected


def test_text_boxes_on_a_sheet_are_read_below_its_rows() -> None:
    """They are drawn by XlsxWriter, which python-pptx needs; openpyxl writes none."""
    file = BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet("Fees")
    sheet.write_row(0, 0, ["Town", "Fee"])
    sheet.write_row(1, 0, ["Norland", "4"])
    sheet.insert_textbox("D2", "Fees are paid in March.")
    book.close()
    assert parse("a.xlsx", file.getvalue()).text == (
        "Town\tFee\nNorland\t4\n\nFees are paid in March."
    )


def test_raised_digits_are_powers_and_marks_of_notes_are_left_out() -> None:
    """40 × 10 with a raised 6, "SMEs" with a raised 3, CO with a lowered 2."""
    span = '<text:span text:style-name="{}">{}</text:span>'
    line = (
        f"<text:p>40 × 10{span.format('up', '6')} for SMEs{span.format('up2', '3')}, "
        f"CO{span.format('down', '2')}"
        f"<text:span>, m{span.format('', span.format('up', '2'))}</text:span></text:p>"
    )
    expected = "40 × 10⁶ for SMEs, CO₂"
    assert parse("a.odt", opendocument("text", line, TEXT_STYLES)).text == f"{expected}, m²"
    parts = [("40 × 10", 0), ("6", 30_000), (" for SMEs", 0), ("3", 30_000), (", CO", 0)]
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    frame = slide.shapes.add_textbox(0, 0, Inches(1), Inches(1)).text_frame
    for text, baseline in [*parts, ("2", -25_000)]:
        run = frame.paragraphs[0].add_run()
        run.text = text
        run._r.get_or_add_rPr().set("baseline", str(baseline))
    file = BytesIO()
    deck.save(file)
    assert parse("a.pptx", file.getvalue()).text == expected
    book = Workbook()
    assert book.active is not None
    raised = [TextBlock(InlineFont(vertAlign="superscript" if up else None), t) for t, up in parts]
    lowered = TextBlock(InlineFont(vertAlign="subscript"), "2")
    book.active["A1"] = CellRichText(*raised, lowered)
    assert parse("a.xlsx", save(book)).text == expected


def test_white_words_of_a_workbook_are_hidden_unless_the_cell_is_filled() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    white = Font(color="FFFFFFFF")
    sheet.append(["Town", "Fee", "Note"])
    sheet.append(["Norland", 4, "secret"])
    sheet["C2"].font = white
    sheet["A1"].font = sheet["B1"].font = white
    sheet["A1"].fill = sheet["B1"].fill = PatternFill("solid", fgColor="FF1F3864")
    found = parse("a.xlsx", save(book))
    assert found.text == "Town\tFee\tNote\nNorland\t4"
    assert [(said.reason, said.text) for said in found.omissions] == [("hidden text", "secret")]


def test_white_words_that_a_rule_colours_stay() -> None:
    """What lies behind them is worked out by the program."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Town", "Fee"])
    sheet.append(["Norland", 4])
    sheet["A2"].font = Font(color="FFFFFFFF")
    fill = PatternFill(bgColor="FF1F3864")
    sheet.conditional_formatting.add("A2:A9", CellIsRule("notEqual", ['""'], fill=fill))
    assert parse("a.xlsx", save(book)).text == "Town\tFee\nNorland\t4"


def test_what_is_in_hidden_cells_is_kept_as_left_out() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["Town", "Draft"], ["Norland", "x"], ["Estmark", "y"]):
        sheet.append(row)
    sheet.column_dimensions["B"].hidden = True
    sheet.row_dimensions[3].hidden = True
    found = parse("a.xlsx", save(book))
    assert found.text == "Town\n\nNorland"
    said = " ".join(said.text for said in found.omissions).split()
    assert sorted(said) == ["Draft", "Estmark", "x", "y"]


def test_a_chart_on_a_slide_is_its_words() -> None:
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    data = CategoryChartData()
    data.categories = ["Norland", "Estmark"]
    data.add_series("2024", (4, 5))
    size = Inches(4)
    frame = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, 0, 0, size, size, data)
    chart = frame.chart
    chart.has_title = True
    chart.chart_title.text_frame.text = "Fees by town"
    chart.plots[0].has_data_labels = True
    chart.plots[0].data_labels.show_value = True
    file = BytesIO()
    deck.save(file)
    found = parse("a.pptx", file.getvalue())
    assert found.text.split("\n") == ["Fees by town", "\t2024", "Norland\t4", "Estmark\t5"]


LIST_STYLES = """
<text:list-style style:name="L">
<text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."
  text:start-value="3"/>
<text:list-level-style-number text:level="2" style:num-format="a" text:display-levels="2"
  style:num-prefix="(" style:num-suffix=")"/>
<text:list-level-style-bullet text:level="3" text:bullet-char="o"/></text:list-style>
<text:list-style style:name="R"><text:list-level-style-number text:level="1"
  style:num-format="I" style:num-suffix=")"/></text:list-style>
"""


def test_items_of_opendocument_lists_have_the_numbers_that_are_counted() -> None:
    """From 3; the levels below start again behind each item; a list goes on where it says so."""

    def listed(attributes: str, *items: str) -> str:
        return f"<text:list {attributes}>{''.join(items)}</text:list>"

    def item(content: str, attributes: str = "") -> str:
        return f"<text:list-item {attributes}>{content}</text:list-item>"

    def line(text: str) -> str:
        return f"<text:p>{text}</text:p>"

    bullet = listed("", item(line("f")))
    below = listed("", item(line("c")), item(line("e") + bullet))
    body = (
        listed('text:style-name="L" xml:id="one"', item(line("a") + line("b") + below),
               item(line("") + line("g")), item(line("h") + listed("", item(line("i")))))
        + listed('text:style-name="R"', item(line("j")), item(line("k"), 'text:start-value="9"'),
                 "<text:list-header><text:p>l</text:p></text:list-header>")
        + listed('text:style-name="L" text:continue-numbering="true"', item(line("m")))
        + listed('text:style-name="L"', item(line("n")))
        + listed('text:continue-list="one" text:style-name="L"',
                 item(listed("", item(line("o")))), item(line("p")))
    )  # fmt: skip
    found = parse("a.odt", opendocument("text", body, LIST_STYLES))
    assert found.text.split("\n") == [
        "3. a", "b", "(3.a) c", "(3.b) e", "f", "g", "5. h", "(5.a) i", "I) j", "IX) k", "l",
        "6. m", "3. n", "(6.a) o", "7. p",
    ]  # fmt: skip
