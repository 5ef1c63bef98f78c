"""Indexing as scripts call it: plan what there is to do, or do it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from os import PathLike, fspath
from pathlib import Path

from index import opening
from index.base import Index
from ingest.pipeline import apply_plan
from ingest.planning.plan import Plan, make_plan
from ingest.planning.web import fetch_all
from ingest.report import Progress, Report

SourceName = str | PathLike[str]


def plan(
    sources: Sequence[SourceName] = (),
    prune: bool = False,
    source_list: str | PathLike[str] | None = None,
    home: str | PathLike[str] | None = None,
) -> Plan:
    """Return what `update` would do; nothing is changed and no server is asked.

    Args:
        sources: Files, folders (`~` is the home folder) and web addresses; without one `corpus/`,
            the uploads of the app and the addresses that were given before.
        prune: Also remove documents whose file has vanished, inside the sources only.
        source_list: A `sources.toml` to keep in step instead of naming sources.
        home: The folder of all state; None for the usual one (see `index.settings.home_folder`).

    Returns:
        One step a document; `summary()` says it in a line.

    Raises:
        SettingsError: settings.toml cannot be used.
        SourceUnreadable: A source is not there or may not be read.
        SourceListRefused: The list cannot be used.
        ValueError: Both sources and a list were given.
    """
    return _plan(open_index(home), sources, prune, source_list)


def update(
    sources: Sequence[SourceName] = (),
    prune: bool = False,
    source_list: str | PathLike[str] | None = None,
    home: str | PathLike[str] | None = None,
    reembed: bool = False,
    report_progress: Callable[[Progress], None] = lambda _: None,
) -> Report:
    """Bring the index in step with its sources; what has not changed costs next to nothing.

    Args:
        sources: As for `plan`, and so are prune, source_list and home.
        prune: See sources.
        source_list: See sources.
        home: See sources; made if it is not there.
        reembed: Replace the vectors of another embedder instead of refusing.
        report_progress: Called often with how far it is.

    Returns:
        What was done. A file that cannot be indexed is in its failures, and stops nothing.

    Raises:
        IndexLocked: Another process is writing.
        EmbedderMismatch: The index holds vectors of another embedder and `reembed` is not set.
        IndexWriteFailed: Disk full, no rights; everything committed before stands.
        PolicyChatError: Whatever `plan` raises.
    """
    index = open_index(home)
    index.bring_up_to_date()
    with fetch_all(index, _plan(index, sources, prune, source_list)) as complete:
        return apply_plan(index, complete, report_progress, reembed)


def open_index(home: str | PathLike[str] | None = None) -> Index:
    """Return the index of a home folder, made or not; its model is not loaded yet."""
    return opening.open_index(None if home is None else Path(home))


def _plan(
    index: Index,
    sources: Sequence[SourceName],
    prune: bool,
    source_list: str | PathLike[str] | None,
) -> Plan:
    if sources and source_list is not None:
        raise ValueError("give either sources or a list of them")
    listed = None if source_list is None else Path(source_list).expanduser()
    return make_plan(index, [fspath(source) for source in sources], prune, listed)
