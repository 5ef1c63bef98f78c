from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfWriter
from pypdf.annotations import FreeText
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from chat.ui.source.page_image import picture
from index.pages import pdfium
from index.pages.inheritance import own_resources
from ingest.parsers import ParsedText, parse
from tests.pdfs import Mark, Raw, Text, column, make

SEEN = [
    "The harbour authority publishes its plan before March.",
    "A licence is granted for five years to every applicant.",
    "Vessels longer than 24 metres register with the port office.",
]
SECRET = "The ceiling for insiders is 900 euros a year."
AT = "1 0 0 1 72 600 Tm"


def show(operators: str, words: str = SECRET) -> str:
    return f"q BT /F1 11 Tf {AT} {operators} ({words}) Tj ET Q"


def name_layers(writer: PdfWriter, default: dict[str, object], wrapped: bool = False) -> None:
    """Make the marked content /L of the first page a layer."""
    layer = DictionaryObject(
        {NameObject("/Type"): NameObject("/OCG"), NameObject("/Name"): TextStringObject("Draft")}
    )
    target = group = writer._add_object(layer)
    if wrapped:
        membership = {
            NameObject("/Type"): NameObject("/OCMD"),
            NameObject("/OCGs"): ArrayObject([group]),
        }
        target = writer._add_object(DictionaryObject(membership))
    resources = writer.pages[0]["/Resources"]
    resources[NameObject("/Properties")] = DictionaryObject({NameObject("/L"): target})
    shown = DictionaryObject()
    for key, value in default.items():
        shown[NameObject(key)] = ArrayObject([group]) if value == "it" else NameObject(str(value))
    writer._root_object[NameObject("/OCProperties")] = DictionaryObject(
        {NameObject("/OCGs"): ArrayObject([group]), NameObject("/D"): shown}
    )


def make_transparent(writer: PdfWriter) -> None:
    state = DictionaryObject({NameObject("/ca"): FloatObject(0), NameObject("/CA"): FloatObject(0)})
    resources = writer.pages[0]["/Resources"]
    resources[NameObject("/ExtGState")] = DictionaryObject({NameObject("/G"): state})


def parse_page(*marks: Mark, finish: Callable[[PdfWriter], object] = lambda _: None) -> ParsedText:
    return parse("plan.pdf", make([[*column(SEEN), *marks]], finish=finish))


# Around the words without touching them, of more points than are looked at.
CIRCLES = " ".join(f"{60 + 5 * n} 590 2 2 re {60 + 5 * n} 640 2 2 re" for n in range(90))
LAYER = f"/OC /L BDC {show('')} EMC"


@pytest.mark.parametrize(
    ("operators", "finish"),
    [
        pytest.param(show("1 g"), None, id="white"),
        pytest.param(show("0.97 0.98 1 rg"), None, id="nearly-white"),
        pytest.param(
            f"q 0 0.2 0.5 rg 60 590 450 30 re f Q {show('0 0.2 0.5 rg')}", None, id="blue-on-blue"
        ),
        pytest.param(show("3 Tr"), None, id="invisible"),
        pytest.param(show("7 Tr"), None, id="clip-only"),
        pytest.param(f"q /G gs {show('')} Q", make_transparent, id="transparent"),
        pytest.param(f"{show('')} 1 g 70 595 400 20 re f", None, id="under-white"),
        pytest.param(f"{show('')} 0 g 70 595 400 20 re f", None, id="under-black"),
        pytest.param(f"q 300 100 40 40 re W n {show('')} Q", None, id="cut-off"),
        pytest.param(f"q 60 590 m 500 580 l 60 580 l W n {show('')} Q", None, id="beyond-a-slope"),
        pytest.param(f"q {CIRCLES} W n {show('')} Q", None, id="between-many-points"),
        pytest.param(f"q BT /F1 0.4 Tf {AT} ({SECRET}) Tj ET Q", None, id="a-speck"),
        pytest.param(LAYER, lambda w: name_layers(w, {"/OFF": "it"}), id="layer-off"),
        pytest.param(LAYER, lambda w: name_layers(w, {"/BaseState": "/OFF"}), id="all-layers-off"),
        pytest.param(LAYER, lambda w: name_layers(w, {"/OFF": "it"}, True), id="layers-in-a-group"),
    ],
)
def test_what_the_page_does_not_show_is_left_out_and_said(
    operators: str, finish: Callable[[PdfWriter], object] | None
) -> None:
    parsed = parse_page(Raw(operators), finish=finish or (lambda _: None))
    assert "900" not in parsed.text
    assert "24 metres" in parsed.text
    assert parsed.note == "left out: hidden text on page 1"
    assert [omission.text for omission in parsed.omissions] == [SECRET]


