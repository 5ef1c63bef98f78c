"""tantivy's files, checked before tantivy opens them.

Left to itself tantivy takes a folder whose `meta.json` is gone for a new, empty index and writes
one; it does not compare the checksums it stores; and it panics, or gives other results, on a
file whose content has changed. So the checksums are compared here. Segment files are written once
and never changed: a file that has been checked is checked again only if its stat has changed.
"""

from __future__ import annotations

import functools
import json
import zlib
from pathlib import Path

from index.errors import IndexDamaged

META = "meta.json"
_PARTS = ("idx", "pos", "term", "store", "fast", "fieldnorm")
# A file ends with a footer in JSON, the footer's length and this number, both 4 bytes,
# little-endian (tantivy's src/directory/footer.rs).
_MAGIC = 1337
_CHECKED_FILES = 1_000


def check_files(directory: Path, remedy: str) -> int:
    """Compare every file of the last commit with its checksum; return its number (opstamp).

    Raises `IndexDamaged`, with the remedy, if a file is missing, torn or changed.
    """
    path = directory / META
    try:
        meta = json.loads(path.read_bytes())
        names = [name for segment in meta["segments"] for name in _list_files(segment)]
        opstamp = int(meta["opstamp"])
    except OSError as error:
        raise IndexDamaged(f"{path}: cannot be read ({error.strerror}); {remedy}") from error
    except (ValueError, KeyError, TypeError) as error:
        raise IndexDamaged(f"{path}: torn; {remedy}") from error
    for name in names:
        file = directory / name
        try:
            status = file.stat()
            whole = _is_whole(file, status.st_ino, status.st_size, status.st_mtime_ns)
        except OSError as error:
            raise IndexDamaged(f"{file}: cannot be read ({error.strerror}); {remedy}") from error
        if not whole:
            raise IndexDamaged(f"{file}: its checksum is wrong; {remedy}")
    return opstamp


def _list_files(segment: dict[str, object]) -> list[str]:
    stem = str(segment["segment_id"]).replace("-", "")
    names = [f"{stem}.{part}" for part in _PARTS]
    deletes = segment["deletes"]
    if isinstance(deletes, dict):
        names.append(f"{stem}.{deletes['opstamp']}.del")
    return names


@functools.lru_cache(maxsize=_CHECKED_FILES)
def _is_whole(file: Path, inode: int, size_bytes: int, modified_ns: int) -> bool:
    """Tell whether a file is what was written; the stat is there for the cache."""
    data = file.read_bytes()
    if len(data) < 8 or int.from_bytes(data[-4:], "little") != _MAGIC:
        return False
    body_end = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    if body_end < 0:
        return False
    try:
        expected = json.loads(data[body_end:-8])["crc"]
    except (ValueError, KeyError, TypeError):
        return False
    return bool(zlib.crc32(memoryview(data)[:body_end]) == expected)
