"""Headings, items and sections in text that has only lines; what a heading governs."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.parsers import Block, ParsedText, parse
from ingest.text.directory import find_heading_ends

BODY = "This is what stands below the heading and it is a whole sentence of some length."


def plain(*lines: str) -> ParsedText:
    return parse("a.txt", "\n".join(lines).encode())


def headings(parsed: ParsedText) -> list[str]:
    return [parsed.text[b.start : b.end] for b in parsed.blocks if b.kind == "heading"]


def path_of(parsed: ParsedText, words: str) -> tuple[str, ...]:
    return parsed.version().section_at(parsed.text.index(words))


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param(["Title", BODY, "Part one", BODY], ["Title", "Part one"], id="no-blank-lines"),
        pytest.param(
            ["Title", "", BODY, "", "What now?", "", BODY], ["Title", "What now?"], id="?"
        ),
        pytest.param(["Not a heading.", BODY], [], id="full-stop"),
        pytest.param(["The aims are:", BODY], [], id="lead-in"),
        pytest.param(["lower case start", BODY], [], id="lower-case"),
        pytest.param(["Supported through actions such as", "", BODY], [], id="unfinished"),
        pytest.param([BODY, "See more on clusters", "", BODY], [], id="trailing-link"),
        pytest.param([BODY, "", "Related initiatives (167 kB)", "", "Videos (2 kB)"], [], id="end"),
        pytest.param(["12 March 2024", BODY], [], id="date"),
        pytest.param(["May 07, 2024", BODY], [], id="american-date"),
        pytest.param(["Tel.: (40) 21 231 02 62", BODY], [], id="telephone"),
        pytest.param(["Article 5", BODY], ["Article 5"], id="article"),
        pytest.param(["www.example.org", BODY], [], id="address"),
        pytest.param(["Austria", "Belgium", "Bulgaria", "Croatia", BODY], [], id="menu"),
        pytest.param(["1. Scope", BODY, "2. Aims", BODY], ["1. Scope", "2. Aims"], id="numbered"),
        pytest.param(["1. Scope", "2. Aims", "3. End", BODY], [], id="numbered-list"),
        pytest.param(["- Scope", BODY], [], id="bullet"),
    ],
)
def test_which_lines_are_headings(lines: list[str], expected: list[str]) -> None:
    assert headings(plain(*lines)) == expected


def test_items_and_their_lead_in() -> None:
    parsed = plain("The aims are:", "- one", "  • two", "3. three", "(a) four", "Five is none.")
    kinds = [block.kind for block in parsed.blocks]
    assert kinds == ["paragraph", "item", "item", "item", "item", "paragraph"]


def test_one_opening_heading_is_the_title_and_stands_above_the_others() -> None:
    parsed = plain("Clusters", "", "Clusters", "", BODY, "", "Aims", "", "Second " + BODY)
    assert parsed.title == "Clusters"
    assert path_of(parsed, "Second") == ("Clusters", "Aims")


def test_of_several_opening_headings_none_is_put_above_the_others() -> None:
    parsed = plain(
        "Ministry of Trade", "", "Cluster policy", "", BODY, "", "Aims", "Second " + BODY
    )
    assert parsed.title == "Cluster policy"
    assert path_of(parsed, "Second") == ("Aims",)


def test_an_article_that_was_put_in_later_stands_beside_the_others() -> None:
    parsed = plain("Article 10ca", BODY, "Article 11", "Scope", "Second " + BODY)
    assert path_of(parsed, "Second") == ("Article 11", "Scope")


def test_a_generic_first_heading_is_no_title() -> None:
    parsed = plain("Introduction", BODY, "Aims", "Second " + BODY)
    assert parsed.title is None
    assert path_of(parsed, "Second") == ("Aims",)


def test_numbers_nest() -> None:
    parsed = plain(
        "Title", BODY, "1. Aims", BODY, "1.1 Growth", "A " + BODY, "2. Means", "B " + BODY
    )
    assert path_of(parsed, "A This") == ("Title", "1. Aims", "1.1 Growth")
    assert path_of(parsed, "B This") == ("Title", "2. Means")


def test_legal_divisions_nest_and_carry_their_subject() -> None:
    parsed = plain(
        "CHAPTER I", "GENERAL PROVISIONS", "Article 1", "Subject matter", "A " + BODY,
        "Article 2", "Scope", "B " + BODY, "CHAPTER II", "Rules", "Article 3", "C " + BODY,
    )  # fmt: skip
    assert path_of(parsed, "A This") == (
        "CHAPTER I", "GENERAL PROVISIONS", "Article 1", "Subject matter",
    )  # fmt: skip
    assert path_of(parsed, "B This") == ("CHAPTER I", "GENERAL PROVISIONS", "Article 2", "Scope")
    assert path_of(parsed, "C This") == ("CHAPTER II", "Rules", "Article 3")


def test_hard_wrapped_lines_are_one_paragraph() -> None:
    parsed = plain(
        "Cluster policy",
        "",
        "Clusters are groups of firms, related economic actors, and institutions",
        "located near each other and with sufficient scale to develop specialised",
        "expertise, services, resources, suppliers and skills. Together, SMEs can",
        "be more innovative.",
        "",
        "Aims",
        "",
        "The first aim is to create more jobs and to register more international",
        "trademarks and patents than alone.",
    )
    assert [block.kind for block in parsed.blocks] == ["heading", "paragraph"] * 2
    assert headings(parsed) == ["Cluster policy", "Aims"]


def test_a_few_wrapped_lines_are_one_paragraph() -> None:
    """Too few to tell the width of the text by, as in a mail or a notice."""
    first = [
        "The harbour authority shall publish its dredging plan before",
        "the first of March of each year, and sends it to the port of",
        "Ruritania for approval.",
    ]
    parsed = plain("1. Scope", "", *first, "", "The deadline is 3 June and the", "permit is free.")
    paragraphs = [parsed.text[block.start : block.end] for block in parsed.blocks[1:]]
    assert paragraphs == ["\n".join(first), "The deadline is 3 June and the\npermit is free."]


def test_short_lines_one_below_the_other_are_no_paragraph() -> None:
    """A menu, verses, and a list that lost its marks: each line ends by itself."""
    menu = ["Sign in", "register", "find out about", "our work"]
    items = [
        "public research organisations with a seat in the country",
        "cluster organisations with 25 members",
        "municipalities and their associations",
    ]
    parsed = plain(*menu, "", *items)
    assert [parsed.text[block.start : block.end] for block in parsed.blocks] == [*menu, *items]


EUROPE = Path("corpus/clusterplattform-european-level.txt")


@pytest.mark.parametrize(
    ("words", "path"),
    [
        pytest.param("At European level", ("European Level",), id="intro"),
        pytest.param("In Albania", ("European Level",), id="albania-lost"),
        pytest.param("Belgium is", ("European Level",), id="belgium-lost"),
        pytest.param("Denmark has", ("European Level", "Denmark"), id="denmark"),
        pytest.param("Cluster initiatives in Estonia", ("European Level", "Estonia"), id="estonia"),
        pytest.param("Since 2018 Business", ("European Level",), id="finland-not-estonia"),
        pytest.param("In 2005, the nationwide", ("European Level",), id="france-not-estonia"),
        pytest.param("A number of funding", ("European Level",), id="austria-not-norway"),
        pytest.param("The Ministry for Trade", ("European Level", "Kosovo"), id="kosovo"),
        pytest.param("A multiplicity", ("European Level", "Kosovo"), id="kosovo-second"),
        pytest.param("Cluster policy in the Czech", ("European Level", "Czech Republic"), id="cz"),
        pytest.param("Cluster policy in Belarus", ("European Level", "Belarus"), id="belarus"),
        pytest.param("The Corallia Clusters", ("European Level",), id="not-belarus"),
        pytest.param("- EU Cluster Portal", ("European Level",), id="platforms"),
        pytest.param("The European countries are", ("European Level",), id="closing"),
    ],
)
def test_the_directory_page(words: str, path: tuple[str, ...]) -> None:
    assert path_of(parse(EUROPE.name, EUROPE.read_bytes()), words) == path


def test_a_link_line_that_repeats_the_heading_closes_it() -> None:
    page = Path("corpus/eu-cluster-policy.txt")
    parsed = parse(page.name, page.read_bytes())
    assert path_of(parsed, "Read our report") == ("European Cluster Panorama",)
    assert path_of(parsed, "See more on the European Cluster Panorama") == (
        "European Cluster Panorama",
    )
    assert path_of(parsed, "This is our exchange programme") == ()
    assert path_of(parsed, "The low carbon")[-1].startswith("Supporting the green transition")


def directory(*entries: tuple[str, str], after: str = "") -> ParsedText:
    return plain(
        "Overview of agencies", BODY, *(line for entry in entries for line in entry), after
    )


def test_a_directory_in_another_language() -> None:
    """German names: the paragraph on France below Spain loses Spain's heading."""
    parsed = directory(
        ("Polen", "In Polen gibt es Programme für Cluster, die gefördert werden."),
        ("Italien", "In Italien gibt es Programme für Cluster, die gefördert werden."),
        ("Spanien", "In Spanien gibt es Programme für Cluster, die gefördert werden."),
        ("Schweden", "In Schweden gibt es Programme für Cluster, die gefördert werden."),
        ("Ungarn", "In Ungarn gibt es Programme für Cluster, die gefördert werden."),
        ("Dänemark", "In Dänemark gibt es Programme.\nAuch Frankreich fördert seine Cluster."),
        ("Estland", "In Estland gibt es Programme für Cluster, die gefördert werden."),
    )
    assert path_of(parsed, "In Dänemark") == ("Overview of agencies", "Dänemark")
    assert path_of(parsed, "Auch Frankreich") == ("Overview of agencies",)


