"""Headings, items and sections in text that has only lines; what a heading governs."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.parsers import Reading, read

BODY = "This is what stands below the heading and it is a whole sentence of some length."


def plain(*lines: str) -> Reading:
    return read("a.txt", "\n".join(lines).encode())


def headings(reading: Reading) -> list[str]:
    return [reading.text[b.start : b.end] for b in reading.blocks if b.kind == "heading"]


def path_of(reading: Reading, words: str) -> tuple[str, ...]:
    return reading.version().section_at(reading.text.index(words))


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
    reading = plain("The aims are:", "- one", "  • two", "3. three", "(a) four", "Five is none.")
    kinds = [block.kind for block in reading.blocks]
    assert kinds == ["paragraph", "item", "item", "item", "item", "paragraph"]


def test_one_opening_heading_is_the_title_and_stands_above_the_others() -> None:
    reading = plain("Clusters", "", "Clusters", "", BODY, "", "Aims", "", "Second " + BODY)
    assert reading.title == "Clusters"
    assert path_of(reading, "Second") == ("Clusters", "Aims")


def test_of_several_opening_headings_none_is_put_above_the_others() -> None:
    reading = plain(
        "Ministry of Trade", "", "Cluster policy", "", BODY, "", "Aims", "Second " + BODY
    )
    assert reading.title == "Cluster policy"
    assert path_of(reading, "Second") == ("Aims",)


def test_a_generic_first_heading_is_no_title() -> None:
    reading = plain("Introduction", BODY, "Aims", "Second " + BODY)
    assert reading.title is None
    assert path_of(reading, "Second") == ("Aims",)


def test_numbers_nest() -> None:
    reading = plain(
        "Title", BODY, "1. Aims", BODY, "1.1 Growth", "A " + BODY, "2. Means", "B " + BODY
    )
    assert path_of(reading, "A This") == ("Title", "1. Aims", "1.1 Growth")
    assert path_of(reading, "B This") == ("Title", "2. Means")


def test_legal_divisions_nest_and_carry_their_subject() -> None:
    reading = plain(
        "CHAPTER I", "GENERAL PROVISIONS", "Article 1", "Subject matter", "A " + BODY,
        "Article 2", "Scope", "B " + BODY, "CHAPTER II", "Rules", "Article 3", "C " + BODY,
    )  # fmt: skip
    assert path_of(reading, "A This") == (
        "CHAPTER I", "GENERAL PROVISIONS", "Article 1", "Subject matter",
    )  # fmt: skip
    assert path_of(reading, "B This") == ("CHAPTER I", "GENERAL PROVISIONS", "Article 2", "Scope")
    assert path_of(reading, "C This") == ("CHAPTER II", "Rules", "Article 3")


def test_hard_wrapped_lines_are_one_paragraph() -> None:
    reading = plain(
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
    assert [block.kind for block in reading.blocks] == ["heading", "paragraph"] * 2
    assert headings(reading) == ["Cluster policy", "Aims"]


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
    assert path_of(read(EUROPE.name, EUROPE.read_bytes()), words) == path


def test_a_link_line_that_repeats_the_heading_closes_it() -> None:
    page = Path("corpus/eu-cluster-policy.txt")
    reading = read(page.name, page.read_bytes())
    assert path_of(reading, "Read our report") == ("European Cluster Panorama",)
    assert path_of(reading, "See more on the European Cluster Panorama") == (
        "European Cluster Panorama",
    )
    assert path_of(reading, "This is our exchange programme") == ()
    assert path_of(reading, "The low carbon")[-1].startswith("Supporting the green transition")


def directory(*entries: tuple[str, str], after: str = "") -> Reading:
    return plain(
        "Overview of agencies", BODY, *(line for entry in entries for line in entry), after
    )


def test_a_directory_in_another_language() -> None:
    """German names: the paragraph on France below Spain loses Spain's heading."""
    reading = directory(
        ("Polen", "In Polen gibt es Programme für Cluster, die gefördert werden."),
        ("Italien", "In Italien gibt es Programme für Cluster, die gefördert werden."),
        ("Spanien", "In Spanien gibt es Programme für Cluster, die gefördert werden."),
        ("Schweden", "In Schweden gibt es Programme für Cluster, die gefördert werden."),
        ("Ungarn", "In Ungarn gibt es Programme für Cluster, die gefördert werden."),
        ("Dänemark", "In Dänemark gibt es Programme.\nAuch Frankreich fördert seine Cluster."),
        ("Estland", "In Estland gibt es Programme für Cluster, die gefördert werden."),
    )
    assert path_of(reading, "In Dänemark") == ("Overview of agencies", "Dänemark")
    assert path_of(reading, "Auch Frankreich") == ("Overview of agencies",)


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
    reading = directory(*entries)
    assert path_of(reading, "Austrian firms") == ("Overview of agencies", "Austria")
    entries[2] = ("Austria", "In Austria there is one.\nAustralia is no part of it.")
    assert path_of(directory(*entries), "Australia is") == ("Overview of agencies",)


NAMES = ["Enterprise Agency", "Growth Fund", "Export Office", "Skills Council", "Seed Fund"]
NAMES += ["Trade Board", "Patent Desk", "Cluster House", "Innovation Lab", "Digital Hub"]


def test_a_directory_of_names_no_gazetteer_knows() -> None:
    """The paragraph that names another entry, and what follows the last one, lose the heading."""
    entries = [(name, f"The {name} helps firms to grow in many ways.") for name in NAMES]
    entries[2] = (NAMES[2], f"{entries[2][1]}\nThe Digital Hub also advises firms on software.")
    reading = directory(*entries, after="All of them answer within ten days of a request.")
    assert path_of(reading, "The Export Office") == ("Overview of agencies", "Export Office")
    assert path_of(reading, "The Digital Hub also") == ("Overview of agencies",)
    assert path_of(reading, "The Digital Hub helps") == ("Overview of agencies", "Digital Hub")
    assert path_of(reading, "All of them") == ("Overview of agencies",)


def test_an_ordinary_report_keeps_its_headings() -> None:
    """Few sections with several paragraphs each are no directory, whatever they name."""
    reading = plain(
        "Report", BODY, "Aims", BODY, "Aims in France matter.", "Means", BODY, "Poland is named.",
        "Results", BODY, "Spain is named here.", "Outlook", BODY, "The last paragraph of all.",
    )  # fmt: skip
    assert path_of(reading, "Poland is") == ("Report", "Means")
    assert path_of(reading, "The last paragraph") == ("Report", "Outlook")
