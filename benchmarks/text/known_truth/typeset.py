"""Known texts as LaTeX, which pdflatex sets."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from benchmarks.text.known_truth import sources
from benchmarks.text.known_truth.model import Piece, Source, keep, split_marked, state_truth

PROGRAM = "pdflatex"
SOURCES = (
    sources.LIGATURES,
    sources.RAISED,
    sources.TABLE,
    sources.COLUMNS,
    sources.NOTES,
    sources.LISTS,
    sources.NARROW,
    sources.LATIN,
    sources.FURNITURE,
)
# Set in Latin Modern, which has every letter; the others in TeX's own fonts, as most papers are.
_IN_LATIN_MODERN = {sources.LATIN.name, sources.NOTES.name, sources.FURNITURE.name}
_LISTS = {"bullet": "itemize", "number": "enumerate"}
_ESCAPES = str.maketrans({sign: f"\\{sign}" for sign in "&%$#_"})


def make(folder: Path) -> None:
    """Write every text as pdflatex sets it."""
    for source in SOURCES:
        with tempfile.TemporaryDirectory() as room:
            (Path(room) / "page.tex").write_text(write_page(source), encoding="utf-8")
            command = [shutil.which(PROGRAM) or PROGRAM, "-interaction=batchmode", "page.tex"]
            subprocess.run(command, check=True, cwd=room, capture_output=True, timeout=120)
            truth = state_truth(source, f"latex-{source.name}.pdf", PROGRAM)
            keep(folder, (Path(room) / "page.pdf").read_bytes(), truth)


def write_page(source: Source) -> str:
    """Return a source as LaTeX."""
    look = source.look
    body: list[str] = []
    kind = ""
    for piece in source.pieces:
        if piece.kind != kind:
            body += _close(kind) + _open(piece)
        kind = piece.kind
        body.append(_write_piece(piece))
    body += _close(kind)
    options = "twocolumn" if look.columns > 1 else "a4paper"
    head = f"\\markboth{{{look.header}}}{{{look.header}}}\\pagestyle{{myheadings}}"
    modern = source.name in _IN_LATIN_MODERN
    return "\n".join(
        [
            f"\\documentclass[11pt,{options}]{{article}}",
            "\\usepackage[T1]{fontenc}\\usepackage{lmodern}" if modern else "",
            "\\setcounter{secnumdepth}{0}",
            "\\setlength{\\textwidth}{5.5cm}" if look.narrow else "",
            "\\begin{document}",
            head if look.header else "\\pagestyle{empty}",
            *body,
            "\\end{document}",
        ]
    )


def _open(piece: Piece) -> list[str]:
    if piece.kind == "row":
        return ["\\begin{tabular}{|" + "l|" * len(piece.cells) + "}\\hline"]
    return [f"\\begin{{{_LISTS[piece.kind]}}}"] if piece.kind in _LISTS else []


def _close(kind: str) -> list[str]:
    if kind == "row":
        return ["\\end{tabular}", ""]
    return [f"\\end{{{_LISTS[kind]}}}"] if kind in _LISTS else []


def _write_piece(piece: Piece) -> str:
    if piece.kind == "row":
        return " & ".join(cell.translate(_ESCAPES) for cell in piece.cells) + " \\\\ \\hline"
    written = ""
    for how, words in split_marked(piece.words):
        set_words = words.translate(_ESCAPES).replace("×", "$\\times$").replace("’", "'")
        shapes = {"plain": "{}", "raised": "\\textsuperscript{{{}}}", "note": "\\footnote{{{}}}"}
        written += shapes[how].format(set_words)
    if piece.kind == "heading":
        return f"\\section{{{written}}}"
    return f"\\item {written}" if piece.kind in _LISTS else f"{written}\n"