@pytest.mark.parametrize(
    ("operators", "finish"),
    [
        pytest.param(show("0.6 g"), None, id="grey"),
        pytest.param(
            f"q 0 0.2 0.5 rg 60 590 450 30 re f Q {show('1 g')}", None, id="white-on-blue"
        ),
        pytest.param(f"q 60 590 450 30 re W n {show('')} Q", None, id="within-its-clip"),
        pytest.param(f"{show('')} 0 g 70 500 400 20 re f", None, id="beside-a-box"),
        pytest.param(LAYER, lambda w: name_layers(w, {"/ON": "it"}), id="layer-on"),
    ],
)
def test_what_the_page_shows_stays(
    operators: str, finish: Callable[[PdfWriter], object] | None
) -> None:
    parsed = parse_page(Raw(operators), finish=finish or (lambda _: None))
    assert SECRET in parsed.text
    assert parsed.note is None


def test_a_word_that_is_covered_a_little_stays_whole() -> None:
    parsed = parse_page(Raw(f"{show('', 'Administration')} 1 g 60 590 22 30 re f"))
    assert "Administration" in parsed.text


def add_scan(writer: PdfWriter) -> None:
    picture = DecodedStreamObject()
    picture.set_data(b"\xf0")
    for key, value in {"/Width": 1, "/Height": 1, "/BitsPerComponent": 8}.items():
        picture[NameObject(key)] = NumberObject(value)
    picture[NameObject("/Type")] = NameObject("/XObject")
    picture[NameObject("/Subtype")] = NameObject("/Image")
    picture[NameObject("/ColorSpace")] = NameObject("/DeviceGray")
    resources = writer.pages[0]["/Resources"]
    drawn = DictionaryObject({NameObject("/P"): writer._add_object(picture)})
    resources[NameObject("/XObject")] = drawn


@pytest.mark.parametrize("operators", ["3 Tr", ""])
def test_text_with_the_picture_of_a_page_is_what_was_recognised_in_it(operators: str) -> None:
    picture = "q 595 0 0 842 0 0 cm /P Do Q"
    content = f"{picture} {show('3 Tr')}" if operators else f"{show('')} {picture}"
    data = make([[Raw(content)]], finish=add_scan)
    assert SECRET in parse("scan.pdf", data).text


SCAN = "q 595 0 0 842 0 0 cm /P Do Q"
STRIPS = "q 595 0 0 421 0 0 cm /P Do Q q 595 0 0 421 0 421 cm /P Do Q"
LATER = "q BT /F1 11 Tf 3 Tr 1 0 0 1 72 500 Tm (It is renewed once a year.) Tj ET Q"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(f"{SCAN} {show('3 Tr')} {LATER} 0 g 70 595 400 20 re f", id="box"),
        pytest.param(
            f"{SCAN} {show('3 Tr')} {LATER} q 400 0 0 20 70 595 cm /P Do Q", id="patch-of-picture"
        ),
        pytest.param(f"{show('')} {LATER} {SCAN} 0 g 70 595 400 20 re f", id="text-beneath"),
        pytest.param(f"{STRIPS} {show('3 Tr')} {LATER} 0 g 70 595 400 20 re f", id="strips"),
    ],
)
def test_a_redacted_line_of_a_scan_is_left_out(content: str) -> None:
    parsed = parse("scan.pdf", make([[Raw(content)]], finish=add_scan))
    assert "900" not in parsed.text
    assert "renewed once a year" in parsed.text
    assert parsed.note == "left out: hidden text on page 1"


def test_what_is_invisible_over_a_background_is_hidden() -> None:
    plain = "\n".join(
        show("", words).replace("600 Tm", f"{y} Tm")
        for y, words in zip((700, 680, 660), SEEN, strict=True)
    )
    parsed = parse("plan.pdf", make([[Raw(f"{SCAN} {plain} {show('3 Tr')}")]], finish=add_scan))
    assert "24 metres" in parsed.text
    assert "900" not in parsed.text


