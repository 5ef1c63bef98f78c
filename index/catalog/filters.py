"""What restricts a search to some documents, and its condition in SQL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Filter:
    """Restricts a search to some documents; an empty field restricts nothing.

    Attributes:
        documents: Document ids (`root/relative/path`).
        roots: Root names.
        publishers: Exact publisher names.
        countries: Countries as the metadata name them.
        languages: ISO 639-1 codes.
        types: Document types.
        since: Earliest document date, inclusive; undated documents are left out.
        until: Latest document date, inclusive; undated documents are left out.
    """

    documents: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    publishers: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None

    def __bool__(self) -> bool:
        return self != Filter()


def filter_condition(restriction: Filter) -> tuple[str, list[object]]:
    """Return what rows of the catalog's documents must satisfy to be live and pass a filter.

    Args:
        restriction: An empty one lets every live document through.

    Returns:
        An SQL expression over `documents d`, and the values of its placeholders in order.
    """
    parts, values = ["d.removed_at IS NULL"], list[object]()
    columns: list[tuple[str, Iterable[str]]] = [
        ("d.id", restriction.documents),
        ("d.root", restriction.roots),
        ("d.publisher", restriction.publishers),
        ("d.country", restriction.countries),
        ("d.language", restriction.languages),
        ("d.type", restriction.types),
    ]
    for column, wanted in columns:
        if listed := list(wanted):
            parts.append(f"{column} IN ({','.join('?' * len(listed))})")
            values.extend(listed)
    if restriction.since:
        parts.append("d.date >= ?")
        values.append(restriction.since.isoformat())
    if restriction.until:
        parts.append("d.date <= ?")
        values.append(restriction.until.isoformat())
    return " AND ".join(parts), values
