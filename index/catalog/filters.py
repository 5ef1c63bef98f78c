"""What restricts a search to some documents, as a condition in SQL."""

from __future__ import annotations

from index.types import Filter


def build_living(table: str, generation: int | None) -> str:
    """Return which rows live in a generation, in the one of now if None: SQL without values."""
    if generation is None:
        return f"{table}.died IS NULL"
    return (
        f"({table}.born <= {generation:d} "
        f"AND ({table}.died IS NULL OR {table}.died > {generation:d}))"
    )


def build_condition(restriction: Filter, generation: int | None) -> tuple[str, list[object]]:
    """Return which rows of `documents d` live and pass: SQL and its placeholders' values."""
    parts, values = [build_living("d", generation)], list[object]()
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
