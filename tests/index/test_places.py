"""Names of countries, for questions and for directories: one list."""

from __future__ import annotations

import subprocess
import sys

import pytest
from babel import Locale

from index.text.places import LOCALES, is_place, load_gazetteer

OTHERS = ["Czech Republic", "Macedonia", "Turkey", "England", "Scotland", "Wales", "UK", "USA"]
TERRITORIES = {c: n for c, n in Locale("en").territories.items() if len(c) == 2}
UNIONS = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}


@pytest.mark.parametrize("name", [*TERRITORIES.values(), *OTHERS])
def test_every_english_name_is_a_place_however_it_is_written(name: str) -> None:
    spelled = name.replace("&", "and")
    for written in (name, spelled, spelled.lower(), spelled.upper(), f"the {spelled}"):
        assert is_place(written), written


@pytest.mark.parametrize(
    "words", ["", "the", "Śląsk", "Europe", "Polish", "Deutschland", "Poland and Spain"]
)
def test_anything_else_is_none(words: str) -> None:
    assert not is_place(words)


def test_the_english_gazetteer_finds_what_is_a_place_but_unions_and_other_names() -> None:
    gazetteer = load_gazetteer("en")
    for code, name in TERRITORIES.items():
        for written in (name, name.replace("&", "and")):
            found = gazetteer.find(f"In {written}, clusters grew.")
            assert found == ({} if code in UNIONS else {code: written})
    assert not any(gazetteer.find(name) for name in OTHERS)


@pytest.mark.parametrize("locale", LOCALES)
def test_each_locale_names_each_place_once(locale: str) -> None:
    gazetteer = load_gazetteer(locale)
    assert gazetteer.names.keys().isdisjoint(UNIONS)
    assert set(gazetteer.codes.values()) <= gazetteer.names.keys()
    assert gazetteer.find(f"({gazetteer.names['PL']})") == {"PL": gazetteer.names["PL"]}


def test_an_adjective_points_to_a_place_where_no_name_does() -> None:
    gazetteer = load_gazetteer("en")
    assert gazetteer.find_or_guess("The Danish agency") == {"DK": "Denmark"}
    assert gazetteer.find_or_guess("The Danish agency in Poland") == {"PL": "Poland"}
    assert gazetteer.find_or_guess("The agency") == {}


@pytest.mark.parametrize(
    "module", ["index.text.places", "index.text.stopwords", "ingest.parsers.pdf.naming"]
)
def test_what_parsers_need_of_texts_loads_no_search_engine(module: str) -> None:
    code = f"import sys, {module}; sys.exit('tantivy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
