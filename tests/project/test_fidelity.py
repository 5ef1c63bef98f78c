"""`benchmarks.fidelity`: what is told apart, by hand."""

from __future__ import annotations

import io
import json
from pathlib import Path

import docx
import openpyxl
import pytest
from pypdf import PdfWriter
from pypdf.annotations import FreeText

from benchmarks.text import tree_walks
from benchmarks.text.fidelity import run, summarise
from benchmarks.text.references import Reference, join_cut_words, list_words, read_references
from benchmarks.text.word_kinds import compare
from ingest.text.blocks import Omission
from tests.pdfs import column, make

LAMPS = "the harbour master keeps the lamps burning all night"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        pytest.param("The office is of the harbour master", (0, 0, 0), id="the-same"),
        pytest.param("The OFFICE is of\nthe harbour-master", (0, 0, 0), id="case-and-marks"),
        pytest.param("The ofice is of the harbour master", (0, 0, 1), id="altered"),
        pytest.param("The of fi ce is of the har bour master", (4, 0, 0), id="split"),
        pytest.param("The office isof the harbourmaster", (0, 2, 0), id="joined"),
    ],
)
def test_invented_words(text: str, kinds: tuple[int, int, int]) -> None:
    found = compare("a", text, [Reference("The office is of the harbour master")])
    assert (found.split, found.joined, found.altered) == kinds
    assert found.invented_share == sum(kinds) / found.words


def test_a_word_of_either_reference_is_none_of_our_own() -> None:
    found = compare("a", "wind sea", [Reference("wind sea x"), Reference("wind see x")])
    assert (found.altered, found.missing, found.missing_share) == (0, 1, 1 / 3)


def test_what_is_missing_was_left_out_for_a_reason_or_is_lost() -> None:
    """Of seven words two are left out, "7" once of twice, and "lamp" is lost beside the other 7."""
    omissions = [Omission("running header", "HARBOUR NEWS"), Omission("page number", "7")]
    found = compare(
        "a", "Ships 7 sail", [Reference("Harbour news 7 ships 7 7 sail lamp")], omissions
    )
    assert found.left_out == {"running header": 2, "page number": 1}
    assert (found.missing, found.lost, found.lost_examples) == (5, 2, ("7", "lamp"))
    assert found.wrong_share == 2 / (3 + 2)
    assert found.left_out_share == 3 / 8


def test_what_was_left_out_is_no_excuse_for_what_is_invented() -> None:
    found = compare("a", "ofice", [Reference("office")], [Omission("hidden text", "office")])
    assert (found.invented, found.lost, found.wrong_share) == (1, 0, 1)


def test_what_a_reader_may_show_need_not_be_read() -> None:
    reference = Reference("Fee", also="1,200.00 1200")
    assert compare("a", "Fee 1,200.00", [reference]).wrong_share == 0
    assert compare("a", "Fee", [reference]).wrong_share == 0
    assert compare("a", "Fee 1,300.00", [reference]).altered == 1


@pytest.mark.parametrize(
    "cut", ["min-\nistry", "min\ufffeistry", "min\u00adistry", "min\u2010\nistry"]
)
def test_what_a_line_s_end_cuts_is_one_word_or_two(cut: str) -> None:
    reference = f"The {cut} decides"
    assert join_cut_words(reference) == ["ministry"]
    assert compare("a", "The ministry decides", [Reference(reference)]).wrong_share == 0


def test_a_word_that_a_line_s_end_cuts_once_is_still_missing_once() -> None:
    reference = Reference("The min-\nistry decides, min istry")
    found = compare("a", "The ministry decides", [reference])
    assert (found.invented, found.lost) == (0, 2)


def test_digits_above_the_line_are_digits() -> None:
    assert list_words("40 × 10⁶ m³") == ["40", "106", "m3"]


def test_the_mark_of_a_note_is_a_word_of_its_own() -> None:
    assert list_words("euros⁸ euros8 12 000⁸") == ["euros", "8", "euros", "8", "12", "0008"]


def test_words_out_of_order() -> None:
    """A sentence of nine words has seven places of three; all of the moved one are astray."""
    first, second = LAMPS, "ships of every nation may enter by day or dusk"
    found = compare("a", f"{second} {first}", [Reference(f"{first} {second}")])
    assert found.out_of_order == 7
    assert compare("a", f"{first} {second}", [Reference(f"{first} {second}")]).out_of_order == 0


def test_an_order_that_one_reference_has_is_right() -> None:
    first, second = LAMPS, "ships of every nation may enter by day or dusk"
    references = [Reference(f"{first} {second}"), Reference(f"{second} {first}")]
    assert compare("a", f"{second} {first}", references).out_of_order == 0


