"""The benchmarks of speed and of kills, on a few texts: what they report is what was done."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

# No wheel for Linux on ARM (docs/adr/0008): there the benchmarks are not tested.
pytest.importorskip("ir_measures")

from benchmarks.report import table
from benchmarks.sets.data import DataRefused, QuestionSet, load
from benchmarks.speed import __main__ as speed
from benchmarks.speed import speed_corpus, speed_run
from benchmarks.torture import kill
from tests.library import essay

STAGES = ["read", "chunk", "embed", "store", "commit"]


@pytest.fixture
def questions(tmp_path: Path) -> QuestionSet:
    """Twelve records and no questions: titles stand in for them."""
    folder = tmp_path / "acts"
    folder.mkdir()
    records = [{"_id": str(n), "title": f"Act {n}", "text": essay(n, 2)} for n in range(12)]
    lines = "".join(json.dumps(record) + "\n" for record in records)
    (folder / "corpus.jsonl").write_text(lines, encoding="utf-8")
    return load(folder)


def test_beyond_the_records_their_words_are_shuffled(
    questions: QuestionSet, tmp_path: Path
) -> None:
    made = speed_corpus.write(questions.records, 60, tmp_path / "texts")
    again = speed_corpus.write(questions.records, 60, tmp_path / "again")
    assert (made.real, made.documents) == (12, again.documents)
    assert made.documents > 12
    assert made.passages >= 60
    texts = [path.read_text() for path in sorted((tmp_path / "texts").glob("*.txt"))]
    assert texts == [path.read_text() for path in sorted((tmp_path / "again").glob("*.txt"))]
    assert sorted(texts[:12]) == sorted(record.text for record in questions.records)
    assert texts[12] != texts[0]
    first, shuffled = (sorted(text.replace(".", "").split()) for text in (texts[0], texts[12]))
    assert shuffled == first
    assert made.characters == sum(map(len, texts))


def test_a_size_is_measured(questions: QuestionSet, tmp_path: Path) -> None:
    size = speed_run.measure(questions, 60, hashing=True, beside=1)
    assert size["embedder"] == "hashing-384@1"
    assert list(size["stages"]) == STAGES  # type: ignore[call-overload]
    assert size["answers_beside"]["processes"] == 1  # type: ignore[index]
    for name in ("idle", "while_ingesting", "answers", "answers_beside"):
        times = size[name]
        assert isinstance(times, dict)
        assert times["questions"] > 0
        assert 0 < times["p50_ms"] <= times["p95_ms"]
    machine = {
        "cpu": "C", "cores": 1, "bfloat16": False, "load_1_min": 0, "commit": "c", "date": "d",
    }  # fmt: skip
    result = {"sizes": [size], "machine": machine, "command": "python -m benchmarks.speed"}
    (tmp_path / "acts.speed.json").write_text(json.dumps(result))
    written = table.make_tables(tmp_path)
    assert f"| {size['passages']} | {size['documents']} | hashing-384 |" in written
    assert "`python -m benchmarks.speed`" in written


def test_whether_the_rate_is_constant_is_told_by_embedder() -> None:
    """60 of 80 passages a second is 0.75 of them."""
    sizes = [
        {"embedder": "model@1", "passages_per_s": 80.0},
        {"embedder": "model@1", "passages_per_s": 60.0},
        {"embedder": "hashing@1", "passages_per_s": 900.0},
    ]
    assert speed.compute_constant(sizes) == {"model": 0.75, "hashing": 1.0}


def test_data_in_another_layout_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(DataRefused, match=r"corpus\.jsonl: cannot be read"):
        speed.run(tmp_path, tmp_path / "out.json", [10], 1)


def test_what_a_kill_leaves_is_checked(tmp_path: Path) -> None:
    result = kill.run(tmp_path / "kill.json", kills=3, files=40)
    # A fast machine may be done before the last of them.
    assert result["killed"] + result["finished_before"] == 3
    left = result["documents_after_each_kill"]
    assert isinstance(left, list)
    assert len(left) == 3
    assert all(0 <= documents <= 40 for documents in left)


def test_a_document_that_is_there_in_part_is_noticed(tmp_path: Path) -> None:
    texts, home = tmp_path / "texts", tmp_path / "home"
    kill.write_files(texts, 5)
    kill.ingest_files(home, texts)
    wanted = kill.read_contents(home)
    assert kill.check_rest(0, home, texts, wanted) == 5
    wanted["texts/0003.md"] = wanted["texts/0003.md"] + wanted["texts/0003.md"][:1]
    with pytest.raises(kill.NotWhole, match=r"kill 1: texts/0003\.md is there in part"):
        kill.check_rest(1, home, texts, wanted)
