"""Whose turn it is: one question at a time uses the models, and passages wait while one does.

Two questions beside each other take longer than one after the other: each model uses all cores.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator

# Whoever waits longer is told the place in the queue.
TELL_SECONDS = 2.0
# A batch of passages that has waited so long for questions is embedded all the same: a library
# that is asked all the time is brought in step, too.
PATIENCE_SECONDS = 0.25

Tell = Callable[[int], None]


class Turns:
    """The cores of one process, given to whoever is next; safe to share between threads.

    Args:
        tell_seconds: Whoever waits longer to ask is told the place in the queue, and again when it
            changes.
        patience_seconds: For so long a batch of passages lets questions go first.
    """

    def __init__(
        self, tell_seconds: float = TELL_SECONDS, patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        self.tell_seconds = tell_seconds
        self.patience_seconds = patience_seconds
        self._changed = threading.Condition()
        self._queue: list[int] = []  # threads that ask or wait to, by ident: the first one asks
        self._computing = False

    @contextlib.contextmanager
    def ask(self, tell: Tell | None = None) -> Iterator[None]:
        """Wait until it is this thread's turn to ask, and keep the turn to the end of the block.

        Args:
            tell: Called with the number of questions before this one, at least 1, once it has
                waited for long and whenever that changes. What it raises ends the waiting.

        Yields:
            Once no question is before this one. A block within such a block does not wait.
        """
        me = threading.get_ident()
        with self._changed:
            is_within = me in self._queue
            if not is_within:
                self._queue.append(me)
        if is_within:
            yield
            return
        try:
            self._wait(me, tell)
            yield
        finally:
            with self._changed:
                self._queue.remove(me)
                self._changed.notify_all()

    @contextlib.contextmanager
    def compute(self) -> Iterator[None]:
        """Use a model for one batch: at once within a question, else when none is asked."""
        me = threading.get_ident()
        patient_until = time.monotonic() + self.patience_seconds

        def is_free() -> bool:
            if self._computing:
                return False
            if not self._queue or self._is_asking(me):
                return True
            return time.monotonic() >= patient_until

        with self._changed:
            if not self._changed.wait_for(is_free, self.patience_seconds):
                self._changed.wait_for(is_free)
            self._computing = True
        try:
            yield
        finally:
            with self._changed:
                self._computing = False
                self._changed.notify_all()

    def _is_asking(self, thread: int) -> bool:
        return self._queue[:1] == [thread]

    def _wait(self, me: int, tell: Tell | None) -> None:
        with self._changed:
            if self._changed.wait_for(lambda: self._is_asking(me), self.tell_seconds):
                return
            before = self._queue.index(me)
        while before:
            if tell is not None:
                tell(before)
            before = self._wait_for_move(me, before)

    def _wait_for_move(self, me: int, place: int) -> int:
        with self._changed:
            self._changed.wait_for(lambda: self._queue.index(me) != place)
            return self._queue.index(me)


# The cores are the process's, whatever indexes and sessions it holds.
TURNS = Turns()
