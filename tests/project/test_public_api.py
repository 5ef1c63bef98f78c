"""What scripts import: explicit, typed, and loaded only when it is used."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import chat
import index
import ingest
from chat import Answer, Filter, QuestionRefused, Session, Turn
from index.local import LocalIndex
from tests.library import ROOT, essay
from tests.pdfs import column, make

HEAVY = {"faiss", "torch", "tantivy", "streamlit", "transformers", "sentence_transformers"}
AFTER_A_PDF = """
import sys
import ingest, chat
from index.types import Metadata, Source
from ingest.workers import worker
from ingest.workers.parse import LoadedSource, parse
data = open(sys.argv[1], "rb").read()
source = Source("texts", "a.pdf", "", len(data), 0, "")
parsed = parse(LoadedSource(source, "a.pdf", data, Metadata()))
assert "Clusters" in parsed.version.text, parsed
"""


def loaded_by(code: str, *arguments: str) -> set[str]:
    code += "\nimport sys; print(sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return set(ast.literal_eval(done.stdout))


def test_importing_loads_neither_models_nor_stores() -> None:
    assert not HEAVY & loaded_by("import ingest, chat, index")


def test_a_worker_that_has_read_a_pdf_has_loaded_neither(tmp_path: Path) -> None:
    pdf = tmp_path / "a.pdf"
    pdf.write_bytes(make([column(["Aims", "", "Clusters are funded for four years."])]))
    assert not HEAVY & loaded_by(AFTER_A_PDF, str(pdf))


@pytest.mark.parametrize("package", [chat, ingest, index])
def test_every_public_name_is_there(package: object) -> None:
    names = vars(package)["__all__"]
    assert names == sorted(set(names))
    assert all(getattr(package, name) is not None for name in names)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        getattr(package, "nothing")  # noqa: B009 - a name that mypy must not look for


def test_a_folder_is_indexed_planned_and_asked(tmp_path: Path) -> None:
    home, texts = tmp_path / "home", tmp_path / "texts"
    texts.mkdir()
    (texts / "0.md").write_text(essay(0, 2))
    assert [step.action for step in ingest.plan([texts], home=home).steps] == ["add"]
    report = ingest.update([texts], home=home)
    assert report.added == ["texts/0.md"]
    assert ingest.update([texts], home=home).unchanged == 1
    answer = chat.ask("How many weeks may agency 1 take to publish its reasons?", home=home)
    assert answer.citations[0].place.startswith("Programme 0 for wind energy, ")
    assert "Measure 0-" in answer.citations[0].place
    found = chat.search("wind energy", k=2, home=home)
    assert [hit.marker for hit in found] == [1, 2]
    (texts / "0.md").unlink()
    assert ingest.update([texts], home=home, prune=True).removed == ["texts/0.md"]


def test_a_session_asks_often_and_can_be_closed(corpus_index: LocalIndex) -> None:
    with chat.open(corpus_index.settings.home) as session:
        first = session.ask("What is the cluster policy of Poland?")
        turns = [Turn("user", first.question), Turn("assistant", first.text or "")]
        followed = session.ask("And Spain?", history=turns)
        nothing = session.ask("What is the ECCP?", restriction=Filter(countries=("Atlantis",)))
        old = session.cite(first.citations[0].id)
    assert isinstance(first, Answer)
    assert followed.searched_for == "What is the cluster policy of Spain?"
    assert (nothing.status, nothing.receipt.documents) == ("not_found", 0)
    assert (old.standing.state, old.citable.quote) == ("current", first.citations[0].quote)
    with pytest.raises(ValueError, match="closed"):
        session.ask("What is the ECCP?")


def test_what_cannot_be_asked_is_one_line(corpus_index: LocalIndex) -> None:
    with Session(corpus_index.settings.home) as session, pytest.raises(QuestionRefused):
        session.ask(" ")
