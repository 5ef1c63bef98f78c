"""Dates and languages as files state them."""

from __future__ import annotations

import re
from datetime import date

from index.text.languages import base


def read_date(text: str) -> date | None:
    """Return the date in ISO 8601 that a text begins with, None if it does not."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def read_language(tag: str) -> str | None:
    """Return "en" of a language tag such as "en-GB", None if that is no code of two letters."""
    code = base(tag)
    return code if re.fullmatch("[a-z]{2}", code) else None
