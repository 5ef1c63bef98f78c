"""Formulas on one line: what they say is what is drawn, in every format that has them."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pptx
import pytest
from lxml import etree
from pptx.util import Inches

from ingest.parsers import parse
from tests.office_files import archive, docx, opendocument

_OMML = "http://schemas.openxmlformats.org/officeDocument/2006/math"
_DRAWN = "http://schemas.microsoft.com/office/drawing/2010/main"
_CHOICES = "http://schemas.openxmlformats.org/markup-compatibility/2006"
_SLIDE = "http://schemas.openxmlformats.org/presentationml/2006/main"
_TEXT = "http://schemas.openxmlformats.org/drawingml/2006/main"


def run(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


def term(name: str, *parts: str, **properties: str) -> str:
    """An element of a formula: its properties, then its parts as `name: content`."""
    said = "".join(f'<m:{key} m:val="{value}"/>' for key, value in properties.items())
    inside = "".join(
        f"<m:{part.partition(':')[0]}>{part.partition(':')[2]}</m:{part.partition(':')[0]}>"
        for part in parts
    )
    return f"<m:{name}><m:{name}Pr>{said}</m:{name}Pr>{inside}</m:{name}>"


def fraction(over: str, under: str, **properties: str) -> str:
    return term("f", f"num:{over}", f"den:{under}", **properties)


LIMIT = term("limLow", f"e:{run('lim')}", f"lim:{run('x→0')}")
SUM = fraction(run("a+1"), run("b+2"))


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        pytest.param(SUM, "(a+1)/(b+2)", id="sums"),
        pytest.param(fraction(run("1"), run("2a")), "1/(2a)", id="product-below"),
        pytest.param(fraction(run("-b"), run("c")), "-b/c", id="sign"),
        pytest.param(fraction(run("(a+1)"), run("(b)")), "(a+1)/(b)", id="own-brackets"),
        pytest.param(
            fraction(run("(a+1)(c+1)"), run("(b)(d)")), "(a+1)(c+1)/((b)(d))", id="two-brackets"
        ),
        pytest.param(
            fraction(fraction(run("a"), run("b")), run("c")), "(a/b)/c", id="in-each-other"
        ),
        pytest.param(
            fraction(run("eligible costs"), run("turnover")), "(eligible costs)/turnover",
            id="words",
        ),
        pytest.param(
            run("2") + fraction(run("1"), run("2")) + run("x"), "2 1/2 x", id="mixed-number"
        ),
        pytest.param(
            term("d", f"e:{fraction(run('n'), run('k'), type='noBar')}"), "(n k)", id="no-bar"
        ),
        pytest.param(term("rad", "deg:", f"e:{run('a+b')}"), "√(a+b)", id="root"),
        pytest.param(term("rad", f"deg:{run('3')}", f"e:{run('x')}"), "∛x", id="third-root"),
        pytest.param(term("d", f"e:{run('a+b')}") + run("c"), "(a+b)c", id="brackets"),
        pytest.param(
            term("d", f"e:{run('a')}", f"e:{run('b')}", begChr="{", sepChr=";", endChr="]"),
            "{a;b]", id="other-brackets",
        ),
        pytest.param(
            term("nary", f"sub:{run('i=1')}", f"sup:{run('n')}", f"e:{run('x')}", chr="∑"),
            "∑ᵢ₌₁ⁿ x", id="sum-with-bounds",
        ),
        pytest.param(
            term("nary", f"sub:{run('i∈S')}", "sup:", f"e:{run('x')}", chr="∑"), "∑(i∈S) x",
            id="sum-over-a-set",
        ),
        pytest.param(
            term("sSup", f"e:{fraction(run('a'), run('b'))}", f"sup:{run('2')}"), "(a/b)²",
            id="power-of-a-fraction",
        ),
        pytest.param(term("sSup", f"e:{run('x')}", f"sup:{run('n+1')}"), "xⁿ⁺¹", id="power"),
        pytest.param(
            term("sSup", f"e:{run('x')}", f"sup:{run('α/2')}"), "x^(α/2)", id="power-in-no-letters"
        ),
        pytest.param(
            term("func", f"fName:{run('sin')}", f"e:{run('x')}"), "sin x", id="function"
        ),
        pytest.param(
            term("func", f"fName:{LIMIT}",
                 f"e:{run('f(x)')}"), "lim(x→0) f(x)", id="limit",
        ),
        pytest.param(term("acc", f"e:{run('x')}"), "x̂", id="accent"),
        pytest.param(run("a") + term("phant", f"e:{run('b')}", show="0"), "a", id="not-shown"),
    ],
)  # fmt: skip
def test_formulas_of_word(formula: str, text: str) -> None:
    assert parse("a.docx", docx(f"<w:p><m:oMath>{formula}</m:oMath></w:p>")).text == text


def test_a_formula_within_a_sentence_of_word_stays_apart_from_its_figures() -> None:
    half = fraction(run("1"), run("2"))
    body = (
        '<w:p><w:r><w:t>Pay 2</w:t></w:r><m:oMath><w:ins w:id="1"><m:r><m:t/></m:r></w:ins>'
        f'{half}</m:oMath><w:r><w:t xml:space="preserve"> of it.</w:t></w:r></w:p>'
    )
    assert parse("a.docx", docx(body)).text == "Pay 2 1/2 of it."


def test_formulas_nested_without_end_are_read_without_their_form() -> None:
    nested = run("a")
    for _ in range(60):
        nested = fraction(nested, run("b"))
    found = parse("a.docx", docx(f"<w:p><m:oMath>{nested}</m:oMath></w:p>"))
    assert found.text == "a" + "b" * 60


def test_formulas_on_slides_and_the_text_boxes_that_hold_them() -> None:
    """PowerPoint keeps a box with a formula in it as a choice, beside a picture of it."""
    deck = pptx.Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    box = slide.shapes.add_textbox(0, 0, Inches(2), Inches(1))
    box.text_frame.text = "The share is "
    formula = (
        f'<mc:AlternateContent xmlns:mc="{_CHOICES}" xmlns:a14="{_DRAWN}" xmlns:m="{_OMML}" '
        f'xmlns:a="{_TEXT}"><mc:Choice Requires="a14"><a14:m><m:oMath>{SUM}</m:oMath></a14:m>'
        "</mc:Choice><mc:Fallback><a:r><a:t>picture</a:t></a:r></mc:Fallback>"
        "</mc:AlternateContent>"
    )
    box.text_frame.paragraphs[0]._p.append(etree.fromstring(formula))
    choices = etree.fromstring(
        f'<mc:AlternateContent xmlns:mc="{_CHOICES}"><mc:Choice/><mc:Fallback/>'
        "</mc:AlternateContent>"
    )
    slide.shapes._spTree.replace(box._element, choices)
    choices[0].append(box._element)
    file = BytesIO()
    deck.save(file)
    assert parse("a.pptx", file.getvalue()).text == "The share is (a+1)/(b+2)"


MATHML = (
    "<mrow><mi>a</mi><mo>+</mo><mn>1</mn></mrow>",
    "<mrow><mi>b</mi><mo>+</mo><mn>2</mn></mrow>",
)


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        pytest.param(f"<mfrac>{''.join(MATHML)}</mfrac>", "(a+1)/(b+2)", id="fraction"),
        pytest.param(
            "<semantics><mrow><mn>2</mn><mfrac><mn>1</mn><mn>2</mn></mfrac></mrow>"
            "<annotation>2\\frac12</annotation></semantics>", "2 1/2", id="source-beside-it",
        ),
        pytest.param("<mfrac linethickness='0'><mi>n</mi><mi>k</mi></mfrac>", "n k", id="no-bar"),
        pytest.param(f"<msqrt>{MATHML[0]}</msqrt>", "√(a+1)", id="root"),
        pytest.param("<mroot><mi>x</mi><mi>n</mi></mroot>", "ⁿ√x", id="other-root"),
        pytest.param(f"<msup>{MATHML[0]}<mn>2</mn></msup>", "a+1²", id="power-at-the-last-sign"),
        pytest.param(
            "<msup><mfrac><mi>a</mi><mi>b</mi></mfrac><mn>2</mn></msup>", "(a/b)²", id="power"
        ),
        pytest.param(
            "<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi>"
            "</munderover><msub><mi>x</mi><mi>i</mi></msub>", "∑ᵢ₌₁ⁿ xᵢ", id="sum",
        ),
        pytest.param("<mover><mi>x</mi><mo>¯</mo></mover>", "x\u0305", id="mean"),
        pytest.param(
            "<mmultiscripts><mi>C</mi><mprescripts/><mn>6</mn><mn>14</mn></mmultiscripts>", "₆¹⁴C",
            id="marks-before",
        ),
        pytest.param(
            "<mi>x</mi><mo>\u2062</mo><mi>y</mi><mtext>if</mtext><mi>z</mi>", "xy if z",
            id="unseen-signs",
        ),
        pytest.param(
            "<mfenced><mi>a</mi><mi>b</mi></mfenced><mphantom><mi>c</mi></mphantom>", "(a,b)",
            id="brackets",
        ),
    ],
)  # fmt: skip
def test_formulas_of_web_pages_and_opendocument(formula: str, text: str) -> None:
    page = f"<main><p>The share is <math>{formula}</math> of the turnover.</p></main>"
    assert parse("a.html", page.encode()).text == f"The share is {text} of the turnover."
    body = (
        '<text:p>The share is <draw:frame><draw:object xmlns:xlink="http://www.w3.org/1999/xlink" '
        'xlink:href="./Object 1"/></draw:frame> of the turnover.</text:p>'
    )
    parts = {
        "content.xml": read_part(opendocument("text", body), "content.xml"),
        "Object 1/content.xml": f'<math xmlns="http://www.w3.org/1998/Math/MathML">{formula}</math>',
    }
    assert parse("a.odt", archive(parts)).text == f"The share is {text} of the turnover."


def read_part(data: bytes, name: str) -> bytes:
    with zipfile.ZipFile(BytesIO(data)) as packed:
        return packed.read(name)


@pytest.mark.parametrize(
    "shown",
    [
        '<span class="katex-html" aria-hidden="true"><span>a</span><span>b</span></span>',
        '<img class="mwe-math-fallback-image-inline" src="a.svg" alt="{a \\over b}">',
    ],
)
def test_a_formula_that_stands_twice_on_a_page_is_read_once(shown: str) -> None:
    page = (
        "<main><p>The share is <span class='x'><span style='display:none'><math><mfrac>"
        f"<mi>a</mi><mi>b</mi></mfrac></math></span>{shown}</span> of the turnover.</p></main>"
    )
    assert parse("a.html", page.encode()).text == "The share is a/b of the turnover."
