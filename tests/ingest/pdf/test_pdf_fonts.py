"""Fonts of PDFs: letters without Unicode, and small letters set lower or higher than the line."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
)

from ingest.parsers import parse
from ingest.parsers.pdf.page.legible.legibility import Letters, find_illegible, make_plain_lettering
from ingest.parsers.shared.notation.subscript import render_subscript
from tests.library import ROOT
from tests.pdfs import Mark, Text, column, make

REGISTER = [
    "The register of wrecks names every ship that lies on the ground of the bay.",
    "The office adds a wreck within a week and tells the pilots about it.",
    "A wreck that is a danger to ships is marked with a yellow buoy and a light.",
    "Whoever finds a wreck writes to the coastal office and gets a reward in money.",
]
LAMPS = "The harbour master keeps the lamps burning at night."
# The extra is not there, whether or not it is installed here.
WITHOUT = """
import sys
sys.modules["rapidocr"] = None
from ingest.errors import SourceRefused
from ingest.parsers import parse
try:
    parsed = parse("a.pdf", sys.stdin.buffer.read())
    print(parsed.text, parsed.note, [o.reason for o in parsed.omissions], sep="|")
except SourceRefused as error:
    print(error)
"""


def without_extra(data: bytes) -> str:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], cwd=ROOT, input=data, capture_output=True, check=True
    )
    return done.stdout.decode().strip()


def replace_font(
    number: int, change: Callable[[PdfWriter], DictionaryObject]
) -> Callable[..., None]:
    """Return what sets another font in place of the ordinary one of a page."""

    def finish(writer: PdfWriter) -> None:
        fonts = writer.pages[number]["/Resources"]["/Font"]  # type: ignore[index]
        fonts[NameObject("/F1")] = change(writer)

    return finish


def number_glyphs(writer: PdfWriter) -> DictionaryObject:
    """A font whose codes are numbers of glyphs, of which nothing says what letters they are."""
    from pypdf.generic import NumberObject, TextStringObject

    system = {
        NameObject("/Registry"): TextStringObject("Adobe"),
        NameObject("/Ordering"): TextStringObject("Identity"),
        NameObject("/Supplement"): NumberObject(0),
    }
    below = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/CIDFontType2"),
            NameObject("/BaseFont"): NameObject("/AAAAAA+Harbour"),
            NameObject("/CIDSystemInfo"): DictionaryObject(system),
            NameObject("/DW"): NumberObject(500),
        }
    )
    return DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type0"),
            NameObject("/BaseFont"): NameObject("/AAAAAA+Harbour"),
            NameObject("/Encoding"): NameObject("/Identity-H"),
            NameObject("/DescendantFonts"): ArrayObject([writer._add_object(below)]),
        }
    )


def write_glyphs(words: str) -> str:
    """Return words as the numbers that glyphs have in most fonts: 29 less than ASCII."""
    return "".join(f"\0{chr(ord(letter) - 29)}" for letter in words)


def lie(meaning: Callable[[int], int]) -> Callable[[PdfWriter], DictionaryObject]:
    """Return a font that draws its letters and says that they are others."""

    def change(writer: PdfWriter) -> DictionaryObject:
        lines = "\n".join(f"<{code:02x}> <{meaning(code):04x}>" for code in range(65, 123))
        stream = DecodedStreamObject()
        stream.set_data(
            f"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def\n"
            f"1 begincodespacerange <00> <ff> endcodespacerange\n58 beginbfchar\n{lines}\n"
            f"endbfchar endcmap end end".encode()
        )
        return DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Font"),
                NameObject("/Subtype"): NameObject("/Type1"),
                NameObject("/BaseFont"): NameObject("/Helvetica"),
                NameObject("/Encoding"): NameObject("/WinAnsiEncoding"),
                NameObject("/ToUnicode"): writer._add_object(stream),
            }
        )

    return change


def draw_boxes(writer: PdfWriter) -> DictionaryObject:
    """A font of boxes; letters have names that tell them, code 1 has one that tells nothing."""
    from pypdf.generic import NumberObject

    box = DecodedStreamObject()
    box.set_data(b"600 0 50 0 550 700 d1 50 0 500 700 re f")
    drawn = writer._add_object(box)
    letters = [chr(code) for code in (*range(65, 91), *range(97, 123))]
    names = [NameObject("/unheardof"), *(NameObject(f"/{letter}") for letter in letters)]
    codes: list[NumberObject | NameObject] = [NumberObject(1), names[0], NumberObject(65)]
    codes += [*names[1:27], NumberObject(97), *names[27:]]
    numbers = {"/FirstChar": 0, "/LastChar": 122}
    return DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type3"),
            NameObject("/FontBBox"): ArrayObject(map(NumberObject, (0, 0, 600, 700))),
            NameObject("/FontMatrix"): ArrayObject(map(FloatObject, (0.001, 0, 0, 0.001, 0, 0))),
            NameObject("/CharProcs"): DictionaryObject(dict.fromkeys(names, drawn)),
            NameObject("/Encoding"): DictionaryObject(
                {NameObject("/Differences"): ArrayObject(codes)}
            ),
            NameObject("/Widths"): ArrayObject([NumberObject(600)] * 123),
            **{NameObject(key): NumberObject(number) for key, number in numbers.items()},
        }
    )


def glyphs(lines: Sequence[str]) -> list[Mark]:
    return column([write_glyphs(line) for line in lines])


def test_a_file_whose_fonts_have_no_unicode_is_refused_without_the_extra() -> None:
    said = without_extra(make([glyphs(REGISTER)], finish=replace_font(0, number_glyphs)))
    assert said.startswith("the letters of page 1 have no Unicode")
    assert 'pip install -e ".[ocr]"' in said
    assert "\n" not in said


def test_a_page_without_unicode_among_others_is_named_and_not_read() -> None:
    data = make([column([LAMPS]), glyphs(REGISTER)], finish=replace_font(1, number_glyphs))
    text, note, reasons = without_extra(data).split("|")
    assert text == LAMPS
    assert note.startswith("the letters of page 2 have no Unicode")
    assert reasons == "['letters without Unicode']"


def test_one_bad_font_is_enough_for_a_page_not_to_be_read_in_part() -> None:
    """Sentences without their middle would not be what the page shows."""
    page = [*glyphs(REGISTER), Text(72, 500, LAMPS, bold=True)]
    said = without_extra(make([page], finish=replace_font(0, number_glyphs)))
    assert said.startswith("the letters of page 1 have no Unicode")


@pytest.mark.parametrize(
    "meaning",
    [
        pytest.param(lambda code: code - 29, id="shifted"),
        pytest.param(lambda code: 97 + (code * 7 + 3) % 26, id="exchanged"),
        pytest.param(lambda code: 0xE000 + code, id="private"),
        pytest.param(lambda code: 0xFFFD, id="unknown"),
    ],
)
def test_a_font_that_says_other_letters_than_it_shows_is_recognised(
    meaning: Callable[[int], int],
) -> None:
    data = make([column([LAMPS]), column(REGISTER)], finish=replace_font(1, lie(meaning)))
    text, note, _ = without_extra(data).split("|")
    assert text == LAMPS
    assert note.startswith("the letters of page 2 have no Unicode, or a wrong one")


@pytest.mark.parametrize(
    "line", ["the caf\1 shuts at noon", "\1cole means school", "the f\1r is a tree"]
)
def test_a_single_letter_that_is_lost_within_a_word_is_noticed(line: str) -> None:
    data = make([column([LAMPS]), column([line])], finish=replace_font(1, draw_boxes))
    text, note, reasons = without_extra(data).split("|")
    assert text == LAMPS
    assert note.startswith("the letters of page 2 have no Unicode")
    assert reasons == "['letters without Unicode']"


def test_one_lost_letter_costs_its_sentence_and_not_the_page() -> None:
    """The sentence goes over three lines, and the letter is lost in the middle one."""
    torn = [
        "The towns along the river may ask",
        "for the f\1r beside the caf",
        "that shuts at noon.",
    ]
    lines = [*[LAMPS] * 6, "", *torn, "", *[LAMPS] * 6]
    data = make([column(lines)], finish=replace_font(0, draw_boxes))
    text, note, reasons = without_extra(data).split("|")
    assert text.count(LAMPS) == 12
    assert not any(word in text for word in ("towns", "beside", "noon"))
    assert note.startswith("letters without Unicode on page 1, in sentences left out: install")
    assert reasons == "['letters without Unicode']"


def test_a_bullet_without_unicode_tears_no_word() -> None:
    data = make(
        [column(["\1 lamps burn", "\1 gates stay shut"])], finish=replace_font(0, draw_boxes)
    )
    text, note, _ = without_extra(data).split("|")
    assert "lamps burn" in text
    assert note == "None"


@pytest.mark.ocr
def test_lines_of_a_bad_font_are_recognised_and_the_others_stay() -> None:
    title, end = Text(72, 790, "Rules of 2 b-c_d", 18, bold=True), Text(72, 600, LAMPS, bold=True)
    more = column([LAMPS] * 12, top=580)
    good: list[Mark] = [Text(m.x, m.y, m.words, m.size, bold=True) for m in more]  # type: ignore[union-attr]
    page = [title, *column(REGISTER), end, *good]
    parsed = parse("a.pdf", make([page], finish=replace_font(0, lie(lambda code: code - 29))))
    assert "Rules of 2 b-c_d" in parsed.text  # no picture is needed for what its font says
    for line in REGISTER:
        assert line.split(" ", 2)[2] in parsed.text.replace("\n", " ")
    assert parsed.text.index("danger") < parsed.text.index(LAMPS)
    assert [place.ocr for place in parsed.pages] == [True]
    assert parsed.layout is not None
    assert [n > 0 for n in parsed.layout.pages] == [not c.isspace() for c in parsed.text]


def judge(text: str) -> bool:
    words = text.split()
    codes = np.array([ord(c) for word in words for c in word], dtype=np.uint32)
    spaced = np.array([n == 0 for word in words for n in range(len(word))], dtype=np.bool_)
    (bad,) = find_illegible([Letters(codes, spaced, make_plain_lettering(len(codes)))])
    return bad is not None


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "Il-Kummissjoni għandha tadotta l-miżuri meħtieġa biex tiżgura li l-Istati Membri "
            "jikkonformaw mar-regoli stabbiliti f'dan ir-Regolament. Kull persuna għandha d-dritt "
            "għall-ħajja u l-libertà u s-sigurtà tal-persuna.",
            id="Maltese",
        ),
        pytest.param(
            "A Bizottság elfogadja a szükséges intézkedéseket annak biztosítására, hogy a "
            "tagállamok megfeleljenek az e rendeletben megállapított szabályoknak. Minden "
            "személynek joga van az élethez, a szabadsághoz és a biztonsághoz.",
            id="Hungarian",
        ),
        pytest.param(
            "Пристаните на брега са отворени за всеки кораб, който плаща таксата навреме. "
            "Τα λιμάνια της ακτής είναι ανοικτά για κάθε πλοίο που πληρώνει το τέλος εγκαίρως. "
            "The ports of the coast are open to every ship that pays the fee in time.",
            id="three alphabets on one page",
        ),
        pytest.param(
            "Bydd y Comisiwn yn mabwysiadu'r mesurau angenrheidiol i sicrhau bod yr Aelod-wladwri"
            "aethau yn cydymffurfio â'r rheolau a nodir yn y Rheoliad hwn. Y mae gan bawb hawl i "
            "fywyd, rhyddid a diogelwch.",
            id="Welsh, of which there are no statistics",
        ),
        pytest.param(
            "Η Επιτροπή θεσπίζει τα αναγκαία μέτρα για να εξασφαλίσει ότι τα κράτη μέλη "
            "συμμορφώνονται με τους κανόνες που προβλέπονται στον παρόντα κανονισμό.",
            id="Greek",
        ),
        pytest.param(
            "Комисията приема необходимите мерки, за да гарантира, че държавите членки спазват "
            "правилата, установени в настоящия регламент. Всеки човек има право на живот.",
            id="Bulgarian",
        ),
        pytest.param("委员会应采取必要措施,确保成员国遵守本条例规定的规则。" * 8, id="Chinese"),
        pytest.param(
            " ".join(
                f"{c}{n}" for c in "AT BE BG CY CZ DE DK EE EL ES FI FR".split() for n in "1234"
            ),
            id="codes",
        ),
        pytest.param(
            "H2SO4 HNO3 NaOH KOH CaCO3 NH4NO3 C6H12O6 CH3COOH C2H5OH NaCl KCl MgSO4 FeCl3 CuSO4 "
            "ZnO TiO2 SiO2 Al2O3 PbO HgS AgNO3 BaSO4 KMnO4 Na2CO3 NaHCO3 CaO P2O5 SO2 NO2 CO2 N2O "
            "SF6 CF4 C2F6 CHF3 HBr HI LiF BeO MnO2 CrO3 NiO CoO V2O5 WO3 MoO3 ZrO2 SnO2 SbF5 AsH3",
            id="formulas",
        ),
        pytest.param(
            "AI API BAT BREF CAP CBAM CEF CHP CN COP CSRD DG DNSH EAFRD EEA EED EIB ELV EPBD ERDF "
            "ESF ESG ESRS ETS EU FDI GDP GHG GPP ICT IED ILO IPCC JRC JTF LCA LULUCF MFF MRV NDC "
            "NECP NGEU NUTS OECD PEF PPP REACH RED RRF SDG SME SVHC TEN-T TRL UNFCCC VAT WFD WTO",
            id="acronyms",
        ),
        pytest.param(
            "Sold and serviced by XXXXXXXX, LLC; underwritten by XXXXXXXX " * 9, id="gaps"
        ),
        pytest.param("A, B, C = 0.00, 0.10, 0.20 x, y, z = 0.05, 0.00, 0.00 " * 20, id="axes"),
        pytest.param(
            "\uf0b7 The first point \uf0b7 The second point \uf0a7 The third " * 5, id="bullets"
        ),
    ],
)
def test_odd_but_legitimate_text_is_read(text: str) -> None:
    assert not judge(text)


def test_the_same_page_with_its_codes_shifted_is_not() -> None:
    assert judge("".join(c if c == " " else chr(ord(c) - 29) for c in " ".join(REGISTER)))


def write_stepped(*parts: tuple[str, float]) -> list[Mark]:
    """One line in 11 points; a part that is not at height 0 is set in 7 points."""
    marks: list[Mark] = []
    x = 72.0
    for words, rise in parts:
        size = 7.0 if rise else 11.0
        marks.append(Text(x, 700 + rise, words, size))
        x += measure(words, size)
    return marks


def measure(words: str, size: float) -> float:
    """Return the width of words: the place of what follows them less that of the first."""
    layout = parse("a.pdf", make([[Text(72, 700, f"{words}|", size)]])).layout
    assert layout is not None
    return float(layout.boxes[-1][0]) - 72


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        pytest.param(
            [("The CO", 0), ("2", -2), (" price rises.", 0)], "The CO₂ price rises.", id="CO2"
        ),
        pytest.param(
            [("The CO", 0), ("2", -2), (", not H", 0), ("2", -2), ("O.", 0)],
            "The CO₂, not H₂O.",
            id="two",
        ),
        pytest.param([("NO", 0), ("x", -2), (" of engines.", 0)], "NOₓ of engines.", id="letter"),
        pytest.param(
            [("PM", 0), ("2.5", -2), (" and PM", 0), ("10", -2), (" fell.", 0)],
            "PM₂.₅ and PM₁₀ fell.",
            id="decimals",
        ),
        pytest.param(
            [("Since x", 0), ("n-1", -2), (" is known.", 0)], "Since xₙ₋₁ is known.", id="index"
        ),
        pytest.param([("Noise L", 0), ("den", -2), (" is 45.", 0)], "Noise Lden is 45.", id="word"),
        pytest.param(
            [("About CO", 0), ("2", -2), ("-eq here.", 0)], "About CO₂-eq here.", id="unit"
        ),
    ],
)
def test_lowered_characters_stay_lowered(parts: list[tuple[str, float]], text: str) -> None:
    assert parse("a.pdf", make([write_stepped(*parts)])).text == text


def test_smaller_figures_on_the_line_are_ordinary_ones() -> None:
    line = [
        Text(72, 700, "The office has"),
        Text(72 + measure("The office has ", 11), 700, "12 rooms", 8),
    ]
    assert parse("a.pdf", make([line])).text == "The office has 12 rooms"


@pytest.mark.parametrize(
    ("lowered", "rendered"),
    [
        pytest.param("2", "₂", id="H2O"),
        pytest.param("2.5", "₂.₅", id="PM2.5"),
        pytest.param("x", "ₓ", id="NOx"),
        pytest.param("n-1", "ₙ₋₁", id="an index with a sign"),
        pytest.param("2-eq", "₂-eq", id="a unit behind a figure"),
        pytest.param("max", "max", id="a word"),
        pytest.param("T", "T", id="a letter that Unicode has not lowered"),
        pytest.param(" 2 ", " ₂ ", id="spaces stay"),
    ],
)
def test_what_is_lowered_never_reads_as_a_number(lowered: str, rendered: str) -> None:
    assert render_subscript(lowered) == rendered
