"""Known texts as web pages, which Chromium prints."""

from __future__ import annotations

import html
import shutil
import subprocess
import tempfile
from pathlib import Path

from benchmarks.text.known_truth import sources
from benchmarks.text.known_truth.model import Piece, Source, keep, split_marked, state_truth

PROGRAM = "chromium"
SOURCES = (
    sources.LIGATURES,
    sources.RAISED,
    sources.TABLE,
    sources.COLUMNS,
    sources.NOTES,
    sources.LISTS,
    sources.NARROW,
    sources.LATIN,
    sources.SCRIPTS,
    sources.FURNITURE,
    sources.WATERMARK,
    sources.FORM,
    sources.HIDDEN,
)
_TAGS = {"heading": "h1", "text": "p", "bullet": "li", "number": "li"}
_LISTS = {"bullet": "ul", "number": "ol", "row": "table"}


def make(folder: Path) -> None:
    """Write every page as Chromium prints it."""
    for source in SOURCES:
        with tempfile.TemporaryDirectory() as room:
            page, printed = Path(room) / "page.html", Path(room) / "page.pdf"
            page.write_text(write_page(source), encoding="utf-8")
            command = [shutil.which(PROGRAM) or PROGRAM, "--headless", "--no-sandbox"]
            command += ["--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={room}/user"]
            command += [f"--print-to-pdf={printed}", page.as_uri()]
            subprocess.run(command, check=True, capture_output=True, timeout=120)
            truth = state_truth(source, f"chromium-{source.name}.pdf", PROGRAM)
            keep(folder, printed.read_bytes(), truth)


def write_page(source: Source) -> str:
    """Return a source as HTML with the style that its look asks for."""
    body: list[str] = []
    notes: list[str] = []
    kind = ""
    for piece in source.pieces:
        if piece.kind != kind:
            body += [f"</{_LISTS[kind]}>"] if kind in _LISTS else []
            body += [f"<{_LISTS[piece.kind]}>"] if piece.kind in _LISTS else []
        kind = piece.kind
        body.append(_write_piece(piece, notes))
    body += [f"</{_LISTS[kind]}>"] if kind in _LISTS else []
    body += [f'<p class="note"><sup>{n}</sup> {text}</p>' for n, text in enumerate(notes, start=1)]
    mark = f'<div class="mark">{source.look.watermark}</div>' if source.look.watermark else ""
    return (
        f'<!doctype html><html lang="{source.language}"><head><meta charset="utf-8"><style>'
        f"{_write_style(source)}</style></head><body>{mark}{''.join(body)}</body></html>"
    )


def _write_piece(piece: Piece, notes: list[str]) -> str:
    if piece.kind == "row":
        return "<tr>" + "".join(f"<td>{html.escape(cell)}</td>" for cell in piece.cells) + "</tr>"
    if piece.kind == "field":
        label, value = map(html.escape, piece.cells)
        return f'<p>{label} <input value="{value}"></p>'
    if piece.kind == "hidden":
        return f'<p style="color:white;font-size:1px">{html.escape(piece.words)}</p>'
    written = ""
    for how, words in split_marked(piece.words):
        if how == "note":
            notes.append(html.escape(words))
        raised = str(len(notes)) if how == "note" else html.escape(words)
        written += raised if how == "plain" else f"<sup>{raised}</sup>"
    return f"<{_TAGS[piece.kind]}>{written}</{_TAGS[piece.kind]}>"


def _write_style(source: Source) -> str:
    look = source.look
    rules = ["body{font:11pt serif}td{border:1px solid;padding:3px}.note{font-size:8pt}"]
    if look.header:
        rules.append(
            f'@page{{@top-center{{content:"{look.header}"}}@bottom-center{{content:counter(page)}}}}'
        )
    if look.watermark:
        rules.append(
            ".mark{position:fixed;top:40%;left:15%;font-size:110pt;color:#ddd;"
            "transform:rotate(-45deg);z-index:-1}"
        )
    if look.columns > 1:
        rules.append(f"body{{column-count:{look.columns};column-gap:1cm}}")
    if look.narrow:
        rules.append("p{width:5.5cm;text-align:justify;hyphens:auto}")
    return "".join(rules)
