from __future__ import annotations

from collections.abc import Callable

import pytest
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    NumberObject,
)

from ingest.parsers import ParsedText, parse
from tests.pdfs import Mark, Raw, Rule, Text, make

# Above the baseline, in points at a size of 11.
THROUGH, UNDER = 3.3, -1.5
SENTENCE = "The old ceiling of 610 euros applies to everyone."


def parse_with(*marks: Mark, finish: Callable[[PdfWriter], object] = lambda _: None) -> ParsedText:
    beside: list[Mark] = [
        Text(72, 760, "The harbour authority publishes its plan before March."),
        Text(72, 700, "The new ceiling of 620 euros applies from June."),
    ]
    return parse("rules.pdf", make([[*beside, *marks]], finish=finish))


def test_crossed_out_words_are_left_out_and_said() -> None:
    parsed = parse_with(Text(72, 730, SENTENCE), Rule(71, 315, 730 + THROUGH))
    assert "610" not in parsed.text
    assert "620 euros" in parsed.text
    assert parsed.note == "left out: crossed-out text on page 1"
    assert [omission.text for omission in parsed.omissions] == [SENTENCE]


def test_one_crossed_out_word_leaves_the_rest_of_its_line() -> None:
    words = [Text(72, 730, "It is paid by"), Text(140, 730, "May"), Text(166, 730, "June.")]
    parsed = parse_with(*words, Rule(139, 162, 730 + THROUGH))
    assert "It is paid by June." in parsed.text


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param(Rule(71, 315, 730 + UNDER), id="underline"),
        pytest.param(Rule(71, 540, 730 + THROUGH), id="beyond-the-words"),
        pytest.param(Rule(71, 315, 730 + 12), id="above"),
        pytest.param(Rule(20, 315, 730 + THROUGH), id="from-the-margin"),
    ],
)
def test_other_lines_cross_nothing_out(rule: Rule) -> None:
    parsed = parse_with(Text(72, 730, SENTENCE), rule)
    assert SENTENCE in parsed.text
    assert parsed.note is None


LINE = f"71 {730 + THROUGH} m 315 {730 + THROUGH} l S"


@pytest.mark.parametrize(
    ("below", "above"),
    [
        pytest.param("", f"q 0 0 5 5 re W n {LINE} Q", id="cut-off"),
        pytest.param("", f"q 1 G {LINE} Q", id="white"),
        pytest.param("", f"q 0.98 0.97 1 RG {LINE} Q", id="nearly-white"),
        pytest.param(f"q 0.85 G {LINE} Q", "", id="pale-and-beneath"),
        pytest.param(f"q 1 1 0.3 RG {LINE} Q", "", id="a-marker-beneath"),
        pytest.param(f"{LINE} q 1 g 60 720 400 20 re f Q", "", id="painted-over"),
        pytest.param(f"q 0 1 0 rg 60 720 400 20 re f 0 1 0 RG {LINE} Q", "", id="as-its-ground"),
    ],
)
def test_a_line_that_nobody_sees_crosses_nothing_out(below: str, above: str) -> None:
    parsed = parse_with(Raw(below), Text(72, 730, SENTENCE), Raw(above))
    assert SENTENCE in parsed.text
    assert parsed.note is None


@pytest.mark.parametrize(
    ("below", "above"),
    [
        pytest.param("", f"q 1 0 0 RG {LINE} Q", id="red"),
        pytest.param("", f"q 0.7 G {LINE} Q", id="grey"),
        pytest.param(LINE, "", id="black-and-beneath"),
        pytest.param("q 0 g 60 720 400 20 re f 1 g", f"Q q 1 G {LINE} Q", id="white-on-black"),
    ],
)
def test_a_line_that_is_seen_crosses_out(below: str, above: str) -> None:
    parsed = parse_with(Raw(below), Text(72, 730, SENTENCE), Raw(above))
    assert "610" not in parsed.text
    assert [omission.text for omission in parsed.omissions] == [SENTENCE]


def strike(appearance: bytes = b"", quads: bool = True, flags: int = 4) -> Callable[..., None]:
    """Cross out the middle line, the way that reviewers do."""

    def finish(writer: PdfWriter) -> None:
        note = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Annot"),
                NameObject("/Subtype"): NameObject("/StrikeOut"),
            }
        )
        left, bottom, right, top = frame = 71, 727, 330, 741
        note[NameObject("/Rect")] = ArrayObject(map(NumberObject, frame))
        note[NameObject("/F")] = NumberObject(flags)
        if quads:
            corners = (left, top, right, top, left, bottom, right, bottom)
            note[NameObject("/QuadPoints")] = ArrayObject(map(FloatObject, corners))
        if appearance:
            drawn = DecodedStreamObject()
            drawn.set_data(appearance)
            drawn[NameObject("/Subtype")] = NameObject("/Form")
            drawn[NameObject("/BBox")] = ArrayObject(map(NumberObject, frame))
            shown = {NameObject("/N"): writer._add_object(drawn)}
            note[NameObject("/AP")] = DictionaryObject(shown)
        writer.add_annotation(0, note)

    return finish


@pytest.mark.parametrize(
    "finish",
    [
        pytest.param(strike(), id="without-an-appearance"),
        pytest.param(strike(b"1 0 0 RG 71 733 m 315 733 l S"), id="with-one"),
        pytest.param(strike(quads=False), id="of-its-frame"),
    ],
)
def test_a_note_that_crosses_out_does_so(finish: Callable[[PdfWriter], None]) -> None:
    parsed = parse_with(Text(72, 730, SENTENCE), finish=finish)
    assert "610" not in parsed.text
    assert "620 euros" in parsed.text
    assert parsed.note == "left out: crossed-out text on page 1"
    assert [omission.text for omission in parsed.omissions] == [SENTENCE]


def test_a_hidden_note_crosses_nothing_out() -> None:
    assert SENTENCE in parse_with(Text(72, 730, SENTENCE), finish=strike(flags=2)).text
