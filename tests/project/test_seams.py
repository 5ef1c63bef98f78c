"""What stands behind the seams does not show: no engine is imported on either side of them."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import ModuleType

import pytest

import chat
import ingest
from index import changes
from index.changes import IncomingDocument
from ingest import parsers
from ingest.pipeline import list_changes
from ingest.planning.compare import PlanStep, plan_step
from ingest.sources.roots import SourceFile
from ingest.text.blocks import ParsedText
from ingest.text.chunk import chunk
from ingest.workers.load import load
from ingest.workers.parse import LoadedSource, parse
from tests.library import ROOT, Library, essay

ENGINES = {"sqlite3", "faiss", "tantivy"}
# Where a document is on its way; nothing else carries one. ARCHITECTURE.md lists them.
STATIONS = [SourceFile, PlanStep, LoadedSource, ParsedText, IncomingDocument]
FILES = [
    path
    for folder in ("chat", "ingest", "tests/conformance")
    for path in sorted((ROOT / folder).rglob("*.py"))
]


def import_all(package: ModuleType) -> list[ModuleType]:
    """Every module of a side but its pages."""
    found = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    names = [m.name for m in found if ".ui" not in m.name and not m.name.endswith("__main__")]
    return [importlib.import_module(name) for name in names]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_engine_is_named(path: Path) -> None:
    imported: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {name.name.partition(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module.partition(".")[0])
    assert not imported & ENGINES


@pytest.mark.parametrize("package", [chat, ingest])
def test_no_engine_is_loaded_by_an_import(package: ModuleType) -> None:
    """Of any module but the pages, whose Streamlit loads what it likes."""
    names = [module.__name__ for module in import_all(package)]
    assert len(names) > 30
    code = (
        f"import importlib, sys\nfor name in {names!r}: importlib.import_module(name)\n"
        f"sys.exit(str({ENGINES!r} & set(sys.modules)) if {ENGINES!r} & set(sys.modules) else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_document_has_five_stations() -> None:
    """Each is made of the one before, and nothing else wraps one of them on its way."""
    took = {
        plan_step: (SourceFile, PlanStep),
        load: (SourceFile, LoadedSource),
        parsers.parse: (None, ParsedText),
        chunk: (ParsedText, None),
        parse: (LoadedSource, IncomingDocument),
    }
    for function, (taken, given) in took.items():
        hints = inspect.get_annotations(function)
        assert taken is None or taken.__name__ in hints.values()
        assert given is None or given.__name__ in hints["return"]
    names = {station.__name__ for station in STATIONS}
    wrapping = {
        value.__name__: field.type
        for module in [*import_all(ingest), changes]
        for value in vars(module).values()
        if is_dataclass(value) and isinstance(value, type) and value.__module__ == module.__name__
        for field in fields(value)
        if names & set(re.findall(r"\w+", str(field.type)))
    }
    assert wrapping == {
        "Scan": "list[SourceFile]",
        "Plan": "tuple[PlanStep, ...]",
        "PlanStep": "SourceFile | None",
        "PutDocument": "IncomingDocument",
    }
    architecture = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    way = architecture.split("## The way of a document")[1].split("\n## ")[0]
    listed = [line.split("`")[1] for line in way.splitlines() if line.startswith("| `")]
    assert listed == [station.__name__ for station in STATIONS]


def test_what_a_commit_changes_can_be_printed(tmp_path: Path) -> None:
    library = Library(tmp_path)
    for number in range(3):
        library.write(f"{number}.md", essay(number, 1))
    library.ingest()
    library.write("new.md", essay(5, 1))
    library.write("bad.xyz", "?")
    (library.texts / "0.md").unlink()
    (library.texts / "1.md").rename(library.texts / "moved.md")
    library.write("2.md", essay(2, 1))
    plan = library.plan(prune=True)
    assert [str(change) for change in list_changes(plan)] == [
        "remove texts/0.md",
        "touch texts/2.md",
        "move texts/1.md to texts/moved.md",
        f"refuse texts/bad.xyz: {plan.of('fail')[0].reason}",
    ]
    assert [step.id for step in plan.of("add")] == ["texts/new.md"]
