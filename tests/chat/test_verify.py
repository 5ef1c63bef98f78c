"""The one promise: a quote that the stored text does not hold is never shown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from chat.answer import make_answerer
from chat.types import Citation, Question
from chat.writing.verify import reopen, verify
from index.catalog.snapshot import Snapshot
from index.errors import CitationUnknown, QuoteMismatch
from index.local import LocalIndex


@pytest.fixture(scope="module")
def citation(corpus_index: LocalIndex) -> Citation:
    answer = make_answerer(corpus_index).answer(Question("What is the cluster policy of Poland?"))
    return answer.citations[0]


@pytest.fixture
def catalog(corpus_index: LocalIndex) -> Iterator[Snapshot]:
    with corpus_index.snapshot() as opened:
        yield opened


def test_a_true_quote_is_verified(catalog: Snapshot, citation: Citation) -> None:
    assert verify(catalog, [replace(citation, verified=False)]) == [citation]


@pytest.mark.parametrize("shift", [-1, 1, 40])
def test_a_misplaced_quote_is_refused(catalog: Snapshot, citation: Citation, shift: int) -> None:
    moved = replace(citation, start=citation.start + shift, end=citation.end + shift)
    with pytest.raises(QuoteMismatch, match="doctor"):
        verify(catalog, [moved])


def test_an_invented_quote_is_refused(catalog: Snapshot, citation: Citation) -> None:
    invented = replace(citation, quote=citation.quote.replace("crucial", "minor"))
    with pytest.raises(QuoteMismatch):
        verify(catalog, [citation, invented])
    with pytest.raises(QuoteMismatch):
        reopen(catalog, invented)


def test_a_quote_of_an_unknown_version_is_refused(catalog: Snapshot, citation: Citation) -> None:
    with pytest.raises(CitationUnknown):
        verify(catalog, [replace(citation, version="0" * 64)])


def test_reopening_gives_the_text_around_the_quote(catalog: Snapshot, citation: Citation) -> None:
    citable = reopen(catalog, citation)
    assert citable.quote == citation.quote
    assert (citable.current, citable.removed) == (True, False)
    assert len(citable.version.text) > len(citation.quote)
