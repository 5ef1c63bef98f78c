"""Quotations read from their pictures in the background, each once for all who open it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

from index.base import Index
from index.citations import Citable
from index.errors import PolicyChatError
from index.pages.line_reader import load_line_reader
from index.pages.look import Look, look_at_quotation

_MOST_KEPT = 1_000


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
    """Reads one quotation at a time, whoever opened it; what was read is kept."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._kept: OrderedDict[LookKey, Look] = OrderedDict()
        self._asked: set[LookKey] = set()
        self._lock = threading.Lock()
        self._reading = threading.Lock()

    def ask(self, citable: Citable, original: str) -> Look | None:
        """Return what was read; None until it is, and it is then on its way."""
        key = LookKey(original, citable.version.id, citable.start, citable.end)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
            if key in self._asked:
                return None
            self._asked.add(key)
        threading.Thread(
            target=self._read, args=(key, citable.version.text), name="look", daemon=True
        ).start()
        return None

    def _read(self, key: LookKey, text: str) -> None:
        look = Look("cannot tell", "reading it ended unexpectedly; the terminal says why", ())
        try:
            with self._reading:
                look = self._look(key, text)
        except PolicyChatError as error:
            look = Look("cannot tell", str(error), ())
        finally:
            with self._lock:
                self._asked.discard(key)
                self._kept[key] = look
                while len(self._kept) > _MOST_KEPT:
                    self._kept.popitem(last=False)

    def _look(self, key: LookKey, text: str) -> Look:
        with self._index.snapshot() as catalog:
            layout = catalog.layout_of(key.version)
        original = self._index.settings.originals / key.original
        return look_at_quotation(original, text, layout, key.start, key.end, load_line_reader())
