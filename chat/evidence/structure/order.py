"""The order of quotations: of one list as they stand in it, the list that is asked for first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from chat.evidence.structure.extent import NEAR_CHARS
from chat.retrieval.retrieve import Terms, collect_terms
from chat.types import Evidence

# A list is shown first whose lead-in holds this share of what is asked for, with so many items.
ANNOUNCED = 0.5
LEAST_ITEMS = 2


@dataclass(frozen=True, slots=True)
class Listed:
    """A quotation and the list that it stands in.

    Attributes:
        piece: The quotation.
        place: Of its list, the version and where the outermost lead-in begins; None without one.
        announced: The lead-in of its list, if the quotation holds it.
        items: How many items of its list the quotation reaches.
    """

    piece: Evidence
    place: tuple[str, int] | None
    announced: str
    items: int


def order_lists(listed: Sequence[Listed], terms: Terms) -> tuple[Listed, ...]:
    """Return quotations, best first; those of one list in its order where they belong together.

    They do where they stand near each other, and where the later one has no more of what is asked.
    """
    ordered = list(listed)
    for place in {one.place for one in listed if one.place is not None}:
        own = sorted((one for one in listed if one.place == place), key=lambda one: one.piece.start)
        for first, second in reversed(list(pairwise(own))):
            near = second.piece.start - first.piece.end <= NEAR_CHARS
            if ordered.index(first) > ordered.index(second) and (
                near or _cover(second.piece, terms) <= _cover(first.piece, terms)
            ):
                ordered.remove(first)
                ordered.insert(ordered.index(second), first)
    return tuple(ordered)


def put_list_first(listed: Sequence[Listed], terms: Terms) -> tuple[Listed, ...]:
    """Return quotations, first the list whose lead-in announces what is asked for."""
    announced = [
        _count_share(one.announced, one.piece, terms) if one.items >= LEAST_ITEMS else 0.0
        for one in listed
    ]
    best = max(range(len(listed)), key=lambda number: (announced[number], -number))
    if announced[best] < ANNOUNCED:
        return tuple(listed)
    return (listed[best], *listed[:best], *listed[best + 1 :])


def _cover(piece: Evidence, terms: Terms) -> float:
    """Return the share of the question's terms that a quotation has, what is above it included."""
    return _count_share(" ".join([*(a.text for a in piece.around), piece.quote]), piece, terms)


def _count_share(text: str, piece: Evidence, terms: Terms) -> float:
    language = piece.candidate.hit.document.metadata.language
    return terms.coverage(collect_terms(text, language))