def test_text_beneath_a_picture_is_left_out() -> None:
    patch = Raw(f"{show('')} q 400 0 0 20 70 595 cm /P Do Q")
    parsed = parse("plan.pdf", make([[*column(SEEN), patch]], finish=add_scan))
    assert "900" not in parsed.text
    assert "24 metres" in parsed.text


def add_drawing(
    content: str, box: tuple[int, ...] = (0, 0, 595, 842), **keys: DictionaryObject
) -> Callable[[PdfWriter], None]:
    """Make /D something to draw on the page, a page's worth of it, moved by 10 points."""

    def add(writer: PdfWriter) -> None:
        stream = DecodedStreamObject()
        stream.set_data(content.encode())
        stream[NameObject("/Type")] = NameObject("/XObject")
        stream[NameObject("/Subtype")] = NameObject("/Form")
        stream[NameObject("/BBox")] = ArrayObject(map(NumberObject, box))
        resources = writer.pages[0]["/Resources"]
        stream[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): resources["/Font"]}
        )
        for key, value in keys.items():
            stream[NameObject(f"/{key}")] = value
        drawn = DictionaryObject({NameObject("/D"): writer._add_object(stream)})
        resources[NameObject("/XObject")] = drawn

    return add


DRAW = "q 1 0 0 1 10 0 cm /D Do Q"
OVER = "0 g 62 595 400 20 re f"


@pytest.mark.parametrize(
    ("operators", "finish"),
    [
        pytest.param(f"{DRAW} {OVER}", add_drawing(show("")), id="beneath-a-box"),
        pytest.param(DRAW, add_drawing(f"{show('')} {OVER}"), id="both-within"),
        pytest.param(f"{show('')} {DRAW}", add_drawing(OVER), id="the-box-within"),
        pytest.param(DRAW, add_drawing(show(""), (0, 0, 595, 500)), id="cut-off-by-its-frame"),
        pytest.param(DRAW, add_drawing(f"q 0 0 90 90 re W n {show('')} Q"), id="cut-off-within"),
        pytest.param(DRAW, add_drawing(show("1 g")), id="white"),
    ],
)
def test_what_a_drawing_within_the_page_does_not_show_is_left_out(
    operators: str, finish: Callable[[PdfWriter], object]
) -> None:
    parsed = parse_page(Raw(operators), finish=finish)
    assert "900" not in parsed.text
    assert "24 metres" in parsed.text
    assert [omission.text for omission in parsed.omissions] == [SECRET]


@pytest.mark.parametrize(
    ("operators", "finish"),
    [
        pytest.param(DRAW, add_drawing(show("")), id="plain"),
        pytest.param(DRAW, add_drawing(f"{OVER} {show('1 g')}"), id="white-on-black"),
        pytest.param(f"{OVER} {DRAW}", add_drawing(show("1 g")), id="white-on-the-black-of-a-page"),
        pytest.param(f"{show('')} 62 595 400 20 re S", add_drawing(""), id="framed"),
        pytest.param(
            f"{show('')} 1 g 62 595 400 20 re f {show('0 g')}", add_drawing(""), id="again"
        ),
    ],
)
def test_what_is_seen_with_drawings_stays(
    operators: str, finish: Callable[[PdfWriter], object]
) -> None:
    parsed = parse_page(Raw(operators), finish=finish)
    assert SECRET in parsed.text
    assert parsed.note is None


def add_note(words: str, flags: int = 4) -> Callable[[PdfWriter], None]:
    def add(writer: PdfWriter) -> None:
        note = FreeText(text=words, rect=(72, 600, 420, 640))
        note[NameObject("/F")] = NumberObject(flags)
        writer.add_annotation(0, note)

    return add


def test_a_note_typed_onto_the_page_is_read_in_its_place() -> None:
    below = Text(72, 560, "Appeals are lodged within thirty days of the notice.")
    parsed = parse_page(below, finish=add_note("The deposit is 125 euros a berth."))
    assert parsed.text.index("24 metres") < parsed.text.index("deposit is 125 euros")
    assert parsed.text.index("deposit is 125 euros") < parsed.text.index("Appeals")
    assert parsed.layout is not None


