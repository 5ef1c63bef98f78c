"""What a parser left out of a text on purpose, kept with its reason and said in one line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ingest.text.blocks import Omission, ParsedText

HIDDEN = "hidden text"
STRUCK = "crossed-out text"
# What every page has, and nobody needs to be told of.
NAVIGATION = "navigation"
UNSHOWN = "not shown by browsers"
FOR_READERS = "label for screen readers"
NOTE_MARK = "mark of a note"
QUIET = frozenset([NAVIGATION, UNSHOWN, FOR_READERS, NOTE_MARK])
# Of one file; a longer text is cut off.
MOST_CHARS = 2_000_000


@dataclass(slots=True)
class LeftOut:
    """What was left out of one file."""

    omissions: list[Omission] = field(default_factory=list)
    chars: int = 0

    def add(self, reason: str, text: str = "") -> None:
        """Keep what was left out, and why."""
        text = " ".join(text[: MOST_CHARS - self.chars].split())
        self.chars += len(text)
        self.omissions.append(Omission(reason, text))

    def add_mark(self, raised: str, rendered: str) -> None:
        """Keep what is raised if nothing was made of it: it is the mark of a note."""
        if raised.strip() and not rendered.strip():
            self.add(NOTE_MARK, raised)

    def say_on(self, parsed: ParsedText) -> ParsedText:
        """Return a text with what was left out of it, and a note of the reasons."""
        if not self.omissions:
            return parsed
        omissions = (*parsed.omissions, *self.omissions)
        return replace(parsed, note=write_note(omissions), omissions=omissions)

    def repeat(self, parsed: ParsedText) -> None:
        """Keep what was left out of a text that is a part of this one."""
        for omission in parsed.omissions:
            self.add(omission.reason, omission.text)


def close_gap(before: str, added: str) -> str:
    """Return what follows something that was left out: of the spaces around it one stays."""
    return added if before and not before.endswith(" ") else added.removeprefix(" ")


def write_note(omissions: Iterable[Omission]) -> str | None:
    """Return one line that names every reason once, in order; None if nobody needs to know."""
    reasons = dict.fromkeys(o.reason for o in omissions if o.reason not in QUIET)
    return f"left out: {', '.join(reasons)}" if reasons else None
