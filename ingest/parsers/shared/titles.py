"""Titles in the properties of a file, unless a program or a template left them there."""

from __future__ import annotations

import re

_NOT_WRITTEN = re.compile(
    r"(?:microsoft (?:word|powerpoint|excel) - .*|.*\.\w{3,4}"
    r"|(?:untitled|(?:word )?document|dokument|presentation|book|title|titel|titre)\s?\d*"
    r"|powerpoint.presentation|powerpoint.präsentation|présentation powerpoint|slide 1|folie 1)",
    re.IGNORECASE,
)


def pick_title(text: str | None) -> str | None:
    """Return the title among a file's properties, None for a file name or a program's default."""
    title = " ".join((text or "").split())
    return None if not title or _NOT_WRITTEN.fullmatch(title) else title
