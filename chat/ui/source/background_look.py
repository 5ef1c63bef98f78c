"""Quotations read from their pictures in the background, each once for all who open it."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass

from index.base import Index
from index.citations import Citable
from index.errors import PolicyChatError
from index.pages.line_reader import load_line_reader
from index.pages.look import Look, look_at_quotation

_LOG = logging.getLogger(__name__)
_MOST_KEPT = 1_000
# Of those that wait, the ones opened last are read: the others are asked for again if still shown.
_MOST_WAITING = 10
# What failed is tried again after so many seconds, not at each look at it.
_FAILED_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class LookKey:
    """What a reading is kept under: one file, one text, one quotation.

    Attributes:
        original: sha256 of the file.
        version: The text's id.
        start: Half-open offsets of the quotation in it.
        end: See start.
    """

    original: str
    version: str
    start: int
    end: int


class BackgroundLook:
    """Reads one quotation at a time, the one opened last first; what was read is kept."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._kept: OrderedDict[LookKey, Look] = OrderedDict()
        self._failed: dict[LookKey, tuple[float, Look]] = {}
        self._waiting: OrderedDict[LookKey, str] = OrderedDict()
        self._reading: LookKey | None = None
        self._works = False
        self._lock = threading.Lock()

    def ask(self, citable: Citable, original: str) -> Look | None:
        """Return what was read; None until it is, and it is then on its way."""
        key = LookKey(original, citable.version.id, citable.start, citable.end)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            since, failed = self._failed.get(key, (-_FAILED_SECONDS, None))
            if failed and time.monotonic() - since < _FAILED_SECONDS:
                return failed
            if key != self._reading and key not in self._waiting:
                self._wait(key, citable.version.text)
        return None

    def _wait(self, key: LookKey, text: str) -> None:
        self._waiting[key] = text
        if len(self._waiting) > _MOST_WAITING:
            self._waiting.popitem(last=False)
        if not self._works:
            self._works = True
            threading.Thread(target=self._read_all, name="look", daemon=True).start()

    def _read_all(self) -> None:
        """Read one quotation after the other until none waits."""
        while True:
            with self._lock:
                self._works = bool(self._waiting)
                if not self._works:
                    return
                self._reading, text = self._waiting.popitem()
                key = self._reading
            look, is_read = self._attempt(key, text)
            with self._lock:
                self._reading = None
                if not is_read:
                    self._failed = {key: (time.monotonic(), look)}
                    continue
                self._kept[key] = look
                if len(self._kept) > _MOST_KEPT:
                    self._kept.popitem(last=False)

    def _attempt(self, key: LookKey, text: str) -> tuple[Look, bool]:
        """Return what was read, or why nothing was, and which of the two it is."""
        try:
            return self._look(key, text), True
        except PolicyChatError as error:
            return Look("cannot tell", str(error), ()), False
        except Exception:  # noqa: BLE001 - others wait to be read
            _LOG.exception("a quotation could not be read again from its picture")
            return Look("cannot tell", "reading it failed; the terminal says why", ()), False

    def _look(self, key: LookKey, text: str) -> Look:
        with self._index.snapshot() as catalog:
            layout = catalog.layout_of(key.version)
        original = self._index.settings.originals / key.original
        return look_at_quotation(original, text, layout, key.start, key.end, load_line_reader())
