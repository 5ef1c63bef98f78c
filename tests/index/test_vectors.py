"""FAISS behind `FaissVectors`: exact against numpy, the inverted file against exact."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.base import PassageNumbers
from index.embedding.base import Matrix
from index.errors import IndexDamaged
from index.stores.segmented import FaissVectors
from index.stores.vectors import TARGET_RECALL
from index.types import Filter, Moment
from tests.conformance.twin_stores import GivenCondition

CLUSTERS, DIMENSIONS, COUNT = 60, 32, 6_000


def unit(rows: Matrix) -> Matrix:
    return np.ascontiguousarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def random_unit(seed: int, count: int, dimensions: int) -> Matrix:
    rows = np.random.default_rng(seed).normal(size=(count, dimensions)).astype(np.float32)
    return unit(rows)


def clustered(seed: int, count: int) -> tuple[Matrix, PassageNumbers]:
    """Unit vectors around common centres, as passages are around topics; and their cluster."""
    generator = np.random.default_rng(seed)
    centres = random_unit(1, CLUSTERS, DIMENSIONS)
    member = generator.integers(0, CLUSTERS, count)
    noise = generator.normal(scale=0.15, size=(count, DIMENSIONS))
    return unit((centres[member] + noise).astype(np.float32)), member


def brute_force(
    numbers: PassageNumbers,
    vectors: Matrix,
    query: Matrix,
    k: int,
    allowed: PassageNumbers | None = None,
) -> list[tuple[int, float]]:
    pairs = [
        (int(number), float(vector @ query))
        for number, vector in zip(numbers, vectors, strict=True)
        if allowed is None or number in allowed
    ]
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[:k]


def build(numbers: PassageNumbers, vectors: Matrix, exact_below: int) -> FaissVectors:
    return FaissVectors.build(numbers, vectors, exact_below, None)


def moment(generation: int) -> Moment:
    return Moment("index", generation, f"commit {generation}", "embedder")


def find(
    store: FaissVectors, query: Matrix, k: int, allowed: PassageNumbers | None = None
) -> list[tuple[int, float]]:
    condition = None if allowed is None else GivenCondition(Filter(), (), allowed)
    return store.search(query, k, condition, 1)


@pytest.fixture(scope="module")
def large() -> tuple[FaissVectors, PassageNumbers, Matrix, PassageNumbers]:
    vectors, member = clustered(2, COUNT)
    numbers = np.arange(COUNT, dtype=np.int64) * 3 + 7
    return build(numbers, vectors, 1_000), numbers, vectors, member


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    count=st.integers(0, 60),
    dimensions=st.integers(1, 16),
    k=st.integers(0, 80),
    share=st.none() | st.floats(0, 1),
    removed=st.integers(0, 20),
)
def test_exact_search_is_brute_force(
    seed: int, count: int, dimensions: int, k: int, share: float | None, removed: int
) -> None:
    generator = np.random.default_rng(seed)
    vectors = random_unit(seed, count, dimensions)
    numbers = generator.choice(10_000, count, replace=False).astype(np.int64)
    store = build(numbers, vectors, 1_000)
    store.remove(np.concatenate([numbers[:removed], np.array([10_001], dtype=np.int64)]), 2)
    numbers, vectors = numbers[removed:], vectors[removed:]
    allowed = None if share is None else numbers[generator.random(len(numbers)) < share]
    query = random_unit(seed + 1, 1, dimensions)[0]
    found = find(store, query, k, allowed)
    expected = brute_force(numbers, vectors, query, k, allowed)
    np.testing.assert_allclose([s for _, s in found], [s for _, s in expected], atol=1e-5)
    assert len({number for number, _ in found}) == len(found)
    if dimensions > 1:  # in one dimension all are ties
        assert [n for n, _ in found] == [n for n, _ in expected]
    assert len(store) == len(numbers)
    assert store.check().tolist() == sorted(numbers.tolist())


def test_ties_are_broken_by_number() -> None:
    same = unit(np.ones((5, 4), np.float32))
    store = build(np.array([9, 2, 7, 4, 5]), same, 10)
    assert [number for number, _ in find(store, same[0], 5)] == [2, 4, 5, 7, 9]


def test_it_switches_when_it_grows() -> None:
    vectors, _ = clustered(3, 400)
    numbers = np.arange(400, dtype=np.int64)
    store = build(numbers[:100], vectors[:100], 100)
    assert store.tuning is None
    assert not store.outgrown
    store.add(numbers[100:], vectors[100:], 1)
    assert store.outgrown
    rebuilt = build(numbers, vectors, 100)
    assert rebuilt.tuning is not None
    assert not rebuilt.outgrown
    assert rebuilt.tuning.trained_on == 400
    assert rebuilt.check().tolist() == numbers.tolist()


def test_the_inverted_file_finds_what_exact_search_finds(
    large: tuple[FaissVectors, PassageNumbers, Matrix, PassageNumbers],
) -> None:
    store, numbers, vectors, _ = large
    assert store.tuning is not None
    assert TARGET_RECALL <= store.tuning.recall <= 1
    assert store.tuning.probes < store.tuning.lists
    queries, _ = clustered(4, 100)  # held out: none of them is in the store
    hits = 0
    for query in queries:
        order = np.argsort(-(vectors @ query))[:10]
        found = {number for number, _ in find(store, query, 10)}
        hits += len(found & set(numbers[order].tolist()))
    assert hits / (10 * len(queries)) >= 0.95


@pytest.mark.parametrize(
    "clusters",
    [pytest.param(1, id="narrow"), pytest.param(9, id="broad"), pytest.param(59, id="nearly-all")],
)
def test_the_inverted_file_keeps_to_a_filter_and_fills_up(
    large: tuple[FaissVectors, PassageNumbers, Matrix, PassageNumbers], clusters: int
) -> None:
    store, numbers, _, member = large
    allowed = numbers[member < clusters]
    far = random_unit(1, CLUSTERS, DIMENSIONS)[59]  # the centre of a cluster that is not allowed
    found = find(store, far, 50, allowed)
    assert len(found) == 50
    assert {number for number, _ in found} <= set(allowed.tolist())
    assert found == sorted(found, key=lambda pair: (-pair[1], pair[0]))


def test_the_inverted_file_gives_all_it_holds(
    large: tuple[FaissVectors, PassageNumbers, Matrix, PassageNumbers],
) -> None:
    store, numbers, vectors, _ = large
    assert len(find(store, vectors[0], COUNT + 5)) == COUNT
    assert store.check().tolist() == numbers.tolist()


def test_removal_from_the_inverted_file() -> None:
    vectors, _ = clustered(5, 500)
    numbers = np.arange(500, dtype=np.int64)
    store = build(numbers, vectors, 100)
    store.remove(numbers[:250], 2)
    assert len(store) == 250
    assert store.check().tolist() == numbers[250:].tolist()
    assert all(number >= 250 for number, _ in find(store, vectors[0], 250))


@pytest.mark.parametrize(
    "exact_below", [pytest.param(1_000, id="exact"), pytest.param(100, id="inverted-file")]
)
def test_round_trip(tmp_path: Path, exact_below: int) -> None:
    vectors, _ = clustered(6, 300)
    numbers = np.arange(300, dtype=np.int64)
    store = FaissVectors.build(numbers, vectors, exact_below, tmp_path)
    store.commit(moment(4), "")
    store.remove(numbers[:5], 2)
    store.commit(moment(5), "commit 4")
    loaded = FaissVectors.load(tmp_path, exact_below)
    assert (loaded.moment, loaded.dimensions, len(loaded)) == (moment(5), DIMENSIONS, 295)
    assert loaded.tuning == store.tuning
    for query in vectors[:20]:
        assert find(loaded, query, 10) == find(store, query, 10)
        assert find(loaded, query, 10, numbers[50:90]) == find(store, query, 10, numbers[50:90])
    # The segment with its header as they were, what has died, the stamp.
    names = {path.name for path in tmp_path.iterdir()}
    (dead,) = names - {"4-300.faiss", "4-300.faiss.json", "generation.json"}
    assert dead.startswith("5-")
    assert dead.endswith(".dead")


@pytest.mark.parametrize(
    ("pattern", "kind"),
    [
        pytest.param(pattern, kind, id=f"{kind}-{name}")
        for name, pattern in (
            ("vectors", "*.faiss"), ("header", "*.faiss.json"), ("stamp", "generation.json"),
            ("dead", "*.dead"),
        )
        for kind in ("missing", "empty", "torn", "garbage", "other")
    ],
)  # fmt: skip
def test_damage_is_detected(tmp_path: Path, pattern: str, kind: str) -> None:
    store = FaissVectors.build(np.arange(9), random_unit(1, 9, 8), 100, tmp_path)
    store.remove(np.arange(2), 1)
    store.commit(moment(1), "")
    path = next(tmp_path.glob(pattern))
    data = path.read_bytes()
    if kind == "missing":
        path.unlink()
    else:
        garbage = np.random.default_rng(1).bytes(len(data))
        other = b'{"x": [1]}'.ljust(len(data))
        new = {"empty": b"", "torn": data[:-3], "garbage": garbage, "other": other}
        path.write_bytes(new[kind])
    with pytest.raises(IndexDamaged, match="run `python -m ingest`") as caught:
        FaissVectors.load(tmp_path, 100, afresh=True)
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_wrong_shapes_are_refused() -> None:
    store = FaissVectors(8, 100, None)
    with pytest.raises(ValueError, match="expected 8 columns"):
        store.add(np.arange(2), random_unit(1, 2, 7), 1)
    with pytest.raises(ValueError, match=r"expected \(8,\)"):
        find(store, random_unit(1, 1, 7)[0], 3)


STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "remove", "commit", "tidy", "load"]), st.integers(0, 10_000)),
    max_size=25,
)


@settings(max_examples=60, deadline=None)
@given(steps=STEPS, exact_below=st.sampled_from([1_000, 150]))
def test_whatever_is_done_it_finds_what_is_live(
    steps: list[tuple[str, int]], exact_below: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Beside a dictionary; an inverted file with all its lists looked into is nearly exact."""
    folder = tmp_path_factory.mktemp("vectors")
    start, _ = clustered(7, 200)
    held = dict(enumerate(start))
    store = FaissVectors.build(np.arange(200), start, exact_below, folder)
    store.commit(moment(0), "")
    stored, following = dict(held), 1_000
    for number, (step, seed) in enumerate(steps, start=1):
        generator = np.random.default_rng(seed)
        if step == "add":
            new, _ = clustered(seed, int(generator.integers(1, 30)))
            names = np.arange(following, following + len(new), dtype=np.int64)
            following += len(new)
            store.add(names, new, number)
            held |= dict(zip(names.tolist(), new, strict=True))
        elif step == "remove":
            dead = generator.permutation(sorted(held))[: int(generator.integers(0, 60))]
            store.remove(np.sort(dead.astype(np.int64)), number)
            held = {name: vector for name, vector in held.items() if name not in set(dead)}
        elif step == "tidy":
            store.tidy()
        elif step == "commit":
            store.commit(moment(number), "")
            stored = dict(held)
        else:
            store = FaissVectors.load(folder, exact_below, afresh=bool(seed % 2))
            held = dict(stored)
        assert store.check().tolist() == sorted(held)
        assert len(store) == len(held)
    query = random_unit(3, 1, DIMENSIONS)[0]
    names = np.array(sorted(held), dtype=np.int64)
    vectors = np.array([held[name] for name in names.tolist()]).reshape(-1, DIMENSIONS)
    for allowed in (None, names[::3]):
        found = find(store, query, len(held) + 5, allowed)
        expected = brute_force(names, vectors, query, len(held), allowed)
        assert {n for n, _ in found} == {n for n, _ in expected}
        # Eight bits a value, between the least and the most of what it was trained on.
        tolerance = 1e-5 if store.tuning is None else 0.1
        scores = dict(expected)
        assert all(abs(score - scores[n]) < tolerance for n, score in found)


