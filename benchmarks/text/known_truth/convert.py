"""Office files of known text as LibreOffice prints them and as it saves them in its own formats."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks.text.known_truth.model import keep, load

PROGRAM = "soffice"
# What it makes of each file that was made before.
CONVERSIONS = {
    "pdf": "word-ligatures.docx word-raised.docx word-table.docx word-columns.docx word-lists.docx "
    "word-scripts.docx word-furniture.docx word-bill.docx word-hidden.docx slides-ligatures.pptx",
    "odt": "word-raised.docx word-table.docx word-lists.docx word-hidden.docx",
    "ods": "book-table.xlsx book-hidden.xlsx",
    "odp": "slides-raised.pptx",
}


def make(folder: Path) -> None:
    """Write every conversion of the files that `office` has left in a folder."""
    for ending, names in CONVERSIONS.items():
        with tempfile.TemporaryDirectory() as room:
            command = [
                shutil.which(PROGRAM) or PROGRAM,
                f"-env:UserInstallation=file://{room}/user",
            ]
            command += ["--headless", "--convert-to", ending, "--outdir", room]
            command += [str(folder / name) for name in names.split()]
            subprocess.run(command, check=True, capture_output=True, timeout=300)
            for name in names.split():
                made = Path(room) / f"{Path(name).stem}.{ending}"
                truth = load(folder / f"{name}.truth.json")
                told = replace(truth, name=f"libreoffice-{made.name}", producer="LibreOffice")
                keep(folder, made.read_bytes(), told)
