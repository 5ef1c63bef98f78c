"""tantivy behind `TantivyWords`: how words are analysed, ranked, removed, and what damage does."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import IndexDamaged
from index.stores.base import PassageTerms
from index.stores.words import TantivyWords
from index.text.analysis import analyse, content_terms, query_words
from index.types import Filter, Moment
from tests.conformance.twin_stores import GivenCondition

CORPUS = [
    "wind energy cluster",
    "wind wind energy and more wind",
    "cluster policy of the energy cluster in the north",
    "textile policy",
    "Kosovo",
]


def terms(text: str, language: str = "en") -> list[str]:
    return [term.text for term in analyse(text, language)]


def add(words: TantivyWords, texts: Mapping[int, str]) -> None:
    """Passages of two versions, v0 and v1, by turns."""
    found = [PassageTerms(f"v{number % 2}", terms(text)) for number, text in texts.items()]
    words.add(np.array(list(texts), dtype=np.int64), found, 1)


def commit(words: TantivyWords, generation: int = 1) -> None:
    words.commit(Moment("index", generation, f"commit {generation}", "embedder"), "before")


def remove(words: TantivyWords, *numbers: int) -> None:
    words.remove(np.array(numbers, dtype=np.int64), 2)


def held(words: TantivyWords) -> list[int]:
    return words.check().tolist()


def rarity(words: TantivyWords, term: str) -> float:
    return words.rarity([term])[term]


def find(
    words: TantivyWords, wanted: Sequence[str], k: int, versions: Sequence[str] | None = None
) -> list[tuple[int, float]]:
    condition = None
    if versions is not None:
        condition = GivenCondition(Filter(), tuple(versions), np.zeros(0, dtype=np.int64))
    return words.search(wanted, k, condition, 1)


def made(folder: Path, texts: list[str], generation: int = 1) -> TantivyWords:
    words = TantivyWords.create(folder)
    add(words, dict(enumerate(texts)))
    commit(words, generation)
    return words


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        pytest.param("en", "clusters", "cluster", id="english"),
        pytest.param("en-GB", "policies", "policy", id="english-with-a-region"),
        pytest.param("de", "Förderungen", "Förderung", id="german"),
        pytest.param("fr", "régionales", "régional", id="french"),
        pytest.param("es", "políticas", "política", id="spanish"),
        pytest.param("fi", "talossa", "talo", id="finnish"),
        pytest.param("cs", "Přírodní", "prirodni", id="czech-folded"),
        pytest.param("pl", "ŁÓDŹ", "lodz", id="polish-folded"),
        pytest.param("el", "ΠΟΛΙΤΙΚΉ", "πολιτικη", id="greek-folded"),
        pytest.param("en", "cafe\u0301", "café", id="decomposed"),
        pytest.param("en", "1,500", "1500", id="english-thousands"),
        pytest.param("en", "1.500", "1500", id="german-thousands"),
        pytest.param("en", "12,345,678", "12345678", id="millions"),
        pytest.param("en", "10⁶", "10^6", id="power"),
        pytest.param("en", "10⁻³", "10^-3", id="negative power"),
        pytest.param("en", "m³", "m3", id="unit"),
        pytest.param("en", "km^2", "km²", id="unit with a caret"),
        pytest.param("en", "CO₂", "CO2", id="lowered figure"),
        pytest.param("en", "NOₓ", "NOx", id="lowered letter"),
        pytest.param("fr", "Mᵐᵉ", "Mme", id="raised letters"),
        pytest.param("en", "offices³", "office", id="mark of a note"),
    ],
)
def test_two_spellings_are_one_term(language: str, one: str, other: str) -> None:
    assert terms(one, language) == terms(other, language)
    assert len(terms(one, language)) == 1


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        pytest.param("en", "1.5", "15", id="a-decimal-is-not-a-thousand"),
        pytest.param("en", "1,5000", "15000", id="four-digits-are-no-group"),
        pytest.param("cs", "klastry", "klastr", id="czech-is-not-stemmed"),
        pytest.param("en", "Austria", "Australia", id="other-words"),
        pytest.param("en", "10⁶", "106", id="a power is no figure"),
        pytest.param("en", "10⁶", "10", id="nor its base"),
        pytest.param("en", "10⁶", "10⁻⁶", id="signs of powers"),
    ],
)
def test_what_differs_stays_apart(language: str, one: str, other: str) -> None:
    assert terms(one, language) != terms(other, language)


@given(st.text(), st.sampled_from(["en", "de", "cs", "tr", "ar", "xx", ""]))
def test_terms_are_in_order_and_lie_in_the_text(text: str, language: str) -> None:
    end = 0
    for term in analyse(text, language):
        assert end <= term.start < term.end <= len(text)
        assert term.text
        end = term.end
    assert {t.start for t in content_terms(text, language)} <= {
        t.start for t in analyse(text, language)
    }


def test_stop_words_carry_no_meaning_unless_there_is_nothing_else() -> None:
    kept = [t.text for t in content_terms("What is the cluster policy of Poland?")]
    assert kept == terms("cluster policy Poland")
    assert [t.text for t in content_terms("Was ist die Strategie?", "de")] == ["strategi"]
    assert [t.text for t in content_terms("who is it")] == ["who", "is", "it"]


def _list_forms(question: str, languages: list[str]) -> list[str]:
    return [form for word in query_words(question, languages) for form in word.forms]


def test_stop_words_are_not_searched_for_because_of_another_language() -> None:
    question = "What is the cluster policy of Poland?"
    assert set(_list_forms(question, ["cs", "en"])) == {
        "cluster", "policy", "polici", "poland",
    }  # fmt: skip
    assert _list_forms(question, ["en"]) == terms("cluster policy Poland")
    assert "war" in _list_forms("Which war is meant?", ["de", "en"])
    assert "war" not in _list_forms("Was war die Strategie der Region?", ["de", "en"])
    assert _list_forms("an empty index has no languages", []) == []


def test_the_order_is_that_of_bm25(tmp_path: Path) -> None:
    """Every score is worked out from the formula: k1 = 1.2, b = 0.75, idf as in `rarity`."""
    words = made(tmp_path, CORPUS)
    counts = [Counter(terms(text)) for text in CORPUS]
    mean = sum(sum(count.values()) for count in counts) / len(counts)
    for question in ("wind", "energy cluster", "policy of the north", "kosovo wind", "nothing"):
        wanted = set(terms(question))
        expected = []
        for number, count in enumerate(counts):
            length, score = sum(count.values()), 0.0
            for term in wanted & set(count):
                holding = sum(term in other for other in counts)
                idf = math.log(1 + (len(CORPUS) - holding + 0.5) / (holding + 0.5))
                weight = count[term] + 1.2 * (1 - 0.75 + 0.75 * length / mean)
                score += idf * count[term] * 2.2 / weight
            if score:
                expected.append((number, score))
        expected.sort(key=lambda pair: (-pair[1], pair[0]))
        found = find(words, terms(question), 10)
        assert [n for n, _ in found] == [n for n, _ in expected]
        assert [s for _, s in found] == pytest.approx([s for _, s in expected], rel=1e-4)


def test_rarity_is_the_idf_of_what_is_there(tmp_path: Path) -> None:
    words = made(tmp_path, CORPUS)
    assert rarity(words, "kosovo") == pytest.approx(math.log(1 + 4.5 / 1.5))
    assert rarity(words, "wind") == pytest.approx(math.log(1 + 3.5 / 2.5))
    assert rarity(words, "nowhere") == pytest.approx(math.log(1 + 5.5 / 0.5))
    remove(words, 0)
    commit(words, 2)
    assert rarity(words, "wind") == pytest.approx(math.log(1 + 3.5 / 1.5))


def test_a_term_counts_once_and_k_is_kept_to(tmp_path: Path) -> None:
    words = made(tmp_path, CORPUS)
    assert find(words, ["wind", "wind"], 10) == find(words, ["wind"], 10)
    assert len(find(words, ["energi", "wind"], 1)) == 1
    assert find(words, [], 10) == []
    assert find(words, ["wind"], 0) == []


def test_a_filter_by_version_keeps_the_scores(tmp_path: Path) -> None:
    words = made(tmp_path, CORPUS)
    everything = dict(find(words, ["wind", "cluster", "polici"], 10))
    odd = dict(find(words, ["wind", "cluster", "polici"], 10, ["v1"]))
    assert odd == pytest.approx({n: s for n, s in everything.items() if n % 2})
    assert find(words, ["wind"], 10, []) == []
    assert find(words, ["wind"], 10, ["v9"]) == []


def test_removal(tmp_path: Path) -> None:
    words = made(tmp_path, CORPUS)
    remove(words, 1, 4, 77)
    commit(words, 2)
    words.close()
    loaded = TantivyWords.load(tmp_path, exact=True)
    assert (loaded.moment and loaded.moment.generation, len(loaded), held(loaded)) == (
        2,
        3,
        [0, 2, 3],
    )
    assert [n for n, _ in find(loaded, ["wind", "kosovo"], 10)] == [0]


def test_large_numbers_and_long_words(tmp_path: Path) -> None:
    words = TantivyWords.create(tmp_path)
    add(words, {2**62: "x" * 70_000 + " Poland", 1: ""})
    commit(words, 1)
    assert find(words, ["poland"], 5)[0][0] == 2**62
    remove(words, 2**62)
    commit(words, 2)
    assert held(words) == [1]


def test_a_reader_keeps_what_it_opened(tmp_path: Path) -> None:
    words = made(tmp_path, CORPUS)
    reader = TantivyWords.load(tmp_path)
    before = find(reader, ["wind"], 10)
    remove(words, *range(5))
    commit(words, 2)
    rebuilt = made(tmp_path, ["something else"], 3)
    assert find(reader, ["wind"], 10) == before
    assert held(TantivyWords.load(tmp_path)) == held(rebuilt) == [0]


def test_what_was_staged_and_not_committed_is_not_there(tmp_path: Path) -> None:
    words = made(tmp_path, CORPUS)
    add(words, {99: "never"})
    words.close()
    assert held(TantivyWords.load(tmp_path, exact=True)) == [0, 1, 2, 3, 4]


def test_a_commit_without_its_stamp_is_not_taken_for_the_one_before(tmp_path: Path) -> None:
    words = made(tmp_path, CORPUS)
    stamp = (tmp_path / "generation.json").read_bytes()
    add(words, {99: "stray"})
    commit(words, 2)
    words.close()
    (tmp_path / "generation.json").write_bytes(stamp)
    with pytest.raises(IndexDamaged, match="expected"):
        TantivyWords.load(tmp_path, exact=True)
    moment = TantivyWords.load(tmp_path).moment
    assert moment
    assert moment.generation == 1  # a reader may see this while a writer works


@pytest.mark.parametrize("kind", ["missing", "empty", "torn", "garbage", "first-byte", "last-byte"])
@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(pattern, id=pattern.strip("*./"))
        for pattern in (
            "generation.json", "1/meta.json", "*/*.idx", "*/*.pos", "*/*.term", "*/*.store",
            "*/*.fast", "*/*.fieldnorm", "*/*.del",
        )
    ],
)  # fmt: skip
def test_damage_is_found_before_tantivy_sees_it(
    tmp_path: Path, pattern: str, kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    words = made(tmp_path, CORPUS)
    remove(words, 1)
    commit(words, 2)
    words.close()
    path = next(tmp_path.glob(pattern))
    data = path.read_bytes()
    if kind == "missing":
        path.unlink()
    else:
        changed = {
            "empty": b"",
            "torn": data[: len(data) // 2],
            "garbage": os.urandom(len(data)),
            "first-byte": bytes([data[0] ^ 255]) + data[1:],
            "last-byte": data[:-1] + bytes([data[-1] ^ 255]),
        }
        path.write_bytes(changed[kind])
    with pytest.raises(IndexDamaged, match="run `python -m ingest`") as caught:
        TantivyWords.load(tmp_path)
    assert path.name in str(caught.value)
    assert "\n" not in str(caught.value)
    assert capfd.readouterr().err == ""  # a panic would have been printed
