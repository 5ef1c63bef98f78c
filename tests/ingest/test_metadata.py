"""Sidecars."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest

from index.types import Metadata
from ingest.errors import SourceRefused
from ingest.sources.metadata import is_sidecar, load
from tests.library import Library

PAGES = sorted(Path("corpus").glob("*.txt"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_five_pages_say_what_they_show(page: Path) -> None:
    metadata, digest = load(page)
    assert len(digest) == 64
    assert metadata.language == "en"
    # The pages themselves show neither; what is not known is left out.
    assert metadata.date is None
    assert metadata.url is None
    assert metadata.title in page.read_text(encoding="utf-8")


def test_every_key(tmp_path: Path) -> None:
    document = tmp_path / "a.txt"
    sidecar = tmp_path / "a.txt.meta.toml"
    source = (
        'title = "T"\npublisher = "P"\nurl = "https://example.org/x"\ndate = 2024-03-31\n'
        'country = "C"\nlanguage = "cs"\ntype = "law"\n'
    )
    sidecar.write_text(source, encoding="utf-8")
    metadata, digest = load(document)
    assert metadata == Metadata(
        "T", "P", "https://example.org/x", date(2024, 3, 31), "C", "cs", "law"
    )
    assert digest == hashlib.sha256(source.encode()).hexdigest()


def test_the_full_name_goes_before_the_stem(tmp_path: Path) -> None:
    (tmp_path / "a.meta.toml").write_text('title = "stem"', encoding="utf-8")
    assert load(tmp_path / "a.txt")[0].title == "stem"
    (tmp_path / "a.txt.meta.toml").write_text('title = "full"', encoding="utf-8")
    assert load(tmp_path / "a.txt")[0].title == "full"
    assert load(tmp_path / "b.txt") == (Metadata(), "")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("2024-03-31", date(2024, 3, 31), id="date"),
        pytest.param('"2024-03-31"', date(2024, 3, 31), id="text"),
        pytest.param("2024-03-31T10:00:00Z", date(2024, 3, 31), id="time"),
    ],
)
def test_dates(tmp_path: Path, value: str, expected: date) -> None:
    (tmp_path / "a.meta.toml").write_text(f"date = {value}", encoding="utf-8")
    assert load(tmp_path / "a.txt")[0].date == expected


@pytest.mark.parametrize(
    ("source", "names"),
    [
        pytest.param('autor = "x"', "autor", id="unknown-key"),
        pytest.param("title = 3", "title", id="number"),
        pytest.param('title = ["a"]', "title", id="list"),
        pytest.param('title = " "', "title", id="blank"),
        pytest.param('title = "a\\nb"', "title", id="two-lines"),
        pytest.param('date = "March"', "date", id="not-a-date"),
        pytest.param("date = 2024", "date", id="year"),
        pytest.param('url = "ftp://x/y"', "url", id="ftp"),
        pytest.param('url = "javascript:alert(1)"', "url", id="script"),
        pytest.param('url = "https://[x"', "url", id="torn-address"),
        pytest.param("title = ", "TOML", id="not-toml"),
        pytest.param("title = 'a'\ntitle = 'b'", "TOML", id="twice"),
    ],
)
def test_refusals_name_the_key(tmp_path: Path, source: str, names: str) -> None:
    (tmp_path / "a.meta.toml").write_text(source, encoding="utf-8")
    with pytest.raises(SourceRefused) as refusal:
        load(tmp_path / "a.txt")
    assert names in str(refusal.value)
    assert "a.meta.toml" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_bytes_that_are_not_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.meta.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SourceRefused, match="TOML"):
        load(tmp_path / "a.txt")


def test_sidecars_are_no_documents() -> None:
    assert is_sidecar(Path("x/a.txt.meta.toml"))
    assert is_sidecar(Path("a.META.TOML"))
    assert not is_sidecar(Path("a.toml"))
    assert not is_sidecar(Path("meta.txt"))


def test_the_language_decides_where_sentences_end(tmp_path: Path) -> None:
    """In German a number with a full stop is an ordinal: "am 3. Januar"."""
    library = Library(tmp_path)
    text = "Die Förderung endet am 3. Januar. Anträge sind vorher zu stellen.\n"
    for name in ("said", "unsaid"):
        library.write(f"{name}.txt", f"{name}: {text}")
    library.write("said.txt.meta.toml", 'language = "de"')
    library.ingest()
    with library.index.snapshot() as catalog:
        counts = {
            document.source.path: len(catalog.passages_of(document.version)[0].sentences)
            for document in catalog.documents()
        }
    assert counts == {"said.txt": 2, "unsaid.txt": 3}
