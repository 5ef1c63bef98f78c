"""`benchmarks.analyst` and `benchmarks.readers`: what is asked, stored, graded and told."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

pytest.importorskip("ir_measures")  # no wheel for Linux on ARM (docs/adr/0008)

from benchmarks.peers import environment
from benchmarks.quality import analyst
from benchmarks.quality.analyst import Grade, GradesRefused, Library, load_grades, tell
from benchmarks.text import readers
from benchmarks.text.fidelity import read_folder
from index.settings import PROJECT_ROOT

QUESTIONS = [{"id": f"q{n}", "kind": "fact" if n < 3 else "list"} for n in range(4)]
GRADES = [
    Grade("q0", "right", False, True, "the figure"),
    Grade("q1", "partly", True, False, "the row lost its head"),
    Grade("q2", "refused_rightly", False, False, "nobody says"),
    Grade("q3", "refused_wrongly", True, False, "four words"),
]


def test_shares_of_grades_by_hand() -> None:
    """Two of four are good: of the three facts two, of the one list none."""
    told = tell(QUESTIONS, GRADES, [])
    assert (told["questions"], told["good"], told["partly"], told["lost"]) == (4, 0.5, 0.25, 0.5)
    assert (told["right_first"], told["before"]) == (0.25, None)
    assert told["lost_ids"] == ["q1", "q3"]
    kinds = told["by_kind"]
    assert isinstance(kinds, dict)
    assert (kinds["fact"]["good"], kinds["list"]["good"]) == (0.6667, 0)
    intervals = told["intervals"]
    assert isinstance(intervals, dict)
    low, high = intervals["good"]
    assert low < 0.5 < high


def test_what_was_lost_before_is_told_with_what_it_gives_now() -> None:
    now = [Grade("q1", "right", False, False, "with its head"), *GRADES[:1]]
    told = tell(QUESTIONS, now, GRADES)
    before = told["before"]
    assert isinstance(before, dict)
    assert (told["right_first"], before["right_first"]) == (0.5, 0.25)
    lost = told["lost_before"]
    assert isinstance(lost, dict)
    assert lost["q1"] == {
        "before": "partly",
        "now": "right",
        "lost": False,
        "reason": "with its head",
    }
    assert lost["q3"]["now"] is None
    assert (told["changed"], told["ungraded"]) == ({"q1": ["partly", "right"]}, 2)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param(
            '{"id": "a", "grade": "good", "lost": false, "first": false, "reason": ""}',
            "no grade",
            id="unknown",
        ),
        pytest.param('{"id": "a", "grade": "right"}', "lost", id="key-missing"),
        pytest.param("right", "line 2", id="no-json"),
    ],
)
def test_grades_that_cannot_be_read(tmp_path: Path, line: str, said: str) -> None:
    path = tmp_path / "grades.jsonl"
    good = '{"id": "a", "grade": "right", "lost": false, "first": true, "reason": "so"}'
    path.write_text(f"{good}\n{line}\n")
    with pytest.raises(GradesRefused, match=said):
        load_grades(path)


def test_a_grade_of_no_question_is_refused() -> None:
    with pytest.raises(GradesRefused, match="q9"):
        tell(QUESTIONS, [Grade("q9", "right", False, True, "")], [])


def test_questions_are_asked_and_answers_stored(tmp_path: Path) -> None:
    data, documents = tmp_path / "data", tmp_path / "documents"
    data.mkdir()
    documents.mkdir()
    (documents / "fees.txt").write_text("A mooring licence costs forty euros a year.\n")
    question = {"id": "q0", "corpus": "B", "kind": "fact", "gold": "forty euros", "history": []}
    question["question"] = "What does a mooring licence cost?"
    (data / "questions.jsonl").write_text(json.dumps(question) + "\n")
    library = Library(PROJECT_ROOT, tmp_path / "homes", {"B": [documents]})
    analyst.ask_all(data, library, tmp_path / "answers.jsonl")
    stored = json.loads((tmp_path / "answers.jsonl").read_text())
    assert (stored["id"], stored["gold"]) == ("q0", "forty euros")
    assert "forty euros" in stored["answer"]["answer"]
    assert stored["answer"]["explanation"]
    assert "forty euros" in stored["first_passages"][0]["text"]


@pytest.fixture
def own_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment of other readers that is this one, whose trafilatura is the product's."""
    folder = tmp_path / "environment" / "bin"
    folder.mkdir(parents=True)
    (folder / "python").write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    (folder / "python").chmod(0o755)
    monkeypatch.setenv(environment.VARIABLE, str(folder.parent))
    return folder.parent


def test_another_reader_beside_ours(tmp_path: Path, own_environment: Path) -> None:
    assert own_environment.exists()
    data = tmp_path / "pages"
    data.mkdir()
    text = "Wind is funded here by the fund for islands, and nobody pays for it. " * 5
    (data / "a.html").write_text(f"<html><body><article><p>{text}</p></article></body></html>")
    (data / "b.txt").write_text("No page.")
    result = readers.run([data], ["trafilatura"], tmp_path / "out.json")
    told = json.loads((tmp_path / "out.json").read_text())["folders"]["pages"]
    assert result["data"] == "pages"
    assert (told["policy-chat"]["files"], told["trafilatura"]["files"]) == (2, 1)
    assert told["trafilatura"]["ours"]["wrong_worst"] == 0


def test_a_reader_that_is_not_there(own_environment: Path) -> None:
    assert own_environment.exists()
    with pytest.raises(readers.ReaderMissing, match="make bench-readers"):
        readers.read_by("kreuzberg", [Path("a.pdf")])


def test_one_that_is_not_there_ends_no_run(tmp_path: Path, own_environment: Path) -> None:
    assert own_environment.exists()
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "a.html").write_text(
        "<html><body><p>Wind is funded here.</p></body></html>"
    )
    result = readers.run([tmp_path / "pages"], ["kreuzberg"], None)
    assert "make bench-readers" in json.dumps(result["folders"])


def test_signs_of_markup_are_no_words_of_another_reader(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<html><body><p>Wind is funded here.</p></body></html>")
    file = read_folder(tmp_path).read[0]
    assert readers.compare_reader(file, "Wind **is**<br>[funded](http://x.y/z) here.").invented == 0
    assert readers.compare_reader(file, "Wind is funned here.").altered == 1
