"""`python -m ingest`: the contract that others script against."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from index.catalog import schema
from index.errors import IndexOutdated
from index.settings import CORPUS
from index.stores.words import TantivyWords
from index.types import Document, Metadata, Source
from index.version import Page, Version, version_of
from ingest import parsers
from ingest.planning.plan import make_plan
from ingest.report import Progress
from ingest.upkeep.health import find_text_problems
from tests.library import COMMAND, ROOT, command, essay, indexed, open_index, run
from tests.pdfs import Rule, Text, column, make
from tests.web_site import Site

STATUS_KEYS = {"documents", "failures", "passages", "embedder", "generation"}
DOCUMENT_KEYS = {
    "document", "path", "id", "title", "version", "passages", "size_bytes", "indexed_at", "reader",
    "note",
}  # fmt: skip
REPORT_KEYS = {
    "added", "changed", "removed", "missing", "unchanged", "refused_before", "failures",
    "passages", "pages", "seconds", "stage_seconds", "summary", "moved", "near_duplicates",
    "incomplete",
}  # fmt: skip

# So many lines that PDFium's reader takes them for a picture of something.
PICTURE = [Rule(72, 500, 100 + 2 * n) for n in range(330)]

pytestmark = pytest.mark.usefixtures("home")


def test_a_dry_run_prints_the_plan_and_changes_nothing(
    capsys: pytest.CaptureFixture[str], texts: Path, home: Path
) -> None:
    code, out, _ = run(capsys, "--dry-run", texts)
    assert code == 0
    assert out.splitlines() == [
        "3 new, 0 changed, 0 removed, 0 unchanged",
        *(f"new      texts/{number}.md (new)" for number in range(3)),
    ]
    assert not home.exists()
    run(capsys, texts)
    (texts / "0.md").unlink()
    (texts / "1.md").write_text(essay(9))
    (texts / "bad.txt").write_bytes(b"")
    generation = open_index().manifest().generation
    code, out, _ = run(capsys, "--dry-run", "--prune", "--json", texts)
    plan = json.loads(out)
    assert code == 0
    assert plan["summary"] == "1 new, 1 changed, 1 removed, 1 unchanged"
    assert [(step["action"], step["document"], step["reason"]) for step in plan["plan"]] == [
        ("remove", "texts/0.md", "its file has vanished"),
        ("change", "texts/1.md", "its content changed"),
        ("unchanged", "texts/2.md", "same size and time"),
        ("add", "texts/bad.txt", "new"),
    ]
    assert open_index().manifest().generation == generation


def test_json_of_a_run(capsys: pytest.CaptureFixture[str], texts: Path) -> None:
    (texts / "bad.txt").write_bytes(b"")
    code, out, err = run(capsys, "--json", texts)
    report = json.loads(out)
    assert code == 1
    assert set(report) == REPORT_KEYS
    assert report["added"] == ["texts/0.md", "texts/1.md", "texts/2.md"]
    assert [failure["id"] for failure in report["failures"]] == ["texts/bad.txt"]
    assert err.startswith("error: texts/bad.txt: the file is empty")
    assert err.count("\n") == 1


def test_moves_and_near_duplicates_in_json_and_in_words(
    capsys: pytest.CaptureFixture[str], texts: Path
) -> None:
    run(capsys, texts)
    (texts / "0.md").rename(texts / "moved.md")
    (texts / "copy.md").write_text(essay(1, 2))
    plan = json.loads(run(capsys, "--dry-run", "--json", texts)[1])
    assert plan["summary"] == "1 new, 0 changed, 0 removed, 2 unchanged, 1 moved"
    assert plan["plan"][-1] == {
        "action": "move",
        "document": "texts/moved.md",
        "reason": "moved from texts/0.md",
        "moved_from": "texts/0.md",
    }
    assert "moved    texts/moved.md (moved from texts/0.md)" in run(capsys, "--dry-run", texts)[1]
    report = json.loads(run(capsys, "--json", texts)[1])
    assert report["moved"] == [{"from": "texts/0.md", "to": "texts/moved.md"}]
    assert report["near_duplicates"] == [
        {"document": "texts/copy.md", "other": "texts/1.md", "similarity": 1.0}
    ]
    (texts / "moved.md").rename(texts / "0.md")
    out = run(capsys, texts)[1]
    assert out.splitlines()[1:] == ["texts/0.md was moved from texts/moved.md"]


def test_web_addresses_and_lists_on_the_command_line(
    capsys: pytest.CaptureFixture[str], texts: Path, home: Path
) -> None:
    home.mkdir()
    (home / "settings.toml").write_text("[sources]\nallow_private = true\n")
    with Site() as site:
        site.text("/a.txt", essay(7))
        url = site.url("/a.txt")
        code, out, err = run(capsys, "--dry-run", url)
        assert (code, err) == (0, "")
        assert out.splitlines()[1] == f"check    {url} (new)"
        code, out, err = run(capsys, url, site.url("/404"))
        assert code == 1
        assert err.splitlines()[0] == "1 new, 0 changed, 0 removed, 0 unchanged, 1 cannot be read"
        assert err.splitlines()[1].startswith(f"error: {site.url('/404')}: the server says 404")
        assert run(capsys, "remove", url.upper().replace("A.TXT", "a.txt"))[:2] == (
            0,
            f"removed {url}\n",
        )
        listed = texts.parent / "list.toml"
        listed.write_text(f'[[source]]\nurl = "{url}"\n[[source]]\npath = "{texts}"\n')
        code, out, _ = run(capsys, "--sources", listed, "--json")
        assert (code, json.loads(out)["added"][0]) == (0, url)
        listed.rename(home / "sources.toml")
        code, out, err = run(capsys, "--sources", "--prune")
        assert "0 added, 0 changed, 0 removed, 4 unchanged" in out
    with pytest.raises(SystemExit) as caught:
        run(capsys, "--sources", home / "sources.toml", texts)
    assert caught.value.code == 2
    assert "give either PATH or --sources, not both" in capsys.readouterr().err


def test_a_run_in_words(capsys: pytest.CaptureFixture[str], texts: Path) -> None:
    code, out, err = run(capsys, texts)
    assert code == 0
    assert out.startswith("3 added, 0 changed, 0 removed, 0 unchanged, 0 refused in ")
    assert "the index holds 3 documents, " in out
    assert err == "3 new, 0 changed, 0 removed, 0 unchanged\n"


def test_progress_is_told_in_words() -> None:
    """A quarter of the bytes in 20 seconds: 60 are left."""
    progress = Progress(3, 1_200, 45, 800, 250, 1_000, 20.0)
    assert progress.describe() == "3 of 1,200 documents, 45 pages, 800 passages (40/s)"
    assert progress.seconds_left == 60
    assert "pages" not in replace(progress, pages=0).describe()
    assert replace(progress, source_bytes=0, seconds=0.0).seconds_left is None


def test_the_second_run_reads_no_text_and_commits_nothing(
    capsys: pytest.CaptureFixture[str], texts: Path
) -> None:
    (texts / "bad.txt").write_bytes(b"")
    (texts / "dangling.txt").symlink_to(texts / "nowhere")
    (texts / "0.md.meta.toml").write_text('publisher = "P"')
    run(capsys, texts)
    generation = open_index().manifest().generation
    opened: list[str] = []
    watching = True

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event == "open" and str(arguments[0]).startswith(str(texts)):
            opened.append(Path(str(arguments[0])).name)

    sys.addaudithook(hook)  # cannot be taken out again, so it is told to stop
    code, out, _ = run(capsys, texts)
    watching = False
    assert code == 0
    assert "3 unchanged" in out
    assert set(opened) == {"0.md.meta.toml"}
    assert open_index().manifest().generation == generation


def test_prune(capsys: pytest.CaptureFixture[str], texts: Path) -> None:
    run(capsys, texts)
    (texts / "1.md").unlink()
    code, out, err = run(capsys, texts, "--json")
    assert (code, json.loads(out)["missing"]) == (0, ["texts/1.md"])
    code, out, err = run(capsys, texts)
    assert "1 missing (kept; --prune removes them)" in err
    code, out, _ = run(capsys, texts, "--prune", "--json")
    assert (code, json.loads(out)["removed"]) == (0, ["texts/1.md"])
    assert open_index().manifest().documents == 2


def test_status(capsys: pytest.CaptureFixture[str], texts: Path) -> None:
    (texts / "bad.txt").write_bytes(b"")
    run(capsys, texts)
    code, out, _ = run(capsys, "status", "--json")
    status = json.loads(out)
    assert code == 0
    assert set(status) == STATUS_KEYS
    assert [set(document) for document in status["documents"]] == [DOCUMENT_KEYS] * 3
    assert status["passages"] == sum(document["passages"] for document in status["documents"])
    assert status["embedder"] == "hashing-64@1"
    code, out, _ = run(capsys, "status")
    lines = out.splitlines()
    assert "texts/0.md  “Programme 0 for wind energy”" in lines[0]
    assert lines[3].strip().startswith("refused   texts/bad.txt: the file is empty")
    assert lines[4].startswith("3 documents, ")


def test_remove(capsys: pytest.CaptureFixture[str], texts: Path) -> None:
    run(capsys, texts)
    assert run(capsys, "remove", "0.md")[:2] == (0, "removed texts/0.md\n")
    code, out, _ = run(capsys, "remove", "texts/1.md", "--json")
    assert (code, json.loads(out)) == (0, {"removed": "texts/1.md"})
    code, out, err = run(capsys, "remove", "0.md")
    assert (code, out) == (1, "")
    assert err == ("error: no document '0.md' in the index; `python -m ingest status` lists them\n")
    assert (texts / "0.md").exists()
    code, out, _ = run(capsys, texts, "--json")
    assert json.loads(out)["refused_before"] == ["texts/0.md", "texts/1.md"]
    assert run(capsys, "doctor")[:2] == (0, "nothing is wrong\n")  # what was wanted is no problem


def test_removing_an_upload_removes_its_file(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    (home / "uploads").mkdir(parents=True)
    (home / "uploads" / "a.txt").write_text(essay(1))
    (home / "uploads" / "a.txt.meta.toml").write_text('publisher = "P"\n')
    (home / "uploads" / "b.txt").write_text(essay(2))
    run(capsys, home / "uploads")
    run(capsys, "remove", "a.txt")
    assert [path.name for path in (home / "uploads").iterdir()] == ["b.txt"]
    assert indexed() == ["uploads/b.txt"]


def test_doctor(capsys: pytest.CaptureFixture[str], texts: Path, home: Path) -> None:
    run(capsys, texts)
    assert run(capsys, "doctor")[:2] == (0, "nothing is wrong\n")
    assert json.loads(run(capsys, "doctor", "--json")[1]) == {"problems": [], "notes": []}
    (texts / "0.md").unlink()
    (texts / "bad.txt").write_bytes(b"")
    run(capsys, texts)
    next((home / "index" / "vectors").glob("*.faiss")).unlink()
    code, out, _ = run(capsys, "doctor", "--json")
    problems = json.loads(out)["problems"]
    assert code == 1
    assert len(problems) == 3
    assert "missing (No such file or directory); run `python -m ingest`" in problems[0]
    assert problems[1].startswith("texts/bad.txt: the file is empty")
    assert problems[2] == (
        f"texts/0.md: its file has vanished; run `python -m ingest --prune {texts}`"
    )
    run(capsys, texts, "--prune")
    assert run(capsys, "doctor")[1].startswith("texts/bad.txt")


def test_commands_that_are_named_can_be_typed_as_they_are(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "our policies; and more"
    folder.mkdir()
    for name in ("a.md", "b.md"):
        (folder / name).write_text(essay(ord(name[0])))
    run(capsys, folder)
    (folder / "a.md").unlink()
    (problem,) = json.loads(run(capsys, "doctor", "--json")[1])["problems"]
    assert run(capsys, *mending(problem))[0] == 0
    assert run(capsys, "doctor")[0] == 0
    run(capsys, "remove", "b.md")
    (failure,) = json.loads(run(capsys, "status", "--json")[1])["failures"]
    assert run(capsys, *mending(failure["reason"]))[0] == 0
    assert len(indexed()) == 1


def test_the_command_for_a_vanished_folder_mends_it(
    capsys: pytest.CaptureFixture[str], texts: Path
) -> None:
    """Nothing can be indexed below a folder that is not there, and so nothing pruned either."""
    run(capsys, texts)
    texts.rename(texts.with_name("elsewhere"))
    problems = json.loads(run(capsys, "doctor", "--json")[1])["problems"]
    assert len(problems) == 3
    for problem in problems:
        assert f"its folder {texts} is not there; bring it back, or run" in problem
        assert run(capsys, *mending(problem))[0] == 0
    assert indexed() == []
    assert run(capsys, "doctor")[0] == 0


def mending(problem: str) -> list[str]:
    """The arguments of the command that a line of `doctor` names, as a shell understands it."""
    return shlex.split(problem.split("`")[1])[3:]


def test_doctor_finds_what_the_stores_disagree_about(
    capsys: pytest.CaptureFixture[str], texts: Path
) -> None:
    run(capsys, texts)
    index = open_index()
    with index.snapshot() as catalog:
        first, moment = catalog.live_numbers()[:1], catalog.moment
    words = TantivyWords.load(index.settings.index_directory / "words", exact=True)
    words.remove(first, moment.generation)
    words.commit(moment, "")
    words.close()
    code, out, _ = run(capsys, "doctor")
    assert code == 1
    assert out == ("words: 1 passages are missing and 0 are too many; run `python -m ingest`\n")


def test_doctor_looks_at_the_texts(
    capsys: pytest.CaptureFixture[str], texts: Path, home: Path
) -> None:
    (home / "uploads").mkdir(parents=True)
    (home / "uploads" / "new.md").write_text(essay(5))
    (home / "uploads" / "new.md.meta.toml").write_text('title = "New"\n')
    umlauts = "Die Förderung der Cluster in Österreich ist für kleine Unternehmen wichtig. " * 9
    (texts / "decoded.txt").write_bytes(umlauts.encode().decode("cp1252").encode())
    (texts / "right.txt").write_text(umlauts)
    (texts / "same.md").write_text(essay(1, 2))
    (texts / "short.txt").write_text("Cluster policy\n")
    run(capsys, texts)
    next((home / "originals").iterdir()).rename(home / "originals" / ("0" * 64))
    (home / "originals" / "notes.txt").write_text("somebody's own")
    code, out, _ = run(capsys, "doctor")
    lines = out.splitlines()
    assert code == 1
    assert [line.split(": ")[0] for line in lines] == [
        str(home / "originals"), str(home / "originals"), "uploads/new.md",
        "texts/same.md", "texts/decoded.txt", "texts/short.txt",
    ]  # fmt: skip
    assert "1 files that no version was read from; run `python -m ingest prune" in lines[0]
    assert "1 originals are missing" in lines[1]
    assert lines[3].endswith("run `python -m ingest remove texts/same.md`")
    assert "it looks wrongly decoded" in lines[4]
    assert lines[5].startswith("texts/short.txt: it holds 14 characters only")
    run(capsys, "prune", "--older-than", "1d")
    assert sorted(path.name[:5] for path in (home / "originals").iterdir())[-1] == "notes"
    assert "no version was read from" not in run(capsys, "doctor")[1]


def test_doctor_finds_slides_without_text(tmp_path: Path) -> None:
    """A version as a reader of slides makes it; the words are on slides 1 and 3 alone."""
    text = f"{essay(1)}\n\n{essay(2)}"
    half, end = len(essay(1)), len(text)
    pages = (Page(1, 0, half), Page(2, half, half, "ii"), Page(3, half, end), Page(4, end, end))
    version = Version(version_of(text), text, (), pages)
    source = Source("texts", "a.pptx", "0", 1, 1, "slides@2")
    document = Document(source, version.id, "A", Metadata(), "2026-01-01", 9, len(text))
    assert list(find_text_problems(document, version, tmp_path, "`again`")) == [
        "2 of 4 pages have no text (page ii, 4); if they are scans, have them recognised (the "
        "extra `ocr` does that for PDF) and run `again`"
    ]


def test_doctor_finds_pages_of_a_pdf_without_text(
    capsys: pytest.CaptureFixture[str],
    texts: Path,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of six pages 2 and 5 are pictures; 3 is blank and 6 holds nothing but the header."""
    monkeypatch.setattr("ingest.parsers.pdf.recognised.ocr.recognises_scans", lambda: False)
    home.mkdir()
    (home / "settings.toml").write_text("[ingest]\nworkers = 0\n")
    words = [
        "The council keeps the harbour open in winter, and the toll is the same for all ships.",
        "Every ship that enters pays before it leaves, and the harbour master gives a receipt.",
    ]
    header = Text(72, 810, "Harbour strategy of the council")
    written = [[header, *column(words)], [header, *column(words[::-1])]]
    pages = [written[0], PICTURE, [], written[1], PICTURE, [header]]
    (texts / "a plan.pdf").write_bytes(make(pages))
    (texts / "b.pdf").write_bytes(make([written[0], []]))
    monkeypatch.setitem(parsers.PARSERS, ".pdf", "pdf@1")
    run(capsys, texts)
    assert "texts/a plan.pdf" in indexed()
    code, out, _ = run(capsys, "doctor")
    assert code == 1
    assert out.splitlines() == [
        "texts/a plan.pdf: 2 of 6 pages have no text (page 2, 5); if they are scans, have them "
        f"recognised (the extra `ocr` does that for PDF) and run `python -m ingest '{texts}/a "
        "plan.pdf'`",
        "texts/a plan.pdf: no text in pages 2, 5, only pictures: install the extra that "
        'recognises it, `pip install -e ".[ocr]"`',
    ]
    (document,) = [d for d in open_index().documents() if d.id == "texts/a plan.pdf"]
    original = home / "originals" / document.source.sha256
    original.write_bytes(b"torn")
    assert "pages have no text" not in run(capsys, "doctor")[1]
    original.unlink()
    assert "pages have no text" not in run(capsys, "doctor")[1]


