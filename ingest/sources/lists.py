"""`sources.toml`: folders, files and web addresses that are kept in step together."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pathspec import GitIgnoreSpec

from index.types import Metadata, is_address
from ingest.errors import SourceError, SourceListRefused, SourceRefused
from ingest.sources import metadata, patterns
from ingest.sources.addresses import normalise_address
from ingest.sources.opening import read_whole
from ingest.sources.patterns import Patterns

_KEYS = ("path", "url", "ignore", "include", "metadata")


@dataclass(frozen=True, slots=True)
class ListEntry:
    """A folder or file of the list, and what is said about it."""

    path: Path
    patterns: Patterns
    metadata: Metadata


@dataclass(frozen=True, slots=True)
class SourceList:
    """What a `sources.toml` says."""

    name: str = ""
    entries: Mapping[Path, ListEntry] = field(default_factory=dict)
    addresses: Mapping[str, Metadata] = field(default_factory=dict)

    @property
    def file_name(self) -> str:
        """The list's name without its folder, for reasons."""
        return Path(self.name).name

    def entry_of(self, file: Path) -> ListEntry | None:
        """Return the deepest entry that holds a file or folder."""
        if not self.entries:  # a folder of many files is asked for each of them
            return None
        for path in (file, *file.parents):
            if path in self.entries:
                return self.entries[path]
        return None


def load(file: Path) -> SourceList:
    """Return what a list of sources says."""
    file = Path(os.path.abspath(file))  # noqa: PTH100 - keeps links
    try:
        table = tomllib.loads(read_whole(file).decode("utf-8-sig"))
    except FileNotFoundError as error:
        raise SourceListRefused(
            f"{file}: no such file; write one as docs/sources.md shows, or name it: --sources FILE"
        ) from error
    except SourceError as error:
        raise SourceListRefused(f"{file}: {error}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = str(error).splitlines()[0]
        raise SourceListRefused(f"{file}: not TOML in UTF-8 ({reason}); correct it") from error
    given = table.pop("source", [])
    if table or not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        named = next(iter(table), "source")
        raise SourceListRefused(f"{file}: {named!r} is unknown; every entry begins with [[source]]")
    entries: dict[Path, ListEntry] = {}
    addresses: dict[str, Metadata] = {}
    for number, values in enumerate(given, start=1):
        where = f"{file}: source {number}"
        _check_keys(where, values)
        known = _metadata(where, values)
        if "url" in values:
            addresses[_address(where, values)] = known
        else:
            entry = _entry(where, file.parent, values, known)
            entries[entry.path] = entry
    return SourceList(str(file), entries, addresses)


def _check_keys(where: str, values: Mapping[str, object]) -> None:
    if unknown := sorted(set(values) - set(_KEYS)):
        listed = ", ".join(_KEYS)
        raise SourceListRefused(f"{where}: unknown key {unknown[0]!r}; known are {listed}")
    if ("path" in values) == ("url" in values):
        raise SourceListRefused(f'{where}: write either path = "…" or url = "…"')
    for key in ("path", "url"):
        if key in values and not (isinstance(values[key], str) and str(values[key]).strip()):
            raise SourceListRefused(f'{where}: {key} is {values[key]!r}; write {key} = "…"')
    if is_address(path := str(values.get("path", ""))):
        raise SourceListRefused(f'{where}: {path} is a web address; write url = "…"')


def _metadata(where: str, values: Mapping[str, object]) -> Metadata:
    table = values.get("metadata", {})
    if not isinstance(table, dict):
        raise SourceListRefused(f'{where}: metadata is not a table; write {{ publisher = "…" }}')
    try:
        return metadata.parse_metadata(f"{where}: metadata", table)
    except SourceRefused as error:
        raise SourceListRefused(str(error)) from error


def _address(where: str, values: Mapping[str, object]) -> str:
    if "ignore" in values or "include" in values:
        raise SourceListRefused(f"{where}: ignore and include are for folders, not for addresses")
    try:
        return normalise_address(str(values["url"]))
    except SourceRefused as error:
        raise SourceListRefused(f"{where}: {error}") from error


def _entry(where: str, base: Path, values: Mapping[str, object], known: Metadata) -> ListEntry:
    # os.path: keeps links, takes `..` out, and leaves a `~name` of no user as it is.
    path = Path(os.path.abspath(base / os.path.expanduser(str(values["path"]))))  # noqa: PTH100, PTH111
    if "\0" in str(path):
        raise SourceListRefused(f"{where}: a path with a NUL character; correct it")
    ignore = _specification(where, "ignore", values.get("ignore", []))
    include = _specification(where, "include", values["include"]) if "include" in values else None
    return ListEntry(path, Patterns(path, "sources.toml", ignore, include), known)


def _specification(where: str, key: str, lines: object) -> GitIgnoreSpec:
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise SourceListRefused(f'{where}: {key} must be a list of patterns, such as ["drafts/"]')
    return patterns.parse(lines, f"{where}: {key}")
