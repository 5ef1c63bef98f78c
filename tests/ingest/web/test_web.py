"""Web pages: everything that is content, word for word, and no menu."""

from __future__ import annotations

from datetime import date

import pytest

from ingest.errors import SourceRefused
from ingest.parsers import ParsedText, parse
from ingest.parsers.html.main_content import MOST_DEPTHS
from tests.growth import is_even, stays_even

PAGE = """<!DOCTYPE html>
<html lang="en-GB"><head><meta charset="utf-8"><title>Cluster rules | The Ministry</title>
<link rel="canonical" href="https://ministry.example/rules">
<meta property="og:site_name" content="The Ministry">
<meta property="article:published_time" content="2024-03-31T10:00:00Z"></head>
<body>
<div class="cookie-banner"><p>We use cookies on this site.</p><button>Accept</button></div>
<header><nav><ul><li><a href="/">Home</a></li><li><a href="/news">News</a></li></ul></nav></header>
<main>
<nav aria-label="Breadcrumb"><ol><li><a href="/">Home</a></li><li>Rules</li></ol></nav>
<h1>Cluster   rules</h1>
<ul><li><a href="#a">Application</a></li><li><a href="#s">Support</a></li>
<li><a href="#x">x</a></li></ul>
<h2 id="a">Application</h2>
<div class="row"><div><p><span>1.1</span></p></div><div><p>A <em><a href="#f">firm</a></em> must
apply<sup><a href="#n1">1</a></sup> by 1&nbsp;May.<br>It is told<br><br>within a week.</p>
</div></div>
<p class="tools"><a href="/1.pdf">PDF</a> <a href="/1/print">Print</a></p>
<div class="row"><div><p>1.2</p></div><div><p>A firm must apply by 1 May.</p></div></div>
<p class="tools"><a href="/2.pdf">PDF</a> <a href="/2/print">Print</a></p>
<dl><dt><a href="/g">firm</a></dt><dd>a company or a <b>partner</b>ship</dd></dl>
<p class="tools"><a href="/3.pdf">PDF</a> <a href="/3/print">Print</a></p>
<h2 id="s">Support</h2>
<p>Clusters get:</p>
<ol type="a"><li>money,<ul><li>in two parts</li></ul></li><li value="4"><p>advice</p></li></ol>
<table><caption>Rates</caption><thead><tr><th>Size</th><th>Rate</th></tr></thead>
<tr><td>small</td><td>50&nbsp;%<br>at most</td></tr><tr><td>large</td><td></td></tr></table>
<div style="display: none"><p>Loading</p></div><p hidden>Not shown</p>
<span class="visually-hidden">for screen readers</span>
<details><summary>Older rules</summary><p>There were none.</p></details>
<aside><a href="/other">Other pages of the ministry</a></aside>
</main>
<footer><p>Imprint and contact</p></footer>
<script>var x = "<p>not text</p>";</script>
</body></html>"""


def blocks(found: ParsedText) -> list[tuple[str, int, str]]:
    return [(b.kind, b.level, found.text[b.start : b.end]) for b in found.blocks]


def test_a_page_is_its_content_with_its_structure() -> None:
    found = parse("page.html", PAGE.encode())
    assert blocks(found) == [
        ("heading", 1, "Cluster rules"),
        ("heading", 2, "Application"),
        ("paragraph", 0, "1.1 A firm must apply by 1\xa0May.\nIt is told"),
        ("paragraph", 0, "within a week."),
        ("paragraph", 0, "1.2 A firm must apply by 1 May."),
        ("row", 0, "firm\ta company or a partnership"),
        ("heading", 2, "Support"),
        ("paragraph", 0, "Clusters get:"),
        ("item", 1, "a. money,"),
        ("item", 2, "in two parts"),
        ("item", 1, "d. advice"),
        ("paragraph", 0, "Rates"),
        ("row", 1, "Size\tRate"),
        ("row", 0, "small\t50 % at most"),
        ("row", 0, "large"),
        ("paragraph", 0, "Older rules"),
        ("paragraph", 0, "There were none."),
    ]
    said = found.metadata
    assert (said.title, said.publisher) == ("Cluster rules", "The Ministry")
    assert (said.url, said.date) == ("https://ministry.example/rules", date(2024, 3, 31))
    assert said.language == "en"


