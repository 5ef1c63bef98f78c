"""The benchmarks on a set made by hand: every expected value is derived in its docstring."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

# No wheel for Linux on ARM (docs/adr/0008): there the benchmarks are not tested.
pytest.importorskip("ir_measures")

from benchmarks import answers, retrieval, suite
from benchmarks.peers import __main__ as peers
from benchmarks.quality import ablate, paired
from benchmarks.quality.variants import INDEXES, ORDERS, PRODUCT, FoundPassage, IndexVariant
from benchmarks.report import charts, measures, table
from benchmarks.sets.alignment import Alignment
from benchmarks.sets.corpus_index import open_corpus
from benchmarks.sets.data import DataRefused, load, parse_turns
from benchmarks.sets.options import Options, choose_questions, parse_options
from benchmarks.training.fit import fit_signed
from chat.types import Turn
from index.embedding.hashing import HashingEmbedder
from index.types import cut_passage
from index.version import Version, version_of

RECORDS = [
    {
        "_id": "fees",
        "title": "Fees",
        # A soft hyphen, a line of page furniture and blanks: none of them is in the canonical text.
        "text": "Skip to main content\nA new li\u00adcence costs forty euros.   \n\n\n\n"
        "Renewal is free.",
    },
    {"_id": "offices", "title": "Offices", "text": "The office in Brno opens on Mondays."},
    {"_id": "twin", "title": "Offices", "text": "The office in Brno opens on Mondays."},
    {"_id": "empty", "title": "Nothing", "text": " \n "},
]
QUERIES = [
    {
        "_id": "cost",
        "text": "How much is a new licence in euros?",
        "answerable": True,
        "answers": ["forty euros", "40 euros"],
    },
    {
        "_id": "where",
        "text": "And when does it open?",
        "rewrite": "When does the office in Brno open?",
        "history": [
            {"speaker": "user", "text": "Is there an office in Brno?"},
            {"speaker": "agent", "text": "Yes."},
        ],
        "turn": 2,
        "answerable": True,
    },
    {"_id": "moon", "text": "Who built the lunar railway?", "answerable": False},
    {"_id": "mars", "text": "Which orchestra plays on Mars?", "answerable": False},
    {"_id": "free", "text": "Is renewal free?", "answerable": True},
]
QRELS = [("cost", "fees"), ("where", "twin"), ("free", "fees")]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A question set in the layout."""
    folder = tmp_path / "set"
    (folder / "qrels").mkdir(parents=True)
    text = RECORDS[0]["text"]
    start = text.index("forty")
    span = {"query-id": "cost", "corpus-id": "fees", "start": start, "end": start + 11}
    for name, lines in (("corpus", RECORDS), ("queries", QUERIES), ("spans", [span])):
        written = "".join(json.dumps(line) + "\n" for line in lines)
        (folder / f"{name}.jsonl").write_text(written, encoding="utf-8")
    rows = ["query-id\tcorpus-id\tscore", *(f"{query}\t{record}\t1" for query, record in QRELS)]
    (folder / "qrels" / "test.tsv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def test_ranking_measures_are_those_worked_out_by_hand() -> None:
    """One query: grades b=2, d=1; ranking a b c d.

    DCG = 2/log2(3) + 1/log2(5); ideal = 2/log2(2) + 1/log2(3). First relevant at rank 2: 1/2.
    Another found one of its two, at rank 1. The third found nothing and counts 0 all the same.
    """
    qrels = {"q": {"b": 2, "d": 1}, "half": {"x": 1, "y": 1}, "nothing": {"z": 1}}
    found = measures.score_rankings({"q": ["a", "b", "c", "d"], "half": ["x"]}, qrels)
    expected = (2 / math.log2(3) + 1 / math.log2(5)) / (2 + 1 / math.log2(3))
    assert found["ndcg@10"] == pytest.approx(
        {"q": expected, "half": 1 / (1 + 1 / math.log2(3)), "nothing": 0}, abs=1e-6
    )
    assert found["mrr@10"] == {"q": 0.5, "half": 1.0, "nothing": 0.0}
    assert found["recall@10"] == {"q": 1.0, "half": 0.5, "nothing": 0.0}


def test_ranking_keeps_our_order_and_looks_at_ten() -> None:
    """Ids that sort against the order; the relevant one at rank 11 is beyond all three."""
    documents = [f"d{number:02}" for number in range(11, 0, -1)]
    at = {"last": {"d01": 1}, "tenth": {"d02": 1}}
    found = measures.score_rankings(dict.fromkeys(at, documents), at)
    assert found["mrr@10"] == {"last": 0.0, "tenth": 0.1}
    assert found["ndcg@10"]["tenth"] == pytest.approx(1 / math.log2(11))
    assert found["recall@10"] == {"last": 0.0, "tenth": 1.0}


def test_auroc_is_the_share_of_pairs_in_order() -> None:
    """Pairs (0.9, 0.5), (0.9, 0.1), (0.5, 0.5) and (0.5, 0.1): three in order, one tie of 1/2."""
    area, interval = measures.auroc([0.9, 0.5], [0.5, 0.1])
    assert area == pytest.approx(3.5 / 4)
    assert interval is not None
    assert measures.auroc([0.9, 0.5], []) == (None, None)


def test_reliability_counts_answerable_questions_by_tenths_of_the_scores() -> None:
    """Twenty questions, two a tenth: scores 0 to 9 have no answer, 10 to 19 have one."""
    bins = measures.reliability([n / 20 for n in range(10, 20)], [n / 20 for n in range(10)])
    assert bins is not None
    assert [found["answerable"] for found in bins] == [0] * 5 + [2] * 5
    assert all(found["questions"] == 2 for found in bins)
    assert bins[0]["score"] == pytest.approx(0.025)
    assert measures.reliability([0.5] * 30, []) is None


def write_run(path: Path, *lines: str) -> Path:
    ranked = [f"{line} 1 1.0 policy-chat\n" for line in lines]
    path.write_text("".join(ranked), encoding="utf-8")
    return path


def test_two_runs_are_compared_question_by_question(data: Path, tmp_path: Path) -> None:
    """Before: cost and free right (1), where wrong (0). After: where second, 1/log2(3)."""
    before = write_run(tmp_path / "a", "cost Q0 fees", "where Q0 fees", "free Q0 fees")
    after = write_run(
        tmp_path / "b.retrieval.trec",
        "cost Q0 fees", "where Q0 fees", "where Q0 twin", "free Q0 fees",
    )  # fmt: skip
    result = paired.compare([(data, before, after), (data, before, before)])
    sets, pooled = result["sets"], result["pooled"]
    assert isinstance(sets, dict)
    assert isinstance(pooled, dict)
    assert sets["b"]["difference"] == pytest.approx(1 / math.log2(3) / 3, abs=1e-4)
    assert sets["b"]["queries"] == 3
    assert sets["a"]["difference"] == 0
    assert pooled["difference"] == pytest.approx(1 / math.log2(3) / 6, abs=1e-4)
    assert pooled["interval"][0] >= 0
    other = write_run(tmp_path / "c", "cost Q0 fees")
    with pytest.raises(DataRefused, match="not of the same questions"):
        paired.compare([(data, before, other)])
    (tmp_path / "d").write_text("not a run\n")
    with pytest.raises(DataRefused, match="not a TREC run"):
        paired.compare([(data, before, tmp_path / "d")])


def test_a_signal_learnt_with_the_wrong_sign_is_left_out() -> None:
    chance = np.random.default_rng(0)
    truth = chance.random(400) < 0.5
    good = truth + chance.normal(0, 0.5, 400)
    # By itself it goes with the truth; beside the other one it would be subtracted.
    much_the_same = good - 0.5 * truth + chance.normal(0, 0.2, 400)
    word_missing = truth * 0.3 + chance.normal(0, 1, 400)
    rows = np.stack([good, much_the_same, word_missing], axis=1).tolist()
    plain = LogisticRegression().fit(rows, truth).coef_[0]
    assert plain[1] < 0 < plain[2]
    names = ["good", "much_the_same", "word_missing"]
    learnt, chances = fit_signed(LogisticRegression(), rows, truth.tolist(), names)
    assert learnt["good"] > 0
    assert learnt["much_the_same"] == learnt["word_missing"] == 0.0
    assert chances[truth].mean() > chances[~truth].mean() + 0.3


def test_charts_are_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    bins = measures.reliability([0.9] * 30, [0.1] * 30)
    (tmp_path / "x.answers.json").write_text(json.dumps({"reliability": bins}))
    recipe: dict[str, object] = {"recipe": {"questions": 2}, "held_out": 30}
    lines = [recipe, *({"questions": n, "loss": {"span": 1 / n}} for n in (1, 2))]
    lines.append({"questions": 2, "held_out": {"first": 0.5}})
    curve = tmp_path / "reader.curve.jsonl"
    curve.write_text("".join(json.dumps(line) + "\n" for line in lines))
    charts.main(["--results", str(tmp_path)])
    assert (tmp_path / "reliability.png").read_bytes()[:4] == b"\x89PNG"
    assert (tmp_path / "reader.curve.png").stat().st_size > 5_000


def test_interval_holds_the_mean_and_is_the_same_each_time() -> None:
    values = [0.0] * 30 + [1.0] * 70
    interval = measures.mean_interval(values)
    assert interval == measures.mean_interval(values)
    assert interval is not None
    # The normal approximation: 0.7 ± 1.96 * sqrt(0.7 * 0.3 / 100).
    assert interval == pytest.approx((0.61, 0.79), abs=0.02)


def test_nothing_eligible_is_no_zero() -> None:
    assert measures.mean([]) is None
    assert measures.mean_interval([1.0]) is None


@pytest.mark.parametrize(
    ("before", "after", "wanted", "expected"),
    [
        pytest.param("a  b\n\n\nc", "a b\n\nc", "b\n\n\nc", "b\n\nc", id="white space"),
        pytest.param("Menu\nthe text", "the text", "text", "text", id="dropped line before"),
        pytest.param("the Menu text", "the text", "the Menu text", "the text", id="dropped within"),
        pytest.param("co\u00adoperate now", "cooperate now", "now", "now", id="word got shorter"),
        pytest.param("cafe\u0301 bar", "café bar", "cafe\u0301", "café", id="NFC"),
        pytest.param("Brno,Praha", "Brno,Praha", "Praha", "Praha", id="part of a word"),
        pytest.param("a b a b c", "a b c", "b c", "b c", id="repetition dropped"),
        pytest.param("the Menu text", "the text", "Menu", None, id="nothing left"),
    ],
)
def test_alignment(before: str, after: str, wanted: str, expected: str | None) -> None:
    start = before.rindex(wanted)
    place = Alignment(before, after).span(start, start + len(wanted))
    assert (place and after[slice(*place)]) == expected


def test_history_becomes_the_products_turns() -> None:
    history = [{"speaker": "user", "text": "Hi"}, {"speaker": "agent", "text": "Yes?"}]
    assert parse_turns(history, "f:1") == (Turn("user", "Hi"), Turn("assistant", "Yes?"))


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        pytest.param("corpus.jsonl", "{", "corpus.jsonl:1: not JSON", id="not JSON"),
        pytest.param("corpus.jsonl", '{"_id": 3}', "_id is 3", id="id is a number"),
        pytest.param("corpus.jsonl", "[]", "an object was expected", id="no object"),
        pytest.param("qrels/test.tsv", "cost\tfees\n", "test.tsv:1: query-id", id="two columns"),
        pytest.param(
            "queries.jsonl",
            '{"_id": "q", "text": "t", "history": [{"speaker": "bot", "text": ""}]}',
            "speaker (user or agent)",
            id="unknown speaker",
        ),
        pytest.param(
            "spans.jsonl",
            '{"query-id": "cost", "corpus-id": "fees", "start": 5, "end": 9000}',
            "not a stretch",
            id="span beyond the text",
        ),
    ],
)
def test_another_layout_is_refused_in_one_line(
    data: Path, file: str, content: str, says: str
) -> None:
    (data / file).write_text(content, encoding="utf-8")
    with pytest.raises(DataRefused) as refused:
        load(data)
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match=r"benchmarks/README\.md"):
        load(tmp_path)


