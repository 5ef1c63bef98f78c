"""Versions of documents: what is kept, listed, compared, cited and pruned."""

from __future__ import annotations

import json
import re
import sqlite3
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chat.__main__ import main as chat
from index.catalog import schema
from index.errors import CitationUnknown, DocumentUnknown
from index.version import citation_id
from ingest.upkeep.removal import remove_document
from ingest.upkeep.versions import diff_versions, list_versions, parse_age, prune_versions
from tests.library import CountingEmbedder, Library, essay, run

OLD = "Measure 2-3"
SAME = "no sentence differs; at most white space and line breaks do\n"


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    filled = Library(tmp_path, CountingEmbedder())
    monkeypatch.setenv("POLICY_CHAT_HOME", str(filled.home))
    for number in range(3):
        filled.write(f"{number}.md", essay(number))
    filled.ingest()
    return filled


def rewrite(library: Library, number: int, change: Callable[[str], str]) -> None:
    path = library.texts / f"{number}.md"
    path.write_text(change(path.read_text()))
    library.ingest()


def backdate(library: Library, days: int) -> None:
    """Let all that ended have ended so long ago."""
    then = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds")
    with sqlite3.connect(library.settings.index_directory / schema.FILE) as catalog:
        catalog.execute("UPDATE generations SET committed_at = ?", (then,))
    catalog.close()


def test_only_passages_whose_text_changed_are_embedded(library: Library) -> None:
    before = library.embedder.passages
    passages = library.index.documents()[2].passages
    assert passages > 3
    rewrite(library, 2, lambda text: text.replace("Measure 2-3", "Measure 2-3 (amended)"))
    assert library.embedder.passages == before + 1
    rewrite(library, 2, lambda text: text.replace("Measure 2-3 (amended)", "Measure 2-3"))
    assert library.embedder.passages == before + 1


