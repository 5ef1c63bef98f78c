"""The notebook in docs/ is run, and prints what it shows."""

from __future__ import annotations

import ast
import contextlib
import io
import json
from pathlib import Path
from typing import Any

import pytest

from tests.library import ROOT

NOTEBOOKS = sorted((ROOT / "docs").glob("*.ipynb"))


def run_cell(source: str, names: dict[str, Any]) -> list[str]:
    """Return what a cell prints, then its value if it ends with one, as a notebook shows them."""
    tree = ast.parse(source)
    ending = tree.body[-1]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(ast.Module(tree.body[:-1], []), "cell", "exec"), names)
        if isinstance(ending, ast.Expr):
            value = eval(compile(ast.Expression(ending.value), "cell", "eval"), names)
        else:
            value = exec(compile(ast.Module([ending], []), "cell", "exec"), names)
    shown = [printed.getvalue()] if printed.getvalue() else []
    return shown if value is None else [*shown, repr(value)]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_shows_what_it_prints(path: Path) -> None:
    names: dict[str, Any] = {"__name__": "__main__"}
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] != "code":
            continue
        expected = [
            "".join(output.get("text") or output["data"]["text/plain"])
            for output in cell["outputs"]
        ]
        assert run_cell("".join(cell["source"]), names) == expected
