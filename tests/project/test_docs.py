"""What the documentation says is there is there, and what is there the documentation says."""

from __future__ import annotations

import importlib
import json
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args, get_origin

import msgspec
import pytest

import chat
import chat.settings
import ingest
import ingest.settings
from chat.answer import Answerer, make_answerer
from chat.cli.commands import main as chat_command
from chat.cli.text import format_answer
from chat.serialize import (
    FilterObject,
    QuestionObject,
    TurnObject,
    answer_object,
    hit_objects,
    read_question,
)
from chat.types import Question
from chat.way import Gate, Step
from index.local import LocalIndex
from index.settings import HOME_VARIABLE, EmbedderSettings, RetrievalSettings, load_settings
from index.types import Filter, Metadata
from ingest.cli.commands import main as ingest_command
from tests import explain

ROOT = Path(__file__).parents[2]
PAGES = [
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "benchmarks/README.md",
    *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")),
    *sorted(f"docs/adr/{path.name}" for path in (ROOT / "docs" / "adr").glob("*.md")),
]
README_WORDS = 1_000
TABLES: dict[str, type[msgspec.Struct]] = {
    "embedder": EmbedderSettings,
    "retrieval": RetrievalSettings,
    **chat.settings.TABLES,
    **ingest.settings.TABLES,
}
DROPPED = {
    "retrieval.rank_constant": "", "retrieval.candidates": "", "retrieval.exact_below": "",
    **chat.settings.DROPPED, **ingest.settings.DROPPED,
}  # fmt: skip
INGEST_COMMANDS = "watch status doctor remove restore versions diff prune".split()
CHAT_COMMANDS = "search cite app".split()
COMMANDS = [
    pytest.param(ingest_command, "python -m ingest", "", id="ingest"),
    pytest.param(chat_command, "python -m chat", "", id="chat"),
    *(
        pytest.param(ingest_command, "python -m ingest", name, id=f"ingest {name}")
        for name in INGEST_COMMANDS
    ),
    *(
        pytest.param(chat_command, "python -m chat", name, id=f"chat {name}")
        for name in CHAT_COMMANDS
    ),
]
# Ways to write a file's place from the root: what is named this way must be there.
NAMED_FILE = r"`((?:index|ingest|chat|docs|tests|benchmarks|corpus)/[\w./-]+)`"


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def block(text: str, language: str, after: str = "") -> str:
    """Return the first block of a language behind a line."""
    found = re.search(rf"```{language}\n(.+?)```", text[text.index(after) :], re.DOTALL)
    assert found, (language, after)
    return found[1]


def explained_keys() -> set[str]:
    """The keys of the table in docs/json.md; a row may explain several."""
    rows = re.findall(r"^\| (`[^|]+) \|", page("docs/json.md"), re.M)
    return {key for row in rows for key in re.findall(r"`(\w+)`", row)}


def defined_structs(module: str) -> Iterator[type[msgspec.Struct]]:
    for value in vars(importlib.import_module(module)).values():
        if isinstance(value, type) and issubclass(value, msgspec.Struct):
            yield value


@pytest.fixture(scope="module")
def answerer(corpus_index: LocalIndex) -> Answerer:
    return make_answerer(corpus_index)


def test_the_readme_is_short() -> None:
    assert len(page("README.md").split()) <= README_WORDS


def test_the_example_in_the_readme_is_what_is_printed(answerer: Answerer) -> None:
    shown = re.search(r'^\$ python -m chat "(.+)"\n(.+?)\n```', page("README.md"), re.M | re.S)
    assert shown
    question, printed = shown.groups()
    assert format_answer(answerer.answer(Question(question))) == printed


def test_the_example_of_a_session_prints_what_it_says(
    corpus_index: LocalIndex, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(corpus_index.settings.home))
    example = block(page("docs/python.md"), "python", "## Asking")
    exec(compile(example, "docs/python.md", "exec"), {})
    assert capsys.readouterr().out.splitlines() == re.findall(r"print\(.+\) +# (.+)", example)


@pytest.mark.parametrize("name", ["README.md", "docs/python.md"])
def test_what_the_examples_call_is_public(name: str) -> None:
    for package in (chat, ingest):
        used = set(re.findall(rf"\b{package.__name__}\.(\w+)\(", page(name)))
        assert used
        assert not used - set(package.__all__)


