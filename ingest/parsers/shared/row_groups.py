"""Rows over all columns of a table that head the rows below: "Northern ports", "Southern ports"."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence

from ingest.parsers.shared.sheet_rows import MOST_REPEATED_CHARS, Merge, names_columns

Rows = dict[int, dict[int, str]]
# Before the first column: a table that has groups gets one more.
GROUP_COLUMN = 0


def repeat_groups(rows: Rows, merges: Iterable[Merge], hidden_rows: Container[int]) -> None:
    """Put the words of a row over all columns before each of the rows that it heads.

    "Ferry, 400 euros" below "Northern ports" says which ferry only together with it. What is over
    all columns at the top is a caption where names of columns follow, and at the end a note.

    Args:
        rows: Texts by column, by row, in order; a row that is missing or empty ends a table.
            The rows that head others go; all others of their table get a text in `GROUP_COLUMN`.
        merges: Cells merged into one.
        hidden_rows: Rows that are not shown, which end no table.
    """
    wide = {merge.top: merge for merge in merges if merge.top == merge.bottom}
    for table in _find_tables(rows, hidden_rows):
        several = [number for number in table if _count(rows[number]) > 1]
        if not wide.keys() & set(table) or not several:
            continue
        columns = [column for number in several for column in rows[number]]
        heading = _Headings(rows, wide, min(columns), max(columns))
        groups = heading.find_groups(table)
        if not any(groups.values()):
            continue
        for number in table:
            if number in groups:
                rows[number][GROUP_COLUMN] = groups[number]
            else:
                del rows[number]


class _Headings:
    """Which rows of a table head others."""

    def __init__(self, rows: Rows, wide: dict[int, Merge], left: int, right: int) -> None:
        self._rows, self._wide = rows, wide
        self._left, self._right = left, right

    def find_groups(self, table: Sequence[int]) -> dict[int, str]:
        """Return the words that head each row, "" for none; not of the rows that head others."""
        groups: dict[int, str] = {}
        heads, has_rows = "", False
        below = [*table[1:], None]
        for number, following in zip(table, below, strict=True):
            text = self._read_heading(number)
            if text is None:
                # Words alone in a row may head what follows, too: no row is said to be of a group
                # that may have ended.
                heads = heads if _count(self._rows[number]) > 1 else ""
                groups[number] = heads
                has_rows = has_rows or _count(self._rows[number]) > 1
                continue
            opens = following is not None and self._read_heading(following) is None
            if opens and (has_rows or self._has_figures(following)):
                heads = text
            else:
                groups[number], heads = "", ""
        return groups

    def _read_heading(self, number: int) -> str | None:
        """Return the words of a row over all columns, None for any other row."""
        merge = self._wide.get(number)
        texts = [text for text in self._rows[number].values() if text]
        if merge is None or len(texts) != 1 or len(texts[0]) > MOST_REPEATED_CHARS:
            return None
        covers = merge.left <= self._left and merge.right >= self._right > self._left
        return texts[0] if covers else None

    def _has_figures(self, number: int | None) -> bool:
        texts = [] if number is None else [text for text in self._rows[number].values() if text]
        return bool(texts) and not names_columns(texts)


def _find_tables(rows: Rows, hidden_rows: Container[int]) -> Iterator[list[int]]:
    """Yield the numbers of rows that stand below each other."""
    table: list[int] = []
    last = None
    for number in sorted(rows):
        is_next = last is not None and number == last + 1
        last = number
        if number in hidden_rows:
            continue
        if not is_next and table:
            yield table
            table = []
        if _count(rows[number]):
            table.append(number)
        elif table:
            yield table
            table = []
    if table:
        yield table


def _count(row: dict[int, str]) -> int:
    return sum(map(bool, row.values()))
