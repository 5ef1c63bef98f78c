"""Stop words without tantivy are tantivy's."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import tantivy
from hypothesis import given
from hypothesis import strategies as st

import index.text.stopwords as stopwords
from index.text.analysis import analyse
from index.text.languages import STEMMERS
from index.text.stopwords import count_stopwords, is_stopword

ROOT = Path(__file__).resolve().parents[2]
LISTS = json.loads(Path(stopwords.__file__).with_suffix(".json").read_text(encoding="utf-8"))
LISTED = sorted({word for words in LISTS["words"].values() for word in words.split()})
# The five pages, and what is written here: in English mostly, with words of many languages.
FILES = [*ROOT.glob("corpus/*.txt"), *ROOT.glob("*.md"), *ROOT.glob("docs/adr/*.md")]
FILES += [path for part in ("chat", "ingest", "tests") for path in ROOT.glob(f"{part}/**/*.py")]
LINES = "\n".join(path.read_text(encoding="utf-8") for path in sorted(FILES)).splitlines()
OTHERS = sorted({word for line in LINES for word in re.findall(r"\w+", line.lower())})
WITH_LIST = sorted(code for code, name in STEMMERS.items() if name in LISTS["words"])


@pytest.mark.parametrize("language", WITH_LIST)
def test_the_words_are_those_of_tantivy(language: str) -> None:
    assert len(OTHERS) > 3_000
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
    analyser = builder.filter(tantivy.Filter.stopword(STEMMERS[language])).build()
    words = LISTS["words"][STEMMERS[language]].split()
    filtered = [word for word in LISTED + OTHERS if not analyser.analyze(word)]
    assert set(filtered) == set(words)
    assert all(is_stopword(word, language) for word in words)


@pytest.mark.parametrize("language", sorted(set(STEMMERS) - set(WITH_LIST)))
def test_tantivy_has_no_other_list(language: str) -> None:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.raw())
    with pytest.raises(ValueError, match="No builtin stop word list"):
        builder.filter(tantivy.Filter.stopword(STEMMERS[language]))
    assert count_stopwords(" ".join(LISTED), language) == 0


@pytest.mark.parametrize("language", ["en", "en-GB", "de", "fr", "fi", "cs", "ar", "xx"])
def test_words_are_counted_as_tantivy_cuts_them(language: str) -> None:
    assert len(LINES) > 2_000
    for line in LINES[:5_000]:
        words = [line[term.start : term.end].lower() for term in analyse(line, language)]
        assert count_stopwords(line, language) == sum(is_stopword(w, language) for w in words)


@given(st.lists(st.text(max_size=6) | st.sampled_from(["the", "1,5", "été", "हम", "die"])))
def test_any_text_is_cut_alike(parts: list[str]) -> None:
    text = " ".join(parts)
    words = [text[term.start : term.end].lower() for term in analyse(text, "en")]
    assert count_stopwords(text, "en") == sum(is_stopword(word, "en") for word in words)
