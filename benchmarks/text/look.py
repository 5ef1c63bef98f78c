"""`python -m benchmarks.look --data DIR --out FILE.json`: are quotes read from their pictures?

Reads the PDFs of a folder as the product does, samples sentences, and reads each from the picture
of its page; then plants what the pictures do not show, and looks whether that is noticed. Needs the
extra `ocr`.
"""

from __future__ import annotations

import argparse
import hashlib
import random
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pypdf import PdfReader, PdfWriter

from benchmarks.report import results as report
from benchmarks.text.plants import SHARES, PlantKind, Quotation, plant
from index.pages.line_reader import LineReader, load_line_reader
from index.pages.look import Look, look_at_quotation
from index.pages.recognise import recognises_pictures
from ingest.errors import SourceRefused
from ingest.parsers import pdf
from ingest.text.chunk import chunk
from ingest.text.language import detect

SEED = 7


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A PDF that was read, and its sentences in an order drawn for it."""

    path: Path
    sentences: tuple[Quotation, ...]

    @property
    def id(self) -> str:
        """What it is called in results, which hold no names and no text."""
        return hashlib.sha256(self.path.name.encode()).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of one quotation."""

    file: str
    kind: PlantKind | None
    quotation: Quotation
    look: Look
    seconds: float
    cpu_seconds: float


def read_files(folder: Path, half: str | None, languages: Sequence[str]) -> list[ReadFile]:
    """Read the PDFs of a folder that have text in one of some languages."""
    found = []
    for path in sorted(folder.rglob("*.pdf")):
        if half is not None and _find_half(path.name) != half:
            continue
        try:
            reading = pdf.parse(path.read_bytes())
        except SourceRefused:
            continue
        if reading.layout is None or (languages and detect(reading.text) not in languages):
            continue
        spans = [span for draft in chunk(reading) for span in draft.sentences]
        random.Random(f"{SEED} {path.name}").shuffle(spans)
        quoted = (Quotation(reading.text, reading.layout, *span) for span in spans)
        found.append(ReadFile(path, tuple(quoted)))
    return found


def _find_half(name: str) -> str:
    return "odd" if hashlib.sha256(name.encode()).digest()[-1] % 2 else "even"


def sample_quotes(files: Sequence[ReadFile], count: int) -> list[tuple[ReadFile, Quotation]]:
    """Return sentences of all files in turn, as long as they have any."""
    longest = max((len(file.sentences) for file in files), default=0)
    turns = (
        (file, file.sentences[turn])
        for turn in range(longest)
        for file in files
        if turn < len(file.sentences)
    )
    return [quoted for _, quoted in zip(range(count), turns, strict=False)]


def sample_plants(
    files: Sequence[ReadFile], count: int
) -> list[tuple[ReadFile, PlantKind, Quotation]]:
    """Return plants of each kind in its share, of all files in turn, from their last sentences."""
    chosen = random.Random(SEED)
    found: list[tuple[ReadFile, PlantKind, Quotation]] = []
    for kind, share in SHARES.items():
        wanted = round(share * count / sum(SHARES.values()))
        turn, taken = 0, 0
        while taken < wanted and turn < max(len(file.sentences) for file in files):
            turn += 1
            for file in files:
                if turn > len(file.sentences) or taken == wanted:
                    continue
                planted = plant(kind, file.sentences[-turn], file.sentences, chosen)
                if planted is not None:
                    found.append((file, kind, planted))
                    taken += 1
    return found


def look(
    file: ReadFile, kind: PlantKind | None, quoted: Quotation, reader: LineReader, bare: Path
) -> Looked:
    """Read one quotation from its picture; `bare` is where pages without words may be put."""
    original = file.path
    if not quoted.is_on_paper:
        original = bare / f"{file.id}.pdf"
        _write_bare(file.path, original)
    began, began_cpu = time.perf_counter(), time.process_time()
    seen = look_at_quotation(original, quoted.text, quoted.layout, quoted.start, quoted.end, reader)
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - began_cpu
    return Looked(file.id, kind, quoted, seen, seconds, cpu_seconds)


