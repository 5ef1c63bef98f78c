from __future__ import annotations

from collections.abc import Callable

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

from index.pages import pdfium
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


def test_a_hidden_note_is_not_read() -> None:
    assert "125" not in parse_page(finish=add_note("The deposit is 125 euros.", flags=2)).text


def test_a_note_that_cannot_be_drawn_is_said() -> None:
    parsed = parse_page(finish=add_note("Opłata wynosi 125 złotych."))
    assert "125" not in parsed.text
    assert parsed.note == "left out: notes in letters that cannot be drawn on page 1"
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


def test_of_two_copies_at_one_place_the_one_that_is_seen_is_read() -> None:
    words = "The harbour opens in May."
    copy = Raw(f"BT /F1 12 Tf 1 0 0 1 72 600 Tm ({words}) Tj ET")
    cover = Raw("1 g 60 590 300 30 re f 0 g")
    between = column(["Whoever enters pays a fee.", "It is due at once.", "The watch is told."] * 4)
    parsed = parse("plan.pdf", make([[copy, cover, *between, copy]]))
    assert parsed.text.endswith(words)
    assert [o.text for o in parsed.omissions] == [words]


def test_a_letter_goes_only_if_the_same_stands_at_its_place() -> None:
    words = "Eleven eels swim there"
    marks: list[Mark] = [Text(66 * grown, 660 * grown, words, 11 * grown) for grown in (1.0, 1.02)]
    assert parse("plan.pdf", make([marks])).text.split() == [*words.split(), *words.split()]