def test_titles_stand_in_for_questions(data: Path) -> None:
    (data / "queries.jsonl").unlink()
    questions = load(data)
    assert [query.text for query in questions.queries] == ["Fees", "Offices", "Offices", "Nothing"]
    assert {questions.is_answerable(query) for query in questions.queries} == {None}


def test_what_is_asked(data: Path, tmp_path: Path) -> None:
    questions = load(data)
    out = tmp_path / "out.json"
    rewritten = choose_questions(questions, Options(data, out, query="rewrite"))
    assert [question.text for _, question in rewritten] == ["When does the office in Brno open?"]
    first = choose_questions(questions, Options(data, out, turns="first", limit=2))
    assert [query.id for query, _ in first] == ["cost", "moon"]
    talk = choose_questions(questions, Options(data, out, query="conversation"))[1][1]
    assert [turn.role for turn in talk.history] == ["user", "assistant"]
    assert list(suite.list_forms(questions)) == [
        ("text", "first"), ("text", "all"), ("conversation", "all"), ("changed", "all"),
        ("rewrite", "all"),
    ]  # fmt: skip
    for query, question in choose_questions(questions, Options(data, out, query="changed")):
        assert question.history
        assert question.history != query.history
        assert question.text == (query.rewrite or query.text)


def test_spans_are_mapped_to_the_canonical_text(data: Path) -> None:
    questions = load(data)
    with open_corpus(questions, embedder=HashingEmbedder()) as corpus:
        ((version, start, end),) = corpus.gold("cost")
        with corpus.index.snapshot() as catalog:
            text = catalog.version(version).text
        assert version == corpus.version_of["fees"]
        assert corpus.built.documents == 3
        assert corpus.built.refused == 1
    assert text[start:end] == "forty euros"
    assert "Skip" not in text


