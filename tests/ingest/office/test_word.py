"""Word documents: what one sees of them, and nothing of how they were made."""

from __future__ import annotations

from io import BytesIO

import docx as word
import pytest
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from lxml import etree

from ingest.parsers import ParsedText, parse
from ingest.parsers.shared.notation.superscript import render_superscript
from tests.office_files import docx, paragraph

STYLES = """
<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="Titel"><w:name w:val="Title"/></w:style>
<w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/>
  <w:pPr><w:outlineLvl w:val="0"/><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Own"><w:name w:val="Our heading"/>
  <w:basedOn w:val="berschrift2"/></w:style>
<w:style w:type="paragraph" w:styleId="berschrift2"><w:name w:val="heading 2"/>
  <w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Verzeichnis1"><w:name w:val="toc 1"/></w:style>
"""
NUMBERING = """
<w:abstractNum w:abstractNumId="0">
  <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/>
    <w:pStyle w:val="berschrift1"/><w:lvlText w:val="%1."/></w:lvl>
  <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/>
    <w:lvlText w:val="%1.%2"/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="1">
  <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/>
    <w:lvlText w:val="(%1)"/></w:lvl>
  <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="lowerRoman"/>
    <w:lvlText w:val="%2."/></w:lvl>
</w:abstractNum>
<w:abstractNum w:abstractNumId="2">
  <w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="o"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="1"/>
  <w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride></w:num>
<w:num w:numId="4"><w:abstractNumId w:val="2"/></w:num>
"""


def style(name: str) -> str:
    return f'<w:pStyle w:val="{name}"/>'


def numbered(number: int, depth: int = 0) -> str:
    return f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{number}"/></w:numPr>'


def parse_word(body: str, **parts: str) -> ParsedText:
    return parse("a.docx", docx(body, **{"styles": STYLES, "numbering": NUMBERING, **parts}))


def blocks(found: ParsedText) -> list[tuple[str, int, str]]:
    return [(b.kind, b.level, found.text[b.start : b.end]) for b in found.blocks]


def test_headings_are_found_by_style_in_any_language_and_numbered_as_word_numbers_them() -> None:
    found = parse_word(
        paragraph("Cluster strategy", style("Titel"))
        + paragraph("Aims .... 3", style("Verzeichnis1"))
        + paragraph("Aims", style("berschrift1"))
        + paragraph("Clusters shall grow.")
        + paragraph("Money", style("Own"))
        + paragraph("There is money.")
        + paragraph("People", style("Own"))
        + paragraph("Means", style("berschrift1"))
        + paragraph("Grants", style("berschrift2"))
        + paragraph("By hand", '<w:outlineLvl w:val="2"/>')
    )
    assert blocks(found) == [
        ("heading", 1, "Cluster strategy"),
        ("heading", 2, "1. Aims"),
        ("paragraph", 0, "Clusters shall grow."),
        ("heading", 3, "1.1 Money"),
        ("paragraph", 0, "There is money."),
        ("heading", 3, "1.2 People"),
        ("heading", 2, "2. Means"),
        ("heading", 3, "2.1 Grants"),
        ("heading", 4, "By hand"),
    ]
    assert found.title == "Cluster strategy"
    assert found.sections[2].path == ("Cluster strategy", "1. Aims", "1.1 Money")


def test_lists_count_restart_and_nest() -> None:
    found = parse_word(
        paragraph("first", numbered(2))
        + paragraph("inner", numbered(2, 1))
        + paragraph("inner again", numbered(2, 1))
        + paragraph("second", numbered(2))
        + paragraph("inner anew", numbered(2, 1))
        + paragraph("restarted", numbered(3))
        + paragraph("bullet", numbered(4))
        + paragraph("none", numbered(0))
        + paragraph("no such list", numbered(99))
    )
    assert blocks(found) == [
        ("item", 1, "(a) first"),
        ("item", 2, "i. inner"),
        ("item", 2, "ii. inner again"),
        ("item", 1, "(b) second"),
        ("item", 2, "i. inner anew"),
        ("item", 1, "(a) restarted"),
        ("item", 1, "bullet"),
        ("paragraph", 0, "none"),
        ("paragraph", 0, "no such list"),
    ]


