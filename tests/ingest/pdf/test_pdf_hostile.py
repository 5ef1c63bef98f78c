"""PDFs that are torn, encrypted, empty or made to do harm: one clear line, or what can be read."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import SourceRefused
from ingest.parsers import parse
from ingest.parsers.pdf.properties import MAX_OUTLINE_LEVELS
from tests.growth import measure
from tests.pdfs import Text, column, make

WORDS = "The harbour master keeps the lamps burning at night."
CONTENT = f"BT /F1 12 Tf 72 700 Td ({WORDS}) Tj ET".encode()
PAGE = (
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Contents 4 0 R"
    b"/Resources<</Font<</F1 5 0 R>>>>>>"
)


def stream(data: bytes, keys: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(data), keys, data)


def built(changes: Mapping[int, bytes], trailer: bytes = b"") -> bytes:
    """A PDF by hand, since no library writes what is wrong on purpose."""
    objects = {
        1: b"<</Type/Catalog/Pages 2 0 R>>",
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: PAGE,
        4: stream(CONTENT),
        5: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        **changes,
    }
    out = bytearray(b"%PDF-1.7\n")
    places = {}
    for number, body in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start, size = len(out), max(places) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    for number in range(1, size):
        out += b"%010d 00000 n \n" % places.get(number, 0)
    out += b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF" % (size, trailer, start)
    return bytes(out)


def deflated(data: bytes, times: int = 1) -> bytes:
    for _ in range(times):
        data = zlib.compress(data, 9)
    names = b"/FlateDecode" * times
    return stream(data, b"/Filter[%s]" % names)


def pages(count: int) -> dict[int, bytes]:
    numbers = range(10, 10 + count)
    kids = b" ".join(b"%d 0 R" % number for number in numbers)
    tree = {2: b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count)}
    return tree | dict.fromkeys(numbers, PAGE)


def chain(depth: int, link: bytes, end: bytes) -> dict[int, bytes]:
    return {10 + n: link % (11 + n) for n in range(depth)} | {10 + depth: end}


BOMB = b" " * (80 << 20)
DUST = b"BT /F1 1 Tf " + b"1 0 0 1 9 9 Tm (a) Tj " * 50_000 + b"ET"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "not a PDF", id="empty"),
        pytest.param(b"hello", "not a PDF", id="text"),
        pytest.param(b"%PDF-1.7\n", "is damaged", id="header-only"),
        pytest.param(built({})[:200], "is damaged", id="cut-in-half"),
        pytest.param(built({4: deflated(BOMB)}), "unpacks to more than", id="bomb"),
        pytest.param(built({4: deflated(BOMB, 2)}), "unpacks to more than", id="bomb-in-a-bomb"),
        pytest.param(built({4: deflated(DUST)}), "50,000 pieces of text", id="dust"),
        pytest.param(built(pages(100_000)), "100,000 pages", id="100,000-pages"),
        pytest.param(
            built({}, b"/Encrypt<</Filter/Foo/V 9>>"), "is encrypted", id="unknown-encryption"
        ),
        pytest.param(
            make([[Text(72, 700, WORDS)]], finish=lambda w: w.encrypt("secret")),
            "asks for a password",
            id="password",
        ),
        pytest.param(built({4: stream(b"")}), "only white space", id="nothing-on-it"),
        pytest.param(
            built({1: b"<</Type/Catalog/Pages 10 0 R>>"}
                  | chain(10_000, b"<</Type/Pages/Kids[%d 0 R]/Count 1>>", PAGE)),
            "only white space",
            id="10,000-levels-of-pages",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_one_line(data: bytes, reason: str) -> None:
    with pytest.raises(SourceRefused, match=reason) as refused:
        parse("a.pdf", data)
    message = str(refused.value)
    assert "\n" not in message
    assert ": " in message  # what and why, then what to do


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(built({}), id="as-it-should-be"),
        pytest.param(
            built({1: b"<</Type/Catalog/Pages 2 0 R/Outlines 9 0 R>>",
                   9: b"<</First 10 0 R/Last 10 0 R>>"}
                  | chain(10_000, b"<</Title(a)/First %d 0 R/Dest[3 0 R/Fit]>>", b"<</Title(b)>>")),
            id="10,000-levels-of-outline",
        ),
        pytest.param(
            built({1: b"<</Type/Catalog/Pages 2 0 R/Outlines 9 0 R>>",
                   9: b"<</First 10 0 R>>", 10: b"<</Title(a)/Next 10 0 R/First 9 0 R>>"}),
            id="outline-in-a-circle",
        ),
        pytest.param(
            built({2: b"<</Type/Pages/Kids[2 0 R 3 0 R]/Count 2>>"}), id="pages-in-a-circle"
        ),
        pytest.param(
            built({2: b"<</Type/Pages/Kids[3 0 R]/Count 2147483647>>"}), id="count-that-lies"
        ),
        pytest.param(
            built({3: PAGE.replace(b"612 792", b"0 0")}), id="page-without-a-size"
        ),
        pytest.param(
            built({}).replace(b"/Root 1 0 R", b"/Root 1 0 R/Prev 9"), id="xref-that-leads-nowhere"
        ),
        pytest.param(
            make([[Text(72, 700, WORDS)]], finish=lambda w: w.encrypt("", "owner")),
            id="encrypted-without-a-password",
        ),
    ],
)  # fmt: skip
def test_what_is_odd_is_read_all_the_same(data: bytes) -> None:
    assert parse("a.pdf", data).text == WORDS


def test_a_torn_page_does_not_spoil_the_others_and_is_named() -> None:
    tree = b"<</Type/Pages/Kids[3 0 R 6 0 R]/Count 2>>"
    parsed = parse("a.pdf", built({2: tree, 6: b"(this is no page)"}))
    assert parsed.text == WORDS
    assert parsed.note == "page 2 cannot be read and is left out"


def test_text_beyond_the_edge_of_the_page_is_not_text() -> None:
    parsed = parse("a.pdf", make([[Text(72, 700, WORDS), Text(72, -900, "Secret order")]]))
    assert parsed.text == WORDS


@pytest.mark.parametrize(
    "setup",
    [
        pytest.param(b"10 Tz 72 700 Td", id="condensed"),
        pytest.param(b"59000 700 Td", id="far-to-the-right"),
        pytest.param(b"0.1 0 0 0.1 20000 700 Tm", id="tiny-and-far"),
    ],
)
def test_double_letters_are_two(setup: bytes) -> None:
    content = b"BT /F1 12 Tf %s (All little bottles roll off.) Tj ET" % setup
    page = PAGE.replace(b"612 792", b"60000 792")
    data = built({3: page, 4: stream(content)})
    assert parse("a.pdf", data).text == "All little bottles roll off."


def test_what_is_printed_twice_at_one_place_is_read_once() -> None:
    assert parse("a.pdf", make([[Text(72, 700, WORDS)] * 3])).text == WORDS


def levels_of_outline(depth: int) -> bytes:
    """Each entry is on the page, too, as a line."""
    lines = b"".join(b"1 0 0 1 72 %d Tm (Quay %d) Tj " % (9_000 - 20 * n, n) for n in range(depth))
    content = b"BT /F1 12 Tf %s 1 0 0 1 72 9 Tm (%s) Tj ET" % (lines, WORDS.encode())
    entries = {
        10 + n: b"<</Title(Quay %d)/First %d 0 R/Dest[3 0 R/Fit]>>" % (n, 11 + n)
        for n in range(depth)
    }
    return built(
        {
            1: b"<</Type/Catalog/Pages 2 0 R/Outlines 9 0 R>>",
            3: PAGE.replace(b"612 792", b"612 9100"),
            4: stream(content),
            9: b"<</First 10 0 R/Last 10 0 R>>",
            10 + depth: b"<</Title(b)>>",
            **entries,
        }
    )


def test_levels_of_an_outline_are_bounded() -> None:
    parsed = parse("a.pdf", levels_of_outline(90))
    assert len(parsed.sections) == 90
    assert max(len(section.path) for section in parsed.sections) == MAX_OUTLINE_LEVELS


GAPS = [b"1 0 0 1 %d 700 Tm (ab) Tj " % (10 + 26 * n) for n in range(900)]
LINES = [(30 * n + 6 * row, 14_000 - 4 * row) for row in range(40) for n in range(475)]
# The same number of lines, in no place like another's.
MAP = b"\n".join(b"%d %d m %d %d l S" % (x, y, x + 21, y) for x, y in LINES)
COAST = b"".join(b"%d %d l " % (n, 500 + 290 * (n % 2)) for n in range(4_000))


def draw(content: bytes, side: int = 14_400) -> bytes:
    page = PAGE.replace(b"612 792", b"%d %d" % (side, side))
    return built({3: page, 4: stream(content)})


def list_lines(count: int, size: int = 12, words: bytes = b"quay") -> bytes:
    """Lines of 20 words on a large page, drawn word by word."""
    places = ((70 + 29 * (n % 20), 14_000 - 2 * size * (n // 20)) for n in range(count))
    set_in = b"BT /F1 %d Tf " % size
    return (
        set_in + b"".join(b"1 0 0 1 %d %d Tm (%s) Tj " % (x, y, words) for x, y in places) + b"ET"
    )


def annotate(words: int) -> bytes:
    note = b" ".join(b"quay%d" % n for n in range(words))
    frame = b"/Rect[0 0 14000 900]/Subtype/FreeText/F 4"
    page = PAGE.replace(b"/MediaBox[0 0 612 792]", b"/MediaBox[0 0 14400 14400]/Annots[6 0 R]")
    return built({3: page, 6: b"<</Type/Annot%s/Contents(%s)>>" % (frame, note)})


def measure_pdf(data: bytes) -> float:
    return measure(lambda: parse("a.pdf", data), runs=2)


@pytest.mark.parametrize(
    ("odd", "ordinary"),
    [
        pytest.param(
            draw(b"BT /F1 12 Tf " + b"".join(GAPS) + b"ET", 60_000),
            draw(b"BT /F1 12 Tf " + b"".join(GAPS[:300]) + b"ET", 60_000),
            id="a-line-of-gaps",
        ),
        pytest.param(draw(CONTENT + b"\n" + MAP), draw(list_lines(4_000)), id="a-map-of-lines"),
        pytest.param(
            draw(b"0 0 m %s 4000 0 l h W n %s" % (COAST, list_lines(2_000))),
            draw(list_lines(2_000)),
            id="words-within-a-coast",
        ),
        pytest.param(
            draw(list_lines(3_000, 12, b"X")), draw(list_lines(3_000)), id="letters-alone",
        ),
        pytest.param(
            draw(list_lines(2_000) + list_lines(2_000, 40)), draw(list_lines(2_000)),
            id="large-words-over-others",
        ),
        pytest.param(annotate(2_000), annotate(200), id="a-note-of-one-line"),
    ],
)  # fmt: skip
def test_what_could_take_quadratic_time_does_not(odd: bytes, ordinary: bytes) -> None:
    assert measure_pdf(odd) < 20 * measure_pdf(ordinary)


def test_entities_in_metadata_are_not_unfolded() -> None:
    entities = b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9))
    said = b'<!DOCTYPE l [<!ENTITY a "lol">' + entities + b"]><x>&%c;</x>"
    one, all_of_them = (
        built({1: b"<</Type/Catalog/Pages 2 0 R/Metadata 6 0 R>>",
               4: stream(CONTENT),
               6: stream(said % named, b"/Type/Metadata/Subtype/XML")})
        for named in (b"a", b"j")
    )  # fmt: skip
    assert parse("a.pdf", all_of_them).text == WORDS
    assert measure_pdf(all_of_them) < 10 * measure_pdf(one)


def test_control_characters_of_a_title_reach_nobody() -> None:
    said = {"/Title": "The harbour\x1b]0; master\u202e keeps the lamps"}
    data = make([[Text(72, 700, WORDS)]], finish=lambda w: w.add_metadata(said))
    assert parse("a.pdf", data).title == "The harbour]0; master keeps the lamps"


def test_what_has_no_width_parts_no_word() -> None:
    unicode = b"""/CIDInit /ProcSet findresource begin 12 dict begin begincmap
    1 begincodespacerange <00> <ff> endcodespacerange
    2 beginbfchar <31> <200B> <32> <2060> endbfchar endcmap end end"""
    widths = b" ".join(b"0" if code in b"12" else b"500" for code in range(32, 123))
    font = (
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/FirstChar 32/LastChar 122/Widths[%s]"
        b"/ToUnicode 6 0 R>>" % widths
    )
    content = b"BT /F1 12 Tf 72 700 Td (lamp1light and quay2side) Tj ET"
    data = built({4: stream(content), 5: font, 6: stream(unicode)})
    assert parse("a.pdf", data).text.split() == ["lamplight", "and", "quayside"]


WHOLE = make([column([WORDS, "The toll is set by the council."]), column([WORDS])])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(WHOLE)), st.binary(max_size=12), st.booleans())
def test_any_damage_is_read_or_refused(place: int, rubbish: bytes, cut: bool) -> None:
    tail = b"" if cut else WHOLE[place + len(rubbish) :]
    message = ""
    try:
        parsed = parse("a.pdf", WHOLE[:place] + rubbish + tail)
    except SourceRefused as error:
        message = str(error)
    else:
        assert parsed.layout is not None
        assert len(parsed.layout.pages) == len(parsed.text)
    assert "\n" not in message


# The letter A of the font is a glyph that stands for ffi, B for ff, C for ffl.
LIGATURES = stream(
    b"/CIDInit/ProcSet findresource begin 12 dict begin begincmap\n"
    b"1 begincodespacerange <00> <FF> endcodespacerange\n"
    b"3 beginbfchar <41> <006600660069> <42> <00660066> <43> <00660066006C> endbfchar\n"
    b"endcmap end end"
)


@pytest.mark.parametrize(
    "drawn",
    [
        pytest.param(b"(The oAce staB say it is an aCuent, eAcient oBer.) Tj", id="once"),
        pytest.param(
            b"(The oAce staB say it is an aCuent, eAcient oBer.) Tj 0.2 0 Td "
            b"(The oAce staB say it is an aCuent, eAcient oBer.) Tj",
            id="twice-to-look-bold",
        ),
        pytest.param(
            b"[(The oA) 20 (ce sta) 15 (B say it is an aC) 20 (uent, eA) 20 (cient oB) 9 (er.)] TJ",
            id="kerned",
        ),
    ],
)
def test_every_letter_of_a_ligature_is_kept(drawn: bytes) -> None:
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>"
    content = b"BT /F1 12 Tf 72 700 Td %s ET" % drawn
    data = built({4: stream(content), 5: font, 6: LIGATURES})
    assert parse("a.pdf", data).text == "The office staff say it is an affluent, efficient offer."


def test_the_same_words_in_another_size_elsewhere_are_not_printed_twice() -> None:
    words = "The lamps burn at night."
    larger = 1.04  # all of its places, counted in its letters, are those of the smaller ones
    page = [Text(72 * larger, 700 * larger, words, 10 * larger), Text(72, 700, words, 10)]
    assert parse("a.pdf", make([page])).text.count(words) == 2


def test_letters_printed_twice_one_by_one_are_read_once() -> None:
    letters = b" ".join(
        b"[(%s) %d (%s)] TJ" % (letter, width, letter)
        for letter, width in [(b"H", 722), (b"a", 556), (b"l", 222), (b"l", 222)]
    )
    assert parse("a.pdf", built({4: stream(b"BT /F1 12 Tf 72 700 Td %s ET" % letters)})).text == (
        "Hall"
    )


def spread(words: bytes, after: bytes, shift: int) -> bytes:
    """Words of which each letter in `after` has so much white behind it, in 1/1000 of the size."""
    parts = b" ".join(b"(%c) %d" % (letter, -shift if letter in after else 0) for letter in words)
    return b"BT /F1 12 Tf 72 700 Td [%s] TJ ET" % parts


@pytest.mark.parametrize("shift", [75, 95, 110])
@pytest.mark.parametrize("after", [b"i", b"t", b"ic", b"ae"])
def test_a_font_of_other_widths_puts_no_spaces_into_words(after: bytes, shift: int) -> None:
    words = b"A conflict of interest may exist if the official is a relative of it."
    data = built({4: stream(spread(words, after, shift))})
    assert parse("a.pdf", data).text == words.decode()


@pytest.mark.parametrize("wide", [100, 120, 140])
def test_a_narrow_space_that_is_no_character_is_a_space(wide: int) -> None:
    words = b"Ships_of the realm_pay half of what_the council asks of others."
    letters = b" ".join(b"%d" % -wide if c == ord("_") else b"(%c)" % c for c in words)
    # All of a line are narrow, as in one that was justified.
    content = b"BT /F1 12 Tf -1.8 Tw 72 700 Td [%s] TJ ET" % letters
    assert parse("a.pdf", built({4: stream(content)})).text == words.decode().replace("_", " ")


def test_white_behind_a_ligature_is_no_space() -> None:
    font = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>"
    content = b"BT /F1 12 Tf 72 700 Td [(The oA) -75 (ce sta) (B) -75 (say so.)] TJ ET"
    content = content.replace(b"say", b" say")
    data = built({4: stream(content), 5: font, 6: LIGATURES})
    assert parse("a.pdf", data).text == "The office staff say so."
