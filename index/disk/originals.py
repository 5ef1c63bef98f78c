"""The source bytes that are kept beside the texts, each file named by its sha256."""

from __future__ import annotations

import re
from collections.abc import Set
from pathlib import Path

from index.disk.files import translate_write_errors

_NAME = re.compile(r"[0-9a-f]{64}")


def find_unneeded(folder: Path, needed: Set[str]) -> list[Path]:
    """Return the files of source bytes that no version refers to, in order of name.

    Args:
        folder: `Settings.originals`; need not exist.
        needed: sha256 of the sources that versions were read from.

    Returns:
        Never a file that is not named by a sha256: somebody else put that there.
    """
    with translate_write_errors(folder):
        try:
            names = sorted(path.name for path in folder.iterdir())
        except FileNotFoundError:
            return []
    return [folder / name for name in names if _NAME.fullmatch(name) and name not in needed]
