"""The source bytes that are kept beside the texts, each file named by its sha256."""

from __future__ import annotations

import re
from collections.abc import Set
from pathlib import Path

from index.disk.files import writing

_NAME = re.compile(r"[0-9a-f]{64}")


def unneeded(folder: Path, needed: Set[str]) -> list[Path]:
    """Return the files of source bytes that no version refers to, in order of name.

    Args:
        folder: `Settings.originals`; need not exist.
        needed: sha256 of the sources that versions were read from.

    Returns:
        Files of ours only: whatever else somebody put there is not among them.

    Raises:
        IndexWriteFailed: No rights to look.
    """
    with writing(folder):
        try:
            names = sorted(path.name for path in folder.iterdir())
        except FileNotFoundError:
            return []
    return [folder / name for name in names if _NAME.fullmatch(name) and name not in needed]
