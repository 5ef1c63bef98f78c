"""`python -m ingest versions | diff | prune`: what documents said before, and forgetting it."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta

from index.catalog.history import Shown
from index.local import LocalIndex
from ingest.upkeep.versions import SHOWN_CHARS, Pruned, age, changes, prune, versions

_COLOURS = {"+": "\033[32m", "-": "\033[31m", "@": "\033[36m"}
_PLAIN = "\033[0m"
OpenIndex = Callable[[], LocalIndex]


def list_versions(arguments: Sequence[str], open_index: OpenIndex) -> int:
    """Print the versions of a document, the newest first; return the exit code."""
    parser = argparse.ArgumentParser("python -m ingest versions")
    parser.add_argument("document", metavar="DOC", help="id, path in its root, or file name")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    known = versions(open_index(), options.document)
    if options.json:
        listed = [_version_json(shown) for shown in known]
        print(json.dumps({"document": known[0].document, "versions": listed}))
        return 0
    print(known[0].document)
    for shown in known:
        until = shown.until or "today"
        print(
            f"{shown.version[:SHOWN_CHARS]}  {shown.since} – {until:25}  "
            f"{shown.characters:10,} characters"
        )
    return 0


def show_diff(arguments: Sequence[str], open_index: OpenIndex) -> int:
    """Print what changed between two versions of a document; return the exit code."""
    parser = argparse.ArgumentParser("python -m ingest diff")
    parser.add_argument("document", metavar="DOC", help="id, path in its root, or file name")
    older = "version, or how it begins (the one before)"
    parser.add_argument("--from", dest="old", metavar="VERSION", help=older)
    newer = "version, or how it begins (the newest)"
    parser.add_argument("--to", dest="new", metavar="VERSION", help=newer)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    lines = changes(open_index(), options.document, options.old, options.new)
    if options.json:
        print(json.dumps({"diff": lines}, ensure_ascii=False))
        return 0
    if sys.stdout.isatty() and "NO_COLOR" not in os.environ:
        lines = [_coloured(line) for line in lines]
    print("\n".join(lines) or "no sentence differs; at most white space and line breaks do")
    return 0


def prune_versions(arguments: Sequence[str], open_index: OpenIndex) -> int:
    """Forget old versions and say what that means for citations; return the exit code."""
    parser = argparse.ArgumentParser("python -m ingest prune")
    parser.add_argument(
        "--older-than",
        type=_age,
        required=True,
        metavar="AGE",
        help="how long ago they were shown last: 90d, 12w, 6m or 2y",
    )
    parser.add_argument("--dry-run", action="store_true", help="only say what would go")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    options = parser.parse_args(arguments)
    pruned = prune(open_index(), options.older_than, options.dry_run)
    if options.json:
        print(json.dumps({**_pruned_json(pruned), "dry_run": options.dry_run}))
    else:
        print("\n".join(_pruned_text(pruned, options.dry_run)))
    return 0


def _coloured(line: str) -> str:
    colour = _COLOURS.get(line[:1])
    return f"{colour}{line}{_PLAIN}" if colour else line


def _age(text: str) -> timedelta:
    try:
        return age(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _pruned_text(pruned: Pruned, dry_run: bool) -> list[str]:
    lines = [
        f"{shown.version[:SHOWN_CHARS]}  last shown {shown.until}  {shown.document}"
        for shown in pruned.versions
    ]
    counts = (
        f"{_counted(len(pruned.versions), 'old version')}, "
        f"{_counted(pruned.originals, 'original')} ({pruned.original_bytes / 1e6:,.1f} MB), "
        f"{_counted(pruned.vectors, 'vector')}"
    )
    if dry_run:
        return [*lines, f"would remove {counts}; citations of these versions would not open then"]
    return [*lines, f"removed {counts}; citations of these versions do not open any more"]


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _pruned_json(pruned: Pruned) -> dict[str, object]:
    return {
        "versions": [
            {"document": shown.document, **_version_json(shown)} for shown in pruned.versions
        ],
        "originals": pruned.originals,
        "original_bytes": pruned.original_bytes,
        "vectors": pruned.vectors,
    }


def _version_json(shown: Shown) -> dict[str, object]:
    return {
        "version": shown.version,
        "since": shown.since,
        "until": shown.until,
        "characters": shown.characters,
    }
