"""Scanned pages: recognised with the extra `ocr`, named without it."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont
from pypdf import PdfReader, PdfWriter

from index.changes import IncomingDocument
from index.pages.boxes import find_line_boxes
from ingest.parsers import parse
from ingest.settings import IngestSettings
from ingest.workers.parse import Refused
from ingest.workers.pool import Workers
from tests.library import ROOT, Library, loaded
from tests.pdfs import column, make

WORDS = "The harbour master keeps the lamps burning at night."
# The extra is not there, whether or not it is installed here.
WITHOUT = """
import sys
sys.modules["rapidocr"] = None
from ingest.errors import SourceRefused
from ingest.parsers import parse, parser_id
try:
    parsed = parse("a.pdf", sys.stdin.buffer.read())
    print(parser_id("a.pdf"), parsed.text, parsed.note, sep="|")
except SourceRefused as error:
    print(error)
"""


def scan(*lines: str) -> bytes:
    """A page of 8.27 by 11.69 inches as a picture of 150 dots per inch."""
    picture = Image.new("L", (1240, 1754), "white")
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(size=30)
    for number, line in enumerate(lines):
        draw.text((150, 200 + 60 * number), line, font=font, fill="black")
    file = BytesIO()
    picture.save(file, "PDF", resolution=150)
    return file.getvalue()


def joined(*files: bytes) -> bytes:
    writer = PdfWriter()
    for data in files:
        writer.append(PdfReader(BytesIO(data)))
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def without_extra(data: bytes) -> str:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT], cwd=ROOT, input=data, capture_output=True, check=True
    )
    return done.stdout.decode().strip()


def test_without_the_extra_a_scan_is_refused_and_the_extra_named() -> None:
    said = without_extra(joined(scan(WORDS), scan(WORDS)))
    assert said.startswith("no text in pages 1, 2, only pictures: ")
    assert 'pip install -e ".[ocr]"' in said
    assert "\n" not in said


def test_without_the_extra_a_scanned_page_among_others_is_named() -> None:
    parser, text, note = without_extra(joined(make([column([WORDS])]), scan(WORDS))).split("|")
    assert parser.split("+")[:2] == ["pdf@5", "language@1"]
    assert text == WORDS
    assert note.startswith("no text in page 2, only pictures: ")


@pytest.mark.ocr
def test_a_scan_is_recognised_with_boxes_and_marked_as_such(tmp_path: Path) -> None:
    data = joined(make([column(["The toll is set by the council."])]), scan(WORDS))
    parsed = parse("a.pdf", data)
    assert parsed.text == f"The toll is set by the council.\n\n{WORDS}"
    assert [page.ocr for page in parsed.pages] == [False, True]
    assert parsed.layout is not None
    (box,) = find_line_boxes(
        parsed.layout, parsed.text.index("lamps"), parsed.text.index(" burning")
    )
    assert box.page == 2
    # The line is drawn at 200 to 230 of 1,754 dots from the top, that is 96 to 111 points.
    assert box.y1 == pytest.approx(842 - 96, abs=8)
    assert box.y0 == pytest.approx(842 - 111, abs=8)

    library = Library(tmp_path)
    library.texts.joinpath("a.pdf").write_bytes(data)
    library.ingest()
    with library.index.snapshot() as catalog:
        version = catalog.version(catalog.document("a.pdf").version)
    assert [page.ocr for page in version.pages] == [False, True]


def test_a_blank_page_is_no_scan() -> None:
    parsed = parse("a.pdf", joined(make([column([WORDS])]), make([[]])))
    assert parsed.text == WORDS
    assert parsed.note is None


@pytest.mark.ocr
def test_a_worker_recognises_scans_within_its_limits() -> None:
    """With the limits that the settings have; and with too little memory, that is what is said."""
    tasks = [loaded("a.pdf", scan(*[WORDS] * 20))]
    with Workers(IngestSettings(workers=1)) as workers:
        ((_, found),) = workers.results(tasks)
    assert isinstance(found, IncomingDocument)
    assert WORDS in found.version.text
    assert found.layout is not None
    with Workers(IngestSettings(workers=1, file_memory_mb=1_000)) as workers:
        ((_, refused),) = workers.results(tasks)
    assert isinstance(refused, Refused)
    assert refused.reason.startswith("needed more than 1,000 MB")