def test_what_is_typed_on_a_page_may_be_read(tmp_path: Path) -> None:
    """Neither reference reads a value in a form: it counts as the file's, and need not be read."""

    def fill(writer: PdfWriter) -> None:
        writer.add_annotation(0, FreeText(text="Seagull of Thule", rect=(72, 500, 300, 540)))

    path = tmp_path / "a.pdf"
    path.write_bytes(make([column(["Name of the vessel"])], finish=fill))
    references = read_references(path)
    assert [list_words(one.text) for one in references] == [list_words("Name of the vessel")] * 2
    assert compare("a", "Name of the vessel Seagull of Thule", references).wrong_share == 0
    assert compare("a", "Name of the vessel Seagul", references).altered == 1


def test_a_walk_through_a_web_page() -> None:
    page = (
        "<html><head><title>No</title></head><body><p>m<sup>3</sup> of <!-- no -->wind</p>"
        "<script>no()</script>sea<div hidden>salt</div></body></html>"
    )
    assert list_words(tree_walks.walk_html(page.encode())[0]) == ["m3", "of", "wind", "sea", "salt"]


def test_a_walk_through_a_page_in_markdown() -> None:
    page = "---\ntitle: No\n...\n# Wind\n\n~~Sea~~ and *sa*lt\n\n1. item\n"
    text, also = tree_walks.walk_markdown(page.encode())
    assert list_words(text) == ["wind", "sea", "and", "salt", "item"]
    assert "1" in list_words(also)


def test_a_walk_through_a_word_document() -> None:
    document = docx.Document()
    paragraph = document.add_paragraph("one ")
    paragraph.add_run("wo")
    paragraph.add_run("rd\there")
    document.add_table(1, 1).cell(0, 0).text = "cell"
    file = io.BytesIO()
    document.save(file)
    assert list_words(tree_walks.walk_word(file.getvalue())[0]) == ["one", "word", "here", "cell"]


def test_a_number_of_a_workbook_in_the_forms_of_its_program() -> None:
    book = openpyxl.Workbook()
    for value, shape in [("Fee", "General"), (0.125, "0.0%"), (1200, "#,##0.00"), (7, "00000")]:
        book.active.append([value])
        book.active.cell(book.active.max_row, 1).number_format = shape
    file = io.BytesIO()
    book.save(file)
    text, also = tree_walks.walk_workbook(file.getvalue())
    assert list_words(text) == ["fee"]
    assert {"12", "5", "1", "200", "00", "00007"} <= set(list_words(also))


def test_a_folder(tmp_path: Path) -> None:
    data = tmp_path / "files"
    data.mkdir()
    (data / "a.pdf").write_bytes(make([column(["The harbour master keeps the lamps burning."])]))
    (data / "b.html").write_text("<html><body><p>Wind is <b>funded</b> here.</p></body></html>")
    (data / "c.xyz").write_text("?")
    result = run([data], tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_text())["files"] == 2
    assert (result["refused"], result["unread_by_others"]) == (1, 0)
    assert (result["invented_worst"], result["missing_median"]) == (0, 0)
    assert (result["wrong_worst"], result["left_out_median"], result["out_of_order"]) == (0, 0, 0)
    assert result["words"] == 11


def test_counts_hold_no_word_of_a_file(tmp_path: Path) -> None:
    data = tmp_path / "files"
    data.mkdir()
    (data / "a.html").write_text(
        "<body><p>Wind is funded here by the region.</p><svg><text>turbine</text></svg></body>"
    )
    for counts_only in (False, True):
        result = run([data], tmp_path / "out.json", counts_only=counts_only)
        assert result["lost"] == 1
        assert ("turbine" in (tmp_path / "out.json").read_text()) != counts_only


def test_the_worst_file_comes_first() -> None:
    fine = compare("fine", "wind and sea", [Reference("wind and sea")])
    bad = compare("bad", "wind and", [Reference("wind and sea")])
    told = summarise([fine, bad])
    assert [file["name"] for file in told["most_wrong"]] == ["bad", "fine"]  # type: ignore[attr-defined]
    assert (told["wrong_worst"], told["wrong_median"]) == (0.33333, 0.16667)


def test_folders_are_told_apart(tmp_path: Path) -> None:
    for name, pages in [("north", 1), ("south", 2)]:
        (tmp_path / name).mkdir()
        for page in range(pages):
            (tmp_path / name / f"{page}.md").write_text(f"Wind is funded on page {page}.")
    result = run([tmp_path / "north", tmp_path / "south"], None)
    folders = result["folders"]
    assert isinstance(folders, dict)
    assert {name: folder["files"] for name, folder in folders.items()} == {"north": 1, "south": 2}
    assert (result["files"], result["wrong_worst"]) == (3, 0)
