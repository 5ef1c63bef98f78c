"""What any `VectorStore` and `WordStore` must do: by hand, and as the twin does it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.base import PassageNumbers
from index.stores.base import PassageTerms, VectorStore, WordStore
from index.types import Filter, Moment
from tests.conformance.engines import DIMENSIONS, VECTORS, WORDS, numbers, unit
from tests.conformance.twin_stores import GivenCondition, MemoryVectors, MemoryWords

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
VOCABULARY = ["wind", "sea", "harbour", "lamp", "ship", "agency"]
TEXTS = st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=30)
ROWS = st.lists(
    st.lists(st.floats(-1, 1, width=32), min_size=DIMENSIONS, max_size=DIMENSIONS).filter(
        lambda row: float(np.linalg.norm(row)) > 0.1
    ),
    min_size=1,
    max_size=6,
)


def moment(generation: int) -> Moment:
    return Moment("index", generation, f"commit {generation}", "embedder")


def among(*given: int) -> GivenCondition:
    """Those numbers; the versions of the terms below are named by the number."""
    return GivenCondition(Filter(roots=("a",)), tuple(f"v{n}" for n in given), numbers(*given))


def terms(*words: str, version: int = 0) -> PassageTerms:
    return PassageTerms(f"v{version}", words)


@pytest.fixture(params=sorted(VECTORS))
def vectors(request: pytest.FixtureRequest, tmp_path: Path) -> VectorStore:
    return VECTORS[request.param](tmp_path)


@pytest.fixture(params=sorted(WORDS))
def words(request: pytest.FixtureRequest, tmp_path: Path) -> WordStore:
    return WORDS[request.param](tmp_path)


def test_vectors_are_found_by_cosine(vectors: VectorStore) -> None:
    assert vectors.moment is None
    rows = unit([1] * 8, [1] * 4 + [0] * 4, [1] * 4 + [-1] * 4)
    vectors.add(numbers(7, 3, 5), rows, 1)
    vectors.commit(moment(1), "")
    assert vectors.moment == moment(1)
    assert vectors.dimensions == DIMENSIONS
    found = vectors.search(rows[0], 10, None, 1)
    assert [number for number, _ in found] == [7, 3, 5]
    assert [cosine for _, cosine in found] == pytest.approx([1, 0.5**0.5, 0], abs=1e-6)
    assert vectors.search(rows[0], 1, None, 1) == found[:1]
    assert vectors.search(rows[0], 0, None, 1) == []
    assert [n for n, _ in vectors.search(rows[0], 10, among(5, 3, 99), 1)] == [3, 5]
    assert vectors.search(rows[0], 10, among(), 1) == []
    assert vectors.check().tolist() == [3, 5, 7]


def test_vectors_go(vectors: VectorStore) -> None:
    vectors.add(numbers(1, 2), unit([1] * 8, [1] * 8), 1)
    vectors.commit(moment(1), "")
    vectors.remove(numbers(1, 9), 2)
    vectors.add(numbers(3), unit([1] * 8), 2)
    vectors.commit(moment(2), "commit 1")
    assert [n for n, _ in vectors.search(unit([1] * 8)[0], 9, None, 2)] == [2, 3]
    assert vectors.check().tolist() == [2, 3]
    vectors.remove(numbers(), 3)
    assert vectors.check().tolist() == [2, 3]


def test_equally_near_vectors_come_by_number(vectors: VectorStore) -> None:
    vectors.add(numbers(9, 2, 2**40), unit([1] * 8, [1] * 8, [1] * 8), 1)
    vectors.commit(moment(1), "")
    assert [n for n, _ in vectors.search(unit([1] * 8)[0], 9, None, 1)] == [2, 9, 2**40]


def test_wrong_shapes_are_refused(vectors: VectorStore) -> None:
    with pytest.raises(ValueError, match="shape"):
        vectors.add(numbers(1), np.ones((1, 3), np.float32), 1)
    with pytest.raises(ValueError, match="shape"):
        vectors.search(np.ones(3, np.float32), 1, None, 1)


def test_words_are_found_by_bm25(words: WordStore) -> None:
    assert words.moment is None
    texts = [
        terms("wind", "sea", version=4),
        terms("wind", "wind", version=5),
        terms("ship", version=6),
    ]
    words.add(numbers(4, 5, 6), texts, 1)
    words.commit(moment(1), "")
    assert words.moment == moment(1)
    assert [n for n, _ in words.search(["wind"], 9, None, 1)] == [5, 4]
    assert words.search(["wind", "wind"], 9, None, 1) == words.search(["wind"], 9, None, 1)
    assert [n for n, _ in words.search(["ship", "sea"], 1, None, 1)] == [6]
    assert words.search(["lamp"], 9, None, 1) == words.search([], 9, None, 1) == []
    assert words.search(["wind"], 0, None, 1) == []
    assert [n for n, _ in words.search(["wind"], 9, among(4, 6), 1)] == [4]
    assert words.search(["wind"], 9, among(), 1) == []
    assert words.check().tolist() == [4, 5, 6]


def test_rarity_is_of_what_is_there(words: WordStore) -> None:
    words.add(numbers(1, 2, 3), [terms("wind"), terms("wind", "sea"), terms("ship")], 1)
    words.commit(moment(1), "")
    expected = {
        "wind": np.log(1 + 1.5 / 2.5),
        "sea": np.log(1 + 2.5 / 1.5),
        "x": np.log(1 + 3.5 / 0.5),
    }
    assert words.rarity(["wind", "sea", "x"]) == pytest.approx(expected)
    words.remove(numbers(2, 77), 2)
    words.commit(moment(2), "commit 1")
    assert words.rarity(["wind", "sea"]) == pytest.approx(
        {"wind": np.log(1 + 1.5 / 1.5), "sea": np.log(1 + 2.5 / 0.5)}
    )
    assert words.check().tolist() == [1, 3]


@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(rounds=st.lists(ROWS, min_size=1, max_size=4), data=st.data())
@pytest.mark.parametrize("engine", sorted(VECTORS))
def test_vectors_are_those_of_the_twin(
    tmp_path_factory: pytest.TempPathFactory, engine: str, rounds: list[list[list[float]]],
    data: st.DataObject,
) -> None:  # fmt: skip
    store = VECTORS[engine](tmp_path_factory.mktemp("vectors"))
    twin = MemoryVectors(DIMENSIONS)
    held: list[int] = []
    for generation, rows in enumerate(rounds, start=1):
        born = numbers(*range(len(held), len(held) + len(rows)))
        gone = numbers(*data.draw(st.lists(st.sampled_from(held or [99]), unique=True)))
        held += born.tolist()
        for one in (store, twin):
            one.add(born, unit(*rows), generation)
            one.remove(gone, generation)
            one.commit(moment(generation), f"commit {generation - 1}")
        assert store.check().tolist() == twin.check().tolist()
        query = unit(data.draw(ROWS)[0])[0]
        condition = data.draw(
            st.none() | st.lists(st.sampled_from(held), unique=True).map(lambda n: among(*n))
        )
        _compare(
            store.search(query, 4, condition, generation),
            twin.search(query, len(held), condition, generation),
            4,
        )


@settings(max_examples=25, deadline=None, suppress_health_check=SLOW)
@given(
    rounds=st.lists(st.lists(TEXTS, min_size=1, max_size=6), min_size=1, max_size=4), data=st.data()
)
@pytest.mark.parametrize("engine", sorted(WORDS))
def test_words_are_those_of_the_twin(
    tmp_path_factory: pytest.TempPathFactory, engine: str, rounds: list[list[list[str]]],
    data: st.DataObject,
) -> None:  # fmt: skip
    """Of one commit: what BM25 counts after removals is the engine's own, until it has merged."""
    store, twin = WORDS[engine](tmp_path_factory.mktemp("words")), MemoryWords()
    texts = [text for part in rounds for text in part]
    born: PassageNumbers = numbers(*range(len(texts)))
    for one in (store, twin):
        one.add(born, [terms(*t, version=n) for n, t in enumerate(texts)], 1)
        one.commit(moment(1), "")
    wanted: Sequence[str] = data.draw(st.lists(st.sampled_from(VOCABULARY), max_size=4))
    condition = data.draw(
        st.none() | st.lists(st.sampled_from(born.tolist()), unique=True).map(lambda n: among(*n))
    )
    found = store.search(wanted, 5, condition, 1)
    _compare(found, twin.search(wanted, len(texts), condition, 1), 5)
    assert store.rarity(VOCABULARY) == pytest.approx(twin.rarity(VOCABULARY))
    gone = numbers(*data.draw(st.lists(st.sampled_from(born.tolist()), unique=True)))
    for one in (store, twin):
        one.remove(gone, 2)
        one.commit(moment(2), "commit 1")
    assert store.check().tolist() == twin.check().tolist()
    assert store.rarity(VOCABULARY) == pytest.approx(twin.rarity(VOCABULARY))
    left = {number for number, _ in store.search(wanted, 99, condition, 2)}
    assert left == {number for number, _ in twin.search(wanted, 99, condition, 2)}


def _compare(
    found: Sequence[tuple[int, float]], expected: Sequence[tuple[int, float]], k: int
) -> None:
    """The scores are the twin's, best first, but for the order of two that rounding makes."""
    assert [s for _, s in found] == pytest.approx([s for _, s in expected[:k]], abs=1e-5)
    scores = dict(expected)
    assert [scores[n] for n, _ in found] == pytest.approx([s for _, s in found], abs=1e-5)
    assert len({n for n, _ in found}) == len(found)