def test_without_a_landmark_trafilatura_says_where_the_content_is() -> None:
    """Each of these paragraphs is kept though one is repeated and one is a link."""
    rules = "".join(
        f"<p>{number}. A member of the cluster number {number} shall report to the ministry on "
        "what it has done, with whom and at which cost, every year in March.</p>"
        "<p><a href='/glossary'>associated member</a></p>"
        for number in range(8)
    )
    menu = "<div><ul><li><a href='/'>Home</a></li><li><a href='/n'>News</a></li></ul></div>"
    content = f"<div><div><h2>Duties</h2>{rules}</div></div>"
    page = f"<html><body>{menu}{content}<div><p>Imprint, contact</p></div></body></html>"
    found = parse("page.html", page.encode())
    assert found.text.startswith("Duties\n\n0. A member")
    assert found.text.count("associated member") == 8
    assert "Home" not in found.text
    assert "Imprint" not in found.text


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("2.1A", "2.1A Firms report."),
        ("3B.10", "3B.10 Firms report."),
        ("(iv)", "(iv) Firms report."),
        ("§ 3", "§ 3 Firms report."),
        ("A", "A\n\nFirms report."),
        ("2024", "2024\n\nFirms report."),
    ],
)
def test_a_number_by_itself_belongs_to_what_follows(number: str, text: str) -> None:
    page = f"<div><p>{number}</p></div><div><p>Firms report.</p></div>"
    assert parse("a.html", page.encode()).text == text


def test_small_pages_are_read_whole() -> None:
    assert parse("a.html", b"<p>One line of text.</p>").text == "One line of text."
    assert parse("a.htm", b"No markup at all.").text == "No markup at all."


def test_a_date_in_the_text_is_not_the_date_of_the_page() -> None:
    page = "<html><body><main><p>The law of 21/01/2020 was changed on 3 May 2021.</p></main></body>"
    assert parse("a.html", page.encode()).metadata.date is None


@pytest.mark.parametrize(
    ("encoding", "declared"),
    [("cp1250", "windows-1250"), ("iso8859_7", "iso-8859-7"), ("utf-8", "utf-8"), ("utf-8", "")],
)
def test_the_declared_encoding_is_followed(encoding: str, declared: str) -> None:
    text = "Η πολιτική για την Ελλάδα" if "8859" in encoding else "Žluťoučký kůň řídí politiku"
    page = f'<html><head><meta charset="{declared}"></head><body><p>{text}</p></body></html>'
    assert parse("a.html", page.encode(encoding)).text == text


def test_a_saved_page_in_one_file() -> None:
    saved = (
        b"From: <Saved by a browser>\r\nSubject: Rules\r\nMIME-Version: 1.0\r\n"
        b'Content-Type: multipart/related; type="text/html"; boundary="b"\r\n\r\n'
        b"--b\r\nContent-Type: text/html; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
        b"<html><body><p>Gr=C3=B6=C3=9Fe</p></body></html>\r\n--b--\r\n"
    )
    assert parse("a.mhtml", saved).text == "Größe"


@pytest.mark.parametrize("own", ["(1)", "(4A)", "4A.", "b)", "(iv)"])
def test_a_number_that_the_page_writes_itself_is_the_only_one(own: str) -> None:
    page = f"<p>It applies to:</p><ol><li>a firm;</li><li>{own} a branch.</li></ol>"
    assert parse("a.html", page.encode()).text == f"It applies to:\n1. a firm;\n{own} a branch."


def test_layout_tables_and_nested_tables_lose_nothing() -> None:
    page = (
        "<table><tr><td><h2>Left</h2><p>One.</p></td><td><table><tr><th>a</th><th>b</th></tr>"
        "<tr><td>1</td><td>2</td></tr></table></td></tr></table>"
    )
    assert parse("a.html", page.encode()).text == "Left\n\nOne.\na\tb\n1\t2"


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        pytest.param("<div>" * 10_000 + "deep", "250 deep", id="nested"),
        pytest.param("<p>" + "x" * 11_000_000, "10 MB", id="one-line"),
        pytest.param("<p></p>", "white space", id="empty"),
        pytest.param(" ", "empty", id="blank"),
    ],
)
def test_pages_that_are_refused(page: str, reason: str) -> None:
    with pytest.raises(SourceRefused, match=reason) as refusal:
        parse("a.html", page.encode())
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "page",
    [
        pytest.param("<div>" * 200 + "<p>x y z</p>" * 5_000, id="deep-and-long"),
        pytest.param("<table>" * 100 + "<tr><td>a<td>b</tr>" * 3_000, id="tables-in-tables"),
        pytest.param("<ul>" * 200 + "<li><a href='#x'>y</a></li>" * 4_000, id="lists-in-lists"),
        pytest.param("<p>word</p>" + "<!-- " * 50_000, id="open-comments"),
        pytest.param(
            "<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/hostname'>]><p>&b;</p>", id="xxe"
        ),
        pytest.param("<p>" + "<a href='#'>x</a> " * 40_000, id="links-to-nowhere"),
        pytest.param(f"<pre>a{' ' * 1_000_000}b</pre>", id="spaces"),
        pytest.param("<p>a" + "<i> </i>" * 80_000 + "b", id="spaces-one-by-one"),
        pytest.param("<meta charset=punycode><p>a-" + "b9a" * 1_000_000, id="punycode"),
        pytest.param("<meta charset=undefined><p>abc", id="no-encoding"),
    ],
)
def test_hostile_pages_are_read(page: str) -> None:
    found = parse("a.html", page.encode())
    assert is_even(lambda text: parse("a.html", text.encode()), page)
    assert found.blocks
    assert len(found.text) <= len(page)


