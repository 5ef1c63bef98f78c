"""The numbers that PowerPoint shows before paragraphs without their being in the text."""

from __future__ import annotations

import re

from lxml.etree import _Element as Element

from ingest.parsers.shared.notation.numerals import to_letters, to_roman

_NUMBERED = "{http://schemas.openxmlformats.org/drawingml/2006/main}buAutoNum"
_FORM = re.compile(r"(arabic|alpha|roman)(Lc|Uc)?(Period|ParenR|ParenBoth|Plain)")
_AROUND = {"Period": "{}.", "ParenR": "{})", "ParenBoth": "({})", "Plain": "{}"}


class SlideNumbers:
    """Counts through the paragraphs of one shape."""

    def __init__(self) -> None:
        self._counters: dict[int, tuple[str, int]] = {}  # by level: form and last number

    def count(self, properties: Element | None, level: int) -> str:
        """Return the number of the next paragraph with a space behind it, "" if it has none."""
        self._counters = {at: known for at, known in self._counters.items() if at <= level}
        said = None if properties is None else properties.find(_NUMBERED)
        found = None if said is None else _FORM.fullmatch(said.get("type", ""))
        if said is None or found is None:
            self._counters.pop(level, None)
            return ""
        start = said.get("startAt", "1")
        first = int(start) if re.fullmatch(r"\d{1,5}", start) else 1
        form = f"{found[0]} {first}"
        before, last = self._counters.get(level, ("", 0))
        number = last + 1 if before == form else first
        self._counters[level] = (form, number)
        kind, case, around = found.groups()
        shown = {"alpha": to_letters, "roman": to_roman}.get(kind, str)(number)
        return f"{_AROUND[around].format(shown.upper() if case == 'Uc' else shown)} "
