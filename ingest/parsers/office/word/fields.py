"""Form fields of older Word documents, whose values are shown and stand in no text."""

from __future__ import annotations

from ingest.parsers.office.word.numbers import Element, W, parse_integer, read_value
from ingest.parsers.office.word.runs import read_switch

_TICKED, _EMPTY = "☒", "☐"  # as Word draws them


def read_field(field: Element) -> str:
    """Return the box or the choice that a field shows; what is typed in is text of its own."""
    box = field.find(f"{W}checkBox")
    if box is not None:
        said = read_switch(box, "checked")
        return _TICKED if (read_switch(box, "default") if said is None else said) else _EMPTY
    choices = field.find(f"{W}ddList")
    if choices is None:
        return ""
    entries = [entry.get(f"{W}val", "") for entry in choices.iter(f"{W}listEntry")]
    chosen = parse_integer(read_value(choices, "result") or read_value(choices, "default") or "0")
    return entries[chosen] if 0 <= chosen < len(entries) else ""