def test_pages_too_deep_for_trafilatura_keep_their_landmark() -> None:
    depth, rows = 150, 8_000
    assert depth * rows > MOST_DEPTHS
    page = "<nav>menu</nav><main>" + "<div>" * depth + "<p>x</p>" * rows
    assert "menu" not in parse("a.html", page.encode()).text


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        pytest.param(
            "<tr><th>Town</th><th>Year</th><th>Ships</th></tr><tr><td rowspan=2>Aldby</td>"
            "<td>2021</td><td>4</td></tr><tr><td>2022</td><td>6</td></tr>",
            [(1, "Town\tYear\tShips"), (0, "Aldby\t2021\t4"), (0, "Aldby\t2022\t6")],
            id="a-label-beside-several-rows",
        ),
        pytest.param(
            "<tr><td>a</td><td rowspan=0>all</td></tr><tr><td>b</td></tr><tr></tr><tr><td>c</td>",
            [(0, "a\tall"), (0, "b\tall"), (0, "c\tall")],
            id="down-to-the-end",
        ),
        pytest.param(
            "<tr><td>a</td><td colspan=2>wide</td><td>d</td></tr>"
            "<tr><td>a</td><td>b</td><td>c</td><td>d</td></tr><tr><td colspan=99>Note.</td></tr>",
            [(0, "a\twide\t\td"), (0, "a\tb\tc\td"), (0, "Note.")],
            id="columns-keep-their-places",
        ),
        pytest.param(
            "<thead><tr><th rowspan=2>Town</th><th colspan=2>Fees</th><th>Dues</th></tr><tr>"
            "<th>2023</th><th>2024</th><th>2024</th></tr></thead>"
            "<tr><th>Aldby</th><td>1</td><td>2</td><td>3</td></tr>",
            [(1, "Town\tFees 2023\tFees 2024\tDues 2024"), (0, "Aldby\t1\t2\t3")],
            id="a-head-of-two-rows",
        ),
        pytest.param(
            "<tr><th colspan=2>Fees of all towns</th></tr><tr><th>Town</th><th>Fee</th></tr>"
            "<tr><td>Aldby</td><td>1</td></tr>",
            [(0, "Fees of all towns"), (1, "Town\tFee"), (0, "Aldby\t1")],
            id="a-name-over-all-columns",
        ),
        pytest.param(
            "<tr><th>Year</th><th>Month</th></tr><tr><th rowspan=2>2025</th></tr>"
            "<tr><td>May</td></tr>",
            [(1, "Year\tMonth"), (0, "2025"), (0, "2025\tMay")],
            id="a-name-of-rows-is-no-head",
        ),
    ],
)
def test_cells_stand_where_the_grid_has_them(table: str, rows: list[tuple[int, str]]) -> None:
    found = parse("a.html", f"<table>{table}</table>".encode())
    assert [(level, text) for _, level, text in blocks(found)] == rows


def test_a_cell_that_claims_a_million_rows_is_not_repeated_for_ever() -> None:
    long = "x " * 20_000
    table = f"<table><tr><td rowspan=65000>{long}<td colspan=99999>y" + "<tr><td>z" * 2_000
    found = parse("a.html", table.encode())
    assert len(found.text) < 2 * len(table)


