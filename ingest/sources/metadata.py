"""Sidecar files: what a person knows about a document that its text does not say."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlsplit

from index.types import UNKNOWN, Metadata
from ingest.errors import SourceRefused, SourceUnreadable
from ingest.sources.opening import read_whole

SUFFIX = ".meta.toml"
KEYS = tuple(field.name for field in fields(Metadata))


def is_sidecar(path: Path) -> bool:
    """Return whether a path names a sidecar rather than a document."""
    return path.name.lower().endswith(SUFFIX)


def load(path: Path, given: Metadata = UNKNOWN) -> tuple[Metadata, str]:
    """Return what the sidecar of a document says, over what is said about it elsewhere."""
    name, data = _read_sidecar(path)
    said = _parse(name, data) if name else Metadata()
    return merge_metadata(said, given), _hash(name, data, given)


def hash_sidecar(path: Path, given: Metadata = UNKNOWN) -> str:
    """Return the hash that `load` returns, without a look at what the sidecar says."""
    return _hash(*_read_sidecar(path), given)


def write(known: Metadata) -> str:
    """Return a sidecar that says what is known, as `load` reads it."""
    lines = []
    for key in KEYS:
        value = getattr(known, key)
        if isinstance(value, date):
            lines.append(f"{key} = {value.isoformat()}")
        elif value is not None:
            # A string of JSON is one of TOML, but for a character that no line of text holds.
            lines.append(f"{key} = {json.dumps(value, ensure_ascii=False)}")
    return "".join(f"{line}\n" for line in lines)


def merge_metadata(first: Metadata, second: Metadata) -> Metadata:
    """Return the values of the first where it has any, else those of the second."""
    return replace(second, **{k: v for k in KEYS if (v := getattr(first, k)) is not None})


def parse_metadata(name: str, table: Mapping[str, object]) -> Metadata:
    """Return metadata that a person wrote."""
    values: dict[str, str] = {}
    published: date | None = None
    for key, value in table.items():
        if key not in KEYS:
            raise SourceRefused(f"{name}: unknown key {key!r}, allowed are {', '.join(KEYS)}")
        if key == "date":
            published = _date(name, value)
            continue
        if not isinstance(value, str) or not value.strip() or "\n" in value:
            raise SourceRefused(
                f"{name}: {key} is {value!r}, one line of text was expected: "
                f'write {key} = "…" (allowed keys: {", ".join(KEYS)})'
            )
        values[key] = value.strip()
    if "url" in values and not _is_web_address(values["url"]):
        raise SourceRefused(f"{name}: url is {values['url']!r}, http:// or https:// was expected")
    return Metadata(date=published, **values)


def _hash(name: str, data: bytes, given: Metadata) -> str:
    digest = hashlib.sha256(data).hexdigest() if name else ""
    if given == UNKNOWN:
        return digest
    return hashlib.sha256(f"{digest} {given}".encode()).hexdigest()


def _read_sidecar(path: Path) -> tuple[str, bytes]:
    """Return the name and the bytes of a document's sidecar; an empty name for none."""
    for sidecar in (path.with_name(path.name + SUFFIX), path.with_name(path.stem + SUFFIX)):
        try:
            data = read_whole(sidecar)
        except FileNotFoundError:
            continue
        except SourceUnreadable as error:
            raise SourceRefused(f"{sidecar.name}: {error}") from error
        return sidecar.name, data
    return "", b""


def _parse(name: str, data: bytes) -> Metadata:
    try:
        table = tomllib.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = str(error).splitlines()[0]
        raise SourceRefused(f"{name} is not TOML in UTF-8 ({reason}): mend it") from error
    return parse_metadata(name, table)


def _date(name: str, value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError as error:
        raise SourceRefused(
            f"{name}: date is {value!r}, a date was expected: write date = 2024-03-31"
        ) from error


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in url
