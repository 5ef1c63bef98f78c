"""`python -m benchmarks.boxes --data DIR --out FILE.json`: do quotes stand where we say they do?

Reads every PDF below a folder as the product does, samples sentences and passages, maps each to
its boxes, asks PDFium anew which characters lie in them, and compares.
"""

from __future__ import annotations

import argparse
import ctypes
import multiprocessing
import random
import sys
import time
import traceback
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

from benchmarks.report import results as report
from index.pages import pdfium
from index.pages.boxes import Box, find_line_boxes, pack, unpack
from ingest.errors import SourceRefused
from ingest.parsers import pdf
from ingest.text.blocks import ParsedText
from ingest.text.chunk import chunk

SEED = 7
SENTENCES_PER_FILE = 40
PASSAGES_PER_FILE = 8
FILE_SECONDS = 120.0
# What differs between a quote and the page by intention: hyphens at a line's end, bullets.
_IGNORED = frozenset("-\u00ad\u2010\u2011\u0002\ufffe•")


@dataclass(slots=True)
class CheckedFile:
    """What became of one file; it is sent from one process to another."""

    name: str  # below the folder
    pages: int = 0  # 0 if it was not read
    ocr_pages: int = 0  # recognised in a picture; their quotes are not compared
    bare_pages: int = 0  # gave no text at all
    # Of the processor for reading, from bytes to text with boxes. Reading has one thread, and what
    # others do on the machine counts less than on the clock.
    seconds: float = 0.0
    characters: int = 0  # of the canonical text
    matched: int = 0  # quotes whose boxes hold exactly their words
    # (reason, quote, what the boxes hold) of the others.
    failed: list[tuple[str, str, str]] = field(default_factory=list)
    refused: str = ""  # why it was refused, "" if it was read
    crashed: str = ""  # how it ended where it should not have, "" if all was well


def measure(path: Path, name: str) -> CheckedFile:
    """Read one PDF and compare a sample of its quotes with what stands in their boxes."""
    data = path.read_bytes()
    outcome = CheckedFile(name)
    began = time.process_time()
    try:
        reading = pdf.parse(data)
    except SourceRefused as error:
        outcome.refused = str(error)
        return outcome
    outcome.seconds = time.process_time() - began
    outcome.characters = len(reading.text)
    outcome.ocr_pages = len({page.number for page in reading.pages if page.ocr})
    assert reading.layout is not None
    layout = unpack(pack(reading.layout))
    with pdfium.open_document(data) as document:
        outcome.pages = len(document)
        outcome.bare_pages = outcome.pages - len({page.number for page in reading.pages})
        pages: dict[int, _Page] = {}
        for start, end in _sample(reading, name):
            boxes = find_line_boxes(layout, start, end)
            for number in {box.page for box in boxes} - set(pages):
                pages[number] = _read_characters(document, number)
            quote = reading.text[start:end]
            found = "".join(_read_box(pages[box.page], box, False) for box in boxes)
            across = "".join(_read_box(pages[box.page], box, True) for box in boxes)
            reason = min(
                describe_difference(_strip_unseen(quote), _strip_unseen(text))
                for text in (found, across)
            )
            if reason:
                outcome.failed.append((reason, quote[:300], found[:300]))
            else:
                outcome.matched += 1
    return outcome


@dataclass(frozen=True, slots=True)
class _Page:
    text: Sequence[str]
    middles: NDArray[np.float64]


def _sample(reading: ParsedText, name: str) -> Iterable[tuple[int, int]]:
    """Return offsets of sentences and of whole passages; the same ones each time."""
    recognised = [page for page in reading.pages if page.ocr]
    drafts = chunk(reading)
    sentences = [span for draft in drafts for span in draft.sentences]
    passages = [(draft.start, draft.end) for draft in drafts]
    chosen = random.Random(f"{SEED} {name}")
    spans = chosen.sample(sentences, min(len(sentences), SENTENCES_PER_FILE))
    spans += chosen.sample(passages, min(len(passages), PASSAGES_PER_FILE))
    return [
        (start, end)
        for start, end in spans
        if not any(page.start < end and start < page.end for page in recognised)
    ]


def _read_characters(document: pypdfium2.PdfDocument, number: int) -> _Page:
    """Return the characters of a page and the middles of what is inked of each."""
    with pdfium.open_page(document, number - 1) as page:
        text = page.get_textpage()
        edges = [ctypes.c_double() for _ in range(4)]
        pointers = [ctypes.byref(edge) for edge in edges]
        letters, middles = [], []
        for position in range(max(0, pdfium_c.FPDFText_CountChars(text.raw))):
            code = pdfium_c.FPDFText_GetUnicode(text.raw, position)
            pdfium_c.FPDFText_GetCharBox(text.raw, position, *pointers)
            x0, x1, y0, y1 = (edge.value for edge in edges)
            letters.append(chr(code) if code < 0x110000 else "")
            middles.append(((x0 + x1) / 2, (y0 + y1) / 2))
        text.close()
    return _Page(letters, np.array(middles, dtype=np.float64).reshape(-1, 2))


