"""A question in, checked quotations out.

>>> import chat
>>> answer = chat.ask("Which agency runs the Polish cluster programmes?")  # doctest: +SKIP

The names below are loaded when they are first used: importing this package loads neither models nor
stores. Its steps never import `ingest`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chat.errors import QuestionRefused
    from chat.session import OldCitation, Session, ask, open, search
    from chat.types import Answer, Citation, Receipt, Turn
    from index.types import Filter

__all__ = [
    "Answer",
    "Citation",
    "Filter",
    "OldCitation",
    "QuestionRefused",
    "Receipt",
    "Session",
    "Turn",
    "ask",
    "open",
    "search",
]
_HOMES = {
    "chat.errors": "QuestionRefused",
    "chat.session": "OldCitation Session ask open search",
    "chat.types": "Answer Citation Receipt Turn",
    "index.types": "Filter",
}


def __getattr__(name: str) -> object:
    """Load a public name from the module that defines it (PEP 562)."""
    for module, names in _HOMES.items():
        if name in names.split():
            return vars(importlib.import_module(module))[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
