"""What has become of a quotation in a newer text: worked examples."""

from __future__ import annotations

import re

import pytest

from index.citations import find_standing
from index.version import Section, Version, version_of

OLD = "Aims\n\nClusters grow. Clusters are funded for four years.\n\nEnd\n\nIt ends in 2030."
QUOTE = "Clusters are funded for four years."


def text(words: str, *headings: str) -> Version:
    """A version whose sections start where the headings stand, each to the next one."""
    starts = [words.index(heading) for heading in headings]
    ends = [*starts[1:], len(words)]
    sections = tuple(
        Section(start, end, (heading,))
        for start, end, heading in zip(starts, ends, headings, strict=True)
    )
    return Version(version_of(words), words, sections)


def sentences(version: Version) -> list[tuple[int, int]]:
    return [match.span() for match in re.finditer(r"[^\s.][^.\n]*\.", version.text)]


def found(new: Version, quote: str = QUOTE, old: str = OLD) -> tuple[str, str | None]:
    then = text(old, "Aims", "End")
    start = old.index(quote)
    result = find_standing(then, start, start + len(quote), new, sentences(new))
    if result.start is None:
        return result.state, None
    return result.state, new.text[result.start : result.end]


def test_words_under_the_same_heading_stand_wherever_they_are() -> None:
    new = text(OLD.replace("Clusters grow.", "Many clusters grow slowly."), "Aims", "End")
    assert found(new) == ("stands", QUOTE)


def test_words_under_another_heading_have_moved() -> None:
    new = text(f"Aims\n\nClusters grow.\n\nEnd\n\nIt ends in 2030. {QUOTE}", "Aims", "End")
    assert found(new) == ("moved", QUOTE)


def test_a_line_that_is_wrapped_elsewhere_says_the_same() -> None:
    wrapped = QUOTE.replace("funded for", "funded\nfor")
    assert found(text(OLD.replace(QUOTE, wrapped), "Aims", "End")) == ("stands", wrapped)


def test_changed_words_are_gone_and_the_nearest_sentence_is_named() -> None:
    new = text(OLD.replace("four", "five"), "Aims", "End")
    assert found(new) == ("gone", QUOTE.replace("four", "five"))


def test_nothing_like_it_is_left() -> None:
    assert found(text("Other\n\nBread is baked at night.", "Other")) == ("gone", None)


def test_several_places_the_heading_decides_then_the_surroundings() -> None:
    twice = f"Aims\n\nNo. {QUOTE} Clusters grow. {QUOTE}\n\nEnd\n\n{QUOTE}"
    new = text(twice, "Aims", "End")
    start = OLD.index(QUOTE)
    result = find_standing(text(OLD, "Aims", "End"), start, start + len(QUOTE), new, sentences(new))
    assert (result.state, result.start) == ("stands", twice.index(QUOTE, twice.index("grow")))


@pytest.mark.parametrize("quote", ["Art. 5", "(a) of it", "a+b [c]*", "…"])
def test_only_whole_words_and_no_pattern(quote: str) -> None:
    old = f"Aims\n\n{quote} End"
    assert found(text(f"Aims\n\n{quote} End", "Aims"), quote, old) == ("stands", quote)
    assert found(text("Aims\n\nArt. 50 aab cc.", "Aims"), quote, old)[0] == "gone"


def test_a_quotation_of_two_sentences_is_compared_with_two() -> None:
    both = "Clusters grow. Clusters are funded for four years."
    new = text(OLD.replace("four", "five"), "Aims", "End")
    assert found(new, both) == ("gone", both.replace("four", "five"))