def test_changes_are_accepted_and_hidden_text_is_left_out() -> None:
    found = parse_word(
        "<w:p><w:r><w:t>Applications close on </w:t></w:r>"
        "<w:del><w:r><w:delText>1 May</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>1 June</w:t></w:r></w:ins>"
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>secret</w:t></w:r>"
        "<w:r><w:instrText>PAGEREF x</w:instrText></w:r>"
        "<w:moveFrom><w:r><w:t>moved away</w:t></w:r></w:moveFrom><w:r><w:t>.</w:t></w:r></w:p>"
        '<w:p><w:pPr><w:rPr><w:del w:id="1"/></w:rPr></w:pPr>'
        "<w:r><w:t>Two become </w:t></w:r></w:p>"
        + paragraph("one.")
        + "<w:p><w:del><w:r><w:delText>All gone.</w:delText></w:r></w:del></w:p>"
        "<w:sdt><w:sdtContent>" + paragraph("In a control.") + "</w:sdtContent></w:sdt>"
        "<w:p><w:r><w:t>non</w:t><w:noBreakHyphen/><w:t>binding</w:t><w:softHyphen/></w:r></w:p>"
    )
    assert found.text == (
        "Applications close on 1 June.\n\nTwo become one.\n\nIn a control.\n\nnon-binding"
    )


CELL = "<w:tc><w:tcPr>{0}</w:tcPr>{1}</w:tc>"
ROW = "<w:tr>{}</w:tr>"


def row(*cells: str) -> str:
    return ROW.format("".join(CELL.format("", paragraph(cell)) for cell in cells))


def test_tables_have_merged_cells_on_each_row_and_a_header() -> None:
    spanning = ROW.format(CELL.format('<w:gridSpan w:val="2"/>', paragraph("Both")))
    merged = ROW.format(
        CELL.format('<w:vMerge w:val="restart"/>', paragraph("Poland"))
        + CELL.format("", paragraph("PARP") + paragraph("NCBR"))
    ) + ROW.format(CELL.format("<w:vMerge/>", "<w:p/>") + CELL.format("", paragraph("ARP")))
    deleted = "<w:tr><w:trPr><w:del/></w:trPr>" + CELL.format("", paragraph("gone")) + "</w:tr>"
    found = parse_word(
        '<w:tbl><w:tblPr><w:tblLook w:firstRow="1"/></w:tblPr>'
        + row("Country", "Agency")
        + spanning
        + merged
        + deleted
        + "</w:tbl>"
    )
    assert blocks(found) == [
        ("row", 1, "Country\tAgency"),
        ("row", 0, "Both\tPoland\tPARP NCBR"),
        ("row", 0, "Both\tPoland\tARP"),
    ]


def test_a_table_for_layout_is_read_as_its_paragraphs() -> None:
    box = CELL.format("", paragraph("A box.") + paragraph("With two paragraphs."))
    heading = CELL.format("", paragraph("Aims", style("berschrift1")) + paragraph("We grow."))
    side = CELL.format("", paragraph("Beside."))
    found = parse_word(
        f"<w:tbl><w:tr>{box}</w:tr></w:tbl><w:tbl><w:tr>{heading}{side}</w:tr></w:tbl>"
    )
    assert [text for _, _, text in blocks(found)] == [
        "A box.", "With two paragraphs.", "1. Aims", "We grow.", "Beside.",
    ]  # fmt: skip


def test_notes_follow_their_paragraph_and_their_marks_join_no_word() -> None:
    mark = '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr>{}</w:r>'
    found = parse_word(
        "<w:p><w:r><w:t>Support goes to SMEs</w:t></w:r>"
        + mark.format('<w:footnoteReference w:id="7"/>')
        + "<w:r><w:t> on 50 km</w:t></w:r>"
        + mark.format("<w:t>2</w:t>")
        + "<w:r><w:t> by law</w:t></w:r>"
        + mark.format("<w:t>3</w:t>")
        + "<w:r><w:t>.</w:t></w:r></w:p>"
        + paragraph("Next."),
        footnotes='<w:footnote w:id="7">' + paragraph(" Below 250 staff.") + "</w:footnote>"
        '<w:footnote w:id="8">' + paragraph("Nobody refers to it.") + "</w:footnote>",
    )
    assert found.text == "Support goes to SMEs on 50 km² by law.\n\n1 Below 250 staff.\n\nNext."