@pytest.mark.parametrize(
    ("second", "keeps"),
    [
        pytest.param("Polish firms trade with Germany.", True, id="adjective-that-is-a-language"),
        pytest.param("It began long ago, in 1990.", True, id="names-nothing"),
        pytest.param("Germany has programmes too.", False, id="names-another"),
        pytest.param("Germany and Poland share one.", True, id="names-both"),
    ],
)
def test_a_second_paragraph_of_an_entry(second: str, keeps: bool) -> None:
    names = ["Spain", "Italy", "Poland", "Greece", "Malta", "Ireland", "Sweden"]
    entries = [(name, f"In {name} there are programmes for clusters of firms.") for name in names]
    entries[2] = (names[2], f"{entries[2][1]}\n{second}")
    expected = ("Overview of agencies", "Poland") if keeps else ("Overview of agencies",)
    assert path_of(directory(*entries), second) == expected


def test_an_adjective_that_is_no_language_speaks_of_its_country_too() -> None:
    names = ["Spain", "Italy", "Austria", "Greece", "Malta", "Ireland", "Sweden"]
    entries = [(name, f"In {name} there are programmes for clusters of firms.") for name in names]
    entries[2] = ("Austria", f"{entries[2][1]}\nAustrian firms trade with Germany.")
    parsed = directory(*entries)
    assert path_of(parsed, "Austrian firms") == ("Overview of agencies", "Austria")
    entries[2] = ("Austria", "In Austria there is one.\nAustralia is no part of it.")
    assert path_of(directory(*entries), "Australia is") == ("Overview of agencies",)


