"""Reindexing in the background: it goes on when whoever started it looks at another page."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from index.base import Index
from index.errors import PolicyChatError
from ingest.pipeline import apply_plan
from ingest.planning.plan import Plan, make_plan
from ingest.planning.web import fetch_all
from ingest.report import Progress, Report


class _Stopped(Exception):
    """Somebody asked a run to stop."""


def plan_everything(index: Index, prune: bool = False) -> Plan:
    """Return the plan of a run that is about all there is to keep in step."""
    listed = index.settings.source_list
    if not listed.is_file():
        return make_plan(index, prune=prune)
    return make_plan(index, prune=prune, listed=listed, at_home=True)


class Runner:
    """At most one run at a time, seen by every visitor of this process.

    A run that ends early, with the process even, leaves an index in order: the writer commits
    whole documents only.
    """

    def __init__(self, index: Index) -> None:
        self.index = index
        self.progress: Progress | None = None
        self.asked: tuple[int, int] | None = None
        self.report: Report | None = None
        self.error: str | None = None
        self.brought = ""  # what was done to an index of an older release
        self._stop = threading.Event()
        self._start = threading.Lock()
        self._thread: threading.Thread | None = None

    @property
    def running(self) -> bool:
        """Whether a run is on its way."""
        thread = self._thread
        return thread is not None and thread.is_alive()

    @property
    def stopping(self) -> bool:
        """Whether the run was asked to stop."""
        return self._stop.is_set()

    def start(self, prune: bool = False, paths: Sequence[str] = ()) -> None:
        """Begin a run; does nothing while one is on its way."""
        with self._start:
            if self.running:
                return
            self.progress = self.report = self.error = None
            self._stop.clear()
            self._thread = threading.Thread(
                target=self._run, args=(prune, paths), name="reindex", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """Ask the run to stop; what it has committed stands."""
        self._stop.set()

    def wait(self, seconds: float) -> bool:
        """Wait for the end of the run; return whether it has come."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return not self.running

    def _run(self, prune: bool, paths: Sequence[str]) -> None:
        self.error = "the run ended unexpectedly; the terminal says why, what was indexed stands"
        try:
            self.brought = self.index.bring_up_to_date()
            index = self.index
            plan = make_plan(index, paths, prune) if paths else plan_everything(index, prune)
            with fetch_all(self.index, plan, self._tell_asked) as plan:
                self.asked = None
                self.report = apply_plan(self.index, plan, self._tell)
        except PolicyChatError as error:
            self.error = str(error)
        except _Stopped:
            self.error = "stopped; what was indexed until then stands, reindex to go on"
        else:
            self.error = None
        finally:
            self.asked = None

    def _tell_asked(self, done: int, total: int) -> None:
        self.asked = (done, total)
        if self._stop.is_set():
            raise _Stopped

    def _tell(self, progress: Progress) -> None:
        self.progress = progress
        if self._stop.is_set():
            raise _Stopped
