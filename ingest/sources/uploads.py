"""Files that somebody adds in the Library page: safe names, nothing lost in silence."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from index.disk.files import write_atomically

_MOST_NAME_BYTES = 200  # file systems take 255; the catalog's temporary files add to it


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of one uploaded file."""

    name: str
    outcome: Literal["added", "replaced", "unchanged"]


def safe_name(name: str) -> str:
    """Return the file name that a visitor's file is stored under."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    visible = "".join(c for c in last if unicodedata.category(c)[0] != "C")
    plain = re.sub(r'[<>:"|?*]', "_", visible).strip().lstrip(".").rstrip(". ")
    plain = re.sub(r"^~\$", "_", plain)  # a name that the scan would pass over
    stem, dot, suffix = plain.rpartition(".")
    if not dot:
        stem, suffix = plain, ""
    ending = f".{suffix}" if suffix else ""
    room = max(1, _MOST_NAME_BYTES - len(ending.encode()))
    short = stem.encode()[:room].decode("utf-8", "ignore").rstrip(". ")
    return f"{short or 'document'}{ending}"


def save(folder: Path, files: Iterable[tuple[str, bytes]]) -> list[Saved]:
    """Store files; two of one name in one go are both kept."""
    saved: list[Saved] = []
    for given, data in files:
        name = _unused(safe_name(given), {entry.name for entry in saved})
        path = folder / name
        saved.append(Saved(name, _outcome(path, data)))
        if saved[-1].outcome != "unchanged":
            write_atomically(path, data)
    return saved


def _unused(name: str, taken: set[str]) -> str:
    path, number, free = Path(name), 2, name
    while free in taken:
        free, number = f"{path.stem}-{number}{path.suffix}", number + 1
    return free


def _outcome(path: Path, data: bytes) -> Literal["added", "replaced", "unchanged"]:
    try:
        return "unchanged" if path.read_bytes() == data else "replaced"
    except FileNotFoundError:
        return "added"
    except OSError:
        return "replaced"  # there and unreadable: the writing says what is wrong
