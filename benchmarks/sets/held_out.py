"""Which questions are kept out of every choice, so that what is reported on them was not chosen."""

from __future__ import annotations

import hashlib


def is_held_out(query: str) -> bool:
    """Tell which half a question is in; the same for every set and every run."""
    return hashlib.sha256(query.encode()).digest()[0] % 2 == 1