def test_retrieval(data: Path, tmp_path: Path) -> None:
    """ "fees" is first for both its questions; "twin" says what "offices" says and comes with it.

    So "where" has its document at rank 2: nDCG 1/log2(3), MRR 1/2. Four keys more: the contract's.
    """
    out = tmp_path / "results" / "r.json"
    result = retrieval.run(
        Options(data, out, query="rewrite", trace=tmp_path / "t.jsonl"), HashingEmbedder()
    )
    assert result["ndcg@10"] == pytest.approx(1 / math.log2(3), abs=1e-4)
    assert result["mrr@10"] == 0.5
    assert result["recall@10"] == 1.0
    assert result["queries"] == 1
    whole = retrieval.run(Options(data, out), HashingEmbedder())
    assert whole["queries"] == 3
    assert whole["queries_timed"] == 5
    assert json.loads(out.read_text(encoding="utf-8")) == json.loads(json.dumps(whole))
    contract = {"p50_ms", "p95_ms", "passages_per_s", "peak_mb", "intervals"}
    assert contract <= whole.keys()
    run = out.with_suffix(".trec").read_text(encoding="utf-8").splitlines()
    assert run[0].split()[:4] == ["cost", "Q0", "fees", "1"]
    (line,) = (tmp_path / "t.jsonl").read_text(encoding="utf-8").splitlines()
    best = json.loads(line)["candidates"][0]
    assert (best["document"], best["relevant"]) == ("offices", 1)