def add_stamp(writer: PdfWriter, flags: int, layer: DictionaryObject | None = None) -> None:
    drawn = DecodedStreamObject()
    drawn.set_data(f"BT /F1 11 Tf 4 6 Td ({SECRET}) Tj ET".encode())
    drawn[NameObject("/Subtype")] = NameObject("/Form")
    drawn[NameObject("/BBox")] = ArrayObject(map(NumberObject, (0, 0, 340, 20)))
    drawn[NameObject("/Resources")] = writer.pages[0]["/Resources"]
    stamp = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Stamp"),
            NameObject("/Rect"): ArrayObject(map(NumberObject, (72, 600, 412, 620))),
            NameObject("/F"): NumberObject(flags),
            NameObject("/AP"): DictionaryObject({NameObject("/N"): writer._add_object(drawn)}),
        }
    )
    if layer is not None:
        stamp[NameObject("/OC")] = layer
    writer.add_annotation(0, stamp)


def stamp_on_layer(default: dict[str, object]) -> Callable[[PdfWriter], None]:
    def finish(writer: PdfWriter) -> None:
        name_layers(writer, default)
        add_stamp(writer, 4, writer.pages[0]["/Resources"]["/Properties"].raw_get("/L"))

    return finish


@pytest.mark.parametrize(
    "finish",
    [
        pytest.param(lambda w: add_stamp(w, 4 + 32), id="not-to-be-viewed"),
        pytest.param(lambda w: add_stamp(w, 2), id="hidden"),
        pytest.param(stamp_on_layer({"/OFF": "it"}), id="layer-off"),
        pytest.param(add_note(SECRET, 2), id="hidden-note-without-an-appearance"),
    ],
)
def test_what_viewers_do_not_show_of_annotations_is_said(
    finish: Callable[[PdfWriter], None],
) -> None:
    parsed = parse_page(finish=finish)
    assert "900" not in parsed.text
    assert "24 metres" in parsed.text
    assert parsed.note == "left out: hidden text on page 1"
    assert [omission.text for omission in parsed.omissions] == [SECRET]


@pytest.mark.parametrize(
    "finish",
    [
        pytest.param(lambda w: add_stamp(w, 4), id="stamp"),
        pytest.param(lambda w: add_stamp(w, 1), id="for-viewers-that-know-it"),
        pytest.param(stamp_on_layer({}), id="layer-on"),
    ],
)
def test_what_viewers_show_of_annotations_is_read(finish: Callable[[PdfWriter], None]) -> None:
    parsed = parse_page(finish=finish)
    assert SECRET in parsed.text
    assert parsed.note is None


def test_what_does_not_fit_into_the_frame_of_a_note_is_said() -> None:
    def finish(writer: PdfWriter) -> None:
        words = "The deposit is 125 euros.\nIt is paid at once.\nNobody is asked for more."
        writer.add_annotation(0, FreeText(text=words, rect=(72, 600, 420, 615)))

    parsed = parse_page(Text(72, 585, "Appeals are lodged within thirty days."), finish=finish)
    assert "The deposit is 125 euros." in parsed.text
    assert "paid at once" not in parsed.text
    assert parsed.omissions[0].text == "It is paid at once. Nobody is asked for more."
    assert parsed.note == "left out: notes that cannot be drawn on page 1"


def test_a_note_that_cannot_be_drawn_is_said() -> None:
    parsed = parse_page(finish=add_note("Opłata wynosi 125 złotych."))
    assert "125" not in parsed.text
    assert parsed.note == "left out: notes that cannot be drawn on page 1"
    assert parsed.omissions[0].text == "Opłata wynosi 125 złotych."


def test_a_note_stands_on_the_picture_of_its_page() -> None:
    blank = make([column(SEEN)])
    noted = make([column(SEEN)], finish=add_note("The deposit is 125 euros a berth."))
    pictures = []
    for data in (blank, noted):
        with pdfium.open_document(data) as document, pdfium.open_page(document, 0) as page:
            pictures.append(page.render(scale=1).to_numpy().copy())
    assert (pictures[0] != pictures[1]).any()


