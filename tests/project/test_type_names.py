"""A type name stands once: whoever reads of a `Piece` knows which one is meant."""

from __future__ import annotations

import ast
from collections import Counter

from tests.library import ROOT


def test_types_of_the_parsers_have_names_of_their_own() -> None:
    files = [
        path for folder in ("chat", "index", "ingest") for path in (ROOT / folder).rglob("*.py")
    ]
    found = [
        (node.name, ROOT / "ingest" / "parsers" in path.parents)
        for path in files
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef)
    ]
    counts = Counter(name for name, _ in found)
    assert len(found) > 200
    assert {name for name, is_parsers in found if is_parsers and counts[name] > 1} == set()
