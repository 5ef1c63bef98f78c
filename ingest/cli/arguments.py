"""What the commands that index have in common: which sources are meant."""

from __future__ import annotations

import argparse
from pathlib import Path

from index.settings import Settings


def add_source_arguments(parser: argparse.ArgumentParser) -> None:
    """Add PATH and --sources.

    Args:
        parser: Of the command.
    """
    parser.add_argument("paths", nargs="*", metavar="PATH", help="file, folder or web address")
    parser.add_argument(
        "--sources",
        nargs="?",
        const="",
        metavar="FILE",
        help="keep what a list names in step instead (default: sources.toml in the home folder)",
    )


def listed_file(
    parser: argparse.ArgumentParser, options: argparse.Namespace, settings: Settings
) -> Path | None:
    """Return the list that `--sources` names.

    Args:
        parser: Ends the program with 2 where paths are given as well: what would `--prune` mean?
        options: With `paths` and `sources`.
        settings: Where the usual list is.

    Returns:
        None without `--sources`.
    """
    if options.sources is None:
        return None
    if options.paths:
        parser.error("give either PATH or --sources, not both")
    return Path(options.sources).expanduser() if options.sources else settings.source_list