@pytest.mark.parametrize(
    ("style", "element"),
    [
        pytest.param(".old { display: none }", '<p class="a old">', id="class"),
        pytest.param("/* { */ #x, b {display:none}", '<p id="x">', id="id-among-several"),
        pytest.param("div > p.old{visibility:hidden}", '<div><p class="old">', id="child"),
        pytest.param("@media screen{.old{display:none}}", '<p class="old">', id="on-screens"),
        pytest.param(".old{text-decoration: line-through}", '<p class="old">', id="struck"),
        pytest.param("", '<p style="visibility: hidden">', id="inline"),
        pytest.param("", "<p hidden>", id="attribute"),
        pytest.param("", "<del>", id="del"),
        pytest.param("", "<s>", id="s"),
        pytest.param("", "<strike>", id="strike"),
        pytest.param("", "<template>", id="template"),
        pytest.param("", "<dialog>", id="dialog"),
        pytest.param("", "<noscript>", id="noscript"),
        pytest.param(".x{opacity:0}", '<p class="x">', id="clear"),
        pytest.param("", '<p style="opacity: 0.0 !important">', id="clear-in-line"),
        pytest.param("", '<p style="font-size:0">', id="without-size"),
        pytest.param("", '<p style="font-size:1px">', id="speck"),
        pytest.param("", '<p style="text-indent:-9999px">', id="indented-away"),
        pytest.param("", '<p style="position:absolute; left:-10000px">', id="off-screen"),
        pytest.param("", '<p style="position:fixed; top:-999em">', id="above-the-screen"),
        pytest.param("", '<p style="position:absolute;clip:rect(0 0 0 0)">', id="clipped"),
        pytest.param(
            "", '<p style="position:absolute;clip-path:inset(50%)">', id="clipped-by-a-path"
        ),
        pytest.param("", '<p style="height:0;overflow:hidden">', id="flat"),
        pytest.param(".x{max-height:0px;overflow:hidden}", '<p class="x">', id="flat-by-a-rule"),
        pytest.param("", '<p style="color:transparent">', id="transparent"),
        pytest.param("", '<p style="color:rgba(0, 0, 0, 0)">', id="transparent-in-figures"),
        pytest.param("", '<p style="color:#fff;background:#ffffff">', id="white-on-white"),
        pytest.param(
            "", '<p style="color:rgb(250,250,250);background-color:white">', id="pale-on-white"
        ),
        pytest.param("", '<p style="color:white">', id="white-on-the-page"),
        pytest.param("", '<p style="-webkit-text-fill-color:transparent">', id="filled-clear"),
        pytest.param("", '<p style="background-clip:text;color:transparent">', id="out-of-nothing"),
        pytest.param("", '<p style="color:#00000000">', id="transparent-in-hexadecimal"),
        pytest.param("", '<p style="opacity:0%">', id="clear-in-percent"),
        pytest.param("", '<p style="transform:scale(0)">', id="scaled-away"),
        pytest.param("", '<p style="position:absolute;margin-left:-9999px">', id="margin"),
        pytest.param("", '<div role="alertdialog">', id="role"),
        pytest.param("", '<div aria-modal="true">', id="modal"),
    ],
)
def test_what_is_not_shown_is_left_out(style: str, element: str) -> None:
    tag = element[1:].split()[0].rstrip(">")
    page = (
        f"<html><head><style>{style}</style></head><body><p>The fee is 9 euros, paid in spring.</p>"
        f"{element}It was 7.</{tag}></div><p>It is paid to the office.</p></body></html>"
    )
    shown = parse("a.html", page.encode()).text
    assert shown == "The fee is 9 euros, paid in spring.\n\nIt is paid to the office."


