"""Markdown as GitHub, pandoc and MkDocs write it."""

from __future__ import annotations

import pytest

from ingest.parsers import parse


def _read(source: str) -> str:
    return parse("a.md", source.encode()).text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        pytest.param("H~2~O costs 10^6^ euros", "H₂O costs 10⁶ euros", id="pandoc"),
        pytest.param("x^2 + y^2 and ~5 km, a~b", "x^2 + y^2 and ~5 km, a~b", id="no-pairs"),
        pytest.param("The fee is ~40~ 45 euros", "The fee is 45 euros", id="github-struck"),
        pytest.param("The fee is {--40--}{++45++} euros", "The fee is 45 euros", id="changes"),
        pytest.param("The fee is {~~40~>45~~} euros", "The fee is 45 euros", id="replaced"),
        pytest.param("It is ==in force== and a == b", "It is in force and a == b", id="marked"),
        pytest.param("A [berth]{.term} here.{: .lead }", "A berth here.", id="attributes"),
        pytest.param("# Fees {#fees .wide}", "Fees", id="of-a-heading"),
        pytest.param("Sets such as {1, 2} and `{.x}`", "Sets such as {1, 2} and {.x}", id="braces"),
        pytest.param("[TOC]\n\nText", "Text", id="contents"),
        pytest.param(
            '!!! warning "Late"\n    Pay by June.\n\n    Or lose it.\n\nText',
            "Late\n\nPay by June.\n\nOr lose it.\n\nText",
            id="box",
        ),
        pytest.param("??? note\n    Hidden.", "Note\n\nHidden.", id="box-of-a-kind"),
        pytest.param(
            '=== "Towns"\n\n    40 euros\n\n=== "Firms"\n\n    90 euros',
            "Towns\n\n40 euros\n\nFirms\n\n90 euros",
            id="tabs",
        ),
        pytest.param(
            '::: {.callout title="Late"}\nPay.\n:::\n\n:::note Mind\nGo.\n:::',
            "Late\n\nPay.\n\nMind\n\nGo.",
            id="fences",
        ),
        pytest.param("> [!WARNING]\n> Pay by June.", "Warning\n\nPay by June.", id="alert"),
    ],
)
def test_signs_of_markup_are_no_text(source: str, text: str) -> None:
    assert _read(source) == text


def test_what_is_struck_between_single_signs_is_said() -> None:
    parsed = parse("a.md", b"The fee is ~40~ 45 euros and {--nothing--} more.")
    assert parsed.note == "left out: crossed-out text"
    assert [omission.text for omission in parsed.omissions] == ["40", "nothing"]


def test_pandoc_s_lines_above_a_text_are_its_title() -> None:
    parsed = parse("a.md", b"% Harbour rules\n% Port Office\n% 3 June 2026\n\nThe fee is due.")
    assert (parsed.title, parsed.text) == ("Harbour rules", "The fee is due.")