def test_an_empty_paragraph_of_a_list_is_counted_as_word_counts_it() -> None:
    empty = f"<w:p><w:pPr>{numbered(2)}</w:pPr></w:p>"
    moved = f"<w:p><w:pPr>{numbered(2)}<w:rPr><w:moveFrom/></w:rPr></w:pPr></w:p>"
    found = parse_word(
        paragraph("first", numbered(2)) + empty + moved + paragraph("third", numbered(2))
    )
    assert found.text == "(a) first\n(c) third"


def test_text_boxes_are_read_once() -> None:
    box = f"<w:txbxContent>{paragraph('In the box.')}</w:txbxContent>"
    found = parse_word(
        "<w:p><w:r><w:t>Before.</w:t><mc:AlternateContent>"
        f"<mc:Choice><w:drawing>{box}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
    )
    assert found.text == "Before.\n\nIn the box."


def test_text_boxes_in_cells_are_read_once() -> None:
    box = f"<w:txbxContent>{paragraph('In the box.')}</w:txbxContent>"
    cell = (
        "<w:p><w:r><w:t>Before.</w:t><mc:AlternateContent>"
        f"<mc:Choice><w:drawing>{box}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback>"
        "</mc:AlternateContent></w:r></w:p>"
    )
    cells = CELL.format("", cell) + CELL.format("", paragraph("Beside."))
    assert parse_word(f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>").text == "Before. In the box.\tBeside."


def test_a_deleted_end_of_a_paragraph_joins_it_to_a_paragraph_only() -> None:
    ended = "<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>{}</w:t></w:r></w:p>"
    cells = CELL.format("", paragraph("a")) + CELL.format("", paragraph("b"))
    found = parse_word(
        ended.format("One ")
        + paragraph("sentence.")
        + ended.format("Before the table.")
        + f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"
        + ended.format("The last words.")
    )
    assert found.text == "One sentence.\n\nBefore the table.\na\tb\n\nThe last words."


def test_powers_in_formulas_are_no_marks_of_notes() -> None:
    formula = "<m:sSup><m:e><m:r><m:t>(a+b)</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup>"
    found = parse_word(f"<w:p><m:oMath>{formula}</m:sSup></m:oMath></w:p>")
    assert found.text == "(a+b)²"


@pytest.mark.parametrize(
    ("text", "before", "linked", "result"),
    [
        pytest.param("6", "in SMEs", False, "", id="mark-of-a-note"),
        pytest.param("1b", "in the EU;", False, "", id="mark-with-a-letter"),
        pytest.param("2", "50 m", False, "²", id="unit"),
        pytest.param("-6", "10", False, "⁻⁶", id="power"),
        pytest.param("1", "in 2030", False, "¹", id="after-a-figure"),
        pytest.param("1", "in 2030", True, "", id="linked"),
        pytest.param("[12]", "ducks", True, "", id="linked-in-brackets"),
        pytest.param("st", "the 1", False, "st", id="ordinal"),
        pytest.param("TM", "Cluster", True, "TM", id="linked-word"),
        pytest.param("[1], [2]", "ducks", True, "", id="linked-marks"),
        pytest.param("0.5", "10", False, "⁰.⁵", id="decimals"),
        pytest.param("6 ", "in SMEs", False, " ", id="space-behind-a-mark"),
        pytest.param("6 ", "10", False, "⁶ ", id="space-behind-a-power"),
        pytest.param("1", "40 m²", False, "", id="behind-a-power"),
        pytest.param("2", "with x₁", False, "²", id="behind-an-index"),
        pytest.param("+", "by Bebenita", False, "+", id="mark-of-a-name"),
    ],
)
def test_superscripts(text: str, before: str, linked: bool, result: str) -> None:
    assert render_superscript(text, before, linked) == result


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


UNSEEN = """
<w:style w:type="character" w:styleId="Draft"><w:rPr><w:vanish/></w:rPr></w:style>
<w:style w:type="character" w:styleId="Note"><w:basedOn w:val="Draft"/></w:style>
<w:style w:type="character" w:styleId="Shown"><w:basedOn w:val="Draft"/>
  <w:rPr><w:vanish w:val="0"/></w:rPr></w:style>
<w:style w:type="character" w:styleId="Gone"><w:rPr><w:dstrike/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Inner"><w:rPr><w:vanish/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Old"><w:rPr><w:strike/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Older"><w:basedOn w:val="Old"/></w:style>
<w:style w:type="table" w:styleId="Dark"><w:rPr><w:vanish/></w:rPr></w:style>
"""


@pytest.mark.parametrize(
    ("body", "text"),
    [
        pytest.param(run("x", "<w:strike/>"), "", id="struck"),
        pytest.param(run("x", "<w:dstrike/>"), "", id="struck-twice"),
        pytest.param(run("x", '<w:strike w:val="false"/>'), "x", id="not-struck"),
        pytest.param(run("x", '<w:rStyle w:val="Draft"/>'), "", id="character-style"),
        pytest.param(run("x", '<w:rStyle w:val="Note"/>'), "", id="based-on"),
        pytest.param(run("x", '<w:rStyle w:val="Shown"/>'), "x", id="off-again"),
        pytest.param(run("x", '<w:rStyle w:val="Gone"/>'), "", id="struck-by-style"),
    ],
)
def test_what_is_hidden_or_crossed_out_in_a_line(body: str, text: str) -> None:
    found = parse_word(f"<w:p>{run('Pay ')}{body}{run(' 6 euros.')}</w:p>", styles=UNSEEN)
    assert found.text == ("Pay x 6 euros." if text else "Pay 6 euros.")
    assert (found.note is None) == bool(text)


def test_paragraph_and_table_styles_hide_and_two_styles_cancel_each_other() -> None:
    """The rule for `vanish` and `strike`: set by an odd number of the three kinds of style."""

    def styled(name: str, *runs: str) -> str:
        return f"<w:p><w:pPr>{style(name)}</w:pPr>{''.join(runs)}</w:p>"

    def table(name: str, *cells: str) -> str:
        inside = "".join(CELL.format("", cell) for cell in cells)
        kind = f'<w:tblPr><w:tblStyle w:val="{name}"/></w:tblPr>'
        return f"<w:tbl>{kind}<w:tr>{inside}</w:tr></w:tbl>"

    found = parse_word(
        styled("Inner", run("hidden"), run("by hand", '<w:vanish w:val="0"/>'))
        + styled("Inner", run("cancelled", '<w:rStyle w:val="Draft"/>'))
        + styled("Older", run("struck"))
        + styled("Older", run("struck "), run("not struck", '<w:strike w:val="0"/>'))
        + table("Dark", paragraph("a"), paragraph("b"), styled("Inner", run("seen"))),
        styles=UNSEEN,
    )
    assert found.text == "by hand\n\ncancelled\n\nnot struck\nseen"
    assert found.note == "left out: hidden text, crossed-out text"


def test_hidden_rows_and_drawings_are_left_out_and_a_struck_note_is_counted() -> None:
    shape = "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
    hidden_row = row("x", "y").replace("<w:tr>", "<w:tr><w:trPr><w:hidden/></w:trPr>")
    box = f"<w:txbxContent>{paragraph('In the box.')}</w:txbxContent>"
    note = '<w:r><w:rPr>{}</w:rPr><w:footnoteReference w:id="{}"/></w:r>'
    found = parse_word(
        f"<w:tbl>{row('a', 'b')}{hidden_row}</w:tbl>"
        f'<w:p><w:r><w:drawing><d:docPr xmlns:d="{shape}" hidden="1"/>{box}</w:drawing></w:r></w:p>'
        f"<w:p>{run('Seen.')}{note.format('<w:strike/>', 1)}{note.format('', 2)}</w:p>",
        footnotes=f'<w:footnote w:id="1">{paragraph("Struck.")}</w:footnote>'
        f'<w:footnote w:id="2">{paragraph("Read.")}</w:footnote>',
    )
    assert found.text == "a\tb\n\nSeen.\n\n2 Read."


def test_a_hidden_paragraph_of_a_list_is_not_counted() -> None:
    hidden = f"<w:p><w:pPr>{numbered(2)}{style('Inner')}</w:pPr>{run('x')}</w:p>"
    listed = paragraph("first", numbered(2)) + hidden + paragraph("second", numbered(2))
    assert parse_word(listed, styles=UNSEEN).text == "(a) first\n(b) second"


def test_merged_cells_are_placed_on_the_grid() -> None:
    """Two columns are one above; a text over all rows that have nothing of their own is once."""
    start, on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    wide = '<w:gridSpan w:val="2"/>'
    empty = "<w:p/>"
    long = "word " * 60
    rows = [
        CELL.format("", paragraph("Land")) + CELL.format(wide, paragraph("Sum"))
        + CELL.format("", paragraph("Note")),
        CELL.format(start, paragraph("Norland")) + CELL.format("", paragraph("5"))
        + CELL.format("", paragraph("6")) + CELL.format(start, paragraph("late")),
        CELL.format(on, empty) + CELL.format(wide, paragraph("7")) + CELL.format(on, empty),
        CELL.format(start, paragraph("Alone")) + CELL.format("", empty) * 3,
        CELL.format(on, empty) + CELL.format("", empty) * 3,
        CELL.format(start, paragraph(long)) + CELL.format("", paragraph("8")),
        CELL.format(on, empty) + CELL.format("", paragraph("9")),
    ]  # fmt: skip
    found = parse_word("<w:tbl>" + "".join(map(ROW.format, rows)) + "</w:tbl>")
    assert found.text.split("\n") == [
        "Land\tSum\t\tNote", "Norland\t5\t6\tlate", "Norland\t7\t\tlate", "Alone",
        f"{long.strip()}\t8", "\t9",
    ]  # fmt: skip


def insert(kind: str, name: str, content: bytes) -> bytes:
    """A document between whose paragraphs another one is inserted whole."""
    document = word.Document()
    document.add_paragraph("Before.")
    part = Part(PackURI(f"/word/{name}"), kind, content, document.part.package)
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    relation = document.part.relate_to(part, f"{office}/aFChunk")
    main = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    chunk = etree.SubElement(document.element.body, f"{{{main}}}altChunk")
    chunk.set(f"{{{office}}}id", relation)
    document.element.body.append(document.add_paragraph("After.")._p)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


PAGE = b"<html><body><h2>Fees</h2><p>6 euros.</p><p style='display:none'>no</p></body></html>"
ARCHIVE = (
    b"MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Saved fees of 6.</p>"
)


@pytest.mark.parametrize(
    ("kind", "name", "content", "text"),
    [
        ("text/html", "a.html", PAGE, "Fees\n\n6 euros."),
        ("application/xhtml+xml", "a.xhtml", PAGE, "Fees\n\n6 euros."),
        ("message/rfc822", "a.mht", ARCHIVE, "Saved fees of 6."),
        ("text/plain", "a.txt", b"One.\r\nTwo.", "One.\n\nTwo."),
        ("application/x", "a.docx", docx(paragraph("Inserted.")), "Inserted."),
    ],
)
def test_inserted_documents_are_read_in_their_place(
    kind: str, name: str, content: bytes, text: str
) -> None:
    found = parse("a.docx", insert(kind, name, content))
    assert found.text == f"Before.\n\n{text}\n\nAfter."
    assert found.note is None


def test_an_inserted_document_that_is_not_read_is_said() -> None:
    found = parse("a.docx", insert("application/rtf", "a.rtf", b"{\\rtf1 x}"))
    assert found.text == "Before.\n\nAfter."
    assert found.note == "left out: an inserted document (rtf)"
    once = insert("text/plain", "a.txt", b"Inner.")
    twice = insert("application/x", "a.docx", insert("application/x", "b.docx", once))
    assert parse("a.docx", twice).text.count("Before.") == 2


@pytest.mark.parametrize(
    ("font", "code", "sign"),
    [
        ("Symbol", "F0B3", "≥"),
        ("Symbol", "B3", "≥"),
        ("Symbol", "F061", "α"),
        ("Symbol", "F0B4", "×"),
        ("Symbol", "F0B8", "÷"),
        ("Symbol", "F035", "5"),
        ("Wingdings", "F0FE", "☑"),
        ("Wingdings", "F0A8", "◻"),
        ("Wingdings", "F0E0", "→"),
        ("Arial", "20AC", "€"),
        ("Webdings", "F061", ""),
    ],
)
def test_symbols(font: str, code: str, sign: str) -> None:
    body = f'<w:p><w:r><w:t>a</w:t><w:sym w:font="{font}" w:char="{code}"/><w:t>b</w:t></w:r></w:p>'
    assert parse_word(body).text == f"a{sign}b"
    private = chr(0xF000 + int(code, 16) % 256)
    typed = run(private, f'<w:rFonts w:ascii="{font}"/>')
    if font in ("Symbol", "Wingdings"):
        assert parse_word(f"<w:p>{typed}</w:p>").text == sign


def test_a_diagram_is_read_below_its_paragraph() -> None:
    drawing = "http://schemas.openxmlformats.org/drawingml/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    document = word.Document(BytesIO(insert("text/plain", "a.txt", b"x")))
    data = (
        f'<d:dataModel xmlns:d="{drawing}/diagram" xmlns:a="{drawing}/main"><d:pt><d:t>'
        "<a:p><a:r><a:t>First step</a:t></a:r></a:p></d:t></d:pt></d:dataModel>"
    )
    part = Part(PackURI("/word/data1.xml"), "application/xml", data.encode(), document.part.package)
    relation = document.part.relate_to(part, f"{office}/diagramData")
    shape = etree.SubElement(document.paragraphs[0].add_run()._r, f"{{{drawing}/diagram}}relIds")
    shape.set(f"{{{office}}}dm", relation)
    file = BytesIO()
    document.save(file)
    assert parse("a.docx", file.getvalue()).text == "Before.\nFirst step\n\nx\n\nAfter."


OFF = '<w:b w:val="0"/>'


def bold(text: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{run(text, '<w:b/>')}</w:p>"


def test_a_short_bold_paragraph_above_a_text_is_a_heading() -> None:
    found = parse_word(
        bold("Agencies of the coast")
        + bold("Norland")
        + paragraph("The agency in charge is the Quay Office.")
        + bold("A name")
        + bold("Estmark")
        + paragraph("The agency in charge is the Mole Office.")
        + bold("Please note that all of this is valid until March only.")
        + f"<w:p>{run('Half', '<w:b/>')}{run(' bold')}</w:p>"
        + bold("Spending by country")
        + f"<w:tbl>{row('a', 'b')}</w:tbl>"
        + bold("Signed")
    )
    assert [(kind, level, text) for kind, level, text in blocks(found) if kind == "heading"] == [
        ("heading", 1, "Agencies of the coast"),
        ("heading", 2, "Norland"),
        ("heading", 2, "Estmark"),
    ]
    assert found.sections[-1].path == ("Agencies of the coast", "Estmark")
    assert found.title == "Agencies of the coast"


def test_bold_headings_stand_below_those_with_a_style_and_styles_make_bold() -> None:
    styles = STYLES + '<w:style w:type="paragraph" w:styleId="B"><w:rPr><w:b/></w:rPr></w:style>'
    found = parse_word(
        paragraph("Intro.")
        + paragraph("Aims", style("berschrift1"))
        + bold("Money")
        + paragraph("There is money.")
        + paragraph("People", style("B"))
        + paragraph("There are people.")
        + f"<w:p><w:pPr>{style('B')}</w:pPr>{run('Not bold', OFF)}</w:p>"
        + paragraph("The end.", '<w:outlineLvl w:val="0"/>')
        + paragraph("Last."),
        styles=styles,
    )
    assert blocks(found) == [
        ("paragraph", 0, "Intro."),
        ("heading", 2, "1. Aims"),
        ("heading", 3, "Money"),
        ("paragraph", 0, "There is money."),
        ("heading", 3, "People"),
        ("paragraph", 0, "There are people."),
        ("paragraph", 0, "Not bold"),
        ("heading", 2, "The end."),
        ("paragraph", 0, "Last."),
    ]


def test_moved_text_is_read_once_and_deleted_cells_are_not() -> None:
    moved = "<w:p><w:pPr><w:rPr><w:{0}/></w:rPr></w:pPr><w:{0}>{1}</w:{0}></w:p>"
    cell = CELL.format('<w:cellDel w:id="1"/>', paragraph("gone"))
    cells = cell + CELL.format("", paragraph("a")) + CELL.format("", paragraph("b"))
    found = parse_word(
        moved.format("moveFrom", run("Moved."))
        + paragraph("Between.")
        + moved.format("moveTo", run("Moved."))
        + f"<w:p>{run('Fee ')}<w:del>{run('4')}</w:del><w:ins>{run('6')}</w:ins>"
        + f"<w:ins><w:del>{run('7')}</w:del></w:ins>{run(' euros.')}</w:p>"
        + f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"
    )
    assert found.text == "Between.\n\nMoved.\n\nFee 6 euros.\na\tb"


WHITE = '<w:color w:val="FFFFFF"/>'
FILL = '<w:shd w:val="clear" w:color="auto" w:fill="1F3864"/>'
PALE_STYLES = f"""
<w:style w:type="paragraph" w:styleId="Pale"><w:rPr>{WHITE}</w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="Banner"><w:pPr>{FILL}</w:pPr><w:rPr>{WHITE}</w:rPr></w:style>
<w:style w:type="character" w:styleId="Speck"><w:rPr><w:sz w:val="2"/></w:rPr></w:style>
"""


@pytest.mark.parametrize(
    ("body", "is_seen"),
    [
        pytest.param(f"<w:p>{run('x', WHITE)}</w:p>", False, id="white"),
        pytest.param(f"<w:p>{run('x', '<w:sz w:val=' + chr(34) + '2' + chr(34) + '/>')}</w:p>",
                     False, id="one-point"),
        pytest.param(f"<w:p>{run('x', '<w:rStyle w:val=' + chr(34) + 'Speck' + chr(34) + '/>')}"
                     "</w:p>", False, id="one-point-by-style"),
        pytest.param(f"<w:p><w:pPr>{style('Pale')}</w:pPr>{run('x')}</w:p>", False, id="style"),
        pytest.param(f"<w:p><w:pPr>{style('Banner')}</w:pPr>{run('x')}</w:p>", True,
                     id="white-in-a-banner"),
        pytest.param(f"<w:p><w:pPr>{FILL}</w:pPr>{run('x', WHITE)}</w:p>", True, id="on-a-ground"),
        pytest.param(f"<w:p>{run('x', WHITE + FILL)}</w:p>", True, id="on-its-own-ground"),
        pytest.param(f"<w:p>{run('x', WHITE + '<w:highlight w:val=' + chr(34) + 'blue' + chr(34))}"
                     .replace('"blue"', '"blue"/>') + "</w:p>", True, id="marked"),
        pytest.param("<w:p>" + run("x", '<w:color w:val="auto"/>') + "</w:p>", True, id="auto"),
        pytest.param("<w:p>" + run("x", '<w:color w:val="FFFF00"/>') + "</w:p>", True, id="yellow"),
        pytest.param(f"<w:p><w:pPr>{style('Pale')}</w:pPr>"
                     + run("x", '<w:color w:val="000000"/>') + "</w:p>", True, id="black-again"),
        pytest.param(f"<w:tbl><w:tr><w:tc><w:tcPr>{FILL}</w:tcPr><w:p>{run('x', WHITE)}</w:p>"
                     "</w:tc></w:tr></w:tbl>", True, id="in-a-dark-cell"),
        pytest.param("<w:p><w:r><w:pict><v:shape xmlns:v='urn:schemas-microsoft-com:vml'>"
                     f"<v:textbox><w:txbxContent><w:p>{run('x', WHITE)}</w:p></w:txbxContent>"
                     "</v:textbox></v:shape></w:pict></w:r></w:p>", True, id="in-a-text-box"),
    ],
)  # fmt: skip
def test_white_and_tiny_words_are_hidden_unless_something_lies_behind_them(
    body: str, is_seen: bool
) -> None:
    found = parse_word(f"{body}<w:p>{run('End.')}</w:p>", styles=PALE_STYLES)
    assert found.text == ("x\n\nEnd." if is_seen else "End.")
    assert [said.text for said in found.omissions] == ([] if is_seen else ["x"])


@pytest.mark.parametrize("shown", [True, False])
def test_a_control_that_nothing_was_entered_into_is_left_out(shown: bool) -> None:
    state = "" if shown else "<w:showingPlcHdr/>"
    control = f"<w:sdt><w:sdtPr>{state}</w:sdtPr><w:sdtContent>{{}}</w:sdtContent></w:sdt>"
    inline = f"<w:p>{run('To ')}{control.format(run('the office'))}{run('.')}</w:p>"
    block = control.format(f"<w:p>{run('A paragraph.')}</w:p>")
    found = parse_word(inline + block)
    assert found.text == ("To the office.\n\nA paragraph." if shown else "To .")


CHART = "http://schemas.openxmlformats.org/drawingml/2006/chart"
CHART_DATA = f"""<c:chartSpace xmlns:c="{CHART}"
xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><c:chart>
<c:title><c:tx><c:rich><a:p><a:r><a:t>Fees by </a:t></a:r><a:r><a:t>town</a:t></a:r></a:p>
</c:rich></c:tx></c:title><c:plotArea><c:barChart><c:ser>
<c:tx><c:strRef><c:strCache><c:pt idx="0"><c:v>2024</c:v></c:pt></c:strCache></c:strRef></c:tx>
<c:cat><c:strRef><c:strCache><c:pt idx="0"><c:v>Norland</c:v></c:pt>
<c:pt idx="1"><c:v>Estmark</c:v></c:pt></c:strCache></c:strRef></c:cat>
<c:val><c:numRef><c:numCache><c:pt idx="0"><c:v>4</c:v></c:pt><c:pt idx="1"><c:v>5</c:v></c:pt>
</c:numCache></c:numRef></c:val></c:ser><c:dLbls><c:showVal val="SHOWN"/></c:dLbls></c:barChart>
</c:plotArea></c:chart></c:chartSpace>"""


@pytest.mark.parametrize("in_cell", [False, True])
@pytest.mark.parametrize(
    ("shown", "rows"),
    [("1", ["\t2024", "Norland\t4", "Estmark\t5"]), ("0", ["\t2024", "Norland", "Estmark"])],
)
def test_a_chart_is_read_below_its_paragraph(shown: str, rows: list[str], in_cell: bool) -> None:
    """Its words, and its values where it prints them; in a cell on the cell's line."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    document = word.Document()
    data = CHART_DATA.replace("SHOWN", shown).encode()
    part = Part(PackURI("/word/charts/chart1.xml"), "application/xml", data, document.part.package)
    relation = document.part.relate_to(part, f"{office}/chart")
    cells = document.add_table(1, 2).rows[0].cells if in_cell else ()
    paragraph = cells[0].paragraphs[0] if in_cell else document.add_paragraph("Before.")
    if in_cell:
        cells[1].text = "Beside."
    shape = etree.SubElement(paragraph.add_run()._r, f"{{{CHART}}}chart")
    shape.set(f"{{{office}}}id", relation)
    file = BytesIO()
    document.save(file)
    read = parse("a.docx", file.getvalue()).text
    if in_cell:
        assert (
            read
            == " ".join(["Fees by town", *(row.strip().replace("\t", " ") for row in rows)])
            + "\tBeside."
        )
    else:
        assert read == "\n".join(["Before.\n\nFees by town", *rows])
