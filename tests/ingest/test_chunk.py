"""Passages: whole sentences, one section, nothing lost and nothing doubled."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.types import Passage
from ingest.errors import SourceRefused
from ingest.parsers import ParsedText, parse
from ingest.text.chunk import MONSTER_TOKENS, REMAINDER_TOKENS, SIZE, chunk, estimate_tokens

PAGES = sorted(Path("corpus").glob("*.txt"))
EUROPE = Path("corpus/clusterplattform-european-level.txt")


def assert_invariants(parsed: ParsedText, passages: list[Passage]) -> None:
    text = parsed.text
    version = parsed.version()
    position = 0
    covered: set[int] = set()
    for passage in passages:
        assert passage.text == text[passage.start : passage.end]
        assert position <= passage.start < passage.end <= len(text)
        position = passage.end
        inside = passage.start
        for start, end in passage.sentences:
            assert inside <= start < end <= passage.end
            assert not text[inside:start].strip()
            assert text[start:end] == text[start:end].strip()
            inside = end
        assert passage.sentences[0][0] == passage.start
        assert inside == passage.end
        assert {version.section_at(start) for start, _ in passage.sentences} == {
            version.section_at(passage.start)
        }
        costs = [estimate_tokens(text[start:end]) for start, end in passage.sentences]
        assert sum(costs) < max(SIZE.limit, *costs, 0) + REMAINDER_TOKENS
        assert max(costs) <= MONSTER_TOKENS
        covered.update(range(passage.start, passage.end))
    contexts = " ".join(passage.context for passage in passages)
    for block in parsed.blocks:
        held = [offset in covered for offset in range(block.start, block.end)]
        if block.kind == "heading":
            name = " ".join(text[block.start : block.end].split())
            assert all(held) or (not any(held) and name in contexts)
        else:
            assert all(
                is_held or not text[offset].strip()
                for offset, is_held in zip(range(block.start, block.end), held, strict=True)
            )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_pages(page: Path) -> None:
    parsed = parse(page.name, page.read_bytes())
    passages = chunk(parsed)
    assert_invariants(parsed, passages)
    assert chunk(parsed) == passages


LINES = st.lists(
    st.sampled_from(
        [
            "",
            "",
            "Heading",
            "Title",
            "# Head",
            "## Sub",
            "1. Scope",
            "- item",
            "* one *two*",
            "We:",
            "Bulgaria",
            "France",
            "Spain",
            "France is named. It is good.",
            "Spain has clusters.",
            "Article 5",
            "See more on Heading",
            "word " * 90 + "end.",
            "clause, " * 300 + "end.",
            "x" * 5000,
            "A sentence that is long enough to be a body of some heading above it.",
        ]
    ),
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(LINES, st.sampled_from(["a.txt", "a.md"]))
def test_any_lines(lines: list[str], name: str) -> None:
    try:
        parsed = parse(name, "\n".join(lines).encode())
    except SourceRefused:
        return
    assert_invariants(parsed, chunk(parsed))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=400))
def test_any_text(text: str) -> None:
    try:
        parsed = parse("a.txt", text.encode())
    except SourceRefused:
        return
    assert_invariants(parsed, chunk(parsed))


def passages(*lines: str, name: str = "a.txt") -> list[tuple[str, str]]:
    parsed = parse(name, "\n".join(lines).encode())
    return [(parsed.text[d.start : d.end], d.context) for d in chunk(parsed)]


@pytest.mark.parametrize(
    ("words", "context"),
    [
        pytest.param("In Albania", "European Level › Albania", id="albania"),
        pytest.param("Belgium is", "European Level › Belgium", id="belgium"),
        pytest.param("There is no over", "European Level › Bosnia and Herzegovina", id="bosnia"),
        pytest.param("Since 2018", "European Level › Finland", id="finland"),
        pytest.param("In 2005, the nation", "European Level › France", id="france"),
        pytest.param("A number of funding", "European Level › Austria", id="austria"),
        pytest.param("Switzerland does", "European Level › Switzerland", id="switzerland"),
        pytest.param("The Corallia Clusters", "European Level", id="corallia"),
        pytest.param("Platforms promoting", "European Level", id="platforms"),
        pytest.param("The European countries", "European Level", id="closing"),
    ],
)
def test_each_entry_of_the_directory_is_a_passage(words: str, context: str) -> None:
    parsed = parse(EUROPE.name, EUROPE.read_bytes())
    (passage,) = [d for d in chunk(parsed) if parsed.text.startswith(words, d.start)]
    assert passage.context == context


def test_no_passage_of_the_directory_holds_two_entries() -> None:
    """34 sections, 6 paragraphs without heading, an introduction, 3 after Belarus: 44."""
    parsed = parse(EUROPE.name, EUROPE.read_bytes())
    passages = chunk(parsed)
    assert len(passages) == 44
    texts = [parsed.text[passage.start : passage.end] for passage in passages]
    (kosovo,) = [text for text in texts if "November 2014" in text]
    assert "approximately 90 such initiatives" in kosovo


SENTENCE = "These words make a sentence of just about fifteen tokens in the very end."


def test_small_paragraphs_of_a_section_share_a_passage() -> None:
    """Fifteen tokens each: three go together, the other section stays apart."""
    assert estimate_tokens(SENTENCE) == 15
    assert passages("Title", SENTENCE, SENTENCE, SENTENCE, "Aims", SENTENCE) == [
        ("\n".join([SENTENCE] * 3), "Title"),
        (SENTENCE, "Title › Aims"),
    ]


def test_a_long_paragraph_ends_at_a_sentence() -> None:
    """Ten sentences make 150 tokens, the eleventh would make 165: 10 + 10 + 4."""
    found = [text.count("These") for text, _ in passages(" ".join([SENTENCE] * 24))]
    assert found == [10, 10, 4]


def test_a_tiny_remainder_joins_its_predecessor() -> None:
    """Eleven sentences are 165 tokens; the last alone would be 15, fewer than 25."""
    found = [text.count("These") for text, _ in passages(" ".join([SENTENCE] * 11))]
    assert found == [11]


def test_items_stay_with_their_lead_in() -> None:
    """105 tokens, then a list of 80: it starts a passage of its own rather than be cut."""
    items = ["- " + SENTENCE] * 5
    found = passages(" ".join([SENTENCE] * 7), "The aims are:", *items)
    assert [text for text, _ in found] == [
        " ".join([SENTENCE] * 7),
        "\n".join(["The aims are:", *items]),
    ]


def test_a_cut_list_carries_its_lead_in_as_context() -> None:
    """15 + 4 tokens, items of 16: 15 + 4 + 8 * 16 = 147, and the other ten are 160."""
    items = ["- " + SENTENCE] * 18
    assert passages("Title", SENTENCE, "The aims are:", *items) == [
        ("\n".join([SENTENCE, "The aims are:", *items[:8]]), "Title"),
        ("\n".join(items[8:]), "Title › The aims are:"),
    ]


def test_a_cut_table_carries_its_header_as_context() -> None:
    """The header is in the text once; every passage has it there or in its context."""
    rows = [f"| Land {n} | {SENTENCE} |" for n in range(30)]
    table = ["| Country | Programme |", "|---|---|", *rows]
    parsed = parse("a.md", "\n".join(["# Title", "", "The aims are:", "", *table]).encode())
    passages = chunk(parsed)
    assert_invariants(parsed, passages)
    assert [block.level for block in parsed.blocks if block.kind == "row"] == [1] + [0] * 30
    assert len(passages) > 2
    first, *others = [parsed.text[passage.start : passage.end] for passage in passages]
    assert first.startswith("The aims are:\nCountry\tProgramme\nLand 0\t")
    assert [passage.context for passage in passages] == [
        "Title",
        *["Title › The aims are: › Country | Programme"] * len(others),
    ]
    assert all(text.startswith("Land ") and text.endswith(SENTENCE) for text in others)
    assert parsed.text.count("Programme") == 1


def test_a_header_stays_with_its_first_row() -> None:
    """150 tokens of text, 3 of header: the limit is reached before the first row's end."""
    row = f"| Land | {SENTENCE} |"
    before = " ".join([SENTENCE] * 10)
    source = "\n".join([before, "", "| Name | Aim |", "|---|---|", row, row, "", SENTENCE])
    cells = f"Land\t{SENTENCE}"
    assert passages(source, name="a.md") == [
        (before, ""),
        (f"Name\tAim\n{cells}\n{cells}\n\n{SENTENCE}", ""),
    ]