def test_the_versions_of_a_document_are_listed(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    first = library.index.documents()[1].version
    rewrite(library, 1, lambda text: text.replace("label", "certificate"))
    second = library.index.documents()[1].version
    code, out, _ = run(capsys, "versions", "1.md")
    lines = out.splitlines()
    assert (code, lines[0], len(lines)) == (0, "texts/1.md", 3)
    assert lines[1].startswith(second[:12])
    assert " – today" in lines[1]
    assert lines[2].startswith(first[:12])
    code, out, _ = run(capsys, "versions", "texts/1.md", "--json")
    listed = json.loads(out)["versions"]
    assert [entry["version"] for entry in listed] == [second, first]
    assert listed[0]["until"] is None
    assert listed[1]["until"] is not None


def test_a_version_that_comes_back_is_shown_again(library: Library) -> None:
    before = library.index.documents()[1].version
    rewrite(library, 1, lambda text: text.replace("label", "certificate"))
    rewrite(library, 1, lambda text: text.replace("certificate", "label"))
    known = list_versions(library.index, "1.md")
    assert (known[0].version, known[0].until, len(known)) == (before, None, 2)
    assert known[1].until is not None


def test_a_removed_document_has_versions_still(library: Library) -> None:
    remove_document(library.index, "1.md")
    assert [shown.until is None for shown in list_versions(library.index, "texts/1.md")] == [False]
    with pytest.raises(DocumentUnknown, match=r"no document 'nothing\.md'"):
        list_versions(library.index, "nothing.md")


def test_diff_is_by_sentence(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    first = library.index.documents()[2].version
    rewrite(library, 2, lambda text: text.replace("lose their label", "keep their label", 1))
    code, out, _ = run(capsys, "diff", "2.md")
    changed = [line for line in out.splitlines() if line[0] in "+-"]
    assert code == 0
    assert len(changed) == 4
    assert changed[0].startswith(f"--- texts/2.md {first[:12]}\t")
    assert changed[2].startswith("-Clusters that miss ")
    assert changed[2].replace("lose", "keep")[1:] == changed[3][1:]
    assert "\033" not in out
    rewrite(library, 2, lambda text: text.replace("keep their label", "lose their label", 1))
    assert diff_versions(library.index, "2.md", first[:8], first) == []
    code, out, _ = run(capsys, "diff", "2.md", "--from", first[:8], "--to", first[:8])
    assert (code, out) == (0, SAME)
    assert json.loads(run(capsys, "diff", "2.md", "--json")[1])["diff"]


def test_diff_has_colours_on_a_terminal_only(
    library: Library, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rewrite(library, 2, lambda text: text.replace("lose their label", "keep their label", 1))
    plain = run(capsys, "diff", "2.md")[1]
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.delenv("NO_COLOR", raising=False)
    coloured = run(capsys, "diff", "2.md")[1]
    assert "\033[31m-Clusters that miss " in coloured
    assert re.sub(r"\033\[\d+m", "", coloured) == plain
    version = plain.split()[2]
    assert run(capsys, "diff", "2.md", "--from", version, "--to", version)[1] == SAME
    monkeypatch.setenv("NO_COLOR", "1")
    assert run(capsys, "diff", "2.md")[1] == plain


def test_a_diff_of_line_breaks_does_not_call_two_texts_one(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    rewrite(library, 2, lambda text: text.replace("weeks. Applicants", "weeks.\n\nApplicants"))
    assert len(list_versions(library.index, "2.md")) == 2
    assert run(capsys, "diff", "2.md")[1] == SAME


def test_what_cannot_be_compared_is_one_line(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, "diff", "2.md")
    assert (code, out) == (1, "")
    assert "has no version before" in err
    code, out, err = run(capsys, "diff", "2.md", "--from", "zz")
    assert (code, out, err.count("\n")) == (1, "", 1)
    assert "texts/2.md has no version 'zz'; it has " in err


@pytest.mark.parametrize(("text", "days"), [("90d", 90), ("2w", 14), ("6m", 180), ("1y", 365)])
def test_ages(text: str, days: int) -> None:
    assert parse_age(text) == timedelta(days=days)


def test_longer_ago_than_anything(library: Library, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "prune", "--older-than", "99999y")
    assert (code, out.splitlines()[-1].partition(",")[0]) == (0, "removed 0 old versions")


@pytest.mark.parametrize("text", ["90", "d", "-1d", "1.5y", "9999999d", "90 d"])
def test_what_is_no_age_is_wrong_usage(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        run(capsys, "prune", f"--older-than={text}")
    assert caught.value.code == 2
    assert "is not an age; write 90d, 12w, 6m or 2y" in capsys.readouterr().err


def test_prune_forgets_what_is_old_and_nothing_else(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    oldest = library.index.search(OLD).hits[0].passage
    rewrite(library, 2, lambda text: text.replace("label", "certificate"))
    remove_document(library.index, "0.md")
    backdate(library, 100)
    younger = library.index.search(OLD).hits[0].passage
    rewrite(library, 2, lambda text: text.replace("certificate", "seal"))
    shown, found = library.passage_ids(), library.found(OLD)
    originals = {path.name for path in library.settings.originals.iterdir()}
    assert len(originals) == 5
    code, out, _ = run(capsys, "prune", "--older-than", "90d", "--dry-run")
    assert code == 0
    assert "would remove 2 old versions, 2 originals" in out.splitlines()[-1]
    assert {path.name for path in library.settings.originals.iterdir()} == originals
    code, out, _ = run(capsys, "prune", "--older-than", "90d")
    assert (code, len(out.splitlines())) == (0, 3)
    assert out.endswith("citations of these versions do not open any more\n")
    with pytest.raises(CitationUnknown, match="its text was pruned"):
        library.index.citable(oldest.id)
    assert library.index.citable(younger.id).quote == younger.text
    assert len(list(library.settings.originals.iterdir())) == 3
    assert (library.passage_ids(), library.found(OLD)) == (shown, found)
    assert library.reader().verify() == []
    embedded = library.embedder.passages
    again = json.loads(run(capsys, "prune", "--older-than", "90d", "--json")[1])
    assert (again["versions"], again["originals"], again["vectors"]) == ([], 0, 0)
    library.ingest()
    assert library.embedder.passages == embedded


def test_prune_keeps_the_text_that_another_document_shows(library: Library) -> None:
    library.write("copy.md", essay(1))
    library.ingest()
    cited = library.index.search("Measure 1-2").hits[0].passage
    rewrite(library, 1, lambda text: text.replace("label", "certificate"))
    backdate(library, 100)
    assert prune_versions(library.index, timedelta(days=90), dry_run=False).versions == ()
    assert library.index.citable(cited.id).current


def cite(capsys: pytest.CaptureFixture[str], name: str) -> dict[str, object]:
    assert chat(["cite", name, "--json"]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    found: dict[str, object] = json.loads(out)
    return found


def test_a_citation_says_what_has_become_of_it(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    hit = library.index.search(OLD).hits[0].passage
    text = library.index.citable(hit.id).version.text
    sentence = "Clusters that miss "
    start = text.index(sentence)
    end = text.index(".", start) + 1
    name = citation_id(hit.version, start, end)
    quote = text[start:end]
    assert cite(capsys, name)["state"] == "current"

    rewrite(library, 2, lambda text: text.replace("# Programme 2", "# The whole Programme 2", 1))
    rewrite(library, 2, lambda text: text.replace("# The whole Programme 2", "# Programme 2", 1))
    assert cite(capsys, name)["state"] == "current"

    rewrite(library, 2, lambda text: text.replace("In 20", "In the year 20").replace("In 19", "19"))
    told = cite(capsys, name)
    today = told["today"]
    assert isinstance(today, dict)
    assert (told["state"], told["quote"], today["quote"]) == ("stands", quote, quote)
    assert library.index.citable(today["id"]).current

    rewrite(library, 2, lambda text: text.replace("lose their label", "lose their good name"))
    told = cite(capsys, name)
    today = told["today"]
    assert isinstance(today, dict)
    assert (told["state"], told["quote"]) == ("gone", quote)
    assert today["quote"] == quote.replace("label", "good name")
    assert chat(["cite", name]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"“{quote}”"
    assert lines[3] == "gone: the document has changed since; these words are not in today's text"
    assert lines[-1] == f"open it with `python -m chat cite {today['id']}`"

    remove_document(library.index, "2.md")
    assert (cite(capsys, name)["state"], cite(capsys, name)["today"]) == ("removed", None)


def test_a_citation_that_is_not_there_is_one_line(
    library: Library, capsys: pytest.CaptureFixture[str]
) -> None:
    assert library.passage_ids()
    assert chat(["cite", "nothing"]) == 1
    assert capsys.readouterr().err == (
        "error: 'nothing' is not a citation id (VERSION-START-END)\n"
    )
