"""`doctor --look`: a sample of every PDF read again from its pictures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from index.version import parse_citation_id
from ingest.upkeep.look import MISSING, look_at_samples
from tests.library import Library, run
from tests.pdfs import column, make

WORDS = [
    "The council keeps the harbour open in winter, and the toll is 1,250 marks for all ships.",
    "Every ship that enters pays before it leaves, and the harbour master gives a receipt.",
]


def test_without_the_extra_it_is_said_what_to_do(
    capsys: pytest.CaptureFixture[str], texts: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.upkeep.look.recognises_pictures", lambda: False)
    run(capsys, texts)
    code, out, _ = run(capsys, "doctor", "--look")
    assert code == 0
    assert out.splitlines() == ["nothing is wrong", MISSING]
    _, out, _ = run(capsys, "doctor")
    assert MISSING not in out


@pytest.mark.ocr
def test_a_sample_of_a_pdf_is_read_and_other_formats_are_not(
    capsys: pytest.CaptureFixture[str], texts: Path, home: Path
) -> None:
    (texts / "act.pdf").write_bytes(make([column(WORDS)]))
    run(capsys, texts)
    code, out, _ = run(capsys, "doctor", "--look", "--json")
    assert code == 0
    assert json.loads(out)["look"] == {
        "counts": {"same": 2, "differs": 0, "cannot tell": 0},
        "lines": [],
    }


@pytest.mark.ocr
def test_a_text_that_its_page_does_not_show_is_named_with_its_citation(tmp_path: Path) -> None:
    library = Library(tmp_path)
    library.texts.joinpath("act.pdf").write_bytes(make([column(WORDS)]))
    library.ingest()
    with library.index.snapshot() as catalog:
        sha256 = catalog.layout_source(catalog.document("act.pdf").version)
    assert sha256 is not None
    other = make([column([WORDS[0].replace("1,250", "1,280"), WORDS[1]])])
    library.settings.originals.joinpath(sha256).write_bytes(other)
    report = look_at_samples(library.index)
    assert report.counts == {"same": 1, "differs": 1}
    (line,) = report.lines
    assert "differs: “8” is seen for “5”" in line
    assert line.startswith("texts/act.pdf: ")
    _, start, _ = parse_citation_id(line.rpartition("(")[2].rstrip(")"))
    assert start == 0