@pytest.mark.parametrize("command", ["status", "doctor", "remove x"])
def test_without_an_index_the_command_that_makes_one_is_named(
    capsys: pytest.CaptureFixture[str], command: str, home: Path
) -> None:
    code, out, err = run(capsys, *command.split())
    assert (code, out) == (1, "")
    assert err == f"error: no index in {home / 'index'}; run `python -m ingest` to make one\n"


def test_wrong_usage_exits_2(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--nonsense"], ["remove"], ["status", "extra"]):
        with pytest.raises(SystemExit) as caught:
            run(capsys, *arguments)
        assert caught.value.code == 2
        assert "Usage: python -m ingest" in capsys.readouterr().err


def test_no_argument_means_the_corpus_and_the_uploads(
    capsys: pytest.CaptureFixture[str], home: Path
) -> None:
    (home / "uploads").mkdir(parents=True)
    (home / "uploads" / "mine.txt").write_text(essay(1))
    plan = json.loads(run(capsys, "--dry-run", "--json")[1])["plan"]
    pages = [f"corpus/{path.name}" for path in sorted(CORPUS.glob("*.txt"))]
    assert pages
    assert {step["document"] for step in plan} >= {*pages, "uploads/mine.txt"}
    assert {step["document"].split("/")[0] for step in plan} == {"corpus", "uploads"}


@pytest.mark.parametrize(
    "arguments", [["--help"], ["status"], ["status", "--json"], ["--dry-run"]], ids=" ".join
)
def test_no_model_is_imported_where_none_is_needed(
    arguments: list[str], texts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, texts)
    script = (
        "import sys, runpy\n"
        "try: runpy.run_module('ingest', run_name='__main__')\n"
        "except SystemExit as ended: assert not ended.code, ended.code\n"
        "slow = {'torch', 'sentence_transformers', 'streamlit'} & set(sys.modules)\n"
        "sys.exit(f'imported {slow}' if slow else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


@pytest.mark.parametrize("arguments", [["status"], ["status", "--json"]], ids=" ".join)
def test_nobody_reads_what_it_prints(texts: Path, home: Path, arguments: list[str]) -> None:
    assert command(home, str(texts)).returncode == 0
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments],
        cwd=ROOT,
        env={**os.environ, "POLICY_CHAT_HOME": str(home)},
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=60,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, "")


def test_an_index_of_an_older_release(
    capsys: pytest.CaptureFixture[str], texts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was removed stays removed, and what is remembered is remembered."""
    run(capsys, texts)
    assert run(capsys, "remove", "texts/1.md")[0] == 0
    newer = (*schema.MIGRATIONS, "CREATE TABLE more (id INTEGER PRIMARY KEY);")
    monkeypatch.setattr(schema, "MIGRATIONS", newer)
    for arguments in (["status"], ["doctor"], ["--dry-run", texts]):
        code, out, err = run(capsys, *arguments)
        assert (code, out) == (1, "")
        assert err.startswith("error: the index in ")
        assert err.endswith("run `python -m ingest` to bring it up to date\n")
    with pytest.raises(IndexOutdated):
        make_plan(open_index(), [str(texts)])
    code, out, err = run(capsys, "--json", texts)
    assert (code, json.loads(out)["added"]) == (0, [])
    assert indexed() == ["texts/0.md", "texts/2.md"]
