"""Parsers: bytes to canonical text, blocks and sections."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import SourceRefused
from ingest.parsers import ParsedText, load_parser, parse, parser_id, suffixes
from ingest.text import language
from tests.growth import is_even
from tests.library import ROOT

PAGES = sorted(Path("corpus").glob("*.txt"))
CZECH = "Příliš žluťoučký kůň: Ministerstvo průmyslu řídí politiku klastrů od roku 2004."
POLISH = "Polska Agencja Rozwoju Przedsiębiorczości wdraża politykę; zażółć gęślą jaźń."
GERMAN = "Größe und Stärke: „Cluster“ in Österreich – die Förderung für Länder."
FRENCH = "La politique a été mise en œuvre afin d’accroître l’innovation là où naît l’emploi."
GREEK = "Η πολιτική για τους συνεργατικούς σχηματισμούς στην Ελλάδα."


def assert_canonical(parsed: ParsedText) -> None:
    text = parsed.text
    assert text == unicodedata.normalize("NFC", text)
    assert not any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in text)
    assert all(line == line.rstrip() for line in text.split("\n"))
    position = 0
    for block in parsed.blocks:
        assert position <= block.start < block.end <= len(text)
        assert not text[position : block.start].strip()
        piece = text[block.start : block.end]
        assert piece == piece.strip()
        assert block.kind == "row" or (block.level > 0) == (block.kind in ("heading", "item"))
        position = block.end
    assert not text[position:].strip()
    version = parsed.version()
    starts = {block.start for block in parsed.blocks if block.kind == "heading"}
    for section in parsed.sections:
        assert section.start in starts
        assert section.start < section.end <= len(text)
        heading = next(block for block in parsed.blocks if block.start == section.start)
        assert section.path[-1] == " ".join(text[heading.start : heading.end].split())
        assert version.section_at(section.start) == section.path


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_pages_are_canonical(page: Path) -> None:
    parsed = parse(page.name, page.read_bytes())
    assert_canonical(parsed)
    again = parse(page.name, parsed.text.encode())
    assert again.text == parsed.text
    assert again.blocks == parsed.blocks


@settings(max_examples=80, deadline=None)
@given(st.text(), st.sampled_from(["a.txt", "a.md"]))
def test_any_text_is_canonical_or_refused(text: str, name: str) -> None:
    try:
        parsed = parse(name, text.encode("utf-8"))
    except SourceRefused:
        return
    assert_canonical(parsed)


LINES = st.lists(
    st.sampled_from(
        [
            "",
            "",
            "Heading",
            "# Heading",
            "1. Scope",
            "- item",
            "* item **bold**",
            "We list:",
            "| a |",
            "Bulgaria",
            "France is named here.",
            "A sentence that is long enough to be a body.",
            "Article 5",
            "See more on Heading",
            "> quoted",
            "```",
            "<b>bold</b>",
            "   indented",
        ]
    ),
    max_size=30,
)


@settings(max_examples=120, deadline=None)
@given(LINES, st.sampled_from(["a.txt", "a.md"]))
def test_any_lines_are_canonical_or_refused(lines: list[str], name: str) -> None:
    try:
        parsed = parse(name, "\n".join(lines).encode())
    except SourceRefused:
        return
    assert_canonical(parsed)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    try:
        parsed = parse("a.txt", data)
    except SourceRefused:
        return
    assert_canonical(parsed)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        pytest.param(CZECH, "cp1250", id="czech-windows"),
        pytest.param(CZECH, "iso8859_2", id="czech-iso"),
        pytest.param(POLISH, "cp1250", id="polish-windows"),
        pytest.param(POLISH, "iso8859_2", id="polish-iso"),
        pytest.param(GERMAN, "cp1252", id="german-windows"),
        pytest.param(FRENCH, "cp1252", id="french-windows"),
        pytest.param(GREEK, "iso8859_7", id="greek-iso"),
        pytest.param(CZECH, "utf-8", id="utf-8"),
        pytest.param(CZECH, "utf-8-sig", id="utf-8-with-bom"),
        pytest.param(CZECH, "utf-16", id="utf-16-with-bom"),
        pytest.param(CZECH, "utf-32", id="utf-32-with-bom"),
    ],
)
def test_encodings(text: str, encoding: str) -> None:
    assert parse("a.txt", text.encode(encoding)).text == text


def test_a_long_english_file_with_few_letters_beyond_ascii() -> None:
    page = Path("corpus/clusterplattform-european-level.txt").read_text(encoding="utf-8")
    long = "Plain words only.\n" * 20_000 + page
    assert "Pôles de compétitivité" in parse("a.txt", long.encode("cp1252")).text


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        pytest.param("a.txt", b"", "empty", id="empty"),
        pytest.param("a.txt", b" \n\t \xc2\xa0\n", "white space", id="white-space"),
        pytest.param("a.txt", b"Skip to main content\n", "furniture", id="only-furniture"),
        pytest.param("a.txt", b"abc\0def", "NUL", id="nul"),
        pytest.param("a.txt", b"%PDF-1.7 ...", "PDF", id="pdf-named-txt"),
        pytest.param("a.txt", b"\x89PNG\r\n\x1a\n", "PNG", id="image"),
        pytest.param("a.txt", b"\xff\xfea", "utf-16", id="torn-utf-16"),
        pytest.param("a.txt", bytes(range(128, 256)), "encoding", id="no-encoding"),
        pytest.param("a.xyz", b"text", ".xyz", id="unsupported"),
        pytest.param("README", b"text", "without an ending", id="no-suffix"),
    ],
)
def test_refusals_are_one_line_with_reason_and_remedy(name: str, data: bytes, reason: str) -> None:
    with pytest.raises(SourceRefused) as refusal:
        parse(name, data)
    message = str(refusal.value)
    assert reason in message
    assert ": " in message
    assert "\n" not in message


def test_names() -> None:
    assert suffixes()[:3] == (".txt", ".md", ".markdown")
    assert len(set(suffixes())) == len(suffixes())
    assert parser_id("A.TXT").startswith("plain@")
    assert parser_id("a.markdown").startswith("markdown@")
    assert parser_id("a.docx").startswith("word@")
    assert parser_id("a.docx").endswith(f"+{language.ID}")
    with pytest.raises(SourceRefused):
        parser_id("a.exe")


@pytest.mark.parametrize("suffix", suffixes())
def test_the_table_and_the_modules_agree(suffix: str) -> None:
    parser = parser_id(f"a{suffix}").removesuffix(f"+{language.ID}")
    assert parser == vars(load_parser(parser))["ID"]


def test_a_plan_and_a_worker_start_without_the_libraries_of_formats() -> None:
    code = (
        "import sys, ingest.workers.worker\n"
        "from ingest.parsers import parser_id, suffixes\n"
        "[parser_id('a' + suffix) for suffix in suffixes()]\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    heavy = {"docx", "lxml", "markdown_it", "numpy", "openpyxl", "pptx", "py3langid", "trafilatura"}
    assert not heavy & set(ast.literal_eval(done.stdout))


def test_furniture_is_left_out_and_only_furniture() -> None:
    source = (
        "Skip to main content\nHome > Policies > Clusters\nClusters\n\n"
        "Skip to main content is a link that many pages have.\n\n\n\n\nSee more on clusters"
    )
    assert parse("a.txt", source.encode()).text == (
        "Clusters\n\nSkip to main content is a link that many pages have.\n\nSee more on clusters"
    )


def test_unseen_characters_are_left_out() -> None:
    source = "inno\u00advation\r\nre\u0301gion\u200b \u202eright\x0b\x07\x1b[1;31mend.\x1b[0m"
    assert parse("a.txt", source.encode()).text == "innovation\nrégion right\nend."


MARKDOWN = """---
title: "Cluster strategy"
date: 2024-03-31
lang: en-GB
---
# Cluster *strategy*