def test_answers(data: Path, tmp_path: Path) -> None:
    """Eligible are: for a span and for a short answer "cost" alone; two that have no answer."""
    trace = tmp_path / "t.jsonl"
    result = answers.run(Options(data, tmp_path / "a.json", trace=trace), HashingEmbedder(512))
    assert result["verbatim"] == 1.0
    assert result["quote_overlap@1"] == 1.0
    assert result["answer_in_quote@3"] == 1.0
    assert result["refused_unanswerable"] == 1.0
    eligible = result["eligible"]
    assert isinstance(eligible, dict)
    assert eligible["quote_overlap@1"] == eligible["answer_in_quote@3"] == 1
    assert eligible["refused_answerable"] == 3
    assert eligible["refused_unanswerable"] == 2
    assert eligible["auroc"] == 5
    assert result["auroc"] == 1.0
    traced = [json.loads(line) for line in trace.read_text(encoding="utf-8").splitlines()]
    assert traced[0]["candidates"][0]["gold"] is True
    assert traced[0]["evidence"][0]["gold"] is True
    assert [line["answerable"] for line in traced] == [True, True, False, False, True]


@pytest.mark.parametrize(
    ("quote", "answer", "expected"),
    [
        ("It costs Forty\nEuros.", "forty euros", True),
        ("in 1066", "10", False),
        ("It costs 40 %.", "40 %", True),
        ("a+b", "A+B", True),
    ],
)
def test_an_answer_is_contained_as_whole_words(quote: str, answer: str, expected: bool) -> None:
    assert answers.contains_answer(quote, [answer]) is expected


