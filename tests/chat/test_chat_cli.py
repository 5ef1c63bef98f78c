"""`python -m chat`: the contract that others script against."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from chat.__main__ import main
from index.local import LocalIndex
from index.settings import Settings
from ingest.pipeline import apply_plan
from ingest.planning.plan import make_plan
from tests.pdfs import Text, add_content, make, squeeze

ROOT = Path(__file__).parents[2]
ANSWER_KEYS = {
    "status", "question", "searched_for", "answer", "citations", "receipt", "support",
    "unmatched", "milliseconds", "context", "differences",
}  # fmt: skip
CITATION_KEYS = set(
    "marker id document path source title version section page page_label ocr reads_differently "
    "start end quote marks score support verified publisher date url also_in context "
    "items_left".split()
)


@pytest.fixture(autouse=True)
def home(corpus_index: LocalIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICY_CHAT_HOME", str(corpus_index.settings.home))


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


def send(monkeypatch: pytest.MonkeyPatch, standard_input: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(standard_input)))


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
        assert citation["document"] == "corpus/clusterplattform-european-level.txt"
        assert citation["path"] == "clusterplattform-european-level.txt"
        assert citation["source"] == citation["document"]  # its name of release 0.1
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


def test_json_of_an_explained_answer_has_one_key_more(capsys: pytest.CaptureFixture[str]) -> None:
    question = "How many clusters are there in Europe?"
    _, plain, _ = run(capsys, "--json", question)
    code, out, _ = run(capsys, "--json", "--explain", question)
    answer = json.loads(out)
    assert code == 0
    explanation = answer.pop("explanation")
    assert {**answer, "milliseconds": {}} == {**json.loads(plain), "milliseconds": {}}
    assert [step["step"] for step in explanation] == [
        "search", "read", "choose", "judge", "compare", "write", "verify",
    ]  # fmt: skip
    for step in explanation:
        assert set(step) == {"step", "saw", "kept", "dropped", "note"}
        assert all(set(one) == {"what", "why"} for one in step["dropped"])
        assert step["note"] is None or step["note"]


def test_text_of_an_explained_answer_is_the_answer_and_then_the_account(
    capsys: pytest.CaptureFixture[str],
) -> None:
    question = "What is the cluster policy of Croatia?"
    _, plain, _ = run(capsys, question)
    code, out, _ = run(capsys, "--explain", question)
    assert code == 0
    assert out.startswith(f"{plain}\nHow this answer was found\n\n1. Search\n   Looked at: 5 docu")
    assert "No passage that was found holds “Croatia”, so there is no answer." in out


def test_jsonl_explains_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    history = [{"role": "user", "text": "What is the cluster policy of Poland?"}]
    lines = [{"question": "And Spain?", "history": history}, {"question": ""}]
    send(monkeypatch, "\n".join(map(json.dumps, lines)).encode())
    code, out, _ = run(capsys, "--jsonl", "--explain")
    answer, refused = map(json.loads, out.splitlines())
    assert code == 1
    assert answer["explanation"][0]["step"] == "complete"
    assert answer["searched_for"] in answer["explanation"][0]["kept"]
    assert set(refused) == {"error", "line"}


def test_text_of_an_answer_names_its_sources(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "What is the cluster policy of Poland?")
    assert code == 0
    assert "PARP" in out
    assert "[1] " in out
    assert "corpus/clusterplattform-european-level.txt, characters" in out


def test_text_of_a_refusal_names_what_stands_nowhere(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "What is the cluster policy of Croatia?")
    assert "In none of the passages found: Croatia" in out


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
    send(monkeypatch, "\n".join(lines).encode())
    code, out, err = run(capsys, "--jsonl")
    answers = [json.loads(line) for line in out.splitlines()]
    assert code == 1
    assert err == ""
    assert answers[0]["searched_for"] == "What is the cluster policy of Spain?"
    assert answers[2]["receipt"]["documents"] == 1
    assert [a["line"] for a in answers if "error" in a] == [2, 4, 5, 6, 7, 9]
    assert answers[-1]["status"] == "answered"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        pytest.param(rb'{"question": "x \ud800 Poland"}', "character 3", id="lone surrogate"),
        pytest.param(
            rb'{"question": "And?", "history": [{"role": "user", "text": "\udfff"}]}',
            "the history is not valid text",
            id="lone surrogate in the history",
        ),
        pytest.param(
            rb'{"question": "x", "filters": {"publishers": ["\ud800"]}}',
            "filter 'publishers' is not valid text",
            id="lone surrogate in a filter",
        ),
        pytest.param(rb'{"\ud800": 1, "question": "x"}', "unknown key", id="surrogate in a key"),
        pytest.param(b'{"question": ' + b"9" * 5000 + b"}", "too many digits", id="long number"),
        pytest.param(b"[" * 100_000, "nested too deeply", id="deep brackets"),
        pytest.param('{"question": "caf\u00e9"}'.encode("latin-1"), "not UTF-8", id="Latin-1"),
        pytest.param(b"\x00\xff\xfe", "not UTF-8", id="bytes"),
        pytest.param(b"{", "not a JSON object", id="not JSON"),
    ],
)
def test_a_line_that_cannot_be_read_does_not_stop_the_batch(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, line: bytes, said: str
) -> None:
    good = b'{"question": "What is the ECCP?"}'
    send(monkeypatch, b"\xef\xbb\xbf" + good + b"\r\n" + line + b"\n" + good)
    code, out, err = run(capsys, "--jsonl")
    first, bad, last = (json.loads(printed) for printed in out.splitlines())
    assert (code, err) == (1, "")
    assert (first["status"], last["status"]) == ("answered", "answered")
    assert set(bad) == {"error", "line"}
    assert bad["line"] == 2
    assert said in bad["error"]
    assert "\n" not in bad["error"]


@pytest.mark.parametrize("command", [["--json"], ["search"]])
def test_an_argument_that_is_not_utf_8_is_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    code, out, err = run(capsys, *command, "caf\udce9 in Poland")
    assert (code, out) == (1, "")
    assert err == "error: the question is not valid text: character 4 is half of one or not UTF-8\n"


def test_text_shows_quotations_character_for_character(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = "cluster policy of Poland"
    _, out, _ = run(capsys, "search", words, "--json")
    quotes = [found["quote"] for found in json.loads(out)]
    assert any("\n" in quote for quote in quotes)
    assert any(len(line) > 100 for quote in quotes for line in quote.splitlines())
    _, out, _ = run(capsys, "search", words)
    assert all(f"“{quote}”" in out for quote in quotes)

    _, out, _ = run(capsys, "--json", f"What is the {words}?")
    answer = json.loads(out)
    _, out, _ = run(capsys, f"What is the {words}?")
    assert out.startswith(f"{answer['answer']}\n")
    assert all(f"“{citation['quote']}”" in out for citation in answer["citations"])


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["--help"], id="help"),
        pytest.param(["search", "Corallia"], id="search"),
        pytest.param(["--jsonl"], id="batch"),
    ],
)
def test_a_closed_pipe_ends_the_command_quietly(arguments: list[str]) -> None:
    command = [sys.executable, "-m", "chat", *arguments]
    reading, writing = os.pipe()
    os.close(reading)
    questions = b'{"question": "What is the ECCP?"}\n' * 3
    done = subprocess.run(
        command, cwd=ROOT, input=questions, stdout=writing, stderr=subprocess.PIPE
    )
    os.close(writing)
    assert done.stderr == b""
    # Where standard output is not buffered, argparse passes over a help text that nobody reads.
    assert done.returncode in ((0, 141) if arguments == ["--help"] else (141,))


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
        pytest.param(["search", "x", "--k", "1001"], id="too many results"),
        pytest.param(["search", "x", "--k", "99999999999"], id="far too many results"),
    ],
)
def test_wrong_usage_exits_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    said = capsys.readouterr().err
    assert ("give a whole number from 1 to 1,000" in said) is ("--k" in arguments)


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


def test_a_page_that_reads_differently_is_said_on_its_citations(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    corpus_index: LocalIndex,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("POLICY_CHAT_HOME", str(tmp_path))
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    toll = "Foreign ships pay a toll of 40 marks for the oil of the harbour lamps."
    squeezed = squeeze(
        [
            "The committee will follow all letters offered by the bookkeepers and",
            "assess if accounts are correct, and shall tell the council as soon",
            "as a letter differs from the yellow booklet of the proof office.",
        ]
    )
    for name, content in (("fair.pdf", b""), ("squeezed.pdf", squeezed)):
        drawn = make([[Text(72, 760, toll)]], finish=partial(add_content, page=0, content=content))
        (uploads / name).write_bytes(drawn)
    index = LocalIndex(Settings(tmp_path), corpus_index.embedder)
    apply_plan(index, make_plan(index))
    found = json.loads(run(capsys, "search", "toll of foreign ships", "--json")[1])
    told = {h["path"]: h["reads_differently"] for h in found if h["path"].endswith(".pdf")}
    assert told == {"fair.pdf": False, "squeezed.pdf": True}
    (squeezed_id,) = [hit["id"] for hit in found if hit["reads_differently"]]
    said = "this page reads differently in two extractions"
    assert said in run(capsys, "cite", squeezed_id)[1]
    assert json.loads(run(capsys, "cite", squeezed_id, "--json")[1])["reads_differently"] is True
    assert run(capsys, "search", "toll of foreign ships")[1].count(said) == 1
