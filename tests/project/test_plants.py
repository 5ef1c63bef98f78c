"""What `benchmarks.look` plants: the text changes, the rest of it stays where it stood."""

from __future__ import annotations

import random

import numpy as np
import pytest

from benchmarks.text.plants import SHARES, PlantKind, Quotation, plant
from index.pages.boxes import Layout

SENTENCES = (
    "In 2030 the council of Norland is not in office.",
    "By law the mayor of Sudland will not pay 12 marks at all.",
)


def make_quotations() -> list[Quotation]:
    """Sentences on two lines, each letter five points wide."""
    text = "\n".join(SENTENCES)
    pages = np.array([0 if letter.isspace() else 1 for letter in text], dtype=np.int32)
    left = np.arange(len(text), dtype=np.float32) * 5
    boxes = np.stack([left, left * 0, left + 5, left * 0 + 10], axis=1)
    boxes[pages == 0] = 0
    layout = Layout(pages, boxes)
    second = len(SENTENCES[0]) + 1
    return [Quotation(text, layout, 0, second - 1), Quotation(text, layout, second, len(text))]


@pytest.mark.parametrize("kind", SHARES)
def test_a_plant_differs_from_its_page_and_every_letter_has_a_place(kind: PlantKind) -> None:
    first, second = make_quotations()
    planted = plant(kind, first, [first, second], random.Random(1))
    assert planted is not None
    quote = planted.text[planted.start : planted.end]
    assert len(planted.layout.pages) == len(planted.text)
    for letter, page in zip(planted.text, planted.layout.pages.tolist(), strict=True):
        assert (page == 0) == letter.isspace()
    if kind in ("elsewhere", "unseen"):
        assert quote == SENTENCES[0]
        moved = not np.array_equal(planted.layout.boxes, first.layout.boxes)
        assert moved != (not planted.is_on_paper)
    else:
        assert quote != SENTENCES[0]
        assert planted.text.endswith(SENTENCES[1])


def test_a_sentence_without_a_place_for_it_is_left_alone() -> None:
    text = "nothing to change here"
    layout = Layout(np.ones(len(text), dtype=np.int32), np.zeros((len(text), 4), dtype=np.float32))
    sentence = Quotation(text, layout, 0, len(text))
    for kind in ("digit", "not added", "not dropped", "name", "elsewhere"):
        assert plant(kind, sentence, [sentence], random.Random(1)) is None
