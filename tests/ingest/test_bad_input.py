"""Whatever is wrong: one clear line, exit code 1, the rest indexed, nothing lost.

Run as root, a file without rights can still be read; so the process that is tested gives up the
capability that lets root do so.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from chat.__main__ import main as chat
from index.catalog.schema import MIGRATIONS
from index.local import LocalIndex
from index.settings import load_settings
from ingest.__main__ import main
from ingest.pipeline import apply_plan
from ingest.planning.plan import make_plan
from tests.library import COMMAND, ROOT, command, essay, indexed, open_index, run

WITHOUT_RIGHTS = """
import ctypes
header, sets = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
kernel = ctypes.CDLL(None, use_errno=True)
assert kernel.capget(header, sets) == 0
sets[0] &= ~0b110  # effective: CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
assert kernel.capset(header, sets) == 0
"""
FULL_DISK = """
import os, resource
from ingest.text.language import detect
if "MODEL_FIRST" in os.environ:
    detect("Unpacked while there is room for it, and then the disk is full of other files." * 2)
limit = int(os.environ["LARGEST_FILE"])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
"""

pytestmark = pytest.mark.usefixtures("home")


def assert_one_line(text: str, *parts: str) -> None:
    lines = text.splitlines()
    assert len(lines) == 1, text
    assert lines[0].startswith("error: ")
    assert "Traceback" not in text
    for part in parts:
        assert part in lines[0]


def dangling(path: Path) -> None:
    path.symlink_to(path.with_name("nowhere"))


def loop(path: Path) -> None:
    path.symlink_to(path)


def leads_out(path: Path) -> None:
    outside = path.parent.parent / "outside.txt"
    outside.write_text(essay(9))
    path.symlink_to(outside)


def linked_folder(path: Path) -> None:
    other = path.parent.parent / "other"
    other.mkdir()
    (other / "in.md").write_text(essay(9))
    path.symlink_to(other)


def bad_sidecar(path: Path) -> None:
    path.write_text(essay(8))
    path.with_name(f"{path.name}.meta.toml").write_text("title = ")


def unknown_key(path: Path) -> None:
    path.write_text(essay(8))
    path.with_name(f"{path.name}.meta.toml").write_text('colour = "red"')


BAD_FILES = [
    pytest.param("x.txt", lambda path: path.write_bytes(b""), "is empty", id="empty"),
    pytest.param("x.txt", lambda path: path.write_bytes(b" \n\t "), "white space", id="blank"),
    pytest.param("x.txt", lambda path: path.write_bytes(b"a\0b" * 99), "binary", id="binary"),
    pytest.param("x.md", lambda path: path.write_bytes(b"%PDF-1.4"), "a PDF", id="disguised"),
    pytest.param("x.xyz", lambda path: path.write_text("a"), "no reader for .xyz", id="format"),
    pytest.param("x", lambda path: path.write_text("a"), "without an ending", id="no-ending"),
    pytest.param("x.txt", dangling, "cannot be read (No such file", id="dangling-link"),
    pytest.param("x.txt", loop, "cannot be read (Too many levels", id="link-in-a-loop"),
    pytest.param("x.txt", leads_out, "a link that leads out of its folder", id="link-outside"),
    pytest.param("x.txt", linked_folder, "a link to a folder", id="link-to-a-folder"),
    pytest.param("x.txt", os.mkfifo, "not a regular file", id="fifo"),
    pytest.param("x.txt", bad_sidecar, "x.txt.meta.toml is not TOML", id="bad-sidecar"),
    pytest.param("x.txt", unknown_key, "unknown key 'colour'", id="unknown-key"),
]


@pytest.mark.parametrize(("name", "make", "reason"), BAD_FILES)
def test_one_bad_file_is_named_and_the_rest_is_indexed(
    capsys: pytest.CaptureFixture[str],
    texts: Path,
    name: str,
    make: Callable[[Path], object],
    reason: str,
) -> None:
    make(texts / name)
    code, out, err = run(capsys, "--json", texts)
    assert code == 1
    assert_one_line(err, f"texts/{name}: ", reason)
    assert [failure["id"] for failure in json.loads(out)["failures"]] == [f"texts/{name}"]
    assert indexed() == ["texts/0.md", "texts/1.md", "texts/2.md"]
    generation = open_index().manifest().generation
    code, out, err = run(capsys, "--json", texts)
    assert (code, err, json.loads(out)["refused_before"]) == (0, "", [f"texts/{name}"])
    assert open_index().manifest().generation == generation


def test_a_name_that_is_not_utf_8(capsys: pytest.CaptureFixture[str], texts: Path) -> None:
    Path(os.fsdecode(os.fsencode(texts) + b"/caf\xe9.md")).write_text(essay(7))
    code, out, err = run(capsys, "--json", texts)
    assert code == 1
    assert_one_line(err, "texts/caf\ufffd.md: its name is not UTF-8; rename it")
    assert len(json.loads(out)["added"]) == 3
    assert run(capsys, texts)[0] == 0


def test_a_file_that_vanishes_between_plan_and_apply(texts: Path) -> None:
    index = open_index()
    plan = make_plan(index, [str(texts)])
    (texts / "1.md").unlink()
    report = apply_plan(index, plan)
    assert [failure.id for failure in report.failures] == ["texts/1.md"]
    assert "cannot be read (No such file or directory)" in report.failures[0].reason
    assert indexed() == ["texts/0.md", "texts/2.md"]
    assert make_plan(index, [str(texts)]).outdated_failures == tuple(index.failures())


def test_a_file_whose_place_a_folder_takes(texts: Path) -> None:
    index = open_index()
    plan = make_plan(index, [str(texts)])
    (texts / "1.md").unlink()
    (texts / "1.md").mkdir()
    report = apply_plan(index, plan)
    assert "cannot be read (Is a directory)" in report.failures[0].reason
    assert indexed() == ["texts/0.md", "texts/2.md"]


def test_a_document_that_turns_bad_keeps_its_last_version(
    capsys: pytest.CaptureFixture[str], texts: Path
) -> None:
    run(capsys, texts)
    before = open_index().documents()
    (texts / "1.md").write_bytes(b"")
    (texts / "2.md.meta.toml").write_text("= broken")
    code, _, err = run(capsys, texts)
    assert code == 1
    assert sorted(line.split(": ")[1] for line in err.splitlines()[1:]) == [
        "texts/1.md", "texts/2.md",
    ]  # fmt: skip
    assert open_index().documents() == before


@pytest.mark.parametrize(
    ("argument", "reason"),
    [
        pytest.param("nowhere/at/all", "no such file or folder; check the path", id="unknown"),
        pytest.param("ftp://example.org/a.txt", "not a web address; write http", id="ftp"),
        pytest.param("", "no such file or folder", id="empty"),
        pytest.param("~nobody-of-that-name/x", "no such file or folder", id="no-such-user"),
        pytest.param("caf\udce9", "no such file or folder", id="not-utf-8"),
    ],
)
def test_a_path_that_cannot_be_used(
    capsys: pytest.CaptureFixture[str], home: Path, argument: str, reason: str
) -> None:
    code, out, err = run(capsys, argument)
    assert (code, out) == (1, "")
    assert_one_line(err, reason)
    assert not home.exists()


def test_bad_settings(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    home.mkdir()
    (home / "settings.toml").write_text("[retrieval]\nk = 1\n")
    for tried in (main, chat):
        assert tried(["status"]) == 1
        out, err = capsys.readouterr()
        assert out == ""
        assert_one_line(err, str(home / "settings.toml"), "unknown key retrieval.k")


# Rights


def without_rights(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return command(home, *arguments, code=WITHOUT_RIGHTS + COMMAND)


def test_a_file_and_a_folder_without_rights(texts: Path, home: Path) -> None:
    (texts / "sub").mkdir()
    (texts / "sub" / "in.md").write_text(essay(5))
    assert command(home, str(texts)).returncode == 0
    (texts / "new.md").write_text(essay(6))
    (texts / "new.md").chmod(0)
    (texts / "sub").chmod(0)
    done = without_rights(home, str(texts), "--prune", "--json")
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert [line.split(": ")[1] for line in lines] == ["texts/sub", "texts/new.md"]
    assert all("cannot be read (Permission denied)" in line for line in lines)
    assert json.loads(done.stdout)["removed"] == []
    assert "texts/sub/in.md" in indexed()
    again = without_rights(home, str(texts), "--json")
    assert (again.returncode, again.stderr) == (0, "")
    assert sorted(json.loads(again.stdout)["refused_before"]) == ["texts/new.md", "texts/sub"]
    (texts / "new.md").chmod(0o644)
    (texts / "sub").chmod(0o755)
    mended = without_rights(home, str(texts), "--json")
    assert json.loads(mended.stdout)["added"] == ["texts/new.md"]
    assert open_index().failures() == []


def test_a_root_without_rights_is_not_pruned(texts: Path, home: Path) -> None:
    assert command(home, str(texts)).returncode == 0
    texts.chmod(0)
    done = without_rights(home, str(texts), "--prune")
    texts.chmod(0o755)
    assert done.returncode == 1
    assert "error: texts/.: cannot be read (Permission denied)" in done.stderr
    assert len(indexed()) == 3


def test_an_index_without_rights(texts: Path, home: Path) -> None:
    assert command(home, str(texts)).returncode == 0
    (texts / "new.md").write_text(essay(6))
    folder = home / "index"
    folder.chmod(0o500)
    done = without_rights(home, str(texts), "--json")
    folder.chmod(0o755)
    assert (done.returncode, done.stdout) == (1, "")
    assert_one_line(done.stderr, str(folder), "cannot be written (", "mend the rights")
    assert len(indexed()) == 3
    home_is_a_file = home.with_name("file")
    home_is_a_file.write_text("")
    done = command(home_is_a_file, str(texts), "--json")
    assert (done.returncode, done.stdout) == (1, "")
    assert_one_line(done.stderr, str(home_is_a_file), "Not a directory")


@pytest.mark.parametrize("arguments", [["TEXTS"], ["status"], ["doctor"], ["--dry-run", "TEXTS"]])
def test_an_index_that_nobody_may_look_into(texts: Path, home: Path, arguments: list[str]) -> None:
    assert command(home, str(texts)).returncode == 0
    folder = home / "index"
    folder.chmod(0)
    given = [str(texts) if argument == "TEXTS" else argument for argument in arguments]
    done = without_rights(home, *given)
    folder.chmod(0o755)
    assert (done.returncode, done.stdout) == (1, "")
    assert_one_line(done.stderr, str(folder), "(Permission denied)", "mend the rights")


def test_originals_without_rights(texts: Path, home: Path) -> None:
    assert command(home, str(texts)).returncode == 0
    (texts / "new.md").write_text(essay(6))
    originals = load_settings().originals
    originals.chmod(0)
    done = without_rights(home, str(texts), "--json")
    originals.chmod(0o755)
    assert (done.returncode, done.stdout) == (1, "")
    assert_one_line(done.stderr, str(originals), "cannot be written (Permission denied)")
    assert len(indexed()) == 3


def test_roots_below_a_folder_without_rights(texts: Path, home: Path) -> None:
    """A root inside, a link into it, a folder that can be listed only, and a path into it."""
    locked, listed = texts / "locked", texts / "listed"
    for folder in (locked / "root", listed / "sub"):
        folder.mkdir(parents=True)
        (folder / "in.md").write_text(essay(5))
    (listed / "in.md").write_text(essay(6))
    assert command(home, str(locked / "root")).returncode == 0
    (texts / "link.md").symlink_to(locked / "root" / "in.md")
    locked.chmod(0)
    listed.chmod(0o400)
    done = without_rights(home, str(texts), "--prune", "--json")
    into = without_rights(home, str(locked / "root"))
    doctor = without_rights(home, "doctor")
    locked.chmod(0o755)
    listed.chmod(0o755)
    assert (done.returncode, into.returncode, doctor.returncode) == (1, 1, 1)
    assert {line.split(": ")[1] for line in done.stderr.splitlines()} == {
        "texts/locked", "texts/link.md", "texts/listed/in.md", "texts/listed/sub", "root/.",
    }  # fmt: skip
    assert all("cannot be read (Perm" in line for line in done.stderr.splitlines())
    assert json.loads(done.stdout)["added"] == [f"texts/{number}.md" for number in range(3)]
    assert "root/in.md" in indexed()
    assert_one_line(into.stderr, "cannot be read (Permission denied); check its rights")
    assert "root/in.md: its file cannot be read (Permission denied)" in doctor.stdout
    assert "vanished" not in doctor.stdout
    assert doctor.stderr == ""


# A full disk


@pytest.mark.parametrize("largest_file", [0, 2_000, 20_000, 80_000, 200_000], ids=str)
def test_a_full_disk_loses_nothing(texts: Path, home: Path, largest_file: int) -> None:
    assert command(home, str(texts)).returncode == 0
    for number in range(3, 40):
        (texts / f"{number}.md").write_text(essay(number))
    environment = {"LARGEST_FILE": str(largest_file), "MODEL_FIRST": "1"}
    done = command(home, str(texts), "--json", environment=environment, code=FULL_DISK + COMMAND)
    assert (done.returncode, done.stdout) == (1, "")
    assert_one_line(done.stderr, str(home), "cannot be written", "then run the same command again")
    assert {f"texts/{number}.md" for number in range(3)} <= set(indexed())
    assert open_index().search("region 1").hits
    mended = command(home, str(texts), "--json")
    assert (mended.returncode, mended.stderr) == (0, "")
    assert len(indexed()) == 40
    assert open_index().verify() == []


def test_no_room_for_temporary_files(texts: Path, home: Path, tmp_path: Path) -> None:
    """The model that tells languages unpacks itself there."""
    environment = {"LARGEST_FILE": "1000000", "TMPDIR": str(tmp_path)}
    done = command(home, str(texts), "--json", environment=environment, code=FULL_DISK + COMMAND)
    assert (done.returncode, done.stdout) == (1, "")
    assert_one_line(done.stderr, str(tmp_path), "cannot be written", "free space")
    assert command(home, str(texts), "--json").returncode == 0


# A damaged index


def torn(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def scrambled(path: Path) -> None:
    path.write_bytes(os.urandom(path.stat().st_size))


DERIVED = [
    pytest.param("vectors/*.faiss", torn, id="vectors-torn"),
    pytest.param("vectors/*.faiss", Path.unlink, id="vectors-missing"),
    pytest.param("vectors/generation.json", scrambled, id="vectors-stamp"),
    pytest.param("words/*/meta.json", Path.unlink, id="words-missing"),
    pytest.param("words/*/*.idx", scrambled, id="words-scrambled"),
    pytest.param("words/*/*.fast", torn, id="words-torn"),
    pytest.param("words/generation.json", torn, id="words-stamp"),
]


@pytest.mark.parametrize(("pattern", "harm"), DERIVED)
def test_a_damaged_derived_store(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    corpus_index: LocalIndex,
    tmp_path: Path,
    pattern: str,
    harm: Callable[[Path], None],
) -> None:
    home = tmp_path / "copy"
    shutil.copytree(corpus_index.settings.home, home)
    monkeypatch.setenv("POLICY_CHAT_HOME", str(home))
    harm(next((home / "index").glob(pattern)))
    question = "Which agency runs the Polish cluster programmes?"
    assert chat(["--json", question]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert_one_line(err, str(home / "index"), "run `python -m ingest`")
    assert main(["status"]) == 0
    assert main(["doctor"]) == 1
    assert "run `python -m ingest`" in capsys.readouterr().out
    assert main([str(ROOT / "corpus")]) == 0
    assert "0 added, 0 changed, 0 removed, 5 unchanged" in capsys.readouterr().out
    assert main(["doctor"]) == 0
    assert open_index().manifest() == corpus_index.manifest()


@pytest.mark.parametrize("harm", [torn, scrambled])
def test_a_damaged_catalog(
    capsys: pytest.CaptureFixture[str], texts: Path, home: Path, harm: Callable[[Path], None]
) -> None:
    run(capsys, texts)
    catalog = home / "index" / "catalog.sqlite"
    harm(catalog)
    damaged = catalog.read_bytes()
    remedy = f"move the folder {home / 'index'} away and run `python -m ingest`"
    for arguments in (["status"], ["doctor"], [str(texts)], ["remove", "0.md"]):
        code, out, err = run(capsys, *arguments)
        assert (code, out) == (1, "")
        assert_one_line(err, str(catalog), remedy)
    assert chat(["a question"]) == 1
    assert_one_line(capsys.readouterr().err, str(catalog), remedy)
    assert catalog.read_bytes() == damaged
    shutil.move(home / "index", home / "damaged")
    assert run(capsys, texts)[0] == 0
    assert len(indexed()) == 3


def test_another_programs_database_is_not_taken_for_a_catalog(
    capsys: pytest.CaptureFixture[str], home: Path, texts: Path
) -> None:
    import sqlite3

    (home / "index").mkdir(parents=True)
    for version, reason in (
        (len(MIGRATIONS), "no such table"),
        (99, "made by a newer release (schema 99"),
    ):
        with sqlite3.connect(home / "index" / "catalog.sqlite") as connection:
            connection.execute(f"PRAGMA user_version = {version}")
        connection.close()
        code, _, err = run(capsys, "status")
        assert code == 1
        assert_one_line(err, "catalog.sqlite", reason)


def test_an_index_of_another_embedder(capsys: pytest.CaptureFixture[str], texts: Path) -> None:
    run(capsys, texts)
    for tried in ([str(texts)], ["--json", str(texts)]):
        assert main(tried) == 1
        out, err = capsys.readouterr()
        assert out == ""
        assert "hashing-64@1" in err.splitlines()[-1]
        assert "run `python -m ingest --reembed`" in err.splitlines()[-1]
    for asked in (["a question"], ["search", "a question"]):
        assert chat(asked) == 1
        assert_one_line(capsys.readouterr().err, "hashing-64@1", "--reembed")
    assert main(["doctor"]) == 1
    assert "run `python -m ingest --reembed`" in capsys.readouterr().out
    assert run(capsys, "status")[0] == 0
