"""What a parser of office files passed over, in one line for whoever indexes the file."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ingest.text.blocks import ParsedText

_NOTE = "left out: "
HIDDEN = "hidden text"
STRUCK = "crossed-out text"


@dataclass(slots=True)
class LeftOut:
    """What was left out of one file."""

    kinds: list[str] = field(default_factory=list)  # in the order in which they were met

    def add(self, kind: str) -> None:
        """Remember that something of this kind was left out."""
        if kind not in self.kinds:
            self.kinds.append(kind)

    def say_on(self, parsed: ParsedText) -> ParsedText:
        """Return a text with the note that something was left out of it."""
        return replace(parsed, note=_NOTE + ", ".join(self.kinds)) if self.kinds else parsed

    def repeat(self, parsed: ParsedText) -> None:
        """Remember what was left out of a text that is a part of this one."""
        if parsed.note:
            self.add(parsed.note.removeprefix(_NOTE))
