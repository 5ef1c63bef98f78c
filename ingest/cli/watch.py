"""`python -m ingest watch`: look again whenever something has changed and then kept still."""

from __future__ import annotations

import math
import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TextIO

import click
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from index.base import Index
from index.disk.files import translate_write_errors
from index.errors import IndexMissing, PolicyChatError
from ingest.cli import options
from ingest.errors import SourceUnreadable
from ingest.pipeline import apply_plan
from ingest.planning.compare import Known
from ingest.planning.plan import make_plan
from ingest.planning.scope import RunScope, find_run_scope
from ingest.planning.web import fetch_all
from ingest.sources.patterns import IGNORE_FILE
from ingest.sources.scan import is_passed_over

# Reading a file is no change; nor is opening one.
_CHANGES = frozenset({"created", "modified", "moved", "deleted", "attrib", "closed"})
# Where things never keep still, they are looked at after so many times the quiet asked for.
_MOST_QUIETS = 20
_ENDING_SECONDS = 5.0


class _Seconds(click.ParamType[float]):
    name = "N"

    def __init__(self, positive: bool = False) -> None:
        self._positive = positive

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        try:
            seconds = float(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a number", param, ctx)
        if not 0 <= seconds < math.inf or (self._positive and seconds == 0):
            self.fail("must be positive" if self._positive else "must not be negative", param, ctx)
        return seconds


@click.command(help="Index again whenever something changes.")
@options.sources
@click.option("--prune", is_flag=True, help="also remove what has vanished")
@click.option(
    "--quiet-seconds",
    type=_Seconds(),
    default=2.0,
    metavar="N",
    help="look when nothing has changed for so long (default: 2)",
)
@click.option(
    "--recheck-minutes", type=_Seconds(positive=True), default=60.0, metavar="N",
    help="look at everything and ask all web servers so often (default: 60)",
)  # fmt: skip
@click.pass_obj
def watch(
    open_index: Callable[[], Index],
    paths: tuple[str, ...],
    listed: str | None,
    prune: bool,
    quiet_seconds: float,
    recheck_minutes: float,
) -> None:
    """Keep the index in step until somebody ends it; later errors are shown and survived."""
    index = open_index()
    watcher = _Watcher(index, paths, options.find_list(listed, paths, index.settings), prune)
    try:
        watcher.run(quiet_seconds, recheck_minutes * 60)
    except KeyboardInterrupt:  # how it is meant to end
        _say("stopped watching; what was committed stands")
    finally:
        watcher.close()


class _Changes(FileSystemEventHandler):
    """When something last changed that matters."""

    def __init__(self, matters: Callable[[Path], bool]) -> None:
        self._matters = matters
        self._condition = threading.Condition()
        self._first: float | None = None
        self._last = 0.0

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Note a change; called in watchdog's thread."""
        paths = [Path(os.fsdecode(path)) for path in (event.src_path, event.dest_path) if path]
        if event.event_type not in _CHANGES or not any(self._matters(path) for path in paths):
            return
        with self._condition:
            self._last = time.monotonic()
            self._first = self._last if self._first is None else self._first
            self._condition.notify()

    def wait(self, quiet_seconds: float, until: float) -> bool:
        """Return True once changes are over, False at `until` (monotonic seconds)."""
        with self._condition:
            while True:
                due = until
                if self._first is not None:
                    longest = self._first + _MOST_QUIETS * quiet_seconds
                    due = min(self._last + quiet_seconds, longest)
                left = due - time.monotonic()
                if left <= 0:
                    changed, self._first = self._first is not None, None
                    return changed
                self._condition.wait(left)


class _Watcher:
    """Watches what a run would look at."""

    def __init__(
        self, index: Index, paths: Sequence[str], listed: Path | None, prune: bool
    ) -> None:
        self._index = index
        self._paths = paths
        self._listed = listed
        self._prune = prune
        self._wanted: RunScope = self._asked_for()
        self._watched: dict[Path, bool] = {}
        self._changes = _Changes(self._matters)
        self._observer = Observer()
        self._observer.start()

    def run(self, quiet_seconds: float, recheck_seconds: float) -> None:
        """Look at once, then after every change and every so often; never returns by itself."""
        while True:
            self._look(asking=True)
            recheck_at = time.monotonic() + recheck_seconds
            while self._changes.wait(quiet_seconds, recheck_at):
                self._look(asking=False)

    def close(self) -> None:
        """End watchdog's threads."""
        self._observer.stop()
        # Interrupted in the middle of its own work it may not end; as a daemon it holds up nobody.
        self._observer.join(_ENDING_SECONDS)

    def _look(self, asking: bool) -> None:
        """One run, and its line; web servers are asked only if `asking`."""
        try:
            # Watched first and looked at then: nothing falls in between.
            self._watch(anew=asking)
            if line := self._index.bring_up_to_date():
                _say(line)
            plan = make_plan(self._index, self._paths, self._prune, self._listed, asking)
            with fetch_all(self._index, plan) as plan:
                report = apply_plan(self._index, plan)
        except PolicyChatError as error:
            _say(f"error: {error}", sys.stderr)
            return
        _say("; ".join([report.summary(), *report.notes()]))
        for trouble in report.failures:
            _say(f"error: {trouble.id}: {trouble.reason}", sys.stderr)

    def _asked_for(self) -> RunScope:
        try:
            with self._index.snapshot() as catalog:
                known = Known.of(catalog)
        except IndexMissing:
            known = Known()
        return find_run_scope(self._index.settings, known, self._paths, self._listed)

    def _watch(self, anew: bool) -> None:
        """Watch the folders that there are now; `anew`: also those that may have been replaced."""
        if not self._paths and not self._listed:
            with translate_write_errors(uploads := self._index.settings.uploads):
                uploads.mkdir(parents=True, exist_ok=True)
        self._wanted = self._asked_for()
        starts = [(s.root.folder / s.under, s.single) for s in self._wanted.scopes]
        whole = {path for path, single in starts if not single and path.is_dir()}
        around = {path.parent for path, single in starts if single}
        if self._listed:
            around.add(self._listed.absolute().parent)
        folders = {path: True for path in whole if not whole & {*path.parents}}
        folders |= {path: False for path in around if not whole & {path, *path.parents}}
        if anew or folders != self._watched:
            self._observer.unschedule_all()
            self._watched = {}
            for folder, recursive in folders.items():
                self._schedule(folder, recursive)
            self._watched = folders

    def _schedule(self, folder: Path, recursive: bool) -> None:
        try:
            self._observer.schedule(self._changes, str(folder), recursive=recursive)
        except OSError as error:
            raise SourceUnreadable(
                f"{folder}: cannot be watched ({error.strerror}); watch fewer folders, or raise "
                "the system's limit (on Linux fs.inotify.max_user_watches)"
            ) from error

    def _matters(self, path: Path) -> bool:
        """Tell whether a change is one of a source: the index, too, may lie in what is watched."""
        settings = self._index.settings
        if path in (settings.source_list, self._listed and self._listed.absolute()):
            return True
        if settings.home in path.parents and settings.uploads not in (path, *path.parents):
            return False
        if is_passed_over(path.name) and path.name != IGNORE_FILE:
            return False
        named = (scope.root.folder / scope.under for scope in self._wanted.scopes)
        return any(start == path or start in path.parents for start in named)


def _say(line: str, stream: TextIO | None = None) -> None:
    print(f"{datetime.now():%Y-%m-%d %H:%M:%S} {line}", file=stream, flush=True)
