"""Sources in, passages out.

>>> import ingest
>>> report = ingest.update(["~/policies"])  # doctest: +SKIP

The names below are loaded when they are first used: importing this package loads neither models nor
stores. Its steps never import `chat`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.errors import SourceError, SourceListRefused
    from ingest.planning.plan import Plan
    from ingest.report import NearDuplicate, Progress, Report
    from ingest.run import plan, update

__all__ = [
    "NearDuplicate",
    "Plan",
    "Progress",
    "Report",
    "SourceError",
    "SourceListRefused",
    "plan",
    "update",
]
_HOMES = {
    "ingest.errors": "SourceError SourceListRefused",
    "ingest.planning.plan": "Plan",
    "ingest.report": "NearDuplicate Progress Report",
    "ingest.run": "plan update",
}


def __getattr__(name: str) -> object:
    """Load a public name from the module that defines it (PEP 562)."""
    for module, names in _HOMES.items():
        if name in names.split():
            return vars(importlib.import_module(module))[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
