"""An index of an earlier release opens, nothing is read again, and its citations still open."""

from __future__ import annotations

import json
import os
import sqlite3
import zipfile
from pathlib import Path

import pytest

from chat.answer import make_answerer
from chat.serialize import cited_object
from chat.session import Session
from chat.types import Question
from index.embedding.transformer import SentenceTransformerEmbedder
from index.local import LocalIndex
from index.settings import EmbedderSettings, Settings
from ingest.parsers import parser_id
from ingest.pipeline import apply_plan
from ingest.planning.plan import make_plan

RELEASES = Path(__file__).with_name("releases")
CHANGED_AT = 1_760_000_000
LATER = {"harbour.md": 100_000}
EXPECTED = json.loads((RELEASES / "0.1.0.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home folder and the documents, as they lay there."""
    folder = tmp_path_factory.mktemp("release")
    with zipfile.ZipFile(RELEASES / "0.1.0.zip") as archive:
        archive.extractall(folder)
    for path in (folder / "policies").rglob("*"):
        if path.is_file():
            stamp = CHANGED_AT + LATER.get(path.name, 0)
            os.utime(path, (stamp, stamp))
    with sqlite3.connect(folder / "home/index/catalog.sqlite") as catalog:
        catalog.execute("UPDATE roots SET location = ?", (str(folder / "policies"),))
    catalog.close()
    return folder


@pytest.fixture(scope="module")
def index(folder: Path) -> LocalIndex:
    """After the command that brings it up to date, if it needs one."""
    index = LocalIndex(Settings(folder / "home"), SentenceTransformerEmbedder(EmbedderSettings()))
    index.bring_up_to_date()
    return index


def test_what_is_read_again_says_why(index: LocalIndex, folder: Path) -> None:
    """Only what a newer parser reads; its text, and so its citations, are what they were."""
    plan = make_plan(index, [str(folder / "policies")])
    for step in plan.steps:
        if step.id in EXPECTED["documents"]:
            then, now = EXPECTED["documents"][step.id]["reader"], parser_id(step.id)
            reason = "same size and time" if then == now else f"read by {then}, now {now}"
            assert step.reason == reason
    report = apply_plan(index, plan)
    assert report.added == []
    assert sorted(failure.id for failure in index.failures()) == EXPECTED["failures"]


def test_documents_are_what_they_were(index: LocalIndex) -> None:
    found = {
        document.id: {
            "version": document.version,
            "passages": document.passages,
            "title": document.title,
            "reader": document.source.reader,
        }
        for document in index.documents()
    }
    wanted = {
        name: {**known, "reader": parser_id(name)} for name, known in EXPECTED["documents"].items()
    }
    assert found == wanted
    assert sorted(failure.id for failure in index.failures()) == EXPECTED["failures"]
    assert index.verify() == []


@pytest.mark.parametrize("citation", EXPECTED["citations"])
def test_a_citation_still_opens(index: LocalIndex, citation: str) -> None:
    with Session(index.settings.home) as session:
        old = session.cite(citation)
    found = cited_object(old.citable, old.standing, old.today)
    shown = {
        "quote": found.quote,
        "state": found.state,
        "section": found.section,
        "page": found.page,
        "today": found.today and found.today.quote,
    }
    assert shown == EXPECTED["citations"][citation]


@pytest.mark.parametrize("question", EXPECTED["answers"])
def test_answers_are_what_they_were(index: LocalIndex, question: str) -> None:
    answer = make_answerer(index).answer(Question(question))
    found = {"status": answer.status, "citations": [c.id for c in answer.citations]}
    assert found == EXPECTED["answers"][question]