NAMES = ["Enterprise Agency", "Growth Fund", "Export Office", "Skills Council", "Seed Fund"]
NAMES += ["Trade Board", "Patent Desk", "Cluster House", "Innovation Lab", "Digital Hub"]


def test_a_directory_of_names_no_gazetteer_knows() -> None:
    """The paragraph that names another entry, and what follows the last one, lose the heading."""
    entries = [(name, f"The {name} helps firms to grow in many ways.") for name in NAMES]
    entries[2] = (NAMES[2], f"{entries[2][1]}\nThe Digital Hub also advises firms on software.")
    parsed = directory(*entries, after="All of them answer within ten days of a request.")
    assert path_of(parsed, "The Export Office") == ("Overview of agencies", "Export Office")
    assert path_of(parsed, "The Digital Hub also") == ("Overview of agencies",)
    assert path_of(parsed, "The Digital Hub helps") == ("Overview of agencies", "Digital Hub")
    assert path_of(parsed, "All of them") == ("Overview of agencies",)


def test_sections_that_do_not_say_their_headings_again_are_no_directory() -> None:
    """ "Digital Hub" in another section is no reason to doubt a heading of a report."""
    entries = [(name, "Firms grow in many ways, and it helps them all.") for name in NAMES]
    entries[2] = (NAMES[2], f"{entries[2][1]}\nThe Digital Hub also advises firms on software.")
    assert find_heading_ends(*found_in(directory(*entries))) == {}


def found_in(parsed: ParsedText) -> tuple[str, tuple[Block, ...]]:
    return parsed.text, parsed.blocks


def test_an_ordinary_report_keeps_its_headings() -> None:
    """Few sections with several paragraphs each are no directory, whatever they name."""
    parsed = plain(
        "Report", BODY, "Aims", BODY, "Aims in France matter.", "Means", BODY, "Poland is named.",
        "Results", BODY, "Spain is named here.", "Outlook", BODY, "The last paragraph of all.",
    )  # fmt: skip
    assert path_of(parsed, "Poland is") == ("Report", "Means")
    assert path_of(parsed, "The last paragraph") == ("Report", "Outlook")
