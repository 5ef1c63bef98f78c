"""The model that recognises text in pictures: RapidOCR's, if the extra `ocr` is installed.

It stands here so that both sides reach it: scans are read with it, and the marks of a quotation.
Its models come in its wheel; nothing is downloaded. A plan asks whether it is there, so nothing is
imported before it is used.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rapidocr import RapidOCR

# Not one for each core: files are read beside each other, and each thread takes address space, of
# which a worker process has a limited amount.
THREAD_COUNT = 2
_THREADS = {
    f"EngineConfig.onnxruntime.{kind}_op_num_threads": THREAD_COUNT for kind in ("intra", "inter")
}


def recognises_pictures() -> bool:
    """Tell whether the extra `ocr` is there; nothing is imported to tell."""
    return all(map(importlib.util.find_spec, ("rapidocr", "onnxruntime")))


@cache
def load_engine() -> RapidOCR:
    """Return the engine that finds lines on a page and reads them; a second or two at first."""
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "critical", **_THREADS})
