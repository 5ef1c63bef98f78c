"""The benchmark of boxes: it agrees with itself on good files and notices boxes that are wrong."""

from __future__ import annotations

from pathlib import Path

from benchmarks.text.pdf_boxes import describe_difference, measure, run, summary
from tests.pdfs import column, make

LINES = [
    "The harbour master keeps the lamps of the outer quay burning through",
    "the night, and every ship that passes pays a toll for the non-",
    "exhaustive list of oils that are burnt.",
]


def test_a_folder_is_measured_file_by_file(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "good.pdf").write_bytes(
        make([column(LINES[:2], top=90), column(LINES[2:])])
    )
    (tmp_path / "torn.PDF").write_bytes(b"%PDF-1.7\n")
    (tmp_path / "no.txt").write_text("not looked at", encoding="utf-8")
    result = summary(tmp_path, run(tmp_path, None), 1.0)
    assert (result["files"], result["read"], result["crashed"]) == (2, 1, 0)
    assert result["pages"] == 2
    assert result["matched"] == 1.0
    assert result["refused"] == {"the PDF is damaged and cannot be opened": 1}


def test_the_same_sample_is_drawn_each_time(tmp_path: Path) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(make([column(LINES)]))
    one, two = measure(file, "a"), measure(file, "a")
    assert one.matched == two.matched > 0


def test_differences_are_told_apart() -> None:
    assert describe_difference("abc", "abc") == ""
    assert describe_difference("abc", "acb") == "other order"
    assert describe_difference("abc", "abcd") == "the boxes hold more"
    assert describe_difference("abc", "ab") == "the boxes hold less"
    assert describe_difference("abc", "abd") == "the boxes hold something else"