@pytest.mark.parametrize(
    ("style", "element"),
    [
        pytest.param("@media print{.x{display:none}}", '<p class="x">', id="print"),
        pytest.param(".x{display:none} .x.on{display:block}", '<p class="x on">', id="later-rule"),
        pytest.param(".x:hover{display:none}", '<p class="x">', id="state"),
        pytest.param(".no-js .x{display:none}", '<p class="x">', id="without-scripts"),
        pytest.param("", '<p hidden style="display:block">', id="hidden-but-shown"),
        pytest.param(".x{opacity:0} .x.on{opacity:1}", '<p class="x on">', id="clear-no-more"),
        pytest.param("", '<p style="opacity:0.05">', id="faint"),
        pytest.param("", '<p style="font-size:0.9em">', id="small-in-em"),
        pytest.param("", '<p style="font-size:1rem">', id="one-rem"),
        pytest.param("", '<p style="text-indent:-2em">', id="hanging"),
        pytest.param("", '<p style="left:-10000px">', id="not-placed"),
        pytest.param("", '<p style="height:0">', id="flat-but-flowing-over"),
        pytest.param("", '<p style="color:white;background:#036">', id="white-on-blue"),
        pytest.param("", '<p style="color:black;background:transparent">', id="on-nothing"),
        pytest.param("", '<p style="color:#fff;background:url(a.png) #fff">', id="on-a-picture"),
        pytest.param(
            "p:lang(en){background:red}",
            '<p style="color:white">',
            id="on-who-knows-what",
        ),
        pytest.param(
            "@media screen and (min-width:9px){p{background:red}}",
            '<p style="color:white">',
            id="on-some-screens",
        ),
        pytest.param("", '<p style="color:white" bgcolor="#003366">', id="on-an-old-colour"),
        pytest.param("", '<p style="font-size:0"><b style="font-size:14px">', id="size-said-again"),
        pytest.param("", '<p style="color:white"><b style="color:black">', id="colour-said-again"),
        pytest.param(
            "", '<p style="height:0;overflow:hidden;padding-bottom:56%">', id="room-by-padding"
        ),
        pytest.param("", '<p style="opacity:0;animation:fade 2s forwards">', id="fading-in"),
        pytest.param("<link rel=stylesheet href=a.css>", '<p style="color:white">', id="linked"),
        pytest.param("body{background:navy}", '<p style="color:white">', id="on-a-dark-page"),
        pytest.param("", '<p style="max-width:100%;overflow:hidden">', id="narrow"),
        pytest.param(
            ".x{background:linear-gradient(red,blue);background-clip:text;color:transparent}",
            '<p class="x">',
            id="cut-out-of-a-picture",
        ),
        pytest.param(
            "body{background:url(a.png);-webkit-background-clip:text}",
            '<p style="-webkit-text-fill-color:transparent">',
            id="cut-out-of-one-around-it",
        ),
        pytest.param(
            "", '<p style="background:#036 text;color:transparent">', id="cut-out-of-a-colour"
        ),
        pytest.param("", '<p style="color:transparent;text-shadow:0 0 1px red">', id="shadow"),
        pytest.param("", '<p style="color:#fff;-webkit-text-stroke:1px red">', id="edge"),
        pytest.param("", '<p style="color:#fff;-webkit-text-fill-color:red">', id="filled"),
    ],
)
def test_what_is_shown_stays(style: str, element: str) -> None:
    head = style if style.startswith("<") else f"<style>{style}</style>"
    page = f"{head}<body class=no-js><p>It is so.</p>{element}And so.</p>"
    assert parse("a.html", page.encode()).text == "It is so.\n\nAnd so."


def test_a_page_of_noscript_only_is_its_text_but_no_request_to_switch_scripts_on() -> None:
    text = " ".join(f"The office keeps rule {number}." for number in range(20))
    assert parse("a.html", f"<noscript><p>{text}</p></noscript>".encode()).text == text
    with pytest.raises(SourceRefused, match="white space"):
        parse("a.html", b"<noscript>Please enable JavaScript.</noscript><div id=app></div>")


def test_buttons_that_open_a_part_are_its_title() -> None:
    page = (
        "<style>.panel{display:none}</style><main><p>Some questions.</p>"
        "<button>Who pays?</button><div class=panel><p>The owner.</p></div>"
        "<button>When?</button><div class=panel><p>In May.</p></div>"
        "<div><button aria-controls=c aria-expanded=false>How?</button></div>"
        "<div id=c hidden><p>By letter.</p></div>"
        "<button>Apply now</button><p>The end.</p>"
        "<button aria-expanded=false>More pages</button><div><a href=/a>Fees and dues</a></div>"
        "</main>"
    )
    assert parse("a.html", page.encode()).text.split("\n\n")[:-1] == [
        "Some questions.", "Who pays?", "The owner.", "When?", "In May.",
        "How?", "By letter.", "The end.",
    ]  # fmt: skip
    assert "More pages" not in parse("a.html", page.encode()).text


def test_a_question_about_cookies_is_no_content_whatever_it_is_called() -> None:
    asked = (
        "<div class=q7><h2>Your privacy</h2><p>We use cookies to count visits.</p>"
        "<div><button>Alle akzeptieren</button><a href=#>Settings</a></div></div>"
    )
    rules = "<h1>Rules</h1><p>Sites that set cookies shall ask first.</p>"
    text = parse("a.html", f"<body>{rules}{asked}</body>".encode()).text
    assert text == "Rules\n\nSites that set cookies shall ask first."


ASKED = [
    "<section><h2>Choice</h2><p>We use cookies.</p><button>Godta alle</button></section>",
    "<div><div><p>We use cookies.</p></div><div><button>Accept cookies</button>"
    "<a href=/c>View cookies</a></div></div>",
    "<div><p>We use cookies.</p><a href=/a>Tout accepter</a> <a href=/b>Tout refuser</a></div>",
    "<div style='position:fixed'><p>We use cookies.</p><a href=/ok>OK</a></div>",
    "<div><p>We use cookies.</p><a class='btn' href=/ok>Accetta tutti</a></div>",
    "<form><p>We use cookies.</p><input type=submit value='Accept all'></form>",
]
TOLD = [
    "<section><h2>Cookies</h2><p>We use cookies.</p><a href=/x>Allowances for firms</a></section>",
    "<section><h2>Cookies</h2><p>We use cookies.</p><a href=/x>Agreement with it</a></section>",
    "<section><h2>Cookies</h2><p>We use cookies.</p><a href=/x>Zulassung</a></section>",
    "<section><h2>Cookies</h2><p>We use cookies.</p><a href=/x>How to refuse cookies</a></section>",
    "<div><p>We use cookies.</p><a href=/deny>Deny consent</a></div>",
]