def add_form(writer: PdfWriter) -> None:
    def add(kind: str, left: float, bottom: float, appearance: bytes, **keys: object) -> None:
        stream = DecodedStreamObject()
        stream.set_data(appearance)
        stream[NameObject("/Subtype")] = NameObject("/Form")
        stream[NameObject("/BBox")] = ArrayObject(map(NumberObject, (0, 0, 150, 16)))
        stream[NameObject("/Resources")] = writer.pages[0]["/Resources"]
        drawn = writer._add_object(stream)
        field = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Annot"),
                NameObject("/Subtype"): NameObject("/Widget"),
                NameObject("/F"): NumberObject(4),
                NameObject("/FT"): NameObject(kind),
                NameObject("/T"): TextStringObject(f"field{bottom}"),
                NameObject("/Rect"): ArrayObject(
                    map(FloatObject, (left, bottom, left + 150, bottom + 16))
                ),
            }
        )
        if kind == "/Btn":
            states = DictionaryObject({NameObject("/Yes"): drawn})
            field[NameObject("/AP")] = DictionaryObject({NameObject("/N"): states})
            field[NameObject("/AS")] = field[NameObject("/V")] = NameObject("/Yes")
        else:
            field[NameObject("/AP")] = DictionaryObject({NameObject("/N"): drawn})
            field[NameObject("/V")] = TextStringObject("48,500 euros")
        fields.append(writer._add_object(field))

    fields: list[object] = []
    add("/Tx", 200, 598, b"BT /F1 11 Tf 2 4 Td (48,500 euros) Tj ET")
    add("/Btn", 200, 578, b"2 2 m 12 14 l 2 14 m 12 2 l S")
    writer.pages[0][NameObject("/Annots")] = ArrayObject(fields)
    form = DictionaryObject({NameObject("/Fields"): ArrayObject(fields)})
    writer._root_object[NameObject("/AcroForm")] = form


def test_what_is_filled_into_a_form_is_read_beside_its_label() -> None:
    labels = [Text(72, 602, "Amount asked for:"), Text(72, 582, "Small enterprise:")]
    lines = parse_page(*labels, finish=add_form).text.replace("\t", " ")
    assert "Amount asked for: 48,500 euros" in lines
    assert "Small enterprise: ✓" in lines


def share_size(writer: PdfWriter) -> None:
    page = writer.pages[0]
    writer._root_object["/Pages"][NameObject("/MediaBox")] = page.pop("/MediaBox")


def layer_drawing(
    rule: Callable[[DictionaryObject, DictionaryObject], DictionaryObject],
) -> Callable[[PdfWriter], None]:
    """Put a drawing on what `rule` makes of a layer and of the settings of layers."""

    def add(writer: PdfWriter) -> None:
        layer = DictionaryObject(
            {NameObject("/Type"): NameObject("/OCG"), NameObject("/Name"): TextStringObject("A")}
        )
        group, shown = writer._add_object(layer), DictionaryObject()
        target = rule(layer, shown)
        add_drawing(show(""), OC=group if target is layer else writer._add_object(target))(writer)
        for value in shown.values():
            if isinstance(value, ArrayObject):
                value[:] = [group if item is layer else item for item in value]
        if target is not layer:
            target[NameObject("/VE")] = ArrayObject([NameObject("/Not"), group])
        writer._root_object[NameObject("/OCProperties")] = DictionaryObject(
            {NameObject("/OCGs"): ArrayObject([group]), NameObject("/D"): shown}
        )

    return add


def switch_off(layer: DictionaryObject, shown: DictionaryObject) -> DictionaryObject:
    shown[NameObject("/OFF")] = ArrayObject([layer])
    return layer


def print_only(layer: DictionaryObject, shown: DictionaryObject) -> DictionaryObject:
    usage = {"/View": {"/ViewState": "/OFF"}, "/Print": {"/PrintState": "/ON"}}
    layer[NameObject("/Usage")] = DictionaryObject(
        {
            NameObject(key): DictionaryObject({NameObject(k): NameObject(v) for k, v in to.items()})
            for key, to in usage.items()
        }
    )
    event = {NameObject("/Event"): NameObject("/View"), NameObject("/OCGs"): ArrayObject([layer])}
    event[NameObject("/Category")] = ArrayObject([NameObject("/View")])
    shown[NameObject("/AS")] = ArrayObject([DictionaryObject(event)])
    return layer


def negate(layer: DictionaryObject, shown: DictionaryObject) -> DictionaryObject:
    shown[NameObject("/ON")] = ArrayObject([layer])
    return DictionaryObject({NameObject("/Type"): NameObject("/OCMD")})


