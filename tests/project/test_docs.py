"""What the README says is there is there, and what is there the README says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import msgspec
import pytest

from chat.__main__ import main as chat
from chat.answer import configured
from chat.serialize import answer_object
from chat.settings import ReaderSettings, RerankerSettings
from chat.types import Question
from index.local import LocalIndex
from index.settings import EmbedderSettings, RetrievalSettings
from index.types import Metadata
from ingest.__main__ import main as ingest
from ingest.settings import IngestSettings, SourcesSettings

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    pytest.param(ingest, ["--help"], id="ingest"),
    pytest.param(ingest, ["watch", "--help"], id="ingest watch"),
    pytest.param(ingest, ["status", "--help"], id="ingest status"),
    pytest.param(ingest, ["doctor", "--help"], id="ingest doctor"),
    pytest.param(ingest, ["remove", "--help"], id="ingest remove"),
    pytest.param(ingest, ["versions", "--help"], id="ingest versions"),
    pytest.param(ingest, ["diff", "--help"], id="ingest diff"),
    pytest.param(ingest, ["prune", "--help"], id="ingest prune"),
    pytest.param(chat, ["--help"], id="chat"),
    pytest.param(chat, ["cite", "--help"], id="chat cite"),
    pytest.param(chat, ["search", "--help"], id="chat search"),
]


@pytest.mark.parametrize(("main", "arguments"), COMMANDS)
def test_every_command_and_option_is_documented(
    main: object, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(main)
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 0
    text = capsys.readouterr().out
    options = set(re.findall(r"--[a-z-]+", text)) - {"--help"}
    assert options, text
    assert not {option for option in options if option not in README}
    names = "watch|status|doctor|remove|versions|diff|prune|search|cite"
    commands = set(re.findall(rf"python -m (?:ingest|chat) ?(?:{names})?", text))
    assert not {command for command in commands if command.strip() not in README}


def test_every_setting_is_documented() -> None:
    tables = (
        EmbedderSettings, IngestSettings, ReaderSettings, RerankerSettings, RetrievalSettings,
        SourcesSettings,
    )  # fmt: skip
    for name in (name for table in tables for name in table.__slots__):
        assert re.search(rf"^{name} = ", README, re.MULTILINE), name


def test_every_metadata_key_is_documented() -> None:
    for name in Metadata.__slots__:
        assert re.search(rf"^{name} = ", README, re.MULTILINE), name


def test_the_documented_answer_has_the_keys_of_a_real_one(corpus_index: LocalIndex) -> None:
    block = re.search(r"An answer is\n\n```json\n(.+?)```", README, re.DOTALL)
    assert block
    documented = json.loads(block[1])
    answer = configured(corpus_index).answer(Question("What is the ECCP?"))
    real = msgspec.to_builtins(answer_object(answer))
    assert documented.keys() == real.keys()
    citations = real["citations"]
    assert isinstance(citations, list)
    assert documented["citations"][0].keys() == citations[0].keys()
    receipt = real["receipt"]
    assert isinstance(receipt, dict)
    assert documented["receipt"].keys() == receipt.keys()


@pytest.mark.parametrize("document", ["README.md", "ARCHITECTURE.md", "benchmarks/README.md"])
def test_files_that_are_named_exist(document: str) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    named = re.findall(r"\]\(((?!http)[^)#]+)\)", text)
    named += re.findall(r"`((?:index|ingest|chat|docs|tests|benchmarks)/[\w./-]+)`", text)
    folder = (ROOT / document).parent
    missing = {n for n in named if not (ROOT / n).exists() and not (folder / n).exists()}
    assert not missing
