"""The nouns of an account: what each step on the way to an answer did, in plain words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Dropped:
    """What a step of the way to an answer left out, and why; both in words."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Account:
    """What one step of the way to an answer did, in words for whoever asked.

    Attributes:
        step: Its name, as the list of steps in ARCHITECTURE.md has it.
        saw: What it was given.
        kept: What it handed on.
        dropped: What it left out; empty where that was nothing.
        note: What else helps to follow it, as what a scale means; "" for none.
    """

    step: str
    saw: str
    kept: str
    dropped: tuple[Dropped, ...] = ()
    note: str = ""

    @property
    def lines(self) -> list[tuple[str, str]]:
        """What a face shows of it, each line with what it is about."""
        left_out = [("Left out", f"{one.what} – {one.why}") for one in self.dropped]
        note = [("Note", self.note)] if self.note else []
        return [("Looked at", self.saw), ("Kept", self.kept), *left_out, *note]