@pytest.mark.parametrize("rule", [switch_off, print_only, negate])
def test_a_drawing_on_a_layer_that_is_off_is_left_out(
    rule: Callable[[DictionaryObject, DictionaryObject], DictionaryObject],
) -> None:
    parsed = parse_page(Raw(DRAW), finish=layer_drawing(rule))
    assert "900" not in parsed.text
    assert "24 metres" in parsed.text


def test_a_drawing_on_a_layer_that_is_on_stays() -> None:
    parsed = parse_page(Raw(DRAW), finish=layer_drawing(lambda layer, _: layer))
    assert SECRET in parsed.text


def test_a_page_with_a_note_keeps_its_size() -> None:
    def add(writer: PdfWriter) -> None:
        share_size(writer)
        add_note("The deposit is 125 euros a berth.")(writer)

    parsed = parse_page(Text(72, 815, "Rules of the port"), finish=add)
    assert "Rules of the port" in parsed.text
    assert "125 euros" in parsed.text
    assert "24 metres" in parsed.text


def test_of_two_copies_at_one_place_the_one_that_is_seen_is_read() -> None:
    words = "The harbour opens in May."
    copy = Raw(f"BT /F1 12 Tf 1 0 0 1 72 600 Tm ({words}) Tj ET")
    cover = Raw("1 g 60 590 300 30 re f 0 g")
    between = column(["Whoever enters pays a fee.", "It is due at once.", "The watch is told."] * 4)
    parsed = parse("plan.pdf", make([[copy, cover, *between, copy]]))
    assert parsed.text.endswith(words)
    assert parsed.text.count(words) == 1


def test_a_letter_goes_only_if_the_same_stands_at_its_place() -> None:
    words = "Eleven eels swim there"
    marks: list[Mark] = [Text(66 * grown, 660 * grown, words, 11 * grown) for grown in (1.0, 1.02)]
    assert parse("plan.pdf", make([marks])).text.split() == [*words.split(), *words.split()]


def test_a_page_with_a_note_keeps_the_fonts_that_it_inherits() -> None:
    def inherit(writer: PdfWriter) -> None:
        add_note("The deposit is 125 euros a berth.")(writer)
        page, tree = writer.pages[0], writer._root_object["/Pages"]
        page["/Resources"]["/Font"]["/F1"][NameObject("/BaseFont")] = NameObject("/Courier")
        tree[NameObject("/Resources")] = page.pop("/Resources")

    parsed = parse("plan.pdf", make([column(SEEN)], finish=inherit))
    assert parsed.layout is not None
    start = parsed.text.index("harbour")
    boxes = parsed.layout.boxes[start : start + len("harbour")]
    assert {round(float(width), 1) for width in boxes[:, 2] - boxes[:, 0]} == {6.6}


def test_the_picture_of_a_page_has_the_fonts_that_it_inherits(tmp_path: Path) -> None:
    """As if it had them itself: what is shown beside a quotation is what was read."""

    def draw(name: str, is_inherited: bool) -> bytes:
        def finish(writer: PdfWriter) -> None:
            add_note("The deposit is 125 euros a berth.")(writer)
            page, tree = writer.pages[0], writer._root_object["/Pages"]
            page["/Resources"]["/Font"]["/F1"][NameObject("/BaseFont")] = NameObject("/Courier")
            if is_inherited:
                tree[NameObject("/Resources")] = page.pop("/Resources")

        file = tmp_path / name
        file.write_bytes(make([column(SEEN)], finish=finish))
        return picture(file, 1, ()).png

    assert draw("inherited.pdf", is_inherited=True) == draw("own.pdf", is_inherited=False)


def test_a_tree_of_pages_that_holds_itself_is_read_in_a_moment() -> None:
    def tangle(writer: PdfWriter) -> None:
        add_note("The deposit is 125 euros a berth.")(writer)
        tree = writer._root_object["/Pages"]
        tree["/Kids"].extend([writer._root_object.raw_get("/Pages")] * 3_000)

    data = make([column(SEEN)], finish=tangle)
    assert own_resources(data) == data


MAP = "\n".join(f"{n % 500} {n // 50} m {n % 500 + 9} {n // 50} l S" for n in range(20_100))