def _write_bare(path: Path, bare: Path) -> None:
    writer = PdfWriter()
    for page in PdfReader(path).pages:
        own = writer.add_blank_page(float(page.mediabox.width), float(page.mediabox.height))
        own.mediabox, own.rotation = page.mediabox, page.rotation
    writer.write(bare)


def summarise(looked: Sequence[Looked]) -> dict[str, object]:
    """Return counts and times; of what is not as it should be, where it stands but not its text."""
    quotes = [one for one in looked if one.kind is None]
    plants = [one for one in looked if one.kind is not None]
    # Both: on a machine that others use, too, the clock says how busy they were.
    seconds = [one.seconds for one in quotes]
    cpu_seconds = [one.cpu_seconds for one in quotes]
    return {
        "quotes": Counter(one.look.status for one in quotes),
        "plants": Counter(one.look.status for one in plants),
        "plants_by_kind": {
            kind: Counter(one.look.status for one in plants if one.kind == kind) for kind in SHARES
        },
        "seconds_p50": _find_share(seconds, 0.5),
        "seconds_p95": _find_share(seconds, 0.95),
        "cpu_seconds_p50": _find_share(cpu_seconds, 0.5),
        "cpu_seconds_p95": _find_share(cpu_seconds, 0.95),
        "not_same": [_place(one) for one in quotes if one.look.status != "same"],
        "not_differs": [_place(one) for one in plants if one.look.status != "differs"],
    }


def _find_share(values: Sequence[float], share: float) -> float | None:
    """Return the value that a share of them are not above."""
    ordered = sorted(values)
    return round(ordered[int(len(ordered) * share)], 2) if ordered else None


def _place(one: Looked) -> dict[str, object]:
    return {
        "file": one.file,
        "start": one.quotation.start,
        "end": one.quotation.end,
        "kind": one.kind,
        "status": one.look.status,
    }


def _print_one(one: Looked) -> None:
    """Tell on the terminal what is not as it should be, with its words."""
    if one.look.status != ("same" if one.kind is None else "differs"):
        quote = one.quotation.text[one.quotation.start : one.quotation.end]
        print(f"{one.file} {one.kind or 'quote'}: {quote[:200]!r}: {one.look.describe()}")


def main() -> None:
    """Measure what the command line names."""
    parser = argparse.ArgumentParser(
        "python -m benchmarks.look", description="Read quotes from the pictures of their pages."
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with PDFs")
    parser.add_argument("--out", type=Path, required=True, help="JSON file to write")
    parser.add_argument("--quotes", type=int, default=200, help="sampled sentences")
    parser.add_argument("--plants", type=int, default=50, help="sentences with something planted")
    parser.add_argument("--half", choices=("odd", "even"), help="files by a hash of their names")
    parser.add_argument("--language", action="append", default=[], help="en, nl ...; repeatable")
    options = parser.parse_args()
    if not recognises_pictures():
        parser.error('the extra `ocr` is not installed: pip install -e ".[ocr]"')
    reader = load_line_reader()
    files = read_files(options.data, options.half, options.language)
    if not files:
        parser.error(f"{options.data}: no PDF in these languages")
    todo: list[tuple[ReadFile, PlantKind | None, Quotation]] = [
        (file, None, quoted) for file, quoted in sample_quotes(files, options.quotes)
    ]
    todo += sample_plants(files, options.plants)
    looked = []
    with tempfile.TemporaryDirectory() as bare:
        for file, kind, quoted in todo:
            looked.append(look(file, kind, quoted, reader, Path(bare)))
            _print_one(looked[-1])
    result = {
        "command": f"python -m benchmarks.look --data …/{options.data.resolve().name}",
        "half": options.half,
        "languages": options.language,
        "files": len(files),
        **summarise(looked),
        "machine": report.describe_machine(),
    }
    report.write(options.out, result)


if __name__ == "__main__":
    main()
