"""Options and types of arguments that several commands have."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from index.settings import Settings

_Function = TypeVar("_Function", bound=Callable[..., Any])

as_json = click.option("--json", "as_json", is_flag=True, help="print one JSON object")
document = click.argument("document", metavar="DOC")


def sources(function: _Function) -> _Function:
    """Add PATH and --sources: which sources are meant."""
    function = click.argument("paths", nargs=-1, metavar="[PATH ...]")(function)
    return click.option(
        "--sources",
        "listed",
        is_flag=False,
        flag_value="",
        metavar="[FILE]",
        help="keep what a list names in step instead (default: sources.toml in the home folder)",
    )(function)


def find_list(listed: str | None, paths: tuple[str, ...], settings: Settings) -> Path | None:
    """Return the list that `--sources` names, None without it; both at once are wrong usage."""
    if listed is None:
        return None
    if paths:  # what would --prune mean then?
        raise click.UsageError("give either PATH or --sources, not both")
    return Path(listed).expanduser() if listed else settings.source_list