def test_a_page_of_too_many_objects_is_said_not_to_be_searched() -> None:
    """A map: its white words cannot be told from those that are seen, and that is said."""
    found = parse("map.pdf", make([[*column(SEEN), Raw(MAP)], column(SEEN)]))
    assert found.note == "page 1 has too many objects to be searched for hidden text"
    fewer = MAP[: len(MAP) // 2].rpartition("\n")[0]
    assert parse("map.pdf", make([[*column(SEEN), Raw(fewer)]])).note is None


@pytest.mark.parametrize(
    ("operators", "finish"),
    [
        pytest.param(show("3 Tr"), lambda _: None, id="invisible"),
        pytest.param(f"q /G gs {show('')} Q", make_transparent, id="transparent"),
        pytest.param(f"q 300 100 40 40 re W n {show('')} Q", lambda _: None, id="cut-off"),
    ],
)
def test_what_needs_no_drawing_is_hidden_on_a_page_of_too_many_objects(
    operators: str, finish: Callable[[PdfWriter], None]
) -> None:
    parsed = parse_page(Raw(MAP), Raw(operators), finish=finish)
    assert "900" not in parsed.text
    assert "24 metres" in parsed.text
    assert [omission.text for omission in parsed.omissions] == [SECRET]
    assert "too many objects to be searched" in (parsed.note or "")


def add_looks(mask: bytes) -> Callable[[PdfWriter], None]:
    """Name a mask of one shade as /G, and patterns of white and of black tiles as /W and /B."""

    def form(content: bytes, side: int, **keys: object) -> DecodedStreamObject:
        made = DecodedStreamObject()
        made.set_data(content)
        made[NameObject("/BBox")] = ArrayObject(map(NumberObject, (0, 0, side, side)))
        made[NameObject("/Resources")] = DictionaryObject()
        for key, value in keys.items():
            made[NameObject(f"/{key}")] = value if isinstance(value, dict) else NumberObject(value)
        return made

    def finish(writer: PdfWriter) -> None:
        resources = writer.pages[0]["/Resources"]
        kind = {"/S": "/Transparency", "/CS": "/DeviceGray"}
        group = DictionaryObject({NameObject(k): NameObject(v) for k, v in kind.items()})
        drawn = form(mask + b" g 0 0 800 800 re f", 800, Group=group)
        drawn[NameObject("/Subtype")] = NameObject("/Form")
        soft = {
            NameObject("/S"): NameObject("/Luminosity"),
            NameObject("/G"): writer._add_object(drawn),
        }
        state = DictionaryObject({NameObject("/SMask"): DictionaryObject(soft)})
        resources[NameObject("/ExtGState")] = DictionaryObject({NameObject("/G"): state})
        tiles = {"/W": b"1", "/B": b"0"}
        resources[NameObject("/Pattern")] = DictionaryObject(
            {
                NameObject(name): writer._add_object(
                    form(shade + b" g 0 0 9 9 re f", 9, PatternType=1, PaintType=1, TilingType=1,
                         XStep=9, YStep=9)
                )
                for name, shade in tiles.items()
            }
        )  # fmt: skip

    return finish


@pytest.mark.parametrize(
    ("operators", "mask", "is_seen"),
    [
        pytest.param(f"q /G gs {show('')} Q", b"0", False, id="mask-that-hides"),
        pytest.param(f"q /G gs {show('')} Q", b"1", True, id="mask-that-shows"),
        pytest.param(show("/Pattern cs /W scn"), b"1", False, id="white-tiles"),
        pytest.param(show("/Pattern cs /B scn"), b"1", True, id="black-tiles"),
    ],
)
def test_masks_and_patterns_are_judged_by_what_is_seen(
    operators: str, mask: bytes, is_seen: bool
) -> None:
    parsed = parse_page(Raw(operators), finish=add_looks(mask))
    assert (SECRET in parsed.text) == is_seen
    assert [omission.text for omission in parsed.omissions] == [SECRET] * (not is_seen)


def test_what_stands_beside_the_page_is_left_out_with_its_reason() -> None:
    marks = [
        Text(72, 700, "The fee is nine euros."),
        Text(640, 700, "job 12"),
        Text(72, 900, "cut"),
    ]
    parsed = parse("a.pdf", make([marks]))
    assert parsed.text == "The fee is nine euros."
    assert [(o.reason, o.text) for o in parsed.omissions] == [("beside the page", "job 12 cut")]
    assert parsed.note is None
