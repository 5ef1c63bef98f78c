"""`python -m chat`: the contract that others script against."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from chat.__main__ import main
from index.store import Index

ANSWER_KEYS = {
    "status", "question", "searched_for", "answer", "citations", "receipt", "support",
    "unmatched", "milliseconds",
}  # fmt: skip
CITATION_KEYS = {
    "marker", "id", "document", "source", "title", "version", "section", "page", "page_label",
    "start", "end", "quote", "score", "support", "verified", "publisher", "date", "url", "also_in",
}  # fmt: skip


@pytest.fixture(autouse=True)
def home(corpus_index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICY_CHAT_HOME", str(corpus_index.settings.home))


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


def test_json_of_an_answer(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--json", "Which agency runs the Polish cluster programmes?")
    answer = json.loads(out)
    assert code == 0
    assert set(answer) == ANSWER_KEYS
    assert answer["status"] == "answered"
    assert answer["receipt"]["filters"] == {}
    assert answer["receipt"]["nearest"] == []
    for number, citation in enumerate(answer["citations"], start=1):
        assert set(citation) == CITATION_KEYS
        assert citation["marker"] == number
        assert citation["document"] == "clusterplattform-european-level.txt"
        assert citation["page"] is None
        assert citation["verified"] is True
        assert f"{citation['quote']} [{number}]" in answer["answer"]


def test_json_of_a_refusal(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--json", "What is the capital of France?")
    answer = json.loads(out)
    assert code == 0
    assert set(answer) == ANSWER_KEYS
    assert (answer["status"], answer["answer"], answer["citations"]) == ("not_found", None, [])
    assert 1 <= len(answer["receipt"]["nearest"]) <= 3
    assert set(answer["receipt"]["nearest"][0]) == CITATION_KEYS


def test_text_of_an_answer_names_its_sources(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "What is the cluster policy of Poland?")
    assert code == 0
    assert "PARP" in out
    assert "[1] " in out
    assert "corpus/clusterplattform-european-level.txt, characters" in out


def test_text_of_a_refusal_says_what_was_searched(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "How do I bake bread?")
    assert code == 0
    assert out.startswith("Not found in the corpus: 5 documents")
    assert "do not answer the question" in out


def test_jsonl_answers_line_by_line_and_goes_on_after_a_bad_one(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    history = [{"role": "user", "text": "What is the cluster policy of Poland?"}]
    lines = [
        json.dumps({"question": "And Spain?", "history": history}),
        "not json",
        json.dumps({"question": "What is the ECCP?", "filters": {"countries": ["Czech Republic"]}}),
        json.dumps({"question": ""}),
        json.dumps({"question": "What is the ECCP?", "colour": "red"}),
        json.dumps({"question": "What is the ECCP?", "filters": {"since": "yesterday"}}),
        json.dumps({"question": "And?", "history": [{"role": "robot", "text": "x"}]}),
        "",
        json.dumps(["What is the ECCP?"]),
        json.dumps({"question": "What is the ECCP?"}),
    ]
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(lines)))
    code, out, err = run(capsys, "--jsonl")
    answers = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert err == ""
    assert answers[0]["searched_for"] == "What is the cluster policy of Spain?"
    assert answers[2]["receipt"]["documents"] == 1
    assert [a["line"] for a in answers if "error" in a] == [2, 4, 5, 6, 7, 9]
    assert answers[-1]["status"] == "answered"


def test_search_json_ranks_passages(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "search", "Corallia", "--k", "3", "--json")
    found = json.loads(out)
    assert code == 0
    assert [item["rank"] for item in found] == [1, 2, 3]
    assert set(found[0]) == CITATION_KEYS - {"marker"} | {"rank"}
    assert "Corallia" in found[0]["quote"]


def test_a_question_called_search_is_a_question(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--json", "search")
    assert code == 0
    assert json.loads(out)["question"] == "search"


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param([], id="nothing"),
        pytest.param(["--jsonl", "question"], id="both"),
        pytest.param(["--json", "--jsonl"], id="two forms"),
        pytest.param(["search", "x", "--k", "0"], id="no results wanted"),
        pytest.param(["search", "x", "--k", "many"], id="not a number"),
    ],
)
def test_wrong_usage_exits_with_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2


def test_without_an_index_one_line_names_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("POLICY_CHAT_HOME", str(tmp_path))
    code, out, err = run(capsys, "What is the ECCP?")
    assert (code, out) == (1, "")
    assert len(err.splitlines()) == 1
    assert "python -m ingest" in err


def test_help_does_not_wait_for_the_model() -> None:
    program = (
        "import sys, chat.__main__\n"
        "heavy = {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