@pytest.mark.parametrize("part", ASKED)
def test_questions_about_cookies_go_from_the_content_and_from_beside_it(part: str) -> None:
    fee = "<p>The fee is nine euros a day.</p>"
    for page in (f"<body>{fee}{part}{fee}", f"{part}<main>{fee * 2}</main>"):
        assert "We use" not in parse("a.html", page.encode()).text


@pytest.mark.parametrize("part", TOLD)
def test_rules_on_cookies_stay(part: str) -> None:
    fee = "<p>The fee is nine euros a day.</p>"
    for page in (f"<body>{fee}{part}{fee}", f"<main>{fee}{part}{fee}</main>"):
        assert "We use cookies." in parse("a.html", page.encode()).text


def test_a_section_of_the_content_is_no_question_whatever_its_buttons_say() -> None:
    section = "<section><h2>Cookies</h2><p>We use cookies.</p><button>Accept</button></section>"
    page = f"<main><h1>Rules</h1><p>The fee is nine euros a day.</p>{section}</main>"
    assert "We use cookies." in parse("a.html", page.encode()).text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<span class=l>Deadline</span><span class=v>3 June</span>", "Deadline 3 June"),
        ("<span class=l>Fee:</span><span class=v>none</span>", "Fee: none"),
        ("<span class=l>City</span><span class=v>Aldby</span>", "City Aldby"),
        ("<span class=cap>D</span><span class=rest>eadline</span>", "Deadline"),
        ("the <span class=n>2</span><span class=o>nd</span> boat", "the 2nd boat"),
        ("<span>Mc</span><span>Kay</span>", "McKay"),
    ],
)
def test_a_label_and_its_value_are_two_words(markup: str, text: str) -> None:
    assert parse("a.html", f"<div>{markup}</div>".encode()).text == text


CZECH = "Poplatek za kotvení činí čtyři eura, šest týdnů předem."


@pytest.mark.parametrize(
    ("encoding", "declared", "text"),
    [
        pytest.param("utf-8", "iso-8859-1", "Gebühr für größere Schiffe", id="utf-8-as-latin-1"),
        pytest.param("utf-8", "windows-1250", CZECH, id="utf-8-as-windows-1250"),
        pytest.param("utf-8-sig", "iso-8859-2", CZECH, id="byte-order-mark"),
        pytest.param("cp1250", "utf-8", CZECH, id="windows-1250-as-utf-8"),
        pytest.param("cp1250", "windows-1252", CZECH, id="windows-1250-as-windows-1252"),
        pytest.param("cp1252", "us-ascii", "Gebühr – größere Schiffe", id="windows-as-ascii"),
        pytest.param("gbk", "gbk", "联通", id="two-letters-that-look-like-utf-8"),
    ],
)
def test_bytes_decide_over_a_wrong_declaration(encoding: str, declared: str, text: str) -> None:
    page = f'<html><head><meta charset="{declared}"></head><body><p>{text}</p></body></html>'
    assert parse("a.html", page.encode(encoding)).text == text


@pytest.mark.parametrize(
    ("encoding", "declared", "named", "text"),
    [
        pytest.param("cp1250", "iso-8859-1", "windows-1250", CZECH, id="server-before-page"),
        pytest.param("cp1250", "windows-1250", "utf-8", CZECH, id="server-wrong"),
        pytest.param("cp1250", "windows-1250", "no-such", CZECH, id="server-names-nothing-known"),
        pytest.param("utf-8", "iso-8859-1", "iso-8859-2", CZECH, id="utf-8-before-both"),
        pytest.param("utf-8", "gb2312", "utf-8", "你好,世界 – ü", id="server-says-utf-8"),
        pytest.param("utf-8-sig", "iso-8859-2", "iso-8859-2", CZECH, id="mark-before-both"),
        pytest.param("cp1252", "", "iso-8859-1", "Gebühr – größere Schiffe", id="latin-1"),
        pytest.param("utf-16-le", "", "utf-16le", CZECH, id="utf-16-without-a-mark"),
        pytest.param("ascii", "", "utf-16le", "Fees are due.", id="ascii-called-utf-16"),
        pytest.param("gbk", "utf-8", "gbk", "联通", id="two-letters-that-look-like-utf-8"),
    ],
)
def test_what_a_server_names_goes_before_what_the_page_says(
    encoding: str, declared: str, named: str, text: str
) -> None:
    meta = f'<meta charset="{declared}">' if declared else ""
    page = f"<html><head>{meta}</head><body><p>{text}</p></body></html>"
    assert parse("a.html", page.encode(encoding), named).text == text


