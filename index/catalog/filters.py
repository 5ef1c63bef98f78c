"""What restricts a search to some documents, as a condition in SQL."""

from __future__ import annotations

from collections.abc import Iterable

from index.types import Filter


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
