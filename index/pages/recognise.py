"""The model that recognises text in pictures: RapidOCR, if the extra `ocr` is installed.

It stands here so that both sides reach it: scans are read with it, and the marks of a quotation.
Its models come in its wheel; nothing is downloaded.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rapidocr import RapidOCR

# Not one for each core: files are read beside each other, and each thread takes address space, of
# which a worker process has a limited amount.
_THREADS = {f"EngineConfig.onnxruntime.{kind}_op_num_threads": 2 for kind in ("intra", "inter")}


def recognises_pictures() -> bool:
    """Tell whether the extra `ocr` is there; nothing is imported to tell."""
    return all(map(importlib.util.find_spec, ("rapidocr", "onnxruntime")))


@cache
def load_engine() -> RapidOCR:
    """Return the engine, which takes a second or two the first time."""
    from rapidocr import RapidOCR

    return RapidOCR(params={"Global.log_level": "critical", **_THREADS})
