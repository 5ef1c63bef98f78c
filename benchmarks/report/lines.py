"""`python -m benchmarks.lines [FOLDER ...]`: lines of code, docstrings, comments; modules a folder.

A line counts once: as docstring if one stands on it, as code if any code but brackets and commas
does, else as brackets, comment or blank. Lines inside any other string are code.
"""

from __future__ import annotations

import argparse
import ast
import io
import sys
import tokenize
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

PRODUCT = ("index", "ingest", "chat", "streamlit_app.py")
KINDS = ("code", "docstring", "comment", "brackets", "blank")
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
_NO_CODE = frozenset(
    [
        tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
        tokenize.ENCODING, tokenize.ENDMARKER,
    ]
)  # fmt: skip


def count_lines(source: str) -> Counter[str]:
    r"""Return how many lines of each of KINDS a module has.

    >>> sorted(count_lines('"Says what."\\n\\n# why\\nx = 1  # one\\n').items())
    [('blank', 1), ('code', 1), ('comment', 1), ('docstring', 1)]
    """
    kinds = ["blank"] * (len(source.splitlines()) + 1)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and kinds[token.start[0]] == "blank":
            kinds[token.start[0]] = "comment"
        elif token.type not in _NO_CODE:
            for number in range(token.start[0], token.end[0] + 1):
                if token.string not in "()[]{},:":
                    kinds[number] = "code"
                elif kinds[number] == "blank":
                    kinds[number] = "brackets"
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, _DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            first = node.body[0]
            for number in range(first.lineno, (first.end_lineno or first.lineno) + 1):
                kinds[number] = "docstring"
    return Counter(kinds[1:])


def modules_of(paths: Iterable[Path]) -> list[Path]:
    """Return the modules below folders, and files that are given themselves, in order."""
    found = [path.rglob("*.py") if path.is_dir() else [path] for path in paths]
    return sorted(module for modules in found for module in modules)


def main(arguments: Sequence[str]) -> None:
    """Print a table of the folders that are given, of the product if none is."""
    parser = argparse.ArgumentParser("python -m benchmarks.lines", description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, default=[Path(p) for p in PRODUCT])
    total = Counter[str]()
    crowd = Counter[Path]()
    print(f"{'':24}" + "".join(f"{kind:>11}" for kind in KINDS))
    for folder in parser.parse_args(arguments).folders:
        found = Counter[str]()
        for module in modules_of([folder]):
            found += count_lines(module.read_text(encoding="utf-8"))
            crowd[module.parent] += module.name != "__init__.py"
        print(f"{folder!s:24}" + "".join(f"{found[kind]:>11,}" for kind in KINDS))
        total += found
    print(f"{'total':24}" + "".join(f"{total[kind]:>11,}" for kind in KINDS))
    fullest, modules = crowd.most_common(1)[0]
    print(f"most modules in one folder: {modules} in {fullest}")


if __name__ == "__main__":
    main(sys.argv[1:])