def test_a_commit_writes_what_is_new_and_a_reader_reads_no_more(tmp_path: Path) -> None:
    vectors, _ = clustered(8, 300)
    numbers = np.arange(300, dtype=np.int64)
    store = FaissVectors.build(numbers[:290], vectors[:290], 100, tmp_path)
    store.commit(moment(1), "")
    before = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.faiss*")}
    reader = FaissVectors.load(tmp_path, 100)
    store.add(numbers[290:], vectors[290:], 2)
    store.commit(moment(2), "commit 1")
    store.remove(numbers[:3], 2)
    store.commit(moment(2), "")
    after = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.faiss*")}
    assert before.items() < after.items()
    assert sorted(after.keys() - before.keys()) == ["2-10.faiss", "2-10.faiss.json"]
    following = FaissVectors.load(tmp_path, 100)
    assert following._parts[0].segment is reader._parts[0].segment
    assert len(reader) == 290  # what it was opened for
    assert len(following) == 297


def test_many_small_commits_are_merged_and_found_as_before(tmp_path: Path) -> None:
    vectors, _ = clustered(9, 400)
    numbers = np.arange(400, dtype=np.int64)
    store = FaissVectors.build(numbers[:300], vectors[:300], 1_000, tmp_path)
    for end in range(301, 401):
        store.add(numbers[end - 1 : end], vectors[end - 1 : end], end)
        store.commit(moment(end), "")
    store.remove(numbers[390:], 401)
    assert store.segments == 100  # the first commit wrote two as one
    found = [find(store, query, 10) for query in vectors[:20]]
    assert store.tidy()
    assert store.segments == 2  # the large one was not written again
    assert [find(store, query, 10) for query in vectors[:20]] == found
    store.commit(moment(401), "")
    assert not store.tidy()
    assert [find(FaissVectors.load(tmp_path, 1_000), q, 10) for q in vectors[:20]] == found
    assert len(list(tmp_path.glob("*.faiss"))) == 2
    assert not list(tmp_path.glob("*.dead"))


def test_what_lies_beside_an_inverted_file_goes_into_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.stores.segmented._MOST_BESIDE", 20)
    vectors, _ = clustered(10, 340)
    numbers = np.arange(340, dtype=np.int64)
    store = FaissVectors.build(numbers[:300], vectors[:300], 100, tmp_path)
    tuning = store.tuning
    store.add(numbers[300:320], vectors[300:320], 1)
    assert not store.tidy()
    store.add(numbers[320:], vectors[320:], 1)
    store.remove(numbers[5:9], 1)
    assert store.tidy()
    assert (store.segments, store.tuning) == (1, tuning)
    assert store.check().tolist() == np.delete(numbers, range(5, 9)).tolist()
    store.remove(numbers[10:60], 2)
    assert store.tidy()  # a tenth of it is dead
    assert len(store) == len(store.check()) == 286