See **bold**, `code` and [a link](https://example.org/hidden)<br>here
and on the next line ![alt](x.png).

## Aims & scope

The aims are:

- first aim
- second **aim**
  1. nested

| Country | Programme |
|---------|-----------|
| Poland  | PARP      |

<div class="x"><script>alert(1)</script>Visible &amp; <b>strong</b></div>
"""


def test_markdown_keeps_words_and_no_signs() -> None:
    parsed = parse("a.md", MARKDOWN.encode())
    assert parsed.text == (
        "Cluster strategy\n\n"
        "See bold, code and a link here and on the next line .\n\n"
        "Aims & scope\n\n"
        "The aims are:\n"
        "first aim\nsecond aim\n1. nested\n"
        "Country\tProgramme\nPoland\tPARP\n\n"
        "Visible & strong"
    )
    assert [section.path for section in parsed.sections] == [
        ("Cluster strategy",),
        ("Cluster strategy", "Aims & scope"),
    ]
    assert parsed.title == "Cluster strategy"
    assert parsed.metadata.date == date(2024, 3, 31)
    assert parsed.metadata.language == "en"
    assert [(block.kind, block.level) for block in parsed.blocks[-3:]] == [
        ("row", 1), ("row", 0), ("paragraph", 0),
    ]  # fmt: skip
    assert_canonical(parsed)


def read_markdown(source: str) -> list[str]:
    parsed = parse("a.md", source.encode())
    assert_canonical(parsed)
    return [parsed.text[block.start : block.end] for block in parsed.blocks]


@pytest.mark.parametrize(
    ("source", "texts"),
    [
        pytest.param(
            "<table><tr><th>Town</th><th>Fee</th></tr>\n\n<tr><td rowspan=2>\n\n**Aldby**\n\n"
            "</td><td>4</td></tr>\n<tr><td>6</td></tr></table>",
            ["Town\tFee", "Aldby\t4", "Aldby\t6"],
            id="a-table-in-html-with-markdown-in-it",
        ),
        pytest.param(
            "5 × 10<sup>6</sup> euros, 40 m<sup>2</sup>, offices<sup>3</sup>",
            ["5 × 10⁶ euros, 40 m², offices"],
            id="raised",
        ),
        pytest.param("It is ~~4~~ <del>5</del> 6 euros.", ["It is 6 euros."], id="struck"),
        pytest.param("<del>\n\nOld.\n\n</del>\n\nNew.", ["New."], id="struck-paragraphs"),
        pytest.param("<div hidden>\n\nOld.\n\n</div>\n\nNew.", ["New."], id="hidden-paragraphs"),
        pytest.param("- [x] Pay\n- [ ] Show [1]", ["Pay", "Show [1]"], id="tasks"),
        pytest.param(
            "12 000 euros[^1] a year[^no].\n\n[^1]: Since *2020*,\n    each year.",
            ["12 000 euros a year[^no].", "1. Since 2020, each year."],
            id="notes",
        ),
        pytest.param("Text.[^a]\n\n[^a]: word", ["Text.", "1. word"], id="a-note-of-one-word"),
        pytest.param(
            "Tug\n:   A boat that\n    pulls.\n\nPilot\n\n:   Who leads.\n\nAfter.",
            ["Tug\tA boat that pulls.", "Pilot\tWho leads.", "After."],
            id="definitions",
        ),
        pytest.param(
            "<dl><dt>Tug</dt><dd>A boat.</dd></dl><ul><li>One</li><li>Two</li></ul>",
            ["Tug\tA boat.", "One", "Two"],
            id="words-of-blocks-stay-apart",
        ),
        pytest.param("1) a\n2) b) c", ["1) a", "2) b) c"], id="marks-as-they-are-written"),
        pytest.param("Put <title> and <select> here.", ["Put and here."], id="tags-without-end"),
        pytest.param("<div>" * 400 + "\n\nDeep **down**.", ["Deep down."], id="divs-without-end"),
    ],
)
def test_markdown_is_read_as_it_is_shown(source: str, texts: list[str]) -> None:
    assert [re.sub(" +", " ", text) for text in read_markdown(source)] == texts


def test_the_number_of_an_item_stays_with_it() -> None:
    source = "1. ```\n   make run\n   ```\n2.\n\nThen wait."
    assert parse("a.md", source.encode()).text == "1. make run\n\nThen wait."


@pytest.mark.parametrize(
    ("name", "source"),
    [
        pytest.param("a.md", "#" * 10_000 + " x\n", id="hashes"),
        pytest.param("a.md", "#### Deep first\n\ntext\n\n# Top\n\ntext", id="levels-jump"),
        pytest.param("a.md", "> " * 500 + "deep\n\nshallow", id="quotes"),
        pytest.param("a.md", "word\n\n" + "<!-- " * 20_000, id="open-comments"),
        pytest.param("a.md", f"<div>a{' ' * 1_000_000}b</div>", id="spaces-in-html"),
        pytest.param("a.txt", "a" + "\u0301\u0323" * 100_000, id="marks"),
        pytest.param("a.txt", "\u202e\u2067אב 👩‍👩‍👧 😀\u2069 end.\n" * 200, id="bidi-emoji"),
        pytest.param("a.txt", " " * 1_000_000 + "x", id="spaces"),
        pytest.param("a.txt", "word " * 200_000, id="one-long-line"),
        pytest.param("a.txt", "A line that says something.\n" * 20_000, id="many-lines"),
        pytest.param("a.txt", "Name\nWhat it does, in a sentence.\n" * 5_000, id="many-headings"),
    ],
)
def test_hostile_text(name: str, source: str) -> None:
    parsed = parse(name, source.encode())
    assert is_even(lambda text: parse(name, text.encode()), source)
    assert parsed.blocks
    assert len(parsed.text) <= len(source)