def test_a_cached_index_embeds_once(data: Path, tmp_path: Path) -> None:
    class Counting(HashingEmbedder):
        passages = 0

        def encode(self, texts, kind):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            self.passages += len(texts) * (kind == "passage")
            return super().encode(texts, kind)

    embedder, questions, cache = Counting(), load(data), tmp_path / "cache"
    with open_corpus(questions, cache, embedder) as corpus:
        made, first = embedder.passages, corpus.built
    with open_corpus(questions, cache, embedder) as corpus:
        assert corpus.built == first
    for home in cache.glob("set-*"):
        (home / "built.json").unlink()
    with open_corpus(questions, cache, embedder) as corpus:
        assert corpus.built.passages_per_s is None
    assert made == embedder.passages > 0


def test_the_table_shows_values_intervals_and_what_made_them(data: Path, tmp_path: Path) -> None:
    retrieval.run(Options(data, tmp_path / "set-text.retrieval.json"), HashingEmbedder())
    written = table.make_tables(tmp_path)
    assert "| set-text | 3 | 0." in written
    assert "python -m benchmarks.retrieval --data …/set --query text --turns all" in written


def test_without_the_peers_environment_the_command_is_named(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peers, "ENVIRONMENT", tmp_path / "nowhere")
    with pytest.raises(peers.PeerFailed, match="make bench-peers"):
        peers.measure_peer("txtai-dense", tmp_path)


def test_options_are_parsed(tmp_path: Path) -> None:
    arguments = ["--data", str(tmp_path), "--out", "o.json", "--query", "rewrite", "--limit", "3"]
    options = parse_options("Measure.", arguments)
    assert (options.data, options.query, options.limit) == (tmp_path, "rewrite", 3)
    for wrong in (["--limit", "0"], ["--query", "guess"]):
        with pytest.raises(SystemExit) as left:
            parse_options("Measure.", [*arguments, *wrong])
        assert left.value.code == 2


def found(document: str, start: int, **signals: float) -> FoundPassage:
    values = dict.fromkeys(
        ("similarity", "words", "ranks", "coverage", "proximity", "feedback"), 0.0
    )
    return FoundPassage(
        document, f"version of {document}", start, start + 90, **{**values, **signals}
    )


def test_variants_order_documents_as_worked_out_by_hand() -> None:
    """a has one good passage; b two middling ones side by side; c none but words.

    By the best passage a leads. The sum of b's two is larger than a's one, and with a third of a
    neighbour's score each of b's outdoes a's.
    """
    passages = [
        found("a", 0, similarity=0.9), found("b", 0, similarity=0.8),
        found("b", 100, similarity=0.8), found("c", 0, words=1.0),
    ]  # fmt: skip
    assert ORDERS[PRODUCT](passages) == ["a", "b", "c"]
    assert ORDERS["sum of 3 alone"](passages) == ["b", "a", "c"]
    assert ORDERS["neighbours 0.3"](passages) == ["b", "a", "c"]
    assert ORDERS["words alone (BM25)"](passages)[0] == "c"


def test_a_repeated_sentence_stands_in_both_passages() -> None:
    text = "One. Two. Six."
    version = Version(version_of(text), text)
    passages = [
        cut_passage(version, 0, 9, ((0, 4), (5, 9)), "A"),
        cut_passage(version, 10, 14, ((10, 14),), "A"),
    ]
    again = IndexVariant(overlap=1).vary(version, passages)
    assert again[1] == cut_passage(version, 5, 14, ((5, 9), (10, 14)), "A")
    assert again[1].text == "Two. Six."
    bare = IndexVariant(headings=False).vary(version, passages)
    assert {passage.context for passage in bare} == {""}


def test_ablations(data: Path, tmp_path: Path) -> None:
    variants = {name: INDEXES[name] for name in (PRODUCT, "no headings")}
    options = Options(data, tmp_path / "x.ablate.json", cache=tmp_path / "cache")
    result = ablate.run(options, variants)
    for kind in ("orders", "indexes"):
        product = result[kind][PRODUCT]  # type: ignore[index]
        assert product["difference"] in (0, None)
    halves = [ablate.is_held_out(f"q{number}") for number in range(1000)]
    assert 450 < sum(halves) < 550
    assert "| no headings |" in table.make_tables(tmp_path)
