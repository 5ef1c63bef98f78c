"""Web pages as houses write them: labels beside values, tabs, panels, tables by role, shells."""

from __future__ import annotations

import io
import zipfile

import pytest

from ingest.errors import SourceRefused
from ingest.parsers import parse

_RULE = (
    "<p>The harbour authority publishes its dredging plan before March of each year, and sends it "
    "to the ministry for approval; a licence is granted for five years and renewed once.</p>"
)


def _read(body: str) -> str:
    page = f"<html><body><main><h1>Rules</h1>{_RULE}{body}</main></body></html>"
    return parse("a.html", page.encode()).text.partition("renewed once.")[2].strip()


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        pytest.param("<li><strong>Opened</strong><span>2019</span></li>", "Opened 2019", id="year"),
        pytest.param("<p><b>Owner</b><em>City</em></p>", "Owner City", id="name"),
        pytest.param("<p><span>Depth</span><span>6 m</span></p>", "Depth 6 m", id="spans"),
        pytest.param("<p><span>12.</span><span>5</span></p>", "12.5", id="one-number"),
        pytest.param("<p>sub<b>title</b><i>S</i></p>", "subtitleS", id="in-a-line"),
        pytest.param("<p><b>CO</b><span>2</span></p>", "CO2", id="formula"),
    ],
)
def test_two_elements_alone_are_a_label_and_its_value(markup: str, text: str) -> None:
    assert _read(markup) == text


def test_a_table_by_its_roles_is_one() -> None:
    markup = (
        '<div role="table"><div role="rowgroup"><div role="row">'
        '<span role="columnheader">Vessel</span><span role="columnheader">Fee</span></div></div>'
        '<div role="row"><span role="cell">Ferry</span><span role="cell">400 euros</span></div>'
        "</div>"
    )
    assert _read(markup) == "Vessel\tFee\nFerry\t400 euros"


def test_a_first_row_in_bold_names_the_columns() -> None:
    rows = "".join(f"<tr><td>{name}</td><td>{fee}</td></tr>" for name, fee in [("Norland", 12)])
    head = "<tr><td><strong>Region</strong></td><td><b>Gr</b><b>ant</b></td></tr>"
    parsed = parse("a.html", f"<body>{_RULE}<table>{head}{rows}</table></body>".encode())
    levels = [block.level for block in parsed.blocks if block.kind == "row"]
    assert levels == [1, 0]


def test_paragraphs_that_empty_lines_set_apart_are_no_cell() -> None:
    long = "The inspector may enter any warehouse in which dangerous goods are kept. " * 12
    markup = f"<table><tr><td>Home</td><td>Tariff<br><br>{long}<br>\n<br>End.</td></tr></table>"
    assert _read(markup).split("\n\n") == ["Home", "Tariff", long.strip(), "End."]


@pytest.mark.parametrize(
    ("opener", "panel"),
    [
        pytest.param('<h3><a href="#">Who pays?</a></h3>', '<div style="display:none">', id="link"),
        pytest.param(
            '<input type="checkbox" id="k"><label for="k">Who pays?</label>', "<div>", id="box"
        ),
    ],
)
def test_what_opens_a_part_is_read_with_it(opener: str, panel: str) -> None:
    markup = f"<div>{opener}{panel}<p>The owner pays.</p></div></div>"
    assert _read(markup).split("\n\n") == ["Who pays?", "The owner pays."]


def test_a_tab_names_its_part() -> None:
    tabs = "".join(
        f'<li><button role="tab" aria-controls="p{n}">{name}</button></li>'
        for n, name in enumerate(["Towns", "Firms"])
    )
    panels = "".join(
        f'<div id="p{n}" role="tabpanel" {state}><p>The fee is {fee} euros.</p></div>'
        for n, (state, fee) in enumerate([("", 40), ("hidden", 90)])
    )
    read = _read(f'<ul role="tablist">{tabs}</ul>{panels}')
    assert read.split("\n\n") == [
        "Towns", "The fee is 40 euros.", "Firms", "The fee is 90 euros.",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["govuk-visually-hidden", "fr-sr-only", "element-invisible"])
def test_words_for_screen_readers_are_left_out_by_any_house_s_name(name: str) -> None:
    assert _read(f'<p><span class="{name}">Warning</span>You can be fined.</p>') == (
        "You can be fined."
    )
    assert _read(f'<p class="not-{name}-at-all">You can be fined.</p>') == "You can be fined."


@pytest.mark.parametrize(
    "question",
    [
        '<p>Wir setzen Cookies.</p><span role="button">Alle zulassen</span>',
        "<p>Ta strona używa plików cookies.</p><button>Rozumiem</button>",
        "<p>Този сайт използва cookies.</p><button>Приемам</button>",
    ],
)
def test_a_question_about_cookies_is_none_of_the_text(question: str) -> None:
    page = f"<body><div id='x1'>{question}</div><div>{_RULE}</div></body>"
    assert "ookies" not in parse("a.html", page.encode()).text


@pytest.mark.parametrize(
    "body",
    [
        "<div><h1>port.example</h1><p>Enable JavaScript and cookies to continue</p></div>",
        "<div>Bitte aktivieren Sie JavaScript in Ihrem Browser.</div>",
        "<app-root><div>Loading…</div></app-root>",
    ],
)
def test_a_page_without_its_scripts_is_refused(body: str) -> None:
    with pytest.raises(SourceRefused, match="by a script only"):
        parse("a.html", f"<html><body>{body}</body></html>".encode())


def test_a_short_page_about_scripts_is_read() -> None:
    text = "The ministry publishes JavaScript libraries for reading its tariffs."
    assert parse("a.html", f"<body><p>{text}</p></body>".encode()).text == text


def test_a_book_s_marks_of_notes_and_pages_are_none_of_its_text() -> None:
    chapter = (
        '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops">'
        '<head><link rel="stylesheet" href="s.css"/></head><body><p>The fee is 350'
        '<a epub:type="noteref" href="#n">1</a> euros, <span role="doc-pagebreak">13</span>'
        'paid once.</p><p class="gone">Draft.</p></body></html>'
    )
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf"><manifest><item id="a" href="a.xhtml" '
        'media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/></spine>'
        "</package>"
    )
    container = '<container><rootfiles><rootfile full-path="o/c.opf"/></rootfiles></container>'
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("META-INF/container.xml", container)
        archive.writestr("o/c.opf", package)
        archive.writestr("o/a.xhtml", chapter)
        archive.writestr("o/s.css", ".gone { display: none }")
    assert parse("a.epub", data.getvalue()).text == "The fee is 350 euros, paid once."
