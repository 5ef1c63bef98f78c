"""What restricts a search to some documents, as a condition in SQL."""

from __future__ import annotations

from index.types import Filter


def build_condition(restriction: Filter) -> tuple[str, list[object]]:
    """Return which rows of `documents d` are live and pass: SQL and its placeholders' values."""
    parts, values = ["d.removed_at IS NULL"], list[object]()
    columns = {
        "d.id": restriction.documents,
        "d.root": restriction.roots,
        "d.publisher": restriction.publishers,
        "d.country": restriction.countries,
        "d.language": restriction.languages,
        "d.type": restriction.types,
    }
    for column, wanted in columns.items():
        if wanted:
            parts.append(f"{column} IN ({','.join('?' * len(wanted))})")
            values.extend(wanted)
    if restriction.since:
        parts.append("d.date >= ?")
        values.append(restriction.since.isoformat())
    if restriction.until:
        parts.append("d.date <= ?")
        values.append(restriction.until.isoformat())
    return " AND ".join(parts), values
