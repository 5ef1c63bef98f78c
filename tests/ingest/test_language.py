"""The language of a document: found where it can be told, None where it would be a guess."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.quality.languages import Rates, load_facts, measure
from index.changes import IncomingDocument
from index.embedding.hashing import HashingEmbedder
from index.types import Source
from index.version import Version
from ingest import parsers
from ingest.planning.plan import make_plan
from ingest.text import language
from ingest.text.language import SAMPLE_CHARS, SAMPLES, detect
from ingest.workers.parse import parse
from tests.library import Library, essay, loaded

FACTS = [
    json.loads(line)
    for line in Path("benchmarks/quality/language_facts.jsonl")
    .read_text(encoding="utf-8")
    .splitlines()
]
LANGUAGES = sorted(FACTS[0]["passage"])


@pytest.mark.parametrize("code", LANGUAGES)
def test_three_sentences_are_enough(code: str) -> None:
    for start in range(0, len(FACTS), 3):
        text = " ".join(fact["passage"][code] for fact in FACTS[start : start + 3])
        assert detect(text) == code


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("Cluster policy", id="heading"),
        pytest.param("12 34 56.7 % 2024 " * 50, id="figures"),
        pytest.param("XJQ 17-B ZZKR 0042 QWX PPLM TTRV " * 10, id="codes"),
    ],
)
def test_too_little_is_not_guessed(text: str) -> None:
    assert detect(text) is None


def test_a_text_of_several_languages_has_none() -> None:
    english, greek = (" ".join(fact["passage"][code] for fact in FACTS) for code in ("en", "el"))
    enough = SAMPLES * SAMPLE_CHARS // len(english) + 1
    assert detect(english * enough) == "en"
    assert detect(english * enough + greek * enough) is None


def test_norwegian_is_one_language() -> None:
    text = (
        "Små bedrifter får et tilskudd på opptil 50 prosent av forskningskostnadene sine. "
        "Søknader må være departementet i hende innen utgangen av mars."
    )
    assert detect(text) == "no"


def test_what_the_format_says_goes_before_what_is_found() -> None:
    german = " ".join(fact["passage"]["de"] for fact in FACTS)
    found = parse(loaded("a.txt", german.encode()))
    assert isinstance(found, IncomingDocument)
    assert found.metadata.language == "de"
    said = parse(loaded("a.md", f"---\nlang: nl\n---\n{german}".encode()))
    assert isinstance(said, IncomingDocument)
    assert said.metadata.language == "nl"


def test_the_sidecar_goes_before_both(tmp_path: Path) -> None:
    library = Library(tmp_path)
    library.write("a.md", essay(1))
    library.write("b.md", essay(2))
    library.write("b.md.meta.toml", 'language = "pl"')
    library.ingest()
    found = {
        document.source.path: document.metadata.language for document in library.index.documents()
    }
    assert found == {"a.md": "en", "b.md": "pl"}


def test_documents_indexed_without_this_are_read_again_once_with_a_reason(tmp_path: Path) -> None:
    """As an index of an older release has them: read by the parser alone, without a language."""
    library = Library(tmp_path)
    path = library.write("a.txt", "Sätze über Politik. " * 20)
    library.ingest()
    (document,) = library.index.documents()
    with library.index.writer() as writer:
        old = Source(
            document.source.root, "a.txt", document.source.sha256, document.source.size_bytes,
            document.source.modified_ns, "plain@2",
        )  # fmt: skip
        text = path.read_text(encoding="utf-8").strip()
        parsed = parsers.parse("a.txt", path.read_bytes())
        assert parsed.text == text
        metadata = type(document.metadata)(title=document.title)
        version = Version(document.version, text)
        writer.add([IncomingDocument(old, version, document.title, metadata, (), None, None)])
        writer.commit()
    (step,) = make_plan(library.index, [str(library.texts)]).steps
    assert step.action == "change"
    assert step.reason == f"read by plain@2, now plain@2+{language.ID}"
    library.ingest()
    (again,) = library.index.documents()
    assert again.metadata.language == "de"
    assert again.version == document.version
    assert make_plan(library.index, [str(library.texts)]).summary().endswith("1 unchanged")


def test_the_benchmark_of_languages() -> None:
    """With vectors of words, a question shares words only with its own sentence's language.

    Greek has no word in common with another alphabet, so nothing can be found or quoted there.
    """
    rates = measure(load_facts()[:4], HashingEmbedder())
    assert set(rates) == set(LANGUAGES)
    assert all(set(by_question) == set(LANGUAGES) for by_question in rates.values())
    assert all(rates[code][code].first >= 0.75 for code in LANGUAGES)
    assert rates["el"]["de"].quoted == 0
    assert rates["en"]["el"] == Rates(first=rates["en"]["el"].first, quoted=0, refused=1)
