"""What a parser left out of a text on purpose, kept with its reason and said in one line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ingest.text.blocks import Omission, ParsedText

HIDDEN = "hidden text"
STRUCK = "crossed-out text"


@dataclass(slots=True)
class LeftOut:
    """What was left out of one file."""

    omissions: list[Omission] = field(default_factory=list)

    def add(self, reason: str, text: str = "") -> None:
        """Keep what was left out, and why."""
        self.omissions.append(Omission(reason, text))

    def say_on(self, parsed: ParsedText) -> ParsedText:
        """Return a text with what was left out of it, and a note of the reasons."""
        if not self.omissions:
            return parsed
        omissions = (*parsed.omissions, *self.omissions)
        return replace(parsed, note=write_note(omissions), omissions=omissions)

    def repeat(self, parsed: ParsedText) -> None:
        """Keep what was left out of a text that is a part of this one."""
        self.omissions += parsed.omissions


def write_note(omissions: Iterable[Omission]) -> str | None:
    """Return one line that names every reason once, in the order in which they were met."""
    reasons = dict.fromkeys(omission.reason for omission in omissions)
    return f"left out: {', '.join(reasons)}" if reasons else None