def _read_box(page: _Page, box: Box, across: bool) -> str:
    """Return what stands in a box, in the order of the content or from left to right."""
    x, y = page.middles.T
    inside = np.flatnonzero((x >= box.x0) & (x <= box.x1) & (y >= box.y0) & (y <= box.y1))
    # What is printed twice at one place is seen once.
    once = {(page.text[p], round(x[p], 1), round(y[p], 1)): p for p in reversed(inside.tolist())}
    positions = sorted(once.values(), key=(lambda p: x[p]) if across else None)
    halves = "".join(page.text[position] for position in positions)
    return halves.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _strip_unseen(text: str) -> str:
    """Return what is compared: without white space, hyphens, bullets and unseen characters."""
    return "".join(
        character
        for character in unicodedata.normalize("NFKC", text)
        if character not in _IGNORED
        and not character.isspace()
        and unicodedata.category(character) not in ("Cc", "Cf", "Co", "Cs", "Cn")
    )


def describe_difference(quote: str, found: str) -> str:
    """Return how the words in the boxes differ from a quote, "" if they do not."""
    if quote == found:
        return ""
    wanted, have = Counter(quote), Counter(found)
    if wanted == have:
        return "other order"
    if wanted <= have:
        return "the boxes hold more"
    return "the boxes hold less" if have <= wanted else "the boxes hold something else"


def run(folder: Path, limit: int | None) -> list[CheckedFile]:
    """Measure every PDF below a folder, each in a process of its own, at most `limit` by name.

    A file that ends its process or takes too long is a crash.
    """
    paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() == ".pdf" and p.is_file())
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([pdf.__name__])
    outcomes = []
    for path in paths[:limit]:
        name = path.relative_to(folder).as_posix()
        receiving, sending = context.Pipe(duplex=False)
        process = context.Process(target=_measure_and_send, args=(path, name, sending))
        process.start()
        sending.close()
        outcomes.append(_receive(receiving, name))
        process.kill()
        process.join()
        _print_failures(outcomes[-1])
    return outcomes


def _measure_and_send(path: Path, name: str, sending: Connection) -> None:
    try:
        sending.send(measure(path, name))
    except Exception:  # noqa: BLE001 — what is not a refusal is a crash, and is to be counted
        sending.send(CheckedFile(name, crashed=traceback.format_exc().strip()[-2_000:]))


def _receive(receiving: Connection, name: str) -> CheckedFile:
    if not receiving.poll(FILE_SECONDS):
        return CheckedFile(name, crashed=f"not done after {FILE_SECONDS:.0f} s")
    try:
        outcome: CheckedFile = receiving.recv()
    except EOFError:
        return CheckedFile(name, crashed="the process was ended by a signal")
    return outcome


def _print_failures(outcome: CheckedFile) -> None:
    """Name what failed on the terminal; results are kept without the names of files."""
    if outcome.crashed:
        print(f"{outcome.name}: crashed: {outcome.crashed}", file=sys.stderr)
    for reason, quote, found in outcome.failed:
        print(f"{outcome.name}: {reason}: {quote!r}, found {found!r}", file=sys.stderr)


def summary(folder: Path, outcomes: Sequence[CheckedFile], seconds: float) -> dict[str, object]:
    """Return the results as they are written to the file."""
    read = [outcome for outcome in outcomes if not outcome.refused and not outcome.crashed]
    matched = sum(outcome.matched for outcome in read)
    reasons = Counter(entry[0] for outcome in read for entry in outcome.failed)
    # Pages without text may have been looked at by OCR, which takes a hundred times as long.
    plain = [o for o in read if not o.ocr_pages and not o.bare_pages]
    reading = sum(outcome.seconds for outcome in plain)
    return {
        "command": f"python -m benchmarks.boxes --data …/{folder.resolve().name}",
        "files": len(outcomes),
        "read": len(read),
        "crashed": sum(1 for outcome in outcomes if outcome.crashed),
        "refused": Counter(_reason(o.refused) for o in outcomes if o.refused),
        "pages": sum(outcome.pages for outcome in read),
        "ocr_pages": sum(outcome.ocr_pages for outcome in read),
        "characters": sum(outcome.characters for outcome in read),
        "quotes": matched + reasons.total(),
        "matched": round(matched / max(1, matched + reasons.total()), 4),
        "failures": reasons,
        "files_with_failures": sum(1 for outcome in read if outcome.failed),
        "pages_per_s": round(sum(o.pages for o in plain) / max(reading, 1e-9), 1),
        "slowest_s": round(max((o.seconds for o in plain), default=0.0), 2),
        "seconds": round(seconds, 1),
        "machine": report.describe_machine(),
    }


def _reason(text: str) -> str:
    """Return the kind of a refusal: its words up to the first number or colon."""
    return " ".join(text.split(":")[0].translate({ord(d): "#" for d in "0123456789"}).split())


def main() -> None:
    """Measure what the command line names; exit 1 after a crash."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks.boxes", description="Check that quotes stand in their boxes."
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with PDFs")
    parser.add_argument("--out", type=Path, required=True, help="JSON file to write")
    parser.add_argument("--limit", type=int, help="read at most so many files")
    options = parser.parse_args()
    began = time.perf_counter()
    outcomes = run(options.data, options.limit)
    result = summary(options.data, outcomes, time.perf_counter() - began)
    report.write(options.out, result)
    sys.exit(1 if result["crashed"] else 0)


if __name__ == "__main__":
    main()