def test_what_is_no_text_is_refused_whatever_encoding_a_server_names() -> None:
    for data, reason in ((b"%PDF-1.7 \xfc", "a PDF"), (b"a\0b\xfc" * 9, "binary")):
        with pytest.raises(SourceRefused, match=reason):
            parse("a.txt", data, "iso-8859-1")


FADING = "<p style='opacity:0'>{}</p>"
FEES = "The fee for a ship in the harbour is nine euros a day, and is paid before it leaves."


def test_what_fades_in_stays_where_much_of_a_page_does() -> None:
    fading = FADING.format(FEES)
    few = f"<html><body><main>{f'<p>{FEES}</p>' * 5}{fading}</main></body></html>"
    assert parse("a.html", few.encode()).text.count(FEES) == 5
    many = f"<html><body><main><p>{FEES}</p>{fading * 5}</main></body></html>"
    assert parse("a.html", many.encode()).text.count(FEES) == 6


@pytest.mark.parametrize(
    "panel",
    [
        pytest.param('<button aria-expanded="false">Fees</button>', id="expanded"),
        pytest.param('<h2><button aria-controls="p">Fees</button></h2>', id="in-a-heading"),
        pytest.param('<label for="c">Fees</label>', id="label"),
    ],
)
def test_what_a_click_opens_stays(panel: str) -> None:
    shut = "height:0;overflow:hidden"
    page = f"<main><p>{FEES}</p>{panel}<div id='p' style='{shut}'><p>Nine euros.</p></div></main>"
    assert "Nine euros." in parse("a.html", page.encode()).text


def test_what_is_left_out_of_a_page_is_kept_with_its_reason() -> None:
    page = f"""<html><body><nav><a href="/">Home</a></nav><main><p>{FEES}</p>
    <p>It is <s>seven</s> nine<span class="sr-only">opens in a window</span>.</p>
    <p style="display:none">Draft</p><p>Water H<sub>2</sub>O, CO<sub>2</sub>.</p>
    <ul class="pagination"><li><a href="/2">Next</a></li></ul></main></body></html>"""
    found = parse("a.html", page.encode())
    assert found.text == f"{FEES}\n\nIt is nine.\n\nWater H₂O, CO₂."
    assert {(said.reason, said.text) for said in found.omissions} == {
        ("navigation", "Home"), ("navigation", "Next"), ("crossed-out text", "seven"),
        ("label for screen readers", "opens in a window"), ("not shown by browsers", "Draft"),
    }  # fmt: skip
    assert found.note == "left out: crossed-out text"


def test_words_that_markdown_crosses_out_are_kept_with_their_reason() -> None:
    found = parse("a.md", b"The fee is ~~seven~~ nine euros.")
    assert found.text == "The fee is nine euros."
    assert [(said.reason, said.text) for said in found.omissions] == [("crossed-out text", "seven")]


@pytest.mark.parametrize(
    "part",
    [
        pytest.param("<div id=a hidden>x</div>", id="hidden-parts"),
        pytest.param("<noscript>x</noscript>", id="noscript"),
    ],
)
def test_four_times_as_many_parts_take_no_sixteen_times_as_long(part: str) -> None:
    def read(count: int) -> None:
        page = f"<p>{FEES}</p>{part * count}<div id=a>{'<i>y</i>' * count}</div>"
        assert FEES in parse("a.md", page.encode()).text
        parse("a.html", page.encode())

    assert stays_even(read, 4_000)


def test_of_pages_without_scripts_all_long_parts_are_text() -> None:
    long = " ".join(f"The office keeps rule {number}." for number in range(20))
    page = (
        f"<noscript><p>{long}</p></noscript>" * 2 + "<noscript>Please enable JavaScript.</noscript>"
    )
    assert parse("a.html", page.encode()).text == f"{long}\n\n{long}"


def test_what_is_opened_is_told_before_anything_goes() -> None:
    page = (
        f"<main><p>{FEES}</p>"
        "<button hidden aria-controls=b>Menu</button><div id=b hidden>Gone.</div>"
        "<button>Fees</button><span hidden>open</span><div hidden><p>Nine euros.</p></div></main>"
    )
    text = parse("a.html", page.encode()).text
    assert "Nine euros." in text
    assert "Gone." not in text


