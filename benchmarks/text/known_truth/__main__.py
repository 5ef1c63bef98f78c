"""`python -m benchmarks.known_truth [--out FILE.json]`: files made from known text, read by us.

Chromium, pdflatex, LibreOffice, reportlab, fpdf2, python-docx, openpyxl and python-pptx each set
texts of our own; what our parsers read is compared with those, word by word and in order. Files of
a program that is not there are left out, and that is said.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from benchmarks.peers.environment import find_python
from benchmarks.report import results as report
from benchmarks.text.known_truth import books, convert, office, typeset, web_pages
from benchmarks.text.known_truth.draw import DRAWERS, FONT
from benchmarks.text.known_truth.model import Truth, load
from benchmarks.text.known_truth.reading import Reading, compare_with_truth
from index.errors import PolicyChatError
from index.settings import PROJECT_ROOT
from ingest import parsers

_MOST_FAULTS = 6


def make_files(folder: Path) -> list[str]:
    """Write the files of every program that is there; return what was skipped, and why."""
    skipped = []
    makers: dict[str, Callable[[Path], None]] = {
        web_pages.PROGRAM: web_pages.make,
        typeset.PROGRAM: typeset.make,
        convert.PROGRAM: convert.make,
    }
    office.make(folder)  # first: LibreOffice converts these
    books.make(folder)
    for program, make in makers.items():
        if shutil.which(program) is None:
            skipped.append(f"{program}: not on this machine")
        else:
            _try(program, lambda make=make: make(folder), skipped)  # type: ignore[misc]
    for producer in DRAWERS:
        if not FONT.exists():
            skipped.append(f"{producer}: {FONT} is not there")
        else:
            _try(producer, lambda producer=producer: _draw(folder, producer), skipped)  # type: ignore[misc]
    return skipped


def _try(program: str, make: Callable[[], object], skipped: list[str]) -> None:
    try:
        make()
    except (OSError, subprocess.SubprocessError, PolicyChatError) as error:
        told = getattr(error, "stderr", None) or str(error).encode()
        skipped.append(f"{program}: {told.decode(errors='replace').strip().splitlines()[-1]}")


def _draw(folder: Path, producer: str) -> None:
    module = "benchmarks.text.known_truth.draw"
    environment = os.environ | {"PYTHONPATH": str(PROJECT_ROOT)}
    subprocess.run(
        [find_python(), "-m", module, str(folder), producer],
        check=True,
        capture_output=True,
        env=environment,
        timeout=300,
    )


def read_file(path: Path, truth: Truth) -> Reading:
    """Read a file as the product does; one that is refused has every word wrong."""
    try:
        text = parsers.parse(path.name, path.read_bytes()).text
    except PolicyChatError as error:
        counted = compare_with_truth("", truth).words
        return Reading(truth.name, truth.producer, counted, counted, 0, (f"refused: {error}",))
    return compare_with_truth(text, truth)


def run(folder: Path, out: Path | None) -> dict[str, object]:
    """Make the files, read them, tell what is wrong, and write the result."""
    folder.mkdir(parents=True, exist_ok=True)
    skipped = make_files(folder)
    readings = []
    for path in sorted(folder.glob("*.truth.json")):
        truth = load(path)
        readings.append(read_file(folder / truth.name, truth))
    readings.sort(key=lambda reading: (-reading.wrong, reading.name))
    for reading in readings:
        if reading.wrong:
            print(f"{reading.wrong:5} of {reading.words} wrong in {reading.name}")
            for fault in reading.faults[:_MOST_FAULTS]:
                print(f"      {fault}")
    for line in skipped:
        print(f"skipped {line}", file=sys.stderr)
    pdfs = sum(reading.name.endswith(".pdf") for reading in readings)
    result: dict[str, object] = {
        "files": len(readings),
        "pdfs": pdfs,
        "office_files": len(readings) - pdfs,
        "words": sum(reading.words for reading in readings),
        "wrong": sum(reading.wrong for reading in readings),
        "hyphens_kept": sum(reading.hyphens_kept for reading in readings),
        "files_with_wrong": sum(reading.wrong > 0 for reading in readings),
        "skipped": skipped,
        "by_file": [asdict(reading) for reading in readings],
        "command": "python -m benchmarks.known_truth",
        "machine": report.describe_machine(),
    }
    print(f"{result['wrong']} of {result['words']} words wrong, {len(readings)} files")
    if out is not None:
        report.write(out, result)
    return result


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks.known_truth",
        description="Read files that are made from known text, and compare word by word.",
    )
    parser.add_argument("--keep", type=Path, help="folder for the files (default: a passing one)")
    parser.add_argument("--out", type=Path, help="JSON file to write")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as passing:
        report.run_or_exit(lambda: run(options.keep or Path(passing), options.out))


if __name__ == "__main__":
    main()