def test_a_sentence_over_the_limit_is_not_cut() -> None:
    long = "word " * 300 + "end."
    assert passages(long, "Short one.")[0][0].startswith(long)


def test_a_monstrous_sentence_is_cut_at_clauses() -> None:
    found = passages("a clause of six words here, " * 120 + "end.")
    assert len(found) > 3
    assert all(text.endswith((",", "end.")) for text, _ in found)


def test_a_heading_over_nothing_is_still_found() -> None:
    found = passages("# Title", "", "## Empty", "", "## Full", "", SENTENCE, name="a.md")
    assert found == [("Empty", "Title"), (SENTENCE, "Title › Full")]


def test_text_without_spaces_comes_in_pieces() -> None:
    assert [len(text) for text, _ in passages("x" * 5_000)] == [2_000, 2_000, 1_000]


def test_a_cut_table_carries_its_caption_and_nested_items_their_lead_ins() -> None:
    """Items and rows of about 16 tokens each: the last passages begin in the middle."""
    inner = "".join(f"<li>{SENTENCE}</li>" for _ in range(20))
    rows = "".join(f"<tr><td>Port {n}</td><td>{SENTENCE}</td></tr>" for n in range(20))
    page = (
        f"<main><h1>Title</h1><p>{SENTENCE}</p><p>Towns shall:</p>"
        f"<ul><li>report:<ul>{inner}</ul></li></ul>"
        f"<h2>Grants</h2><p>{SENTENCE}</p><table><caption>Table 3: Grants</caption>"
        f"<tr><th>Port</th><th>Aim</th></tr>{rows}</table></main>"
    )
    contexts = [context for _, context in passages(page, name="a.html")]
    assert "Title › Towns shall: › report:" in contexts
    assert contexts[-1] == "Title › Grants › Table 3: Grants › Port | Aim"