def test_articles_of_a_law_are_headings_whatever_the_page_calls_them() -> None:
    page = (
        "<title>L_202600017EN.01000101.xml</title><p>REGULATION (EU) 2026/17</p>"
        "<p>TITLE I</p><p>Article 1</p><p>Subject matter</p><p>This Regulation lays down fees.</p>"
        "<p>Article 2</p><p>It says in</p><p>Article 3</p><p>Ships of 2 April 2026:</p><p>Fees.</p>"
    )
    found = parse("a.html", page.encode())
    assert [section.path for section in found.sections] == [
        ("TITLE I",),
        ("TITLE I", "Article 1"),
        ("TITLE I", "Article 1", "Subject matter"),
        ("TITLE I", "Article 2"),
        ("TITLE I", "Article 3"),
    ]
    assert found.title is None


POINT = "<table><tr><td>{0}</td><td><p>{1}</p>{2}</td></tr></table>"


def test_points_of_a_law_that_are_set_as_tables_are_a_list() -> None:
    below = POINT.format("(i)", "of wood;", "") + POINT.format("(ii)", "of steel.", "")
    page = (
        "<p>This Regulation applies to:</p>"
        + POINT.format("(a)", "berths;", "")
        + POINT.format("(b)", "ships:", below)
        + "<table><tr><td></td><td>—</td><td>Last.</td></tr></table>"
    )
    assert blocks(parse("a.html", page.encode())) == [
        ("paragraph", 0, "This Regulation applies to:"),
        ("item", 1, "(a) berths;"),
        ("item", 1, "(b) ships:"),
        ("item", 2, "(i) of wood;"),
        ("item", 2, "(ii) of steel."),
        ("item", 1, "— Last."),
    ]


@pytest.mark.parametrize(
    "row",
    [
        pytest.param("<td>1</td><td>Poland</td>", id="a-figure"),
        pytest.param("<th>(a)</th><td>Poland</td>", id="a-head"),
        pytest.param("<td>(a)</td><td>Poland</td><td>12</td>", id="a-third-column"),
        pytest.param("<td>(a)</td><td></td>", id="no-words"),
    ],
)
def test_other_tables_with_marks_are_tables(row: str) -> None:
    page = f"<p>Shares:</p><table><tr><td>x</td><td>y</td></tr><tr>{row}</tr></table>"
    assert "item" not in {kind for kind, _, _ in blocks(parse("a.html", page.encode()))}


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        pytest.param("<tr>{A}</tr>{B}</tr>{C}</tr>", "A\t1\nB\t2\nC\t3", id="rows-not-opened"),
        pytest.param("{A}<tr>{B}</tr><tr>{C}</tr>", "A\t1\nB\t2\nC\t3", id="first-not-opened"),
        pytest.param(
            "<tbody><tr>{A}</tr>{B}{C}</tbody>", "A\t1\nB\t2\nC\t3", id="rows-neither-shut"
        ),
        pytest.param(
            "<center><tr>{A}</tr></center><tr>{B}</tr><tr>{C}</tr>",
            "A\t1\nB\t2\nC\t3",
            id="around-rows",
        ),
        pytest.param(
            "Loose.<tr>{A}</tr><p>More.</p><tr>{B}</tr><tr>{C}</tr>",
            "Loose.\n\nMore.\nA\t1\nB\t2\nC\t3",
            id="words-between-rows",
        ),
        pytest.param(
            "<tbody>Loose.<p>More.</p>Then.<tr>{A}</tr></tbody><tbody>Last.<tr>{B}</tr>{C}</tbody>",
            "Loose.\n\nMore.\n\nThen.\n\nLast.\nA\t1\nB\t2\nC\t3",
            id="words-in-their-order",
        ),
        pytest.param(
            "<tr>Loose.{A}<div>More.</div></tr><tr>{B}</tr><tr>{C}</tr>",
            "Loose.\n\nMore.\nA\t1\nB\t2\nC\t3",
            id="words-in-a-row",
        ),
    ],
)
def test_no_word_of_a_table_is_lost_whatever_its_markup(rows: str, text: str) -> None:
    cells = {name: f"<td>{name}</td><td>{n}</td>" for n, name in enumerate("ABC", start=1)}
    page = f"<p>{FEES}</p><table>{rows.format(**cells)}</table>"
    gap = "\n\n" if text.startswith("Loose") else "\n"
    assert parse("a.html", page.encode()).text == f"{FEES}{gap}{text}"


def test_words_between_terms_and_meanings_stay() -> None:
    page = f"<p>{FEES}</p><dl><dt>Tug</dt><dd>a boat</dd><p>Since 2026:</p><dt>Pilot</dt></dl>"
    assert parse("a.html", page.encode()).text == f"{FEES}\n\nTug\n\na boat\n\nSince 2026:\n\nPilot"
