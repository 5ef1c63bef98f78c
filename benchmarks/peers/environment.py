"""The environments of other tools: none of theirs must decide what we run with."""

from __future__ import annotations

import os
from pathlib import Path

from index.errors import PolicyChatError
from index.settings import PROJECT_ROOT

# Another place for it, as a folder that holds `bin/python`.
VARIABLE = "READERS_ENVIRONMENT"


class ToolMissing(PolicyChatError):
    """The environment of other tools was not made."""


def find_python() -> Path:
    """Return the Python that has other readers and the libraries that draw PDFs."""
    folder = Path(os.environ.get(VARIABLE, PROJECT_ROOT / "build" / "readers"))
    python = folder / "bin" / "python"
    if not python.exists():
        raise ToolMissing(f"{python}: not there; `make bench-readers` makes this environment")
    return python
