"""Fields of forms in PDFs: what a viewer shows of each kind is read, in its place."""

from __future__ import annotations

import pytest
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
    PdfObject,
    TextStringObject,
)

from ingest.parsers import parse
from tests.pdfs import Text, make

HIDDEN, NOT_VIEWED, INVISIBLE, PRINTED = 2, 32, 1, 4
MULTILINE, PASSWORD, COMBO, RICH = 1 << 12, 1 << 13, 1 << 17, 1 << 25


def write_form(
    kind: str, value: PdfObject, bits: int, shown: int, drawn: str | None, **more: PdfObject
) -> bytes:
    """A page with one field between two lines; `drawn` is its appearance, if it has one."""

    def finish(writer: PdfWriter) -> None:
        font = writer.pages[0]["/Resources"]["/Font"]["/F1"]  # type: ignore[index]
        fonts = DictionaryObject({NameObject("/Font"): DictionaryObject()})
        fonts["/Font"][NameObject("/Helv")] = font  # type: ignore[index]
        field = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Annot"),
                NameObject("/Subtype"): NameObject("/Widget"),
                NameObject("/Rect"): ArrayObject(map(FloatObject, (120, 656, 320, 714))),
                NameObject("/T"): TextStringObject("field"),
                NameObject("/FT"): NameObject(kind),
                NameObject("/Ff"): NumberObject(bits),
                NameObject("/F"): NumberObject(shown),
                NameObject("/V"): value,
                NameObject("/DA"): TextStringObject("/Helv 11 Tf 0 g"),
                **{NameObject(f"/{name}"): said for name, said in more.items()},
            }
        )
        if drawn is not None:
            picture = DecodedStreamObject()
            picture.set_data(f"BT /Helv 11 Tf 2 40 Td ({drawn}) Tj ET".encode())
            picture[NameObject("/Subtype")] = NameObject("/Form")
            picture[NameObject("/BBox")] = ArrayObject(map(FloatObject, (0, 0, 200, 58)))
            picture[NameObject("/Resources")] = fonts
            looks = {NameObject("/N"): writer._add_object(picture)}
            field[NameObject("/AP")] = DictionaryObject(looks)
        fields = ArrayObject([writer._add_object(field)])
        writer.pages[0][NameObject("/Annots")] = fields
        writer._root_object[NameObject("/AcroForm")] = DictionaryObject(
            {
                NameObject("/Fields"): fields,
                NameObject("/DR"): fonts,
                NameObject("/NeedAppearances"): BooleanObject(drawn is None),
            }
        )

    marks = [Text(72, 700, "Town:"), Text(72, 600, "Sent to the office.")]
    return make([marks], finish=finish)


def name_all(*options: str) -> ArrayObject:
    return ArrayObject(map(TextStringObject, options))


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        pytest.param(
            write_form("/Tx", TextStringObject("Norland\nEast"), MULTILINE, PRINTED, None),
            ["Norland", "East"],
            id="lines",
        ),
        pytest.param(
            write_form("/Tx", TextStringObject("Norland"), RICH, PRINTED, None,
                       RV=TextStringObject("<body><p>Norland</p></body>")),
            ["Norland"],
            id="rich",
        ),
        pytest.param(
            write_form("/Ch", TextStringObject("es"), COMBO, PRINTED, None,
                       Opt=ArrayObject([name_all("no", "Norland"), name_all("es", "Estmark")])),
            ["Estmark"],
            id="choice",
        ),
        pytest.param(
            write_form("/Ch", TextStringObject("Estmark"), 0, PRINTED, None,
                       Opt=name_all("Norland", "Estmark")),
            ["Norland", "Estmark"],
            id="list-box",
        ),
        pytest.param(
            write_form("/Sig", DictionaryObject(), 0, PRINTED, "Signed by Ann"),
            ["Signed by Ann"],
            id="signature",
        ),
        pytest.param(
            write_form("/Tx", TextStringObject("Norland"), 0, PRINTED | INVISIBLE, None),
            ["Norland"],
            id="for-other-viewers-only",
        ),
        pytest.param(
            write_form("/Tx", TextStringObject("x9k"), PASSWORD, PRINTED, "x9k"), [], id="password"
        ),
        pytest.param(
            write_form("/Tx", TextStringObject("x9k"), PASSWORD, PRINTED, None), [], id="stars"
        ),
        pytest.param(
            write_form("/Tx", TextStringObject("Norland"), 0, NOT_VIEWED, None), [], id="printed"
        ),
        pytest.param(
            write_form("/Tx", TextStringObject("Norland"), 0, HIDDEN, None), [], id="hidden"
        ),
    ],
)  # fmt: skip
def test_a_field_is_read_as_viewers_show_it(data: bytes, lines: list[str]) -> None:
    said = " ".join(["Town:", *lines, "Sent to the office."])
    assert " ".join(parse("a.pdf", data).text.split()) == said