@pytest.mark.parametrize(("main", "program", "name"), COMMANDS)
def test_every_command_and_option_is_documented(
    main: Callable[[list[str]], int], program: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    documented = page("docs/command-line.md")
    assert f"`{f'{program} {name}'.strip()}" in documented
    with pytest.raises(SystemExit) as stopped:
        main([*name.split(), "--help"])
    assert stopped.value.code == 0
    help_text = capsys.readouterr().out
    options = set(re.findall(r"--[a-z-]+", help_text)) - {"--help"}
    assert options, help_text
    assert not {option for option in options if option not in documented}
    names = "|".join(INGEST_COMMANDS + CHAT_COMMANDS)
    commands = set(re.findall(rf"python -m (?:ingest|chat) ?(?:{names})?", help_text))
    assert not {command for command in commands if command.strip() not in documented}


def test_every_setting_is_documented_with_its_default() -> None:
    documented = tomllib.loads(block(page("docs/settings.md"), "toml"))
    assert documented.keys() == TABLES.keys()
    for name, table in TABLES.items():
        assert set(documented[name]) == set(table.__struct_fields__), name
        if name != "embedder":  # shown with another model than the default
            assert documented[name] == msgspec.to_builtins(table()), name


def test_the_documented_settings_can_be_used(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(block(page("docs/settings.md"), "toml"))
    assert load_settings(tmp_path).embedder.query_prompt == "query: "


def test_every_key_of_an_earlier_release_is_documented() -> None:
    for key, moved_to in DROPPED.items():
        found = re.search(rf"^\| `{re.escape(key)}` \| (.+) \|$", page("docs/settings.md"), re.M)
        assert found, key
        assert (f"`{moved_to}`" if moved_to else "no effect any more") in found[1]


def test_every_metadata_key_is_documented() -> None:
    sidecar = block(page("docs/sources.md"), "toml", "## Sidecars")
    assert set(tomllib.loads(sidecar)) == set(Metadata.__slots__)


def test_the_documented_answer_has_the_keys_of_a_real_one(answerer: Answerer) -> None:
    documented = json.loads(block(page("docs/json.md"), "json", "An answer is\n"))
    real = msgspec.to_builtins(answer_object(answerer.answer(Question("What is the ECCP?"))))
    assert documented.keys() == real.keys()
    assert documented["citations"][0].keys() == real["citations"][0].keys()
    assert documented["receipt"].keys() == real["receipt"].keys()


def test_the_documented_question_is_understood() -> None:
    line = block(page("docs/json.md"), "json", "## A question")
    question = read_question(line.encode())
    assert question.history
    assert question.restriction.countries == ("Poland",)


@pytest.mark.parametrize(
    "struct",
    [*defined_structs("chat.serialize"), *defined_structs("ingest.cli.objects")],
    ids=lambda struct: struct.__name__,
)
def test_every_json_key_is_explained(struct: type[msgspec.Struct]) -> None:
    if struct in (QuestionObject, TurnObject, FilterObject):
        text = page("docs/json.md")
        section = text[text.index("## A question") : text.index("## An answer")]
        assert not set(struct.__struct_encode_fields__) - set(re.findall(r"\w+", section))
        return
    assert not set(struct.__struct_encode_fields__) - explained_keys()


def test_every_key_of_a_search_is_explained(answerer: Answerer) -> None:
    (hit,) = hit_objects(answerer.search("cluster policy", 1, Filter()))
    assert not set(hit) - explained_keys()


@pytest.mark.parametrize("name", PAGES)
def test_files_that_are_named_exist(name: str) -> None:
    text = page(name)
    named = re.findall(r"\]\(((?!http)[^)#]+)(?:#[\w-]+)?\)", text) + re.findall(NAMED_FILE, text)
    folder = (ROOT / name).parent
    assert not {n for n in named if not (ROOT / n).exists() and not (folder / n).exists()}


@pytest.mark.parametrize("name", PAGES)
def test_links_lead_to_headings_that_exist(name: str) -> None:
    for target, anchor in re.findall(r"\]\(((?!http)[^)#]*)#([\w-]+)\)", page(name)):
        linked = ((ROOT / name).parent / target) if target else ROOT / name
        headings = re.findall(r"^#+ (.+)$", linked.read_text(encoding="utf-8"), re.M)
        plain = [re.sub(r"[^\w -]", "", heading.lower()) for heading in headings]
        anchors = {heading.replace(" ", "-") for heading in plain}
        assert anchor in anchors, (target, anchor)


def test_every_page_is_linked_from_the_index_of_pages() -> None:
    listed = set(re.findall(r"\]\(([\w-]+\.(?:md|ipynb))\)", page("docs/README.md")))
    pages = [*(ROOT / "docs").glob("*.md"), *(ROOT / "docs").glob("*.ipynb")]
    assert listed == {path.name for path in pages} - {"README.md"}


def test_the_code_map_names_every_folder_and_only_files_that_are_there() -> None:
    text = page("ARCHITECTURE.md")
    rows = re.findall(r"^\| ((?:`[\w/]+/`(?:, )?)+) \| (.+) \|$", text, re.M)
    mapped = set()
    for folders, holds in rows:
        listed = re.findall(r"`([^`]+)`", folders)
        mapped |= {folder.rstrip("/") for folder in listed}
        for name in re.findall(r"`([\w./-]+\.(?:py|json|md))`", holds):
            assert any((ROOT / folder / name).exists() for folder in ("", *listed)), (folders, name)
    packages = {
        path.parent.relative_to(ROOT).as_posix()
        for package in ("index", "ingest", "chat")
        for path in (ROOT / package).rglob("*.py")
    }
    assert not packages - mapped


def test_the_explained_answers_are_what_is_printed(answerer: Answerer) -> None:
    """Word for word; scores may differ a little on another machine, which rounds otherwise."""
    number = re.compile(r"(\d\.\d\d|\d+%)")
    pages = page("docs/explain.md"), explain.write_page(answerer)
    written, today = map(number.split, pages)
    assert written[::2] == today[::2], "`make explain` writes it anew"
    values = [[float(text.rstrip("%")) for text in parts[1::2]] for parts in (written, today)]
    assert values[0] == pytest.approx(values[1], abs=0.03, rel=0.05)


def test_the_steps_that_are_explained_are_those_of_the_way(answerer: Answerer) -> None:
    with answerer.index.snapshot() as catalog:
        names = [step.name for step in answerer.list_steps(catalog).steps]
    described = re.findall(r"^\| ([A-Z]\w+) \|", page("docs/explain.md"), re.M)
    # Who passes the first step has nothing to be told of it.
    assert described == [name.capitalize() for name in names if name != "check"]


def test_the_way_of_a_question_is_the_list_of_steps(answerer: Answerer) -> None:
    text = page("ARCHITECTURE.md")
    section = text[text.index("## The way of a question") : text.index("## Code map")]
    rows = re.findall(r"^\| `(\w+)` \| `(.+?)` \| `(\w+)` \| `(\w+)`.*? \|(.*)\|$", section, re.M)
    ends = [re.findall(r"`(\w+)`", row[4]) for row in rows]
    with answerer.index.snapshot() as catalog:
        steps = answerer.list_steps(catalog).steps
    taken = []
    for step in steps:
        (base,) = type(step).__orig_bases__
        takes, gives, *end = [stage.__name__ for stage in get_args(base)]
        file = f"{type(step).__module__.replace('.', '/')}.py"
        taken.append((step.name, file, takes, gives, end))
        assert get_origin(base) is (Gate if end else Step)
    assert [(*row[:4], end) for row, end in zip(rows, ends, strict=True)] == taken


def test_the_layers_are_those_that_are_checked() -> None:
    project = tomllib.loads(page("pyproject.toml"))
    contracts = {c["name"]: c for c in project["tool"]["importlinter"]["contracts"]}
    for package in ("index", "ingest", "chat"):
        written = re.search(rf"^{package}: +(.+)$", page("ARCHITECTURE.md"), re.M)
        assert written
        assert written[1].split(" / ") == contracts[f"Layers of {package}"]["layers"]
